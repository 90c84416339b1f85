"""Saved queries: a long query under a short address that is made of its content.

They are one SQLite file beside the releases, shared by every process of the site, and outlive releases. The file is
bounded: where there is no room left, the queries that were not asked for the longest go. Nobody can list them, and an
address tells nothing of its query; but whoever has the address can read it.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

FILE = "saved-queries.sqlite"

_KEY_DIGITS = 24
"""Hexadecimal digits of a key: 96 bits of the SHA-256, since whoever likes may save a query."""

_PAGE = 4096
"""Bytes of a page of the file. A query counts as whole pages, which is the most that it takes."""

_OFTEN = 2
"""A query that was asked for on so many days after the one on which it was saved stays before the others."""
_SHARE = 8
"""One network may have one such part of the room for queries that are not asked for on several days."""

_DAY = 86_400
_PATIENCE = 5.0

_CREATE = """
    CREATE TABLE IF NOT EXISTS saved (
        key TEXT PRIMARY KEY, query TEXT NOT NULL, kind TEXT NOT NULL, bytes INTEGER NOT NULL, used INTEGER NOT NULL,
        network TEXT NOT NULL DEFAULT '', days INTEGER NOT NULL DEFAULT 0
    )
"""
_COLUMNS = {"network": "TEXT NOT NULL DEFAULT ''", "days": "INTEGER NOT NULL DEFAULT 0"}
"""Those that files of earlier versions lack."""
_SAVE = """
    INSERT INTO saved (key, query, kind, bytes, used, network) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET used = excluded.used
"""
# Two sums run from the newest use to the oldest, the query just saved first: of all queries, those that were used on
# several days before the others, and of those that one network saved and nobody used on several days. What lies past a
# limit goes.
_EVICT = f"""
    DELETE FROM saved WHERE key IN (
        SELECT key FROM (
            SELECT key, days,
                SUM(bytes) OVER (ORDER BY key = :key DESC, days >= {_OFTEN} DESC, used DESC, key) AS up_to,
                SUM(bytes) OVER (
                    PARTITION BY network, days >= {_OFTEN} ORDER BY key = :key DESC, used DESC, key
                ) AS of_network
            FROM saved
        )
        WHERE up_to > :most OR (days < {_OFTEN} AND network <> '' AND of_network > :share)
    )
"""  # noqa: S608  # a number of our own


@dataclass(frozen=True)
class Saved:
    """A saved query and the kind of its answer: `bindings`, `boolean` or `graph`."""

    key: str
    query: str
    kind: str


def key_of(query: str) -> str:
    """The key of a query: the beginning of the SHA-256 of its UTF-8."""
    return hashlib.sha256(query.encode()).hexdigest()[:_KEY_DIGITS]


def normal(query: str) -> str:
    """The query as it is saved: forms send lines that end with CR LF, and blank ends mean nothing."""
    return query.replace("\r\n", "\n").strip() + "\n"


class SavedQueries:
    """The saved queries beside the releases in `folder`, `most_bytes` of them at most. For use by many processes.

    Each call raises sqlite3.Error where the file cannot be read or written.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._path, self._most = folder / FILE, most_bytes

    def fits(self, query: str) -> bool:
        """Whether there is room for a query of this size at all."""
        return _size(query) <= self._most

    def save(self, query: str, kind: str, network: str = "") -> str:
        """The key of a query that is now saved by somebody of a network (`access_log.network`), in the place of others
        if need be: of the same network first. Raises ValueError if none fits."""
        if not self.fits(query):
            raise ValueError("the query is larger than all the room for saved ones")
        key = key_of(query)
        with self._transaction() as database:
            # To be told apart, not to be read; of those without a name, nobody knows how many they are.
            name = hashlib.sha256(network.encode()).hexdigest()[:_KEY_DIGITS] if network else ""
            database.execute(_SAVE, (key, query, kind, _size(query), int(time.time()), name))
            share = max(self._most // _SHARE, _size(query))
            database.execute(_EVICT, {"key": key, "most": self._most, "share": share})
        return key

    def read(self, key: str) -> Saved | None:
        """A saved query, which counts as used today."""
        if not self._path.exists():
            return None
        with self._transaction() as database:
            row = database.execute("SELECT query, kind, used FROM saved WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            now = int(time.time())
            if row[2] < now - _DAY:
                database.execute("UPDATE saved SET used = ?, days = days + 1 WHERE key = ?", (now, key))
        return Saved(key, row[0], row[1])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)) as database:
            database.execute(f"PRAGMA page_size = {_PAGE}")  # both take effect where the file is new
            database.execute("PRAGMA auto_vacuum = FULL")
            database.execute("BEGIN IMMEDIATE")
            database.execute(_CREATE)
            known = {row[1] for row in database.execute("PRAGMA table_info(saved)")}
            for name in _COLUMNS.keys() - known:
                database.execute(f"ALTER TABLE saved ADD COLUMN {name} {_COLUMNS[name]}")
            yield database
            database.execute("COMMIT")  # without it, closing rolls back


def _size(query: str) -> int:
    return (1 + len(query.encode()) // _PAGE) * _PAGE
