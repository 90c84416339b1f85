"""What was computed before, by the hash of everything that it came from: sources, software, shapes, reference data.

One SQLite file beside the releases. It is safe to delete at any moment, and what cannot be read back is computed
again. It holds what the last build used and nothing else, so that it is bounded by the size of the data.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path

import atlas_ld
from atlas_ld.resources import root

_LIBRARIES = ("phonenumbers", "pydantic", "pyoxigraph", "pyshacl", "rapidfuzz", "rdflib")
"""Libraries whose version may change what is computed."""
_SCHEMA = "CREATE TABLE IF NOT EXISTS entry (key BLOB PRIMARY KEY, used INTEGER NOT NULL, value BLOB NOT NULL)"
_AT_ONCE = 500


class Cache:
    """Values by key, for one build at a time. `path` None: nothing is kept."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        newest = connection.execute("SELECT coalesce(max(used), 0) FROM entry").fetchone()[0]
        self._now = int(newest) + 1

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The values that are there, of these keys."""
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            rows = self._connection.execute(f"SELECT key, value FROM entry WHERE key IN ({marks})", some)  # noqa: S608
            for key, value in rows:
                try:
                    found[key] = zlib.decompress(value)
                except zlib.error:  # damaged on the disk: its checksum does not fit
                    continue
        self._connection.executemany("UPDATE entry SET used = ? WHERE key = ?", ((self._now, key) for key in found))
        return found

    def put(self, entries: Iterable[tuple[bytes, bytes]]) -> None:
        rows = ((key, self._now, zlib.compress(value, 1)) for key, value in entries)
        self._connection.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", rows)

    def forget(self) -> None:
        """Drop what was neither asked for nor put since the cache was opened."""
        self._connection.execute("DELETE FROM entry WHERE used < ?", (self._now,))


@contextmanager
def opened(path: Path) -> Iterator[Cache]:
    """The cache in the file `path`, made anew where there is none or it is damaged. What was put is kept only where
    the block ends well."""
    connection = _connected(path)
    try:
        with connection:
            yield Cache(connection)
    finally:
        connection.close()


def _connected(path: Path) -> sqlite3.Connection:
    for attempt in range(2):
        connection = sqlite3.connect(path)
        try:
            connection.execute("PRAGMA synchronous = OFF")  # a cache may be lost, and SQLite notices a damaged one
            connection.execute(_SCHEMA)
            connection.execute("SELECT max(used) FROM entry").fetchone()
        except sqlite3.DatabaseError:
            connection.close()
            if attempt:
                raise
            path.unlink()
        else:
            return connection
    raise AssertionError("unreachable")


@cache
def software() -> bytes:
    """The hash of this software and of the data that it carries: any change makes every kept value useless."""
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in _LIBRARIES).encode())
    package = Path(atlas_ld.__file__).parent
    files = [*package.rglob("*.py")]
    files += [file for name in ("shapes", "ontology", "data/reference") for file in (root() / name).rglob("*")]
    for file in sorted(file for file in files if file.is_file()):
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.digest()


def key(*parts: bytes | str) -> bytes:
    """The key of what is computed from these parts by this software."""
    digest = hashlib.sha256(software())
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()
