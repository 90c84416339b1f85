"""Work shared between processes. What comes back does not depend on how many there are."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Workers:
    """Processes that are started when they are first needed and end with the block: `with Workers() as workers`."""

    def __init__(self, processes: int | None = None) -> None:
        """As many as there are processors, unless told otherwise; one is the process at hand."""
        self._processes = processes or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def spread(
        self, work: Callable[[Sequence[T]], list[R]], items: Sequence[T], *, part: int = 250, alone: int = 200
    ) -> Iterator[R]:
        """The results of `work` on all items, in order, `part` items at a time.

        `work` is a function that another process can import, or a `functools.partial` of one. Up to `alone` items
        are not worth a process, which takes half a second to start.
        """
        parts = [items[start : start + part] for start in range(0, len(items), part)]
        if self._processes == 1 or len(items) <= alone:
            for some in parts:
                yield from work(some)
            return
        if self._pool is None:
            # Not forked: the caller may have threads, and a fork would copy their locks as they stand.
            self._pool = ProcessPoolExecutor(self._processes, get_context("spawn"), initializer=gc.disable)
        for results in self._pool.map(work, parts):
            yield from results


ALONE = Workers(1)
"""No process but the one at hand."""


@contextmanager
def no_collector() -> Iterator[None]:
    """Without Python's collector of cycles, which would walk through millions of live terms again and again. Graphs
    and records have no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
