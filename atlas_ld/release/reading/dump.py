"""What is said of one thing, found in a release's canonical dump: N-Triples sorted by entity, then by line, where it
is one piece.

The store finds triples by any of their terms, at the price of an index look-up and of decoding three terms for each.
A description is found by its subject alone: in the dump it is a few lines, found by bisection, parsed at once. Read
with pread(2), so that it takes no memory but the system's own cache (docs/decisions/0016).
"""

from __future__ import annotations

import os
import weakref
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from atlas_ld.errors import ReleaseError

_BLOCK = 8192
"""Bytes between two places of the file that bisection looks at, and more for files so large that they would have more
than _MOST such places. What was seen there is kept."""
_MOST = 65_536
_RECENT = 128
"""Things whose lines are kept for a while: one page asks for the same several times."""


class _Head(NamedTuple):
    """A line by its place among the others (its entity, then its subject as it is written), and the byte at which it
    begins."""

    entity: bytes
    subject: bytes
    start: int


class _Heads(dict[int, _Head]):
    """The first line of each block that was looked at; `read` finds it. A dictionary, for the sake of bisection."""

    def __init__(self, read: Callable[[int], _Head]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, block: int) -> _Head:
        head = self[block] = self._read(block)
        return head


class Dump:
    """The lines of a canonical dump by their subject. Safe for use by threads.

    It holds all that is said of the things whose IRI begins with `entities`.
    """

    def __init__(self, path: Path, entities: str = "") -> None:
        """Raises ReleaseError for a file that cannot be opened."""
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise ReleaseError(f"{path} cannot be opened: {error}; build the release again.") from error
        weakref.finalize(self, os.close, self._file)
        self._size = os.fstat(self._file).st_size
        self._block = max(_BLOCK, self._size // _MOST)
        self._entities = entities
        self._blocks = range(-(-self._size // self._block))
        self._heads = _Heads(self._read_head)
        self._recent = lru_cache(maxsize=_RECENT)(self._find)

    def holds(self, iri: str) -> bool:
        """Whether all that is said of `iri`, if anything, is here."""
        return iri.startswith(self._entities)

    def lines(self, iri: str) -> bytes:
        """The lines whose subject is `iri`, sorted; empty where there is none."""
        return self._recent(iri, (f"<{iri}> ".encode(),))

    def entity(self, iri: str) -> bytes:
        """The lines of an entity, those of its parts (`…#participation-1`) too."""
        return self._find(iri, (f"<{iri}#".encode(), f"<{iri}> ".encode()))

    def _find(self, iri: str, beginnings: tuple[bytes, ...]) -> bytes:
        """The lines that begin so, which follow each other; the first of `beginnings` comes first."""
        wanted = _Head(iri.partition("#")[0].encode(), beginnings[0], 0)
        after = bisect_left(self._blocks, wanted, key=self._heads.__getitem__)
        start = self._heads[after - 1].start if after else 0
        stop = self._heads[after].start if after < len(self._blocks) else self._size
        longest = max(map(len, beginnings))
        # The first line is that of `stop` at the latest.
        data = self._read(start, stop - start + _BLOCK + longest)
        found = [data.find(b"\n" + beginning) + 1 for beginning in beginnings]
        first = 0 if data.startswith(beginnings) else min(filter(None, found), default=0)
        end = first
        while data.startswith(beginnings, end):
            newline = data.find(b"\n", end)
            while newline < 0 or len(data) < newline + 1 + longest:
                more = self._read(start + len(data), _BLOCK)
                if not more:
                    break
                data += more
                newline = data.find(b"\n", end)
            end = newline + 1 or len(data)
        return data[first:end]

    def _read_head(self, block: int) -> _Head:
        """The first line that begins in a block or after it; past the last one, the end of the file."""
        start = self._line_after(block * self._block)
        if start == self._size:
            return _Head(b"\xff", b"", start)
        subject = self._read(start, _BLOCK).partition(b"> ")[0] + b"> "
        return _Head(subject[1:-2].partition(b"#")[0], subject, start)

    def _line_after(self, position: int) -> int:
        """Where the first line that begins at `position` or later does; the end of the file where none does."""
        while 0 < position < self._size:
            newline = self._read(position - 1, _BLOCK).find(b"\n")
            if newline >= 0:
                return position + newline
            position += _BLOCK
        return min(position, self._size)

    def _read(self, start: int, size: int) -> bytes:
        return os.pread(self._file, size, start)
