"""An answer while it is made and after: written by one thread, read by any number, each at its own pace."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import IO, Self

from atlas_ld.errors import QueryError
from atlas_ld.media import RDF_FORMATS, RESULT_FORMATS, Format

_IN_MEMORY = 1024 * 1024
_PIECE = 64 * 1024
_FORMATS = {format_.name: format_ for format_ in (*RESULT_FORMATS, *RDF_FORMATS)}


class ResultBuffer:
    """The bytes of an answer, in memory up to 1 MB and then in a temporary file. `kind` is `bindings`, `boolean` or
    `graph`.

    So that a slow reader holds no worker, the engine's bytes are written here as they come and read from here. When
    the last reader leaves before the end, `abandoned` runs.
    """

    def __init__(self, kind: str, format_: Format, abandoned: Callable[[], None] = lambda: None) -> None:
        self.kind, self.format = kind, format_
        self._abandoned = abandoned
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._lock = threading.RLock()
        self._change = threading.Condition(self._lock)
        self._readers = 0
        self._error: QueryError | None = None
        self._size = 0
        self._done = self._closed = False

    @classmethod
    def from_head(cls, head: dict[str, str], abandoned: Callable[[], None]) -> ResultBuffer:
        """Begins with what the worker's HEAD frame says."""
        return cls(head["kind"], _FORMATS[head["format"]], abandoned)

    @property
    def complete(self) -> bool:
        """Whether every byte is there."""
        return self._done and self._error is None

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._size

    def append(self, data: bytes) -> None:
        with self._lock:
            if self._closed:
                return
            if self._file is None and self._size + len(data) > _IN_MEMORY:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the last reader
                self._file.write(self._memory)
                self._memory.clear()
            if self._file is None:
                self._memory += data
            else:
                self._file.seek(self._size)
                self._file.write(data)
            self._size += len(data)
            self._change.notify_all()

    def end(self, error: QueryError | None = None) -> None:
        """No byte follows. With an error, readers get what there is and then the error."""
        with self._lock:
            self._done, self._error = True, error
            self._change.notify_all()

    def read(self, position: int) -> bytes:
        """The next piece from `position`, as soon as there is one; nothing at the end. Raises the QueryError."""
        with self._lock:
            self._change.wait_for(lambda: self._size > position or self._done)
            if position < self._size:
                return self._slice(position, min(position + _PIECE, self._size))
            if self._error:
                raise self._error
            return b""

    def whole(self) -> bytes | None:
        """Every byte, or None where some are missing or the readers have left."""
        with self._lock:
            if self._closed or not self.complete:
                return None
            return self._slice(0, self._size)

    def open(self) -> Answer | None:
        """One more reader, or None where the last one has left."""
        with self._lock:
            if self._closed:
                return None
            self._readers += 1
            return Answer(self)

    def leave(self) -> None:
        """One reader less; also for a recording that came to nothing and had none."""
        with self._lock:
            self._readers -= 1
            if self._readers > 0:
                return
            self._closed = True
            unfinished = not self._done
            self._memory.clear()
            if self._file:
                self._file.close()
        if unfinished:
            self._abandoned()

    def _slice(self, start: int, end: int) -> bytes:
        if self._file is None:
            return bytes(self._memory[start:end])
        self._file.seek(start)
        return self._file.read(end - start)


class Answer:
    """A reader of an answer. Close it, or leave its `with` block: a query whose readers have left is ended."""

    def __init__(self, recording: ResultBuffer) -> None:
        self._recording = recording
        self._left = False

    @property
    def kind(self) -> str:
        return self._recording.kind

    @property
    def format(self) -> Format:
        return self._recording.format

    @property
    def content_type(self) -> str:
        return self.format.content_type

    @property
    def complete(self) -> bool:
        """Whether every byte is there already; then `chunks` and `content` raise nothing."""
        return self._recording.complete

    @property
    def size(self) -> int:
        """Bytes so far; of the whole answer if it is complete."""
        return self._recording.size

    @property
    def chunks(self) -> Iterator[bytes]:
        """The answer's bytes from the first one on, as they come.

        Raises the QueryError that ended the query; what was yielded before must then not pass for an answer.
        """
        position = 0
        while data := self._recording.read(position):
            position += len(data)
            yield data

    def content(self) -> bytes:
        """The whole answer, once it is there. Raises QueryError."""
        whole = self._recording.whole()
        return b"".join(self.chunks) if whole is None else whole

    def close(self) -> None:
        if not self._left:
            self._left = True
            self._recording.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
