"""sparql/result_cache.py: what is kept, within a bound that counts all of it."""

from __future__ import annotations

import pytest

from atlas_ld.media import SPARQL_CSV
from atlas_ld.sparql.result import ResultBuffer, Spool
from atlas_ld.sparql.result_cache import Question, ResultCache

MEGABYTE = 2**20


def question(query: str, *graphs: str) -> Question:
    return Question(query, ("sparql-csv", ""), graphs, (), None, (None, None))


def recorded(content: bytes) -> ResultBuffer:
    result = ResultBuffer("bindings", SPARQL_CSV.name, Spool(MEGABYTE))
    result.append(content)
    result.end()
    result.open()
    return result


def test_a_complete_answer_is_kept_for_its_question_alone() -> None:
    cache = ResultCache(MEGABYTE)
    cache.keep(question("ASK {}"), recorded(b"true"))
    kept = cache.get(question("ASK {}"))
    assert kept is not None
    assert (kept.kind, kept.format, kept.content) == ("bindings", SPARQL_CSV.name, b"true")
    assert cache.get(question("ASK {}", "http://a.example/")) is None


def test_an_answer_that_is_not_whole_is_not_kept() -> None:
    cache, result = ResultCache(MEGABYTE), ResultBuffer("bindings", SPARQL_CSV.name, Spool(MEGABYTE))
    result.append(b"begun")
    cache.keep(question("ASK {}"), result)
    assert cache.get(question("ASK {}")) is None


@pytest.mark.parametrize(
    "query", ["SELECT (RAND() AS ?x) {}", "SELECT (now() AS ?x) {}", "SELECT (\\u0052AND() AS ?x) {}"]
)
def test_a_query_that_asks_for_chance_or_time_is_not_kept(query: str) -> None:
    cache = ResultCache(MEGABYTE)
    cache.keep(question(query), recorded(b"x"))
    assert cache.get(question(query)) is None


def test_the_least_recently_used_goes_first() -> None:
    cache = ResultCache(20_000)
    for name in "abcdefghijklmnop":
        cache.keep(question(name), recorded(b"x" * 900))
        cache.get(question("a"))
    assert cache.get(question("a"))
    assert cache.get(question("p"))
    assert cache.get(question("b")) is None


def test_long_questions_count_as_much_as_long_answers() -> None:
    cache, graph = ResultCache(MEGABYTE), f"http://a.example/{'x' * 20_000}"
    asked = [question(f"ASK {{}} # {number}", graph) for number in range(200)]
    for one in asked:
        cache.keep(one, recorded(b"true"))
    assert sum(cache.get(one) is not None for one in asked) < 20


def test_one_large_answer_does_not_drive_out_the_others() -> None:
    cache = ResultCache(16_000)
    cache.keep(question("s"), recorded(b"x"))
    cache.keep(question("l"), recorded(b"x" * 2000))
    assert cache.get(question("s"))
    assert cache.get(question("l")) is None
