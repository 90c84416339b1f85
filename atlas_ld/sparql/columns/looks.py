"""Whether a query is worth a try on columns. Every query pays for this test, so it looks at words alone."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"\b(?:count|sum|avg|min|max|group|order|filter|values|optional|distinct|union)\b|[+]|[*?]\s+[?$]", re.IGNORECASE
)
"""What questions that read much are made of. Look-ups of one thing have none of these words."""

_LONGEST = 10_000
"""Characters: who reads one that is declined, does so twice."""


def is_analytic(query: str) -> bool:
    """A query that is read, and perhaps answered, by this engine."""
    return len(query) <= _LONGEST and _WORDS.search(query) is not None
