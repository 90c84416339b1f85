"""What the steps gave before: one SQLite file beside the releases, safe to delete at any moment.

A step asks `Cache.each` for the rows of its inputs, and is called for those alone that are not kept. What rows stand
for (records in JSON, N-Triples) are contents, by their SHA-256, which are read only where a change needs them.

The file belongs to one state of the software, shapes, ontology and reference data and to one base IRI; any other finds
an empty cache. It holds what the last build used and nothing else, so that it is bounded by the size of the data.
docs/decisions/0019 says what is looked at when.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import zstandard

import atlas_ld
from atlas_ld.resources import root

R = TypeVar("R", bound=tuple[Any, ...])

_LIBRARIES = (
    "phonenumbers", "pydantic", "pyoxigraph", "pyshacl", "pystemmer", "rapidfuzz", "rdflib", "xlsxwriter"
)  # fmt: skip
"""Libraries whose version may change what is computed."""
_TABLES = """
CREATE TABLE made_with (stamp BLOB NOT NULL);

-- `iri` and what follows are of the text of an entity (see `entities`), and NULL for a record.
CREATE TABLE content (
    digest BLOB PRIMARY KEY, packed BLOB NOT NULL, iri TEXT, size INTEGER, capitals INTEGER,
    published INTEGER NOT NULL DEFAULT 0
);
-- Every build looks at these columns of all texts, and at nothing that is compressed.
CREATE INDEX content_looked_at ON content (iri, digest, size, capitals, published);
"""


class Content(NamedTuple):
    """Something that rows stand for: the SHA-256 of its bytes, those bytes packed, and for the text of an entity its
    IRI, its number of triples, and whether its label is in capitals."""

    digest: bytes
    packed: bytes
    iri: str | None = None
    size: int | None = None
    capitals: bool | None = None


Made = tuple[list[R], Sequence[Content]]
"""What a step makes of one input: its rows, and the contents that no earlier input of the same call gave."""


class Cache:
    """An open cache (`opened`)."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self.path = path
        self.execute, self.executemany = connection.execute, connection.executemany

    def each(
        self, step: str, row: type[R], inputs: Iterable[str], make: Callable[[list[str]], Iterable[Made[R]]]
    ) -> dict[str, list[R]]:
        """The rows of each of `inputs`, which are all that the step has: what is kept of others is dropped.

        `make` is given those of which nothing is kept, and makes at least one row of each, in their order. `row` is a
        named tuple of plain values, the columns of the table `step`.
        """
        columns = f"input TEXT, number INTEGER, {', '.join(row._fields)}"  # type: ignore[attr-defined]  # named tuple
        self.execute(f"CREATE TABLE IF NOT EXISTS {step} ({columns}, PRIMARY KEY (input, number)) WITHOUT ROWID")
        kept: dict[str, list[R]] = {}
        for input_, _, *values in self.execute(f"SELECT * FROM {step} ORDER BY input, number"):  # noqa: S608 - ours
            kept.setdefault(input_, []).append(row(*values))
        rows = {input_: kept.get(input_, []) for input_ in inputs}
        missing = [input_ for input_, known in rows.items() if not known]
        marks = ", ".join("?" * (2 + len(row._fields)))  # type: ignore[attr-defined]
        for input_, (made, contents) in zip(missing, make(missing) if missing else (), strict=True):
            rows[input_] = made
            values = ((input_, number, *one) for number, one in enumerate(made))
            self.executemany(f"INSERT INTO {step} VALUES ({marks})", values)  # noqa: S608
            self.put(contents)
        gone = ((input_,) for input_ in kept.keys() - rows.keys())
        self.executemany(f"DELETE FROM {step} WHERE input = ?", gone)  # noqa: S608
        return rows

    def put(self, contents: Iterable[Content]) -> None:
        """Keep these contents."""
        self.executemany(
            "INSERT OR IGNORE INTO content (digest, packed, iri, size, capitals) VALUES (?, ?, ?, ?, ?)", contents
        )

    def packed(self, digest: bytes) -> bytes:
        """The content with this digest, packed."""
        packed: bytes = self.execute("SELECT packed FROM content WHERE digest = ?", (digest,)).fetchone()[0]
        return packed

    def content(self, digest: bytes) -> bytes:
        """The bytes with this digest."""
        return unpack(self.packed(digest))

    def drop(self, digests: Iterable[bytes]) -> None:
        """Keep these contents no longer."""
        self.executemany("DELETE FROM content WHERE digest = ?", ((digest,) for digest in digests))


@contextmanager
def opened(path: Path | None, base_iri: str) -> Iterator[Cache]:
    """The cache in the file `path`, made anew where there is none or it is not what was left there; None: nothing is
    kept. What is put is kept only where the block ends well."""
    stamp = hashlib.sha256(software() + base_iri.encode()).digest()
    if path and not (_sound(path) and _made_with(path) == stamp):
        remove(path)
    new = path is None or not path.exists()
    try:
        with closing(sqlite3.connect(path or ":memory:")) as connection:
            # A cache may be lost, and `_sound` notices a damaged one.
            connection.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY")
            if new:
                connection.executescript(_TABLES)
                connection.execute("INSERT INTO made_with VALUES (?)", (stamp,))
            with connection:
                yield Cache(connection, path)
        if path:
            _sum_file(path).write_text(_sum(path), encoding="ascii")
    except BaseException:
        if path and new:
            remove(path)  # nothing is in it, and the disk may be full
        raise


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
