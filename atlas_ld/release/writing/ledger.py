"""What a release notes of how it was made, so that the next one takes over what has not changed: `pieces.sqlite`.

    made        with which software
    entity      the digest of each entity
    label       what rows of tables show for a subject that they link to
    owner       to which partnership a funding line belongs
    chunk       in their order: digest, counts, where its pieces are in which file, and what its rows need of others

It is altered in place from one release to the next, so that its bytes depend on the history, and its sum stands with
those of the store.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Connection
from urllib.parse import quote

from atlas_ld.catalogue import Statistics
from atlas_ld.release.writing.concatenation import ByteRange

NOTES = "pieces.sqlite"

_SCHEMA = """
CREATE TABLE made (with_ TEXT NOT NULL);
CREATE TABLE entity (iri TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE label (subject TEXT PRIMARY KEY, label TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE owner (line TEXT, partnership TEXT, PRIMARY KEY (line, partnership)) WITHOUT ROWID;
CREATE INDEX owner_by_partnership ON owner (partnership);
CREATE TABLE chunk (
    position INTEGER PRIMARY KEY, digest TEXT NOT NULL, counts TEXT NOT NULL, places TEXT NOT NULL, needs BLOB NOT NULL
);
"""
_MARKS = "q"
"""Marks are kept as an array of this type, of eight bytes."""
_EMPTY = "DELETE FROM made; DELETE FROM chunk;"


@dataclass(frozen=True)
class ChunkNote:
    """Of a chunk: its digest, its counts, by table how many rows it has, where its pieces are by file name, and marks
    of the subjects whose label or owner its rows need."""

    digest: str
    statistics: Statistics
    rows: Mapping[str, int]
    places: Mapping[str, ByteRange]
    needs: Collection[int]


@dataclass(frozen=True)
class Facts:
    """What entities tell for the rows of others: labels by subject; (funding line, partnership)."""

    labels: dict[str, str] = field(default_factory=dict)
    owners: set[tuple[str, str]] = field(default_factory=set)

    def add(self, other: Facts) -> None:
        self.labels.update(other.labels)
        self.owners.update(other.owners)


@contextmanager
def reading(release: Path) -> Iterator[Connection]:
    """The notes of the release in this folder."""
    with closing(sqlite3.connect(f"file:{quote(str(release / NOTES))}?mode=ro", uri=True)) as connection:
        yield connection


def made_with(release: Path) -> str | None:
    """The software that made the release in this folder; None where it notes nothing of it."""
    try:
        with reading(release) as notes:
            found = notes.execute("SELECT with_ FROM made").fetchone()
    except sqlite3.DatabaseError:
        return None
    return str(found[0]) if found else None


def digests(release: Path) -> dict[str, str]:
    """The digests of the entities of the release in this folder, sorted by IRI."""
    with reading(release) as notes:
        return dict(notes.execute("SELECT iri, digest FROM entity ORDER BY iri"))


def chunk_notes(notes: Connection) -> Iterator[ChunkNote]:
    """The notes on each chunk."""
    for digest, counts, places, needs in notes.execute("SELECT digest, counts, places, needs FROM chunk"):
        *statistics, rows = json.loads(counts)
        placed = {name: ByteRange(*place) for name, place in json.loads(places).items()}
        yield ChunkNote(digest, Statistics(*statistics), rows, placed, array(_MARKS, needs))


def labels_of(notes: Connection, subjects: Iterable[str]) -> dict[str, str]:
    """The labels of those that have one."""
    question = "SELECT subject, label FROM label WHERE subject IN (SELECT value FROM json_each(?))"
    return dict(notes.execute(question, [json.dumps(list(subjects))]))


def owners_of(notes: Connection, lines: Iterable[str]) -> dict[str, str]:
    """The partnership of each of these funding lines."""
    question = "SELECT line, min(partnership) FROM owner WHERE line IN (SELECT value FROM json_each(?)) GROUP BY line"
    return dict(notes.execute(question, [json.dumps(list(lines))]))


def begin(folder: Path, previous: Path | None, made_with: str) -> Connection:
    """The notes of a release that is being made, with what the one that it takes over from has on its entities."""
    if previous:
        shutil.copyfile(previous / NOTES, folder / NOTES)
    notes = sqlite3.connect(folder / NOTES)
    notes.execute("PRAGMA synchronous = OFF")  # the release is synced as a whole
    notes.executescript(_EMPTY if previous else _SCHEMA)
    notes.execute("INSERT INTO made VALUES (?)", [made_with])
    return notes


def forget(notes: Connection, entities: Iterable[str]) -> Facts:
    """Remove what is noted of these entities; what they told."""
    told = Facts()
    for iri in entities:
        parts = (iri, f"{iri}#", f"{iri}$")  # `$` follows `#`
        notes.execute("DELETE FROM entity WHERE iri = ?", [iri])
        told.labels.update(
            notes.execute("DELETE FROM label WHERE subject = ? OR (subject > ? AND subject < ?) RETURNING *", parts)
        )
        told.owners.update(notes.execute("DELETE FROM owner WHERE partnership = ? RETURNING *", [iri]))
    return told


def note_entities(notes: Connection, digests: Iterable[tuple[str, str]]) -> None:
    """Note entities with their digests."""
    notes.executemany("INSERT INTO entity VALUES (?, ?)", digests)


def note_facts(notes: Connection, facts: Facts) -> None:
    """Note what entities tell."""
    notes.executemany("INSERT OR REPLACE INTO label VALUES (?, ?)", facts.labels.items())
    notes.executemany("INSERT OR REPLACE INTO owner VALUES (?, ?)", facts.owners)


def note_chunks(notes: Connection, chunks: Iterable[ChunkNote]) -> None:
    """Note all chunks, in their order."""
    notes.executemany(
        "INSERT INTO chunk (digest, counts, places, needs) VALUES (?, ?, ?, ?)",
        (
            (
                chunk.digest,
                json.dumps([*vars(chunk.statistics).values(), chunk.rows]),
                json.dumps(chunk.places),
                array(_MARKS, sorted(chunk.needs)).tobytes(),
            )
            for chunk in chunks
        ),
    )
