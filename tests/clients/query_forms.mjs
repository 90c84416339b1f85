// How two libraries of npm ask, with their defaults: node query_forms.mjs LIBRARY ENDPOINT FORM QUERY.
// Prints how many rows or triples came, or the truth value.
const [library, endpoint, form, query] = process.argv.slice(2);

async function count(stream) {
  let number = 0;
  for await (const _ of stream) number += 1;
  return number;
}

const ask = {
  async "sparql-http-client"() {
    const { default: Client } = await import("sparql-http-client");
    const client = new Client({ endpointUrl: endpoint });
    if (form === "ASK") return client.query.ask(query);
    return count(form === "SELECT" ? client.query.select(query) : client.query.construct(query));
  },
  async "fetch-sparql-endpoint"() {
    const { SparqlEndpointFetcher } = await import("fetch-sparql-endpoint");
    const fetcher = new SparqlEndpointFetcher();
    if (form === "ASK") return fetcher.fetchAsk(endpoint, query);
    return count(await (form === "SELECT" ? fetcher.fetchBindings(endpoint, query) : fetcher.fetchTriples(endpoint, query)));
  },
};

console.log(String(await ask[library]()));
