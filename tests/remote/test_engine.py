"""remote/engine.py: an answer is whole, or an error says what happened; with the engines that really do it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from atlas_ld.errors import EngineError
from atlas_ld.rdf import Literal
from atlas_ld.remote import Addresses, Engine
from tests.remote.conftest import ROWS, Running
from tests.web.serving import free_port

# urllib leaves the answer in which an engine asks for Digest to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

JSON = "Content-Type: application/sparql-results+json"
EMPTY = '{"head": {"vars": []}, "results": {"bindings": []}}'


@contextmanager
def answering(*lines: str, body: str = EMPTY, length: int | None = None) -> Iterator[str]:
    """A server that gives every request the same answer, whole or not."""
    size = len(body) if length is None else length
    answer = "\r\n".join([*lines, f"Content-Length: {size}", "Connection: close", "", body]).encode()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/sparql"
        server.shutdown(socket.SHUT_RDWR)


def of(address: str) -> Engine:
    return Engine(Addresses(address, address))


def test_virtuoso_cuts_rows_and_that_is_an_error(virtuoso: Running) -> None:
    engine = Engine(virtuoso.addresses, virtuoso.user, virtuoso.password)
    engine.update("CLEAR SILENT GRAPH <urn:cut>")
    for start in range(0, ROWS + 10, 1000):
        engine.add("urn:cut", b"".join(b'<urn:s> <urn:p> "%d" .\n' % n for n in range(start, start + 1000)))
    with pytest.raises(EngineError, match="cut its answer"):
        engine.select("SELECT * { GRAPH <urn:cut> { ?s ?p ?o } }")
    assert engine.count("urn:cut") == ROWS + 1000


def test_numbers_of_virtuoso_are_literals(virtuoso: Running) -> None:
    (row,) = of(virtuoso.addresses.query).select("SELECT (1 + 1 AS ?n) {}")
    assert isinstance(row["n"], Literal)
    assert row["n"].value == "2"


@pytest.mark.parametrize(
    ("lines", "body", "told"),
    [
        (["HTTP/1.1 206 Partial Content", JSON], EMPTY, "206"),
        (["HTTP/1.1 200 OK", JSON, "X-SPARQL-MaxRows: 10"], EMPTY, "X-SPARQL-MaxRows"),
        (["HTTP/1.1 200 OK", JSON, "X-SQL-State: S1TAT"], EMPTY, "X-SQL-State"),
        (["HTTP/1.1 200 OK", JSON], EMPTY[:-3] + "The SPARQL operation has been cancelled", "no whole SPARQL result"),
        (["HTTP/1.1 200 OK", JSON], EMPTY + "java.lang.RuntimeException\n\tat com.example", "no whole SPARQL result"),
        (["HTTP/1.1 200 OK", JSON], '{"boolean": true}', "did not answer with a table"),
        (["HTTP/1.1 200 OK", JSON], "[]", "no SPARQL result"),
        (["HTTP/1.1 200 OK", "Content-Type: text/html"], "<html>Welcome</html>", "no whole SPARQL result"),
        (["HTTP/1.1 401 Unauthorized"], "", "ATLAS_LD_STORE_PASSWORD"),
        (["HTTP/1.1 403 Forbidden"], "", "ATLAS_LD_STORE_PASSWORD"),
        (["HTTP/1.1 404 Not Found"], "", "the right address"),
        (["HTTP/1.1 429 Too Many Requests"], '{"exception": "too many"}', "too many"),
        (["HTTP/1.1 500 Oops"], "S1T00 Error", "S1T00"),
        (["HTTP/1.1 507 Insufficient Storage"], "", "no room left"),
    ],
)
def test_less_than_a_whole_answer_is_an_error_that_says_why(lines: list[str], body: str, told: str) -> None:
    with answering(*lines, body=body) as address, pytest.raises(EngineError, match=told) as caught:
        of(address).select("SELECT * {}")
    assert address in str(caught.value) or "JSON" in str(caught.value)


def test_a_connection_that_breaks_in_the_middle_is_an_error() -> None:
    with (
        answering("HTTP/1.1 200 OK", JSON, length=9_000) as address,
        pytest.raises(EngineError, match="no whole SPARQL result"),
    ):
        of(address).select("SELECT * {}")


def test_an_engine_that_is_not_there_is_one_sentence() -> None:
    address = f"http://127.0.0.1:{free_port()}/sparql"
    for engine in (of(address), Engine(Addresses(address, address, address), "somebody", "secret")):
        with pytest.raises(EngineError, match="cannot be reached"):
            engine.select("SELECT * {}")
        with pytest.raises(EngineError, match="cannot be reached"):
            engine.add("urn:g", b"")


@pytest.mark.parametrize("address", ["ftp://example.org/sparql", "file:///etc/passwd", "example.org", ""])
def test_an_address_of_another_scheme_is_refused(address: str) -> None:
    with pytest.raises(EngineError, match="no address of a SPARQL engine"):
        of(address)
