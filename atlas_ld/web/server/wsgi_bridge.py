"""What a WSGI application (PEP 3333) replies to a request, taken apart for a server that sends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from atlas_ld.web.http.requests import Application

AT_ONCE = 1024 * 1024
"""Bodies up to this size are sent in one piece; of larger ones at most so much waits in the server."""


class FileBody:
    """What the site makes of a file that is sent as it is (`wsgi.file_wrapper`)."""

    def __init__(self, file: IO[bytes], size: int = 65536) -> None:
        self.file, self._size = file, size

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.file.read(self._size), b"")

    def close(self) -> None:
        self.file.close()

    @property
    def path(self) -> str | None:
        """The file's path, if all of it is to be sent."""
        name = getattr(self.file, "name", None)
        return name if isinstance(name, str) and self.file.tell() == 0 else None


@dataclass
class Reply:
    """What the site answers: status, headers, the body's first bytes, and the rest of it unless that was all."""

    status: int = 500
    headers: list[tuple[str, str]] = field(default_factory=list)
    begun: bytes = b""
    rest: Iterator[bytes] | None = None
    file: str | None = None
    close: Callable[[], None] = lambda: None

    def start(self, status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], None]:
        self.status, self.headers = int(status[:3]), [(name.lower(), value) for name, value in headers]
        return self._write

    def _write(self, data: bytes) -> None:
        self.begun += data

    @property
    def length(self) -> int | None:
        return next((int(value) for name, value in self.headers if name == "content-length"), None)


def call(site: Application, environ: dict[str, Any]) -> Reply:
    """The site's answer. Small bodies are taken whole; of others the first piece."""
    reply = Reply()
    iterable = site(environ, reply.start)
    reply.close = getattr(iterable, "close", reply.close)
    if isinstance(iterable, FileBody) and iterable.path:
        reply.file = iterable.path
        return reply
    rest, small = iter(iterable), reply.length is not None and reply.length <= AT_ONCE
    for piece in rest:
        reply.begun += piece
        if not small and reply.begun:
            reply.rest = rest
            break
    return reply
