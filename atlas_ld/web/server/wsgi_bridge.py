"""A request of RSGI as the environ of WSGI (PEP 3333), and what a WSGI application replies to it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from granian.rsgi import Scope

AT_ONCE = 1024 * 1024
"""Bodies up to this size are sent in one piece; of larger ones at most so much waits in the server."""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Find = Callable[[str, str, str, str, Sequence[tuple[str, str]], str], tuple[int, list[tuple[str, str]], bytes] | None]


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


def environ_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """The environ of a request with this body."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]") or "localhost",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileBody,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        key = "HTTP_" + name.upper().replace("-", "_")
        separator = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{separator}{value}" if key in environ and key != "HTTP_HOST" else value
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ


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
