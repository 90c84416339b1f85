"""Renderers, seen from the server's loop: processes that make the documents that nobody asked for before.

A page is a few milliseconds of Python, and one process runs Python on one core; so documents are made in processes of
their own, and the loop hands on requests and answers. Only plain requests go there (`ready.ResponseCache.plain`), whose
answers are whole and depend on nothing but the release and what the request says. Where there is no renderer yet, or
the one that was asked died, the answer is None: then the server makes the document itself. A renderer that dies, or
takes too long, is replaced (docs/decisions/0016).
"""

from __future__ import annotations

import asyncio
import logging
import marshal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import cast

from granian.rsgi import Scope

from atlas_ld.config import Settings
from atlas_ld.sparql.worker_process import import_path
from atlas_ld.web.http.rules import Fields
from atlas_ld.web.server.render_worker import SIZE, Asked, Made, framed
from atlas_ld.web.server.response_cache import DOCUMENTS, ResponseCache

_log = logging.getLogger(__name__)

_TOO_LONG = 30.0
_AGAIN = 1.0
"""Seconds that one document may take, and between looks; as many before a renderer that died is replaced."""
_FIRST = 1.0
"""Seconds from the start to the first renderer, so that the server's own first answers have the processors."""


class Renderer(asyncio.Protocol):
    """One process and what it was asked, oldest first. Of the loop alone."""

    def __init__(self, release: str, settings: Settings) -> None:
        ours, theirs = socket.socketpair()
        self.socket = ours
        self._asked: deque[tuple[asyncio.Future[Made | None], float]] = deque()
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self.ready = False
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  # our own module, our own arguments
                [sys.executable, "-P", "-m", "atlas_ld.web.server.render_worker", release],
                stdin=theirs.fileno(),
                env=settings.environment() | {"PYTHONPATH": import_path()},
                start_new_session=True,  # Ctrl-C is for the server; a renderer leaves when its socket is closed
            )

    @property
    def waiting(self) -> int:
        return len(self._asked)

    def ask(self, asked: Asked) -> asyncio.Future[Made | None]:
        """The answer, or None where the process ends before it has given it."""
        assert self._transport is not None
        answer: asyncio.Future[Made | None] = asyncio.get_running_loop().create_future()
        self._asked.append((answer, time.monotonic()))
        self._transport.write(framed(asked))
        return answer

    def is_stuck(self) -> bool:
        """Whether the document that it is at takes too long. Those behind it have waited longer than they took."""
        return bool(self._asked) and time.monotonic() - self._asked[0][1] > _TOO_LONG

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is none by its class

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= SIZE:
            end = SIZE + int.from_bytes(self._buffer[:SIZE], "big")
            if len(self._buffer) < end:
                return
            made: Made = marshal.loads(memoryview(self._buffer)[SIZE:end])  # noqa: S302  # from our own process
            del self._buffer[:end]
            if not self.ready:  # its first message says that it has the release open
                self.ready = True
                continue
            answer, _ = self._asked.popleft()
            if not answer.done():
                answer.set_result(made)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport, self.ready = None, False
        for answer, _ in self._asked:
            if not answer.done():
                answer.set_result(None)
        self._asked.clear()
        self.process.kill()

    def end(self) -> None:
        """Ends the process and waits until it is gone, which is at once."""
        self.process.kill()
        self.process.wait()
        if self._transport:
            self._transport.abort()


class Renderers:
    """`settings.renderers` renderers of the release with this id, replaced for as long as the loop runs.

    `ready` knows what a plain request is, and keeps the answers.
    """

    def __init__(self, release: str, settings: Settings, ready: ResponseCache) -> None:
        self._release, self._settings, self._ready = release, settings, ready
        self._renderers: list[Renderer] = []
        self._task: asyncio.Task[None] | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Starts the processes, one after the other, and looks after them. They take requests as soon as they have the
        release open."""
        self._task = loop.create_task(self._look_after())

    def close(self) -> None:
        """Ends every process."""
        if self._task:
            self._task.cancel()
        for renderer in self._renderers:
            renderer.end()

    @property
    def pids(self) -> set[int]:
        return {renderer.process.pid for renderer in self._renderers}

    async def find(self, scope: Scope, fields: Fields, peer: str) -> Made | None:
        """The site's answer to a plain GET, kept on its way; None for any other request, and where no renderer is."""
        started = time.perf_counter()
        if scope.method != "GET" or not scope.path.startswith(DOCUMENTS):
            return None
        request = self._ready.plain(scope.method, scope.scheme, scope.path, scope.query_string, fields)
        if request is None or scope.authority:
            return None
        asked = (scope.method, scope.scheme, scope.path, scope.query_string, scope.server, scope.client)
        made = await self.ask((*asked, scope.http_version, dict(request.fields)))
        if made:
            status, headers, body = made
            self._ready.offer(request, status, headers, body)
            self._ready.log(request, dict(headers).get("x-request-id", ""), peer, status, len(body), started)
        return made

    async def ask(self, asked: Asked) -> Made | None:
        """What a renderer that has least to do makes of a request; None where there is none."""
        living = [renderer for renderer in self._renderers if renderer.ready]
        return await min(living, key=lambda renderer: renderer.waiting).ask(asked) if living else None

    async def _look_after(self) -> None:
        await asyncio.sleep(_FIRST)
        while True:
            for renderer in self._renderers:
                if renderer.is_stuck():
                    _log.error("A renderer took more than %d s for a document; it is replaced.", _TOO_LONG)
                    renderer.end()
            self._renderers = [renderer for renderer in self._renderers if renderer.process.poll() is None]
            starting = any(not renderer.ready for renderer in self._renderers)
            try:
                if len(self._renderers) < self._settings.renderers and not starting:
                    renderer = Renderer(self._release, self._settings)
                    self._renderers.append(renderer)
                    await asyncio.get_running_loop().create_unix_connection(_handed(renderer), sock=renderer.socket)
            except OSError as error:  # the system has no process or file left to give
                _log.warning("No renderer can be started now: %s", error)
            await asyncio.sleep(_AGAIN)


def _handed(renderer: Renderer) -> Callable[[], Renderer]:
    return lambda: renderer
