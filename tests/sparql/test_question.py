"""sparql/question.py: which answers may be given again."""

from __future__ import annotations

import pytest

from atlas_ld.sparql.question import Question


def question(query: str) -> Question:
    return Question(query, ("sparql-csv", None), (), (), None, (None, None))


@pytest.mark.parametrize(
    "query", ["SELECT (RAND() AS ?x) {}", "SELECT (now() AS ?x) {}", "SELECT (\\u0052AND() AS ?x) {}"]
)
def test_a_query_that_asks_for_chance_or_time_is_answered_anew(query: str) -> None:
    assert question(query).changes


@pytest.mark.parametrize("query", ["ASK { ?grandeur ?p ?o }", "ASK { ?known ?p ?o }", "ASK {}"])
def test_other_queries_may_have_the_same_answer_again(query: str) -> None:
    assert not question(query).changes
