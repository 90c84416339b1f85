"""The years of a partnership on a line: signed, begun, funded, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas_ld.vocabulary import ATLAS
from atlas_ld.web.entities.views.funding_table import years_of
from atlas_ld.web.rendering.display import Graph
from atlas_ld.web.text.i18n import t

WIDTH, LEFT, RIGHT = 640.0, 26.0, 26.0


@dataclass(frozen=True)
class Moment:
    """A year that the record names, where it stands on the line, and what it is. `above` sets its label apart from
    that of the year before where they are close."""

    x: float
    year: int
    label: str
    above: bool


@dataclass(frozen=True)
class Timeline:
    """Moments in order; `span` is from the beginning to the end where both are known; `funded` are years of
    funding: where it begins and ends, and how they are written."""

    moments: Sequence[Moment]
    span: tuple[float, float] | None
    funded: Sequence[tuple[float, float, str]]


def timeline(iri: str, graph: Graph) -> Timeline | None:
    """None where the record names less than two different years."""
    signed, start = graph.year(iri, ATLAS.firstSignatureYear), graph.year(iri, ATLAS.startYear)
    end = graph.year(iri, ATLAS.endYear) or graph.year(iri, ATLAS.endDate)
    lines = graph.iris(iri, ATLAS.fundingLine)
    funded = sorted({told for line in lines if (told := years_of(graph, line))})
    named: dict[int, list[str]] = {}
    for year, text in ((signed, t("timeline.signed")), (start, t("timeline.start")), (end, t("timeline.end"))):
        if year is not None:
            named.setdefault(year, []).append(text)
    years = sorted({*named, *(year for both in funded for year in both)})
    if len(years) < 2:
        return None
    scale = (WIDTH - LEFT - RIGHT) / (years[-1] - years[0])

    def place(year: int) -> float:
        return LEFT + scale * (year - years[0])

    moments: list[Moment] = []
    for year in sorted(named):
        close = bool(moments) and place(year) - moments[-1].x < 150 and not moments[-1].above
        moments.append(Moment(place(year), year, ", ".join(named[year]), close))
    span = (place(start), place(end)) if start is not None and end is not None and start <= end else None
    spans = [(place(first), place(last), "–".join(map(str, sorted({first, last})))) for first, last in funded]
    return Timeline(moments, span, spans)
