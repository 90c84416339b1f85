"""/map: partnerships on a map, with the filters of their list; and small maps drawn on the server for other pages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import hypot, sqrt

from flask import Response, render_template, request

from atlas_ld.media import JSON, SVG
from atlas_ld.release.reading.facets import Place, at
from atlas_ld.web.http.responses import answer, html_page
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.lists import land as world
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.lists.rows import Page, paginate
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.urls import url_for
from atlas_ld.web.text.i18n import current_language

blueprint = Routes("maps", __name__)

_MOST_POINTS, _MOST_ARCS, _MOST_NAMES = 150, 60, 8
_ROWS = 25
_NARROWEST, _MARGIN, _SHAPE = 36.0, 0.14, 2.4
_WORLD = (0.0, 6.0, 360.0, 139.0)
_LARGEST, _SMALLEST = 8.2, 1.6
"""Radii in 1/360 of a drawing's width. Areas are in proportion to what they count, down to what can still be seen."""


@dataclass(frozen=True)
class Dot:
    """A place on a drawing: where, its radius, its label, partnerships there, its page, on the French side or not.

    `whole_country`: the partner is known by its country alone. `named`: the label is written beside the dot.
    """

    x: float
    y: float
    radius: float
    label: str
    count: int
    href: str
    french: bool
    whole_country: bool
    named: bool


@dataclass(frozen=True)
class Sketch:
    """A map as a drawing: the part of the world, in the units of `world`, dots, arcs as path data.

    `by_country` says how many of its places abroad stand for a whole country; `left_out`, how many partnerships of the
    selection have no dot abroad; `letter` is the height of written names.
    """

    view: str
    dots: Sequence[Dot]
    arcs: Sequence[str]
    by_country: int
    left_out: int
    letter: float


def _pairs(publication: Publication, partnerships: int) -> Iterator[tuple[str, str]]:
    """The keys of a place in France and of one abroad, once for each partnership of a selection that has both."""
    links = publication.facets.links()
    both = zip(at(links.here, partnerships), at(links.abroad, partnerships), strict=True)
    return ((one, other) for ours, theirs in both for one in ours for other in theirs)


def sketch(publication: Publication, partnerships: int, centre: str | None = None) -> Sketch | None:
    """The map of a selection of partnerships; None where no place is known. Places with most partnerships first.

    Where `centre` is the key of a place, arcs go from there.
    """
    here, abroad = publication.facets.places_of(partnerships)
    chosen = [key for key, _ in abroad.most_common(_MOST_POINTS)]
    ours = [centre] if centre else [key for key, _ in here.most_common(_MOST_POINTS)]
    places = publication.facets.places([*chosen, *ours])
    if centre and centre in places:
        pairs = [(centre, key) for key in chosen if key in places and key != centre]
    else:
        pairs = _few(pair for pair in _pairs(publication, partnerships) if all(key in places for key in pair))
    shown = [(places[key], abroad[key], False) for key in chosen if key in places]
    shown += [(places[key], here[key], True) for key in ours if key in places]
    if not shown:
        return None
    lines = [(places[one], places[other]) for one, other in pairs] if len(pairs) <= _MOST_ARCS else []
    drawn = {key for key in chosen if key in places}
    return _drawn(shown, lines, left_out=_without(publication, partnerships, drawn))


def _without(publication: Publication, partnerships: int, drawn: Collection[str]) -> int:
    """How many partnerships of a selection have none of these places abroad."""
    return sum(1 for keys in at(publication.facets.links().abroad, partnerships) if not any(k in drawn for k in keys))


