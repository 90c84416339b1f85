"""The first moments of a query, in an event loop instead of a thread: most queries are answered in them.

A thread that waits for a worker costs more than a short query itself. So whoever has a loop lets it begin queries, and
hands to a thread only those that are not answered at once (`pool.QueryPool.run` goes on with them as if it had begun
them). The limits are those of the pool; nothing here waits.
"""

from __future__ import annotations

import asyncio
import os

from atlas_ld.config import Settings
from atlas_ld.errors import QueryError
from atlas_ld.sparql import guard
from atlas_ld.sparql.execution import Run
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.sparql.result import Answer
from atlas_ld.sparql.result_cache import Answers, PendingQuery
from atlas_ld.sparql.scheduler import Scheduler, Ticket
from atlas_ld.sparql.worker_process import WorkerProcess
from atlas_ld.sparql.workers import WorkerPool

SECONDS = 0.05
"""So long a query stays in the loop."""

_LONGEST = 5_000
"""Characters of a query that surely fit in a pipe, whatever they are written as."""

_MOST_BYTES = 64 * 1024
"""Larger answers are for threads: to hash and compress them would keep the loop."""


class Beginning:
    """A query that a loop has begun. Once it is `settled`, `answer` is there, or `pool.QueryPool.run` goes on."""

    def __init__(self, request: QueryRequest, client: str, loop: asyncio.AbstractEventLoop) -> None:
        self.request, self.client = request, client
        self.settled: asyncio.Future[None] = loop.create_future()
        self.answer: Answer | None = None
        self.flight: PendingQuery | None = None
        self.turn: Ticket | None = None
        self.run: Run | None = None
        self.taken = False
        self.timer: asyncio.TimerHandle | None = None

    def take_over(self, request: QueryRequest) -> bool:
        """Whether the caller has it now: once, for the same request, where it is unanswered."""
        mine = self.answer is None and not self.taken and request == self.request
        self.taken = self.taken or mine
        return mine


class Beginnings:
    """The part of a pool that works in `loop`; for the loop's thread alone."""

    def __init__(
        self, settings: Settings, turns: Scheduler, answers: Answers, staff: WorkerPool, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._settings, self._turns, self._answers, self._staff, self._loop = settings, turns, answers, staff, loop
        self._ears: dict[WorkerProcess, int] = {}
        self._heard: dict[WorkerProcess, Beginning] = {}

    def begin(self, request: QueryRequest, client: str) -> Beginning | None:
        """Begins a query; it is settled within SECONDS. `drop` it in the end.

        None for what needs a thread from the start: what the guard has to read, what is refused, what somebody else is
        asking just now, and large answers.
        """
        if len(request.query) > min(_LONGEST, self._settings.query_length) or not guard.is_plain(request.query):
            return None
        try:
            self._turns.admit(client)
        except QueryError:
            return None
        begun, beginning = self._answers.begin(request.question), Beginning(request, client, self._loop)
        if isinstance(begun, PendingQuery):
            beginning.flight = begun
            beginning.timer = self._loop.call_later(SECONDS, self._settle, beginning)
            beginning.turn = self._turns.enter(
                client, on_decided=lambda: self._loop.call_soon_threadsafe(self._start, beginning)
            )
            if beginning.turn.running or beginning.turn.refused:
                self._start(beginning)
            return beginning
        self._turns.leave(client)
        if begun is None:
            return None
        if begun.size > _MOST_BYTES:
            begun.close()
            return None
        beginning.answer = begun
        self._settle(beginning)
        return beginning

    def drop(self, beginning: Beginning) -> None:
        """The answer is not needed any more, or nobody went on with the query."""
        self._settle(beginning)
        if beginning.answer:
            beginning.answer.close()
        elif beginning.flight and beginning.turn and beginning.take_over(beginning.request):
            if beginning.run:
                self._staff.release(beginning.run.worker, fit=False)
            self._turns.withdraw(beginning.turn)
            self._turns.leave(beginning.client)
            self._answers.land(beginning.request.question, beginning.flight)

    def _start(self, beginning: Beginning) -> None:
        """Its turn has come, or will not come."""
        if beginning.settled.done():
            return
        assert beginning.turn is not None
        worker = self._staff.acquire_ready() if beginning.turn.running else None
        if worker is None:
            self._settle(beginning)
            return
        beginning.run = Run(worker, beginning.request.limit(self._settings), self._settings)
        self._listen(worker, beginning)
        try:
            beginning.run.start(beginning.request.message(self._settings))
        except QueryError:  # the worker has ended, which `advance` will tell
            self._settle(beginning)

    def _listen(self, worker: WorkerProcess, beginning: Beginning) -> None:
        self._heard[worker] = beginning
        if worker not in self._ears:
            # A descriptor of the loop's own: threads may close the worker's at any time, and its number be given again.
            self._ears[worker] = os.dup(worker.output)
            self._loop.add_reader(self._ears[worker], self._hear, worker)

    def _hear(self, worker: WorkerProcess) -> None:
        """The worker says something, or has ended."""
        beginning = self._heard.get(worker)
        if beginning is None:  # a thread has it now
            ear = self._ears.pop(worker)
            self._loop.remove_reader(ear)
            os.close(ear)
            return
        run = beginning.run
        assert run is not None
        if run.advance_now():
            self._settle(beginning)
            if run.answered:
                self._answered(beginning, run)
        elif run.recording and run.recording.size > _MOST_BYTES:
            self._settle(beginning)

    def _answered(self, beginning: Beginning, run: Run) -> None:
        assert run.recording is not None
        assert beginning.flight is not None
        assert beginning.turn is not None
        run.recording.end()
        beginning.answer = run.recording.open()
        self._answers.land(beginning.request.question, beginning.flight, run.recording)
        self._answers.end(beginning.request.question, run.recording)
        self._staff.release(run.worker, fit=True)
        self._turns.give_back(beginning.turn, run.worked(), answered=True)
        self._turns.leave(beginning.client)

    def _settle(self, beginning: Beginning) -> None:
        if beginning.settled.done():
            return
        beginning.settled.set_result(None)
        if beginning.timer:
            beginning.timer.cancel()
        if beginning.turn:
            beginning.turn.on_decided = lambda: None
        if beginning.run:
            del self._heard[beginning.run.worker]
