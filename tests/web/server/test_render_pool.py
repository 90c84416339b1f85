"""web/server/render_pool.py and render_worker.py: documents made in other processes are those of the site."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask
from werkzeug.test import Client, EnvironBuilder

from atlas_ld.config import Settings
from atlas_ld.release.layout import Release
from atlas_ld.web.server.render_pool import Renderers
from atlas_ld.web.server.response_cache import ResponseCache
from tests.loops import in_a_loop

PARTNERSHIP = "/doc/partnership/crea-ocean-2010"
PATHS = (PARTNERSHIP, f"{PARTNERSHIP}.csv", "/id/territory/country-ca", "/doc/theme/economie-durable", "/doc/no/thing")
ACCEPTS = ("text/html", "text/turtle", "application/ld+json")
OWN_ID = {"x-request-id": "test-0001"}


@dataclass(frozen=True)
class Scope:
    """A request as granian gives it."""

    path: str
    method: str = "GET"
    scheme: str = "http"
    query_string: str = ""
    server: str = "localhost:80"
    client: str = "127.0.0.1:5000"
    http_version: str = "1.1"
    authority: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def renderers(
    demonstration: Release, demonstration_site: Flask
) -> Callable[[Callable[[Renderers], Awaitable[None]]], None]:
    """Runs what it is given with one renderer that is ready."""
    settings = Settings(releases=demonstration.path.parent, renderers=1)
    ready = ResponseCache(demonstration_site.wsgi_app, 0)

    async def run(work: Callable[[Renderers], Awaitable[None]]) -> None:
        made = Renderers(demonstration.id, settings, ready)
        made.start(asyncio.get_running_loop())
        try:
            await until_answered(made)
            await work(made)
        finally:
            made.close()
            await asyncio.sleep(0)

    return lambda work: in_a_loop(run(work))


async def find(made: Renderers, path: str, **headers: str) -> tuple[int, list[tuple[str, str]], bytes] | None:
    fields = OWN_ID | {"host": "localhost"} | headers
    return await made.find(Scope(path, headers=fields), list(fields.items()), "127.0.0.1")  # type: ignore[arg-type]


async def until_answered(made: Renderers) -> None:
    for _ in range(1200):
        if await find(made, PARTNERSHIP):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("no renderer answers")


def test_what_renderers_make_is_what_the_site_answers(
    demonstration_site: Flask, renderers: Callable[[Callable[[Renderers], Awaitable[None]]], None]
) -> None:
    async def compare(made: Renderers) -> None:
        for path in PATHS:
            for accept in ACCEPTS:
                for coding in ("identity", "gzip"):
                    headers = {"accept": accept, "accept-encoding": coding}
                    environ = EnvironBuilder(path, headers=OWN_ID | headers).get_environ()
                    expected = Client(demonstration_site.wsgi_app).open(environ, buffered=True)
                    answer = await find(made, path, **headers)
                    assert answer is not None
                    wanted = sorted((name.lower(), value) for name, value in expected.headers)
                    assert (answer[0], sorted(answer[1])) == (expected.status_code, wanted), (path, headers)
                    assert answer[2] == expected.data, (path, headers)

    renderers(compare)


def test_requests_that_are_not_plain_are_left_to_the_server(
    renderers: Callable[[Callable[[Renderers], Awaitable[None]]], None],
) -> None:
    async def ask(made: Renderers) -> None:
        assert await find(made, "/partnerships") is None
        assert await find(made, PARTNERSHIP, range="bytes=0-1") is None
        assert await made.find(Scope(PARTNERSHIP, "POST"), [], "") is None  # type: ignore[arg-type]

    renderers(ask)


def test_a_renderer_that_dies_leaves_its_requests_to_the_server_and_is_replaced(
    renderers: Callable[[Callable[[Renderers], Awaitable[None]]], None],
) -> None:
    async def kill(made: Renderers) -> None:
        (first,) = made.pids
        asked = [asyncio.ensure_future(find(made, PARTNERSHIP, accept="text/html")) for _ in range(50)]
        await asyncio.sleep(0)
        os.kill(first, signal.SIGKILL)
        answers = await asyncio.wait_for(asyncio.gather(*asked), 20)
        assert None in answers
        assert await find(made, PARTNERSHIP) is None
        await until_answered(made)
        assert made.pids.isdisjoint({first})

    renderers(kill)
