"""One of the processes that answer HTTP requests: granian, which speaks HTTP in native code, and `gateway`.

    python -m atlas_ld.web.server.web_process --listen DESCRIPTOR --release ID --queries SOCKET --notice FILE

`server` starts it, with the settings in the environment and the listening socket, which all of them share, inherited.
It says on its standard output when it is ready, and ends on SIGTERM or when its standard input ends: it takes no more
connections, and finishes what it has begun.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
from pathlib import Path

import uvloop
from granian._granian import SocketHolder
from granian.constants import HTTPModes
from granian.http import HTTP1Settings
from granian.server.embed import Server

from atlas_ld.config import Settings
from atlas_ld.media import LIST_FORMATS
from atlas_ld.release.kinds import LISTS
from atlas_ld.web import create_app
from atlas_ld.web.http import access_log, routes
from atlas_ld.web.publication import open_publication
from atlas_ld.web.server.gateway import Gateway
from atlas_ld.web.server.response_cache import ResponseCache, kept_parameters

_log = logging.getLogger(__name__)

_SWITCH_SECONDS = 0.0003
"""How long a thread that renders a page may keep the loop waiting, which waits two or three times for one request.
Python's own value is 0.005."""

_LAST_SECONDS = 30.0
"""So long a process that ends waits for what it has begun."""

READY = b"ready"


class _Server(Server):
    """granian in this process's loop, on a socket that is there."""

    def __init__(self, gateway: Gateway, descriptor: int, settings: Settings) -> None:
        super().__init__(
            gateway,
            http=HTTPModes.http1,  # in clear text, HTTP/2 takes answers without limit however slowly a client reads
            websockets=False,
            log_enabled=False,
            backpressure=settings.connections,
            http1_settings=HTTP1Settings(header_read_timeout=settings.header_seconds * 1000),
        )
        self._descriptor = descriptor

    def _init_shared_socket(self) -> None:
        self._shd = SocketHolder(self._descriptor, False, self.backlog)  # type: ignore[call-arg,assignment]  # not as declared


def gateway(settings: Settings, release: str, queries: Path, notice: Path) -> Gateway:
    """The site of a release behind a gateway."""
    publication = open_publication(settings, release, queries)
    site = create_app(publication)
    site.config["NOTICE"] = notice
    share = settings.document_cache_mb * 2**20 // settings.web_processes
    kept = ResponseCache(site.wsgi_app, share, kept_parameters(site))
    query_paths = tuple(routes.addresses(site, lambda route: route.queries))
    files = frozenset(f"/{name}.{format_.extension}" for name in LISTS for format_ in LIST_FORMATS)
    return Gateway(kept, settings, kept, publication.service, publication.iris.base, query_paths, files)


async def serve(served: Gateway, descriptor: int, settings: Settings) -> None:
    """Answers until it is told to end."""
    loop = asyncio.get_running_loop()
    server = _Server(served, descriptor, settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    loop.add_reader(0, _stop, loop, server)
    loop.call_soon(os.write, 1, READY)
    await server.serve()
    until = loop.time() + _LAST_SECONDS
    while served.under_way and loop.time() < until:
        await asyncio.sleep(0.05)


def _stop(loop: asyncio.AbstractEventLoop, server: Server) -> None:
    loop.remove_reader(0)
    server.stop()  # type: ignore[no-untyped-call]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="atlas_ld.web.server.web_process")
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--release", required=True)
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--notice", type=Path, required=True)
    options = parser.parse_args(arguments)
    settings = Settings.read(os.environ)
    sys.setswitchinterval(_SWITCH_SECONDS)
    if settings.access_log:
        access_log.log_to_stderr()
    served = gateway(settings, options.release, options.queries, options.notice)
    gc.freeze()  # what is open now stays; looking at it and at the caches all over costs a twentieth of the time
    gc.set_threshold(10_000, 20, 50)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(served, options.listen, settings))


if __name__ == "__main__":
    main()
