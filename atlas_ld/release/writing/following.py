"""What a release takes over from the one before. No other module here knows of another release: without one, each
function gives what is made from nothing, and who reads how a release is written may leave this file aside.

docs/decisions/0010 says when something is taken over, 0017 and 0018 how, and 0026 what it is worth.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from filecmp import cmp
from io import FileIO
from pathlib import Path
from sqlite3 import Connection
from typing import Self

import pyoxigraph as ox

from atlas_ld.iris import Iris
from atlas_ld.rdf import Quad, Triple, node, parse_file, parse_lines, subject_of
from atlas_ld.release.kinds import has_rows, shown_in_rows
from atlas_ld.release.layout import CANONICAL, CATALOGUE, ONTOLOGY, REPORT, STORE
from atlas_ld.release.reading.dump import Dump
from atlas_ld.release.writing import ledger
from atlas_ld.release.writing.chunks import Chunk
from atlas_ld.release.writing.concatenation import ByteRange, Piece, packed_path
from atlas_ld.release.writing.entities import Entities, entity_of, mark
from atlas_ld.release.writing.facet_file import FACETS
from atlas_ld.release.writing.ledger import ChunkNote, Facts
from atlas_ld.release.writing.pieces import Rows, Texts
from atlas_ld.release.writing.search_file import SEARCH, SearchFile

_MOST = 0.2
"""Of all entities, or rows, how many may change before it costs less to make all of them again."""


@dataclass(frozen=True)
class Changes:
    """What is to be made anew. `previous` is the folder of the release that the rest is taken over from; None where
    there is none, so that everything is new. The others are IRIs of entities, sorted."""

    previous: Path | None
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def touched(self) -> set[str]:
        return {*self.added, *self.changed, *self.removed}


def changes(entities: Entities, previous: Path | None, made_with: str) -> Changes:
    """What differs between `entities` and the release in the folder `previous`.

    `made_with` stands for the software, its shapes, ontology and libraries: a release that was made with others is
    not taken over from, and neither is one without notes of that.
    """
    now = entities.digests
    if previous is None or ledger.made_with(previous) != made_with:
        return Changes(None, tuple(now), (), ())
    before = ledger.digests(previous)
    return Changes(
        previous,
        added=tuple(iri for iri in now if iri not in before),
        changed=tuple(iri for iri, digest_ in now.items() if before.get(iri, digest_) != digest_),
        removed=tuple(iri for iri in before if iri not in now),
    )


class Pieces:
    """The pieces of chunks for the files in the folder `name` of a release: made, or read where the previous release
    has them. `book` are the notes of the release that is being made, on which those of the previous one stand."""

    def __init__(self, name: str, changes: Changes, book: Connection) -> None:
        self._folder = changes.previous and changes.previous / name
        self._touched = {*changes.added, *changes.changed}
        self._gone = ledger.forget(book, (*changes.changed, *changes.removed))
        self._come = Facts()
        self._notes: dict[str, ChunkNote] = {}
        self._files: dict[Path, FileIO] = {}
        if changes.previous:
            with ledger.reading(changes.previous) as before:
                self._notes = {note.digest: note for note in ledger.chunk_notes(before)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def texts(self, chunks: Sequence[Chunk], make: Callable[[list[Chunk]], Iterator[Texts]]) -> Iterator[Texts]:
        """The texts of each chunk. Of those that are taken over there are no facts: they are noted already."""
        made = make([chunk for chunk in chunks if chunk.digest not in self._notes])
        for chunk in chunks:
            note = self._notes.get(chunk.digest)
            if note is None:
                texts = next(made)
                if self._folder:
                    self._come.add(texts.facts)
                yield texts
            else:
                dumps = {name: place for name, place in note.places.items() if not name.endswith(".csv")}
                yield Texts(self._read(dumps), note.statistics, Facts())

    def rows(self, chunks: Sequence[Chunk], make: Callable[[list[Chunk]], Iterator[Rows]]) -> Iterator[Rows]:
        """The rows of each chunk, after the texts of all. Rows show labels and owners that other chunks tell."""
        stale = self._stale()
        notes = [self._notes.get(chunk.digest) for chunk in chunks]
        kept = [note if note and stale.isdisjoint(note.needs) else None for note in notes]
        made = make([chunk for chunk, note in zip(chunks, kept, strict=True) if note is None])
        for note in kept:
            if note is None:
                yield next(made)
            else:
                tables = {name: place for name, place in note.places.items() if name.endswith(".csv")}
                yield Rows(self._read(tables), dict(note.rows), frozenset(note.needs))

    def _stale(self) -> set[int]:
        """Marks of the subjects whose label or owner is not what it was. Chunks that are made again tell of entities
        that have not changed, too: only `touched` ones count."""
        labels = {subject: label for subject, label in self._come.labels.items() if entity_of(subject) in self._touched}
        owners = {(line, partnership) for line, partnership in self._come.owners if partnership in self._touched}
        changed = {subject for subject, _ in self._gone.labels.items() ^ labels.items()}
        return {mark(subject) for subject in changed | {line for line, _ in self._gone.owners ^ owners}}

    def _read(self, places: dict[str, ByteRange]) -> dict[str, Piece]:
        return {name: self._piece(name, place) for name, place in places.items()}

    def _piece(self, name: str, place: ByteRange) -> Piece:
        assert self._folder
        path = self._folder / name
        plain = self._bytes(path, place.at, place.length)
        return Piece(plain, self._bytes(packed_path(path), place.packed_at, place.packed_length))

    def _bytes(self, path: Path, at: int, length: int) -> bytes:
        if path not in self._files:
            self._files[path] = path.open("rb", buffering=0)
        return os.pread(self._files[path].fileno(), length, at)


def take_workbook(changes: Changes, table: Path) -> bool:
    """Whether the rows of the table in this CSV file are those of the previous release, whose workbook is taken over
    then."""
    before = changes.previous and changes.previous / table.parent.name / table.name
    if before is None or not cmp(before, table, shallow=False):
        return False
    shutil.copyfile(before.with_suffix(".xlsx"), table.with_suffix(".xlsx"))
    return True


def begin_indexes(folder: Path, changes: Changes, base_iri: str) -> None:
    """Take over the search and the lists where that may do. It needs no Python to speak of.

    Each row says on which entities of the kinds that rows show it depends. What else they show (codes, goals) is shared
    by so many that all rows are made again when it changes; sources show in none.
    """
    kinds = map(Iris(base_iri).kind, changes.touched)
    if changes.previous and all(shown_in_rows(kind) or kind == "source" for kind in kinds):
        for name in (SEARCH, FACETS):
            shutil.copyfile(changes.previous / name, folder / name)


def entities_to_index(folder: Path, entities: Entities, changes: Changes, iris: Iris) -> set[str]:
    """The entities whose rows are to be made in the search and the lists: those that concern what has changed, also
    such as are gone, where the files were taken over; else all, also where so much is to be made again that they are
    given up."""
    if (folder / SEARCH).exists():
        touched = changes.touched
        with SearchFile(folder / SEARCH) as search:
            concerned = {iri for iri in touched | search.depending(touched) if has_rows(iris.kind(iri))}
            few = len(concerned) + search.changed < _MOST * search.size()
        if few:
            return concerned
        for name in (SEARCH, FACETS):
            (folder / name).unlink()
    return {iri for iri in entities.digests if has_rows(iris.kind(iri))}


def follow_store(folder: Path, entities: Entities, changes: Changes, base_iri: str) -> ox.Store | None:
    """The store of the previous release, which is only read, with the quads of what has changed, in the release in
    `folder`; None where there is none or too much has changed.

    The files that both have are hard links. RocksDB writes each table file once and removes it by its name, so that
    neither store can alter the other.
    """
    previous = changes.previous
    if previous is None or len(changes.touched) >= _MOST * len(entities.digests):
        return None
    ox.Store.read_only(str(previous / STORE)).backup(str(folder / STORE))
    store = ox.Store(str(folder / STORE))
    said = Dump(previous / CANONICAL)
    gone = parse_lines(b"".join(said.entity(iri) for iri in (*changes.changed, *changes.removed)))
    gone += [*parse_file(previous / CATALOGUE, base_iri), *parse_file(previous / ONTOLOGY, base_iri)]
    for triple in gone:
        store.remove(_quad(triple))
    # What is gone of one entity may be said by another graph too, and what stays is put in again without harm.
    come = {entity_of(subject_of(triple)) for triple in gone}.union(changes.added) & entities.digests.keys()
    store.extend(map(_quad, parse_lines(b"".join(entities.lines(sorted(come))))))
    store.extend(map(_quad, parse_file(folder / ONTOLOGY, base_iri)))
    _follow_report(store, previous / REPORT, folder / REPORT, base_iri)
    return store


def _follow_report(store: ox.Store, before: Path, after: Path, base_iri: str) -> None:
    """Only the results that come or go are parsed: a subject's statements stand between empty lines, and the prefixes
    before the first."""
    graph = node(Iris(base_iri).quality_graph)
    old, new = (path.read_bytes().rstrip(b"\n").split(b"\n\n") for path in (before, after))
    for (prefixes, *blocks), others, act in ((old, set(new), store.remove), (new, set(old), store.add)):
        differing = b"\n\n".join((prefixes, *(block for block in blocks if block not in others)))
        for quad in ox.parse(differing, format=ox.RdfFormat.TURTLE, base_iri=base_iri):
            act(Quad(quad.subject, quad.predicate, quad.object, graph))


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object)
