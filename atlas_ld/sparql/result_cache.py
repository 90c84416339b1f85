"""Answers that are kept. A release never changes, so neither does an answer, unless the query asks for chance, the time
or new names."""

from __future__ import annotations

from dataclasses import dataclass

from cachetools import LRUCache

from atlas_ld.sparql.question import ENTRY_BYTES

_LARGEST_PART = 8
"""No answer may take more than one such part of the memory for answers."""


@dataclass(frozen=True)
class _Kept:
    """A complete answer (`frames`, WHOLE) and what it takes in memory, its question included."""

    answer: bytes
    size: int


class ResultCache:
    """Complete answers of at most `most_bytes` together, by their questions as they were sent; the least recently used
    is given up first."""

    def __init__(self, most_bytes: int) -> None:
        self._kept: LRUCache[bytes, _Kept] = LRUCache(most_bytes, lambda kept: kept.size)

    def get(self, question: bytes) -> bytes | None:
        kept = self._kept.get(question)
        return kept.answer if kept else None

    def has_room(self, question: bytes, size: int) -> bool:
        """Whether an answer of so many bytes is small enough to be kept."""
        return size + len(question) + ENTRY_BYTES <= self._kept.maxsize // _LARGEST_PART

    def keep(self, question: bytes, answer: bytes) -> None:
        """Keeps a complete answer if it is not too large."""
        if self.has_room(question, len(answer)):
            self._kept[question] = _Kept(answer, len(answer) + len(question) + ENTRY_BYTES)
