"""The full-text index of a release: SQLite FTS5, one row for each entity that has a page.

pyoxigraph has no text index, so a label or text search over the store would scan it. Accents and case are folded by
FTS5's own tokeniser. Words are found by their French stem too (Snowball, https://snowballstem.org/): `coopérations`
finds `coopération`, `écoles` finds `école`. FTS5 knows no French, so the stems are columns of their own.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import snowballstemmer

from atlas_ld.iris import Iris, fold
from atlas_ld.rdf import LABELS, NamedNode, Triple, object_of, subject_of
from atlas_ld.vocabulary import ATLAS, ORG, SKOS

_SCHEMA = """
CREATE VIRTUAL TABLE entity USING fts5(
    iri UNINDEXED, kind UNINDEXED, label, names, texts, label_stems, stems,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
"""
_RANK = "bm25(0, 0, 10, 5, 1, 6, 0.5)"
"""How much a word weighs in each column: most in the label, little among the stems of long texts."""

_WORD = re.compile(r"\w+")
_ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu)[’']", re.IGNORECASE)
# Words that say nothing of what is looked for; they count only where nothing else is typed.
_EMPTY = frozenset(
    "a and au aux avec d dans de des du en et in l la le les of ou par pour sur the with".split()  # noqa: SIM905
)
_MOST_WORDS = 12
_SNIPPET_WORDS = 24


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


KINDS = frozenset({"partnership", "organisation", "territory", "theme", "post"})
"""Kinds of entities that people look for. Funding lines and sources are found through their partnership."""


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
                "INSERT INTO entity VALUES (?, ?, ?, ?, ?, ?, ?)",
                sorted(
                    (e.iri, e.kind, e.label, e.names, e.texts, _stems(e.label), _stems(f"{e.names}\n{e.texts}"))
                    for e in entries
                ),
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
        """The best hits first; every word must occur, as it is or by its stem, the last one as a beginning too. No
        words, no hits."""
        words = _words(query)
        if not words:
            return []
        sql = (
            "SELECT iri, kind, label, names, texts FROM entity WHERE entity MATCH ? AND (? IS NULL OR kind = ?) "
            "ORDER BY rank, iri LIMIT ? OFFSET ?"
        )
        rows = self._rows(sql, (_expression(words), kind, kind, limit, offset))
        return [Hit(iri, kind, label, _snippet(words, names, texts)) for iri, kind, label, names, texts in rows]

    def iris(self, query: str, kind: str) -> list[str]:
        """The IRIs of every hit of one kind, in no order that means anything; for lists that are narrowed by words."""
        words = _words(query)
        if not words:
            return []
        sql = "SELECT iri FROM entity WHERE entity MATCH ? AND kind = ?"
        return [iri for (iri,) in self._rows(sql, (_expression(words), kind))]

    def suggest(self, query: str, limit: int = 8) -> list[Hit]:
        """The best hits by label and names alone, for somebody who is still typing."""
        words = _words(query)
        if not words:
            return []
        sql = "SELECT iri, kind, label FROM entity WHERE entity MATCH ? ORDER BY rank, iri LIMIT ?"
        rows = self._rows(sql, (_expression(words, "label names", "label_stems"), 4 * limit))
        typed = fold(query.strip())
        rows.sort(key=lambda row: not fold(row[2]).startswith(typed))  # what is being typed, first
        return [Hit(iri, kind, label, "") for iri, kind, label in rows[:limit]]

    def counts(self, query: str) -> dict[str, int]:
        """How many hits there are of each kind."""
        words = _words(query)
        if not words:
            return {}
        sql = "SELECT kind, count(*) FROM entity WHERE entity MATCH ? GROUP BY kind"
        return dict(self._rows(sql, (_expression(words),)))

    def _rows(self, sql: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self._uri, uri=True)
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()


def marked(text: str, query: str) -> str:
    """The text with U+0002 and U+0003 around each word that `query` finds in it."""
    return _mark(text, _words(query))


def _words(query: str) -> list[str]:
    """The words to look for, in lower case, at most 12 of them."""
    words = _WORD.findall(_ELIDED.sub(" ", query).lower())
    return ([word for word in words if word not in _EMPTY] or words)[:_MOST_WORDS]


def _expression(words: list[str], columns: str = "label names texts", stems: str = "label_stems stems") -> str:
    """Words quoted, so that nothing that a person types is FTS5 syntax."""
    parts = []
    for number, word in enumerate(words, 1):
        beginning = "*" if number == len(words) else ""
        roots = " OR ".join(f'"{root}"' for root in _roots(word))
        parts.append(f'({{{columns}}} : "{word}"{beginning} OR {{{stems}}} : ({roots}))')
    return " AND ".join(parts)


@lru_cache(maxsize=100_000)
def _roots(word: str) -> tuple[str, ...]:
    """The stem of a word as it is written, and without its accents, as many people type; one where they agree."""
    stem = snowballstemmer.stemmer("french").stemWord
    return tuple(dict.fromkeys((stem(word), stem(fold(word)))))


def _stems(text: str) -> str:
    found = (root for word in _WORD.findall(text.lower()) for root in _roots(word))
    return " ".join(dict.fromkeys(found))


def _found(text: str, words: list[str]) -> Iterator[re.Match[str]]:
    """Each word of the text that one of `words` finds."""
    whole = {fold(word) for word in words}
    roots = {root for word in words for root in _roots(word)}
    beginning = fold(words[-1])
    for match in _WORD.finditer(text):
        word = fold(match[0])
        if word in whole or word.startswith(beginning) or not roots.isdisjoint(_roots(match[0].lower())):
            yield match


def _mark(text: str, words: list[str]) -> str:
    parts, position = [], 0
    for match in _found(text, words) if words else ():
        parts += [text[position : match.start()], "\x02", match[0], "\x03"]
        position = match.end()
    return "".join((*parts, text[position:]))


def _snippet(words: list[str], *texts: str) -> str:
    """The line that holds the most of `words`, cut to some words around the first of them, which are marked."""
    best, most = "", 0
    for line in "\n".join(texts).splitlines():
        kinds = {fold(match[0]) for match in _found(line, words)}
        if len(kinds) > most:
            best, most = line, len(kinds)
    if not most:
        return ""
    spans = [match.span() for match in re.finditer(r"\S+", best)]
    first = next(_found(best, words)).start()
    at = next(number for number, (_, end) in enumerate(spans) if end > first)
    start = max(0, min(at - _SNIPPET_WORDS // 3, len(spans) - _SNIPPET_WORDS))
    end = min(len(spans), start + _SNIPPET_WORDS)
    cut = best[spans[start][0] : spans[end - 1][1]]
    return f"{'… ' if start else ''}{_mark(cut, words)}{' …' if end < len(spans) else ''}"
