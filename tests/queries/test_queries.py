"""queries: files of SPARQL, and the one place where terms are put into them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from atlas_ld import queries
from atlas_ld.errors import BrokenResource
from atlas_ld.iris import Iris
from atlas_ld.queries import Query
from atlas_ld.vocabulary import PREFIXES

IRIS = Iris("http://localhost:8000/")
SELECT = Query("test", "", {}, {}, {"x": "1", "y": "2"}, "SELECT ?x ?y WHERE { ?s ?p ?x }")


@pytest.mark.parametrize("name", queries.names())
def test_every_query_runs_with_its_example_values_and_declares_the_prefixes_it_uses(name: str) -> None:
    Store().query(queries.load(name).example(PREFIXES | IRIS.prefixes))


@given(st.text(), st.sampled_from(["fr", "en-GB", "zh-Hans"]))
def test_a_bound_literal_reaches_the_engine_unchanged(value: str, language: str) -> None:
    literal = Literal(value, language=language)
    store = Store()
    store.add(Quad(NamedNode("s:1"), NamedNode("p:1"), literal))
    found = list(store.query(SELECT.bound({"x": literal})))
    assert [solution["x"] for solution in found] == [literal]


def test_values_go_after_the_first_where_or_at_each_marked_line() -> None:
    term = NamedNode("s:1")
    assert "WHERE {\n  VALUES ?x { <s:1> }" in SELECT.bound({"x": term})
    marked = Query("test", "", {}, {}, {"x": "1"}, "SELECT * WHERE {\n  #values\n  { #values\n  } }")
    assert marked.bound({"x": term}).count("VALUES ?x { <s:1> }") == 1
    twice = Query("test", "", {}, {}, {"x": "1"}, "SELECT * WHERE {\n  #values\n  {\n  #values\n  } }")
    assert twice.bound({"x": term}).count("VALUES ?x { <s:1> }") == 2


def test_a_variable_that_a_query_does_not_bind_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\['x', 'y'\], not \['z'\]"):
        SELECT.bound({"z": NamedNode("s:1")})


def test_a_missing_query_is_a_broken_resource() -> None:
    with pytest.raises(BrokenResource, match="examples/none"):
        queries.load("examples/none")
