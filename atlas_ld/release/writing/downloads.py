"""Dumps and tables: files that are joined from the pieces of the chunks, new ones and those of the release before; and
the tables as workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from filecmp import cmp
from functools import partial
from pathlib import Path
from shutil import copyfile

from atlas_ld.catalogue import Statistics, total
from atlas_ld.model import load_model
from atlas_ld.processes import Workers
from atlas_ld.release import tables
from atlas_ld.release.kinds import LISTS
from atlas_ld.release.workbook import Sheet, write_workbook
from atlas_ld.release.writing import ledger
from atlas_ld.release.writing.chunks import Chunk, cut
from atlas_ld.release.writing.concatenation import Joined, packed_path
from atlas_ld.release.writing.dumps import ALIASES, dump_name, dumps
from atlas_ld.release.writing.entities import Changes, Entities, entity_of, mark
from atlas_ld.release.writing.ledger import ChunkNote, Facts
from atlas_ld.release.writing.pieces import Rows, Texts, make_rows, make_texts

DOWNLOADS = "download"

_LARGE = 2**20
"""Bytes of tables whose workbooks are worth a process."""
_PART, _ALONE = 8, 16
"""Chunks that a process is given at once, and those up to which it pays to start none."""


@dataclass(frozen=True)
class _Before:
    """What may be taken over: the folder of the files, the notes on each chunk by its digest."""

    folder: Path | None = None
    chunks: Mapping[str, ChunkNote] = field(default_factory=dict)


def write_downloads(
    folder: Path, entities: Entities, changes: Changes, base_iri: str, made_with: str, workers: Workers
) -> Statistics:
    """Write download/ in the release that is being made in `folder`, and its notes; the counts of the graph."""
    (folder / DOWNLOADS).mkdir()
    chunks = list(cut(entities.digests))
    before = _before(changes.previous)
    with closing(ledger.begin(folder, changes.previous, made_with)) as book:
        gone = ledger.forget(book, (*changes.changed, *changes.removed))
        ledger.note_entities(book, ((iri, entities.digests[iri]) for iri in (*changes.changed, *changes.added)))
        missing = [chunk for chunk in chunks if chunk.digest not in before.chunks]
        work = partial(make_texts, entities=entities, base_iri=base_iri)
        texts = workers.spread(work, missing, part=_PART, alone=_ALONE)
        told = Facts()
        noted = []
        for note, facts in _write_dumps(folder / DOWNLOADS, chunks, before, texts, base_iri):
            noted.append(note)
            if facts:
                ledger.note_facts(book, facts)
                if before.folder:
                    told.add(facts)
        book.commit()  # for the processes that make the rows
        stale = _stale(gone, told, {*changes.added, *changes.changed})
        wanted = [chunk for chunk, note in zip(chunks, noted, strict=True) if _has_new_rows(note, before, stale)]
        rows = workers.spread(
            partial(make_rows, entities=entities, base_iri=base_iri, folder=folder), wanted, part=_PART, alone=_ALONE
        )
        remade = {chunk.digest for chunk in wanted}
        noted = list(_write_tables(folder / DOWNLOADS, noted, before, remade, rows, base_iri))
        ledger.note_chunks(book, noted)
        book.commit()
    return total(note.statistics for note in noted)


def _before(previous: Path | None) -> _Before:
    if previous is None:
        return _Before()
    with ledger.reading(previous) as book:
        chunks = {note.digest: note for note in ledger.chunk_notes(book)}
        return _Before(previous / DOWNLOADS, chunks)


def _write_dumps(
    folder: Path, chunks: list[Chunk], before: _Before, texts: Iterator[Texts], base_iri: str
) -> Iterator[tuple[ChunkNote, Facts | None]]:
    """The note on each chunk, without its rows, and of a new one what it tells."""
    with ExitStack() as stack:
        files = {
            dump.name: stack.enter_context(
                Joined(folder / dump.name, dump.head, dump.separator, dump.tail, before.folder)
            )
            for dump in dumps(base_iri)
        }
        for chunk in chunks:
            old = before.chunks.get(chunk.digest)
            if old:
                places = {name: file.take(old.places[name]) for name, file in files.items()}
                yield replace(old, rows={}, places=places), None
            else:
                new = next(texts)
                places = {name: file.add(new.pieces[name]) for name, file in files.items()}
                yield ChunkNote(chunk.digest, new.statistics, {}, places, ()), new.facts
    for alias, format_ in ALIASES.items():  # hard links: files of a release never change
        for place in (lambda path: path, packed_path):
            place(folder / dump_name(alias)).hardlink_to(place(folder / dump_name(format_)))


def _stale(gone: Facts, told: Facts, touched: set[str]) -> set[int]:
    """Marks of the subjects whose label or owner is not what it was. Chunks that are made again tell of entities that
    have not changed, too: only `touched` ones count."""
    labels = {subject: label for subject, label in told.labels.items() if entity_of(subject) in touched}
    owners = {(line, partnership) for line, partnership in told.owners if partnership in touched}
    changed = {subject for subject, _ in gone.labels.items() ^ labels.items()}
    return {mark(subject) for subject in changed | {line for line, _ in gone.owners ^ owners}}


def _has_new_rows(note: ChunkNote, before: _Before, stale: set[int]) -> bool:
    if all(note.statistics.classes.keys().isdisjoint(LISTS[name].classes) for name in tables.tabled()):
        return False
    old = before.chunks.get(note.digest)
    return old is None or not stale.isdisjoint(old.needs)


def _write_tables(
    folder: Path,
    noted: list[ChunkNote],
    before: _Before,
    remade: set[str],
    rows: Iterator[Rows],
    base_iri: str,
) -> Iterator[ChunkNote]:
    """The notes with what there is to say of rows."""
    model = load_model(base_iri)
    columns = {name: tables.columns(name, model) for name in tables.tabled()}
    with ExitStack() as stack:
        files = {
            name: stack.enter_context(
                Joined(folder / f"{name}.csv", tables.csv_head(columns[name]), b"", b"", before.folder)
            )
            for name in columns
        }
        for note in noted:
            places = dict(note.places)
            old = before.chunks.get(note.digest, note)
            here, needs = old.rows, old.needs
            if note.digest in remade:
                new = next(rows)
                here, needs = new.counts, new.needs
                for name in here:
                    places[f"{name}.csv"] = files[name].add(new.pieces[f"{name}.csv"])
            else:
                for name in here:
                    places[f"{name}.csv"] = files[name].take(old.places[f"{name}.csv"])
            yield replace(note, rows=here, places=places, needs=needs)


def write_workbooks(
    folder: Path, changes: Changes, base_iri: str, about: Sequence[tuple[str, str]], workers: Workers
) -> None:
    """Write the workbooks of the tables in download/ of the release that is being made in `folder`, after them. That of
    a table whose rows have not changed is copied from the release before."""
    changed = []
    for name in tables.tabled():
        before = changes.previous and changes.previous / DOWNLOADS / f"{name}.csv"
        if before and cmp(before, folder / DOWNLOADS / f"{name}.csv", shallow=False):
            copyfile(before.with_suffix(".xlsx"), folder / DOWNLOADS / f"{name}.xlsx")
        else:
            changed.append(name)
    size = sum((folder / DOWNLOADS / f"{name}.csv").stat().st_size for name in changed)
    work = partial(_make_workbooks, folder=folder / DOWNLOADS, base_iri=base_iri, about=about)
    for _ in workers.spread(work, changed, part=1, alone=0 if size > _LARGE else len(changed)):
        pass


def _make_workbooks(
    names: Sequence[str], *, folder: Path, base_iri: str, about: Sequence[tuple[str, str]]
) -> list[None]:
    model = load_model(base_iri)
    for name in names:
        sheet = Sheet(name, tables.columns(name, model), tables.read_rows(folder / f"{name}.csv"))
        write_workbook(folder / f"{name}.xlsx", [sheet], title=name, about=about, language="fr")
    return [None for _ in names]
