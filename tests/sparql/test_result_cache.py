"""sparql/result.py and sparql/result_cache.py: one answer for many readers, kept within a bound."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from atlas_ld.errors import EndpointBusy, QueryAbandoned, QueryTimeout
from atlas_ld.media import SPARQL_CSV
from atlas_ld.sparql.cancellation import CancelToken
from atlas_ld.sparql.result import ResultBuffer
from atlas_ld.sparql.result_cache import Answers, Question

MEGABYTE = 2**20


def question(query: str) -> Question:
    return Question(query, ("sparql-csv", ""), (), (), None, (None, None))


def recorded(content: bytes) -> ResultBuffer:
    recording = ResultBuffer("bindings", SPARQL_CSV)
    recording.append(content)
    recording.end()
    return recording


class Work:
    """Counts how often it is asked, and records `content` each time."""

    def __init__(self, answers: Answers, asked: Question, content: bytes = b"x\r\n1\r\n") -> None:
        self._answers, self._asked, self._content = answers, asked, content
        self.times = 0

    def __call__(self) -> ResultBuffer:
        self.times += 1
        recording = recorded(self._content)
        self._answers.end(self._asked, recording)
        return recording


@pytest.fixture
def gone() -> CancelToken:
    return CancelToken()


@pytest.mark.parametrize("size", [10, 3 * MEGABYTE])
def test_every_reader_gets_every_byte_at_its_own_pace(size: int) -> None:
    recording, found = ResultBuffer("bindings", SPARQL_CSV), list[bytes]()
    answers = [recording.open() for _ in range(3)]
    threads = [threading.Thread(target=lambda a=a: found.append(a.content())) for a in answers]  # type: ignore[misc]
    for thread in threads[:2]:
        thread.start()
    for start in range(0, size, 100_000):
        recording.append(b"x" * min(100_000, size - start))
    recording.end()
    threads[2].start()
    for thread in threads:
        thread.join()
    assert [len(content) for content in found] == [size] * 3
    for answer in answers:
        assert answer is not None
        answer.close()


def test_a_recording_that_fails_gives_its_bytes_and_then_the_error() -> None:
    recording = ResultBuffer("bindings", SPARQL_CSV)
    recording.append(b"begun")
    recording.end(QueryTimeout("late", 1.0))
    answer = recording.open()
    assert answer is not None
    with answer:
        chunks: Iterator[bytes] = answer.chunks
        assert next(chunks) == b"begun"
        with pytest.raises(QueryTimeout):
            next(chunks)
        assert not answer.complete


def test_the_last_reader_to_leave_an_unfinished_recording_abandons_it() -> None:
    told: list[bool] = []
    recording = ResultBuffer("bindings", SPARQL_CSV, lambda: told.append(True))
    first, second = recording.open(), recording.open()
    assert first is not None
    assert second is not None
    first.close()
    first.close()
    assert told == []
    second.close()
    assert told == [True]
    assert recording.open() is None


def test_the_same_question_is_worked_on_once(gone: CancelToken) -> None:
    answers = Answers(MEGABYTE)
    work = Work(answers, question("ASK {}"))
    contents = [answers.get(question("ASK {}"), work, gone).content() for _ in range(3)]
    assert contents == [b"x\r\n1\r\n"] * 3
    assert work.times == 1


@pytest.mark.parametrize(
    "query", ["SELECT (RAND() AS ?x) {}", "SELECT (now() AS ?x) {}", "SELECT (\\u0052AND() AS ?x) {}"]
)
def test_a_query_that_asks_for_chance_or_time_is_worked_on_each_time(gone: CancelToken, query: str) -> None:
    answers = Answers(MEGABYTE)
    work = Work(answers, question(query))
    for _ in range(2):
        answers.get(question(query), work, gone)
    assert work.times == 2


def test_what_is_kept_stays_within_its_bound_and_the_oldest_goes_first(gone: CancelToken) -> None:
    answers = Answers(8000)
    works = {name: Work(answers, question(name), b"x" * 900) for name in "abcdefghij"}
    for name, work in works.items():
        answers.get(question(name), work, gone)
    answers.get(question("j"), works["j"], gone)
    answers.get(question("a"), works["a"], gone)
    assert (works["j"].times, works["a"].times) == (1, 2)
    assert answers._bytes <= 8000


def test_one_large_answer_does_not_drive_out_the_others(gone: CancelToken) -> None:
    answers = Answers(8000)
    small, large = Work(answers, question("s"), b"x"), Work(answers, question("l"), b"x" * 2000)
    for _ in range(2):
        answers.get(question("s"), small, gone)
        answers.get(question("l"), large, gone)
    assert (small.times, large.times) == (1, 2)


def _meanwhile(
    answers: Answers, work: Callable[[], ResultBuffer], gone: CancelToken
) -> tuple[threading.Thread, list[object]]:
    """A second asker of the question, and what it gets."""
    got: list[object] = []

    def ask() -> None:
        try:
            got.append(answers.get(question("q"), work, gone).content())
        except (QueryTimeout, QueryAbandoned) as error:
            got.append(type(error))

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, got


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(QueryTimeout("late", 1.0), QueryTimeout), (EndpointBusy("busy", 1), b"own"), (QueryAbandoned("gone"), b"own")],
)
def test_who_waits_for_anothers_answer_shares_its_limits_but_not_its_place(
    gone: CancelToken, error: Exception, outcome: object
) -> None:
    answers, begun, go = Answers(MEGABYTE), threading.Event(), threading.Event()

    def fail() -> ResultBuffer:
        begun.set()
        go.wait(10)
        raise error

    def ask_first() -> None:
        with contextlib.suppress(type(error)):
            answers.get(question("q"), fail, gone)

    first = threading.Thread(target=ask_first)
    first.start()
    begun.wait(10)
    second, got = _meanwhile(answers, lambda: recorded(b"own"), CancelToken())
    time.sleep(0.05)
    go.set()
    first.join()
    second.join()
    assert got == [outcome]
