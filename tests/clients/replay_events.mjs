// Replays an event stream with the library ldes-client: node replay_events.mjs ADDRESS TIMESTAMP DELETED
// Prints what is left, as N-Triples. Members come with the IRI of their entity (materialize) and are put in the order of
// time here, where deletions are done too: asked for that order, version 0.3.0 gives what it has when a page is late.
import { intoConfig, replicateLDES } from "ldes-client";
import { Writer } from "n3";

const [address, timestamp, deleted] = process.argv.slice(2);
const members = [];
const client = replicateLDES(intoConfig({ url: address, materialize: true }), "none");
for await (const member of client.stream()) members.push(member);
const moment = (member) => member.timestamp.getTime();
const state = new Map();
for (const member of members.sort((a, b) => moment(a) - moment(b))) {
  const about = member.quads.filter((quad) => quad.predicate.value !== timestamp);
  if (about.some((quad) => quad.object.value === deleted)) state.delete(member.id.value);
  else state.set(member.id.value, about);
}
const writer = new Writer({ format: "N-Triples" });
for (const quads of state.values()) for (const quad of quads) writer.addQuad(quad.subject, quad.predicate, quad.object);
writer.end((error, text) => process.stdout.write(text));
