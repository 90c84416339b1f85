// Replays an event stream with the library ldes-client: node replay_events.mjs ADDRESS TIMESTAMP DELETED
// Prints what is left, as N-Quads without graphs: members come in the order of time, each with the IRI of its entity;
// its own timestamp is left aside, and the deletions are done here.
import { intoConfig, replicateLDES } from "ldes-client";
import { Writer } from "n3";

const [address, timestamp, deleted] = process.argv.slice(2);
const state = new Map();
const client = replicateLDES(intoConfig({ url: address, materialize: true }), "ascending");
for await (const member of client.stream()) {
  const about = member.quads.filter((quad) => quad.predicate.value !== timestamp);
  if (about.some((quad) => quad.object.value === deleted)) state.delete(member.id.value);
  else state.set(member.id.value, about);
}
const writer = new Writer({ format: "N-Triples" });
for (const quads of state.values()) for (const quad of quads) writer.addQuad(quad.subject, quad.predicate, quad.object);
writer.end((error, text) => process.stdout.write(text));
