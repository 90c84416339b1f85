"""web/server/gateway.py and connection.py, on a real server: what passes, and what happens when somebody leaves."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from atlas_ld.config import Settings
from atlas_ld.release.layout import Release
from atlas_ld.web.server.connection import find_connection
from tests.web.serving import serving

Server = tuple[str, int]
ENDLESS = "SELECT (COUNT(*) AS ?n{n}) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }}"


@pytest.fixture(scope="module")
def server(demonstration: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(
        releases=demonstration.path.parent, workers=2, query_seconds=20.0, query_per_client=2, query_queue=4
    )
    with serving(settings, tmp_path_factory.mktemp("gateway") / "log") as running:
        yield "127.0.0.1", running.port


def ask(
    server: Server, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    with contextlib.closing(http.client.HTTPConnection(*server, timeout=30)) as connection:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        with connection.getresponse() as response:
            content = response.read()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, content


def query(server: Server, text: str, method: str = "POST", path: str = "/sparql") -> tuple[int, dict[str, str], bytes]:
    return ask(server, method, path, text.encode(), Content_Type="application/sparql-query")


def post(text: str) -> bytes:
    """The same request as it goes over the wire."""
    head = "POST /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: text/csv\r\n"
    type_ = "Content-Type: application/sparql-query\r\n"
    return f"{head}{type_}Content-Length: {len(text)}\r\n\r\n{text}".encode()


def eventually(claim: Callable[[], bool]) -> bool:
    for _ in range(500):
        if claim():
            return True
        time.sleep(0.02)
    return False


def workers() -> set[str]:
    """The query workers of every server on this machine: those of this one are among them."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if b"atlas_ld.sparql.worker" in (entry / "cmdline").read_bytes():
                    found.add(entry.name)
    return found


@pytest.mark.parametrize("method", ["POST", "QUERY"])
def test_a_query_passes_through_by_each_method(server: Server, method: str) -> None:
    status, headers, body = query(server, "ASK {}", method)
    assert (status, json.loads(body)["boolean"]) == (200, True)
    assert headers["content-length"] == str(len(body))


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_an_answer_has_a_tag_and_is_not_sent_twice(server: Server, coding: str) -> None:
    path = "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%20100"
    status, headers, body = ask(server, "GET", path, Accept_Encoding=coding)
    assert (status, headers.get("content-encoding", "identity"), len(body) > 500) == (200, coding, True)
    again = ask(server, "GET", path, Accept_Encoding=coding, If_None_Match=headers["etag"])
    assert (again[0], again[1]["etag"], again[2]) == (304, headers["etag"], b"")
    head = ask(server, "HEAD", path, Accept_Encoding=coding)
    assert (head[0], head[1]["etag"], head[2]) == (200, headers["etag"], b"")


def test_the_head_of_an_answer_that_streams_has_no_length(server: Server) -> None:
    text = quote("SELECT * { ?a ?b ?c . { SELECT ?d { ?d ?e ?f } } }")
    status, headers, body = ask(server, "HEAD", f"/sparql?timeout=9&query={text}", Accept="text/csv")
    assert (status, body) == (200, b"")
    assert "content-length" not in headers


def test_a_file_is_sent_as_it_is_whole_or_in_part(server: Server, demonstration: Release) -> None:
    entry = demonstration.manifest.files["download/atlas.nt"]
    _, headers, body = ask(server, "GET", "/download/atlas.nt", Accept_Encoding="identity")
    assert hashlib.sha256(body).hexdigest() == entry.sha256
    assert headers["content-length"] == str(entry.bytes)
    status, _, part = ask(server, "GET", "/download/atlas.nt", Range="bytes=10-19", Accept_Encoding="identity")
    assert (status, part) == (206, body[10:20])


@pytest.mark.parametrize("path", ["/doc/partnership/%C3%A9%FF%00", "/%2e%2e/%2fetc", "/id/organisation/%F0%9F%90%9F"])
def test_an_odd_path_is_not_found_and_no_error(server: Server, path: str) -> None:
    assert ask(server, "GET", path)[0] in (400, 404)


