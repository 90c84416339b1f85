"""Between the server and the site: granian's RSGI interface on one side, a WSGI application on the other.

Why not granian's own WSGI interface: there a request holds a thread from its first byte to its last, nobody hears that
a client has left, and a body that fails half way ends as if it were whole. Here the server's loop reads requests and
sends answers, and threads only work. Queries have threads of their own, so that pages never wait for them. What the
site may know of its client stands in the environ:

    atlas.client        who asks, as `manners` counts it
    atlas.gone          an Abandonment: said when the client leaves
    atlas.breakable     a function: whether an answer without Content-Length can be broken off if it fails
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any

from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope  # type: ignore[attr-defined]  # exported, not declared

from atlas_ld.config import Settings
from atlas_ld.errors import QueryError
from atlas_ld.store.abandonment import Abandonment
from atlas_ld.web.connection import Connection, find_connection
from atlas_ld.web.manners import Manners, client_of

_log = logging.getLogger(__name__)

_QUERY_PATHS = ("/sparql", "/queries")
_AT_ONCE = 1024 * 1024
"""Bodies up to this size are sent in one piece; of larger ones at most so much waits in the server."""
_BODY_SECONDS = 30.0
_STALLED_SECONDS = 60.0
_LOOK_AGAIN = 0.02
_SOON = 0.1
"""Who leaves within so many seconds is not noticed: a short query is answered by then."""

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
class _Reply:
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


class Gateway:
    """An RSGI application that is `site`, a WSGI application.

    `ready`, answers that are held in memory (`ready.ReadyAnswers.find`), is asked first, in the server's loop.
    """

    def __init__(self, site: Application, settings: Settings, ready: Find | None = None) -> None:
        self._site, self._settings, self._ready = site, settings, ready
        self._most = 8 * settings.query_length + 16_384
        queries = settings.workers + 2 * settings.query_queue + 4
        self._pages = ThreadPoolExecutor(settings.threads, thread_name_prefix="page")
        self._queries = ThreadPoolExecutor(queries, thread_name_prefix="query")
        self._manners = Manners()

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """One request. A client that leaves is no error; anything else that fails is, and the body is broken off."""
        if scope.proto != "http":
            return
        if self._ready:
            fields, peer = scope.headers.items(), scope.client.rpartition(":")[0].strip("[]")
            if found := self._ready(scope.method, scope.scheme, scope.path, scope.query_string, fields, peer):
                protocol.response_bytes(*found)
                return
        is_query = scope.path.startswith(_QUERY_PATHS)
        body = b""
        if scope.method not in ("GET", "HEAD", "OPTIONS"):
            try:
                body = await asyncio.wait_for(self._body(protocol), _BODY_SECONDS)
            except TimeoutError:
                protocol.response_empty(408, [("connection", "close")])
                return
            declared = scope.headers.get("content-length", "0")
            if declared.isdecimal() and len(body) < min(int(declared), self._most):
                return  # the client left before it had said all
        connections: list[Connection] = []
        gone = Abandonment()
        environ = self._environ(scope, body)
        client = client_of(scope.client, environ.get("HTTP_X_FORWARDED_FOR"), self._settings.trusted_proxies)
        environ |= {
            "atlas.client": client,
            "atlas.gone": gone,
            "atlas.breakable": lambda: _found(scope.client, connections),
        }
        leaving: asyncio.Future[None] | None = None
        executor = self._queries if is_query else self._pages
        try:
            work = asyncio.get_running_loop().run_in_executor(executor, self._call, environ)
            if is_query and not (await asyncio.wait([work], timeout=_SOON))[0]:
                leaving = asyncio.ensure_future(_say_when_left(protocol, gone))
            reply = await work
            try:
                if is_query and reply.status >= 400:
                    await asyncio.sleep(self._manners.refused(client))
                if not gone.said:
                    await self._send(reply, scope, protocol, executor, connections)
            finally:
                reply.close()
        except ProtocolClosed:
            pass
        finally:
            if leaving:
                leaving.cancel()
            for connection in connections:
                connection.close()

    async def _body(self, protocol: HTTPProtocol) -> bytes:
        """The request's body, or a little more of it than the site takes: then the site refuses it by its length."""
        body = bytearray()
        async for piece in protocol:
            body += piece
            if len(body) > self._most:
                break
        return bytes(body)

    def _environ(self, scope: Scope, body: bytes) -> dict[str, Any]:
        """PEP 3333."""
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

    def _call(self, environ: dict[str, Any]) -> _Reply:
        """The site's answer. Small bodies are taken whole; of others the first piece."""
        reply = _Reply()
        iterable = self._site(environ, reply.start)
        reply.close = getattr(iterable, "close", reply.close)
        if isinstance(iterable, FileBody) and iterable.path:
            reply.file = iterable.path
            return reply
        rest, small = iter(iterable), reply.length is not None and reply.length <= _AT_ONCE
        for piece in rest:
            reply.begun += piece
            if not small and reply.begun:
                reply.rest = rest
                break
        return reply

    async def _send(
        self, reply: _Reply, scope: Scope, protocol: HTTPProtocol, executor: Executor, connections: list[Connection]
    ) -> None:
        if reply.file:
            protocol.response_file(reply.status, reply.headers, reply.file)
            return
        if reply.rest is None:
            protocol.response_bytes(reply.status, reply.headers, reply.begun)
            return
        _found(scope.client, connections)
        connection = connections[0] if connections else None
        if connection is None and reply.length is None:  # it could not be broken off, so it is sent whole
            rest = await asyncio.get_running_loop().run_in_executor(executor, b"".join, reply.rest)
            protocol.response_bytes(reply.status, reply.headers, reply.begun + rest)
            return
        transport = protocol.response_stream(reply.status, reply.headers)
        loop, sent, whole = asyncio.get_running_loop(), 0, False
        piece: bytes | None = reply.begun
        try:
            while piece is not None:
                await transport.send_bytes(piece)
                sent += len(piece)
                if connection and not await _taken(connection, sent):
                    return
                piece = await loop.run_in_executor(executor, next, reply.rest, None)
            whole = True
        except QueryError as error:
            _log.info("An answer was broken off after %d bytes: %s", sent, type(error).__name__)
        finally:
            if not whole and connection:
                connection.cut()


def _found(client: str, connections: list[Connection]) -> bool:
    """Whether the client's connection is in `connections`, which is looked for once."""
    if not connections and (connection := find_connection(client)):
        connections.append(connection)
    return bool(connections)


async def _say_when_left(protocol: HTTPProtocol, gone: Abandonment) -> None:
    await protocol.client_disconnect()
    gone.say()


async def _taken(connection: Connection, sent: int) -> bool:
    """Waits until the client has taken nearly all of `sent` bytes; False if it takes nothing for a minute."""
    least, since = sent, time.monotonic()
    with contextlib.suppress(OSError):  # the connection is broken: sending will tell
        while (behind := connection.behind(sent)) > _AT_ONCE:
            if behind < least:
                least, since = behind, time.monotonic()
            elif time.monotonic() - since > _STALLED_SECONDS:
                return False
            await asyncio.sleep(_LOOK_AGAIN)
    return True
