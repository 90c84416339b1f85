"""sparql/service.py, pool.py and client.py: whole answers or errors, workers that are stopped, a service that is
replaced."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from random import Random

import pytest
import rdflib

from atlas_ld.config import Settings
from atlas_ld.errors import (
    ClientBusy,
    EndpointBusy,
    QueryAbandoned,
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
from atlas_ld.sparql.cancellation import CancelToken
from atlas_ld.sparql.client import QueryService
from atlas_ld.sparql.launch import ServiceProcess
from atlas_ld.sparql.request import QueryRequest
from tests.loops import in_a_loop
from tests.sparql.conftest import IRIS

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
STREAM = "SELECT * { ?a ?b ?c . { SELECT ?d { ?d ?e ?f } } }"
"""Four million rows from two thousand triples: far more than what is buffered."""

OpenService = Callable[..., QueryService]


@pytest.fixture
def open_service(large_store: Path) -> Iterator[OpenService]:
    opened: list[QueryService] = []

    def open_(**settings: float) -> QueryService:
        # Memory must not be what stops these queries, unless the test says so.
        values = {"workers": 1, "query_seconds": 0.5, "query_memory_mb": 4096, **settings}
        opened.append(QueryService(large_store, IRIS.base, Settings(**values)))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for service in opened:
        service.close()


def pids(service: QueryService) -> set[int]:
    """The process ids of the workers that run now."""
    return set(service.status()["workers"])


def play(service: QueryService, scene: Callable[[], Awaitable[None]]) -> None:
    """Runs a scene that asks `service` in an event loop."""

    async def run() -> None:
        try:
            await scene()
        finally:
            service.disconnect()
            await asyncio.sleep(0.1)  # for transports to be gone

    in_a_loop(run())


def rows(service: QueryService, query: str, **request: tuple[str, ...]) -> list[str]:
    """The answer as lines of CSV, without the header."""
    with service.run(QueryRequest(query, (SPARQL_CSV,), **request)) as answer:  # type: ignore[arg-type]
        return answer.content().decode().split("\r\n")[1:-1]


def eventually(claim: Callable[[], bool]) -> bool:
    """Whether the claim comes true within ten seconds."""
    for _ in range(1000):
        if claim():
            return True
        time.sleep(0.01)
    return False


def _answers(service: QueryService, query: str) -> bool:
    try:
        service.run(QueryRequest(query)).close()
    except EndpointBusy:
        return False
    return True


@pytest.mark.parametrize("format_", RESULT_FORMATS)
def test_rows_come_in_every_result_format(service: QueryService, format_: Format) -> None:
    with service.run(QueryRequest("SELECT ?t { partnership:a dct:title ?t }", (format_,))) as answer:
        assert (answer.kind, answer.content_type, answer.complete) == ("bindings", format_.content_type, True)
        assert "Océan" in answer.content().decode()


@pytest.mark.parametrize("format_", RESULT_FORMATS)
def test_truth_comes_in_every_result_format(service: QueryService, format_: Format) -> None:
    with service.run(QueryRequest("ASK { }", (format_,))) as answer:
        assert answer.kind == "boolean"
        assert b"true" in answer.content()


@pytest.mark.parametrize("format_", RDF_FORMATS)
def test_a_graph_is_the_same_in_every_rdf_format(service: QueryService, format_: Format) -> None:
    with service.run(QueryRequest("DESCRIBE partnership:a", (format_,))) as answer:
        assert answer.kind == "graph"
        graph = rdflib.Dataset().parse(data=answer.content(), format=format_.rdflib)
    assert len(graph) == 7


@pytest.mark.parametrize("format_", RDF_FORMATS)
def test_an_empty_graph_is_an_answer_in_every_rdf_format(service: QueryService, format_: Format) -> None:
    with service.run(QueryRequest("DESCRIBE <s:none>", (format_,))) as answer:
        graph = rdflib.Dataset().parse(data=answer.content(), format=format_.rdflib)
    assert len(graph) == 0


def test_the_first_format_that_holds_the_kind_of_answer_is_taken(service: QueryService) -> None:
    accepted = (TURTLE, SPARQL_XML, SPARQL_JSON)
    for query, format_ in (("ASK { }", SPARQL_XML), ("DESCRIBE <s:1>", TURTLE)):
        with service.run(QueryRequest(query, accepted)) as answer:
            assert answer.format is format_


@pytest.mark.parametrize(
    ("query", "format_", "is_graph"), [("ASK { }", TURTLE, False), ("DESCRIBE <s:1>", SPARQL_CSV, True)]
)
def test_an_answer_that_no_accepted_format_holds_is_an_error(
    service: QueryService, query: str, format_: Format, is_graph: bool
) -> None:
    with pytest.raises(QueryNotAcceptable) as caught:
        service.run(QueryRequest(query, (format_,)))
    assert caught.value.is_graph is is_graph


def test_a_wrong_query_is_placed_and_does_not_cost_the_worker(service: QueryService) -> None:
    service.run(QueryRequest("ASK { }")).close()
    before = pids(service)
    with pytest.raises(QuerySyntaxError) as caught:
        service.run(QueryRequest("SELECT *\n  { ?s ?p }"))
    assert (caught.value.line, caught.value.column) == (2, 12)
    assert pids(service) == before


def test_a_call_to_a_service_is_refused_and_does_not_cost_the_worker(service: QueryService) -> None:
    service.run(QueryRequest("ASK { }")).close()
    before = pids(service)
    with pytest.raises(QueryRefused, match="line 1"):
        service.run(QueryRequest("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }"))
    assert pids(service) == before


def test_the_datasets_graphs_are_exactly_those_named(service: QueryService) -> None:
    anything, within = "SELECT ?o { ?s ?p ?o }", "SELECT ?o { GRAPH ?g { ?s ?p ?o } }"
    quality = (IRIS.quality_graph,)
    assert len(rows(service, anything)) > 1
    assert rows(service, within) == ["1"]
    assert rows(service, anything, default_graphs=quality) == ["1"]
    assert rows(service, within, default_graphs=quality) == []
    assert rows(service, anything, named_graphs=quality) == []
    assert rows(service, within, named_graphs=quality) == ["1"]
    assert rows(service, f"SELECT ?o FROM <{IRIS.quality_graph}> {{ ?s ?p ?o }}") == ["1"]
    assert rows(service, "SELECT ?o FROM <http://none.example/> { ?s ?p ?o }", default_graphs=quality) == ["1"]


@pytest.mark.parametrize(
    "query",
    [
        CROSS,
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
        "SELECT (COUNT(*) AS ?n) { ?a (<p:1>|!<p:1>)*/(<p:2>|!<p:2>)*/(<p:3>|!<p:3>)* ?b . ?c ?d ?e . ?f ?g ?h }",
        'SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(REGEX(CONCAT(?c, ?f, ?i), "(1*)*(2*)*x$")) }',
    ],
)
def test_a_query_past_its_time_is_stopped_and_its_worker_replaced(open_service: OpenService, query: str) -> None:
    service = open_service()
    service.run(QueryRequest("ASK { }")).close()
    before = pids(service)
    with pytest.raises(QueryTimeout) as caught:
        service.run(QueryRequest(query))
    assert caught.value.seconds == 0.5
    assert len(pids(service)) == 1
    assert pids(service).isdisjoint(before)
    assert rows(service, "SELECT ?x { VALUES ?x { 1 } }") == ["1"]


def test_a_client_can_only_shorten_the_time(open_service: OpenService) -> None:
    service = open_service()
    for asked, got in ((0.2, 0.2), (60.0, 0.5)):
        with pytest.raises(QueryTimeout) as caught:
            service.run(QueryRequest(CROSS, seconds=asked))
        assert caught.value.seconds == got


def test_an_answer_that_cannot_be_finished_raises_after_what_it_gave(open_service: OpenService) -> None:
    service = open_service(query_seconds=20.0, query_rows=400_000, query_trial_seconds=0.02)

    async def scene() -> None:
        answer = await service.ask(QueryRequest(STREAM))
        assert not answer.complete
        with pytest.raises(QueryTooLarge):
            await answer.content()
        answer.close()

    play(service, scene)


def test_an_answer_that_must_be_whole_is_so_however_long_it_takes(open_service: OpenService) -> None:
    service = open_service(query_seconds=20.0, query_rows=400_000, query_trial_seconds=0.02)
    with pytest.raises(QueryTooLarge):
        service.run(QueryRequest(STREAM))
    with service.run(QueryRequest(f"{STREAM} LIMIT 300000")) as answer:
        assert answer.size == len(answer.content()) > 5_000_000


def test_an_answer_is_whole_or_an_error(open_service: OpenService) -> None:
    service = open_service(query_seconds=20.0, query_rows=20_000)
    with pytest.raises(QueryTooLarge), service.run(QueryRequest(STREAM)) as answer:
        answer.content()
    with service.run(QueryRequest(f"{STREAM} LIMIT 9000")) as answer:
        content = answer.content()
        assert answer.complete
        assert len(content) == answer.size
    assert len(json.loads(content)["results"]["bindings"]) == 9000


def test_an_answer_that_nobody_wants_any_more_ends_its_worker(open_service: OpenService) -> None:
    service = open_service(query_seconds=20.0)
    before: set[int] = set()

    async def scene() -> None:
        answer = await service.ask(QueryRequest(STREAM))
        before.update(pids(service))
        async for _ in answer.chunks():
            break
        answer.close()

    play(service, scene)
    assert eventually(lambda: pids(service).isdisjoint(before))


def test_cancelling_the_task_ends_the_query_unless_somebody_else_asks_the_same(open_service: OpenService) -> None:
    service = open_service(query_seconds=3.0)

    async def scene() -> None:
        first, second = (asyncio.ensure_future(service.ask(QueryRequest(CROSS))) for _ in range(2))
        await asyncio.sleep(1.0)
        before = pids(service)
        first.cancel()
        await asyncio.sleep(0.3)
        assert pids(service) == before
        with pytest.raises(QueryTimeout):
            await second
        third = asyncio.ensure_future(service.ask(QueryRequest(f"{CROSS} # alone")))
        await asyncio.sleep(0.5)
        before = pids(service)
        third.cancel()
        assert await asyncio.to_thread(eventually, lambda: pids(service).isdisjoint(before))

    play(service, scene)


def test_a_thread_that_waits_is_told_by_its_token(open_service: OpenService) -> None:
    service, token = open_service(query_seconds=20.0), CancelToken()
    threading.Timer(0.3, token.cancel).start()
    with pytest.raises(QueryAbandoned):
        service.run(QueryRequest(CROSS), cancel=token)


def test_the_same_question_is_worked_on_once(open_service: OpenService) -> None:
    """Else the others would find the only worker taken, and no place to wait."""
    service = open_service(query_seconds=2.0, query_queue=0)

    async def scene() -> None:
        first = asyncio.ensure_future(service.ask(QueryRequest(CROSS)))
        with pytest.raises(QueryTimeout):
            await first

    async def both() -> None:
        await asyncio.gather(scene(), scene(), scene())

    service = open_service(query_seconds=2.0, query_queue=1)
    play(service, both)


def test_a_client_may_have_so_many_queries_under_way_until_their_answers_are_taken(open_service: OpenService) -> None:
    service = open_service(workers=2, query_per_client=2, query_seconds=20.0)

    async def scene() -> None:
        held = [await service.ask(QueryRequest(f"ASK {{}} # {n}"), "a", hold=True) for n in range(2)]
        with pytest.raises(ClientBusy):
            await service.ask(QueryRequest("ASK {}"), "a")
        (await service.ask(QueryRequest("ASK {}"), "b")).close()
        for answer in held:
            answer.close()
        for _ in range(100):
            try:
                (await service.ask(QueryRequest("ASK {}"), "a")).close()
                return
            except ClientBusy:
                await asyncio.sleep(0.01)
        raise AssertionError("the client is counted still")

    play(service, scene)


def test_slow_readers_do_not_fill_the_disk(open_service: OpenService) -> None:
    """A client may have a quarter of the room: one answer of six megabytes, and not two."""
    service, size = open_service(query_seconds=20.0, query_spool_mb=28, query_cache_mb=0), 6 * 10**6
    query = f"SELECT (CONCAT({', '.join(['?l'] * 100)}) AS ?x) {{ BIND('{'x' * 1000}' AS ?l) ?s ?p ?o }} LIMIT 60"

    async def scene() -> None:
        held = await service.ask(QueryRequest(query), "a", whole=True)
        assert held.size is not None
        assert held.size > size
        with pytest.raises(EndpointBusy, match="still being read"):
            await service.ask(QueryRequest(f"{query} # more"), "a", whole=True)
        other = await service.ask(QueryRequest(f"{query} # other"), "b", whole=True)
        for answer in (held, other):
            assert len(await answer.content()) == answer.size
            answer.close()
        (await service.ask(QueryRequest(f"{query} # again"), "a", whole=True)).close()

    play(service, scene)


@pytest.mark.parametrize("format_", RESULT_FORMATS)
def test_the_limit_of_rows_is_exact(store: Path, format_: Format) -> None:
    """The values hold what stands between rows in each format."""
    for most, query in ((2, "SELECT ?t { ?s dct:title ?t }"), (3, "SELECT ?t ?s { ?s dct:title ?t }")):
        service = QueryService(store, IRIS.base, Settings(workers=1, query_rows=most))
        try:
            if most == 3:
                service.run(QueryRequest(query, (format_,))).close()
            else:
                with pytest.raises(QueryTooLarge, match="more than 2 rows"):
                    service.run(QueryRequest(query, (format_,)))
        finally:
            service.close()


def test_limits_of_triples_and_bytes_hold_too(open_service: OpenService) -> None:
    with pytest.raises(QueryTooLarge, match="rows"):
        open_service(query_rows=100).run(QueryRequest("CONSTRUCT WHERE { ?s ?p ?o }"))
    with pytest.raises(QueryTooLarge, match="bytes"):
        open_service(query_bytes=1000).run(QueryRequest("SELECT * { ?s ?p ?o }"))
    with pytest.raises(QueryTooLarge, match="characters"):
        open_service(query_length=1000).run(QueryRequest("ASK { } #" + "x" * 1_000_000))


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
    open_service: OpenService, query: str, reason: str
) -> None:
    service = open_service(query_memory_mb=64 if "memory" in reason else 1024, query_seconds=30.0)
    with pytest.raises(QueryTooLarge, match=reason):
        service.run(QueryRequest(query))
    assert rows(service, "SELECT ?x { VALUES ?x { 1 } }") == ["1"]


def test_an_order_that_the_engine_cannot_make_is_said_to_be_one(
    open_service: OpenService, capfd: pytest.CaptureFixture[str]
) -> None:
    """Oxigraph 0.5 orders numbers by value and texts by letter, and a number beside a text by letter: no order."""
    random = Random(1)
    values = " ".join(random.choice(["{}", '"{}"']).format(random.randrange(5000)) for _ in range(3000))
    with pytest.raises(QueryError, match="several kinds"):
        open_service(query_seconds=30.0).run(QueryRequest(f"SELECT ?x {{ VALUES ?x {{ {values} }} }} ORDER BY ?x"))
    said = ""
    for _ in range(100):  # what a worker says is logged a moment after its end is noticed
        said += capfd.readouterr().err
        if "panicked" in said:
            break
        time.sleep(0.05)
    assert "panicked" in said


def test_a_worker_that_dies_while_it_has_nothing_to_do_is_replaced_and_nobody_notices(
    open_service: OpenService,
) -> None:
    service = open_service(query_seconds=20.0)
    service.run(QueryRequest("ASK { }")).close()
    (pid,) = pids(service)
    os.kill(pid, signal.SIGKILL)
    service.run(QueryRequest("ASK { # again\n}")).close()
    assert pid not in pids(service)


def test_a_query_whose_worker_is_killed_is_tried_once_more(open_service: OpenService) -> None:
    service = open_service(query_seconds=20.0)
    service.run(QueryRequest("ASK { }")).close()
    asked: list[BaseException] = []

    def ask() -> None:
        with pytest.raises(QueryError, match="killed") as caught:
            service.run(QueryRequest(CROSS))
        asked.append(caught.value)

    thread = threading.Thread(target=ask)
    thread.start()
    for _ in range(2):
        assert not asked
        time.sleep(1.0)
        (pid,) = pids(service)
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: pid not in pids(service) and bool(pids(service)))  # noqa: B023
    thread.join()
    assert len(asked) == 1
    service.run(QueryRequest("ASK { # and again\n}")).close()


def test_a_service_that_is_killed_is_replaced_and_only_what_it_did_is_lost(large_store: Path) -> None:
    process = ServiceProcess(large_store, IRIS.base, Settings(workers=1, query_memory_mb=4096))
    service = QueryService(large_store, IRIS.base, Settings(), process.address)
    running = process.start()

    async def scene() -> None:
        (await service.ask(QueryRequest("ASK {}"))).close()  # leaves a connection that will be dead
        lost = asyncio.ensure_future(service.ask(QueryRequest(CROSS)))
        await asyncio.sleep(0.5)
        again = asyncio.ensure_future(service.ask(QueryRequest(f"{CROSS} # on a connection of its own")))
        await asyncio.sleep(0.2)
        running.kill()
        running.wait()
        with pytest.raises(EndpointBusy, match="started again"):
            await again
        waiting = asyncio.ensure_future(service.ask(QueryRequest("ASK { # meanwhile\n}")))
        await asyncio.sleep(0.2)
        lost.cancel()
        process.start()
        assert b"true" in await (await waiting).content()

    try:
        play(service, scene)
    finally:
        process.close()


def test_a_full_queue_is_busy_at_once(open_service: OpenService) -> None:
    service = open_service(query_queue=0, query_seconds=20.0)

    async def scene() -> None:
        running = await service.ask(QueryRequest(STREAM))
        with pytest.raises(EndpointBusy) as caught:
            await service.ask(QueryRequest("ASK { }"))
        assert caught.value.retry_after == 20
        running.close()

    play(service, scene)
    assert eventually(lambda: _answers(service, "ASK { }"))


def test_many_threads_get_each_its_own_answer(service: QueryService) -> None:
    found: dict[int, list[str]] = {}

    def ask(number: int) -> None:
        found[number] = rows(service, f"SELECT ?x {{ VALUES ?x {{ {number} }} }}")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [str(number)] for number in range(16)}


def test_a_closed_service_leaves_no_process(open_service: OpenService) -> None:
    service = open_service(workers=2, query_seconds=20.0)

    def ask() -> None:
        with pytest.raises(QueryError):
            service.run(QueryRequest(CROSS))

    thread = threading.Thread(target=ask)
    service.run(QueryRequest("ASK {}")).close()
    thread.start()
    time.sleep(0.3)
    running = pids(service)
    service.close()
    thread.join()
    for pid in running:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_workers_and_service_leave_when_their_parent_is_killed_in_the_middle_of_a_query(large_store: Path) -> None:
    program = f"""
import threading, time
from pathlib import Path
from atlas_ld.config import Settings
from atlas_ld.sparql.cancellation import CancelToken
from atlas_ld.sparql.client import QueryService
from atlas_ld.sparql.launch import ServiceProcess
from atlas_ld.sparql.request import QueryRequest
service = QueryService(Path({str(large_store)!r}), "http://localhost:8000/", Settings(workers=1, query_memory_mb=4096))
service.run(QueryRequest("ASK {{ }}")).close()
threading.Thread(target=lambda: service.run(QueryRequest({CROSS!r})), daemon=True).start()
print(service._own._process.pid, *service.status()["workers"], flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        started = [int(pid) for pid in parent.stdout.readline().split()]
        time.sleep(0.5)
        parent.kill()
    assert len(started) == 2
    assert eventually(lambda: not any(_lives(pid) for pid in started))


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # ended; in a container without an init nobody collects it
