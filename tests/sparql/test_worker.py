"""sparql/worker.py and sparql/sandbox.py: what a worker cannot do, tried with the guard left out."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from atlas_ld.sparql import failures, frames
from atlas_ld.sparql.question import Question
from atlas_ld.sparql.worker import explain, readable
from tests.listening import listening
from tests.sparql.test_guard import corpus

PREFIXES = {"atlas": "https://w3id.org/atlas-ld/ontology#"}


def said(payload: bytes) -> str:
    """The sentence of an ERROR."""
    return str(failures.from_json(json.loads(payload)))


def _can_be_sealed() -> bool:
    """Some containers forbid the filter, and other systems have none; then there is nothing to test here."""
    program = "from atlas_ld.sparql import sandbox; print(sandbox.close_network())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip() == "[]"


needs_filter = pytest.mark.skipif(not _can_be_sealed(), reason="this system grants no seccomp filter")


_UNGUARDED = """
import sys
from atlas_ld.sparql import guard, worker
guard.check = lambda query: None
worker.main(sys.argv[1:])
"""


class Worker:
    """A worker process whose guard lets every query pass."""

    def __init__(self, store: Path) -> None:
        with tempfile.TemporaryFile() as columns:
            arguments = [str(store), "--memory-mb=256", f"--columns={columns.fileno()}"]
            self.process = subprocess.Popen(
                [sys.executable, "-c", _UNGUARDED, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                pass_fds=[columns.fileno()],
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._input, self._output = self.process.stdin.fileno(), self.process.stdout.fileno()
        self._buffer = bytearray()
        frames.write_json(self._input, frames.OPEN, {"prefixes": PREFIXES, "rows": 1000, "bytes": 1_000_000})

    def receive(self) -> tuple[bytes, bytes]:
        while (frame := frames.take(self._buffer)) is None:
            data = os.read(self._output, 65536)
            assert data, "the worker died"
            self._buffer += data
        return frame

    def ask(self, query: str, rows: str = "sparql-json", graphs: str = "turtle") -> tuple[bytes, bytes]:
        """The last frame of the answer."""
        question = Question(query, (rows, graphs), (), (), None, (None, None))
        frames.write_json(self._input, frames.REQUEST, tuple(question))
        while (frame := self.receive())[0] in (frames.HEAD, frames.DATA):
            pass
        return frame


@pytest.fixture
def worker(store: Path) -> Iterator[Worker]:
    started = Worker(store)
    with started.process:
        assert started.receive()[0] == frames.READY
        yield started
        started.process.kill()


@pytest.fixture
def listener() -> Iterator[tuple[str, list[object]]]:
    """The address of a listener on loopback, and the calls that it got."""
    with listening() as on_cancel:
        yield on_cancel


@needs_filter
def test_no_hostile_query_reaches_the_network_even_without_the_guard(
    store: Path, worker: Worker, listener: tuple[str, list[object]]
) -> None:
    address, calls = listener
    denied = 0
    for query in corpus("hostile"):
        kind, payload = worker.ask(query.replace("http://endpoint.test/", address))
        denied += kind == frames.ERROR and "not permitted" in said(payload)
    assert calls == []
    assert denied > 20, "the engine tried, and was denied"


@needs_filter
@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.socket()",
        "import socket; socket.socketpair()",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.write(os.open(target, os.O_WRONLY | os.O_CREAT), b'x')",
        "bytearray(600 * 2**20)",
    ],
)
def test_a_sealed_process_cannot(attempt: str, tmp_path: Path) -> None:
    program = (
        "import os, sys; from atlas_ld.sparql import sandbox\n"
        f"target = {str(tmp_path / 'file')!r}\n"
        "assert sandbox.close_network() == [] and sandbox.limit_resources(256) == []\n"
        f"try:\n    {attempt}\nexcept (OSError, MemoryError) as error:\n    print(type(error).__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("PermissionError", "OSError", "MemoryError")


def test_a_worker_without_a_store_says_so_and_ends(tmp_path: Path) -> None:
    worker = Worker(tmp_path / "none")
    with worker.process:
        kind, payload = worker.receive()
        assert worker.process.wait(10) == 0
    assert kind == frames.ERROR
    assert "No store" in said(payload)


def test_a_frame_is_taken_only_when_it_is_whole() -> None:
    buffer = bytearray()
    for byte in b"D\x00\x00\x00\x02ab":
        assert frames.take(buffer) is None
        buffer.append(byte)
    assert frames.take(buffer) == (frames.DATA, b"ab")
    assert buffer == b""


@pytest.mark.parametrize(
    ("message", "text", "line", "column"),
    [
        ("error at 1:11: expected one of OPTIONAL, SERVICE, [_]", "not SPARQL 1.1 at this place", 1, 11),
        ('error at 1:11: expected one of ",", "}", [_]', 'where "," or "}" could stand', 1, 11),
        ("error at 1:2: expected one of A, B, C, D, E, F", "not SPARQL 1.1 at this place", 1, 2),
        ("error at 3:6: expected [_]", "not SPARQL 1.1 at this place", 3, 6),
        (
            "error at 1:22: expected one of The SELECT contains what is unbound, ['%'], ['-' | '0' ..= '9'\n| '_']",
            "The SELECT contains what is unbound",
            1,
            22,
        ),
        ("the engine says something else", "the engine says something else", None, None),
    ],
)
def test_a_syntax_error_is_told_without_the_engines_lists(
    message: str, text: str, line: int | None, column: int | None
) -> None:
    told = explain(message, "ASK { }", {})
    assert text in str(told)
    assert "[" not in str(told)
    assert (told.line, told.column) == (line, column)


@pytest.mark.parametrize(
    ("query", "text", "place"),
    [
        ("SELECT * {\n ?s foo:bar ?o }", "The prefix foo: is not declared", (2, 5)),
        ("PREFIX foo: <x:> SELECT * { ?s atlas:a foo:b ; :c ?o }", "The prefix : is not declared", (1, 48)),
        ("SELECT * {\n ?s ?p ?o", "The { that begins here is not closed", (1, 10)),
        ("SELECT * { ?s ?p ?o FILTER(?o > 1 }", "not closed before the } of line 1, column 35", (1, 27)),
        ("SELECT * { ?s ?p ?o }\n}", "The } closes nothing", (2, 1)),
        ('SELECT * { ?s ?p "abc }', "The string that begins here is not closed", (1, 18)),
        ("SELECT * { ?s ?p ?o }\rORDR BY ?s", "“ORDR” is no word of SPARQL; ORDER is one", (1, 23)),
        ("SELCT * { }", "“SELCT” is no word of SPARQL; SELECT is one", (1, 1)),
        ("SELECT * { ?s ?p ?o FILTER(etiquette = 1) }", "a name has a prefix and a colon", (1, 28)),
        ("SELECT * { ?s ?p ?o # } '\n", "The { that begins here is not closed", (1, 10)),
    ],
)
def test_a_syntax_error_names_the_thing(worker: Worker, query: str, text: str, place: tuple[int, int]) -> None:
    kind, payload = worker.ask(query)
    told = json.loads(payload)
    assert kind == frames.ERROR
    assert text in said(payload)
    assert (told["line"], told["column"]) == place


def test_a_blank_before_the_bracket_of_coalesce_is_taken_out_as_the_engine_takes_none(worker: Worker) -> None:
    assert readable("# concat (\nASK { FILTER(coalesce # x\n(1) = CONCAT(1)) }") == (
        "# concat (\nASK { FILTER(coalesce(1) = CONCAT(1)) }"
    )
    assert readable("ASK { FILTER('CONCAT (' = <x:concat (>) }") == "ASK { FILTER('CONCAT (' = <x:concat (>) }"
    kind, payload = worker.ask('SELECT (CONCAT ("a", "b") AS ?x) { }')
    assert (kind, b'"ab"' in payload) == (frames.WHOLE, True)


def test_csv_quotes_every_value_that_has_a_comma(worker: Worker) -> None:
    query = 'SELECT * { VALUES (?a ?b) { (<http://x/a,896> "q\\"") ("x\\ny" UNDEF) (1.50 "é"@fr) } }'
    kind, payload = worker.ask(query, rows="sparql-csv")
    assert kind == frames.WHOLE
    document = payload.partition(b"\n")[2].decode()
    assert document == 'a,b\r\n"http://x/a,896","q"""\r\n"x\ny",\r\n1.5,é\r\n'
    assert len(list(csv.reader(document.splitlines(keepends=True)))) == 4


