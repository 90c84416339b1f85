"""`facets.sqlite` written: rows put in, replaced and removed, entity by entity.

item    one row for each thing of each list; `id` counts from 0 in each list and says nothing of the order
value   the values of each facet of each list
has     which items have which values
place   where the territories are that the map shows
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from atlas_ld.release.writing.rows import ItemRow, Rows

FACETS = "facets.sqlite"
Pair = tuple[str, str]

_EXAMPLES = 4
_SCHEMA = """
CREATE TABLE item (
    list TEXT, id INTEGER, owner INTEGER, iri TEXT, fr TEXT, en TEXT, folded TEXT, sort TEXT, year INTEGER,
    last_year INTEGER, cents INTEGER, partnerships INTEGER, told INTEGER, facts TEXT, PRIMARY KEY (list, id)
) WITHOUT ROWID;
CREATE TABLE value (id INTEGER PRIMARY KEY, list TEXT, facet TEXT, value TEXT, UNIQUE (list, facet, value));
CREATE TABLE has (value INTEGER, item INTEGER, PRIMARY KEY (value, item)) WITHOUT ROWID;
CREATE TABLE place (item INTEGER PRIMARY KEY, key TEXT UNIQUE, lat REAL, long REAL, fr TEXT, en TEXT);
"""
_INDEXES = (
    "CREATE INDEX item_iri ON item (iri, list)",
    "CREATE INDEX item_owner ON item (owner) WHERE owner IS NOT NULL",
    "CREATE INDEX item_told ON item (told, iri) WHERE told IS NOT NULL",
    "CREATE INDEX has_item ON has (item, value)",
)
"""What a new file needs when it is whole; to keep them while rows come costs more."""


class FacetFile:
    """The file at `path`, open for writing; a new one where there is none."""

    def __init__(self, path: Path) -> None:
        self._fresh = not path.exists()
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._execute, self._executemany = self._connection.execute, self._connection.executemany
        # Nobody reads a file that is being written, and what a crash leaves behind is removed.
        self._connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536"  # kB
        )
        if self._fresh:
            self._connection.executescript(_SCHEMA)
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._free: dict[str, Iterator[int]] = {}
        self._execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        """Keep what was written, unless it is unfinished."""
        if failure is None:
            for index in _INDEXES if self._fresh else ():
                self._execute(index)
            self._choose_examples()
            self._execute("COMMIT")
        self._connection.close()

    def _choose_examples(self) -> None:
        """Mark the partnerships that a visitor may begin with: known partners, known sums, and most that is told."""
        value = self._number("partnerships", "example", "yes")
        self._execute("DELETE FROM has WHERE value = ?", (value,))
        self._execute(
            "INSERT INTO has SELECT ?, id FROM item WHERE told IS NOT NULL ORDER BY told DESC, iri LIMIT ?",
            (value, _EXAMPLES),
        )

    def count(self, facet: str, value: str) -> int:
        """How many partnerships have a value of a facet."""
        sql = (
            "SELECT count(*) FROM value JOIN has ON has.value = value.id "
            "WHERE list = 'partnerships' AND facet = ? AND value.value = ?"
        )
        found: int = self._execute(sql, (facet, value)).fetchone()[0]
        return found

    def put(self, rows: Rows) -> set[Pair]:
        """Write what an entity gives in place of what it gave; a new file takes each entity once. Returns the pairs of
        facet and value that a partnership has gained or lost."""
        return self._replace(rows.iri, rows.items)

    def remove(self, iri: str) -> set[Pair]:
        """Remove what an entity gave, likewise."""
        return self._replace(iri, ())

    def _replace(self, iri: str, items: Sequence[ItemRow]) -> set[Pair]:
        moved: set[Pair] = set()
        before = {} if self._fresh else self._items(iri)
        owner: int | None = None
        for item in items:
            known = before.pop((item.list, item.iri), None)
            number = self._new(item.list) if known is None else known
            self._execute(
                "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (item.list, number, owner, item.iri, *item.columns),
            )
            if item.list == "territories":
                self._put_place(number, item.place)
            pairs = self._put_values(item.list, number, item.values, known is not None)
            if item.list == "partnerships":
                moved |= pairs
                owner = number  # funding lines follow their partnership
        for (name, _), number in before.items():
            pairs = self._put_values(name, number, frozenset(), True)
            moved |= pairs if name == "partnerships" else set()
            if name == "territories":
                self._put_place(number, None)
            self._execute("DELETE FROM item WHERE list = ? AND id = ?", (name, number))
        return moved

    def _put_place(self, item: int, place: tuple[object, ...] | None) -> None:
        if not self._fresh:
            self._execute("DELETE FROM place WHERE item = ?", (item,))
        if place:
            self._execute("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?)", (item, *place))

    def _items(self, iri: str) -> dict[tuple[str, str], int]:
        """List and IRI -> number of the items that an entity gave."""
        found = {
            (name, iri): number
            for name, number in self._execute("SELECT list, id FROM item WHERE iri = ? AND owner IS NULL", (iri,))
        }
        if ("partnerships", iri) in found:
            lines = self._execute("SELECT list, iri, id FROM item WHERE owner = ?", (found["partnerships", iri],))
            found |= {(name, line): number for name, line, number in lines}
        return found

    def _put_values(self, name: str, item: int, pairs: frozenset[Pair], known: bool) -> set[Pair]:
        """Write the values of an item, save those that stay; returns those that come or go. An example is not said of
        one item but of all, at the end."""
        sql = (
            "SELECT value.id, facet, value.value FROM has JOIN value ON value.id = has.value "
            "WHERE item = ? AND list = ? AND facet <> 'example'"
        )
        before = {(facet, value): number for number, facet, value in self._execute(sql, (item, name))} if known else {}
        if gone := [(number, item) for pair, number in before.items() if pair not in pairs]:
            self._executemany("DELETE FROM has WHERE value = ? AND item = ?", gone)
        new = [(self._number(name, *pair), item) for pair in sorted(pairs) if pair not in before]
        self._executemany("INSERT INTO has VALUES (?, ?)", new)
        return set(pairs.symmetric_difference(before))

    def _number(self, name: str, facet: str, value: str) -> int:
        """The number of a value, which gets one where it has none."""
        key = (name, facet, value)
        if key not in self._numbers:
            sql = "SELECT id FROM value WHERE list = ? AND facet = ? AND value = ?"
            found = self._execute(sql, key).fetchone()
            if not found:
                found = self._execute("INSERT INTO value VALUES (NULL, ?, ?, ?) RETURNING id", key).fetchone()
            self._numbers[key] = found[0]
        return self._numbers[key]

    def _new(self, name: str) -> int:
        """The lowest number of a list that is free: selections have a bit for each number, used or not."""
        if name not in self._free:
            used = {number for (number,) in self._execute("SELECT id FROM item WHERE list = ?", (name,))}
            self._free[name] = (number for number in range(2**32) if number not in used)
        return next(self._free[name])
