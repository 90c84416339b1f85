"""What is left to Oxigraph, and what is not."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import RdfFormat, Store

from atlas_ld.media import SPARQL_JSON, SPARQL_TSV, SPARQL_XML, Format
from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.engine import answer
from atlas_ld.sparql.columns.layout import Columns
from atlas_ld.sparql.columns.looks import is_analytic
from tests.sparql.columns.differences import columns_of

TURTLE = """
@prefix : <http://example.org/> .
:a a :Thing ; :name "Eau"@fr ; :amount 1.10, 2.2 ; :up :b .
:b a :Thing ; :name "eau" ; :amount 3 ; :up :c .
:c a :Thing ; :name "Ville" .
"""
PREFIXES = {"": "http://example.org/"}


@pytest.fixture(scope="module")
def columns() -> Columns:
    store = Store()
    store.load(TURTLE.encode(), format=RdfFormat.TURTLE)
    return columns_of(store)


def values(columns: Columns, query: str) -> list[list[str]]:
    document = json.loads(b"".join(answer(columns, query, SPARQL_JSON.name, PREFIXES)))
    return [[term["value"] for term in row.values()] for row in document["results"]["bindings"]]


def test_decimals_are_summed_exactly_and_written_as_oxigraph_writes_them(columns: Columns) -> None:
    assert values(columns, "SELECT (SUM(?n) AS ?sum) (AVG(?n) AS ?mean) { ?x :amount ?n }") == [["6.3", "2.1"]]


def test_a_path_of_one_or_more_steps_links_each_pair_once(columns: Columns) -> None:
    assert values(columns, "SELECT (COUNT(*) AS ?pairs) { ?x :up+ ?y }") == [["3"]]


def test_no_group_at_all_is_one_row(columns: Columns) -> None:
    assert values(columns, "SELECT (COUNT(?x) AS ?n) { ?x :never ?y }") == [["0"]]
    assert values(columns, "SELECT ?y (COUNT(?x) AS ?n) { ?x :never ?y } GROUP BY ?y") == []


def test_undeclared_prefixes_are_those_of_the_site(columns: Columns) -> None:
    assert values(columns, "PREFIX : <http://example.org/other/> SELECT (COUNT(?x) AS ?n) { ?x :name ?y }") == [["0"]]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x { ?x a :Thing } LIMIT 1",  # which one is for Oxigraph to say
        "SELECT ?y { ?x :name|:amount ?y } ORDER BY ?y",  # texts beside numbers
        "SELECT ?x { ?x :amount ?n FILTER(?n * 2 > 3) }",
        'SELECT ?x { ?x :name ?n FILTER(REGEX(?n, "\\\\w")) }',
        'SELECT ?x { ?x :name ?n FILTER(REGEX(?n, "(a+)+")) }',
        "SELECT ?x { GRAPH ?g { ?x a :Thing } }",
        "SELECT ?x FROM :other { ?x a :Thing }",
        "SELECT ?x { ?x a <relative> }",
        "SELECT ?x { ?x :amount 1.10 }",  # Oxigraph writes it 1.1
        "SELECT ?x { ?x a foaf:Person }",  # a prefix that rdflib knows, and nobody declared
        "SELECT ?x ?x1 { ?x a :Thing . ?x1 :up ?y }",
        "ASK { ?x a :Thing }",
        "CONSTRUCT { ?x a :Thing } { ?x a :Thing }",
        "SELECT ?x { ?x a :Thing",
    ],
)
def test_what_is_not_proven_is_left_to_oxigraph(columns: Columns, query: str) -> None:
    with pytest.raises(Uncovered):
        values(columns, query)


@pytest.mark.parametrize("format_", [SPARQL_JSON, SPARQL_XML, SPARQL_TSV])
def test_a_datatype_of_ones_own_is_told_whatever_its_name_ends_with(format_: Format) -> None:
    datatype = "http://example.org/own#string"
    store = Store()
    store.load(f'<x:a> <x:is> "x"^^<{datatype}> .'.encode(), format=RdfFormat.TURTLE)
    query = "SELECT ?value { ?thing <x:is> ?value }"
    try:
        told = b"".join(answer(columns_of(store), query, format_.name, PREFIXES))
    except Uncovered:
        assert format_ is SPARQL_TSV
    else:
        assert datatype in told.decode()


def test_a_graph_with_blank_nodes_has_no_columns() -> None:
    store = Store()
    store.load(b"_:x <x:y> 1 .", format=RdfFormat.TURTLE)
    with pytest.raises(Uncovered):
        columns_of(store)


@pytest.mark.parametrize(
    ("query", "worth"),
    [
        ("SELECT ?p ?o { <http://example.org/id/a> ?p ?o }", False),
        ("ASK { <http://example.org/id/a> a ?class }", False),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", True),
        ("select ?s { ?s a ?c } order by ?s", True),
        ('SELECT ?s { ?s :name ?n FILTER(REGEX(?n, "\\\\d")) }', False),
        ("SELECT ?s { ?s :up+ ?t }", True),
    ],
)
def test_light_queries_are_not_tried(query: str, worth: bool) -> None:
    assert is_analytic(query) is worth
