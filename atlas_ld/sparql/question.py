"""What an answer depends on, within one release: the part of a request that the worker reads, and the key under which
answers are kept."""

from __future__ import annotations

import re
from typing import NamedTuple

_CHANGING = re.compile(r"(?:rand|now|uuid|bnode)[\s#(]|\\u", re.IGNORECASE)
"""Functions whose value differs from one evaluation to the next (SPARQL 1.1, 17.4), or an escape that may hide one."""

_SUSPECT = ("rand", "now", "uuid", "bnode", "\\u")
"""What every match of _CHANGING holds: to find none of them is quicker."""

ENTRY_BYTES = 1024
"""What a kept answer takes besides its texts, roughly."""


class Question(NamedTuple):
    """`formats` are the names of those of rows and of graphs, None where none is accepted; `limits` those of time and
    bytes that the client lowered."""

    query: str
    formats: tuple[str | None, str | None]
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    base: str | None
    limits: tuple[float | None, int | None]

    @property
    def changes(self) -> bool:
        """Whether it may be answered otherwise the next time: it asks for chance, the time or new names."""
        folded = self.query.casefold()
        return any(part in folded for part in _SUSPECT) and bool(_CHANGING.search(self.query))

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, at most four for each character."""
        texts = (self.query, *self.default_graphs, *self.named_graphs, self.base or "")
        return ENTRY_BYTES + 4 * sum(map(len, texts))
