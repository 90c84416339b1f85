"""Answers that are kept. A release never changes, so neither does an answer, unless the query asks for chance, the time
or new names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from cachetools import LRUCache

from atlas_ld.sparql.result import ResultBuffer

_CHANGING = re.compile(r"(?:rand|now|uuid|bnode)[\s#(]|\\u", re.IGNORECASE)
"""Functions whose value differs from one evaluation to the next (SPARQL 1.1, 17.4), or an escape that may hide one."""

_SUSPECT = ("rand", "now", "uuid", "bnode", "\\u")
"""What every match of _CHANGING holds: to find none of them is quicker."""

_LARGEST_PART = 8
"""No answer may take more than one such part of the memory for answers."""

_ENTRY_BYTES = 1024
"""What an entry takes besides its texts, roughly."""


class Question(NamedTuple):
    """What an answer depends on, within one release. `limits` are those of time and bytes that the client lowered."""

    query: str
    formats: tuple[str, ...]
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    base: str | None
    limits: tuple[float | None, int | None]

    @property
    def changes(self) -> bool:
        folded = self.query.casefold()
        return any(part in folded for part in _SUSPECT) and bool(_CHANGING.search(self.query))

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, at most four for each character."""
        texts = (self.query, *self.default_graphs, *self.named_graphs, self.base or "")
        return _ENTRY_BYTES + 4 * sum(map(len, texts))


@dataclass(frozen=True)
class Kept:
    """A complete answer and what it takes in memory, its question included."""

    kind: str
    format: str
    content: bytes
    size: int


class ResultCache:
    """Complete answers of at most `most_bytes` together, the least recently used given up first."""

    def __init__(self, most_bytes: int) -> None:
        self._kept: LRUCache[Question, Kept] = LRUCache(most_bytes, lambda kept: kept.size)

    def get(self, question: Question) -> Kept | None:
        return self._kept.get(question)

    def keep(self, question: Question, result: ResultBuffer) -> None:
        """Keeps an answer if it is complete, can be asked again, and is not too large."""
        size = result.size + question.size
        if size > self._kept.maxsize // _LARGEST_PART or question.changes:
            return
        if (content := result.whole()) is not None:
            self._kept[question] = Kept(result.kind, result.format, content, size)
