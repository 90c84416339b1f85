"""Work shared between processes. What comes back does not depend on how many there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def spread(
    work: Callable[[Sequence[T]], list[R]], items: Sequence[T], *, part: int = 250, alone: int = 200
) -> Iterator[R]:
    """The results of `work` on all items, in order, with all processors, `part` items at a time.

    `work` is a function that another process can import, or a `functools.partial` of one. Up to `alone` items are not
    worth a process, which takes half a second to start.
    """
    parts = [items[start : start + part] for start in range(0, len(items), part)]
    if len(items) <= alone:
        for some in parts:
            yield from work(some)
        return
    # Not forked: the caller may have threads, and a fork would copy their locks as they stand.
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn")) as pool:
        for results in pool.map(work, parts):
            yield from results
