"""The query service: a process of its own, to which every process of the site speaks over a Unix socket, so that the
limits are those of the machine.

    python -m atlas_ld.sparql.service STORE --base IRI --listen DESCRIPTOR [--columns]

Entities have `base`, by which the prefixes of queries are known; with `--columns` the second engine is made ready.
Settings are in the environment; the listening socket is inherited, so that who connects while the service is started
again waits and is not refused. It ends when its standard input does, which is when whoever started it has ended.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
from pathlib import Path

import orjson
import uvloop

from atlas_ld.config import Settings
from atlas_ld.errors import QueryError
from atlas_ld.iris import Iris
from atlas_ld.sparql import failures, frames
from atlas_ld.sparql.pool import QueryPool
from atlas_ld.sparql.request import AskedQuery
from atlas_ld.sparql.result import ResultBuffer
from atlas_ld.sparql.streams import FrameProtocol, framed_json
from atlas_ld.vocabulary import PREFIXES

_log = logging.getLogger(__name__)

_WHOLE_BYTES = 256 * 1024
"""Complete answers up to this size are sent as one frame."""

_LATER = 5.0
"""Seconds after the start at which the columns are written: whoever waits for a server to be back goes first."""


class Connection(FrameProtocol):
    """Somebody who asks one query after the other. Who closes the connection wants no answer any more."""

    def __init__(self, pool: QueryPool) -> None:
        super().__init__()
        self._pool = pool
        self._task: asyncio.Task[None] | None = None
        self._client: str | None = None

    def frame_received(self, kind: bytes, payload: bytes) -> None:
        if kind == frames.REQUEST:
            self._task = asyncio.get_running_loop().create_task(self._answer(AskedQuery.read(payload)))
            self._task.add_done_callback(self._answered)
        elif kind == frames.ADMIT:
            self._admit(orjson.loads(payload)["client"])
        elif kind == frames.DONE:
            self._leave()
        elif kind == frames.STATUS:
            workers = self._pool.workers
            self.send(framed_json(frames.READY, {"columns": workers.columns.is_filled, "workers": workers.pids}))

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        if self._task:
            self._task.cancel()
        self._leave()

    def _admit(self, client: str) -> None:
        """Counts the client as present until `_leave`."""
        self._leave()
        try:
            self._pool.scheduler.admit(client)
        except QueryError as error:
            self.send(framed_json(frames.ERROR, failures.to_json(error)))
        else:
            self._client = client
            self.send(frames.framed(frames.READY))

    def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            self._pool.scheduler.leave(client)

    def _answered(self, task: asyncio.Task[None]) -> None:
        """Where nothing was answered, the connection is closed: nobody shall wait for what does not come."""
        if task.cancelled():
            self.close()
        elif error := task.exception():
            _log.error("A query was not answered.", exc_info=error)
            self.close()

    async def _answer(self, asked: AskedQuery) -> None:
        self._leave()
        try:
            self._pool.scheduler.admit(asked.client)
            self._client = asked.client
            found = await self._pool.ask(asked)
            if isinstance(found, bytes):
                await self._send(found)
            else:
                try:
                    await self._send_result(found, asked.whole)
                finally:
                    found.leave()
        except QueryError as error:
            self.send(framed_json(frames.ERROR, failures.to_json(error)))
            self._leave()
        if not asked.hold:
            self._leave()

    async def _send(self, answer: bytes) -> None:
        self.send(frames.framed(frames.WHOLE, answer))
        await self.drained()

    async def _send_result(self, result: ResultBuffer, whole: bool) -> None:
        """Raises the QueryError that ends the query after its first bytes."""
        if whole:
            await result.until_done()
        answer = result.whole() if result.size <= _WHOLE_BYTES else None
        if answer is not None:
            await self._send(answer)
            return
        size = result.size if result.complete else None
        self.send(framed_json(frames.HEAD, {"kind": result.kind, "format": result.format, "size": size}))
        position = 0
        while data := await result.read(position):
            position += len(data)
            self.send(frames.framed(frames.DATA, data))
            await self.drained()
        self.send(frames.framed(frames.END))


async def serve(listener: socket.socket, store: Path, settings: Settings, base: str, *, columns: bool) -> None:
    """Answers until the standard input ends, or SIGTERM comes."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    pool = QueryPool(store, settings, {**PREFIXES, **Iris(base).prefixes})
    server = await loop.create_unix_server(lambda: Connection(pool), sock=listener)
    loop.add_reader(0, _leave, loop, ended, listener.getsockname())
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    if columns:
        loop.call_later(_LATER, pool.workers.columns.fill)
    await ended.wait()
    server.close()
    await pool.close()


def _leave(loop: asyncio.AbstractEventLoop, ended: asyncio.Event, address: str) -> None:
    """Whoever started this process has ended, or wants it to; the socket may be left by one that was killed."""
    loop.remove_reader(0)
    with contextlib.suppress(OSError):
        Path(address).unlink()
        Path(address).parent.rmdir()
    ended.set()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="atlas_ld.sparql.service")
    parser.add_argument("store", type=Path)
    parser.add_argument("--base", required=True)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--columns", action="store_true")
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.INFO)
    settings = Settings.read(os.environ)
    gc.freeze()  # what is imported stays: looking at it all over costs more than a query's own garbage
    gc.set_threshold(10_000, 20, 50)
    listener = socket.socket(fileno=options.listen)
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(listener, options.store, settings, options.base, columns=options.columns))


if __name__ == "__main__":
    main()
