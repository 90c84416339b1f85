"""Matching: which body each participant and funder of a record is, and which territory it governs.

Every match has its method and score (docs/matching.md explains each). What fits several places equally well stays
unmatched, with a finding that lists them: a wrong link is worse than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import slug
from atlas_ld.records import Participant, PartnershipRecord
from atlas_ld.reference import foreign, french
from atlas_ld.reference.decision import CERTAIN, Decision
from atlas_ld.reference.gazetteer import FRANCE, Gazetteer, Match, Place
from atlas_ld.reference.names import words

__all__ = ["Body", "Funder", "FunderKind", "Match", "Resolution", "luhn", "resolve"]

FunderKind = Literal["state", "french-authority", "foreign-partner", "agency", "aggregate", "other"]

_AGGREGATE = re.compile(
    r".*\b(?:tous financeurs|tous les financeurs|budget global|partenaires etrangers|autres (?:financeurs|partenaires)"
    r"|et usagers|et partenaires|cofinancements?|collectivites)\b.*"
)
_STATE = re.compile(r"(?:ministere|ambassade de france|consulat|prefecture|etat francais|secretariat d etat|daect)\b.*")
_AGENCY = re.compile(
    r"(?:agence de l eau|agence francaise|ademe|agence de la transition|office (?:de l eau|francais))\b.*"
)
_POST = re.compile(r"(?:ambassade|consulat general|consul general|consulat)(?: de france)? (?P<where>.+)")

_LISTED = 5


@dataclass(frozen=True)
class Body:
    """A body that takes part or pays. `country` is alpha-2, `territory` the key of the place that it governs,
    `authority` whether it governs one, known or not. `method` and `score` are None where nothing was matched."""

    key: str
    label: str
    country: str | None = None
    territory: str | None = None
    siren: str | None = None
    authority: bool = False
    method: str | None = None
    score: Decimal | None = None


@dataclass(frozen=True)
class Funder:
    """Who pays a funding line: no `body` where the source names a sum of several funders."""

    body: Body | None
    kind: FunderKind


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
    towns = _between_towns(record, gazetteer)
    bodies: list[Body | None] = [None] * len(record.participants)
    leading = {"french-authority", "foreign-partner"}
    for index, participant in sorted(enumerate(record.participants), key=lambda p: p[1].role not in leading):
        body = known.get(words(participant.name)) if participant.role not in leading else None
        body = body or _participant(participant, gazetteer, findings, towns=towns)
        known.setdefault(words(participant.name), body)
        bodies[index] = body
    participants = tuple(body for body in bodies if body)
    funders = tuple(_funder(line.funder, participants, known, gazetteer) for line in record.funding)
    posts = tuple(post_country(post, gazetteer) for post in record.posts)
    for post, country in zip(record.posts, posts, strict=True):
        if country is None:
            findings.append(_unknown_post(post))
    unique = dict.fromkeys(findings)
    return Resolution(participants, funders, posts, tuple(f.at(record=record.key) for f in unique))


def luhn(siren: str) -> bool:
    """Whether nine digits are a SIREN (Luhn's check, INSEE: https://www.insee.fr/fr/metadonnees/definition/c2047)."""
    if not re.fullmatch(r"\d{9}", siren):
        return False
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(siren)))
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


def post_country(post: str, gazetteer: Gazetteer) -> str | None:
    """The country (alpha-2) of a diplomatic post, from the city or country in its name."""
    found = _POST.fullmatch(words(post))
    if not found:
        return None
    _, _, where = found["where"].partition(" ")  # after à, au, en, aux
    country = gazetteer.country(where) if where else None
    return gazetteer.post_city(where) or (country.place.removeprefix("country-").upper() if country else None)


def _between_towns(record: PartnershipRecord, gazetteer: Gazetteer) -> bool:
    """Whether the French partners are communes or EPCI, so that a bare foreign name is a town's."""
    levels = set()
    for participant in record.participants:
        if participant.role == "french-authority":
            match = french.decide(participant.name, participant.kind, gazetteer).match
            levels.add(gazetteer.place(match.place).level if match else "unknown")
    return bool(levels) and levels <= {"commune", "epci"}


