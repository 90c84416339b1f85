"""Answers that are kept, and questions that are being answered: the same question is worked on once.

A release never changes, so neither does an answer, unless the query asks for chance, the time or new names.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from atlas_ld.errors import EndpointBusy, QueryAbandoned, QueryError
from atlas_ld.media import Format
from atlas_ld.sparql.cancellation import CancelToken
from atlas_ld.sparql.result import Answer, ResultBuffer

_CHANGING = re.compile(r"(?:rand|now|uuid|bnode)[\s#(]|\\u", re.IGNORECASE)
"""Functions whose value differs from one evaluation to the next (SPARQL 1.1, 17.4), or an escape that may hide one."""

_SUSPECT = ("rand", "now", "uuid", "bnode", "\\u")
"""What every match of _CHANGING holds: to find none of them is quicker."""

_LARGEST_PART = 8
"""No answer may take more than one such part of the memory for answers."""


@dataclass(frozen=True)
class Question:
    """What an answer depends on, within one release. `limits` are those of time and bytes that the client lowered."""

    query: str
    formats: tuple[str, ...]
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    base: str | None
    limits: tuple[float | None, int | None]

    @property
    def changes(self) -> bool:
        folded = self.query.casefold()
        return any(part in folded for part in _SUSPECT) and bool(_CHANGING.search(self.query))


@dataclass(eq=False)
class PendingQuery:
    """A question under way. Landed, it has a recording, or an error, or neither where it was given up."""

    landed: bool = False
    recording: ResultBuffer | None = None
    error: QueryError | None = None


@dataclass(frozen=True)
class _Kept:
    kind: str
    format: Format
    content: bytes


class Answers:
    """Complete answers of at most `most_bytes` together, the least recently used given up first. For many threads."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._lock = threading.RLock()
        self._change = threading.Condition(self._lock)
        self._kept: OrderedDict[Question, _Kept] = OrderedDict()
        self._bytes = 0
        self._flights: dict[Question, PendingQuery] = {}

    def begin(self, question: Question) -> Answer | PendingQuery | None:
        """The answer kept, or a flight for the caller, who ends it with `land` or `work`; None where somebody else has
        it, and for questions that are worked on each time."""
        if question.changes:
            return None
        with self._lock:
            if kept := self._kept.get(question):
                self._kept.move_to_end(question)
            elif question not in self._flights:
                return self._flights.setdefault(question, PendingQuery())
            else:
                return None
        return _opened(_recorded(kept))

    def get(self, question: Question, work: Callable[[], ResultBuffer], token: CancelToken) -> Answer:
        """The answer kept, or the one that somebody is working on, or that of `work`. Raises what `work` raises."""
        if question.changes:
            return _opened(work())
        while not token.said:
            begun = self.begin(question)
            if isinstance(begun, Answer):
                return begun
            if begun:
                return self.work(question, begun, work)
            if answer := self._join(question, token):
                return answer
        raise QueryAbandoned("The client is gone.")

    def end(self, question: Question, recording: ResultBuffer) -> None:
        """A recording has ended: keeps it, if it is complete, can be asked again, and is not too large."""
        size = recording.size + len(question.query)
        fits = size <= self._most // _LARGEST_PART and not question.changes
        content = recording.whole() if fits else None
        with self._lock:
            flight = self._flights.get(question)
            if flight and flight.recording is recording:
                del self._flights[question]
            if content is not None and question not in self._kept:
                self._kept[question] = _Kept(recording.kind, recording.format, content)
                self._bytes += size
            while self._bytes > self._most:
                other, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped.content) + len(other.query)

    def work(self, question: Question, flight: PendingQuery, work: Callable[[], ResultBuffer]) -> Answer:
        """The answer of `work`, which everybody gets who waits for this flight. Raises what `work` raises."""
        recording, failed = None, None
        try:
            recording = work()
            return _opened(recording)
        except (QueryAbandoned, EndpointBusy):
            raise  # that concerns this client alone; the next who waits does the work
        except QueryError as error:
            failed = error
            raise
        finally:
            self.land(question, flight, recording, failed)

    def land(
        self,
        question: Question,
        flight: PendingQuery,
        recording: ResultBuffer | None = None,
        error: QueryError | None = None,
    ) -> None:
        """The flight has come to an answer, complete or begun, to an error, or to nothing."""
        with self._lock:
            flight.recording, flight.error, flight.landed = recording, error, True
            if recording is None or recording.complete:
                self._flights.pop(question, None)
            self._change.notify_all()

    def _join(self, question: Question, token: CancelToken) -> Answer | None:
        """The answer that another request is waiting for too, once it begins; None where that came to nothing."""
        with self._lock:
            flight = self._flights.get(question)
        if flight is None:
            return None
        with token.on_cancel(self._wake), self._lock:
            self._change.wait_for(lambda: flight.landed or token.said)
        if flight.error:
            raise flight.error
        answer = flight.recording.open() if flight.recording else None
        if answer is None and flight.landed:
            with self._lock:
                if self._flights.get(question) is flight:
                    del self._flights[question]
        return answer

    def _wake(self) -> None:
        with self._lock:
            self._change.notify_all()


def _recorded(kept: _Kept) -> ResultBuffer:
    recording = ResultBuffer(kept.kind, kept.format)
    recording.append(kept.content)
    recording.end()
    return recording


def _opened(recording: ResultBuffer) -> Answer:
    answer = recording.open()
    assert answer is not None  # nobody has left a recording that nobody has opened
    return answer
