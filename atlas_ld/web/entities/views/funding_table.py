"""The funding of a partnership as a table: funders down, years across, with sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from atlas_ld.iris import fold
from atlas_ld.vocabulary import ATLAS
from atlas_ld.web.rendering.display import DisplayValue, Graph

Years = tuple[int, int]
"""The first and the last year of a line, one for most."""


@dataclass(frozen=True)
class FunderRow:
    """One funder of the table: amounts by years (None for undated), the lines behind each, and their sum.

    A year without an amount is there with None: the funder is named, the sum is not. Sums are None where no amount
    is known: nothing said is not zero.
    """

    funder: DisplayValue
    kind: DisplayValue | None
    amounts: Mapping[Years | None, Decimal | None]
    lines: Mapping[Years | None, tuple[str, ...]]
    total: Decimal | None

    @property
    def ranked(self) -> Decimal:
        """For sorting, the largest sum first."""
        return -(self.total or Decimal(0))


@dataclass(frozen=True)
class FundingTable:
    """All funding lines by funder and year, in euros. `oudin` is the share under the law of 9 February 2005."""

    years: tuple[Years | None, ...]
    rows: tuple[FunderRow, ...]
    totals: Mapping[Years | None, Decimal | None]
    total: Decimal | None
    oudin: Decimal | None
    count: int


def funding_table(iri: str, graph: Graph) -> FundingTable | None:
    """The funding lines of a partnership as a table, or None where there is none."""
    lines = graph.iris(iri, ATLAS.fundingLine)
    if not lines:
        return None
    by_funder: dict[str, list[str]] = {}
    for line in lines:
        by_funder.setdefault(fold(graph.text(line, ATLAS.declaredFunder) or ""), []).append(line)
    rows = tuple(_funder_row(graph, group) for _, group in sorted(by_funder.items()))
    years = sorted({years for row in rows for years in row.amounts}, key=lambda years: (years is None, years or (0, 0)))
    return FundingTable(
        years=tuple(years),
        rows=rows,
        totals={year: _sum(row.amounts.get(year) for row in rows) for year in years},
        total=_sum(row.total for row in rows),
        oudin=_sum(graph.decimal(line, ATLAS.oudinAmount) for line in lines),
        count=len(lines),
    )


def years_of(graph: Graph, line: str) -> Years | None:
    """The first and last year of a funding line; None where it says neither."""
    year = graph.year(line, ATLAS.year)
    first, last = graph.year(line, ATLAS.firstYear) or year, graph.year(line, ATLAS.lastYear) or year
    return (first, last) if first is not None and last is not None else None


def _funder_row(graph: Graph, lines: list[str]) -> FunderRow:
    first = lines[0]
    organisation, kind = graph.iri(first, ATLAS.funder), graph.iri(first, ATLAS.funderKind)
    declared = graph.text(first, ATLAS.declaredFunder) or ""
    amounts: dict[Years | None, Decimal | None] = {}
    behind: dict[Years | None, list[str]] = {}
    for line in sorted(lines):
        year, amount = years_of(graph, line), graph.decimal(line, ATLAS.amount)
        known = amounts.get(year)
        amounts[year] = known if amount is None else amount + (known or 0)
        behind.setdefault(year, []).append(line)
    link = graph.label(organisation) if organisation else None
    return FunderRow(
        funder=DisplayValue(declared, "fr", link.href if link else None),
        kind=graph.label(kind) if kind else None,
        amounts=amounts,
        lines={year: tuple(group) for year, group in behind.items()},
        total=_sum(amounts.values()),
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
