"""Matching: which body each participant and funder of a record is, and which territory it governs.

Every match has its method and score (docs/matching.md explains each). What fits several places equally well stays
unmatched, with a finding that lists them: a wrong link is worse than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from atlas_ld.findings import Finding
from atlas_ld.records import Participant, PartnershipRecord
from atlas_ld.reference import foreign, french, remarks
from atlas_ld.reference.bodies import Body, foreign_body, french_body, unknown_body
from atlas_ld.reference.decision import CERTAIN, Decision
from atlas_ld.reference.funders import Funder, FunderKind, resolve_funder
from atlas_ld.reference.gazetteer import Gazetteer, Match
from atlas_ld.reference.names import EPCI_KINDS, words

__all__ = ["Body", "Funder", "FunderKind", "Match", "Resolution", "luhn", "post_country", "resolve"]

_LEADING = frozenset({"french-authority", "foreign-partner"})
_POST = re.compile(r"(?:ambassade|consulat general|consul general|consulat)(?: de france)? \w+ (?P<where>.+)")
_TOWN_KINDS = EPCI_KINDS | {"commune"}


@dataclass(frozen=True)
class Resolution:
    """Bodies aligned with the record's participants, funders with its funding lines, countries (alpha-2 or None) with
    its diplomatic posts."""

    participants: tuple[Body, ...]
    funders: tuple[Funder, ...]
    posts: tuple[str | None, ...]
    findings: tuple[Finding, ...]


def resolve(record: PartnershipRecord, gazetteer: Gazetteer) -> Resolution:
    """Match every participant, funder and post of `record`. The same name in two roles is the same body."""
    findings: list[Finding] = []
    known: dict[str, Body] = {}
    bodies: dict[int, Body] = {}
    towns = _between_towns(record, gazetteer)
    for index, participant in sorted(enumerate(record.participants), key=lambda item: item[1].role not in _LEADING):
        name = words(participant.name)
        if participant.role in _LEADING or name not in known:
            bodies[index] = _participant(participant, gazetteer, findings, towns=towns)
            known.setdefault(name, bodies[index])
        else:
            bodies[index] = known[name]
    participants = tuple(bodies[index] for index in range(len(record.participants)))
    funders = tuple(resolve_funder(line.funder, participants, known, gazetteer) for line in record.funding)
    posts = tuple(post_country(post, gazetteer) for post in record.posts)
    findings += [remarks.unknown_post(post) for post, country in zip(record.posts, posts, strict=True) if not country]
    return Resolution(participants, funders, posts, tuple(f.at(record=record.key) for f in dict.fromkeys(findings)))


def luhn(siren: str) -> bool:
    """Whether nine digits are a SIREN (Luhn's check: https://www.insee.fr/fr/metadonnees/definition/c2047)."""
    if not re.fullmatch(r"[0-9]{9}", siren):
        return False
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(siren)))
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


def post_country(post: str, gazetteer: Gazetteer) -> str | None:
    """The country (alpha-2) that a diplomatic post answers for, from the city or country in its name."""
    found = _POST.fullmatch(words(post))
    if not found:
        return None
    country = gazetteer.country(found["where"])
    return gazetteer.post_city(found["where"]) or (gazetteer.place(country.place).country if country else None)


def _between_towns(record: PartnershipRecord, gazetteer: Gazetteer) -> bool:
    """Whether the French partners are communes or EPCI, so that a bare foreign name is a town's."""
    kinds = set()
    for participant in record.participants:
        if participant.role == "french-authority":
            decision = french.decide(participant.name, participant.kind, gazetteer)
            kinds.add(gazetteer.place(decision.match.place).level if decision.match else decision.kind)
    return bool(kinds) and kinds <= _TOWN_KINDS


def _participant(participant: Participant, gazetteer: Gazetteer, findings: list[Finding], *, towns: bool) -> Body:
    country = _country(participant, gazetteer, findings)
    siren = _siren(participant, findings)
    if participant.role == "french-authority" or siren or country == "FR":
        return _french(participant, siren, gazetteer, findings)
    if participant.role == "foreign-partner" or country:
        decision = foreign.decide(participant.name, participant.kind, country, gazetteer, towns=towns)
        if decision.candidates:
            findings.append(remarks.ambiguous_partner(participant.name, decision.candidates, gazetteer))
        return foreign_body(participant.name, country, decision, gazetteer)
    # Whoever carries the works may be anybody, so only a name that announces an authority is taken for one.
    if french.announces_authority(participant.name) or participant.kind:
        decision = french.decide(participant.name, participant.kind, gazetteer)
        if decision.match:
            return french_body(participant.name, decision, gazetteer)
    return unknown_body(participant.name)


def _french(participant: Participant, siren: str | None, gazetteer: Gazetteer, findings: list[Finding]) -> Body:
    """A French body. A valid SIREN decides, even where the name would say something else."""
    name = participant.name
    if siren:
        place = gazetteer.siren(siren)
        match = Match(place, "siren", CERTAIN) if place else None
        return french_body(name, Decision(match, authority=french.announces_authority(name)), gazetteer, siren)
    decision = french.decide(name, participant.kind, gazetteer)
    if decision.candidates:
        findings.append(remarks.ambiguous_authority(name, decision.candidates, gazetteer))
    elif not decision.match and decision.authority:
        findings.append(remarks.unmatched_authority(name))
    return french_body(name, decision, gazetteer)


def _country(participant: Participant, gazetteer: Gazetteer, findings: list[Finding]) -> str | None:
    if participant.role == "french-authority" or not participant.country:
        return None
    match = gazetteer.country(participant.country)
    if not match:
        findings.append(remarks.unknown_country(participant.country))
        return None
    return gazetteer.place(match.place).country


def _siren(participant: Participant, findings: list[Finding]) -> str | None:
    if not participant.siren:
        return None
    digits = re.sub(r"\s", "", participant.siren)
    if luhn(digits):
        return digits
    findings.append(remarks.invalid_siren(participant.siren))
    return None
