"""The full-text index of a release: SQLite FTS5, one row for each entity that has a page.

pyoxigraph has no text index, so a label or text search over the store would scan it. Accents and case are folded by
FTS5's own tokeniser. Words are found by their French stem too (Snowball, https://snowballstem.org/): `coopérations`
finds `coopération`, `écoles` finds `école`. FTS5 knows no French, so the stems are columns of their own.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_ld.iris import Iris, fold
from atlas_ld.rdf import LABELS, NamedNode, Triple, object_of, subject_of
from atlas_ld.release.words import roots, snippet, stems, words_of
from atlas_ld.vocabulary import ATLAS, ORG, SKOS

_SCHEMA = """
CREATE VIRTUAL TABLE entity USING fts5(
    iri UNINDEXED, kind UNINDEXED, label, names, texts, label_stems, stems,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
"""
_RANK = "bm25(0, 0, 10, 5, 1, 6, 0.5)"
"""How much a word weighs in each column: most in the label, little among the stems of long texts."""


@dataclass(frozen=True)
class Entry:
    """What is indexed of one entity: its label, other names (people search by them), and longer texts.

    `names` and `texts` have one name or text a line.
    """

    iri: str
    kind: str
    label: str
    names: str = ""
    texts: str = ""


@dataclass(frozen=True)
class Hit:
    """One answer. `snippet` is plain text in which U+0002 and U+0003 stand around each word that was found; it is empty
    where no word was found outside of the label."""

    iri: str
    kind: str
    label: str
    snippet: str


KINDS = ("organisation", "partnership", "post", "territory", "theme")
"""Kinds of entities that people look for. Funding lines and sources are found through their partnership."""

_SPAN = 2**32
"""Rows of the kind number k have the ids from k times this on. So the kind of a hit is known without reading its row,
and the texts in it: a word that thousands of entities hold is answered ten times faster."""


def entries_of(triples: Iterable[Triple], iris: Iris) -> list[Entry]:
    """What to index of a graph: each entity's label, its other names, the labels of what it links to, and its texts.

    Other names are the alternative labels, and the names that sources write for an organisation where it takes part.
    """
    labels: dict[str, list[str]] = defaultdict(list)
    others: dict[str, list[str]] = defaultdict(list)
    texts: dict[str, list[str]] = defaultdict(list)
    links: dict[str, list[str]] = defaultdict(list)
    members: dict[str, str] = {}
    written: dict[str, str] = {}
    for triple in triples:
        part, predicate = subject_of(triple), triple.predicate.value
        subject = part.partition("#")[0]  # what is said of a part is found through the whole
        term = object_of(triple)
        if isinstance(term, NamedNode):
            links[subject].append(term.value)
            if predicate == str(ORG.member):
                members[part] = term.value
        elif term.language:
            if predicate in LABELS and part == subject:
                labels[subject].append(term.value)
            elif predicate == str(SKOS.altLabel):
                others[subject].append(term.value)
            else:
                texts[subject].append(term.value)
                if predicate == str(ATLAS.nameAsWritten):
                    written[part] = term.value
    for part, name in written.items():
        if part in members:
            others[members[part]].append(name)
    entries = []
    for iri in sorted(labels):
        kind = (iris.split(iri) or ("", ""))[0]
        if kind in KINDS:
            label, *more = labels[iri]
            linked = {
                name for link in links[iri] if link != iri and _names(link, iris) for name in labels.get(link, ())
            }
            names = dict.fromkeys(name for name in (*more, *sorted(others[iri]), *sorted(linked)) if name != label)
            entries.append(Entry(iri, kind, label, "\n".join(names), "\n".join(texts[iri])))
    return entries


def _names(link: str, iris: Iris) -> bool:
    """Whether people look for a thing by what it links to. Not by its source: that is the same for thousands."""
    return (iris.split(link) or ("", ""))[0] != "source"


def write_index(path: Path, entries: Iterable[Entry]) -> None:
    """A new index at `path`; the same entries give the same bytes."""
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.executescript(_SCHEMA)
            connection.execute("INSERT INTO entity(entity, rank) VALUES ('rank', ?)", (_RANK,))
            connection.executemany(
                "INSERT INTO entity(rowid, iri, kind, label, names, texts, label_stems, stems) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (KINDS.index(e.kind) * _SPAN + number, *_row(e))
                    for number, e in enumerate(sorted(entries, key=lambda entry: entry.iri))
                ),
            )
            connection.execute("INSERT INTO entity(entity) VALUES ('optimize')")
        connection.execute("VACUUM")
    finally:
        connection.close()


def _row(entry: Entry) -> tuple[str, ...]:
    others = stems(f"{entry.names}\n{entry.texts}")
    return entry.iri, entry.kind, entry.label, entry.names, entry.texts, stems(entry.label), others


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
            found.setdefault(KINDS[row // _SPAN], []).append(row)
        return {kind: (len(rows), self._hits(rows[:first], words)) for kind, rows in found.items()}

    def iris(self, query: str, kind: str) -> list[str]:
        """The IRIs of every hit of one kind, in no order that means anything; for lists that are narrowed by words."""
        words = words_of(query)
        if not words:
            return []
        sql = "SELECT iri FROM entity WHERE entity MATCH ? AND rowid >= ? AND rowid < ?"
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
        sql = "SELECT rowid, rank FROM entity WHERE entity MATCH ? AND rowid >= ? AND rowid < ?"
        return sorted(self._rows(sql, (expression, *_rows_of(kind))), key=lambda row: (row[1], row[0]))

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
    number = KINDS.index(kind) if kind else 0
    return number * _SPAN, (number + 1 if kind else len(KINDS)) * _SPAN


def _expression(words: list[str], columns: str = "label names texts", stem_columns: str = "label_stems stems") -> str:
    """Words quoted, so that nothing that a person types is FTS5 syntax."""
    parts = []
    for number, word in enumerate(words, 1):
        beginning = "*" if number == len(words) else ""
        any_root = " OR ".join(f'"{root}"' for root in roots(word))
        parts.append(f'({{{columns}}} : "{word}"{beginning} OR {{{stem_columns}}} : ({any_root}))')
    return " AND ".join(parts)
