"""What is said of one thing, found in the release's canonical dump: N-Triples sorted by entity, then by line,
where it is one piece.

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
"""Bytes between two places of the file whose subjects are kept: what is read to find a subject, and more for
files so large that they would have more than _MOST such places."""
_MOST = 65_536
_RECENT = 128
"""Things whose lines are kept for a while: one page asks for the same several times."""


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
        self._entities, self._elsewhere = entities, frozenset(elsewhere)
        self._starts, self._heads = self._places()
        self._recent = lru_cache(maxsize=_RECENT)(self._find)

    def holds(self, iri: str) -> bool:
        """Whether all that is said of `iri`, if anything, is here."""
        return iri.startswith(self._entities) and iri not in self._elsewhere

    def lines(self, iri: str) -> bytes:
        """The lines whose subject is `iri`, sorted; empty where there is none."""
        return self._recent(iri)

    def _find(self, iri: str) -> bytes:
        wanted = f"<{iri}> ".encode()
        after = bisect_left(self._heads, _place(wanted))
        start = self._starts[after - 1] if after else 0
        stop = self._starts[after] if after < len(self._starts) else self._size
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

    def _places(self) -> tuple[list[int], list[tuple[bytes, bytes]]]:
        """Where lines begin, about a block apart, and the subjects of these lines as they are written, in order."""
        starts, heads = [], []
        block = max(_BLOCK, self._size // _MOST)
        start = 0
        while start < self._size:
            line = self._read(start, _BLOCK)
            starts.append(start)
            heads.append(_place(line[: line.find(b"> ") + 2]))
            start = self._line_after(start + block)
        return starts, heads

    def _line_after(self, position: int) -> int:
        """Where the first line that begins at `position` or later does; the end of the file where none does."""
        while position < self._size:
            newline = self._read(position - 1, _BLOCK).find(b"\n")
            if newline >= 0:
                return position + newline
            position += _BLOCK
        return self._size

    def _read(self, start: int, size: int) -> bytes:
        return os.pread(self._file, size, start)


def _place(subject: bytes) -> tuple[bytes, bytes]:
    """Where the lines of a subject, written `<...> `, are among the others: by entity, the parts of one together."""
    return subject[1:-2].partition(b"#")[0], subject
