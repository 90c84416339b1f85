"""Between the server and the site: granian's RSGI interface on one side, a WSGI application on the other.

Why not granian's own WSGI interface: there a request holds a thread from its first byte to its last, nobody hears that
a client has left, and a body that fails half way ends as if it were whole. Here the server's loop reads requests and
sends answers, and threads only work. Queries have threads of their own, so that pages never wait for them. What the
site may know of its client stands in the environ:

    atlas.client        who asks, as `manners` counts it
    atlas.gone          an CancelToken: said when the client leaves
    atlas.breakable     a function: whether an answer without Content-Length can be broken off if it fails
    atlas.begun         a query that was begun in the loop (`sparql.beginning`), or None
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope  # type: ignore[attr-defined]  # exported, not declared

from atlas_ld.config import Settings
from atlas_ld.errors import QueryError
from atlas_ld.sparql.beginning import Beginning
from atlas_ld.sparql.cancellation import CancelToken
from atlas_ld.web.server.connection import Connection, find_connection
from atlas_ld.web.server.render_pool import Renderers
from atlas_ld.web.server.throttle import RefusalThrottle, client_of
from atlas_ld.web.server.wsgi_bridge import AT_ONCE, Application, Find, Reply, call, environ_of
from atlas_ld.web.sparql.protocol import most_bytes
from atlas_ld.web.sparql.quick import PATH, QuickQueries

_log = logging.getLogger(__name__)

_QUERY_PATHS = ("/sparql", "/queries")
_BODY_SECONDS = 30.0
_STALLED_SECONDS = 60.0
_LOOK_AGAIN = 0.02
_LATER = 5.0
"""Seconds after the start at which work begins that has time: whoever waits for a server to be back goes first."""
_SOON = 0.1
"""Who leaves within so many seconds is not noticed: a short query is answered by then."""


class Gateway:
    """An RSGI application that is `site`, a WSGI application.

    Three are asked first, in the server's loop: `ready`, answers that are held in memory (`ready.ResponseCache.find`),
    `renderers`, processes that make documents, and `quick`, queries that are answered at once. `later` is work that has
    time: it is called when the first answers are given.
    """

    def __init__(
        self,
        site: Application,
        settings: Settings,
        ready: Find | None = None,
        quick: QuickQueries | None = None,
        renderers: Renderers | None = None,
        later: Callable[[], None] | None = None,
    ) -> None:
        self._site, self._settings, self._ready, self._quick = site, settings, ready, quick
        self._renderers, self._later = renderers, later
        self._most = most_bytes(settings.query_length)
        queries = settings.workers + 2 * settings.query_queue + 4
        self._pages = ThreadPoolExecutor(settings.threads, thread_name_prefix="page")
        self._queries = ThreadPoolExecutor(queries, thread_name_prefix="query")
        self._manners = RefusalThrottle()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """granian calls it when the loop is there, before the first request."""
        if self._renderers:
            self._renderers.start(loop)
        if self._later:
            loop.call_later(_LATER, self._later)

    def __rsgi_del__(self, _: asyncio.AbstractEventLoop) -> None:
        if self._renderers:
            self._renderers.close()

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """One request. A client that leaves is no error; anything else that fails is, and the body is broken off."""
        if scope.proto != "http":
            return
        if self._ready and scope.path != PATH:
            fields, peer = scope.headers.items(), scope.client.rpartition(":")[0].strip("[]")
            if found := self._ready(scope.method, scope.scheme, scope.path, scope.query_string, fields, peer):
                protocol.response_bytes(*found)
                return
            if self._renderers and (made := await self._renderers.find(scope, fields, peer)):
                protocol.response_bytes(*made)
                return
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
        client = client_of(scope.client, scope.headers.get("x-forwarded-for"), self._settings.trusted_proxies)
        begun = None
        try:
            if self._quick and scope.path == PATH:
                fields = scope.headers.items()
                asked = self._quick.read(scope.method, scope.scheme, scope.query_string, fields, body)
                if asked and (begun := self._quick.begin(asked, client)):
                    await begun.settled
                    if answer := self._quick.answer(asked, begun, client):
                        protocol.response_bytes(*answer)
                        return
            await self._ask_site(scope, protocol, body, client, begun)
        finally:
            if self._quick and begun:
                self._quick.drop(begun)

    async def _ask_site(
        self, scope: Scope, protocol: HTTPProtocol, body: bytes, client: str, begun: Beginning | None
    ) -> None:
        is_query = scope.path.startswith(_QUERY_PATHS)
        connections: list[Connection] = []
        gone = CancelToken()
        environ = environ_of(scope, body)
        environ |= {
            "atlas.client": client,
            "atlas.gone": gone,
            "atlas.breakable": lambda: _found(scope.client, connections),
            "atlas.begun": begun,
        }
        leaving: asyncio.Future[None] | None = None
        executor = self._queries if is_query else self._pages
        try:
            work = asyncio.get_running_loop().run_in_executor(executor, call, self._site, environ)
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

    async def _send(
        self, reply: Reply, scope: Scope, protocol: HTTPProtocol, executor: Executor, connections: list[Connection]
    ) -> None:
        if reply.file:
            protocol.response_file(reply.status, reply.headers, reply.file)
            return
        if scope.method == "HEAD" and reply.length is None:  # a body of no bytes would be given a length of 0
            protocol.response_stream(reply.status, reply.headers)
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


async def _say_when_left(protocol: HTTPProtocol, gone: CancelToken) -> None:
    await protocol.client_disconnect()
    gone.cancel()


async def _taken(connection: Connection, sent: int) -> bool:
    """Waits until the client has taken nearly all of `sent` bytes; False if it takes nothing for a minute."""
    least, since = sent, time.monotonic()
    with contextlib.suppress(OSError):  # the connection is broken: sending will tell
        while (behind := connection.behind(sent)) > AT_ONCE:
            if behind < least:
                least, since = behind, time.monotonic()
            elif time.monotonic() - since > _STALLED_SECONDS:
                return False
            await asyncio.sleep(_LOOK_AGAIN)
    return True
