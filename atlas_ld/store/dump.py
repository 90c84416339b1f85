"""What is said of one thing, found in the release's canonical dump: sorted N-Triples, where it is one piece.

The store finds triples by any of their terms, at the price of an index look-up and of decoding three terms for each.
A description is found by its subject alone: in the dump it is a few lines, found by bisection, parsed at once. Read
with pread(2), so that it takes no memory but the system's own cache (docs/decisions/0016).
"""

from __future__ import annotations

import os
import weakref
from bisect import bisect_left
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from atlas_ld.errors import ReleaseError

_BLOCK = 8192
_HEADS = 65_536
"""First lines of blocks that are remembered, some 250 bytes each; those of the full Atlas are 25,000."""


class Dump:
    """The lines of a sorted N-Triples file by their subject. Safe for use by threads.

    It holds all that is said of the things whose IRI begins with `entities`, save those in `elsewhere`.
    """

    def __init__(self, path: Path, entities: str, elsewhere: Collection[str] = ()) -> None:
        """Raises ReleaseError for a file that cannot be opened."""
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise ReleaseError(f"{path} cannot be opened: {error}; build the release again.") from error
        weakref.finalize(self, os.close, self._file)
        self._size = os.fstat(self._file).st_size
        self._blocks = range(-(-self._size // _BLOCK))
        self._entities, self._elsewhere = entities, frozenset(elsewhere)
        self._head = lru_cache(maxsize=_HEADS)(self._read_head)

    def holds(self, iri: str) -> bool:
        """Whether all that is said of `iri`, if anything, is here."""
        return iri.startswith(self._entities) and iri not in self._elsewhere

    def lines(self, iri: str) -> bytes:
        """The lines whose subject is `iri`, sorted; empty where there is none."""
        wanted = f"<{iri}> ".encode()
        after = bisect_left(self._blocks, wanted, key=lambda number: self._head(number)[1])
        start = self._head(after - 1)[0] if after else 0
        stop = self._head(after)[0] if after < len(self._blocks) else self._size
        # The first line is that of `stop` at the latest.
        data = self._read(start, stop - start + _BLOCK + len(wanted))
        first = 0 if data.startswith(wanted) else data.find(b"\n" + wanted) + 1
        end = first
        while data.startswith(wanted, end):
            newline = data.find(b"\n", end)
            while newline < 0 or len(data) < newline + 1 + len(wanted):
                more = self._read(start + len(data), _BLOCK)
                if not more:
                    break
                data += more
                newline = data.find(b"\n", end)
            end = newline + 1 or len(data)
        return data[first:end]

    def _read_head(self, number: int) -> tuple[int, bytes]:
        """Where the first line that begins in a block, or else after it, begins, and its subject as it is written."""
        start = number * _BLOCK
        while start:
            newline = self._read(start - 1, _BLOCK).find(b"\n")
            if newline >= 0:
                start += newline
                break
            start = min(start + _BLOCK, self._size)
            if start == self._size:
                break
        line = self._read(start, _BLOCK)
        return start, line[: line.find(b"> ") + 2]

    def _read(self, start: int, size: int) -> bytes:
        return os.pread(self._file, size, start)
