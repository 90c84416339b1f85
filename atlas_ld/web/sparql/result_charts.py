"""What else a table of SPARQL results shows: a bar chart where it has numbers, points where it has places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from atlas_ld.web.sparql.result_table import Cell, Table

_MOST_BARS = 60
_MOST_POINTS = 1000
_POINT = re.compile(r"(?:<[^>]*>\s*)?POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)", re.IGNORECASE)
_LATITUDE = frozenset({"lat", "latitude"})
_LONGITUDE = frozenset({"long", "lon", "lng", "longitude"})


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, its value as it was answered, its length from 0 to 100."""

    label: Cell
    value: str
    length: float


@dataclass(frozen=True)
class Chart:
    """Bars of one column (`measure`), named by another (`dimension`); `left` rows were too many to draw."""

    dimension: str
    measure: str
    bars: list[Bar]
    left: int


def chart(table: Table) -> Chart | None:
    """The first column of numbers that are not negative, against the first of anything else; None without both or
    with a single row. Coordinates are no measure."""
    columns = list(zip(*table.rows, strict=True)) if table.rows else []
    measures = [i for i, cells in enumerate(columns) if _measures(table.variables[i], cells)]
    dimensions = [i for i, cells in enumerate(columns) if not any(cell.numeric for cell in cells)]
    if not measures or not dimensions or len(table.rows) < 2:
        return None
    # A name is read more easily than an address.
    named = [i for i in dimensions if any(cell.text and not cell.href for cell in columns[i])]
    dimension, measure = (named or dimensions)[0], measures[0]
    values = [(row[dimension], row[measure].text, _number(row[measure])) for row in table.rows[:_MOST_BARS]]
    most = max((value for _, _, value in values if value is not None), default=Decimal(0)) or Decimal(1)
    bars = [Bar(label, text, float(100 * (value or 0) / most)) for label, text, value in values]
    return Chart(table.variables[dimension], table.variables[measure], bars, table.total - len(bars))


def _measures(name: str, cells: tuple[Cell, ...]) -> bool:
    numbers = [_number(cell) for cell in cells if cell.text]
    return (
        bool(numbers)
        and name.lower() not in _LATITUDE | _LONGITUDE
        and all(number is not None and number >= 0 for number in numbers)
    )


def _number(cell: Cell) -> Decimal | None:
    try:
        number = Decimal(cell.text) if cell.numeric else None
    except InvalidOperation:
        return None
    return number if number is None or number.is_finite() else None


def points(table: Table) -> list[dict[str, str | float | None]]:
    """`{lat, long, label, href}` in degrees (WGS 84) for each row with a place: a WKT point, or two variables named
    after latitude and longitude. The label is the row's first cell that is no place."""
    found: list[dict[str, str | float | None]] = []
    for row in table.rows[:_MOST_POINTS]:
        place = _place(table.variables, row)
        if place:
            label = next((c for c in row if c.text and not c.numeric and not c.href and not _POINT.match(c.text)), None)
            link = next((c for c in row if c.href), None)
            text = label or link
            latitude, longitude = place
            found.append(
                {
                    "lat": latitude,
                    "long": longitude,
                    "label": text.text if text else f"{latitude}, {longitude}",
                    "href": link.href if link else None,
                }
            )
    return found


def _place(variables: list[str], row: list[Cell]) -> tuple[float, float] | None:
    latitude = longitude = None
    for name, cell in zip(variables, row, strict=True):
        if match := _POINT.match(cell.text):
            longitude, latitude = _degrees(match[1]), _degrees(match[2])
            break
        if name.lower() in _LATITUDE:
            latitude = _degrees(cell.text)
        elif name.lower() in _LONGITUDE:
            longitude = _degrees(cell.text)
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude


def _degrees(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
