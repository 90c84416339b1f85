"""sparql/: whoever waits for a query is told, whatever fails: the work, the worker, the service, the timers."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from atlas_ld.config import Settings
from atlas_ld.errors import EndpointBusy, QueryError
from atlas_ld.sparql import client as client_module
from atlas_ld.sparql.client import QueryService
from atlas_ld.sparql.launch import ServiceProcess
from atlas_ld.sparql.pool import PendingQuery, QueryPool
from atlas_ld.sparql.request import AskedQuery, QueryRequest
from atlas_ld.sparql.result import ResultBuffer, Spool
from atlas_ld.sparql.scheduler import Scheduler
from atlas_ld.sparql.service import Connection
from tests.loops import in_a_loop
from tests.sparql.conftest import IRIS

ASKED = AskedQuery("a", whole=False, hold=False, seconds=None, changes=False, question=b"[]")


async def serving(store: Path, folder: Path, change: Callable[[QueryPool], None], scene: Any) -> None:
    """A service in this loop whose pool is changed, and a scene with a client of it."""
    pool = QueryPool(store, Settings(workers=1), {})
    change(pool)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "queries"))
    server = await asyncio.get_running_loop().create_unix_server(lambda: Connection(pool), sock=listener)
    service = QueryService(store, IRIS.base, Settings(), folder / "queries")
    try:
        await scene(service)
    finally:
        service.disconnect()
        server.close()
        await pool.close()


async def fails(*_: object) -> None:
    raise RuntimeError("a fault of ours")


async def is_cancelled(*_: object) -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize("fault", [fails, is_cancelled])
@pytest.mark.parametrize("where", ["ask", "_execute"])
def test_a_fault_of_ours_ends_the_wait(
    store: Path, tmp_path: Path, fault: Callable[..., Coroutine[Any, Any, None]], where: str
) -> None:
    async def scene(service: QueryService) -> None:
        for _ in range(2):  # and the next query is not taken for the same one
            with pytest.raises(EndpointBusy):
                await asyncio.wait_for(service.ask(QueryRequest("ASK {}")), 10)

    in_a_loop(serving(store, tmp_path, lambda pool: setattr(pool, where, fault), scene))


def test_a_fault_after_the_first_bytes_ends_the_answer() -> None:
    async def scene() -> None:
        pending = PendingQuery(asyncio.get_running_loop().create_future())
        result = ResultBuffer("bindings", "sparql-csv", Spool(0))
        result.append(b"begun")
        pending.begun.set_result(result)
        reading = asyncio.ensure_future(result.until_done())
        await asyncio.sleep(0)
        pending.give_up()
        with pytest.raises(QueryError):
            await asyncio.wait_for(reading, 10)

    in_a_loop(scene())


def test_a_service_that_is_stuck_is_not_waited_for(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_SOON", 0.3)
    process = ServiceProcess(store, IRIS.base, Settings(workers=1))
    service = QueryService(store, IRIS.base, Settings(), process.address)
    running = process.start()

    async def scene() -> None:
        with pytest.raises(EndpointBusy):
            await asyncio.wait_for(service.ask(QueryRequest("ASK { # stuck\n}")), 10)
        service.disconnect()

    try:
        service.run(QueryRequest("ASK {}")).close()
        os.kill(running.pid, signal.SIGSTOP)
        service._patience = 0.3
        for work in (service.status, lambda: service.admit("a"), lambda: service.run(QueryRequest("ASK {}"))):
            with pytest.raises(EndpointBusy):
                work()
        in_a_loop(scene())
        os.kill(running.pid, signal.SIGCONT)
        service._patience = 30.0
        service.run(QueryRequest("ASK {}")).close()
    finally:
        os.kill(running.pid, signal.SIGCONT)
        process.close()


def test_where_nobody_listens_is_busy_and_no_fault(store: Path, tmp_path: Path) -> None:
    service = QueryService(store, IRIS.base, Settings(), tmp_path / "nobody")
    for work in (service.status, lambda: service.admit("a"), lambda: service.run(QueryRequest("ASK {}"))):
        with pytest.raises(EndpointBusy):
            work()


def test_a_worker_that_is_starting_is_kept_for_another_when_its_client_leaves(store: Path) -> None:
    async def scene() -> None:
        pool = QueryPool(store, Settings(workers=1), {})
        try:
            leaving = asyncio.ensure_future(pool.ask(ASKED))
            while not pool.workers.pids:
                await asyncio.sleep(0.001)
            before = pool.workers.pids
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)
            await asyncio.sleep(0.05)
            assert pool.workers.pids == before
            worker = await asyncio.wait_for(pool.workers.acquire(), 30)
            assert [worker.pid] == before
        finally:
            await pool.close()

    in_a_loop(scene())


def test_a_timer_that_is_early_ends_the_wait_for_a_place_all_the_same() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        on_time = loop.call_at
        scheduler = Scheduler(places=1, queue=4, per_client=4, retry_after=1)
        await scheduler.take("a", 1.0)
        loop.call_at = lambda when, *rest, **more: on_time(when - 0.005, *rest, **more)  # type: ignore[method-assign,assignment]
        with pytest.raises(EndpointBusy):
            await asyncio.wait_for(scheduler.take("b", 0.1), 10)

    in_a_loop(scene())


def test_a_place_that_comes_in_the_moment_of_leaving_is_another_s() -> None:
    async def scene() -> None:
        scheduler = Scheduler(places=1, queue=4, per_client=4, retry_after=1)
        running = await scheduler.take("a", 1.0)
        leaving, staying = (asyncio.ensure_future(scheduler.take(client, 5.0)) for client in "bc")
        await asyncio.sleep(0)
        scheduler.give_back(running, 0.0, answered=True)
        leaving.cancel()
        staying_ticket = await asyncio.wait_for(staying, 10)
        assert staying_ticket.client == "c"
        assert leaving.cancelled() or await asyncio.gather(leaving, return_exceptions=True)

    in_a_loop(scene())
