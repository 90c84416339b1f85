"""The workers of the query service: idle ones at hand, and a successor for each one that ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

from atlas_ld.sparql.column_file import ColumnFile
from atlas_ld.sparql.worker_process import WorkerProcess

_log = logging.getLogger(__name__)


class WorkerPool:
    """Starts workers over one store when they are needed. How many at a time is not decided here. For one event loop.

    `opening` is what each is told first (`frames`, OPEN). With a `spare` one, a worker that has opened the store is at
    hand when another has just been ended.
    """

    def __init__(self, store: Path, memory_mb: int, opening: Mapping[str, Any], spare: bool) -> None:
        self._store, self._memory_mb, self._opening, self._spare = store, memory_mb, opening, spare
        self.columns = ColumnFile(store)
        self._idle: list[WorkerProcess] = []
        self._all: set[WorkerProcess] = set()
        self._tasks: set[asyncio.Task[object]] = set()
        self._closed = False

    async def acquire(self) -> WorkerProcess:
        """A worker that is ready, for the caller alone, until `release`.

        Raises OSError where the system has no process to give, WorkerDiedError and TimeoutError where none starts.
        """
        worker = self._idle.pop() if self._idle else self._start()
        if self._spare and not self._idle:
            with contextlib.suppress(OSError):
                self._idle.append(self._start())
        try:
            if not worker.is_ready:
                await worker.until_ready()
        except asyncio.CancelledError:  # whoever wanted it has left; it goes on to open the store for another
            self._idle.insert(0, worker)
            raise
        except BaseException:
            self.release(worker, fit=False)
            raise
        return worker

    def release(self, worker: WorkerProcess, fit: bool) -> None:
        """Takes a worker back, or kills it and starts its successor, which opens the store while nobody waits."""
        if worker not in self._all:
            return
        if fit and worker.is_ready:
            worker.rest()
            self._idle.append(worker)
        else:
            self._replace(worker)

    async def close(self) -> None:
        """Kills every worker and waits until they are gone."""
        self._closed = True
        workers, self._all, self._idle = self._all, set(), []
        for worker in workers:
            worker.kill()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*(worker.signal() for worker in workers))
        self.columns.close()

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that run now."""
        return sorted(worker.pid for worker in self._all)

    def _start(self) -> WorkerProcess:
        worker = WorkerProcess(self._store, self._memory_mb, self.columns.descriptor, self._died)
        self._all.add(worker)
        self._do(worker.connect(self._opening))
        return worker

    def _died(self, worker: WorkerProcess) -> None:
        """A worker ended. Where somebody uses it, that is told by its connection, and `release` follows."""
        if worker in self._idle and not self._closed:
            self._replace(worker)

    def _replace(self, worker: WorkerProcess) -> None:
        self._all.remove(worker)
        if worker in self._idle:
            self._idle.remove(worker)
            _log.warning("Query worker %d ended while it had nothing to do.", worker.pid)
        worker.kill()
        self._do(worker.signal())  # so that the system forgets it
        if worker.has_opened:  # else the next one would fail too: the next query tries
            with contextlib.suppress(OSError):  # then the next query starts one
                self._idle.insert(0, self._start())  # the last of the list is the next to be taken

    def _do(self, work: Coroutine[Any, Any, object]) -> None:
        task: asyncio.Task[object] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
