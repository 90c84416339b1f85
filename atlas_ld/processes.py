"""Work shared between processes. What comes back does not depend on how many there are."""

from __future__ import annotations

import gc
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import connection, get_context, parent_process
from threading import Lock
from typing import Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 4
"""Parts per process that are under way or wait to be taken."""


class Workers:
    """Processes that are started when they are first needed and end with the block: `with Workers() as workers`. For
    use by several threads."""

    def __init__(self, processes: int | None = None) -> None:
        """As many as there are processors, unless told otherwise; one is the process at hand."""
        self._processes = processes or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None
        self._starting = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def spread(
        self, work: Callable[[Sequence[T]], list[R]], items: Iterable[T], *, part: int = 250, alone: int = 200
    ) -> Iterator[R]:
        """The results of `work` on all items, in order, `part` items at a time.

        `work` is a function that another process can import, or a `functools.partial` of one. Up to `alone` items
        are not worth a process, which takes half a second to start. Items are taken and results held for a few parts
        ahead, and no more.
        """
        coming = iter(items)
        first = list(islice(coming, alone + 1))
        parts = _parts(chain(first, coming), part)
        if self._processes == 1 or len(first) <= alone:
            for some in parts:
                yield from work(some)
            return
        with self._starting:
            if self._pool is None:
                # Not forked: the caller may have threads, and a fork would copy their locks as they stand.
                self._pool = ProcessPoolExecutor(self._processes, get_context("spawn"), initializer=_begin)
            pool = self._pool
        under_way: deque[Future[list[R]]] = deque()
        for some in parts:
            under_way.append(pool.submit(work, some))
            if len(under_way) > _AHEAD * self._processes:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()


def _begin() -> None:
    """A worker process ends with the one that started it, however that ends, and does not look for cycles."""
    gc.disable()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """The sentinel is the end of a pipe that the parent alone holds: the system closes it with the parent. (Linux's
    PR_SET_PDEATHSIG would end a worker with the thread that started it.)"""
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)


def _parts(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while part := list(islice(items, size)):
        yield part


ALONE = Workers(1)
"""No process but the one at hand."""


@contextmanager
def no_collector() -> Iterator[None]:
    """Without Python's collector of cycles, which would walk through millions of live terms again and again. Graphs
    and records have no cycles. What is live at the end it never looks at: walking through it as Python exits took half
    a second after a build of the full Atlas."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
