"""sparql/guard.py: SERVICE and updates are refused, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_ld.errors import QueryRefused
from atlas_ld.sparql.guard import check

HERE = Path(__file__).parent
STORE = ox.Store()


def corpus(name: str) -> list[str]:
    """The queries of a file, in which ⏎ stands for a line feed and ␍ for a carriage return."""
    lines = (HERE / f"queries-{name}.txt").read_text("utf-8").split("\n")
    return [line.replace("⏎", "\n").replace("␍", "\r") for line in lines if line and not line.startswith("## ")]


def parses(query: str) -> bool:
    try:
        STORE.query(query.replace("http://endpoint.test/", "http://127.0.0.1:9/"))  # where nobody listens
    except SyntaxError:
        return False
    except (OSError, RuntimeError):  # it went as far as calling
        return True
    return True


def misspelt(query: str) -> str:
    return re.sub("service", "xervice", query, flags=re.IGNORECASE)


@pytest.mark.parametrize("query", corpus("hostile"))
def test_a_hostile_query_is_refused(query: str) -> None:
    with pytest.raises(QueryRefused, match=r"(SERVICE|[A-Z]+) is refused.*\(line \d+, column \d+"):
        check(query)


@pytest.mark.parametrize("query", corpus("innocent"))
def test_an_innocent_query_passes_and_parses(query: str) -> None:
    check(query)
    assert parses(query)


def test_the_corpora_hold_three_hundred_queries_each() -> None:
    assert len(set(corpus("hostile"))) >= 300
    assert len(set(corpus("innocent"))) >= 300


def test_most_hostile_queries_would_work_if_they_were_not_refused() -> None:
    assert sum(parses(query) for query in corpus("hostile") if "SERVICE" in query) > 180


PIECES = st.sampled_from(
    [
        "FILTER(1<2)", "FILTER(?c<'x>')", "FILTER(?c<?b#>\n)", "FILTER(?c<'x>'||EXISTS{", "FILTER(?c<<http://x#>)",
        "FILTER(?c<<'>>'||1<2)", 'FILTER(?c<"x>"||?c>"")', "BIND(1<?x AS ?y)", "?s ?p ?o.", "?s ?p 1 ", "?s ?p true",
        "?s ?p 'a'", '?s ?p """a""" ', 'VALUES ?v { """a" "b" }', "VALUES ?v { '''' 'b' }", '?s ?p "a"@en ',
        "?s ex:p? ?o ", "?s :p :o.", "?s :a\\.b ?o.", "?s ?p _:b.", "{} ", "OPTIONAL{?s ?p ?o}", "<<?s ?p ?o>> ?q ?r ",
        "?s ?p ?o{|?a ?b|}", "?s ?p <http://x/#'> ", "?s ?p 'x\\'' ", "?s ?p 1e5", "?s ?p 1.", "FILTER EXISTS{", "{",
        "LATERAL{", "MINUS{",
    ]
)  # fmt: skip
GAPS = st.sampled_from(["", "#>\n", "#'\n", " ", "\t", "\r", '#"""\n', "#'''\n", "#\n", "."])
CALLS = st.sampled_from(
    ["SERVICE<http://x/>", "SERVICE:", "SERVICEex:", "SERVICE ex:", "SeRvIcESILENT:", "SERVICE#\n<http://x/>"]
)
ENDS = st.sampled_from(["", "#'", '#"""', "#'''", "#>", "'", '"', "#\\uD800 '''", '#\\uD800 """'])


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(PIECES, GAPS), min_size=1, max_size=4), CALLS, GAPS, ENDS)
def test_no_service_that_the_engine_would_call_passes(
    pieces: list[tuple[str, str]], call: str, gap: str, end: str
) -> None:
    """If a query that passes parses, it parses with the word misspelt too: then the word called nothing."""
    body = "".join(piece + gap for piece, gap in pieces)
    query = f"PREFIX : <http://x/> PREFIX ex: <http://x/> SELECT * {{{body}{call}{gap}{{?s ?p ?o}}"
    query += ")" * (query.count("(") - query.count(")")) + "}" * (query.count("{") - query.count("}")) + end
    try:
        check(query)
    except QueryRefused:
        return
    assert not parses(query) or parses(misspelt(query))


@given(st.text(alphabet="SERVICEservice<>\"'#\\u0053?:{}()@_- .\n\r|^", max_size=60))
def test_any_text_at_all_is_either_passed_or_refused(text: str) -> None:
    try:
        check(text)
    except QueryRefused:
        assert "service" in text.lower() or "\\u" in text.lower()


def test_the_place_that_is_named_is_the_words_own() -> None:
    with pytest.raises(QueryRefused, match=r"\(line 2, column 3\)"):
        check("SELECT * {\n  SERVICE <http://x/> {} }")
    with pytest.raises(QueryRefused, match=r"LOAD is refused.*\(line 1, column 1\)"):
        check("load <http://x/>")
