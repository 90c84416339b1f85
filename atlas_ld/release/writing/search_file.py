"""`search.sqlite` written: rows put in, replaced and removed, entity by entity.

entity   the full-text index, one row for each thing that people look for (`search.py` reads it)
row      each entity that has a row there or in facets.sqlite
uses     what the rows of an entity depend on: marks of other entities
member   who takes part in which partnership
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Self

from atlas_ld.release.kinds import SEARCHED
from atlas_ld.release.writing.entities import mark
from atlas_ld.release.writing.entries import Entry
from atlas_ld.release.writing.rows import Member, Rows

SEARCH = "search.sqlite"
SPAN = 2**32
"""Rows of the kind number k have the ids from k times this on. So the kind of a hit is known without reading its row,
and the texts in it: a word that thousands of entities hold is answered ten times faster."""

_SCHEMA = """
CREATE VIRTUAL TABLE entity USING fts5(
    iri UNINDEXED, kind UNINDEXED, label, names, texts, label_stems, stems,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TABLE row (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE);
CREATE TABLE uses (entity INTEGER, row INTEGER, PRIMARY KEY (entity, row)) WITHOUT ROWID;
CREATE TABLE member (partnership INTEGER, organisation TEXT, role TEXT, name TEXT);
CREATE INDEX member_organisation ON member (organisation);
"""
_INDEXES = ("CREATE INDEX uses_row ON uses (row)", "CREATE INDEX member_partnership ON member (partnership)")
"""What a new file needs when it is whole; to keep them while rows come costs more."""
_RANK = "bm25(0, 0, 10, 5, 1, 6, 0.5)"
"""How much a word weighs in each column: most in the label, little among the stems of long texts."""
_MEMORY = 2**26
"""Bytes of words that are gathered before they are written: fewer parts to merge at the end."""


class SearchFile:
    """The file at `path`, open for writing; a new one where there is none.

    `changed` counts the rows that were written or removed since the file was made whole.
    """

    def __init__(self, path: Path) -> None:
        self.fresh = not path.exists()
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._execute, self._executemany = self._connection.execute, self._connection.executemany
        # Nobody reads a file that is being written, and what a crash leaves behind is removed.
        self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        if self.fresh:
            self._connection.executescript(_SCHEMA)
            self._execute("INSERT INTO entity(entity, rank) VALUES ('rank', ?)", (_RANK,))
            self._execute("INSERT INTO entity(entity, rank) VALUES ('hashsize', ?)", (_MEMORY,))
        self._free: dict[str, Iterator[int]] = {}
        self.changed: int = self._execute("PRAGMA user_version").fetchone()[0]
        self._execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        """Keep what was written, unless it is unfinished."""
        if failure is None:
            if self.fresh:
                self._execute("INSERT INTO entity(entity) VALUES ('optimize')")
                for index in _INDEXES:
                    self._execute(index)
            self._execute(f"PRAGMA user_version = {0 if self.fresh else self.changed}")
            self._execute("COMMIT")
        self._connection.close()

    def size(self) -> int:
        """How many entities have rows."""
        found: int = self._execute("SELECT count(*) FROM row").fetchone()[0]
        return found

    def depending(self, iris: Iterable[str]) -> set[str]:
        """The entities whose rows depend on one of these."""
        sql = "SELECT row.iri FROM uses JOIN row ON row.id = uses.row WHERE entity = ?"
        return {found for iri in iris for (found,) in self._execute(sql, (mark(iri),))}

    def mentions(self, organisation: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The roles that partnerships give an organisation, and the names that they write, in order."""
        found = self._execute("SELECT role, name FROM member WHERE organisation = ?", (organisation,)).fetchall()
        roles, names = {role for role, _ in found if role}, {name for _, name in found if name}
        return tuple(sorted(roles)), tuple(sorted(names))

    def put(self, rows: Rows) -> set[str]:
        """Write what an entity gives in place of what it gave; a new file takes each entity once. Returns the
        organisations that come or go by it."""
        self.changed += 1
        row = None if self.fresh else self._row(rows.iri)
        if row is None:
            row = self._new_row(rows)
            self._insert(row, rows.entry)
            self._executemany("INSERT INTO uses VALUES (?, ?)", [(entity, row) for entity in sorted(rows.uses)])
            self._insert_members(row, rows.members)
            return {member.organisation for member in rows.members}
        if self._entry(row) != rows.entry:
            self._execute("DELETE FROM entity WHERE rowid = ?", (row,))
            self._insert(row, rows.entry)
        used = {entity for (entity,) in self._execute("SELECT entity FROM uses WHERE row = ?", (row,))}
        gone = [(entity, row) for entity in used - rows.uses]
        self._executemany("DELETE FROM uses WHERE entity = ? AND row = ?", gone)
        self._executemany("INSERT INTO uses VALUES (?, ?)", [(entity, row) for entity in sorted(rows.uses - used)])
        return self._put_members(row, rows.members)

    def remove(self, iri: str) -> set[str]:
        """Remove what an entity gave. Returns the organisations that took part in it."""
        row = self._row(iri)
        if row is None:
            return set()
        self.changed += 1
        left = self._put_members(row, ())
        self._execute("DELETE FROM entity WHERE rowid = ?", (row,))
        self._execute("DELETE FROM uses WHERE row = ?", (row,))
        self._execute("DELETE FROM row WHERE id = ?", (row,))
        return left

    def _row(self, iri: str) -> int | None:
        found = self._execute("SELECT id FROM row WHERE iri = ?", (iri,)).fetchone()
        return found[0] if found else None

    def _new_row(self, rows: Rows) -> int:
        first = (SEARCHED.index(rows.kind) if rows.kind in SEARCHED else len(SEARCHED)) * SPAN
        if rows.kind not in self._free:
            sql = "SELECT max(id) FROM row WHERE id BETWEEN ? AND ?"
            last: int | None = self._execute(sql, (first, first + SPAN - 1)).fetchone()[0]
            self._free[rows.kind] = count(first if last is None else last + 1)
        row = next(self._free[rows.kind])
        self._execute("INSERT INTO row VALUES (?, ?)", (row, rows.iri))
        return row

    def _entry(self, row: int) -> Entry | None:
        sql = "SELECT iri, kind, label, names, texts, label_stems, stems FROM entity WHERE rowid = ?"
        found = self._execute(sql, (row,)).fetchone()
        return Entry(*found) if found else None

    def _insert(self, row: int, entry: Entry | None) -> None:
        if entry:
            self._execute(
                "INSERT INTO entity(rowid, iri, kind, label, names, texts, label_stems, stems) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (row, entry.iri, entry.kind, entry.label, entry.names, entry.texts, entry.label_stems, entry.stems),
            )

    def _put_members(self, row: int, members: Sequence[Member]) -> set[str]:
        sql = "SELECT organisation, role, name FROM member WHERE partnership = ?"
        moved = {Member(*found) for found in self._execute(sql, (row,))}.symmetric_difference(members)
        if moved:
            self._execute("DELETE FROM member WHERE partnership = ?", (row,))
            self._insert_members(row, members)
        return {member.organisation for member in moved}

    def _insert_members(self, row: int, members: Sequence[Member]) -> None:
        rows = [(row, member.organisation, member.role, member.name) for member in dict.fromkeys(members)]
        self._executemany("INSERT INTO member VALUES (?, ?, ?, ?)", rows)