@pytest.mark.parametrize("format_", ["sparql-xml", "rdf-xml"])
@pytest.mark.parametrize("character", ["\u0001", "\ufffe", "\uffff", "\u001f"])
def test_xml_with_a_character_that_it_cannot_hold_is_refused(worker: Worker, format_: str, character: str) -> None:
    head = "CONSTRUCT { <x:s> <x:p> ?o }" if format_ == "rdf-xml" else "SELECT ?o"
    query = f'{head} {{ BIND("a{character}b" AS ?o) }}'
    kind, payload = worker.ask(query, rows="sparql-xml", graphs="rdf-xml")
    assert kind == frames.ERROR
    assert f"U+{ord(character):04X}" in said(payload)


@pytest.mark.parametrize("format_", ["sparql-xml", "rdf-xml"])
def test_a_carriage_return_survives_xml(worker: Worker, format_: str) -> None:
    head = "CONSTRUCT { <x:s> <x:p> ?o }" if format_ == "rdf-xml" else "SELECT ?o"
    query = f'{head} {{ BIND("a\\rb\\n" AS ?o) }}'
    _, payload = worker.ask(query, rows="sparql-xml", graphs="rdf-xml")
    texts = [element.text for element in ElementTree.fromstring(payload.partition(b"\n")[2]).iter()]
    assert "a\rb\n" in texts
