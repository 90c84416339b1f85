"""Matching: which body each participant and funder of a record is, and which territory it governs.

Every match has its method and score (docs/matching.md explains each). What fits several places equally well stays
unmatched, with a finding that lists them: a wrong link is worse than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from atlas_ld.findings import Finding
from atlas_ld.iris import words
from atlas_ld.records import Participant, PartnershipRecord
from atlas_ld.reference import foreign, french, remarks
from atlas_ld.reference.bodies import (
    NOTHING_DECIDED,
    Body,
    Case,
    decided_body,
    foreign_body,
    french_body,
)
from atlas_ld.reference.curation import Decisions
from atlas_ld.reference.decision import CERTAIN, Decision
from atlas_ld.reference.funders import Funder, FunderKind, named, resolve_funder
from atlas_ld.reference.gazetteer import Gazetteer, Match
from atlas_ld.reference.generic import is_label
from atlas_ld.reference.names import EPCI_KINDS, body_kind, luhn

__all__ = ["Body", "Funder", "FunderKind", "Match", "Resolution", "luhn", "post_country", "resolve"]

_LEADING = frozenset({"french-authority", "foreign-partner"})
_POST = re.compile(r"(?:ambassade|consulat general|consul general|consulat)(?: de france)? \w+ (?P<where>.+)")
_TOWN_KINDS = EPCI_KINDS | {"commune"}


@dataclass(frozen=True)
class Resolution:
    """Bodies aligned with the record's participants (None for a name that is a mere label), funders with its funding
    lines, countries (alpha-2 or None) with its diplomatic posts; and the decisions that
    were used, each as its file and line."""

    participants: tuple[Body | None, ...]
    funders: tuple[Funder, ...]
    posts: tuple[str | None, ...]
    findings: tuple[Finding, ...]
    rulings: tuple[tuple[str, int], ...] = ()


def resolve(
    record: PartnershipRecord, gazetteer: Gazetteer, key: str | None = None, decisions: Decisions = NOTHING_DECIDED
) -> Resolution:
    """Match every participant, funder and post of `record`, whose key in the release is `key` (by default its own). The
    same name in two roles is the same body."""
    findings: list[Finding] = []
    known: dict[str, Body | None] = {}
    bodies: dict[int, Body | None] = {}
    places = (_country(one, gazetteer, []) for one in record.participants if one.role == "foreign-partner")
    countries = tuple(sorted({place for place in places if place}))
    year = record.first_signature_year or record.start_year
    case = Case(key or record.key, gazetteer, decisions, year, countries)
    towns = _between_towns(record, case)
    for index, participant in sorted(enumerate(record.participants), key=lambda item: item[1].role not in _LEADING):
        name = words(participant.name)
        if participant.role in _LEADING or name not in known:
            bodies[index] = _participant(participant, known, case, findings, towns=towns)
            known.setdefault(name, bodies[index])
        else:
            bodies[index] = known[name]
    participants = tuple(bodies[index] for index in range(len(record.participants)))
    funders = tuple(resolve_funder(line.funder, known, case) for line in record.funding)
    posts = tuple(post_country(post, gazetteer) for post in record.posts)
    findings += [remarks.unknown_post(post) for post, country in zip(record.posts, posts, strict=True) if not country]
    findings = [finding.at(record=case.record) for finding in dict.fromkeys(findings)]
    return Resolution(participants, funders, posts, tuple(findings), _rulings(record, case))


def _rulings(record: PartnershipRecord, case: Case) -> tuple[tuple[str, int], ...]:
    """The decisions about names of this record."""
    if not case.decisions:
        return ()
    named = [(one.name, _country_of(one, case.gazetteer)) for one in record.participants]
    named += [(line.funder, None) for line in record.funding]
    rulings = (one for name, country in named for one in case.decisions.concerning(words(name), country, case.record))
    return tuple(sorted({(ruling.source, ruling.line) for ruling in rulings}))


def post_country(post: str, gazetteer: Gazetteer) -> str | None:
    """The country (alpha-2) that a diplomatic post answers for, from the city or country in its name."""
    found = _POST.fullmatch(words(post))
    if not found:
        return None
    country = gazetteer.country(found["where"])
    return gazetteer.post_city(found["where"]) or (gazetteer.place(country.place).country if country else None)


def _between_towns(record: PartnershipRecord, case: Case) -> bool:
    """Whether the French partners are communes or EPCI, so that a bare foreign name is a town's."""
    kinds = set()
    for participant in record.participants:
        if participant.role == "french-authority":
            decision = french.decide(participant.name, participant.kind, case.gazetteer, case.year)
            kinds.add(case.gazetteer.place(decision.match.place).level if decision.match else decision.kind)
    return bool(kinds) and kinds <= _TOWN_KINDS


