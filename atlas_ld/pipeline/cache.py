"""What was computed before: one SQLite file beside the releases, safe to delete at any moment.

It belongs to one state of the software, shapes, ontology and reference data and to one base IRI; any other finds an
empty cache. It holds what the last build used and nothing else, so that it is bounded by the size of the data.

Columns that every build looks at are thin; what only a change needs (records, N-Triples) is compressed in tables of
its own. docs/decisions/0019 says what is looked at when.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

import zstandard

import atlas_ld
from atlas_ld.records import PartnershipRecord
from atlas_ld.resources import root

_LIBRARIES = (
    "phonenumbers", "pydantic", "pyoxigraph", "pyshacl", "rapidfuzz", "rdflib", "snowballstemmer", "xlsxwriter"
)  # fmt: skip
"""Libraries whose version may change what is computed."""
_TABLES = """
CREATE TABLE made_with (stamp BLOB NOT NULL);

-- What a file gave, one row for each record or for what could not be read; and what several records merged give.
-- `record` is the SHA-256 of the record in JSON, `key` to `end_year` what merging, keys and ageing look at.
CREATE TABLE reading (
    source TEXT, number INTEGER, record TEXT, key TEXT, identity TEXT, who TEXT, ends TEXT, end_year INTEGER,
    findings TEXT, PRIMARY KEY (source, number)
) WITHOUT ROWID;
CREATE TABLE record (digest TEXT PRIMARY KEY, json BLOB NOT NULL);

-- What the check of a record gave. `own` and `shared` are numbers of texts.
CREATE TABLE checked (
    key TEXT PRIMARY KEY, record TEXT NOT NULL, elapsed INTEGER, quarantined INTEGER NOT NULL,
    lines INTEGER NOT NULL, own BLOB NOT NULL, shared BLOB NOT NULL, findings TEXT, results TEXT, told TEXT, about TEXT
);

-- What is said of an entity, by anyone: each text once, its N-Triples apart. `users` counts the records that have it,
-- `own` and `shared` those of them that are published. The code lists count as one that is published.
CREATE TABLE text (
    id INTEGER PRIMARY KEY, digest BLOB UNIQUE NOT NULL, iri TEXT NOT NULL, size INTEGER NOT NULL,
    capitals INTEGER NOT NULL, users INTEGER NOT NULL DEFAULT 0, own INTEGER NOT NULL DEFAULT 0,
    shared INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX text_iri ON text (iri);
CREATE TABLE lines (id INTEGER PRIMARY KEY, lines BLOB NOT NULL);

-- The digest of the decisions with which records were checked, and which of them each record used.
CREATE TABLE decided (digest TEXT NOT NULL);
CREATE TABLE ruled (key TEXT, source TEXT, line INTEGER);

-- The SPARQL constraints of the shapes, compiled, with prefixes and properties as JSON.
CREATE TABLE query (text TEXT, prefixes TEXT, properties TEXT);

-- The text of each entity that the last build published, and its digest.
CREATE TABLE entity (iri TEXT PRIMARY KEY, text INTEGER NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID;
"""


@contextmanager
def opened(path: Path | None, base_iri: str) -> Iterator[sqlite3.Connection]:
    """The cache in the file `path`, made anew where there is none or it is not what was left there; None: nothing is
    kept. What is put is kept only where the block ends well."""
    stamp = hashlib.sha256(software() + base_iri.encode()).digest()
    if path and not (_sound(path) and _made_with(path) == stamp):
        remove(path)
    new = path is None or not path.exists()
    with closing(sqlite3.connect(path or ":memory:")) as connection:
        # A cache may be lost, and `_sound` notices a damaged one.
        connection.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY")
        if new:
            connection.executescript(_TABLES)
            connection.execute("INSERT INTO made_with VALUES (?)", (stamp,))
        with connection:
            yield connection
    if path:
        _sum_file(path).write_text(_sum(path), encoding="ascii")


def remove(path: Path) -> None:
    """Remove the cache in the file `path`, if there is one."""
    for file in (path, path.with_name(f"{path.name}-journal"), _sum_file(path)):
        file.unlink(missing_ok=True)


def _made_with(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as connection:
        stamp: bytes = connection.execute("SELECT stamp FROM made_with").fetchone()[0]
        return stamp


def _sound(path: Path) -> bool:
    """Whether the file is, to the byte, what the last build left: SQLite would not notice a changed value."""
    noted = _sum_file(path)
    return path.exists() and noted.exists() and noted.read_text(encoding="ascii", errors="replace") == _sum(path)


def _sum_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.crc32")


def _sum(path: Path) -> str:
    """Against damage, not against malice: CRC-32 takes a tenth of the time of a SHA-256."""
    total = 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            total = zlib.crc32(block, total)
    return f"{total:08x}"


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


def pack(content: bytes) -> bytes:
    return _compressor().compress(content)


def unpack(packed: bytes) -> bytes:
    return _OWN.decompressor.decompress(packed)


class _Own(threading.local):
    """What each thread has of its own: zstandard's objects do one thing at a time."""

    def __init__(self) -> None:
        self.decompressor = zstandard.ZstdDecompressor()


_OWN = _Own()


@lru_cache(maxsize=1)
def _compressor() -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(level=1)


def packed_record(connection: sqlite3.Connection, digest: str) -> bytes:
    """The record with this digest as JSON, packed."""
    packed: bytes = connection.execute("SELECT json FROM record WHERE digest = ?", (digest,)).fetchone()[0]
    return packed


def record_of(connection: sqlite3.Connection, digest: str) -> PartnershipRecord:
    """The record with this digest."""
    return PartnershipRecord.model_validate_json(unpack(packed_record(connection, digest)))


def forget(connection: sqlite3.Connection, table: str, column: str, used: set[str]) -> None:
    """Drop the rows of a table of ours whose `column` holds none of the values `used`."""
    unused = {row[0] for row in connection.execute(f"SELECT {column} FROM {table}")} - used  # noqa: S608
    connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", ((value,) for value in unused))  # noqa: S608
