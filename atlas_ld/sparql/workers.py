"""The workers of a pool: idle ones at hand, and a successor for each one that was ended."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from pathlib import Path

from atlas_ld.sparql.column_file import ColumnFile
from atlas_ld.sparql.worker_process import WorkerDiedError, WorkerProcess


class WorkerPool:
    """Starts workers over one store when they are needed. How many at a time is not decided here. For many threads.

    With a `spare` one, a worker that has opened the store is at hand when another has just been ended.
    """

    def __init__(self, store: Path, memory_mb: int, prefixes: Mapping[str, str], spare: bool) -> None:
        self._store, self._memory_mb, self._prefixes, self._spare = store, memory_mb, prefixes, spare
        self.columns = ColumnFile(store)
        self._lock = threading.Lock()
        self._idle: list[WorkerProcess] = []
        self._all: set[WorkerProcess] = set()

    def acquire(self) -> WorkerProcess:
        """A worker for the caller alone, until `dismiss`. Raises OSError where the system has no process to give."""
        with self._lock:
            worker = self._idle.pop() if self._idle else self._start()
            if self._spare and not self._idle:
                with contextlib.suppress(OSError):
                    self._idle.append(self._start())
            return worker

    def acquire_ready(self) -> WorkerProcess | None:
        """The same without waiting: a worker that has opened the store, or None."""
        with self._lock:
            if not self._idle:
                return None
            try:
                self._idle[-1].wait_until_ready(0)
            except (TimeoutError, WorkerDiedError):
                return None
            return self._idle.pop()

    def release(self, worker: WorkerProcess, fit: bool) -> None:
        """Takes a worker back, or kills it and starts its successor, which opens the store while nobody waits."""
        if not fit:
            worker.discard()
        with self._lock:
            known = worker in self._all  # else the staff was dismissed meanwhile
            if known and fit:
                self._idle.append(worker)
            elif known:
                self._all.remove(worker)
                with contextlib.suppress(OSError):  # then the next query starts one
                    self._idle.insert(0, self._start())  # the last of the list is the next to be hired

    def close(self) -> None:
        """Kills every worker; those who use one get WorkerDiedError."""
        with self._lock:
            busy, idle = self._all.difference(self._idle), self._idle
            self._all, self._idle = set(), []
        for worker in busy:
            worker.end()
        for worker in idle:
            worker.discard()
        self.columns.close()

    @property
    def pids(self) -> set[int]:
        """The process ids of the workers that run now."""
        with self._lock:
            return {worker.pid for worker in self._all}

    def _start(self) -> WorkerProcess:
        worker = WorkerProcess(self._store, self._memory_mb, self._prefixes, self.columns.descriptor)
        self._all.add(worker)
        return worker
