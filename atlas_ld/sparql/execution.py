"""One query on one worker: frames become a result, and failures become errors that say what happened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from signal import SIGKILL, SIGSEGV

import orjson

from atlas_ld.config import Settings
from atlas_ld.errors import QueryError, QueryTimeout, QueryTooLarge
from atlas_ld.sparql import failures, frames, sentences
from atlas_ld.sparql.request import AskedQuery
from atlas_ld.sparql.result import ResultBuffer
from atlas_ld.sparql.worker_process import WorkerProcess

OpenResult = Callable[[str, str], ResultBuffer]
"""Makes the buffer for an answer of this kind and format."""


class WorkerKilledError(Exception):
    """Somebody else killed the worker: the query may be tried once more."""


class Execution:
    """A query under way. `done` once the worker has said all, well or not, or has ended."""

    def __init__(self, worker: WorkerProcess, asked: AskedQuery, settings: Settings, open_result: OpenResult):
        """Sends the query; its time counts from here."""
        self.worker = worker
        self.answer: bytes | None = None
        """A small one, whole (`frames`, WHOLE)."""
        self.result: ResultBuffer | None = None
        """Any other, from its first bytes on."""
        self.done: asyncio.Future[None] = worker.died.get_loop().create_future()
        self._open, self._settings = open_result, settings
        self._seconds = time_limit(asked, settings)
        self._began, self._worked_before = time.monotonic(), worker.worked
        self._begun: asyncio.Future[None] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._failure: QueryError | None = None
        self._ended = False
        worker.died.add_done_callback(self._end)
        worker.ask(asked.question, self._receive)

    async def until_done(self, seconds: float) -> bool:
        """Whether it is done `seconds` after its start, for which this waits. Raises QueryTimeout at its time limit."""
        return await self._until(self.done, seconds)

    async def until_begun(self) -> None:
        """Waits for the first bytes of the answer, or its end. Raises QueryTimeout."""
        if self.result is None:
            self._begun = self.done.get_loop().create_future()
            await self._until(self._begun, self._seconds)

    async def finish(self) -> bytes | ResultBuffer:
        """The whole answer. Raises the QueryError that ends the query: its time limit, what the worker says of it, or
        its death; WorkerKilledError where it was killed."""
        await self._until(self.done, self._seconds)
        if self._failure:
            raise self._failure
        if not self._ended:
            raise self._died(await self.worker.signal(), self.worker.said)
        found = self.result if self.answer is None else self.answer
        assert found is not None  # a head comes before the end
        return found

    @property
    def is_fit(self) -> bool:
        """Whether the worker has said all and can take another query."""
        return self._ended and not self.worker.stepped_back

    def worked(self) -> float:
        """Seconds that the worker has worked on the query; where the system does not tell, seconds since its start."""
        total = self.worker.worked if self._ended else self.worker.work_seconds()
        return time.monotonic() - self._began if total is None else total - self._worked_before

    async def _until(self, event: asyncio.Future[None], seconds: float) -> bool:
        last, loop = self._began + self._seconds, self.done.get_loop()
        until = min(last, self._began + seconds)
        # A timer of the loop may be early, by up to a millisecond. asyncio.wait does the same otherwise, and takes a
        # tenth of a short query's time.
        while not event.done() and (left := until - time.monotonic()) > 0:
            self._waiter = loop.create_future()
            timer = loop.call_later(left, _set, self._waiter)
            try:
                await self._waiter
            finally:
                timer.cancel()
        if not event.done() and time.monotonic() >= last:
            written = f"{self._seconds:g}"
            raise sentences.error(QueryTimeout, "timeout", {"seconds": written}, seconds=self._seconds)
        return event.done()

    def _receive(self, kind: bytes, payload: bytes) -> None:
        if self.done.done():
            return
        try:
            self._record(kind, payload)
        except QueryError as error:
            self._failure = error
            self._end()

    def _record(self, kind: bytes, payload: bytes) -> None:
        """Raises the QueryError that the frame tells."""
        if kind == frames.DATA:
            assert self.result is not None
            self.result.append(payload)
            return
        if kind == frames.WHOLE:
            self.answer = payload
        content = orjson.loads(payload.partition(b"\n")[0])
        if kind == frames.HEAD:
            self.result = self._open(content["kind"], content["format"])
            _set(self._begun)
            _set(self._waiter)
            return
        self._ended, self.worker.worked = True, content["worked"]
        if kind == frames.ERROR:
            raise failures.from_json(content)
        self._end()

    def _end(self, _: object = None) -> None:
        for event in (self.done, self._begun, self._waiter):
            _set(event)

    def _died(self, signal: int, said: str) -> Exception:
        if signal == SIGKILL:
            return WorkerKilledError()
        if "total order" in said:  # how Rust's sort ends the process
            return sentences.error(QueryError, "no-order")
        if "panicked" in said:
            return sentences.error(QueryError, "failed-within")
        if signal == SIGSEGV:
            return sentences.error(QueryTooLarge, "nesting")
        if signal:
            return sentences.error(QueryTooLarge, "memory", {"mb": self._settings.query_memory_mb})
        return sentences.error(QueryError, "stopped")


def time_limit(asked: AskedQuery, settings: Settings) -> float:
    """Seconds that the query may take."""
    return min(asked.seconds or settings.query_seconds, settings.query_seconds)


def _set(event: asyncio.Future[None] | None) -> None:
    if event and not event.done():
        event.set_result(None)
