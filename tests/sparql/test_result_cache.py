"""sparql/result_cache.py: what is kept, within a bound that counts all of it."""

from __future__ import annotations

from atlas_ld.sparql.result_cache import ResultCache

MEGABYTE = 2**20


def test_a_complete_answer_is_kept_for_its_question_alone() -> None:
    cache = ResultCache(MEGABYTE)
    cache.keep(b'["ASK {}"]', b"true")
    assert cache.get(b'["ASK {}"]') == b"true"
    assert cache.get(b'["ASK {}", "http://a.example/"]') is None


def test_the_least_recently_used_goes_first() -> None:
    cache = ResultCache(20_000)
    for name in (b"%c" % letter for letter in b"abcdefghijklmnop"):
        cache.keep(name, b"x" * 900)
        cache.get(b"a")
    assert cache.get(b"a")
    assert cache.get(b"p")
    assert cache.get(b"b") is None


def test_long_questions_count_as_much_as_long_answers() -> None:
    cache, graph = ResultCache(MEGABYTE), b"http://a.example/" + b"x" * 80_000
    asked = [b"ASK {} # %d %b" % (number, graph) for number in range(200)]
    for one in asked:
        cache.keep(one, b"true")
    assert sum(cache.get(one) is not None for one in asked) < 20


def test_one_large_answer_does_not_drive_out_the_others() -> None:
    cache = ResultCache(16_000)
    cache.keep(b"s", b"x")
    cache.keep(b"l", b"x" * 2000)
    assert cache.get(b"s")
    assert cache.get(b"l") is None
