"""SPARQL queries of other people, run in processes that can be ended.

Each query has a worker of its own while it runs. Past its time limit, or when nobody wants the answer any more, the
worker is killed and another one started in its place. An answer is whole, or it ends in an exception: never a
truncated one that looks whole. `turns` decides who is next, `answers` remembers what was asked before.
"""

from __future__ import annotations

import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Mapping
from pathlib import Path

from atlas_ld.config import Settings
from atlas_ld.errors import QueryAbandoned, QueryError, QueryTooLarge
from atlas_ld.sparql import guard
from atlas_ld.sparql.beginning import Beginning, Beginnings
from atlas_ld.sparql.cancellation import CancelToken
from atlas_ld.sparql.execution import Run
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.sparql.result import Answer, ResultBuffer
from atlas_ld.sparql.result_cache import Answers
from atlas_ld.sparql.scheduler import Scheduler, Ticket
from atlas_ld.sparql.workers import WorkerPool
from atlas_ld.vocabulary import PREFIXES

_STEPS, _MOST_STEPS = 10, 40
"""So often is looked, in the time of a trial, whether it is over, and so often at most."""


class _TrialOverError(Exception):
    """The query outlived its trial, and there is no place for one more heavy query."""


class QueryPool:
    """`settings.workers` query workers over one store, started when they are first needed. For use by many threads.

    `prefixes` are those of the entities (`iris.Iris.prefixes`); queries may use them and PREFIXES undeclared.
    """

    def __init__(self, store: Path, settings: Settings, prefixes: Mapping[str, str]) -> None:
        self._settings = settings
        self._turns = Scheduler(
            settings.workers, settings.query_queue, settings.query_per_client, settings.query_seconds
        )
        self._answers = Answers(settings.query_cache_mb * 2**20)
        everywhere = {**PREFIXES, **prefixes}
        self._staff = WorkerPool(store, settings.query_memory_mb, everywhere, spare=settings.workers > 1)

    def in_loop(self, loop: AbstractEventLoop) -> Beginnings:
        """What begins queries of this pool in the loop, under the same limits."""
        return Beginnings(self._settings, self._turns, self._answers, self._staff, loop)

    def run(
        self,
        request: QueryRequest,
        client: str = "",
        gone: CancelToken | None = None,
        begun: Beginning | None = None,
    ) -> Answer:
        """The answer: complete, or after its trial as soon as it has begun.

        `client` is the address of who asks; where it is given, the limit of queries of one client holds. Saying
        `gone` ends the query. If `request` has `begun` in a loop, it goes on.

        Raises QueryRefused, QuerySyntaxError, QueryNotAcceptable, QueryTimeout, QueryTooLarge, EndpointBusy,
        ClientBusy, QueryAbandoned, and QueryError for what the engine fails on.
        """
        on_cancel = gone or CancelToken()
        if begun and begun.flight and begun.take_over(request):
            try:
                return self._answers.work(
                    request.question, begun.flight, lambda: self._record(request, client, on_cancel, begun)
                )
            finally:
                self._turns.leave(client)
        if len(request.query) > self._settings.query_length:
            raise QueryTooLarge(
                f"The query has {len(request.query)} characters; this endpoint takes "
                f"{self._settings.query_length} at most."
            )
        guard.check(request.query)
        self._turns.admit(client)
        try:
            return self._answers.get(request.question, lambda: self._record(request, client, on_cancel), on_cancel)
        finally:
            self._turns.leave(client)

    def fill_columns(self) -> None:
        """Lets queries that read much be answered on columns (`sparql.columns`), as soon as these are written."""
        self._staff.columns.fill()

    @property
    def has_columns(self) -> bool:
        return self._staff.columns.is_filled

    def close(self) -> None:
        """Kills every worker. Queries that still run end in QueryTooLarge or QueryError."""
        self._staff.close()

    @property
    def pids(self) -> set[int]:
        """The process ids of the workers that run now."""
        return self._staff.pids

    def _record(
        self, request: QueryRequest, client: str, gone: CancelToken, begun: Beginning | None = None
    ) -> ResultBuffer:
        limit = request.limit(self._settings)
        latest = time.monotonic() + limit
        turn = begun.turn if begun and begun.turn else self._turns.enter(client)
        run = begun.run if begun else None
        if run is None:
            self._turns.wait(turn, limit, gone)
        try:
            return self._attempt(request, limit, turn, gone, run)
        except _TrialOverError:
            patience = max(0.0, latest - time.monotonic())
            return self._attempt(request, limit, self._turns.take(client, patience, gone, heavy=True), gone)

    def _attempt(
        self, request: QueryRequest, limit: float, turn: Ticket, gone: CancelToken, run: Run | None = None
    ) -> ResultBuffer:
        """A recording that is complete, or that a thread of its own goes on with. `run` may have been started."""
        try:
            run = run or Run(self._staff.acquire(), limit, self._settings)
        except OSError as error:  # the system has no process or file left to give
            self._turns.give_back(turn, 0.0, answered=False)
            raise self._turns.busy() from error
        handed_over = False
        try:
            with gone.on_cancel(run.worker.kill):
                if not run.started:
                    run.start(request.message(self._settings))
                if not self._try(run, turn):
                    if not self._turns.promote_to_heavy(turn):
                        raise _TrialOverError
                    run.worker.step_back()
                    if not run.advance(to_first_bytes=True):
                        handed_over = True
            assert run.recording is not None  # a head comes before the end
            if handed_over:
                threading.Thread(target=self._finish, args=(run, request, turn), daemon=True).start()
            else:
                run.recording.end()
                self._answers.end(request.question, run.recording)
            return run.recording
        except (QueryError, _TrialOverError) as error:
            if run.recording:
                run.recording.end()
                run.recording.leave()
            if gone.said:
                raise QueryAbandoned("The client is gone.") from error
            raise
        finally:
            if not handed_over:
                self._release(run, turn, fit=run.ended and not gone.said)

    def _try(self, run: Run, turn: Ticket) -> bool:
        """Whether the query is done within its trial, which counts the work of its worker, not what others take."""
        trial = self._settings.query_trial_seconds
        for step in range(1, _MOST_STEPS + 1):
            if run.advance(step * trial / _STEPS):
                return True
            if step >= _STEPS if turn.heavy else self._turns.is_over(run.worked(), trial):
                break
        return False

    def _finish(self, run: Run, request: QueryRequest, turn: Ticket) -> None:
        assert run.recording is not None
        try:
            run.advance()
            run.recording.end()
        except QueryError as error:
            run.recording.end(error)
        finally:
            self._answers.end(request.question, run.recording)
            self._release(run, turn, fit=False)

    def _release(self, run: Run, turn: Ticket, fit: bool) -> None:
        seconds, answered = run.worked(), run.recording is not None and run.recording.complete
        self._staff.release(run.worker, fit and not run.worker.stepped_back)
        self._turns.give_back(turn, seconds, answered)
