"""Work shared between processes. What comes back does not depend on how many there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_PART = 250
"""Items given to a process at a time: enough to spread what a part costs, few enough to keep all processes busy."""
_ALONE = 200
"""Up to so many items are not worth a process, which takes half a second to start."""


def spread(work: Callable[[Sequence[T]], list[R]], items: Sequence[T]) -> Iterator[R]:
    """The results of `work` on all items, in order, part by part, with all processors. `work` is a function that
    another process can import, with `functools.partial` around it if need be."""
    parts = [items[start : start + _PART] for start in range(0, len(items), _PART)]
    if len(items) <= _ALONE:
        for part in parts:
            yield from work(part)
        return
    # Not forked: the caller may have threads, and a fork would copy their locks as they stand.
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn")) as pool:
        for results in pool.map(work, parts):
            yield from results
