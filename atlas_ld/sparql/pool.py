"""Queries in, answers out: each on a worker of its own while it runs, under the limits of all.

Past its time limit, or when nobody wants the answer any more, the worker is killed and another one started in its
place. An answer is whole, or it ends in an exception: never a truncated one that looks whole. `scheduler` decides who
is next, `result_cache` remembers what was asked before, and the same question is worked on once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from atlas_ld.config import Settings
from atlas_ld.errors import EndpointBusy, QueryError, QueryTooLarge
from atlas_ld.sparql.execution import Execution, WorkerKilledError
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.sparql.result import ResultBuffer, Spool
from atlas_ld.sparql.result_cache import Kept, Question, ResultCache
from atlas_ld.sparql.scheduler import Scheduler, Ticket
from atlas_ld.sparql.worker_process import WorkerDiedError, WorkerProcess
from atlas_ld.sparql.workers import WorkerPool

_STEPS, _MOST_STEPS = 10, 40
"""So often is looked, in the time of a trial, whether it is over, and so often at most."""


class _TrialOverError(Exception):
    """The query outlived its trial, and there is no place for one more heavy query."""


@dataclass(eq=False)
class PendingQuery:
    """A question that is worked on by `task`, for `waiting` others. `begun` has its result, complete or after its
    trial, or its error."""

    begun: asyncio.Future[ResultBuffer]
    task: asyncio.Task[None] | None = None
    waiting: int = 0


class QueryPool:
    """`settings.workers` query workers over one store, started when they are first needed. For one event loop.

    `prefixes` are those that queries may use undeclared.
    """

    def __init__(self, store: Path, settings: Settings, prefixes: Mapping[str, str]) -> None:
        self._settings = settings
        self.scheduler = Scheduler(
            settings.workers, settings.query_queue, settings.query_per_client, settings.query_seconds
        )
        self.workers = WorkerPool(store, settings.query_memory_mb, prefixes, spare=settings.workers > 1)
        self._cache = ResultCache(settings.query_cache_mb * 2**20)
        self._spool = Spool(settings.query_spool_mb * 2**20)
        self._pending: dict[Question, PendingQuery] = {}

    async def ask(self, request: QueryRequest, client: str) -> Kept | ResultBuffer:
        """The answer that is kept, or a buffer, opened for the caller, who leaves it: complete, or begun after its
        trial. Cancelled, the query is ended if nobody else asks the same.

        Raises QueryRefused, QuerySyntaxError, QueryNotAcceptable, QueryTimeout, QueryTooLarge, EndpointBusy, and
        QueryError for what the engine fails on.
        """
        if len(request.query) > self._settings.query_length:
            raise QueryTooLarge(
                f"The query has {len(request.query)} characters; this endpoint takes "
                f"{self._settings.query_length} at most."
            )
        question = request.question
        while True:
            if kept := self._cache.get(question):
                return kept
            pending = self._pending.get(question)
            joined = pending is not None
            if pending is None:
                pending = self._begin(request, client)
            try:
                result = await self._joined(request, pending)
            except EndpointBusy:
                if joined:  # that concerned another client alone
                    continue
                raise
            if result:
                return result

    def _begin(self, request: QueryRequest, client: str) -> PendingQuery:
        loop = asyncio.get_running_loop()
        pending = PendingQuery(loop.create_future())
        if not request.question.changes:
            self._pending[request.question] = pending
        pending.task = loop.create_task(self._work(request, client, pending))
        return pending

    async def _joined(self, request: QueryRequest, pending: PendingQuery) -> ResultBuffer | None:
        """The result, with one reader more; None where its last reader has just left. Raises what ended the query."""
        pending.waiting += 1
        try:
            result = await asyncio.shield(pending.begun)
            return result if result.open() else None
        finally:
            pending.waiting -= 1
            if not pending.waiting:
                if not pending.begun.done():
                    self._abandon(request, pending)
                elif not pending.begun.cancelled() and not pending.begun.exception():
                    pending.begun.result().close_if_unread()

    def _abandon(self, request: QueryRequest, pending: PendingQuery) -> None:
        """Nobody wants the answer any more."""
        if self._pending.get(request.question) is pending:
            del self._pending[request.question]
        if pending.task:
            pending.task.cancel()

    async def _work(self, request: QueryRequest, client: str, pending: PendingQuery) -> None:
        limit = request.limit(self._settings)
        latest = time.monotonic() + limit
        try:
            try:
                result = await self._attempt(request, await self.scheduler.take(client, limit), pending)
            except _TrialOverError:
                patience = max(0.0, latest - time.monotonic())
                ticket = await self.scheduler.take(client, patience, heavy=True)
                result = await self._attempt(request, ticket, pending)
            self._cache.keep(request.question, result)
            if not pending.begun.done():
                pending.begun.set_result(result)
        except QueryError as error:
            if pending.begun.done():
                pending.begun.result().end(error)
            else:
                pending.begun.set_exception(error)
                pending.begun.exception()  # somebody has it, or nobody wants it
        finally:
            if self._pending.get(request.question) is pending:
                del self._pending[request.question]

    async def _attempt(self, request: QueryRequest, ticket: Ticket, pending: PendingQuery) -> ResultBuffer:
        """The whole result, which `pending` gets earlier if it outlives its trial. A worker that somebody kills, or
        that had died before, costs nothing but time: the query is tried once more."""
        worked, answered = 0.0, False

        def open_result(kind: str, format_: str) -> ResultBuffer:
            return ResultBuffer(kind, format_, self._spool, ticket.client, lambda: self._abandon(request, pending))

        try:
            for is_last in (False, True):
                worker = await self._worker()
                execution = Execution(worker, request, self._settings, open_result)
                try:
                    result = await self._execute(execution, ticket, pending)
                    answered = True
                    return result
                except WorkerKilledError:
                    if is_last or pending.begun.done():
                        raise QueryError("The query worker was killed; the system may be short of memory.") from None
                finally:
                    worked += execution.worked()
                    self.workers.release(worker, fit=execution.is_fit)
                    if execution.result and not answered and not pending.begun.done():
                        execution.result.end()
                        execution.result.close_if_unread()
            raise AssertionError("not reached")
        finally:
            self.scheduler.give_back(ticket, worked, answered)

    async def _worker(self) -> WorkerProcess:
        try:
            return await self.workers.acquire()
        except (WorkerDiedError, TimeoutError) as error:
            raise QueryError("The query worker did not start; the server's log may say why.") from error
        except OSError as error:  # the system has no process or file left to give
            raise self.scheduler.busy() from error

    async def _execute(self, execution: Execution, ticket: Ticket, pending: PendingQuery) -> ResultBuffer:
        trial = self._settings.query_trial_seconds
        for step in range(1, _MOST_STEPS + 1):
            if await execution.until_done(step * trial / _STEPS):
                break
            # A trial counts the work of the worker, not what others take of the processors.
            if step >= _STEPS if ticket.heavy else self.scheduler.is_over(execution.worked(), trial):
                break
        if not execution.done.done():
            if not self.scheduler.promote_to_heavy(ticket):
                raise _TrialOverError
            execution.worker.step_back()
            await execution.until_begun()
            if execution.result and not execution.done.done():
                pending.begun.set_result(execution.result)
        result = await execution.finish()
        result.end()
        return result

    async def close(self) -> None:
        """Kills every worker and waits until they are gone."""
        for pending in list(self._pending.values()):
            if pending.task:
                pending.task.cancel()
        await self.workers.close()
