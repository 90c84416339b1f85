"""sparql/execution.py: a query past its time limit ends, whatever the loop's timers do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from atlas_ld.config import Settings
from atlas_ld.errors import QueryTimeout
from atlas_ld.sparql.execution import Execution
from atlas_ld.sparql.request import AskedQuery
from atlas_ld.sparql.result import ResultBuffer, Spool
from atlas_ld.sparql.worker_process import WorkerProcess
from tests.loops import in_a_loop


class BusyWorker:
    """A worker that never says anything and is never done."""

    worked = 0.0
    stepped_back = False

    def __init__(self) -> None:
        self.died: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def ask(self, question: bytes, listener: Callable[[bytes, bytes], object]) -> None:
        pass

    async def signal(self) -> int:
        await asyncio.sleep(3600)
        raise AssertionError("somebody waits for the end of a worker that is at work")


def test_a_timer_that_is_early_does_not_keep_a_query_past_its_time() -> None:
    async def ask() -> None:
        loop, made = asyncio.get_running_loop(), 0
        on_time = loop.call_later

        def early(delay: float, *arguments: Any, **more: Any) -> asyncio.TimerHandle:
            nonlocal made
            made += 1
            return on_time(delay * 0.9, *arguments, **more)

        worker = cast(WorkerProcess, BusyWorker())
        asked = AskedQuery("", whole=False, hold=False, seconds=None, changes=False, question=b"[]")
        execution = Execution(worker, asked, Settings(query_seconds=0.2), lambda *what: ResultBuffer(*what, Spool(0)))
        loop.call_later = early  # type: ignore[method-assign,assignment]
        with pytest.raises(QueryTimeout):
            await execution.finish()
        assert made > 1

    in_a_loop(asyncio.wait_for(ask(), 30))
