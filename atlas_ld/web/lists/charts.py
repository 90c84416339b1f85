"""Charts, drawn on the server as SVG: they need no JavaScript, follow the page's colours, and print.

`/charts/funding-by-year.svg` and `.csv` give the same for any selection of the list of funding.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from flask import Response, render_template, request

from atlas_ld.media import CSV, SVG
from atlas_ld.release.kinds import LISTS
from atlas_ld.release.reading.facets import at
from atlas_ld.web.http.responses import answer
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.lists.rows import euros_of
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.urls import url_for
from atlas_ld.web.text.formatting import short_euros

blueprint = Routes("charts", __name__)

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 230, 74, 12, 26
"""Of the drawing, in its own units; the axis of amounts stands in the left margin, that of years in the bottom one."""

_WIDEST = 46
_STEPS = tuple(Decimal(step) for step in ("1", "2", "5", "10", "20"))


@dataclass(frozen=True)
class Column:
    """One year: its sum in euros, and the bar in the units of the drawing. `named` years have their number below."""

    year: int
    amount: Decimal | None
    x: float
    y: float
    width: float
    height: float
    named: bool


@dataclass(frozen=True)
class Period:
    """Several years: the sum in euros of what was given for all of them together, which no bar shows; and the line
    below the bars, in the units of the drawing."""

    first: int
    last: int
    amount: Decimal
    x: float
    width: float

    @property
    def years(self) -> str:
        return f"{self.first}–{self.last}"


@dataclass(frozen=True)
class Chart:
    """Funding by year. `ticks` are heights with what they stand for; `periods` are sums for several years, which are
    divided nowhere, and `several` their total; `undated` is the sum of lines without a year.

    `address` gives the address of the same chart as a file, `rows` that of its lines, `query` their SPARQL.
    """

    columns: Sequence[Column]
    periods: Sequence[Period]
    several: Decimal
    ticks: Sequence[tuple[float, str]]
    undated: Decimal | None
    total: Decimal
    lines: int
    funded: int
    partnerships: int | None
    svg: str
    csv: str
    rows: str
    query: str | None


def funding_by_year(publication: Publication, chosen: selecting.Selection) -> Chart | None:
    """The chart of a selection of funding lines; None where no amount is known."""
    sums = _sums(publication, chosen.bits)
    if not any(sums.values()):
        return None
    dated = {years[0]: amount for years, amount in sums.items() if years and years[0] == years[1]}
    spans = {years: amount for years, amount in sums.items() if years and years[0] < years[1]}
    every = sorted({year for years in sums if years for year in years})
    axis = range(every[0], every[-1] + 1) if every else range(0)
    highest = max(dated.values(), default=Decimal(0))
    step = axis_step(highest)
    marks = [step * number for number in range(-(-int(highest * 100) // int(step * 100)) + 1)]
    scale = float(HEIGHT - TOP - BOTTOM) / float(marks[-1] or 1)
    return Chart(
        columns=_columns(dated, axis, scale),
        periods=_periods(spans, axis),
        several=sum(spans.values(), Decimal(0)),
        ticks=[(HEIGHT - BOTTOM - scale * float(mark), short_euros(mark)) for mark in marks],
        undated=sums.get(None),
        total=sum(sums.values(), Decimal(0)),
        lines=_stated(publication, chosen.bits),
        funded=funded(publication, chosen.bits),
        partnerships=_partnerships(publication, chosen),
        svg=chosen.address(url_for("charts.by_year", extension="svg", lang=None)),
        csv=chosen.address(url_for("charts.by_year", extension="csv", lang=None)),
        rows=chosen.address(url_for("lists.funding", lang=None), lang=request.args.get("lang")),
        query=selecting.query(publication, chosen),
    )


def _stated(publication: Publication, lines: int) -> int:
    """How many of these lines state an amount."""
    return sum(cents is not None for cents in at(publication.facets.lines().cents, lines))


def funded(publication: Publication, lines: int) -> int:
    """How many partnerships state an amount on one of these lines."""
    known = publication.facets.lines()
    told = zip(at(known.owners, lines), at(known.cents, lines), strict=True)
    return len({owner for owner, cents in told if cents is not None})


def _partnerships(publication: Publication, chosen: selecting.Selection) -> int | None:
    """Of how many partnerships the lines of a selection are all that is declared; None for those of a funder or a
    decade, which say nothing of other lines."""
    facets = [LISTS["funding"].facet(name) for name in chosen.chosen]
    if chosen.words or any(facet is None or facet.own for facet in facets):
        return None
    return selecting.select(publication, "partnerships", chosen.chosen).bits.bit_count()


def _sums(publication: Publication, lines: int) -> Mapping[tuple[int, int] | None, Decimal]:
    by_year = publication.facets.amounts_by_year(lines)
    return {years: euros_of(cents) or Decimal(0) for years, cents in by_year.items()}


def axis_step(highest: Decimal) -> Decimal:
    """The distance of the lines of the axis: 1, 2 or 5 times a power of ten, at most five of them to the top."""
    power = Decimal(10) ** max(highest.adjusted() - 1, 0)
    return next(step * power for step in _STEPS if 5 * step * power >= highest)


def _columns(dated: Mapping[int, Decimal], years: range, scale: float) -> list[Column]:
    """A place for every year from the first to the last, empty where nothing is known of it."""
    if not years:
        return []
    step = (WIDTH - LEFT) / len(years)
    width = min(step * 0.72, _WIDEST)
    every = max(1, -(-len(years) // 12))
    columns = []
    for place, year in enumerate(years):
        amount = dated.get(year)
        height = scale * float(amount or 0)
        x = LEFT + step * place + (step - width) / 2
        columns.append(
            Column(year, amount, x, HEIGHT - BOTTOM - height, width, height, (years[-1] - year) % every == 0)
        )
    return columns


def _periods(spans: Mapping[tuple[int, int], Decimal], years: range) -> list[Period]:
    """A line below the years of each sum that is for several."""
    step = (WIDTH - LEFT) / len(years) if years else 0.0
    return [
        Period(first, last, amount, LEFT + step * (first - years[0]) + 1, step * (last - first + 1) - 2)
        for (first, last), amount in sorted(spans.items())
    ]


@blueprint.get(
    "/charts/funding-by-year.<any(svg, csv):extension>",
    fr="Financement par année de la sélection, en dessin ou en tableau",
    en="Funding by year of the selection, as a drawing or as a table",
    formats=(SVG, CSV),
    parameters=("q", "lang"),
    list="funding",
)
def by_year(extension: str) -> Response:
    """The chart of the lines that the address selects, as it selects them on /funding; as a drawing or as a table."""
    publication = current_publication()
    chosen = selecting.read(publication, "funding", request.args)
    if extension == CSV.extension:
        return answer(partial(_csv, publication, chosen), CSV, vary=())
    return answer(partial(_svg, publication, chosen), SVG, vary=("Accept-Language",))


def _svg(publication: Publication, chosen: selecting.Selection) -> str:
    return render_template("lists/chart_file.svg", chart=funding_by_year(publication, chosen))


def _csv(publication: Publication, chosen: selecting.Selection) -> str:
    output = io.StringIO()
    rows = csv.writer(output, lineterminator="\n")
    rows.writerow(("year", "last_year", "euros"))
    sums = _sums(publication, chosen.bits)
    for years, amount in sorted(sums.items(), key=lambda item: (item[0] is None, item[0] or (0, 0))):
        first, last = years or ("", "")
        rows.writerow((first, last if last != first else "", amount))
    return output.getvalue()