def test_headers_of_any_bytes_pass_through(server: Server) -> None:
    assert ask(server, "GET", "/health", X_Odd="\xff\xe9", Accept="*/*;q=\xff")[0] in (200, 406)


def test_a_client_may_have_so_many_queries_under_way_and_no_more(server: Server) -> None:
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(query, server, ENDLESS.format(n=n), "POST", "/sparql?timeout=3") for n in range(4)]
        got = [future.result() for future in asked]
    refused = [headers for status, headers, _ in got if status == 429]
    assert len(refused) == 2
    assert all(int(headers["retry-after"]) > 0 for headers in refused)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not tell of connections")
def test_the_query_of_a_client_that_leaves_is_ended(server: Server) -> None:
    assert query(server, "ASK {}")[0] == 200
    before = workers()
    with socket.create_connection(server) as connection:
        connection.sendall(post(ENDLESS.format(n="") + " # left"))
        time.sleep(1.0)
    began = time.monotonic()
    assert eventually(lambda: not before <= workers()), "the worker was killed"
    assert time.monotonic() - began < 15, "and that long before its time limit"


def test_a_slow_body_holds_nobody_up(server: Server) -> None:
    """More clients than there are threads send a body that never ends."""
    request = post("ASK {} # this and no more")[:-5]
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(socket.create_connection(server)).sendall(request)
        assert ask(server, "GET", "/health")[0] == 200
        assert query(server, "ASK { # while others are slow\n}")[0] == 200


def test_a_slow_reader_gets_everything_and_holds_no_worker(server: Server) -> None:
    text = "SELECT * { ?a ?b ?c . { SELECT ?d { ?d a atlas:Partnership } LIMIT 5 } }"
    with socket.create_connection(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**18)
        connection.sendall(post(text))
        time.sleep(3)
        assert query(server, "ASK { # while one reads slowly\n}")[0] == 200
        received = bytearray()
        while data := connection.recv(1 << 20):
            received += data
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert len(body) > 5_000_000
    assert body.endswith(b"0\r\n\r\n") or f"content-length: {len(body)}".encode() in head.lower()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not tell of connections")
def test_a_connection_is_found_by_its_other_end_and_tells_what_waits() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, (host, port) = listener.accept()
        with client, accepted:
            assert find_connection(f"{host}:1") is None
            found = find_connection(f"{host}:{port}")
            assert found is not None
            threading.Thread(target=client.recv, args=(100,)).start()
            accepted.sendall(b"x" * 50)
            assert found.behind(80) == 30
            found.cut()
            found.close()
            assert eventually(lambda: client.recv(100) == b"")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not tell of connections")
def test_a_connection_whose_client_has_gone_says_so() -> None:
    """Else an answer that nobody takes would be held for a minute."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, (host, port) = listener.accept()
        with accepted:
            found = find_connection(f"{host}:{port}")
            assert found is not None
            accepted.sendall(b"x" * 1000)
            assert found.behind(1000) == 0
            client.close()  # with bytes that it has not read: the system resets the connection

            def gone() -> bool:
                try:
                    found.behind(1000)
                except OSError:
                    return True
                return False

            assert eventually(gone)
            found.close()


def test_bodies_that_never_end_are_bounded_by_client(server: Server) -> None:
    """In each process of the server; another client, and requests without a body, notice nothing."""
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 800001\r\n\r\n"
    )
    refused = 0
    with contextlib.ExitStack() as stack:
        for _ in range(130):
            connection = stack.enter_context(socket.create_connection(server))
            connection.settimeout(0.05)
            with contextlib.suppress(OSError):
                connection.sendall(head + b" " * 700_000)
            with contextlib.suppress(OSError):
                refused += connection.recv(12) == b"HTTP/1.1 429"
        assert refused > 5
        assert ask(server, "GET", "/doc/territory/country-ca")[0] == 200
        other = stack.enter_context(socket.create_connection(server, source_address=("127.0.0.2", 0)))
        other.sendall(post("ASK {} # another client"))
        assert other.recv(12) == b"HTTP/1.1 200"
    assert eventually(lambda: query(server, "ASK { # afterwards\n}")[0] == 200)
