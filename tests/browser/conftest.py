"""The demonstration site in Chromium. Every page of every test is watched: it may ask no other host, break no rule of
its own Content-Security-Policy, and raise no error."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright
from werkzeug.serving import make_server

from atlas_ld.config import Settings
from atlas_ld.release.layout import Release
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
TOOLS = Path(__file__).parent / "node_modules"


@pytest.fixture(scope="session")
def site(demonstration: Release) -> Iterator[str]:
    """The address of the demonstration site, without a slash at its end."""
    publication = open_publication(Settings(releases=demonstration.path.parent))
    server = make_server("127.0.0.1", 0, create_app(publication), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    publication.service.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip("needs Chromium (apt-get install chromium)")
    with sync_playwright() as playwright:
        # Root, as in a container, has no sandbox to give.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        launched = playwright.chromium.launch(executable_path=program, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A page of a French reader at 1440 pixels, watched until the test ends."""
    context = browser.new_context(base_url=site, locale="fr-FR", viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    wrong = watch(opened, site)
    yield opened
    context.close()
    assert wrong == []


def watch(page: Page, site: str) -> list[str]:
    """What goes wrong on a page, gathered as it happens."""
    wrong: list[str] = []

    def requested(request: Request) -> None:
        if not request.url.startswith((site, "data:", "blob:")):
            wrong.append(f"asks another host: {request.url}")

    page.on("request", requested)
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    # A page that answers 400 or 404 on purpose is reported by the browser as a failed load.
    page.on(
        "console",
        lambda message: (
            wrong.append(f"console: {message.text}")
            if message.type == "error" and "Failed to load resource" not in message.text
            else None
        ),
    )
    return wrong
