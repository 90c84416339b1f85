"""Where Oxigraph departs from SPARQL, as docs/sparql.md says: a failure says that the page is to be changed."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store

from atlas_ld.media import SPARQL_JSON
from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.engine import answer
from tests.sparql.columns.differences import columns_of

TURTLE = """
@prefix e: <http://example.org/> .
e:a e:p e:b ; e:q e:b ; e:label "un"@fr, "deux"@fr ; e:code "x", e:b ; e:number 01, 1.50 .
"""
PREFIXES = {"e": "http://example.org/", "xsd": "http://www.w3.org/2001/XMLSchema#"}

DEPARTURES = [
    ("SELECT ?x { e:a e:p|e:q ?x }", [["http://example.org/b"]]),
    ("SELECT ?x { e:nowhere e:p* ?x }", []),
    ("SELECT ?x { VALUES ?y { e:nowhere } ?y e:p* ?x }", []),
    ("SELECT ?n { e:a e:number ?n } ORDER BY ?n", [["1"], ["1.5"]]),
    ('SELECT (BNODE("x") AS ?b) { e:a e:label ?l }', [["x"], ["x"]]),
    ("SELECT (LANG(GROUP_CONCAT(?l)) AS ?tag) { e:a e:label ?l }", [["fr"]]),
    ("SELECT (GROUP_CONCAT(?n) AS ?all) { e:a e:number ?n }", [[]]),
    ("SELECT (COUNT(UCASE(?c)) AS ?n) { e:a e:code ?c }", [[]]),
    ("SELECT ?c { e:a e:code ?c FILTER(?c NOT IN ()) }", [["x"]]),
    ("SELECT (0 / 2.5 AS ?x) (0 / 2 AS ?y) { }", [["0"]]),
]


@pytest.fixture(scope="module")
def store() -> Store:
    opened = Store()
    opened.load(TURTLE.encode(), format=RdfFormat.TURTLE)
    return opened


def values(document: bytes) -> list[list[str]]:
    return [[term["value"] for term in row.values()] for row in json.loads(document)["results"]["bindings"]]


@pytest.mark.parametrize(("query", "expected"), DEPARTURES)
def test_the_engine_departs_from_the_standard_as_is_said(store: Store, query: str, expected: list[list[str]]) -> None:
    found = store.query(query, prefixes=PREFIXES)
    assert isinstance(found, QuerySolutions)
    assert values(found.serialize(format=QueryResultsFormat.JSON) or b"") == expected


@pytest.mark.parametrize(("query", "expected"), DEPARTURES)
def test_the_columns_decline_or_do_the_same(store: Store, query: str, expected: list[list[str]]) -> None:
    try:
        document = b"".join(answer(columns_of(store), query, SPARQL_JSON.name, PREFIXES))
    except Uncovered:
        return
    assert values(document) == expected


def test_a_name_given_in_select_cannot_be_used_beside_an_aggregate(store: Store) -> None:
    with pytest.raises(SyntaxError, match="unbound"):
        store.query("SELECT (COUNT(*) AS ?n) (?n * 2 AS ?m) { ?s ?p ?o }")


def test_the_engine_takes_no_blank_before_the_bracket_of_coalesce(store: Store) -> None:
    with pytest.raises(SyntaxError):
        store.query("SELECT (COALESCE (1) AS ?n) { }")
