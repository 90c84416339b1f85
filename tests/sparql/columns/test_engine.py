"""What is left to Oxigraph, and what is not."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import RdfFormat, Store

from atlas_ld.media import SPARQL_JSON, SPARQL_TSV, SPARQL_XML, Format
from atlas_ld.sparql.columns import Uncovered, attachment
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
        "SELECT ?x { ?x a :Thing OPTIONAL { ?x :up ?y } ?y a ?z }",
        "SELECT ?x { ?x :amount ?n FILTER(?n > 1e0) }",
        'SELECT ?x { ?x :name ?n FILTER(REGEX(?n, "\\\\w")) }',
        'SELECT ?x { ?x :name ?n FILTER(REGEX(?n, "(a+)+")) }',
        "SELECT ?x { GRAPH ?g { ?x a :Thing } }",
        "SELECT ?x FROM :other { ?x a :Thing }",
        "SELECT ?x { ?x a <relative> }",
        "SELECT ?x { ?x :amount 1.1e0 }",
        "SELECT ?x { ?x a foaf:Person }",  # a prefix that nobody declared
        "BASE <http://example.org/> SELECT ?x { ?x a :Thing }",
        "SELECT ?x { ?x a <http://example.org/./Thing> }",
        'SELECT ?x { ?x :name "Eau"@fr--rtl }',
        'SELECT ?x { ?x :name "\\u0061" }',
        "SELECT ?x { ?x :amount ?n } GROUP BY ?y",  # no SPARQL, and neither are these
        "SELECT ?x (COUNT(*) AS ?x) { ?x :amount ?n } GROUP BY ?x",
        "SELECT ?x { ?x :amount ?n BIND(1 AS ?n) }",
        "SELECT ?x { _:a :amount ?n { _:a :amount ?x } }",
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


@pytest.mark.parametrize(
    "expression", ["?n + 1", "2 * ?n", "SUBSTR('abc', ?n)", "?n = 1", "ROUND(?n)", "xsd:integer(?n)"]
)
def test_an_integer_that_is_none_is_left_to_oxigraph(expression: str) -> None:
    store = Store()
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    store.load(f'<x:a> <x:p> "abc"^^<{integer}> .'.encode(), format=RdfFormat.TURTLE)
    with pytest.raises(Uncovered):
        values(columns_of(store), f"PREFIX xsd: <{integer[:-7]}> SELECT ({expression} AS ?x) {{ ?s <x:p> ?n }}")


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
        ("SELECT ?s { ?s :up+ ?t }", True),
        ("SELECT ?s { ?s :up* ?t }", True),
        ("SELECT * { ?s :up ?t }", False),
    ],
)
def test_light_queries_are_not_tried(query: str, worth: bool) -> None:
    assert is_analytic(query) is worth


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { [] :up+ ?y } ORDER BY ?y", [["http://example.org/b"], *[["http://example.org/c"]] * 2]),
        ("SELECT (COUNT(*) AS ?n) { { SELECT * { [] :up+ [] } } }", [["3"]]),
        ('SELECT ?x { ?x :name "Eau"@FR }', [["http://example.org/a"]]),
        ("SELECT (COUNT(?x) AS ?__agg_1__) (COUNT(?n) AS ?__agg_2__) { ?x :amount ?n }", [["3", "3"]]),
        ("PREFIX p: <http://example.org/>PREFIX q: <http://example.org/>SELECT ?x{?x p:up/q:up q:c}",
         [["http://example.org/a"]]),
        ("SELECT ?x { ?x :amount 1.10 }", [["http://example.org/a"]]),
        ("SELECT ?x { ?x :amount 03 }", [["http://example.org/b"]]),
        ("SELECT $x { # it's { a comment\r ?x :up <http://example.org/c> }", [["http://example.org/b"]]),
        ("SELECT ?n { ?x :name ?n FILTER(?n IN ('''e\tau''', \"eau\")) }", [["eau"]]),
        ("SELECT ?n { BIND('''a\tb\r\n''' AS ?n) }", [["a\tb\r\n"]]),
        ("SELECT (GROUP_CONCAT(?n; SEPARATOR = '\\t') AS ?all) { ?y :up :c . ?y :name ?n }", [["eau"]]),
        ("SELECT ?y { :a :up* ?y } ORDER BY ?y", [[f"http://example.org/{name}"] for name in "abc"]),
        ("SELECT ?y { :a :up? ?y } ORDER BY ?y", [[f"http://example.org/{name}"] for name in "ab"]),
        ("SELECT ?x { ?x :amount ?n FILTER(?n * 2 > 5) }", [["http://example.org/b"]]),
        ("SELECT (SUM(?n) / 2 + 1 AS ?m) { ?x :amount ?n }", [["4.15"]]),
        ("SELECT ?x { ?x a :Thing FILTER NOT EXISTS { ?x :up ?y } }", [["http://example.org/c"]]),
        ("SELECT ?y { ?x :name|:amount ?y } ORDER BY ?y", [["1.1"], ["2.2"], ["3"], ["Eau"], ["Ville"], ["eau"]]),
        ("SELECT ?p ?y { VALUES ?p { :name :up } :b ?p ?y } ORDER BY ?y",
         [["http://example.org/up", "http://example.org/c"], ["http://example.org/name", "eau"]]),
    ],
)  # fmt: skip
def test_spellings_and_operators_that_once_went_wrong(columns: Columns, query: str, expected: list[list[str]]) -> None:
    assert values(columns, query) == expected


def chain(length: int) -> Columns:
    store = Store()
    lines = "".join(f"<x:{place}> <x:p> <x:{place + 1}> .\n" for place in range(length))
    store.load(lines.encode(), format=RdfFormat.TURTLE)
    return columns_of(store)


def test_a_closure_of_a_long_chain_is_followed_from_its_bound_end_or_left_early() -> None:
    columns = chain(1000)
    assert values(columns, "SELECT (COUNT(*) AS ?n) { <x:0> <x:p>+ ?x }") == [["1000"]]
    assert values(columns, "SELECT (COUNT(*) AS ?n) { ?x <x:p>* <x:7> }") == [["8"]]
    with pytest.raises(Uncovered, match="costs too much"):
        values(columns, "SELECT (COUNT(*) AS ?n) { ?x <x:p>+ ?y }")


def test_sums_past_nine_thousand_million_are_exact() -> None:
    store = Store()
    store.load(b"<x:a> <x:p> 99999999999.999999, 0.000002 . <x:b> <x:q> 1234567890123, -1 .", format=RdfFormat.TURTLE)
    columns = columns_of(store)
    assert values(columns, "SELECT (SUM(?n) AS ?s) { ?x <x:p> ?n }") == [["100000000000.000001"]]
    assert values(columns, "SELECT (SUM(?n) AS ?s) (AVG(?n) AS ?m) { ?x <x:q> ?n }") == [
        ["1234567890122", "617283945061"]
    ]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x { ?x ?p ?o FILTER(" + "(" * 5_000 + "1" + ")" * 5_000 + ") }",
        "SELECT ?x {" + "{" * 5_000 + "}" * 5_000 + "}",
        "SELECT ?x { ?x ?p " + "[ ?p " * 3_000 + "1" + "]" * 3_000 + "}",
        "SELECT ?x { ?x " + "(" * 5_000 + ":p" + ")" * 5_000 + " ?y }",
        "SELECT ?x { ?x ?p ?o FILTER(" + "!" * 9_000 + "true) }",
        "SELECT ?x { ?x " + "^" * 9_000 + ":p ?y }",
        "SELECT ?x { ?x ?p ?o FILTER(" + "STR(" * 2_000 + "?x" + ")" * 2_000 + ") }",
        "SELECT ?x { ?x ?p ?o FILTER(?o = 1" + " || ?o = 1" * 900 + ") GRAPH ?g {} }",
        "SELECT ?x { ?x :up ?o FILTER(?o = 1" + " || ?o = 1" * 900 + ") }",
        "SELECT ?x { ?x :amount ?o FILTER(?o = 1" + " + ?o" * 3_000 + ") }",
        "SELECT ?x {" + "OPTIONAL { ?x :up ?o } " * 400 + "}",
        "SELECT ?x { ?x :amount ?o " + "FILTER(?o = 1) " * 600 + "}",
        "{" * 10_000,
        "(" * 10_000,
        "SELECT ?x { ?x ?p ?o } ORDER BY ?x LIMIT " + "9" * 5_000,
        "SELECT ?x { " + "?x :p ?o . " * 900 + "SERVICE <x:> {} }",
    ],
)
def test_deep_and_long_queries_are_declined_by_their_tokens_alone(columns: Columns, query: str) -> None:
    with pytest.raises(Uncovered):
        values(columns, query)


def test_what_fails_within_is_answered_by_oxigraph_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("told")

    monkeypatch.setattr(attachment.Attached, "_attach", lambda *_: None)
    attached = attachment.Attached(0)
    attached._engine = fails  # type: ignore[assignment]
    assert attached.answer("SELECT (COUNT(*) AS ?n) { }", SPARQL_JSON.name, {}, None) is None
    assert "told" in caplog.text
    assert "SELECT (COUNT(*) AS ?n)" in caplog.text


@pytest.fixture(scope="module")
def crowd() -> Columns:
    store = Store()
    lines = (f'<x:{place}> a <x:Thing> ; <x:p> {place}, "{place:03}", <x:{place + 1}> .\n' for place in range(3000))
    store.load("".join(lines).encode(), format=RdfFormat.TURTLE)
    return columns_of(store)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (COUNT(*) AS ?n) { ?x (a/^a)+ ?y }",
        "SELECT * { ?x a ?c . ?y a ?d } ORDER BY ?x ?y",
        "SELECT (COUNT(*) AS ?n) { ?s <x:p> ?o FILTER(?o IN (" + ",".join(map(str, range(1500))) + ")) }",
        "SELECT (COUNT(*) AS ?n) { ?s <x:p> ?o FILTER("
        + " || ".join(f'REGEX(STR(?o), ".*{place}.*|' + "|".join("abcdefgh") + '")' for place in range(150))
        + ") }",
        "SELECT (STRLEN(?x5) AS ?n) { ?s <x:p> ?o BIND(STR(?o) AS ?x0) "
        + " ".join(f"BIND(CONCAT({', '.join([f'?x{place}'] * 9)}) AS ?x{place + 1})" for place in range(5))
        + "}",
        "SELECT " + " ".join(f"(1 AS ?x{place})" for place in range(700)) + " { ?s <x:p> ?o } ORDER BY ?s",
        "SELECT (GROUP_CONCAT(?t) AS ?all) { ?s a ?c . ?z a ?c . ?s <x:p> ?o BIND(STR(?o) AS ?t) }",
        "SELECT (COUNT(*) AS ?n) { ?s a ?c "
        + " ".join(f"OPTIONAL {{ ?s <x:p> ?o{place} }}" for place in range(30))
        + "}",
    ],
)
def test_what_costs_too_much_is_left_to_oxigraph_soon(crowd: Columns, query: str) -> None:
    with pytest.raises(Uncovered, match=r"costs too much|long|large|many rows|Long"):
        values(crowd, query)


def test_a_list_of_a_thousand_names_is_looked_up_at_once(crowd: Columns) -> None:
    names = ",".join(f"<x:{place}>" for place in range(0, 3000, 3))
    query = f"SELECT (COUNT(*) AS ?n) {{ ?s a ?c FILTER(?s IN ({names})) }}"
    assert values(crowd, query) == [["1000"]]
