"""A selection of a list as a file: CSV (for programs or for French Excel), XLSX, JSON, GeoJSON.

The rows and columns are those of the release's own tables (`download/partnerships.csv`), so that a selection is what
the whole file would give filtered; themes, which have no such table, get a short one of their own. All but XLSX are
written some hundred rows at a time, so that a long file begins at once.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar

from atlas_ld.release.reading.facets import Place
from atlas_ld.release.tables import JOIN, Column, Table, harmless, is_number, read_table
from atlas_ld.release.workbook import write_xlsx
from atlas_ld.web.lists.rows import index
from atlas_ld.web.lists.selection import Selection
from atlas_ld.web.publication import Publication

Dialect = Literal["", "fr"]
_BOM = "\ufeff"
_BATCH = 500
T = TypeVar("T")


def table(publication: Publication, selection: Selection, order: str) -> Table:
    """The rows of a selection, in an order of its list."""
    positions = index(publication).ordered(selection.list, selection.bits, order)
    iris = index(publication).iris(selection.list, positions)
    if selection.list == "themes":
        return _themes(publication, positions)
    return read_table(publication.release.path / "download", selection.list, publication.model, iris)


def _themes(publication: Publication, positions: Sequence[int]) -> Table:
    columns = (
        Column("iri", "IRI", None),
        Column("label_fr", "Libellé", None),
        Column("label_en", "Libellé (anglais)", None),
        Column("broader_iri", "Thématique plus large (IRI)", None, iris=True),
        Column("partnerships", "Partenariats", None),
    )
    rows = [
        [row.iri, row.fr, row.en, JOIN.join(row.facts.get("broader", ())), str(row.partnerships or 0)]
        for row in index(publication).rows("themes", positions)
    ]
    return Table("themes", columns, rows)


def as_csv(rows: Table, dialect: Dialect) -> Iterator[bytes]:
    """RFC 4180, UTF-8. For `fr`, what Excel opens in France by a double click: BOM, semicolons, decimal commas, and
    the names of the columns in French."""
    french = dialect == "fr"
    names = [column.title if french else column.name for column in rows.columns]
    yield (_BOM if french else "").encode() + _lines([names], french)
    for batch in _batches(rows.rows):
        cells = ([_cell(column, cell, french) for column, cell in zip(rows.columns, row, strict=True)] for row in batch)
        yield _lines(cells, french)


def _lines(rows: Iterable[Sequence[str]], french: bool) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";" if french else ",", lineterminator="\r\n" if french else "\n").writerows(rows)
    return buffer.getvalue().encode()


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    pending = iter(rows)
    while batch := list(islice(pending, _BATCH)):
        yield batch


def _cell(column: Column, cell: str, french: bool) -> str:
    """A number as the reader's spreadsheet writes it; a text that it would run as a formula gets an apostrophe."""
    if is_number(column):
        return cell.replace(".", ",") if french else cell
    return harmless(cell, number=False)


def as_xlsx(rows: Table) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "selection.xlsx"
        write_xlsx(rows, path)
        return path.read_bytes()


def as_json(publication: Publication, selection: Selection, rows: Table, query: str | None) -> Iterator[bytes]:
    """`{"list", "release", "license", "query", "total", "rows"}`; a row, on a line of its own, has the columns of the
    table, links as lists, numbers as numbers, and no member for what is not said."""
    head = {
        "list": selection.list,
        "release": publication.release.id,
        "license": publication.settings.license,
        "query": query,
        "total": len(rows.rows),
    }
    return _json(head, "rows", (_members(rows.columns, row) for row in rows.rows))


def _json(head: dict[str, Any], name: str, items: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """One JSON object: the members of `head`, then the array `name`, an item a line."""
    yield f'{json.dumps(head, ensure_ascii=False)[:-1]}, "{name}": ['.encode()
    before = "\n"
    for batch in _batches(items):
        yield (before + ",\n".join(json.dumps(item, ensure_ascii=False) for item in batch)).encode()
        before = ",\n"
    yield b"\n]}\n"


def _members(columns: Sequence[Column], row: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, cell in zip(columns, row, strict=True):
        if not cell:
            continue
        if column.field is not None and column.field.datatype is None:
            found[column.name] = cell.split(JOIN)
        elif is_number(column) and JOIN not in cell:
            found[column.name] = float(cell) if "." in cell else int(cell)
        else:
            found[column.name] = cell
    return found


def as_geojson(publication: Publication, selection: Selection, order: str) -> Iterator[bytes]:
    """RFC 7946. A partnership is at the places of its partners (MultiPoint), a funding line at those of its
    partnership, a territory at its own; the geometry is null where no place is known."""
    positions = index(publication).ordered(selection.list, selection.bits, order)
    rows = index(publication).rows(selection.list, positions)
    keys = [
        _keys(publication, selection.list, position, row.iri, row.facts)
        for position, row in zip(positions, rows, strict=True)
    ]
    places = index(publication).places(key for found in keys for key in found)
    features = (
        {
            "type": "Feature",
            "id": row.iri,
            "geometry": _geometry([places[key] for key in found if key in places]),
            "properties": {
                name: value
                for name, value in (
                    ("iri", row.iri),
                    ("label", row.fr),
                    ("year", row.year),
                    ("euros", None if row.cents is None else row.cents / 100),
                    ("partnerships", row.partnerships),
                )
                if value is not None
            },
        }
        for row, found in zip(rows, keys, strict=True)
    )
    return _json({"type": "FeatureCollection"}, "features", features)


def _keys(publication: Publication, name: str, position: int, iri: str, facts: Any) -> Sequence[str]:
    if name in ("partnerships", "funding"):
        owner = position if name == "partnerships" else index(publication).lines().owners[position]
        links = index(publication).links()
        return list(dict.fromkeys((*links.here[owner], *links.abroad[owner])))
    territories = [iri] if name == "territories" else facts.get("territories", ())
    parts = [publication.iris.split(territory) for territory in territories]
    return [part[1] for part in parts if part]


def _geometry(places: Sequence[Place]) -> dict[str, Any] | None:
    points = [[place.long, place.lat] for place in places]
    if not points:
        return None
    if len(points) == 1:
        return {"type": "Point", "coordinates": points[0]}
    return {"type": "MultiPoint", "coordinates": points}
