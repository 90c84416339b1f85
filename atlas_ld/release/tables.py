"""Tables for spreadsheets: one per kind of thing, with the columns that the shapes give. As CSV; `workbook` has XLSX.

One row a thing, one column a field; several values are joined by ` | `. A field that links has two columns: the
labels of what it links to, and their IRIs (`…_iri`). Parts of a partnership have no row; its shortcuts stand for them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal as Choice

from atlas_ld.catalogue import Coverage
from atlas_ld.model import Bilingual, ClassModel, Field, Model
from atlas_ld.rdf import LABELS, RDF_TYPE, Literal, NamedNode, Properties
from atlas_ld.release.kinds import LISTS
from atlas_ld.vocabulary import ATLAS, FOAF, PROV, XSD

CellType = Choice["amount", "boolean", "date", "link", "number", "text", "year"]

JOIN = " | "
_PARTS = frozenset(
    str(term) for term in (ATLAS.participation, ATLAS.themeAssignment, ATLAS.goalAssignment, FOAF.isPrimaryTopicOf)
)
_RECORD, _SOURCE = str(FOAF.isPrimaryTopicOf), str(PROV.wasDerivedFrom)
_AMOUNTS = frozenset(str(term) for term in (ATLAS.amount, ATLAS.committedAmount, ATLAS.paidAmount, ATLAS.oudinAmount))
_TYPES: Mapping[str, CellType] = {
    str(XSD.decimal): "number", str(XSD.integer): "number", str(XSD.gYear): "year", str(XSD.boolean): "boolean",
    str(XSD.date): "date",
}  # fmt: skip
NUMBERS = frozenset(datatype for datatype, type_ in _TYPES.items() if type_ in ("number", "year"))
"""Datatypes whose values are numbers to a spreadsheet."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """`name` heads the CSV, `title` the workbook."""

    name: str
    title: Bilingual
    field: Field | None
    iris: bool = False


def tabled() -> list[str]:
    """The lists that are tables below download/, too."""
    return [list_.name for list_ in LISTS.values() if list_.tabled]


def columns(name: str, model: Model) -> tuple[Column, ...]:
    """The columns of the table of a list: those of all classes whose things are its rows."""
    described = [class_ for class_ in model.classes if class_.iri in LISTS[name].classes]
    return tuple(_columns(described, model, with_owner=bool(LISTS[name].owner)))


def rows_of(name: str, things: Mapping[str, Properties]) -> Mapping[str, Properties]:
    """The things that are rows of a table, with the sources of their record."""
    classes = LISTS[name].classes
    return {
        iri: properties | {_SOURCE: [source for record in records for source in things[record.value].get(_SOURCE, ())]}
        if (records := [one for one in properties.get(_RECORD, ()) if isinstance(one, NamedNode)])
        else properties
        for iri, properties in things.items()
        if any(type_.value in classes for type_ in properties.get(RDF_TYPE.value, ()))
    }


def links(shown: Sequence[Column], rows: Mapping[str, Properties]) -> set[str]:
    """All that the rows link to, whose labels `cells` wants."""
    fields = [column.field for column in shown if column.field is not None and column.field.datatype is None]
    return {
        value.value
        for properties in rows.values()
        for field in fields
        for value in properties.get(field.path, ())
        if isinstance(value, NamedNode)
    }


def cells(
    shown: Sequence[Column], rows: Mapping[str, Properties], labels: Mapping[str, str], owners: Mapping[str, str]
) -> list[list[str]]:
    """The cells of each row. `labels` of what they link to, by IRI; `owners`: funding line -> partnership."""
    return [[_cell(column, iri, properties, labels, owners) for column in shown] for iri, properties in rows.items()]


def labels(things: Mapping[str, Properties]) -> dict[str, str]:
    """The label of each that has one."""
    return {iri: label for iri, properties in things.items() if (label := _label(properties)) is not None}


def read_rows(path: Path) -> Iterator[list[str]]:
    """The rows of a table that was written to a CSV file, cells as they were before `harmless`."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from ([as_written(cell) for cell in row] for row in rows)


