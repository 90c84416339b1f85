"""The outlines of the land as an SVG file, from Natural Earth (public domain) as the npm package world-atlas has it.

A drawing's units are degrees: x is the longitude from 180° west, y the latitude from the north pole. So a map of any
part of the world is a `viewBox`, and a place needs no projection (plate carrée).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from atlas_ld.errors import BrokenResource

_TOPOLOGY = Path(__file__).parents[1] / "static" / "vendor" / "world-atlas" / "countries-110m.json"

Point = tuple[float, float]


def x(longitude: float) -> float:
    return longitude + 180


def y(latitude: float) -> float:
    return 90 - latitude


@cache
def outlines() -> str:
    """An SVG document with one symbol-like group, `#land`. Raises BrokenResource where world-atlas is not installed."""
    try:
        topology = json.loads(_TOPOLOGY.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BrokenResource(
            f"{_TOPOLOGY} is missing; install the package again, or run frontend/install.py."
        ) from None
    arcs = [list(_decoded(arc, topology["transform"])) for arc in topology["arcs"]]
    paths = "".join(
        _path(ring, arcs) for geometry in topology["objects"]["countries"]["geometries"] for ring in _rings(geometry)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 180">'
        f'<g id="land"><path d="{paths}" vector-effect="non-scaling-stroke"/></g></svg>\n'
    )


def _decoded(arc: Sequence[Sequence[int]], transform: dict[str, Sequence[float]]) -> Iterator[Point]:
    """The points of a quantised, delta-encoded arc (TopoJSON specification, 2.1.3), in degrees."""
    (scale_x, scale_y), (move_x, move_y) = transform["scale"], transform["translate"]
    column = row = 0
    for step_x, step_y in arc:
        column, row = column + step_x, row + step_y
        yield x(column * scale_x + move_x), y(row * scale_y + move_y)


def _rings(geometry: dict[str, Any]) -> Iterable[Sequence[int]]:
    if geometry["type"] == "Polygon":
        return list(geometry["arcs"])
    if geometry["type"] == "MultiPolygon":
        return [ring for polygon in geometry["arcs"] for ring in polygon]
    return []


def _path(ring: Sequence[int], arcs: Sequence[Sequence[Point]]) -> str:
    """A ring as path data; a negative arc number stands for its complement, run backwards.

    A ring that crosses 180° goes on beyond the edge, and is drawn a second time on the other side. One that goes
    around a pole (Antarctica) is left out: on this projection it has no shape.
    """
    points: list[Point] = []
    for number in ring:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    whole = [points[0]]
    shift = 0.0
    for (before, _), (px, py) in pairwise(points):
        shift += 360.0 if px - before < -180 else -360.0 if px - before > 180 else 0.0
        whole.append((px + shift, py))
    if shift:
        return ""
    low, high = min(px for px, _ in whole), max(px for px, _ in whole)
    copies = [0.0, *([360.0] if low < 0 else []), *([-360.0] if high > 360 else [])]
    return "".join(_drawn([(px + move, py) for px, py in whole]) for move in copies)


def _drawn(points: Sequence[Point]) -> str:
    places = [f"{px:.1f} {py:.1f}" for px, py in points]
    kept = [place for before, place in zip(["", *places], places, strict=False) if place != before]
    return f"M{'L'.join(kept)}Z" if len(kept) > 2 else ""
