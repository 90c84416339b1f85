"""Between the server and the site: granian's RSGI interface on one side, a WSGI application on the other.

Every request has one way: it is read into one form (`requests.Request`), the bytes that are kept answer it if they can
(`response_cache`), a SPARQL query is asked of the query service, and the rest is the site's, in a thread. The server's
loop reads requests and sends answers, so that slow clients hold no thread. What the site may know besides stands in the
environ:

    atlas.request    the Request
    atlas.asked      what a client asks of /sparql, and what came of it (`protocol.Asked`)
    atlas.cancel     a CancelToken: cancelled when the client leaves
    atlas.refused    the QueryError with which the site is to refuse the request
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, TypeVar

from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope  # type: ignore[attr-defined]  # exported, not declared

from atlas_ld.config import Settings
from atlas_ld.errors import ClientBusy, QueryError
from atlas_ld.sparql.cancellation import CancelToken
from atlas_ld.sparql.client import AsyncAnswer, QueryService
from atlas_ld.web.http import access_log, rules
from atlas_ld.web.http.requests import Application, Request
from atlas_ld.web.http.rules import Fields
from atlas_ld.web.server.client_limit import ClientLimit
from atlas_ld.web.server.connection import Connection, find_connection
from atlas_ld.web.server.response_cache import Choice, ResponseCache
from atlas_ld.web.server.throttle import RefusalThrottle
from atlas_ld.web.server.wsgi_bridge import FileBody, Reply, call
from atlas_ld.web.sparql import protocol as sparql
from atlas_ld.web.sparql import reply as sparql_answer

T = TypeVar("T")

_log = logging.getLogger(__name__)

_BODY_SECONDS = 30.0
_GRACE, _LEAST_RATE = 60.0, 16 * 1024
"""A client that has taken less of an answer than so many bytes for each second, after the first minute, is left."""
_LOOK_AGAIN, _MOST_SELDOM = 0.01, 0.3
"""Seconds between two looks at what a client has taken: less and less often where it takes its time."""
_AHEAD = 512 * 1024
"""Bytes of an answer that wait in this process for the client to take them."""
_SOON = 0.1
"""Who leaves within so many seconds is not noticed: a short query is answered by then."""
_IN_LOOP = 64 * 1024
"""Larger answers are hashed and compressed in a thread."""
_LARGE = 4 * 2**20
"""Larger answers are sent as they come from the query service, whole or not."""
_TURNS = 1
"""Pages that are made for one client at a time, and files: threads share a lock, for which what is kept waits too."""
_MOST_WAITING, _MOST_BYTES = 256, 32 * 2**20
"""Requests of one client that may wait for that, and bytes that this process holds for one client: of bodies of
requests that are not answered, and of answers that are not taken."""


class Gateway:
    """An RSGI application that is `site`, a WSGI application; `kept` has answers, `service` those of queries, whose
    relative IRIs are resolved against `base`. Addresses that begin with one of `query_paths` run queries; those of
    `files` may take long."""

    def __init__(
        self,
        site: Application,
        settings: Settings,
        kept: ResponseCache,
        service: QueryService,
        base: str,
        query_paths: tuple[str, ...],
        files: frozenset[str],
    ) -> None:
        self._site, self._settings, self._kept, self._service = site, settings, kept, service
        self._base, self._query_paths, self._files = base, query_paths, files
        self._most = sparql.most_bytes(settings.query_length)
        queries = settings.workers + 2 * settings.query_queue + 4
        self._pages = ThreadPoolExecutor(settings.threads, thread_name_prefix="page")
        self._queries = ThreadPoolExecutor(queries, thread_name_prefix="query")
        self._throttle = RefusalThrottle()
        self._limit = ClientLimit(_TURNS, _MOST_WAITING, _MOST_BYTES)
        self._request_id = access_log.request_ids()
        self._common = {secure: _common(secure, settings.hsts_seconds) for secure in (False, True)}
        self.under_way = 0
        """Requests that are not answered yet."""

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """One request. A client that leaves is no error; anything else that fails is, and the body is broken off."""
        if scope.proto != "http":
            return
        self.under_way += 1
        try:
            with contextlib.suppress(ProtocolClosed):
                await self._respond(scope, protocol)
        finally:
            self.under_way -= 1

    async def _respond(self, scope: Scope, protocol: HTTPProtocol) -> None:
        request = _request(scope, self._settings)
        found = self._kept.find(request, choice) if (choice := self._kept.choice(request)) else None
        if found and len(found[2]) <= _IN_LOOP:
            protocol.response_bytes(found[0], list(found[1]), found[2])
            return
        body = bytearray()
        with Exchange(scope, protocol, request) as exchange:
            try:
                if found:
                    await self._send_bytes(exchange, *found)
                elif await self._read_body(exchange, body):
                    await self._answer_to(exchange, bytes(body))
            except ClientBusy as error:
                await self._refuse(exchange, error)
            finally:
                self._limit.give_bytes_back(request.counted, len(body))

    async def _answer_to(self, exchange: Exchange, body: bytes) -> None:
        exchange.body, request = body, exchange.request
        if request.path == sparql.PATH and (asked := sparql.plain(request, body, self._settings.query_length)):
            await self._query(exchange, asked)
        else:
            await self._ask_site(exchange)

    async def _read_body(self, exchange: Exchange, body: bytearray) -> bool:
        """Reads the request's body, or a little more of it than the site takes: then the site refuses it by its length.
        False where the client did not send it in time, or left. Raises ClientBusy."""
        request, protocol = exchange.request, exchange.protocol
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return True
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                async for piece in protocol:
                    self._limit.take_bytes(request.counted, len(piece))
                    body += piece
                    if len(body) > self._most:
                        return True
        except TimeoutError:
            protocol.response_empty(408, [("connection", "close")])
            return False
        declared = request.fields.get("content-length", "0")
        return not (declared.isdecimal() and len(body) < min(int(declared), self._most))

    # Queries

    async def _query(self, exchange: Exchange, operation: sparql.Operation) -> None:
        """A query that was read: its answer, or the site's page or problem about it."""
        request, started = exchange.request, time.perf_counter()
        if operation.query is None:
            await self._ask_site(exchange)
            return
        formats = sparql.acceptable(operation, operation.query, request.fields.get("accept"))
        if not any(formats):
            await self._ask_site(exchange)
            return
        asked = sparql.Asked(operation, formats, self._base)
        choice = None if asked.is_page else self._kept.choice(request, asked.wanted.question)
        if choice and (found := self._kept.find(request, choice)):
            await self._send_bytes(exchange, *found)
            return
        try:
            answer = await exchange.unless_left(self._answer(exchange, asked))
        except QueryError as error:
            asked.error = error
            await self._ask_site(exchange, asked)
            return
        try:
            if asked.is_page or "if-match" in request.fields:
                asked.content, asked.kind, asked.format = await answer.content(), answer.kind, answer.format
                await self._ask_site(exchange, asked)
            elif answer.size is not None and answer.size <= _LARGE:
                await self._send_answer(exchange, answer, choice, started)
            else:
                await self._stream_answer(exchange, answer, started)
        finally:
            answer.close()

    async def _answer(self, exchange: Exchange, asked: sparql.Asked) -> AsyncAnswer:
        """Complete, or where the connection can be broken off if it fails, begun. Raises QueryError."""
        client, ask = exchange.request.counted, self._service.ask
        answer = await ask(asked.wanted, client, whole=asked.is_page, hold=asked.is_page)
        if answer.complete or exchange.connection:
            return answer
        try:
            return await ask(asked.wanted, client, whole=True)
        finally:
            answer.close()

    async def _send_answer(self, exchange: Exchange, answer: AsyncAnswer, choice: Choice | None, at: float) -> None:
        content, request = await answer.content(), exchange.request
        if len(content) > _IN_LOOP:
            made = await self._in_thread(
                self._pages, sparql_answer.reply, request.method, request.headers, content, answer.format
            )
        else:
            made = sparql_answer.reply(request.method, request.headers, content, answer.format)
        fields = [(name.lower(), value) for name, value in made.headers.items()]
        fields += self._common[request.scheme == "https"]
        if choice and request.method == "GET":
            self._kept.keep(choice, made.status, fields, made.body)
        fields.append(("x-request-id", self._log(request, made.status, len(made.body), at)))
        await self._send_bytes(exchange, made.status, fields, made.body)

    async def _stream_answer(self, exchange: Exchange, answer: AsyncAnswer, started: float) -> None:
        request = exchange.request
        fields = [
            ("content-type", answer.content_type),
            ("vary", "Accept"),
            ("content-disposition", sparql_answer.disposition(answer.format)),
            *self._common[request.scheme == "https"],
            ("x-request-id", self._log(request, 200, answer.size, started)),
        ]
        if answer.size is not None:
            fields.append(("content-length", str(answer.size)))
        if request.method == "HEAD":
            exchange.protocol.response_stream(200, fields)
            return
        await self._stream(exchange, 200, fields, answer.chunks())

    def _log(self, request: Request, status: int, size: int | None, started: float) -> str:
        """The request's id, under which it is in the log now."""
        request_id = self._request_id(request.fields.get("x-request-id"))
        if access_log.LOG.isEnabledFor(logging.INFO):
            ms = (time.perf_counter() - started) * 1000
            access_log.LOG.info(access_log.line_of(request, request_id, status, size, ms))
        return request_id

    # All else

    async def _ask_site(self, exchange: Exchange, asked: sparql.Asked | None = None) -> None:
        request = exchange.request
        runs_queries = request.path.startswith(self._query_paths)
        environ = exchange.environ() | {"atlas.asked": asked}
        if runs_queries and asked is None:  # it waits for the query service, which limits what a client may have
            executor = self._queries
            work = self._in_thread(executor, call, self._site, environ)
            reply = await exchange.unless_left(work, in_thread=True)
        else:
            executor = self._pages
            turn = f"{request.counted} files" if request.path in self._files else request.counted
            if not self._limit.take(turn):
                await exchange.unless_left(self._limit.wait(turn))
            try:
                reply = await self._in_thread(executor, call, self._site, environ)
            finally:
                self._limit.give_back(turn)
        try:
            if runs_queries and reply.status >= 400:
                await asyncio.sleep(self._throttle.refused(request.counted))
            await self._send(exchange, reply, executor)
        finally:
            reply.close()

    async def _refuse(self, exchange: Exchange, error: ClientBusy) -> None:
        environ = exchange.environ() | {"atlas.refused": error}
        reply = await self._in_thread(self._pages, call, self._site, environ)
        try:
            await asyncio.sleep(self._throttle.refused(exchange.request.counted))
            await self._send(exchange, reply, self._pages)
        finally:
            reply.close()

    async def _send(self, exchange: Exchange, reply: Reply, executor: Executor) -> None:
        protocol = exchange.protocol
        if reply.file:
            protocol.response_file(reply.status, reply.headers, reply.file)
        elif exchange.request.method == "HEAD" and reply.length is None:
            protocol.response_stream(reply.status, reply.headers)  # a body of no bytes would be given a length of 0
        elif reply.rest is None:
            await self._send_bytes(exchange, reply.status, reply.headers, reply.begun)
        elif exchange.connection is None and reply.length is None:  # it could not be broken off, so it is sent whole
            rest = await self._in_thread(executor, b"".join, reply.rest)
            await self._send_bytes(exchange, reply.status, reply.headers, reply.begun + rest)
        else:
            await self._stream(exchange, reply.status, reply.headers, self._pieces(reply, executor))

    async def _send_bytes(self, exchange: Exchange, status: int, headers: Fields, body: bytes) -> None:
        """Sends an answer whole. A large one counts for the client until it is taken. Raises ClientBusy, before
        anything is sent."""
        if len(body) <= _IN_LOOP:
            exchange.protocol.response_bytes(status, list(headers), body)
            return
        with self._limit.holding(exchange.request.counted, len(body)):
            connection, began = exchange.connection, time.monotonic()
            exchange.protocol.response_bytes(status, list(headers), body)
            if connection and not await _taken(connection, len(body), began, _IN_LOOP):
                connection.cut()

    async def _stream(
        self, exchange: Exchange, status: int, headers: list[tuple[str, str]], pieces: AsyncIterator[bytes]
    ) -> None:
        """Sends a body as it comes, no faster than the client takes it. One that fails, or that the client does not
        take, is broken off. Raises ClientBusy, before anything is sent."""
        with self._limit.holding(exchange.request.counted, _AHEAD):
            await _sent(exchange, status, headers, pieces)

    async def _pieces(self, reply: Reply, executor: Executor) -> AsyncIterator[bytes]:
        assert reply.rest is not None
        piece: bytes | None = reply.begun
        while piece is not None:
            yield piece
            piece = await self._in_thread(executor, next, reply.rest, None)

    @staticmethod
    def _in_thread(executor: Executor, work: Callable[..., T], *arguments: Any) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(executor, work, *arguments)


