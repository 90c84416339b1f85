"""sparql/pool.py: whole answers or errors, and workers that are stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
import rdflib

from atlas_ld.config import Settings
from atlas_ld.errors import (
    EndpointBusy,
    QueryError,
    QueryNotAcceptable,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
)
from atlas_ld.media import (
    RDF_FORMATS,
    RESULT_FORMATS,
    SPARQL_CSV,
    SPARQL_JSON,
    SPARQL_XML,
    TURTLE,
    Format,
)
from atlas_ld.sparql.pool import QueryPool
from atlas_ld.sparql.request import QueryRequest
from tests.sparql.conftest import IRIS

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
STREAM = "SELECT * { ?a ?b ?c . { SELECT ?d { ?d ?e ?f } } }"
"""Four million rows from two thousand triples: far more than what is buffered."""

OpenPool = Callable[..., QueryPool]


@pytest.fixture
def open_pool(large_store: Path) -> Iterator[OpenPool]:
    opened: list[QueryPool] = []

    def open_(**settings: float) -> QueryPool:
        # Memory must not be what stops these queries, unless the test says so.
        values = {"workers": 1, "query_seconds": 0.5, "query_memory_mb": 4096, **settings}
        opened.append(QueryPool(large_store, Settings(**values), IRIS.prefixes))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for pool in opened:
        pool.close()


def rows(pool: QueryPool, query: str, **request: tuple[str, ...]) -> list[str]:
    """The answer as lines of CSV, without the header."""
    with pool.run(QueryRequest(query, (SPARQL_CSV,), **request)) as answer:  # type: ignore[arg-type]
        return b"".join(answer.chunks).decode().split("\r\n")[1:-1]


def eventually(claim: Callable[[], bool]) -> bool:
    """Whether the claim comes true within ten seconds."""
    for _ in range(1000):
        if claim():
            return True
        time.sleep(0.01)
    return False


def _answers(pool: QueryPool, query: str) -> bool:
    try:
        pool.run(QueryRequest(query)).close()
    except EndpointBusy:
        return False
    return True


@pytest.mark.parametrize("format_", RESULT_FORMATS)
def test_rows_come_in_every_result_format(pool: QueryPool, format_: Format) -> None:
    with pool.run(QueryRequest("SELECT ?t { partnership:a dct:title ?t }", (format_,))) as answer:
        assert (answer.kind, answer.content_type, answer.complete) == ("bindings", format_.content_type, True)
        assert "Océan" in b"".join(answer.chunks).decode()


@pytest.mark.parametrize("format_", RESULT_FORMATS)
def test_truth_comes_in_every_result_format(pool: QueryPool, format_: Format) -> None:
    with pool.run(QueryRequest("ASK { }", (format_,))) as answer:
        assert answer.kind == "boolean"
        assert b"true" in b"".join(answer.chunks)


@pytest.mark.parametrize("format_", RDF_FORMATS)
def test_a_graph_is_the_same_in_every_rdf_format(pool: QueryPool, format_: Format) -> None:
    with pool.run(QueryRequest("DESCRIBE partnership:a", (format_,))) as answer:
        assert answer.kind == "graph"
        graph = rdflib.Dataset().parse(data=b"".join(answer.chunks), format=format_.rdflib)
    assert len(graph) == 7


@pytest.mark.parametrize("format_", RDF_FORMATS)
def test_an_empty_graph_is_an_answer_in_every_rdf_format(pool: QueryPool, format_: Format) -> None:
    with pool.run(QueryRequest("DESCRIBE <s:none>", (format_,))) as answer:
        graph = rdflib.Dataset().parse(data=b"".join(answer.chunks), format=format_.rdflib)
    assert len(graph) == 0


def test_the_first_format_that_holds_the_kind_of_answer_is_taken(pool: QueryPool) -> None:
    accepted = (TURTLE, SPARQL_XML, SPARQL_JSON)
    assert pool.run(QueryRequest("ASK { }", accepted)).format is SPARQL_XML
    assert pool.run(QueryRequest("DESCRIBE <s:1>", accepted)).format is TURTLE


@pytest.mark.parametrize(
    ("query", "format_", "is_graph"), [("ASK { }", TURTLE, False), ("DESCRIBE <s:1>", SPARQL_CSV, True)]
)
def test_an_answer_that_no_accepted_format_holds_is_an_error(
    pool: QueryPool, query: str, format_: Format, is_graph: bool
) -> None:
    with pytest.raises(QueryNotAcceptable) as caught:
        pool.run(QueryRequest(query, (format_,)))
    assert caught.value.is_graph is is_graph


def test_a_wrong_query_is_placed_and_does_not_cost_the_worker(pool: QueryPool) -> None:
    pool.run(QueryRequest("ASK { }")).close()
    before = pool.pids
    with pytest.raises(QuerySyntaxError) as caught:
        pool.run(QueryRequest("SELECT *\n  { ?s ?p }"))
    assert (caught.value.line, caught.value.column) == (2, 12)
    assert pool.pids == before


def test_a_call_to_a_service_never_reaches_a_worker(pool: QueryPool) -> None:
    with pytest.raises(QueryRefused):
        pool.run(QueryRequest("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }"))
    assert pool.pids == set()


def test_the_datasets_graphs_are_exactly_those_named(pool: QueryPool) -> None:
    anything, within = "SELECT ?o { ?s ?p ?o }", "SELECT ?o { GRAPH ?g { ?s ?p ?o } }"
    quality = (IRIS.quality_graph,)
    assert len(rows(pool, anything)) > 1
    assert rows(pool, within) == ["1"]
    assert rows(pool, anything, default_graphs=quality) == ["1"]
    assert rows(pool, within, default_graphs=quality) == []
    assert rows(pool, anything, named_graphs=quality) == []
    assert rows(pool, within, named_graphs=quality) == ["1"]
    assert rows(pool, f"SELECT ?o FROM <{IRIS.quality_graph}> {{ ?s ?p ?o }}") == ["1"]
    assert rows(pool, "SELECT ?o FROM <http://none.example/> { ?s ?p ?o }", default_graphs=quality) == ["1"]


@pytest.mark.parametrize(
    "query",
    [
        CROSS,
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
        "SELECT (COUNT(*) AS ?n) { ?a (<p:1>|!<p:1>)*/(<p:2>|!<p:2>)*/(<p:3>|!<p:3>)* ?b . ?c ?d ?e . ?f ?g ?h }",
        'SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(REGEX(CONCAT(?c, ?f, ?i), "(1*)*(2*)*x$")) }',
    ],
)
def test_a_query_past_its_time_is_stopped_and_its_worker_replaced(open_pool: OpenPool, query: str) -> None:
    pool = open_pool()
    pool.run(QueryRequest("ASK { }")).close()
    before = pool.pids
    with pytest.raises(QueryTimeout) as caught:
        pool.run(QueryRequest(query))
    assert caught.value.seconds == 0.5
    assert len(pool.pids) == 1
    assert pool.pids.isdisjoint(before)
    assert rows(pool, "SELECT ?x { VALUES ?x { 1 } }") == ["1"]


def test_a_client_can_only_shorten_the_time(open_pool: OpenPool) -> None:
    pool = open_pool()
    for asked, got in ((0.2, 0.2), (60.0, 0.5)):
        with pytest.raises(QueryTimeout) as caught:
            pool.run(QueryRequest(CROSS, seconds=asked))
        assert caught.value.seconds == got


def test_an_answer_that_cannot_be_finished_raises_after_what_it_gave(open_pool: OpenPool) -> None:
    pool = open_pool(query_seconds=20.0, query_rows=400_000, query_trial_seconds=0.02)
    with pool.run(QueryRequest(STREAM)) as answer:
        assert not answer.complete
        with pytest.raises(QueryTooLarge):
            list(answer.chunks)


def test_an_answer_is_whole_or_an_error(open_pool: OpenPool) -> None:
    pool = open_pool(query_seconds=20.0, query_rows=20_000)
    with pytest.raises(QueryTooLarge), pool.run(QueryRequest(STREAM)) as answer:
        answer.content()
    with pool.run(QueryRequest(f"{STREAM} LIMIT 9000")) as answer:
        content = answer.content()
        assert answer.complete
        assert len(content) == answer.size
    assert len(json.loads(content)["results"]["bindings"]) == 9000


def test_an_answer_that_nobody_wants_any_more_ends_its_worker(open_pool: OpenPool) -> None:
    pool = open_pool(query_seconds=20.0)
    answer = pool.run(QueryRequest(STREAM))
    before = pool.pids
    next(answer.chunks)
    answer.close()
    assert eventually(lambda: pool.pids.isdisjoint(before))


@pytest.mark.parametrize("format_", RESULT_FORMATS)
def test_the_limit_of_rows_is_exact(store: Path, format_: Format) -> None:
    """The values hold what stands between rows in each format."""
    for most, query in ((2, "SELECT ?t { ?s dct:title ?t }"), (3, "SELECT ?t ?s { ?s dct:title ?t }")):
        pool = QueryPool(store, Settings(workers=1, query_rows=most), IRIS.prefixes)
        try:
            if most == 3:
                assert pool.run(QueryRequest(query, (format_,))).complete
            else:
                with pytest.raises(QueryTooLarge, match="more than 2 rows"):
                    pool.run(QueryRequest(query, (format_,)))
        finally:
            pool.close()


def test_limits_of_triples_and_bytes_hold_too(open_pool: OpenPool) -> None:
    with pytest.raises(QueryTooLarge, match="rows"):
        open_pool(query_rows=100).run(QueryRequest("CONSTRUCT WHERE { ?s ?p ?o }"))
    with pytest.raises(QueryTooLarge, match="bytes"):
        open_pool(query_bytes=1000).run(QueryRequest("SELECT * { ?s ?p ?o }"))
    with pytest.raises(QueryTooLarge, match="characters"):
        open_pool(query_length=1000).run(QueryRequest("ASK { } #" + "x" * 1_000_000))


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f", "64 MB of memory"),
        ("ASK {" + "{" * 30_000 + "}" * 30_000 + "}", "nests"),
        ("SELECT * { ?s ?p ?o FILTER(" + "(" * 30_000 + "1" + ")" * 30_000 + ") }", "nests"),
        ("SELECT * { ?s ?p ?o FILTER(" + "!" * 30_000 + "true) }", "nests"),
    ],
)
def test_a_query_past_its_memory_or_nesting_is_an_answer_and_not_a_crash(
    open_pool: OpenPool, query: str, reason: str
) -> None:
    pool = open_pool(query_memory_mb=64 if "memory" in reason else 1024, query_seconds=30.0)
    with pytest.raises(QueryTooLarge, match=reason):
        pool.run(QueryRequest(query))
    assert rows(pool, "SELECT ?x { VALUES ?x { 1 } }") == ["1"]


def test_an_order_that_the_engine_cannot_make_is_said_to_be_one(
    open_pool: OpenPool, caplog: pytest.LogCaptureFixture
) -> None:
    """Oxigraph 0.5 orders numbers by value and texts by letter, and a number beside a text by letter: no order."""
    random = Random(1)
    values = " ".join(random.choice(["{}", '"{}"']).format(random.randrange(5000)) for _ in range(3000))
    with pytest.raises(QueryError, match="several kinds"):
        open_pool(query_seconds=30.0).run(QueryRequest(f"SELECT ?x {{ VALUES ?x {{ {values} }} }} ORDER BY ?x"))
    assert "panicked" in caplog.text


def test_a_worker_killed_from_outside_is_replaced(open_pool: OpenPool) -> None:
    pool = open_pool(query_seconds=20.0)
    pool.run(QueryRequest("ASK { }")).close()
    (pid,) = pool.pids
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(QueryError):
        pool.run(QueryRequest("ASK { # again\n}"))
    pool.run(QueryRequest("ASK { # and again\n}")).close()
    assert pid not in pool.pids


def test_a_full_queue_is_busy_at_once(open_pool: OpenPool) -> None:
    pool = open_pool(query_queue=0, query_seconds=20.0)
    running = pool.run(QueryRequest(STREAM))
    with pytest.raises(EndpointBusy) as caught:
        pool.run(QueryRequest("ASK { }"))
    assert caught.value.retry_after == 20
    before = pool.pids
    running.close()
    assert eventually(lambda: pool.pids.isdisjoint(before) and bool(pool.pids))
    assert eventually(lambda: _answers(pool, "ASK { }"))


def test_many_threads_get_each_its_own_answer(pool: QueryPool) -> None:
    found: dict[int, list[str]] = {}

    def ask(number: int) -> None:
        found[number] = rows(pool, f"SELECT ?x {{ VALUES ?x {{ {number} }} }}")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [str(number)] for number in range(16)}


def test_a_closed_pool_leaves_no_process(open_pool: OpenPool) -> None:
    pool = open_pool(workers=2, query_seconds=20.0)
    answer = pool.run(QueryRequest(STREAM))
    pids = pool.pids
    pool.close()
    with answer, pytest.raises(QueryError):
        list(answer.chunks)
    assert pool.pids == set()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_workers_leave_when_their_parent_is_killed_in_the_middle_of_a_query(large_store: Path) -> None:
    program = f"""
import sys, threading, time
from pathlib import Path
from random import Random
from atlas_ld.config import Settings
from atlas_ld.sparql.pool import QueryPool
from atlas_ld.sparql.request import QueryRequest
pool = QueryPool(Path({str(large_store)!r}), Settings(workers=1, query_memory_mb=4096), {{}})
pool.run(QueryRequest("ASK {{ }}")).close()
threading.Thread(target=lambda: pool.run(QueryRequest({CROSS!r})), daemon=True).start()
print(*pool.pids, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":  # ended; nobody is left to collect it in a container without an init
            return
        threading.Event().wait(0.05)
    pytest.fail("The worker outlived its parent.")
