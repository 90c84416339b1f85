"""sparql/beginning.py: a query that begins in a loop is answered there, or goes on in a thread; the limits hold."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from atlas_ld.config import Settings
from atlas_ld.errors import QueryError, QuerySyntaxError, QueryTimeout
from atlas_ld.media import SPARQL_CSV
from atlas_ld.sparql.beginning import Beginning, Beginnings
from atlas_ld.sparql.pool import QueryPool
from atlas_ld.sparql.request import QueryRequest
from tests.loops import in_a_loop
from tests.sparql.conftest import IRIS
from tests.sparql.test_pool import CROSS, STREAM, eventually

In = Callable[[Beginnings], Awaitable[None]]
Play = Callable[..., QueryPool]


@pytest.fixture
def play(large_store: Path) -> Iterator[Play]:
    """Runs a scene in a loop over a pool that has a worker; gives the pool."""
    opened: list[QueryPool] = []

    def play_(scene: In, **settings: float) -> QueryPool:
        values = {"workers": 1, "query_seconds": 1.0, "query_memory_mb": 4096, **settings}
        pool = QueryPool(large_store, Settings(**values), IRIS.prefixes)  # type: ignore[arg-type]
        opened.append(pool)
        pool.run(QueryRequest("ASK { # first\n}")).close()

        async def run() -> None:
            await scene(pool.in_loop(asyncio.get_running_loop()))

        in_a_loop(run())
        return pool

    yield play_
    for pool in opened:
        pool.close()


def request(query: str) -> QueryRequest:
    return QueryRequest(query, (SPARQL_CSV,))


async def begin(loop: Beginnings, query: str, client: str = "") -> Beginning:
    begun = loop.begin(request(query), client)
    assert begun is not None
    await begun.settled
    return begun


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short queries are answered in the loop however busy the machine is."""
    monkeypatch.setattr("atlas_ld.sparql.beginning.SECONDS", 30.0)


@pytest.mark.usefixtures("patient")
def test_a_short_query_is_answered_in_the_loop_and_kept(play: Play) -> None:
    found: list[bytes] = []

    async def scene(loop: Beginnings) -> None:
        for _ in range(2):
            begun = await begin(loop, "SELECT ?x { VALUES ?x { 1 } }")
            assert begun.answer is not None
            found.append(begun.answer.content())
            loop.drop(begun)

    pool = play(scene)
    assert found == [b"x\r\n1\r\n"] * 2
    assert pool.run(request("ASK { # the worker is free\n}")).complete


@pytest.mark.usefixtures("patient")
def test_many_queries_at_once_take_their_turns(play: Play) -> None:
    found: list[bytes] = []

    async def one(loop: Beginnings, number: int) -> None:
        begun = await begin(loop, f"SELECT ?x {{ VALUES ?x {{ {number} }} }}")
        assert begun.answer is not None
        found.append(begun.answer.content())
        loop.drop(begun)

    async def scene(loop: Beginnings) -> None:
        await asyncio.gather(*(one(loop, number) for number in range(20)))

    play(scene)
    assert sorted(found) == sorted(b"x\r\n%d\r\n" % number for number in range(20))


@pytest.mark.parametrize(("query", "error"), [(CROSS, QueryTimeout), ("SELECT * {", QuerySyntaxError)])
def test_what_is_not_answered_at_once_goes_on_in_a_thread(play: Play, query: str, error: type[QueryError]) -> None:
    begun: list[Beginning] = []

    async def scene(loop: Beginnings) -> None:
        begun.append(await begin(loop, query))

    pool = play(scene)
    assert begun[0].answer is None
    with pytest.raises(error):
        pool.run(request(query), begun=begun[0])
    assert pool.run(request("ASK { # the place is free\n}")).complete


def test_a_long_answer_goes_on_in_a_thread_with_what_has_come(play: Play) -> None:
    begun: list[Beginning] = []

    async def scene(loop: Beginnings) -> None:
        begun.append(await begin(loop, f"{STREAM} LIMIT 90000"))

    pool = play(scene, query_seconds=20.0)
    with pool.run(request(f"{STREAM} LIMIT 90000"), begun=begun[0]) as answer:
        assert answer.content().count(b"\r\n") == 90_001


def test_a_query_that_waits_for_its_turn_goes_on_waiting_in_a_thread(play: Play) -> None:
    begun: list[Beginning] = []

    async def scene(loop: Beginnings) -> None:
        begun.append(await begin(loop, CROSS))
        begun.append(await begin(loop, "ASK { # second\n}"))

    pool = play(scene, query_seconds=0.5)

    def first() -> None:
        with pytest.raises(QueryTimeout):
            pool.run(request(CROSS), begun=begun[0])

    thread = threading.Thread(target=first)
    thread.start()
    assert pool.run(request("ASK { # second\n}"), begun=begun[1]).complete
    thread.join()


def test_what_nobody_goes_on_with_gives_its_place_back(play: Play) -> None:
    async def scene(loop: Beginnings) -> None:
        running, waiting = await begin(loop, CROSS, "a"), await begin(loop, "ASK { # second\n}", "a")
        loop.drop(waiting)
        loop.drop(running)
        third = loop.begin(request("ASK { # third\n}"), "a")
        assert third is not None
        loop.drop(third)

    pool = play(scene, query_per_client=2, query_queue=1)
    assert eventually(lambda: pool.run(request("ASK { # fourth\n}"), "b").complete)


def test_limits_and_refusals_are_for_a_thread_to_tell(play: Play) -> None:
    async def scene(loop: Beginnings) -> None:
        assert loop.begin(request("SELECT * { SERVICE <http://x/> { } }"), "a") is None
        assert loop.begin(request("SELECT (RAND() AS ?x) { }"), "a") is None
        assert loop.begin(request(f"ASK {{ }} #{'x' * 20_000}"), "a") is None
        assert loop.begin(request('SELECT * { ?s ?p "add" }'), "a") is None, "the guard takes its time for the word"
        begun = await begin(loop, CROSS, "a")
        assert loop.begin(request(CROSS), "b") is None, "somebody else is asking the same"
        assert loop.begin(request("ASK { # one too many\n}"), "a") is None
        loop.drop(begun)

    play(scene, query_per_client=1)


def test_a_large_answer_is_kept_from_the_loop(play: Play) -> None:
    async def scene(loop: Beginnings) -> None:
        assert loop.begin(request(f"{STREAM} LIMIT 20000"), "") is None

    pool = play(lambda loop: asyncio.sleep(0), query_seconds=20.0)
    pool.run(request(f"{STREAM} LIMIT 20000")).close()

    async def again() -> None:
        await scene(pool.in_loop(asyncio.get_running_loop()))

    in_a_loop(again())


def test_a_worker_that_dies_is_replaced(play: Play) -> None:
    begun: list[Beginning] = []

    async def scene(loop: Beginnings) -> None:
        begun.append(await begin(loop, CROSS))
        assert begun[0].run is not None
        os.kill(begun[0].run.worker.pid, signal.SIGKILL)
        time.sleep(0.1)

    pool = play(scene, query_seconds=20.0)
    with pytest.raises(QueryError):
        pool.run(request(CROSS), begun=begun[0])
    assert pool.run(request("ASK { # again\n}")).complete
