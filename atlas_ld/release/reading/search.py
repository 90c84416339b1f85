"""The full-text index of a release: SQLite FTS5, one row for each entity that has a page.

pyoxigraph has no text index, so a label or text search over the store would scan it. Accents and case are folded by
FTS5's own tokeniser. Words are found by their French stem too (Snowball, https://snowballstem.org/): `coopérations`
finds `coopération`, `écoles` finds `école`. FTS5 knows no French, so the stems are columns of their own.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_ld.iris import fold
from atlas_ld.release.kinds import SEARCHED
from atlas_ld.release.stemming import roots, snippet, words_of
from atlas_ld.release.writing.search_file import SPAN


@dataclass(frozen=True)
class Hit:
    """One answer. `snippet` is plain text in which U+0002 and U+0003 stand around each word that was found; it is empty
    where no word was found outside of the label."""

    iri: str
    kind: str
    label: str
    snippet: str


class SearchIndex:
    """An index opened read-only. A connection is made for each search: they cost less than a lock among threads."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"

    def search(self, query: str, kind: str | None = None, limit: int = 20, offset: int = 0) -> list[Hit]:
        """The best hits first; every word must occur, as it is or by its stem, the last one as a beginning too. No
        words, no hits."""
        words = words_of(query)
        ranked = self._ranked(_expression(words), kind)[offset : offset + limit] if words else []
        return self._hits([row for row, _ in ranked], words)

    def overview(self, query: str, first: int = 5) -> dict[str, tuple[int, list[Hit]]]:
        """Kind -> how many hits there are, and the first of them, read in one pass; no kind without hits."""
        words = words_of(query)
        found: dict[str, list[int]] = {}
        for row, _ in self._ranked(_expression(words)) if words else []:
            found.setdefault(SEARCHED[row // SPAN], []).append(row)
        return {kind: (len(rows), self._hits(rows[:first], words)) for kind, rows in found.items()}

    def iris(self, query: str, kind: str) -> list[str]:
        """The IRIs of every hit of one kind, in no order that means anything; for lists that are narrowed by words."""
        words = words_of(query)
        if not words:
            return []
        sql = (  # the IRI from the small table: the full-text row has all texts in it
            "SELECT row.iri FROM entity JOIN row ON row.id = entity.rowid "
            "WHERE entity MATCH ? AND entity.rowid >= ? AND entity.rowid < ?"
        )
        return [iri for (iri,) in self._rows(sql, (_expression(words), *_rows_of(kind)))]

    def suggest(self, query: str, limit: int = 8) -> list[Hit]:
        """The best hits by label and names alone, for somebody who is still typing."""
        words = words_of(query)
        if not words:
            return []
        ranked = self._ranked(_expression(words, "label names", "label_stems"))[: 4 * limit]
        hits = self._hits([row for row, _ in ranked], words)
        typed = fold(query.strip())
        hits.sort(key=lambda hit: not fold(hit.label).startswith(typed))  # what is being typed, first
        return [Hit(hit.iri, hit.kind, hit.label, "") for hit in hits[:limit]]

    def _ranked(self, expression: str, kind: str | None = None) -> list[tuple[int, float]]:
        """Row and rank of each hit, the best first, then in the order of the IRIs."""
        sql = (
            "SELECT entity.rowid, rank, row.iri FROM entity JOIN row ON row.id = entity.rowid "
            "WHERE entity MATCH ? AND entity.rowid >= ? AND entity.rowid < ?"
        )
        found = sorted(self._rows(sql, (expression, *_rows_of(kind))), key=lambda row: row[1:])
        return [(row, rank) for row, rank, _ in found]

    def _hits(self, rows: list[int], words: list[str]) -> list[Hit]:
        sql = "SELECT iri, kind, label, names, texts FROM entity WHERE rowid = ?"
        found = [self._rows(sql, (row,))[0] for row in rows]
        return [Hit(iri, kind, label, snippet(words, names, texts)) for iri, kind, label, names, texts in found]

    def _rows(self, sql: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self._uri, uri=True)
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()


def _rows_of(kind: str | None) -> tuple[int, int]:
    """The first id of a kind, and the first after it; of all kinds for None."""
    number = SEARCHED.index(kind) if kind else 0
    return number * SPAN, (number + 1 if kind else len(SEARCHED)) * SPAN


def _expression(words: list[str], columns: str = "label names texts", stem_columns: str = "label_stems stems") -> str:
    """Words quoted, so that nothing that a person types is FTS5 syntax."""
    parts = []
    for number, word in enumerate(words, 1):
        beginning = "*" if number == len(words) else ""
        any_root = " OR ".join(f'"{root}"' for root in roots(word))
        parts.append(f'({{{columns}}} : "{word}"{beginning} OR {{{stem_columns}}} : ({any_root}))')
    return " AND ".join(parts)
