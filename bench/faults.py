"""Faults that are planted in generated records, each with the finding that it must lead to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from atlas_ld.records import Funding, PartnershipRecord, ThemeChoice


@dataclass(frozen=True)
class Fault:
    """Something wrong with a record, and the code of the finding that says so."""

    name: str
    code: str
    change: Callable[[PartnershipRecord], dict[str, Any]]

    def planted(self, record: PartnershipRecord) -> PartnershipRecord:
        """The record with this fault."""
        told = {name: getattr(record, name) for name in type(record).model_fields}
        return PartnershipRecord(**told | self.change(record))


def _paid(years: int = 0, **line: Any) -> Callable[[PartnershipRecord], dict[str, Any]]:
    """One funding line more, `years` after the start."""

    def change(record: PartnershipRecord) -> dict[str, Any]:
        added = Funding(funder="Autres partenaires", year=_start(record) + years, **line)
        return {"undocumented": (), "funding": (*record.funding, added)}

    return change


def _without(role: str) -> Callable[[PartnershipRecord], dict[str, Any]]:
    return lambda r: {"participants": tuple(p for p in r.participants if p.role != role)}


def _start(record: PartnershipRecord) -> int:
    assert record.start_year is not None
    return record.start_year


FAULTS: Sequence[Fault] = (
    Fault("negative amount", "FundingLine-amount/min-inclusive", _paid(amount=Decimal(-500))),
    Fault("no French authority", "Partnership-no-french-authority", _without("french-authority")),
    Fault("start year of three digits", "Partnership-startYear/pattern", lambda r: {"start_year": 201}),
    Fault("no title", "Partnership-title/min-count", lambda r: {"title": None}),
    Fault("ends early", "Partnership-end-before-start", lambda r: {"end_date": None, "end_year": _start(r) - 3}),
    Fault("no foreign partner", "Partnership-no-foreign-partner", _without("foreign-partner")),
    Fault(
        "share above the whole",
        "FundingLine-oudinAmount/less-than-or-equals",
        _paid(amount=Decimal(100), oudin=Decimal(200)),
    ),
    Fault("title of two letters", "Partnership-title-short/min-length", lambda r: {"title": "Eu"}),
    Fault("identifier with a space", "Partnership-identifier/pattern", lambda r: {"identifier": f"no {r.identifier}"}),
    Fault("negative count", "Partnership-volunteerCount/min-inclusive", lambda r: {"volunteer_count": -2}),
    Fault("amount missing", "FundingLine-amount-missing/min-count", _paid()),
    Fault("huge amount", "FundingLine-amount-large/max-inclusive", _paid(amount=Decimal(80_000_000))),
    Fault("paid decades before", "Partnership-funding-outside-period", _paid(-20, amount=Decimal(1))),
    Fault(
        "signed after it began",
        "Partnership-signature-after-start",
        lambda r: {"first_signature_year": _start(r) + 2},
    ),
    Fault(
        "priority of zero",
        "ThemeAssignment-priority/min-inclusive",
        lambda r: {"other_themes": (ThemeChoice(path=r.main_theme, priority=0),)},
    ),
)
"""What is planted, in turn."""
