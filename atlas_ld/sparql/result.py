"""An answer while it is made and after: written by the loop, read by any number of tasks, each at its own pace."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable
from typing import IO

from atlas_ld.errors import EndpointBusy, QueryError
from atlas_ld.sparql import sentences
from atlas_ld.sparql.streams import whole

IN_MEMORY = 1024 * 1024
_PIECE = 64 * 1024
_RETRY_AFTER = 30
_SHARE = 4
"""One client's answers may take one such part of the room."""


class Spool:
    """The room on disk for answers that do not fit in memory, `most_bytes` for all, a quarter of it for one client."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._taken: Counter[str] = Counter()

    def take(self, client: str, size: int) -> bool:
        """Whether there was room for so many bytes more, which are now this client's."""
        alone = self._taken[client] + size <= self._most // _SHARE or not client
        fits = alone and self._taken.total() + size <= self._most
        if fits:
            self._taken[client] += size
        return fits

    def give_back(self, client: str, size: int) -> None:
        self._taken[client] -= size
        if self._taken[client] <= 0:
            del self._taken[client]


class ResultBuffer:
    """The bytes of an answer, in memory up to 1 MB and then in a temporary file. `kind` is `bindings`, `boolean` or
    `graph`, `format` the name of a format.

    So that a slow reader holds no worker, the engine's bytes are written here as they come and read from here. When
    the last reader leaves before the end, `abandoned` runs.
    """

    def __init__(
        self, kind: str, format_: str, spool: Spool, client: str = "", abandoned: Callable[[], object] = lambda: None
    ) -> None:
        self.kind, self.format = kind, format_
        self._spool, self._client, self._abandoned = spool, client, abandoned
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._readers = 0
        self._error: QueryError | None = None
        self._spooled = 0
        self.size = 0
        """Bytes so far."""
        self.done = self._closed = False

    @property
    def complete(self) -> bool:
        """Whether every byte is there."""
        return self.done and self._error is None

    def append(self, data: bytes) -> None:
        """Raises EndpointBusy where there is no room left on disk."""
        if self._closed:
            return
        if self._file is None and self.size + len(data) <= IN_MEMORY:
            self._memory += data
        else:
            if self._file is None:
                self._file = self._spool_file()
                data, self._memory, self.size = bytes(self._memory) + data, bytearray(), 0
            if not self._spool.take(self._client, len(data)):
                raise _no_room()
            self._spooled += len(data)
            self._write(data)
        self.size += len(data)
        self._tell()

    @staticmethod
    def _spool_file() -> IO[bytes]:
        try:
            return tempfile.TemporaryFile(buffering=0)
        except OSError as error:
            raise _no_room() from error

    def _write(self, data: bytes) -> None:
        assert self._file is not None
        rest = memoryview(data)
        try:
            self._file.seek(self.size)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:  # the disk is full
            raise _no_room() from error

    def end(self, error: QueryError | None = None) -> None:
        """No byte follows. With an error, readers get what there is and then the error."""
        self.done, self._error = True, error
        self._tell()

    async def read(self, position: int) -> bytes:
        """The next piece from `position`, as soon as there is one; nothing at the end. Raises the QueryError."""
        while position >= self.size and not self.done:
            await self._change()
        if position < self.size and not self._closed:
            return self._slice(position, min(position + _PIECE, self.size))
        if self._error:
            raise self._error
        return b""

    async def until_done(self) -> None:
        """Waits for the end. Raises the QueryError."""
        while not self.done:
            await self._change()
        if self._error:
            raise self._error

    def whole(self) -> bytes | None:
        """All of it as one answer (`frames`, WHOLE), or None where some is missing or the readers have left."""
        if self._closed or not self.complete:
            return None
        return whole(self.kind, self.format, self._slice(0, self.size))

    def open(self) -> bool:
        """One more reader; False where the last one has left."""
        self._readers += not self._closed
        return not self._closed

    def leave(self) -> None:
        """One reader less."""
        self._readers -= 1
        self.close_if_unread()

    def close_if_unread(self) -> None:
        """Gives the bytes up where nobody reads them."""
        if self._readers > 0 or self._closed:
            return
        self._closed = True
        self._memory = bytearray()
        if self._file:
            self._file.close()
            self._spool.give_back(self._client, self._spooled)
        if not self.done:
            self._abandoned()

    async def _change(self) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _slice(self, start: int, end: int) -> bytes:
        if self._file is None:
            return bytes(memoryview(self._memory)[start:end])
        self._file.seek(start)
        return self._file.read(end - start)


def _no_room() -> EndpointBusy:
    return sentences.error(EndpointBusy, "no-room", retry_after=_RETRY_AFTER)
