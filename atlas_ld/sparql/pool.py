"""Queries in, answers out: each on a worker of its own while it runs, under the limits of all.

Past its time limit, or when nobody wants the answer any more, the worker is killed and another one started in its
place. An answer is whole, or it ends in an exception: never a truncated one that looks whole. `scheduler` decides who
is next, `result_cache` remembers what was asked before, and the same question is worked on once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from atlas_ld.config import Settings
from atlas_ld.errors import EndpointBusy, QueryError
from atlas_ld.sparql import sentences
from atlas_ld.sparql.execution import Execution, WorkerKilledError, time_limit
from atlas_ld.sparql.request import AskedQuery
from atlas_ld.sparql.result import ResultBuffer, Spool
from atlas_ld.sparql.result_cache import ResultCache
from atlas_ld.sparql.scheduler import Scheduler, Ticket
from atlas_ld.sparql.worker_process import WorkerDiedError, WorkerProcess
from atlas_ld.sparql.workers import WorkerPool

_log = logging.getLogger(__name__)

_STEPS, _MOST_STEPS = 10, 40
"""So often is looked, in the time of a trial, whether it is over, and so often at most."""


class _TrialOverError(Exception):
    """The query outlived its trial, and there is no place for one more heavy query."""


Result = bytes | ResultBuffer
"""A small answer, whole (`frames`, WHOLE), or the buffer of another."""


@dataclass(eq=False)
class PendingQuery:
    """A question that is worked on by `task`, for `waiting` others. `begun` has its result, complete or after its
    trial, or its error."""

    begun: asyncio.Future[Result]
    task: asyncio.Task[None] | None = None
    waiting: int = 0

    def buffer(self) -> ResultBuffer | None:
        """That of the result, if it is there and has one."""
        if not self.begun.done() or self.begun.cancelled() or self.begun.exception():
            return None
        result = self.begun.result()
        return None if isinstance(result, bytes) else result

    def give_up(self) -> None:
        """The work has ended: whoever still waits, because it was cancelled or failed in a way that is ours, waits no
        longer."""
        self.begun.cancel()
        buffer = self.buffer()
        if buffer and not buffer.done:
            buffer.end(sentences.error(QueryError, "ended"))


class QueryPool:
    """`settings.workers` query workers over one store, started when they are first needed. For one event loop.

    `prefixes` are those that queries may use undeclared.
    """

    def __init__(self, store: Path, settings: Settings, prefixes: Mapping[str, str]) -> None:
        self._settings = settings
        self.scheduler = Scheduler(
            settings.workers, settings.query_queue, settings.query_per_client, settings.query_seconds
        )
        opening = {"prefixes": dict(prefixes), "rows": settings.query_rows, "bytes": settings.query_bytes}
        self.workers = WorkerPool(store, settings.query_memory_mb, opening, spare=settings.workers > 1)
        self._cache = ResultCache(settings.query_cache_mb * 2**20)
        self._spool = Spool(settings.query_spool_mb * 2**20)
        self._pending: dict[bytes, PendingQuery] = {}

    async def ask(self, asked: AskedQuery) -> Result:
        """The answer, whole, or a buffer, opened for the caller, who leaves it: complete, or begun after its trial.
        Cancelled, the query is ended if nobody else asks the same.

        Raises QueryRefused, QuerySyntaxError, QueryNotAcceptable, QueryTimeout, QueryTooLarge, EndpointBusy, and
        QueryError for what the engine fails on.
        """
        while True:
            if kept := self._cache.get(asked.question):
                return kept
            pending = self._pending.get(asked.question)
            joined = pending is not None
            if pending is None:
                pending = self._begin(asked)
            try:
                result = await self._joined(asked, pending)
            except EndpointBusy:
                if joined:  # that concerned another client alone
                    continue
                raise
            if result:
                return result

    def _begin(self, asked: AskedQuery) -> PendingQuery:
        loop = asyncio.get_running_loop()
        pending = PendingQuery(loop.create_future())
        if not asked.changes:
            self._pending[asked.question] = pending
        pending.task = loop.create_task(self._work(asked, pending))
        pending.task.add_done_callback(_log_fault)
        return pending

    async def _joined(self, asked: AskedQuery, pending: PendingQuery) -> Result | None:
        """The result, with one reader more; None where its last reader has just left. Raises what ended the query."""
        pending.waiting += 1
        try:
            result = await asyncio.shield(pending.begun)
            return result if isinstance(result, bytes) or result.open() else None
        finally:
            pending.waiting -= 1
            if not pending.waiting:
                if not pending.begun.done():
                    self._abandon(asked, pending)
                elif buffer := pending.buffer():
                    buffer.close_if_unread()

    def _abandon(self, asked: AskedQuery, pending: PendingQuery) -> None:
        """Nobody wants the answer any more."""
        if self._pending.get(asked.question) is pending:
            del self._pending[asked.question]
        if pending.task:
            pending.task.cancel()

    async def _work(self, asked: AskedQuery, pending: PendingQuery) -> None:
        limit = time_limit(asked, self._settings)
        latest = time.monotonic() + limit
        try:
            try:
                result = await self._attempt(asked, await self.scheduler.take(asked.client, limit), pending)
            except _TrialOverError:
                patience = max(0.0, latest - time.monotonic())
                ticket = await self.scheduler.take(asked.client, patience, heavy=True)
                result = await self._attempt(asked, ticket, pending)
            self._keep(asked, result)
            if not pending.begun.done():
                pending.begun.set_result(result)
        except QueryError as error:
            if buffer := pending.buffer():
                buffer.end(error)
            else:
                pending.begun.set_exception(error)
                pending.begun.exception()  # somebody has it, or nobody wants it
        finally:
            if self._pending.get(asked.question) is pending:
                del self._pending[asked.question]
            pending.give_up()

    def _keep(self, asked: AskedQuery, result: Result) -> None:
        if asked.changes:
            return
        if isinstance(result, bytes):
            self._cache.keep(asked.question, result)
        elif self._cache.has_room(asked.question, result.size) and (answer := result.whole()):
            self._cache.keep(asked.question, answer)

    async def _attempt(self, asked: AskedQuery, ticket: Ticket, pending: PendingQuery) -> Result:
        """The whole result, which `pending` gets earlier if it outlives its trial. A worker that somebody kills, or
        that had died before, costs nothing but time: the query is tried once more."""
        worked, answered, cost_worker = 0.0, False, False

        def open_result(kind: str, format_: str) -> ResultBuffer:
            return ResultBuffer(kind, format_, self._spool, ticket.client, lambda: self._abandon(asked, pending))

        try:
            for is_last in (False, True):
                worker = await self._worker()
                execution = Execution(worker, asked, self._settings, open_result)
                try:
                    result = await self._execute(execution, ticket, pending)
                    answered = True
                    return result
                except WorkerKilledError:
                    if is_last or pending.begun.done():
                        raise sentences.error(QueryError, "killed") from None
                finally:
                    worked += execution.worked()
                    cost_worker = not execution.is_fit
                    self.workers.release(worker, fit=execution.is_fit)
                    if execution.result and not answered and not pending.begun.done():
                        execution.result.end()
                        execution.result.close_if_unread()
            raise AssertionError("not reached")
        finally:
            self.scheduler.give_back(ticket, worked, answered, cost_worker)

    async def _worker(self) -> WorkerProcess:
        try:
            return await self.workers.acquire()
        except (WorkerDiedError, TimeoutError) as error:
            raise sentences.error(QueryError, "not-started") from error
        except OSError as error:  # the system has no process or file left to give
            raise self.scheduler.busy() from error

    async def _execute(self, execution: Execution, ticket: Ticket, pending: PendingQuery) -> Result:
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
        if not isinstance(result, bytes):
            result.end()
        return result

    async def close(self) -> None:
        """Kills every worker and waits until they are gone."""
        for pending in list(self._pending.values()):
            if pending.task:
                pending.task.cancel()
        await self.workers.close()


def _log_fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _log.error("The work on a query failed.", exc_info=error)
