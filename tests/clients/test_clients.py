"""Programs of other people, as they come, against the site as it is served."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from signposting import find_signposting_html, find_signposting_http, find_signposting_linkset
from SPARQLWrapper import JSON, POST, SPARQLWrapper

from atlas_ld.release.layout import Release
from atlas_ld.vocabulary import PREFIXES

Program = Callable[[str], list[str]]
KEY = "crea-ocean-2010"
TOTALS = [("2019", 39650.0), ("2020", 39650.0)]


def funding(site: str) -> str:
    """Funding by year of one partnership."""
    return (
        f"PREFIX atlas: <{PREFIXES['atlas']}> SELECT ?year (SUM(?amount) AS ?total) {{ "
        f"<{site}id/partnership/{KEY}> atlas:fundingLine ?line . ?line atlas:year ?year ; atlas:amount ?amount }} "
        "GROUP BY ?year ORDER BY ?year"
    )


def run(*command: str | Path, input_: str | None = None) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, input=input_, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def bindings(text: str) -> list[tuple[str, float]]:
    rows = json.loads(text)["results"]["bindings"]
    return [(row["year"]["value"], float(row["total"]["value"])) for row in rows]


@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper(site: str, method: str) -> None:
    wrapper = SPARQLWrapper(f"{site}sparql")
    wrapper.setQuery(funding(site))
    wrapper.setMethod(method)
    wrapper.setReturnFormat(JSON)
    assert bindings(json.dumps(wrapper.queryAndConvert())) == TOTALS


def test_rdflib_as_a_store(site: str) -> None:
    graph = rdflib.Graph(SPARQLStore(f"{site}sparql"))
    found = [(str(row[0]), float(row[1])) for row in graph.query(funding(site))]
    assert found == TOTALS
    partnership = rdflib.URIRef(f"{site}id/partnership/{KEY}")
    assert str(graph.value(partnership, rdflib.DCTERMS.title)).startswith("CREA")


def test_rdflib_follows_the_identifier(site: str) -> None:
    graph = rdflib.Graph().parse(f"{site}id/partnership/{KEY}")
    assert (rdflib.URIRef(f"{site}id/partnership/{KEY}"), rdflib.DCTERMS.title, None) in graph


needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")


@needs_curl
def test_curl_asks_and_follows(site: str) -> None:
    table = run("curl", "-sf", f"{site}sparql", "-H", "Accept: text/csv", "--data-urlencode", f"query={funding(site)}")
    assert table.split() == ["year,total", "2019,39650", "2020,39650"]
    turtle = run("curl", "-sfL", "-H", "Accept: text/turtle", f"{site}id/partnership/{KEY}")
    assert len(rdflib.Graph().parse(data=turtle, format="turtle")) > 20


@needs_curl
def test_curl_with_the_query_method(site: str) -> None:
    answer = run(
        "curl", "-sf", "-X", "QUERY", "-H", "Content-Type: application/sparql-query", "--data-binary", "@-",
        f"{site}sparql", input_=funding(site),
    )  # fmt: skip
    assert bindings(answer) == TOTALS


def test_comunica_asks_the_endpoint(site: str, node_program: Program) -> None:
    answer = run(
        *node_program("comunica-sparql"), f"sparql@{site}sparql", funding(site), "-t", "application/sparql-results+json"
    )
    assert bindings(answer) == TOTALS


def test_comunica_finds_out_by_itself_that_it_is_an_endpoint(site: str, node_program: Program) -> None:
    answer = run(
        *node_program("comunica-sparql"), f"{site}sparql", funding(site), "-t", "application/sparql-results+json"
    )
    assert bindings(answer) == TOTALS


def test_comunica_follows_links(site: str, node_program: Program) -> None:
    """From the partnership's identifier alone to what other documents say: the name of the partner's country."""
    query = (
        f"PREFIX atlas: <{PREFIXES['atlas']}> SELECT DISTINCT ?label {{ "
        f"<{site}id/partnership/{KEY}> atlas:partnerCountry ?country . ?country atlas:level ?level ; "
        f"<{PREFIXES['rdfs']}label> ?label FILTER(LANG(?label) = 'en') }}"
    )
    answer = run(
        *node_program("comunica-sparql-link-traversal"), "--lenient", f"{site}id/partnership/{KEY}", query,
        "-t", "application/sparql-results+json",
    )  # fmt: skip
    labels = [row["label"]["value"] for row in json.loads(answer)["results"]["bindings"]]
    assert "Canada" in labels


def test_signposting_walks_from_a_page_to_its_data(site: str) -> None:
    """PyPI signposting: the links of a page's header, of its head and of its linkset say the same, and lead to data."""
    page = f"{site}doc/partnership/{KEY}"
    header, head = find_signposting_http(page), find_signposting_html(page)
    for found in (header, head):
        assert str(found.citeAs.target) == f"{site}id/partnership/{KEY}"
        assert str(found.license.target).startswith("https://")
    described = {str(link.target) for link in header.describedBy}
    assert described == {str(link.target) for link in head.describedBy}
    (turtle,) = [link for link in header.describedBy if link.type == "text/turtle"]
    partnership = rdflib.URIRef(f"{site}id/partnership/{KEY}")
    assert (partnership, rdflib.DCTERMS.title, None) in rdflib.Graph().parse(str(turtle.target))
    linkset = find_signposting_linkset(str(next(iter(header.linksets)).target))
    assert described <= {str(link.target) for link in linkset.for_context(page).describedBy}


def test_oxigraph_loads_the_dumps(site: str, release: Release, tmp_path: Path) -> None:
    oxigraph = Path(sys.executable).with_name("oxigraph")
    for name in ("atlas.nt", "atlas.ttl", "atlas.trig.gz", "atlas.nq", "atlas.rdf", "atlas.jsonld"):
        dump, store = release.path / "download" / name, tmp_path / name
        if name.endswith(".gz"):
            plain = tmp_path / name.removesuffix(".gz").replace("atlas", "dump")
            plain.write_bytes(subprocess.run(["gzip", "-dc", dump], check=True, capture_output=True).stdout)
            dump = plain
        run(oxigraph, "load", "--location", store, "--file", dump)
        answer = run(oxigraph, "query", "--location", store, "--query", funding(site), "--results-format", "json")
        assert bindings(answer) == TOTALS, name


def test_comunica_joins_over_the_fragments_as_we_do(site: str, node_program: Program) -> None:
    """It finds out by itself what /fragments is, and asks patterns alone."""
    query = (
        f"PREFIX atlas: <{PREFIXES['atlas']}> SELECT DISTINCT ?label ?year {{ "
        "?partnership a atlas:Partnership ; atlas:partnerCountry ?country ; atlas:fundingLine ?line . "
        f"?line atlas:year ?year . ?country <{PREFIXES['rdfs']}label> ?label }}"
    )

    def rows(source: str) -> list[tuple[str, str]]:
        text = run(*node_program("comunica-sparql"), source, query, "-t", "application/sparql-results+json")
        return sorted((r["label"]["value"], r["year"]["value"]) for r in json.loads(text)["results"]["bindings"])

    ours = rows(f"sparql@{site}sparql")
    assert rows(f"{site}fragments") == ours
    assert ("Canada", "2019") in ours