class Exchange:
    """A request, the client's connection, and where the answer goes. In a `with` block, which gives the connection
    back."""

    def __init__(self, scope: Scope, protocol: HTTPProtocol, request: Request) -> None:
        self.protocol, self.request, self.body = protocol, request, b""
        self._scope = scope
        self._cancel = CancelToken()
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection | None:
        """The client's, where it can be found: then an answer can be broken off, and what waits can be seen."""
        if self._connection is None:
            self._connection = find_connection(self._scope.client)
        return self._connection

    def environ(self) -> dict[str, Any]:
        """For the site (PEP 3333)."""
        host, _, port = self._scope.server.rpartition(":")
        return self.request.environ() | {
            "CONTENT_LENGTH": str(len(self.body)),
            "SERVER_NAME": host.strip("[]") or "localhost",
            "SERVER_PORT": port or "80",
            "SERVER_PROTOCOL": f"HTTP/{self._scope.http_version}",
            "wsgi.version": (1, 0),
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "wsgi.file_wrapper": FileBody,
            "atlas.cancel": self._cancel,
        }

    async def unless_left(self, work: Awaitable[T], *, in_thread: bool = False) -> T:
        """What `work` gives. Where the client leaves, it is cancelled and ProtocolClosed raised; work in a thread is
        told by the token, and waited for."""
        task = asyncio.current_task()
        assert task is not None
        watcher: list[asyncio.Task[None]] = []
        left = False

        async def watch() -> None:
            nonlocal left
            await self.protocol.client_disconnect()
            left = True
            self._cancel.cancel()
            if not in_thread:
                task.cancel()

        loop = asyncio.get_running_loop()
        timer = loop.call_later(_SOON, lambda: watcher.append(loop.create_task(watch())))
        try:
            return await work
        except asyncio.CancelledError:
            if left:
                raise ProtocolClosed from None
            raise
        finally:
            timer.cancel()
            for one in watcher:
                one.cancel()

    def __enter__(self) -> Exchange:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection:
            self._connection.close()


