"""Where the names of a record stand that nobody knows for certain."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from atlas_ld.records import PartnershipRecord
from atlas_ld.reference.bodies import Body
from atlas_ld.reference.decision import LIKELY
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import Resolution

FUNDER = "funder"
"""The role of who pays a funding line; the other roles are those of the code list."""


class Use(NamedTuple):
    """One name as a partnership has it, in plain values.

    `country` is alpha-2, empty where it is not known or, of a funder, not told; `kind` is as written; `place`, `method`
    and `score` are those of a match; `cents` is the money that hangs on it: that of the partnership, or of a funder
    what it pays.
    """

    name: str
    country: str
    kind: str
    role: str
    body: str
    identification: str
    place: str
    method: str
    score: str
    cents: int


def uses_of(record: PartnershipRecord, resolution: Resolution, gazetteer: Gazetteer) -> list[Use]:
    """The names of a record that are doubtful: of bodies that no register knows, or matched by likeness, where no
    steward has decided."""
    whole = sum((_cents(line.amount) for line in record.funding), 0)
    uses = [
        _use(one.name, _country(one.role, one.country, gazetteer), one.kind or "", one.role, body, whole)
        for one, body in zip(record.participants, resolution.participants, strict=True)
        if body and is_doubtful(body)
    ]
    uses += [
        _use(line.funder, "", "", FUNDER, funder.body, _cents(line.amount))
        for line, funder in zip(record.funding, resolution.funders, strict=True)
        if funder.body and is_doubtful(funder.body)
    ]
    return uses


def is_doubtful(body: Body) -> bool:
    """Whether a body is known by name only, or by likeness, and no steward has decided on it."""
    by_likeness = body.score is not None and body.score < LIKELY
    return body.note is None and (body.identification != "identified" or by_likeness)


def _use(name: str, country: str, kind: str, role: str, body: Body, cents: int) -> Use:
    matched = (body.territory or "", body.method or "", str(body.score)) if body.score is not None else ("", "", "")
    return Use(name, country, kind, role, body.key, body.identification, *matched, cents)


def _country(role: str, written: str | None, gazetteer: Gazetteer) -> str:
    if role == "french-authority":
        return "FR"
    found = gazetteer.country(written) if written else None
    return gazetteer.place(found.place).country if found else ""


def _cents(amount: Decimal | None) -> int:
    return int((amount or Decimal()) * 100)