def _few(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each pair once, the most frequent first; no more are read where there are too many to draw."""
    counted: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        counted[pair] += 1
        if len(counted) > _MOST_ARCS:
            break
    return [pair for pair, _ in counted.most_common()]


def countries(publication: Publication) -> Sketch | None:
    """The whole world with a dot for each partner country."""
    everything = publication.facets.everything("partnerships")
    counted = publication.facets.counts("partnerships", "country", everything)
    places = publication.facets.places(counted)
    shown = [(places[key], counted[key], False) for key in sorted(counted, key=lambda k: -counted[k]) if key in places]
    return _drawn(shown, [], view=_WORLD, one_kind=True) if shown else None


def _drawn(
    shown: Sequence[tuple[Place, int, bool]],
    lines: Sequence[tuple[Place, Place]],
    view: tuple[float, float, float, float] | None = None,
    left_out: int = 0,
    one_kind: bool = False,
) -> Sketch:
    """`one_kind`: every dot is a country, so that none has to be told apart from exact places."""
    left, top, width, height = view or _view([place for place, _, _ in shown])
    unit = width / 360
    most = max(count for _, count, _ in shown)
    named = len(shown) <= _MOST_NAMES
    dots = [
        Dot(
            world.x(place.long),
            world.y(place.lat),
            unit * max(_SMALLEST, _LARGEST * sqrt(count / most)) if most > 1 else unit * _LARGEST / 2.5,
            _label(place),
            count,
            url_for("documents.document", kind="territory", name=place.key),
            french,
            place.is_country and not one_kind,
            named,
        )
        for place, count, french in shown
    ]
    arcs = [_arc(one, other) for one, other in lines]
    margin = unit * _LARGEST  # no circle is cut at the edge
    view_box = f"{left - margin:.2f} {top - margin:.2f} {width + 2 * margin:.2f} {height + 2 * margin:.2f}"
    by_country = sum(dot.whole_country and not dot.french for dot in dots)
    return Sketch(view_box, dots, arcs, by_country, left_out, unit * 9)


def _label(place: Place) -> str:
    return place.en if current_language() == "en" else place.fr


def _view(places: Sequence[Place]) -> tuple[float, float, float, float]:
    """The part of the world that holds these places, with some margin, somewhat wider than a page is."""
    xs, ys = [world.x(place.long) for place in places], [world.y(place.lat) for place in places]
    width = max(max(xs) - min(xs), _SHAPE * (max(ys) - min(ys)), _NARROWEST) * (1 + 2 * _MARGIN)
    width = min(width, 360.0)
    height = width / _SHAPE
    left = min(max((max(xs) + min(xs) - width) / 2, 0), 360 - width)
    top = min(max((max(ys) + min(ys) - height) / 2, 0), 180 - height)
    return left, top, width, height


def _arc(one: Place, other: Place) -> str:
    """A line between two places, bent to the north."""
    x1, y1, x2, y2 = world.x(one.long), world.y(one.lat), world.x(other.long), world.y(other.lat)
    bend = hypot(x2 - x1, y2 - y1) * 0.22
    return f"M{x1:.2f} {y1:.2f}Q{(x1 + x2) / 2:.2f} {(y1 + y2) / 2 - bend:.2f} {x2:.2f} {y2:.2f}"


@blueprint.get(
    "/map",
    fr="Carte de la sélection, et la même en tableau",
    en="Map of the selection, and the same as a table",
    parameters=("q",),
    list="partnerships",
    kept=True,
)
def page() -> Response:
    """The map of a selection of partnerships, as /partnerships selects them, and the same as a table."""
    publication = current_publication()
    chosen = selecting.read(publication, "partnerships", request.args)
    _, abroad = publication.facets.places_of(chosen.bits)
    ranked = paginate(abroad.most_common(), _ROWS)
    places = publication.facets.places([key for key, _ in ranked.rows])
    rows = [(places[key], _label(places[key]), count) for key, count in ranked.rows if key in places]
    path = url_for("maps.page", lang=None)
    nowhere = selecting.select(
        publication, "partnerships", {**chosen.chosen, "country": (selecting.UNFILED,)}, chosen.words
    )
    values = {
        "selection": chosen,
        "rows": Page(rows, ranked.number, ranked.pages, ranked.total),
        "facets": selecting.facets(publication, chosen, path, None),
        "chips": selecting.chips(publication, chosen, path, None),
        "data": chosen.address(url_for("maps.data", lang=None), lang=current_language()),
        "list": chosen.address(url_for("lists.partnerships")),
        "undrawn": 0 if "country" in chosen.chosen else nowhere.bits.bit_count(),
        "undrawn_list": nowhere.address(url_for("lists.partnerships")),
    }
    return html_page(partial(_page, publication, chosen, values))


def _page(publication: Publication, chosen: selecting.Selection, values: dict[str, object]) -> str:
    return render_template("lists/map.html", sketch=sketch(publication, chosen.bits), **values)


@blueprint.get(
    "/map.json",
    fr="Lieux et liens de la carte",
    en="Places and links of the map",
    formats=(JSON,),
    parameters=("q", "lang"),
    list="partnerships",
    kept=True,
)
def data() -> Response:
    """What the map draws: `places` are `[key, label, latitude, longitude, partnerships, 1 on the French side]`,
    `links` are `[place, place, partnerships]` by number of the place."""
    publication = current_publication()
    chosen = selecting.read(publication, "partnerships", request.args)
    return answer(partial(_data, publication, chosen), JSON, vary=("Accept-Language",))


def _data(publication: Publication, chosen: selecting.Selection) -> str:
    here, abroad = publication.facets.places_of(chosen.bits)
    places = publication.facets.places([*here, *abroad])
    sides = [(key, count, french) for side, french in ((abroad, 0), (here, 1)) for key, count in side.items()]
    listed = [(key, count, french) for key, count, french in sides if key in places]
    number = {(key, french): place for place, (key, _, french) in enumerate(listed)}
    rows = [
        [key, _label(places[key]), round(places[key].lat, 3), round(places[key].long, 3), count, french]
        for key, count, french in listed
    ]
    links = [
        [number[one, 1], number[other, 0], count]
        for (one, other), count in Counter(_pairs(publication, chosen.bits)).items()
        if (one, 1) in number and (other, 0) in number
    ]
    return json.dumps({"places": rows, "links": links}, ensure_ascii=False, separators=(",", ":"))


@blueprint.get("/map/world.svg", fr="Contours des terres", en="Outlines of the land", formats=(SVG,))
def land() -> Response:
    """The outlines of the land; pages refer to its `#land`."""
    return answer(world.outlines, SVG, vary=())
