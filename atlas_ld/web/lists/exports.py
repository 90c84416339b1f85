"""A selection of a list as a file: CSV (for programs or for French Excel), XLSX, JSON, GeoJSON.

The rows and columns are those of the release's own tables (`download/partnerships.csv`), so that a selection is what
the whole file would give filtered; themes, which have no such table, get a short one of their own. All but XLSX are
written some hundred rows at a time, so that a long file begins at once; XLSX is written to a temporary file first.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from threading import BoundedSemaphore
from typing import IO, Any, Literal, TypeVar

from flask import abort

from atlas_ld.iris import Iris, Kind
from atlas_ld.model import Bilingual
from atlas_ld.release.kinds import LISTS, list_of
from atlas_ld.release.reading.facets import FacetIndex, Place, positions_of
from atlas_ld.release.tables import JOIN, Column, columns, harmless, is_number, people_first, type_of
from atlas_ld.release.workbook import Language, Sheet, write_workbook
from atlas_ld.web.lists.selection import Selection
from atlas_ld.web.publication import Publication
from atlas_ld.web.text.i18n import t

Dialect = Literal["", "fr"]
_MAKING, _RETRY = BoundedSemaphore(2), 10
"""Workbooks that may be made at once, and seconds after which to ask again where they are."""
_BOM = "\ufeff"
_BATCH = 500
_PORTION = 2**16
_FRENCH = {"true": "oui", "false": "non"}
T = TypeVar("T")


@dataclass(frozen=True)
class Table:
    """The rows of a selection, read as they are taken, and how many there are."""

    name: str
    columns: tuple[Column, ...]
    total: int
    rows: Iterable[Sequence[str]]


def table(publication: Publication, selection: Selection, order: str) -> Table:
    """The rows of a selection, in an order of its list."""
    name, index = selection.list, publication.facets
    positions = index.ordered(name, selection.bits, order)
    if not LISTS[name].tabled:
        return Table(name, _THEMES, len(positions), _themes(index, positions, publication.iris))
    batches = (index.iris(name, some) for some in _batches(positions))
    rows = publication.table(name).rows(chain.from_iterable(batches))
    return Table(name, columns(name, publication.model), len(positions), rows)


def tables(publication: Publication, selection: Selection, order: str) -> list[Table]:
    """The tables of a workbook: the rows of a selection and, of partnerships, their funding lines and themes."""
    found = [table(publication, selection, order)]
    if selection.list == "partnerships":
        index = publication.facets
        lines = Selection("funding", "", {}, 0, index.lines_of(selection.bits))
        counts = index.counts("partnerships", "theme", selection.bits)
        themes = index.with_iris("themes", [publication.iris.entity("theme", key) for key in sorted(counts)])
        rows = _themes(index, index.ordered("themes", themes, "title"), publication.iris, counts)
        found += [table(publication, lines, "-year"), Table("themes", _THEMES, themes.bit_count(), rows)]
    return found


_THEMES = (
    Column("iri", Bilingual("IRI", "IRI"), None),
    Column("label_fr", Bilingual("Libellé", "Label (French)"), None),
    Column("label_en", Bilingual("Libellé (anglais)", "Label"), None),
    Column("broader_iri", Bilingual("Thématique plus large (IRI)", "Broader theme (IRI)"), None, iris=True),
    Column("partnerships", Bilingual("Partenariats", "Partnerships"), None),
)


def _themes(
    index: FacetIndex, positions: Sequence[int], iris: Iris, counts: Mapping[str, int] | None = None
) -> Iterator[list[str]]:
    """Rows of the themes at these positions; `counts` are partnerships by key, of all partnerships if it is None."""
    for row in index.rows("themes", positions):
        _, key = iris.split(row.iri) or ("", "")
        count = counts.get(key, 0) if counts is not None else row.partnerships or 0
        yield [row.iri, row.fr, row.en, JOIN.join(row.facts.get("broader", ())), str(count)]


def as_csv(table: Table, dialect: Dialect) -> Iterator[bytes]:
    """RFC 4180, UTF-8. For `fr`, what Excel opens in France by a double click: BOM, semicolons, decimal commas, IRIs
    last, and the names of the columns in French."""
    french = dialect == "fr"
    order = people_first(table.columns) if french else range(len(table.columns))
    shown = [table.columns[position] for position in order]
    yield (_BOM if french else "").encode() + _lines([[c.title.fr if french else c.name for c in shown]], french)
    for batch in _batches(table.rows):
        rows = ([row[position] for position in order] for row in batch)
        yield _lines(([_cell(c, cell, french) for c, cell in zip(shown, row, strict=True)] for row in rows), french)


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
    if french and type_of(column) == "boolean":
        return _FRENCH.get(cell, cell)
    return harmless(cell, number=False)


def as_xlsx(tables: Sequence[Table], about: Sequence[tuple[str, str]], language: Language) -> Iterator[bytes]:
    """A workbook with a sheet for each table; `about` stands in its read-me. Aborts with 503 where as many are being
    made as may be: each takes a processor for seconds if the list is long."""
    if not _MAKING.acquire(blocking=False):
        abort(503, t("list.busy"), retry_after=_RETRY)
    try:
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `_portions`; it has no name and goes with it
        sheets = [Sheet(table.name, table.columns, table.rows) for table in tables]
        write_workbook(file, sheets, title=tables[0].name, about=about, language=language)
        file.seek(0)
    finally:
        _MAKING.release()
    return _portions(file)


def _portions(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from iter(partial(file.read, _PORTION), b"")


def as_json(publication: Publication, table: Table, query: str | None) -> Iterator[bytes]:
    """`{"list", "release", "license", "query", "total", "rows"}`; a row, on a line of its own, has the columns of the
    table, links as lists, numbers as numbers, and no member for what is not said."""
    head = {
        "list": table.name,
        "release": publication.release.id,
        "license": publication.settings.license,
        "query": query,
        "total": table.total,
    }
    return _json(head, "rows", (_members(table.columns, row) for row in table.rows))


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
        elif type_of(column) == "boolean":
            found[column.name] = cell == "true"
        else:
            found[column.name] = cell
    return found


def as_geojson(publication: Publication, selection: Selection, order: str) -> Iterator[bytes]:
    """RFC 7946. A partnership is at the places of its partners (MultiPoint), a funding line at those of its
    partnership, a territory at its own; the geometry is null where no place is known."""
    positions = publication.facets.ordered(selection.list, selection.bits, order)
    features = chain.from_iterable(_features(publication, selection.list, some) for some in _batches(positions))
    return _json({"type": "FeatureCollection"}, "features", features)


def feature(publication: Publication, kind: Kind, iri: str) -> dict[str, Any] | None:
    """The feature of one entity, as `as_geojson` has it; None where no place of it is known."""
    list_ = list_of(kind)
    if list_ is None or not list_.mapped:
        return None
    bits = publication.facets.with_iris(list_.name, [iri])
    found = next(_features(publication, list_.name, positions_of(bits)), None)
    return found if found and found["geometry"] else None


def _features(publication: Publication, name: str, positions: Sequence[int]) -> Iterator[dict[str, Any]]:
    rows = publication.facets.rows(name, positions)
    keys = [_keys(publication, name, at, row.iri, row.facts) for at, row in zip(positions, rows, strict=True)]
    places = publication.facets.places(key for found in keys for key in found)
    for row, found in zip(rows, keys, strict=True):
        told = {
            "iri": row.iri,
            "label": row.fr,
            "year": row.year,
            "last_year": row.last_year,
            "euros": None if row.cents is None else row.cents / 100,
            "partnerships": row.partnerships,
        }
        yield {
            "type": "Feature",
            "id": row.iri,
            "geometry": _geometry([places[key] for key in found if key in places]),
            "properties": {member: value for member, value in told.items() if value is not None},
        }


def _keys(publication: Publication, name: str, position: int, iri: str, facts: Any) -> Sequence[str]:
    if name in ("partnerships", "funding"):
        owner = position if name == "partnerships" else publication.facets.lines().owners[position]
        links = publication.facets.links()
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