def _request(scope: Scope, settings: Settings) -> Request:
    fields = scope.headers.items()
    if scope.authority:
        fields = [*(field for field in fields if field[0] != "host"), ("host", scope.authority)]
    peer = scope.client.rpartition(":")[0].strip("[]")
    path, query = (_latin(text) for text in (scope.path, scope.query_string))
    return Request.read(scope.method, scope.scheme, path, query, fields, peer, settings)


def _latin(text: str) -> str:
    """Its bytes, one for each character (PEP 3333)."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def _common(secure: bool, hsts_seconds: int) -> list[tuple[str, str]]:
    """What every answer to a query carries besides its own fields and its request's id."""
    common = rules.common_headers("", secure=secure, hsts_seconds=hsts_seconds)
    del common["X-Request-ID"]
    return [*((name.lower(), value) for name, value in common.items()), ("accept-query", sparql.ACCEPT_QUERY)]


async def _sent(exchange: Exchange, status: int, headers: list[tuple[str, str]], pieces: AsyncIterator[bytes]) -> None:
    connection, began, sent, whole = exchange.connection, time.monotonic(), 0, False
    transport = exchange.protocol.response_stream(status, headers)
    try:
        async for piece in pieces:
            await transport.send_bytes(piece)
            sent += len(piece)
            if connection and not await _taken(connection, sent, began, _AHEAD):
                return
        whole = True
    except QueryError as error:
        _log.info("An answer was broken off after %d bytes: %s", sent, type(error).__name__)
    finally:
        if not whole and connection:
            connection.cut()


async def _taken(connection: Connection, sent: int, began: float, ahead: int) -> bool:
    """Waits until the client has taken `sent` bytes but for `ahead`; False if it takes them too slowly, or has gone."""
    pause = _LOOK_AGAIN
    try:
        while (behind := connection.behind(sent)) > ahead:
            if sent - behind < (time.monotonic() - began - _GRACE) * _LEAST_RATE:
                return False
            await asyncio.sleep(pause)
            pause = min(_MOST_SELDOM, pause * 1.5)
    except OSError:
        return False
    return True