def _participant(participant: Participant, gazetteer: Gazetteer, findings: list[Finding], *, towns: bool) -> Body:
    country = _country(participant, gazetteer, findings)
    siren = _siren(participant, findings)
    if participant.role == "french-authority" or siren or country == "FR":
        return _french(participant.name, participant.kind, siren, gazetteer, findings)
    if participant.role == "foreign-partner" or country:
        decision = foreign.decide(participant.name, participant.kind, country, gazetteer, towns=towns)
        if decision.candidates:
            findings.append(_ambiguous(participant.name, decision.candidates, gazetteer, abroad=True))
        return _foreign_body(participant.name, country, decision, gazetteer)
    if french.announces_authority(participant.name) or participant.kind:
        decision = french.decide(participant.name, participant.kind, gazetteer)
        if decision.match:
            return _french_body(participant.name, decision, None, gazetteer)
    return Body(key=f"{slug(participant.name)}-xx", label=participant.name)


def _country(participant: Participant, gazetteer: Gazetteer, findings: list[Finding]) -> str | None:
    if participant.role == "french-authority" or not participant.country:
        return None
    match = gazetteer.country(participant.country)
    if match:
        return match.place.removeprefix("country-").upper()
    findings.append(
        Finding(
            code="unknown-country",
            severity=Severity.WARNING,
            fr=f"Le pays « {participant.country} » n’est pas reconnu : écrivez son nom usuel ou son code ISO à deux lettres.",
            en=f"The country {participant.country!r} is not known: write its usual name or its two-letter ISO code.",
            field="participants",
        )
    )
    return None


def _siren(participant: Participant, findings: list[Finding]) -> str | None:
    if not participant.siren:
        return None
    digits = re.sub(r"\D", "", participant.siren)
    if luhn(digits):
        return digits
    findings.append(
        Finding(
            code="invalid-siren",
            severity=Severity.WARNING,
            fr=f"« {participant.siren} » n’est pas un SIREN (neuf chiffres, clé de Luhn) : corrigez-le ou retirez-le.",
            en=f"{participant.siren!r} is no SIREN (nine digits, Luhn check): correct it or leave it out.",
            field="participants",
        )
    )
    return None


def _french(name: str, kind: str | None, siren: str | None, gazetteer: Gazetteer, findings: list[Finding]) -> Body:
    if siren:
        place = gazetteer.siren(siren)
        if place:
            return _french_body(name, Decision(Match(place, "siren", CERTAIN), authority=True), siren, gazetteer)
        return Body(key=siren, label=name, country="FR", siren=siren, authority=french.announces_authority(name))
    decision = french.decide(name, kind, gazetteer)
    if decision.candidates:
        findings.append(_ambiguous(name, decision.candidates, gazetteer, abroad=False))
    elif not decision.match and decision.authority:
        findings.append(_unmatched(name))
    return _french_body(name, decision, None, gazetteer)


def _french_body(name: str, decision: Decision, siren: str | None, gazetteer: Gazetteer) -> Body:
    match, alias = decision.match, decision.alias
    if not match:
        return Body(key=f"{slug(name)}-fr", label=name, country="FR", authority=decision.authority)
    # An alias may name another legal person than today's authority of the territory; its SIREN is then its own.
    same = not (alias and alias.siren)
    siren = siren or (alias.siren if alias else None) or (gazetteer.place(match.place).siren if same else None)
    return Body(
        key=siren or f"{match.place}-fr",
        label=(alias.label if alias else None) or gazetteer.authority_name(match.place),
        country="FR",
        territory=match.place,
        siren=siren,
        authority=True,
        method=match.method,
        score=match.score,
    )


def _foreign_body(name: str, country: str | None, decision: Decision, gazetteer: Gazetteer) -> Body:
    code = country.lower() if country else "xx"
    match = decision.match
    if not match:
        return Body(key=f"{slug(name)}-{code}", label=name, country=country, authority=decision.authority)
    place = gazetteer.place(match.place)
    key, label = _foreign_key(place, decision.kind, gazetteer)
    return Body(
        key=f"{key}-{code}", label=label, country=country, territory=place.key, authority=True,
        method=match.method, score=match.score,
    )  # fmt: skip


def _foreign_key(place: Place, kind: str | None, gazetteer: Gazetteer) -> tuple[str, str]:
    """Key and label of the authority of a foreign place, the same however the source writes it."""
    if place.level == "country":
        return f"etat-{slug(place.name)}", f"État : {place.name}"
    if kind not in {None, "town"}:
        core = foreign.division_name(place.name)
        return f"{kind}-{slug(core)}", f"{core} ({kind})"
    namesakes = gazetteer.places_named(place.country, words(place.name))
    return slug(place.name) if len(namesakes) < 2 else f"{slug(place.name)}-{place.geonames}", place.name


