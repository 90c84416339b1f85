"""Dumps and tables: files that are joined from the pieces of the chunks; and the tables as workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path

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
from atlas_ld.release.writing.entities import Entities
from atlas_ld.release.writing.following import Changes, Pieces, take_workbook
from atlas_ld.release.writing.ledger import ChunkNote, Facts
from atlas_ld.release.writing.pieces import Rows, Texts, make_rows, make_texts

DOWNLOADS = "download"

_LARGE = 2**20
"""Bytes of tables whose workbooks are worth a process."""
_PART, _ALONE = 8, 16
"""Chunks that a process is given at once, and those up to which it pays to start none."""


def write_downloads(
    folder: Path, entities: Entities, changes: Changes, base_iri: str, made_with: str, workers: Workers
) -> Statistics:
    """Write download/ in the release that is being made in `folder`, and its notes; the counts of the graph."""
    (folder / DOWNLOADS).mkdir()
    chunks = list(cut(entities.digests))
    spread = partial(workers.spread, part=_PART, alone=_ALONE)
    making_texts = partial(make_texts, entities=entities, base_iri=base_iri)
    making_rows = partial(make_rows, entities=entities, base_iri=base_iri, folder=folder)
    with closing(ledger.begin(folder, changes.previous, made_with)) as book, Pieces(DOWNLOADS, changes, book) as pieces:
        ledger.note_entities(book, ((iri, entities.digests[iri]) for iri in (*changes.changed, *changes.added)))
        noted = []
        texts = pieces.texts(chunks, lambda missing: spread(making_texts, missing))
        for note, facts in _write_dumps(folder / DOWNLOADS, chunks, texts, base_iri):
            noted.append(note)
            ledger.note_facts(book, facts)
        book.commit()  # for the processes that make the rows
        tabled = [chunk for chunk, note in zip(chunks, noted, strict=True) if _is_tabled(note)]
        rows = pieces.rows(tabled, lambda missing: spread(making_rows, missing))
        noted = list(_write_tables(folder / DOWNLOADS, noted, rows, base_iri))
        ledger.note_chunks(book, noted)
        book.commit()
    return total(note.statistics for note in noted)


def _write_dumps(
    folder: Path, chunks: Sequence[Chunk], texts: Iterator[Texts], base_iri: str
) -> Iterator[tuple[ChunkNote, Facts]]:
    """The note on each chunk, without its rows, and what it tells."""
    with ExitStack() as stack:
        files = {
            dump.name: stack.enter_context(Joined(folder / dump.name, dump.head, dump.separator, dump.tail))
            for dump in dumps(base_iri)
        }
        for chunk, made in zip(chunks, texts, strict=True):
            places = {name: file.add(made.pieces[name]) for name, file in files.items()}
            yield ChunkNote(chunk.digest, made.statistics, {}, places, ()), made.facts
    for alias, format_ in ALIASES.items():  # hard links: files of a release never change
        for place in (lambda path: path, packed_path):
            place(folder / dump_name(alias)).hardlink_to(place(folder / dump_name(format_)))


def _is_tabled(note: ChunkNote) -> bool:
    return not all(note.statistics.classes.keys().isdisjoint(LISTS[name].classes) for name in tables.tabled())


def _write_tables(folder: Path, noted: Sequence[ChunkNote], rows: Iterator[Rows], base_iri: str) -> Iterator[ChunkNote]:
    """The notes with what there is to say of rows, which are those of the chunks that have any."""
    model = load_model(base_iri)
    with ExitStack() as stack:
        files = {
            name: stack.enter_context(
                Joined(folder / f"{name}.csv", tables.csv_head(tables.columns(name, model)), b"", b"")
            )
            for name in tables.tabled()
        }
        for note in noted:
            if _is_tabled(note):
                made = next(rows)
                places = {f"{name}.csv": files[name].add(made.pieces[f"{name}.csv"]) for name in made.counts}
                yield replace(note, rows=made.counts, places={**note.places, **places}, needs=made.needs)
            else:
                yield note


def write_workbooks(
    folder: Path, changes: Changes, base_iri: str, about: Sequence[tuple[str, str]], workers: Workers
) -> None:
    """Write the workbooks of the tables in download/ of the release that is being made in `folder`, after them. That of
    a table whose rows have not changed is copied from the release before."""
    tabled = [name for name in tables.tabled() if not take_workbook(changes, folder / DOWNLOADS / f"{name}.csv")]
    size = sum((folder / DOWNLOADS / f"{name}.csv").stat().st_size for name in tabled)
    work = partial(_make_workbooks, folder=folder / DOWNLOADS, base_iri=base_iri, about=about)
    for _ in workers.spread(work, tabled, part=1, alone=0 if size > _LARGE else len(tabled)):
        pass


def _make_workbooks(
    names: Sequence[str], *, folder: Path, base_iri: str, about: Sequence[tuple[str, str]]
) -> list[None]:
    model = load_model(base_iri)
    for name in names:
        sheet = Sheet(name, tables.columns(name, model), tables.read_rows(folder / f"{name}.csv"))
        write_workbook(folder / f"{name}.xlsx", [sheet], title=name, about=about, language="fr")
    return [None for _ in names]
