"""The full-text index of a release: SQLite FTS5, one row for each entity that has a page.

pyoxigraph has no text index, so a label or text search over the store would scan it. Accents and case are folded by
FTS5's own tokeniser. Words are found by their French stem too (Snowball, https://snowballstem.org/): `coopérations`
finds `coopération`, `écoles` finds `école`. FTS5 knows no French, so the stems are columns of their own.

Where no entity has all words, those that no entity has at all are taken for typing errors of the nearest words that
there are (optimal string alignment, by rapidfuzz); failing that, any of the words will do. `SearchIndex.read` tells.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from atlas_ld.iris import fold
from atlas_ld.release.kinds import SEARCHED
from atlas_ld.release.stemming import roots, snippet, spellings, words_of
from atlas_ld.release.writing.search_file import SPAN


@dataclass(frozen=True)
class Hit:
    """One answer. `snippet` is plain text in which U+0002 and U+0003 stand around each word that was found; it is empty
    where no word was found outside of the label."""

    iri: str
    kind: str
    label: str
    snippet: str


@dataclass(frozen=True)
class Reading:
    """How a query was read: the words that are looked for, and whether they are those that were typed (`all`), mended
    ones (`mended`), or any of them (`any`)."""

    words: tuple[str, ...]
    how: Literal["all", "mended", "any"]

    @property
    def text(self) -> str:
        return " ".join(self.words)


_MENDED = 6
"""Words of a query that are compared with the vocabulary; one comparison costs some milliseconds at full size."""


class SearchIndex:
    """An index opened read-only. A connection is made for each search: they cost less than a lock among threads."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"

    def read(self, query: str) -> Reading:
        """How to read what a person typed, so that it finds something where anything is near."""
        words = tuple(words_of(query))
        typed = Reading(words, "all")
        if not words or self._finds(_expression(typed)):
            return typed
        mended = Reading(tuple(self._mended(word) if n < _MENDED else word for n, word in enumerate(words)), "mended")
        for reading in (mended, Reading(mended.words, "any")):
            if self._finds(_expression(reading)):
                return reading
        return typed

    def search(self, reading: Reading, kind: str | None = None, limit: int = 20, offset: int = 0) -> list[Hit]:
        """The best hits first; every word must occur, as it is or by its stem, the last one as a beginning too. No
        words, no hits."""
        return self._hits(self._ranked(_expression(reading), kind)[offset : offset + limit], reading)

    def overview(self, reading: Reading, first: int = 5) -> dict[str, tuple[int, list[Hit]]]:
        """Kind -> how many hits there are, and the first of them, read in one pass; no kind without hits."""
        found: dict[str, list[int]] = {}
        for row in self._ranked(_expression(reading)):
            found.setdefault(SEARCHED[row // SPAN], []).append(row)
        return {kind: (len(rows), self._hits(rows[:first], reading)) for kind, rows in found.items()}

    def iris(self, query: str, kind: str) -> list[str]:
        """The IRIs of every hit of one kind, in no order that means anything; for lists that are narrowed by words."""
        reading = Reading(tuple(words_of(query)), "all")
        if not reading.words:
            return []
        sql = (  # the IRI from the small table: the full-text row has all texts in it
            "SELECT row.iri FROM entity JOIN row ON row.id = entity.rowid "
            "WHERE entity MATCH ? AND entity.rowid >= ? AND entity.rowid < ?"
        )
        return [iri for (iri,) in self._rows(sql, (_expression(reading), *_rows_of(kind)))]

    def suggest(self, query: str, limit: int = 8) -> list[Hit]:
        """The best hits by label and names alone, for somebody who is still typing."""
        reading = self.read(query)
        ranked = self._ranked(_expression(reading, "label names", "label_stems"))[: 4 * limit]
        hits = self._hits(ranked, reading)
        typed = fold(query.strip())
        hits.sort(key=lambda hit: not fold(hit.label).startswith(typed))  # what is being typed, first
        return [Hit(hit.iri, hit.kind, hit.label, "") for hit in hits[:limit]]

    def _mended(self, word: str) -> str:
        """The word itself where anything has it, or the nearest word that something has; itself where none is near."""
        if self._finds(_expression(Reading((word,), "all"))):
            return word
        folded = fold(word)
        most = 0 if len(folded) < 4 or folded.isdecimal() else 1 if len(folded) < 7 else 2
        if not most:
            return word
        found = process.extract(folded, self._vocabulary.keys(), scorer=OSA.distance, score_cutoff=most, limit=20)
        rated = [(distance, near[0] != folded[0], -self._vocabulary[near], near) for near, distance, _ in found]
        return min(rated)[-1] if rated else word

    @cached_property
    def _vocabulary(self) -> Mapping[str, int]:
        """The words of labels, names and texts, folded, and how many entities have each."""
        connection = sqlite3.connect(self._uri, uri=True)
        try:
            connection.execute("CREATE VIRTUAL TABLE temp.word USING fts5vocab(main, entity, col)")
            sql = "SELECT term, max(doc) FROM temp.word WHERE col IN ('label', 'names', 'texts') GROUP BY term"
            return {term: count for term, count in connection.execute(sql) if len(term) > 2 and not term.isdecimal()}
        finally:
            connection.close()

    def _finds(self, expression: str) -> bool:
        return bool(self._rows("SELECT 1 FROM entity WHERE entity MATCH ? LIMIT 1", (expression,)))

    def _ranked(self, expression: str, kind: str | None = None) -> list[int]:
        """The row of each hit, the best first, then in the order of the IRIs."""
        if not expression:
            return []
        sql = (
            "SELECT entity.rowid, rank, row.iri FROM entity JOIN row ON row.id = entity.rowid "
            "WHERE entity MATCH ? AND entity.rowid >= ? AND entity.rowid < ?"
        )
        found = sorted(self._rows(sql, (expression, *_rows_of(kind))), key=lambda row: row[1:])
        return [row for row, _, _ in found]

    def _hits(self, rows: list[int], reading: Reading) -> list[Hit]:
        words = list(reading.words)
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


def _expression(reading: Reading, columns: str = "label names texts", stem_columns: str = "label_stems stems") -> str:
    """Words quoted, so that nothing that a person types is FTS5 syntax; empty without words."""
    parts = []
    for number, word in enumerate(reading.words, 1):
        beginning = "*" if number == len(reading.words) else ""
        written = " OR ".join(f'"{spelling}"{beginning}' for spelling in spellings(word))
        any_root = " OR ".join(f'"{root}"' for root in roots(word))
        parts.append(f"({{{columns}}} : ({written}) OR {{{stem_columns}}} : ({any_root}))")
    return (" OR " if reading.how == "any" else " AND ").join(parts)
