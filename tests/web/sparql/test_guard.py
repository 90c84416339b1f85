"""No query of a stranger makes the endpoint call anybody: every query of both corpora, through the whole of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from atlas_ld.config import Settings
from atlas_ld.release.layout import Release
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication
from tests.listening import listening
from tests.sparql.test_guard import corpus

STAND_IN = "http://endpoint.test/"


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[object]]]:
    """The address of a listener on loopback, and the calls that it got."""
    with listening() as on_cancel:
        yield on_cancel


@pytest.fixture(scope="module")
def client(demonstration: Release) -> Iterator[FlaskClient]:
    settings = replace(Settings(releases=demonstration.path.parent), workers=1, query_seconds=20.0)
    publication = open_publication(settings)
    yield create_app(publication).test_client()
    publication.service.close()


def test_the_listener_hears_who_calls(listener: tuple[str, list[object]]) -> None:
    address, calls = listener
    socket.create_connection(("127.0.0.1", int(address.rsplit(":")[-1].strip("/")))).close()
    for _ in range(100):
        if calls:
            break
        threading.Event().wait(0.01)
    assert len(calls) == 1
    calls.clear()


def test_no_hostile_query_calls_anybody(client: FlaskClient, listener: tuple[str, list[object]]) -> None:
    address, calls = listener
    for query in corpus("hostile"):
        answer = client.post("/sparql", data={"query": query.replace(STAND_IN, address)})
        assert answer.status_code == 403, query
    assert calls == []


def test_no_innocent_query_calls_anybody_and_none_is_refused(
    client: FlaskClient, listener: tuple[str, list[object]]
) -> None:
    address, calls = listener
    for query in corpus("innocent"):
        answer = client.post("/sparql", data={"query": query.replace("http://x/", address), "timeout": "2"})
        assert answer.status_code in (200, 422, 503), query
        answer.close()  # some are large, and would be read from the service
    assert calls == []
