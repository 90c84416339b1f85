"""Tables for spreadsheets: one per kind of thing, as CSV and XLSX, with the columns that the shapes give.

One row a thing, one column a field; several values are joined by ` | `. A field that links has two columns: the
labels of what it links to, and their IRIs (`…_iri`). Parts of a partnership have no row; its shortcuts stand for them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from atlas_ld.iris import Iris
from atlas_ld.model import ClassModel, Field, Model
from atlas_ld.rdf import LABELS, RDF_TYPE, Literal, NamedNode, Node, Triple, object_of, subject_of
from atlas_ld.vocabulary import ATLAS, ORG, XSD

TABLES: Mapping[str, tuple[str, ...]] = {
    "partnerships": (str(ATLAS.Partnership),),
    "territories": (str(ATLAS.Territory),),
    "organisations": (str(ATLAS.TerritorialAuthority), str(ORG.Organization)),
    "funding": (str(ATLAS.FundingLine),),
}
"""Table -> the classes whose things are its rows. The columns are those of all of them."""

JOIN = " | "
_PARTS = frozenset(str(term) for term in (ATLAS.participation, ATLAS.themeAssignment, ATLAS.goalAssignment))
_NUMBERS = frozenset(str(term) for term in (XSD.decimal, XSD.integer, XSD.gYear))
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CELL_LIMIT = 32_767  # the most characters of a cell (Excel specifications and limits)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # a workbook notes when it was made, and ours must not depend on it

Properties = dict[str, list[Node]]


@dataclass(frozen=True)
class Column:
    """`name` heads the CSV, `title` (French) the workbook."""

    name: str
    title: str
    field: Field | None
    iris: bool = False


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    rows: list[list[str]]


def write_tables(triples: Sequence[Triple], model: Model, iris: Iris, folder: Path) -> list[Path]:
    """`<table>.csv` and `<table>.xlsx` for each of TABLES; the files written."""
    paths = []
    for table in tables(triples, model, iris):
        for path, write in (
            (folder / f"{table.name}.csv", write_csv),
            (folder / f"{table.name}.xlsx", write_xlsx),
        ):
            write(table, path)
            paths.append(path)
    return paths


def tables(triples: Sequence[Triple], model: Model, iris: Iris) -> Iterator[Table]:
    things: dict[str, Properties] = {}
    for triple in triples:
        things.setdefault(subject_of(triple), {}).setdefault(triple.predicate.value, []).append(object_of(triple))
    owners = {
        line.value: iri for iri, properties in things.items() for line in properties.get(str(ATLAS.fundingLine), ())
    }
    labels = {iri: label for iri, properties in things.items() if (label := _label(properties)) is not None}
    for name, classes in TABLES.items():
        described = [class_ for class_ in model.classes if class_.iri in classes]
        columns = tuple(_columns(described, model, with_owner=name == "funding"))
        rows = [
            [_cell(column, iri, properties, labels, owners) for column in columns]
            for iri, properties in things.items()
            if any(type_.value in classes for type_ in properties.get(RDF_TYPE.value, ()))
        ]
        yield Table(name, columns, rows)


def read_table(folder: Path, name: str, model: Model, iris: Sequence[str]) -> Table:
    """Of the table that `write_csv` wrote to `<name>.csv`, the rows of these IRIs, in their order."""
    described = [class_ for class_ in model.classes if class_.iri in TABLES[name]]
    columns = tuple(_columns(described, model, with_owner=name == "funding"))
    wanted = set(iris)
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        found = {row[0]: [_as_written(cell) for cell in row] for row in rows if row[0] in wanted}
    return Table(name, columns, [found[iri] for iri in iris])


def is_number(column: Column) -> bool:
    """Whether the cells of a column are numbers."""
    return column.field is not None and column.field.datatype in _NUMBERS


def _columns(classes: Sequence[ClassModel], model: Model, with_owner: bool) -> Iterator[Column]:
    yield Column("iri", "IRI", None)
    if with_owner:
        yield Column("partnership", "Partenariat", None)
        yield Column("partnership_iri", "Partenariat (IRI)", None, iris=True)
    seen = set()
    for field in (field for class_ in classes for field in class_.fields):
        if field.path in seen or field.path in _PARTS:
            continue
        seen.add(field.path)
        name = model.terms[field.path]
        if field.datatype is None:
            yield Column(name, field.name["fr"], field)
            yield Column(f"{name}_iri", f"{field.name['fr']} (IRI)", field, iris=True)
        else:
            yield Column(name, field.name["fr"], field)


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


def write_csv(table: Table, path: Path) -> None:
    """RFC 4180, UTF-8 without BOM, LF. Cells that a spreadsheet would run as a formula get an apostrophe first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    numbers = [is_number(column) for column in table.columns]
    writer.writerows([[harmless(cell, number) for cell, number in zip(row, numbers, strict=True)]
                      for row in table.rows])  # fmt: skip
    path.write_text(buffer.getvalue(), encoding="utf-8")


def harmless(cell: str, number: bool) -> str:
    """OWASP, CSV injection: a cell that begins with one of these is a formula to a spreadsheet; a number is not."""
    return f"'{cell}" if cell[:1] in _FORMULA and not number else cell


def _as_written(cell: str) -> str:
    """A cell without the apostrophe that `harmless` gives it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


def write_xlsx(table: Table, path: Path) -> None:
    """One sheet with a frozen, filtered header; numbers as numbers, everything else as plain text, no formula."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(str(path), options)
    workbook.set_properties({"title": table.name, "created": _EPOCH})
    header = workbook.add_format({"bold": True, "bottom": 1})
    sheet = workbook.add_worksheet(table.name)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    numbers = [is_number(column) for column in table.columns]
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, 12 if column.iris or column.name == "iri" else 24)
        sheet.write_string(0, position, column.title, header)
    for row_number, row in enumerate(table.rows, start=1):  # written to the disk row by row
        for position, cell in enumerate(row):
            if cell and numbers[position] and JOIN not in cell:
                sheet.write_number(row_number, position, float(Decimal(cell)))
            elif cell:
                sheet.write_string(row_number, position, cell[:_CELL_LIMIT])
    workbook.close()
