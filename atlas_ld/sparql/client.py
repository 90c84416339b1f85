"""Asking the query service: `run` in a thread, `ask` in an event loop.

Each query has a connection of its own while it is answered. Closing it cancels the query. Connections are used again;
where an idle one turns out to be dead, because the service was started again, the query is sent once more.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from atlas_ld.config import Settings
from atlas_ld.errors import EndpointBusy, QueryAbandoned, QueryTooLarge
from atlas_ld.media import RDF_FORMATS, RESULT_FORMATS, Format
from atlas_ld.sparql import failures, frames, sentences
from atlas_ld.sparql.cancellation import CancelToken
from atlas_ld.sparql.launch import ServiceProcess
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.sparql.streams import FrameProtocol, framed_json, split

_FORMATS = {format_.name: format_ for format_ in (*RESULT_FORMATS, *RDF_FORMATS)}
_MOST_IDLE = 32
_HIGH_WATER = 512 * 1024
"""Bytes of an answer that wait in this process before no more are taken from the service."""


_SOON = 10.0
"""Seconds within which the service says whom it admits and how it is."""
_LIMITS, _START = 3, 60.0
"""A query waits and works for so many times its limit at most, and so many seconds more until a worker has started: who
hears nothing longer than that asks a service that is stuck."""


class _GoneError(Exception):
    """The service closed the connection."""


def _busy() -> EndpointBusy:
    return sentences.error(EndpointBusy, "restarted", retry_after=1)


class _Answered:
    """What both kinds of answers know: `size` is that of the whole answer, None while the engine is at work."""

    def __init__(self, kind: str, format_: str, size: int | None) -> None:
        self.kind, self.size = kind, size
        self.format: Format = _FORMATS[format_]

    @property
    def content_type(self) -> str:
        return self.format.content_type

    @property
    def complete(self) -> bool:
        """Whether every byte is there already: then only the end of the service can break it off."""
        return self.size is not None


class Answer(_Answered):
    """An answer for a thread. Close it, or leave its `with` block: a query whose readers have left is ended."""

    def __init__(self, kind: str, format_: str, size: int | None, held: bytes, connection: _Connection | None) -> None:
        super().__init__(kind, format_, size)
        self._held, self._connection = held, connection
        self._ended = size is not None and size == len(held)

    @property
    def chunks(self) -> Iterator[bytes]:
        """The answer's bytes, once, as they come.

        Raises the QueryError that ended the query; what was yielded before must then not pass for an answer.
        """
        if self._held:
            yield self._held
        while not self._ended:
            assert self._connection is not None
            kind, payload = self._connection.receive()
            if kind == frames.DATA:
                yield payload
                continue
            self._ended = True
            if kind == frames.ERROR:
                raise failures.from_json(orjson.loads(payload))

    def content(self) -> bytes:
        """The whole answer. Raises QueryError."""
        return b"".join(self.chunks)

    def close(self) -> None:
        if self._connection:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Connection:
    """A blocking connection."""

    def __init__(self, address: Path, patience: float) -> None:
        """Raises EndpointBusy where nobody listens. A service that then says nothing for `patience` seconds is gone."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(patience)
        self._buffer = bytearray()
        try:
            self._socket.connect(str(address))
        except OSError as error:
            self._socket.close()
            raise _busy() from error

    def exchange(self, frame: bytes) -> tuple[bytes, bytes]:
        """The first frame that is answered. Raises _GoneError."""
        try:
            self._socket.sendall(frame)
            while (answer := frames.take(self._buffer)) is None:
                self._read()
        except OSError as error:
            raise _GoneError from error
        return answer

    def receive(self) -> tuple[bytes, bytes]:
        """The next frame. Raises QueryError where the service is gone."""
        try:
            while (frame := frames.take(self._buffer)) is None:
                self._read()
        except (OSError, _GoneError):
            raise _busy() from None
        return frame

    def cancel(self) -> None:
        """For any thread: who waits for a frame gets the end instead."""
        with contextlib.suppress(OSError):  # it is closed already
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()

    def _read(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise _GoneError
        self._buffer += data


class AsyncAnswer(_Answered):
    """An answer for a task. Close it: a query whose readers have left is ended, and one that was held is counted no
    more."""

    def __init__(
        self, kind: str, format_: str, size: int | None, held: bytes, connection: _AsyncConnection | None
    ) -> None:
        super().__init__(kind, format_, size)
        self._held, self._connection = held, connection
        self._ended = size is not None and size == len(held)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The answer's bytes, once, as they come. As `Answer.chunks`."""
        if self._held:
            yield self._held
        while not self._ended:
            assert self._connection is not None
            try:
                kind, payload = await self._connection.receive()
            except _GoneError:
                raise _busy() from None
            if kind == frames.DATA:
                yield payload
                continue
            self._ended = True
            if kind == frames.ERROR:
                raise failures.from_json(orjson.loads(payload))

    async def content(self) -> bytes:
        """The whole answer. Raises QueryError."""
        return b"".join([piece async for piece in self.chunks()])

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._ended:
            connection.send(frames.framed(frames.DONE))
            connection.rest()
        else:
            connection.close()


class _AsyncConnection(FrameProtocol):
    """A connection in a loop; `idle` are those that rest."""

    def __init__(self, idle: deque[_AsyncConnection]) -> None:
        super().__init__()
        self._idle = idle
        self._frames: deque[tuple[bytes, bytes]] = deque()
        self._size = 0
        self._waiting: asyncio.Future[None] | None = None

    def rest(self) -> None:
        """The next query may have it."""
        if self.transport is None:
            return
        if len(self._idle) < _MOST_IDLE:
            self._idle.append(self)
        else:
            self.close()

    async def receive(self) -> tuple[bytes, bytes]:
        """The next frame. Raises _GoneError."""
        if not self._frames:
            if self.transport is None:
                raise _GoneError
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
            if not self._frames:
                raise _GoneError
        frame = self._frames.popleft()
        if self._size > _HIGH_WATER and self.transport:
            self.transport.resume_reading()
        self._size -= len(frame[1])
        return frame

    def frame_received(self, kind: bytes, payload: bytes) -> None:
        self._frames.append((kind, payload))
        self._size += len(payload)
        if self._size > _HIGH_WATER and self.transport:
            self.transport.pause_reading()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        if self in self._idle:
            self._idle.remove(self)
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting and not waiting.done():
            waiting.set_result(None)


class QueryService:
    """A handle on the query service over the store of a release whose entities have `base`: at `address`, or, where
    that is None, in a process that is started with the first query and belongs to this one."""

    def __init__(
        self, store: Path, base: str, settings: Settings, address: Path | None = None, *, columns: bool = False
    ) -> None:
        self._given, self._query_length = address, settings.query_length
        self._patience = _LIMITS * settings.query_seconds + _START
        self._launch: Callable[[], ServiceProcess] = lambda: ServiceProcess(store, base, settings, columns=columns)
        self._own: ServiceProcess | None = None
        self._own_pid = 0
        self._lock = threading.Lock()
        self._idle: deque[_AsyncConnection] = deque()

    def run(self, request: QueryRequest, client: str = "", cancel: CancelToken | None = None) -> Answer:
        """The answer, whole: either in memory or, larger, in the service, from which it is read in pieces.

        `client` is the address of who asks, counted until the answer is closed; where it is given, the limit of
        queries of one client holds. Cancelling ends the query. Raises QueryRefused, QuerySyntaxError,
        QueryNotAcceptable, QueryTimeout, QueryTooLarge, EndpointBusy, ClientBusy, QueryAbandoned, and QueryError for
        what the engine fails on.
        """
        frame, token = self._framed(request, client, whole=True, hold=True), cancel or CancelToken()
        connection = _Connection(self.address, self._patience)
        try:
            with token.on_cancel(connection.cancel):
                kind, payload = connection.exchange(frame)
            return Answer(*_begun(kind, payload), connection)
        except _GoneError:
            connection.close()
            raise (sentences.error(QueryAbandoned, "left") if token.cancelled else _busy()) from None
        except BaseException:
            connection.close()
            raise

    async def ask(
        self, request: QueryRequest, client: str = "", *, whole: bool = False, hold: bool = False
    ) -> AsyncAnswer:
        """The answer: complete or, unless it must be `whole`, after its trial as soon as it has begun.

        The client is counted until the answer has been taken from the service, or, where it is to `hold`, until it is
        closed. Cancelling the task ends the query. Raises what `run` raises, but QueryAbandoned.
        """
        frame = self._framed(request, client, whole=whole, hold=hold)
        while True:
            connection, is_new = await self._connected()
            try:
                connection.send(frame)
                async with asyncio.timeout(self._patience):
                    kind, payload = await connection.receive()
                break
            except TimeoutError:
                connection.close()
                raise _busy() from None
            except _GoneError:
                if is_new:
                    raise _busy() from None
            except BaseException:
                connection.close()
                raise
        if kind == frames.ERROR:
            connection.rest()
        begun = _begun(kind, payload)
        if kind == frames.WHOLE and not hold:
            connection.rest()
            return AsyncAnswer(*begun, None)
        return AsyncAnswer(*begun, connection)

    def _framed(self, request: QueryRequest, client: str, *, whole: bool, hold: bool) -> bytes:
        """Raises QueryTooLarge."""
        if len(request.query) > self._query_length:
            values = {"found": len(request.query), "most": self._query_length}
            raise sentences.error(QueryTooLarge, "length", values)
        return frames.framed(frames.REQUEST, request.asked(client, whole=whole, hold=hold))

    def admit(self, client: str) -> Callable[[], None]:
        """Counts other work for a client as a query of theirs, until what is returned is called.

        Raises ClientBusy and EndpointBusy.
        """
        connection = _Connection(self.address, _SOON)
        try:
            kind, payload = connection.exchange(framed_json(frames.ADMIT, {"client": client}))
            if kind == frames.ERROR:
                raise failures.from_json(orjson.loads(payload))
        except _GoneError:
            connection.close()
            raise _busy() from None
        except BaseException:
            connection.close()
            raise
        return connection.close

    def status(self) -> dict[str, Any]:
        """`{"columns": whether they are written, "workers": process ids}`. Raises EndpointBusy where it is gone."""
        connection = _Connection(self.address, _SOON)
        try:
            found: dict[str, Any] = orjson.loads(connection.exchange(frames.framed(frames.STATUS))[1])
            return found
        except _GoneError:
            raise _busy() from None
        finally:
            connection.close()

    @property
    def address(self) -> Path:
        """Where the service listens; a service of our own is started."""
        if self._given:
            return self._given
        with self._lock:
            if self._own is None or self._own_pid != os.getpid():  # a fork has a service of its own
                self._own, self._own_pid = self._launch(), os.getpid()
            self._own.keep()
            return self._own.address

    def disconnect(self) -> None:
        """Closes the connections that rest in the event loop, before it ends."""
        for connection in list(self._idle):
            connection.close()

    def close(self) -> None:
        """Ends a service of our own."""
        with self._lock:
            if self._own and self._own_pid == os.getpid():
                self._own.close()
            self._own = None

    async def _connected(self) -> tuple[_AsyncConnection, bool]:
        """A connection, and whether it is new."""
        while self._idle:
            connection = self._idle.pop()
            if connection.transport:
                return connection, False
        loop = asyncio.get_running_loop()
        try:
            _, made = await loop.create_unix_connection(lambda: _AsyncConnection(self._idle), str(self.address))
        except OSError as error:
            raise _busy() from error
        return made, True


def _begun(kind: bytes, payload: bytes) -> tuple[str, str, int | None, bytes]:
    """Kind, format and size of an answer, and the bytes that are there. Raises the QueryError that was told."""
    if kind == frames.ERROR:
        raise failures.from_json(orjson.loads(payload))
    if kind == frames.WHOLE:
        head, content = split(payload)
        return head["kind"], head["format"], len(content), content
    head = orjson.loads(payload)
    return head["kind"], head["format"], head["size"], b""