class TableFile:
    """A table that was written to a CSV file, read row by row in any order: where each row stands is noted once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[str, tuple[int, int]] = {}
        with path.open("rb") as file:
            at = len(file.readline())
            while line := file.readline():
                while line.count(b'"') % 2:  # a cell goes on in the next line
                    line += file.readline()
                self._places[_cells(line[: line.index(b",") + 1] if line[:1] != b'"' else line)[0]] = (at, len(line))
                at += len(line)

    def rows(self, iris: Iterable[str]) -> Iterator[list[str]]:
        """The rows of these IRIs, in their order, each read when it is taken."""
        with self._path.open("rb") as file:
            for at, length in map(self._places.__getitem__, iris):
                file.seek(at)
                yield [as_written(cell) for cell in _cells(file.read(length))]


def _cells(line: bytes) -> list[str]:
    return next(csv.reader(io.StringIO(line.decode(), newline="")))


def type_of(column: Column) -> CellType:
    """What the cells of a column are to a spreadsheet; `amount` is in euros."""
    if column.name == "iri":
        return "link"
    if column.field is None or column.field.datatype is None:
        return "text"
    return "amount" if column.field.path in _AMOUNTS else _TYPES.get(column.field.datatype, "text")


def coverage(folder: Path) -> Coverage:
    """The years and the places of the tables in `folder`: of partnerships, and of territories whose position is
    known."""
    years = [
        int(year[0])
        for row in _columns_of(folder / "partnerships.csv", _YEARS)
        for cell in row
        if (year := re.match(r"\d{4}", cell)) and int(year[0])
    ]
    places = [
        (float(long), float(lat))
        for lat, long in _columns_of(folder / "territories.csv", ("lat", "long"))
        if lat and long
    ]
    longs, lats = [long for long, _ in places], [lat for _, lat in places]
    return Coverage(
        (min(years), max(years)) if years else None,
        (min(longs), min(lats), max(longs), max(lats)) if places else None,
    )


_YEARS = ("firstSignatureYear", "startYear", "endDate", "endYear")


def _columns_of(path: Path, names: Sequence[str]) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        head = next(rows)
        places = [head.index(name) if name in head else None for name in names]
        for row in rows:
            yield ["" if place is None else row[place] for place in places]


def is_number(column: Column) -> bool:
    """Whether the cells of a column are numbers."""
    return type_of(column) in ("amount", "number", "year")


def people_first(columns: Sequence[Column]) -> list[int]:
    """The positions of columns in the order for people: IRIs last."""
    return sorted(range(len(columns)), key=lambda position: columns[position].iris or columns[position].name == "iri")


def _columns(classes: Sequence[ClassModel], model: Model, with_owner: bool) -> Iterator[Column]:
    yield Column("iri", Bilingual("IRI", "IRI"), None)
    if with_owner:
        yield Column("partnership", Bilingual("Partenariat", "Partnership"), None)
        yield Column("partnership_iri", Bilingual("Partenariat (IRI)", "Partnership (IRI)"), None, iris=True)
    seen = set()
    fields = [field for class_ in classes for field in class_.fields]
    if _RECORD in (field.path for field in fields):
        fields += [field for field in model.fields_by_path[_SOURCE] if field.datatype is None][:1]
    for field in fields:
        if field.path in seen or field.path in _PARTS:
            continue
        seen.add(field.path)
        name = model.terms[field.path]
        if field.datatype is None:
            yield Column(name, field.name, field)
            title = Bilingual(f"{field.name.fr} (IRI)", f"{field.name.en} (IRI)")
            yield Column(f"{name}_iri", title, field, iris=True)
        else:
            yield Column(name, field.name, field)


def _cell(
    column: Column, iri: str, properties: Properties, labels: Mapping[str, str], owners: Mapping[str, str]
) -> str:
    if column.name == "iri":
        return iri
    if column.field is None:
        owner = owners.get(iri, "")
        return owner if column.iris else labels.get(owner, owner)
    values = properties.get(column.field.path)
    if not values:
        return ""
    if column.field.datatype is not None:
        if len(values) == 1:
            return values[0].value
        ranked = sorted(values, key=lambda v: (isinstance(v, Literal) and v.language != "fr", v.value))
        if len({v.language for v in values if isinstance(v, Literal)}) > 1:
            ranked = ranked[:1]  # a label in several languages: the French one
        return JOIN.join(value.value for value in ranked)
    linked = sorted((labels.get(v.value, v.value), v.value) for v in values if isinstance(v, NamedNode))
    return JOIN.join(link if column.iris else label for label, link in linked)


def _label(properties: Properties) -> str | None:
    """The French label, else another; None where there is none."""
    named = [t for property_ in LABELS for t in properties.get(property_, ()) if isinstance(t, Literal)]
    return min((t.language != "fr", t.value) for t in named)[1] if named else None


def csv_head(shown: Sequence[Column]) -> bytes:
    return _lines([[column.name for column in shown]])


def csv_rows(shown: Sequence[Column], rows: Iterable[Sequence[str]]) -> bytes:
    """RFC 4180, UTF-8 without BOM, LF. Cells that a spreadsheet would run as a formula get an apostrophe first."""
    numbers = [is_number(column) for column in shown]
    return _lines([harmless(cell, number) for cell, number in zip(row, numbers, strict=True)] for row in rows)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()


def harmless(cell: str, number: bool) -> str:
    """OWASP, CSV injection: a cell that begins with one of these is a formula to a spreadsheet; a number is not."""
    return f"'{cell}" if cell[:1] in _FORMULA and not number else cell


def as_written(cell: str) -> str:
    """A cell without the apostrophe that `harmless` gives it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1:2] in _FORMULA else cell