def _funder(name: str, participants: tuple[Body, ...], known: dict[str, Body], gazetteer: Gazetteer) -> Funder:
    plain = words(name)
    listed = gazetteer.organisation(plain)
    if listed:
        kind: FunderKind = "state" if listed["kind"] == "state" else "agency"
        return Funder(Body(key=listed["key"], label=listed["label"], country="FR"), kind)
    if plain in known:
        return Funder(known[plain], _kind_of(known[plain]))
    if _STATE.fullmatch(plain):
        return Funder(Body(key=f"{slug(name)}-fr", label=name, country="FR"), "state")
    if _AGENCY.fullmatch(plain):
        return Funder(Body(key=f"{slug(name)}-fr", label=name, country="FR"), "agency")
    if _AGGREGATE.fullmatch(plain) or ("," in name and " et " in name):
        return Funder(None, "aggregate")
    state = foreign.state_of(plain, gazetteer)
    if state:
        body = _foreign_body(
            name,
            state.removeprefix("country-").upper(),
            Decision(Match(state, "name-of-country", CERTAIN), authority=True),
            gazetteer,
        )
        return Funder(body, "foreign-partner")
    return _authority_that_pays(name, participants, gazetteer)


def _authority_that_pays(name: str, participants: tuple[Body, ...], gazetteer: Gazetteer) -> Funder:
    """A participant written otherwise (`Ville de Rezé` for Rezé), else a French authority that the name announces."""
    decision = french.decide(name, None, gazetteer)
    if decision.match:
        body = _french_body(name, decision, None, gazetteer)
        if body in participants or any(body.key == other.key for other in participants):
            return Funder(next(other for other in participants if other.key == body.key), "french-authority")
        if french.announces_authority(name):
            return Funder(body, "french-authority")
    for body in participants:
        if body.country not in {None, "FR"} and words(name).endswith(f" {words(body.label)}"):
            return Funder(body, "foreign-partner")
    if french.announces_authority(name):
        return Funder(_french_body(name, Decision(authority=True), None, gazetteer), "french-authority")
    return Funder(Body(key=f"{slug(name)}-xx", label=name), "other")


def _kind_of(body: Body) -> FunderKind:
    if body.country == "FR":
        return "french-authority"
    return "foreign-partner" if body.country else "other"


def _ambiguous(name: str, candidates: tuple[str, ...], gazetteer: Gazetteer, *, abroad: bool) -> Finding:
    described = [_described(gazetteer.place(key), gazetteer) for key in candidates[:_LISTED]]
    more = len(candidates) - len(described)
    listed = " ; ".join(described) + (f" ; …{more}" if more > 0 else "")
    mend_fr = "précisez le nom ou son genre (ville, région…)" if abroad else (
        "ajoutez le département entre parenthèses, comme dans « Saint-Denis (93) », ou le SIREN"
    )  # fmt: skip
    mend_en = "make the name or its kind (ville, région...) more precise" if abroad else (
        "add the département in brackets, as in 'Saint-Denis (93)', or the SIREN"
    )  # fmt: skip
    return Finding(
        code="ambiguous-match",
        severity=Severity.WARNING,
        fr=f"« {name} » peut être : {listed} ; {mend_fr}.",
        en=f"{name!r} may be: {listed}; {mend_en}.",
        field="participants",
    )


def _described(place: Place, gazetteer: Gazetteer) -> str:
    if place.country == "FR" and place.within and place.within[0] != FRANCE:
        return f"{place.name} ({gazetteer.place(place.within[0]).name}, {place.key})"
    return f"{place.name} ({place.key})"


def _unmatched(name: str) -> Finding:
    return Finding(
        code="unmatched-authority",
        severity=Severity.INFO,
        fr=f"« {name} » n’a pas été trouvé parmi les collectivités d’aujourd’hui : vérifiez le nom ou donnez le SIREN.",
        en=f"{name!r} was not found among today's French authorities: check the name or give the SIREN.",
        field="participants",
    )


def _unknown_post(post: str) -> Finding:
    return Finding(
        code="unknown-post",
        severity=Severity.WARNING,
        fr=f"Le pays du poste « {post} » n’est pas connu : ajoutez sa ville à data/reference/posts.csv.",
        en=f"The country of the post {post!r} is not known: add its city to data/reference/posts.csv.",
        field="posts",
    )
