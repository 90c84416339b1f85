"""What is made of a chunk of entities: its text in each dump, its rows in each table. Worker processes run this.

A text depends on the chunk alone. A row has labels of what the thing links to as well, which are told by the chunks of
those; so the texts of all chunks come first, with what each tells, and then the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from atlas_ld.catalogue import Statistics
from atlas_ld.model import load_model
from atlas_ld.rdf import LABELS, RDF_TYPE, Graph, parse_lines
from atlas_ld.release import tables
from atlas_ld.release.writing import ledger
from atlas_ld.release.writing.chunks import Chunk
from atlas_ld.release.writing.concatenation import Piece, piece
from atlas_ld.release.writing.dumps import dumps
from atlas_ld.release.writing.entities import Entities, mark
from atlas_ld.release.writing.ledger import Facts
from atlas_ld.vocabulary import ATLAS

_TYPE = f"<{RDF_TYPE.value}>".encode()
_LABELS = frozenset(f"<{iri}>".encode() for iri in LABELS)
_OWNS = f"<{ATLAS.fundingLine}>".encode()


@dataclass(frozen=True)
class Texts:
    """Of a chunk: its piece of each dump by file name, its counts, and what rows of other chunks need of it."""

    pieces: dict[str, Piece]
    statistics: Statistics
    facts: Facts


@dataclass(frozen=True)
class Rows:
    """Of a chunk: its pieces of the tables that it has rows in, by file name; the number of these rows by table.
    `needs` are the marks of all subjects whose label or owner stands in a row, or would if there were one."""

    pieces: dict[str, Piece]
    counts: dict[str, int]
    needs: frozenset[int]


def make_texts(chunks: Sequence[Chunk], *, entities: Entities, base_iri: str) -> list[Texts]:
    return [_texts(entities.lines(chunk.iris), base_iri) for chunk in chunks]


def _texts(lines: list[bytes], base_iri: str) -> Texts:
    together = b"".join(lines)
    triples = parse_lines(together)
    split = [line.split(b" ", 2) for line in together.splitlines()]
    labelled = b"".join(b" ".join(line) + b"\n" for line in split if line[1] in _LABELS)
    classes = Counter(_iri(rest[:-2]) for _, predicate, rest in split if predicate == _TYPE)
    properties = Counter(predicate for _, predicate, _ in split)
    return Texts(
        pieces={dump.name: piece(dump.body(lines, triples)) for dump in dumps(base_iri)},
        statistics=Statistics(
            triples=len(split),
            subjects=len({subject for subject, *_ in split}),
            classes=dict(sorted(classes.items())),
            properties={_iri(predicate): count for predicate, count in sorted(properties.items())},
        ),
        facts=Facts(
            labels=tables.labels(Graph(parse_lines(labelled))),
            owners={(_iri(rest[:-2]), _iri(subject)) for subject, predicate, rest in split if predicate == _OWNS},
        ),
    )


def _iri(term: bytes) -> str:
    return term[1:-1].decode()


def make_rows(chunks: Sequence[Chunk], *, entities: Entities, base_iri: str, folder: Path) -> list[Rows]:
    """`folder` is that of the release that is being made, whose notes have what all entities tell."""
    with ledger.reading(folder) as known:
        return [_rows(chunk.iris, entities.lines(chunk.iris), base_iri, known) for chunk in chunks]


def _rows(iris: Sequence[str], lines: Iterable[bytes], base_iri: str, known: Connection) -> Rows:
    model = load_model(base_iri)
    # Only what is said of a thing itself is in its row, and of its record, not what is said of its other parts.
    own = (line for iri, some in zip(iris, lines, strict=True) for line in _about(iri, some))
    things = Graph(parse_lines(b"".join(own)))
    found = {name: rows for name in tables.tabled() if (rows := tables.rows_of(name, things))}
    columns = {name: tables.columns(name, model) for name in found}
    owners = ledger.owners_of(known, found.get("funding", ()))
    linked = {link for name, rows in found.items() for link in tables.links(columns[name], rows)} | {*owners.values()}
    labels = ledger.labels_of(known, linked)
    pieces = {}
    for name, rows in found.items():
        cells = tables.cells(columns[name], rows, labels, owners)
        pieces[f"{name}.csv"] = piece(tables.csv_rows(columns[name], cells))
    needs = linked | {*found.get("funding", ())}
    return Rows(pieces, {name: len(rows) for name, rows in found.items()}, frozenset(map(mark, needs)))


def _about(iri: str, lines: bytes) -> Iterable[bytes]:
    subjects = f"<{iri}> ".encode(), f"<{iri}#record> ".encode()
    return (line for line in lines.splitlines(keepends=True) if line.startswith(subjects))