def _participant(
    participant: Participant, known: dict[str, Body | None], case: Case, findings: list[Finding], *, towns: bool
) -> Body | None:
    """The body that a participant is; None for a mere label, such as `habitants`. A steward's decision goes first."""
    name, gazetteer = participant.name, case.gazetteer
    if participant.kind and not body_kind(participant.kind):
        findings.append(remarks.unknown_kind(participant.kind))
    country = _country(participant, gazetteer, findings)
    siren = _siren(participant, findings)
    place = _country_of(participant, gazetteer)
    ruling = case.decisions.of(words(name), place, case.record)
    if ruling:
        decided = decided_body(name, ruling, place, case)
        undecided = _undecided(participant, known, country, siren, case, [], towns=towns)
        if not (decided and undecided) or decided.key == undecided.key or undecided.identification == "identified":
            return decided
        return replace(decided, former_keys=(undecided.key, *undecided.former_keys))
    return _undecided(participant, known, country, siren, case, findings, towns=towns)


def _undecided(
    participant: Participant,
    known: dict[str, Body | None],
    country: str | None,
    siren: str | None,
    case: Case,
    findings: list[Finding],
    *,
    towns: bool,
) -> Body | None:
    name = participant.name
    if participant.role == "french-authority" or siren or country == "FR":
        return _french(participant, siren, case, findings)
    if participant.role == "foreign-partner" or country:
        return _foreign(participant, country, case, findings, towns=towns)
    return named(name, participant.kind, known, case)


def _foreign(
    participant: Participant, country: str | None, case: Case, findings: list[Finding], *, towns: bool
) -> Body | None:
    name, gazetteer = participant.name, case.gazetteer
    decision = case.allowed(name, country, foreign.decide(name, participant.kind, country, gazetteer, towns=towns))
    if decision.candidates:
        findings.append(remarks.ambiguous_partner(name, decision.candidates, gazetteer))
    elif not decision.match and is_label(words(name)):
        return None
    elif not decision.match and country:
        findings.append(remarks.unmatched_partner(name, gazetteer.place(f"country-{country.lower()}").name))
    return foreign_body(name, country, decision, case)


def _french(participant: Participant, siren: str | None, case: Case, findings: list[Finding]) -> Body | None:
    """A French body. A valid SIREN decides, even where the name would say something else."""
    name, gazetteer = participant.name, case.gazetteer
    if siren:
        place = gazetteer.siren(siren)
        match = Match(place, "siren", CERTAIN) if place else None
        return french_body(name, Decision(match, authority=french.announces_authority(name)), case, siren)
    decision = case.allowed(name, "FR", french.decide(name, participant.kind, gazetteer, case.year))
    if decision.candidates:
        findings.append(remarks.ambiguous_authority(name, decision.candidates, gazetteer))
    elif not decision.match and is_label(words(name)):
        return None
    elif not decision.match and decision.authority:
        findings.append(remarks.unmatched_authority(name))
    return french_body(name, decision, case)


def _country_of(participant: Participant, gazetteer: Gazetteer) -> str | None:
    return "FR" if participant.role == "french-authority" else _country(participant, gazetteer, [])


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
