"""The full-text index of a release: SQLite FTS5, accents folded, one row for each entity that has a page.

pyoxigraph has no text index, so a label or text search over the store would scan it.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_ld.iris import Iris
from atlas_ld.rdf import LABELS, NamedNode, Triple, object_of, subject_of

_SCHEMA = """
CREATE VIRTUAL TABLE entity USING fts5(
    iri UNINDEXED, kind UNINDEXED, label, names, texts,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
"""


@dataclass(frozen=True)
class Entry:
    """What is indexed of one entity: its label, other names (people search by them), and longer texts."""

    iri: str
    kind: str
    label: str
    names: str = ""
    texts: str = ""


@dataclass(frozen=True)
class Hit:
    """One answer. `snippet` is plain text in which U+0002 and U+0003 stand around each word that was found."""

    iri: str
    kind: str
    label: str
    snippet: str


KINDS = frozenset({"partnership", "organisation", "territory", "theme", "post"})
"""Kinds of entities that people look for. Funding lines and sources are found through their partnership."""


def entries_of(triples: Iterable[Triple], iris: Iris) -> list[Entry]:
    """What to index of a graph: each entity's label, the labels of what it links to, and its other texts."""
    labels: dict[str, list[str]] = defaultdict(list)
    texts: dict[str, list[str]] = defaultdict(list)
    links: dict[str, list[str]] = defaultdict(list)
    for triple in triples:
        subject = subject_of(triple).partition("#")[0]  # what is said of a part is found through the whole
        term = object_of(triple)
        if isinstance(term, NamedNode):
            links[subject].append(term.value)
        elif term.language:
            named = triple.predicate.value in LABELS and "#" not in subject_of(triple)
            (labels if named else texts)[subject].append(term.value)
    entries = []
    for iri in sorted(labels):
        kind = (iris.split(iri) or ("", ""))[0]
        if kind in KINDS:
            names = {name for link in links[iri] if link != iri for name in labels.get(link, ())}
            others = " ".join((*labels[iri][1:], *sorted(names)))
            entries.append(Entry(iri, kind, labels[iri][0], others, "\n".join(texts[iri])))
    return entries


def write_index(path: Path, entries: Iterable[Entry]) -> None:
    """A new index at `path`; the same entries give the same bytes."""
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.executescript(_SCHEMA)
            connection.executemany(
                "INSERT INTO entity VALUES (?, ?, ?, ?, ?)",
                sorted((e.iri, e.kind, e.label, e.names, e.texts) for e in entries),
            )
            connection.execute("INSERT INTO entity(entity) VALUES ('optimize')")
        connection.execute("VACUUM")
    finally:
        connection.close()


class SearchIndex:
    """An index opened read-only. A connection is made for each search: they cost less than a lock among threads."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"

    def search(self, query: str, kind: str | None = None, limit: int = 20, offset: int = 0) -> list[Hit]:
        """The best hits first; every word must occur, the last one as a beginning. No words, no hits."""
        expression = _expression(query)
        if not expression:
            return []
        sql = (
            "SELECT iri, kind, label, snippet(entity, -1, char(2), char(3), '…', 12) FROM entity "
            "WHERE entity MATCH ? AND (? IS NULL OR kind = ?) "
            "ORDER BY bm25(entity, 0, 0, 10, 5, 1), iri LIMIT ? OFFSET ?"
        )
        return [Hit(*row) for row in self._rows(sql, (expression, kind, kind, limit, offset))]

    def counts(self, query: str) -> dict[str, int]:
        """How many hits there are of each kind."""
        expression = _expression(query)
        if not expression:
            return {}
        return dict(self._rows("SELECT kind, count(*) FROM entity WHERE entity MATCH ? GROUP BY kind", (expression,)))

    def _rows(self, sql: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self._uri, uri=True)
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()


def _expression(query: str) -> str:
    """Words quoted, so that nothing that a person types is FTS5 syntax; at most 12 of them."""
    words = re.findall(r"\w+", query)[:12]
    return " ".join(f'"{word}"' for word in words[:-1]) + (f' "{words[-1]}"*' if words else "")
