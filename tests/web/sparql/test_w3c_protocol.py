"""The W3C's test cases of the SPARQL 1.1 Protocol, by their names in its manifest.

https://w3c.github.io/rdf-tests/sparql/sparql11/protocol/ The graphs that they use are loaded under their names. The
cases of updates that must succeed do not apply to an endpoint that takes none: they are refused (docs/sparql.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
import rdflib
from flask.testing import FlaskClient

from atlas_ld.config import Settings
from atlas_ld.release.layout import Release
from atlas_ld.sparql.client import QueryService
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication

FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
D0, D1, D2, D3 = (DATA.format(number) for number in range(4))
TWO = f"<{D1}> a ?type . <{D2}> a ?type ."
NAMED = f"GRAPH ?g1 {{ <{D1}> a ?type }} GRAPH ?g2 {{ <{D2}> a ?type }}"
EMPTY = {"default-graph-uri": D0}
BOTH = [("default-graph-uri", D1), ("default-graph-uri", D2)]
BOTH_NAMED = [("named-graph-uri", D1), ("named-graph-uri", D2)]


@dataclass(frozen=True)
class Case:
    """`expected` is true, `tabular` or `RDF` for an answer of that kind, or `4xx`."""

    name: str
    method: str
    expected: object
    arguments: object = ()
    type: str | None = None
    body: str | bytes = b""


CASES = [
    Case("query_post_form", "POST", True, EMPTY, FORM, "query=ASK%20%7B%7D"),
    Case("query_dataset_default_graphs_get", "GET", True, [("query", f"ASK {{ {TWO} }}"), *BOTH]),
    Case("query_dataset_default_graphs_post", "POST", True, BOTH, QUERY, f"ASK {{ {TWO} }}"),
    Case("query_dataset_named_graphs_post", "POST", True, BOTH_NAMED, QUERY, f"ASK {{ {NAMED} }}"),
    Case("query_dataset_named_graphs_get", "GET", True, [("query", f"ASK {{ {NAMED} }}"), *BOTH_NAMED]),
    Case(
        "query_dataset_full", "POST", True, [("default-graph-uri", D3), *BOTH_NAMED], QUERY,
        f"ASK {{\n  <{D3}> a ?type\n  {NAMED}\n}}",
    ),
    # The manifest writes %26 and %3D between its two graphs, which makes one name of both; they are meant as & and =.
    Case("query_multiple_dataset", "POST", True, BOTH_NAMED, QUERY, f"ASK FROM <{D3}> {{ {NAMED} }}"),
    Case("query_get", "GET", True, {"query": "ASK {}", **EMPTY}),
    Case("query_content_type_select", "POST", "tabular", EMPTY, QUERY, "SELECT (1 AS ?value) {}"),
    Case("query_content_type_ask", "POST", True, EMPTY, QUERY, "ASK {}"),
    Case("query_content_type_describe", "POST", "RDF", EMPTY, QUERY, "DESCRIBE <http://example.org/>"),
    Case("query_content_type_construct", "POST", "RDF", EMPTY, QUERY, "CONSTRUCT { <s> <p> 1 } WHERE {}"),
    Case("query_post_direct", "POST", True, EMPTY, QUERY, "ASK {}"),
    Case("bad_query_method", "PUT", "4xx", {"query": "ASK {}", **EMPTY}),
    Case("bad_multiple_queries", "GET", "4xx", [("query", "ASK {}"), ("query", "SELECT * {}")]),
    Case("bad_query_wrong_media_type", "POST", "4xx", EMPTY, "text/plain", "ASK {}"),
    Case("bad_query_missing_form_type", "POST", "4xx", EMPTY, None, "query=ASK%20%7B%7D"),
    Case("bad_query_missing_direct_type", "POST", "4xx", EMPTY, None, "ASK {}"),
    Case("bad_query_non_utf8", "POST", "4xx", EMPTY, f"{QUERY}; charset=UTF-16", "ASK {}".encode("utf-16")),
    Case("bad_query_syntax", "GET", "4xx", {"query": "ASK {", **EMPTY}),
    Case("bad_update_get", "GET", "4xx", {"update": "CLEAR ALL"}),
    Case("bad_multiple_updates", "POST", "4xx", (), FORM, "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT"),
    Case("bad_update_wrong_media_type", "POST", "4xx", (), "text/plain", "CLEAR NAMED"),
    Case("bad_update_missing_form_type", "POST", "4xx", (), None, "update=CLEAR%20NAMED"),
    Case("bad_update_non_utf8", "POST", "4xx", (), f"{UPDATE}; charset=UTF-16", "CLEAR NAMED".encode("utf-16")),
    Case("bad_update_syntax", "POST", "4xx", (), FORM, "update=CLEAR%20XYZ"),
    Case(
        "bad_update_dataset_conflict", "POST", "4xx", (), FORM,
        "using-named-graph-uri=http%3A%2F%2Fexample%2Fpeople&update=WITH%20%3Chttp%3A%2F%2Fexample%2Fg%3E%20DELETE%20"
        "%7B%20%3Fs%20%3Fp%201%20%7D%20WHERE%20%7B%20%3Fs%20%3Fp%201%20%7D",
    ),
]  # fmt: skip

UPDATES = {
    "update_dataset_default_graph": ({"using-graph-uri": D1}, UPDATE, "INSERT { ?s a <x:> } WHERE { ?s a ?type }"),
    "update_dataset_default_graphs": (
        [("using-graph-uri", D1), ("using-graph-uri", D2)], UPDATE, "INSERT { ?s a <x:> } WHERE { ?s a ?type }"
    ),
    "update_dataset_named_graphs": (
        [("using-named-graph-uri", D1)], UPDATE, "INSERT { ?s a <x:> } WHERE { GRAPH ?g { ?s a ?type } }"
    ),
    "update_dataset_full": (
        [("using-graph-uri", D1), ("using-named-graph-uri", D2)], UPDATE, "INSERT { ?s a <x:> } WHERE { ?s a ?type }"
    ),
    "update_post_form": ((), FORM, "update=CLEAR%20ALL"),
    "update_post_direct": ((), UPDATE, "CLEAR ALL"),
    "update_base_uri": ((), UPDATE, "CLEAR GRAPH <#a> ; INSERT DATA { GRAPH <#a> { <http://example.org/s> <p:> 1 } }"),
}  # fmt: skip


@pytest.fixture(scope="module")
def client(demonstration: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    store = ox.Store(str(tmp_path_factory.mktemp("w3c") / "store"))
    document = ox.NamedNode("http://xmlns.com/foaf/0.1/Document")
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    for graph in (D1, D2, D3):
        store.add(ox.Quad(ox.NamedNode(graph), kind, document, ox.NamedNode(graph)))
    store.flush()
    settings = Settings(releases=demonstration.path.parent, workers=1)
    publication = open_publication(settings)
    folder = next(Path(tmp_path_factory.getbasetemp()).glob("w3c*/store"))
    publication.service.close()
    service = QueryService(folder, publication.iris.base, settings)
    yield create_app(replace(publication, service=service)).test_client()
    service.close()


def test_the_cases_are_those_of_the_manifest() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names) == 27
    assert len(UPDATES) == 7


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_of_the_manifest_passes(client: FlaskClient, case: Case) -> None:
    address = f"/sparql?{urlencode(case.arguments)}"  # type: ignore[arg-type]  # pairs or a mapping
    answer = client.open(address, method=case.method, data=case.body or None, content_type=case.type)
    if case.expected == "4xx":
        assert 400 <= answer.status_code < 500
        return
    assert answer.status_code == 200
    if case.expected == "RDF":
        assert answer.mimetype == "text/turtle"
        rdflib.Graph().parse(data=answer.data, format="turtle")
    else:
        assert answer.mimetype == "application/sparql-results+json"
        assert (
            ("results" in json.loads(answer.data)) if case.expected == "tabular" else json.loads(answer.data)["boolean"]
        )


@pytest.mark.parametrize("name", UPDATES)
def test_updates_are_refused(client: FlaskClient, name: str) -> None:
    arguments, type_, body = UPDATES[name]
    answer = client.post(f"/sparql?{urlencode(arguments)}", data=body, content_type=type_)  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert json.loads(answer.data)["type"].endswith("#problem-update")
