"""Funders, and who carries the works: bodies of which the source tells no more than a name, and their kind (code list
funder-kind).

`Ministère`, `Mairie` and `Agence` are French words, not marks of the French State: the country comes from the name or
from the partners, or it is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from atlas_ld.iris import words
from atlas_ld.reference import foreign, french
from atlas_ld.reference.bodies import Body, Case, decided_body, foreign_body, french_body, named_body
from atlas_ld.reference.decision import Decision
from atlas_ld.reference.generic import is_label
from atlas_ld.reference.names import forms, without_article

FunderKind = Literal["state", "french-authority", "foreign-partner", "agency", "own-resources", "aggregate", "other"]
KINDS: tuple[FunderKind, ...] = get_args(FunderKind)

_STATE = re.compile(
    r"(?:ministere|secretariat d etat|presidence de la republique|gouvernement|assemblee nationale|senat|parlement|"
    r"etat|tresor public|direction (?:generale|nationale)) ?.*"
)
_FRENCH_POST = re.compile(
    r"(?:ambassade|consulat(?: general)?|scac|service de cooperation et d action culturelle)\b.* de france\b.*|"
    r"(?:ambassade|consulat(?: general)?) (?:francais|francaise)\b.*|scac\b.*|institut francais\b.*"
)
_POST = re.compile(r"(?:ambassade|consulat(?: general)?)\b.*")
_PREFECTURE = re.compile(r"(?:sous )?prefecture (?:de )?(?:la )?(?:region )?(?P<rest>.+)")
_FRENCH_MINISTRY = re.compile(
    r"ministere (?:de l europe et )?(?:des affaires etrangeres|de l outre mer|des outre mer)\b.*"
)
_OWN = re.compile(
    r"(?:.*\b)?(?:auto ?financements?|(?:fonds|ressources|budget|apports?|moyens|credits|contributions?) propres?|"
    r"valorisations?|contributions? (?:volontaires? )?(?:en nature|valorisees?)|benevolat(?: valorise)?|"
    r"temps (?:de travail )?valorise|mise a disposition)\b.*"
)
"""What those who take part contribute themselves, in words."""
_WATER_AGENCY = re.compile(
    r"agence de l eau (?:adour garonne|artois picardie|loire bretagne|rhin meuse|seine normandie|rhone mediterranee"
    r"(?: corse| et corse)?)\b.*|office (?:de l eau de (?:la )?(?:guadeloupe|guyane|martinique|reunion|mayotte)|"
    r"francais\b.*)"
)
_AGENCY = re.compile(r"(?:agence|office)\b.*")
_RIVER = re.compile(r".* (?:du|de la|du fleuve|de la vallee du) (?:niger|congo|senegal|gambie)")
_AGGREGATE = re.compile(
    r".*\b(?:tous (?:les )?financeurs|budget global|partenaires? etrangers?|autres (?:financeurs|partenaires)|"
    r"et usagers|et partenaires|et autres|et divers|cofinancements?|collectivites et|agences de l eau)\b.*|"
    r"(?:fonds|programme)\b.* et .*|(?:les )?(?:autres )?collectivites(?: \w+)*"
)


@dataclass(frozen=True)
class Funder:
    """Who pays a funding line: no `body` where the source names a sum of several funders, or nobody."""

    body: Body | None
    kind: FunderKind


def resolve_funder(name: str, known: Mapping[str, Body | None], case: Case) -> Funder:
    """The funder that `name` is. `known` are the record's participants by their name in words, None for one that is a
    mere label; a participant that pays is the same body, however its name is written."""
    plain = words(name)
    if plain in known:
        same = known[plain]
        return Funder(same, _kind(same) if same else "aggregate")
    ruling = case.decisions.of(plain, None, case.record)
    if ruling:
        decided = decided_body(name, ruling, None, case)
        return Funder(decided, _kind(decided) if decided else "aggregate")
    listed = case.gazetteer.organisation(plain)
    if listed:
        kind = next(kind for kind in KINDS if kind == listed["kind"])
        return Funder(Body(key=listed["key"], label=listed["label"], country=listed["country"] or None), kind)
    if _OWN.fullmatch(plain):
        whose = (body for written, body in known.items() if body and written and f" {written} " in f" {plain} ")
        return Funder(next(whose, None), "own-resources")
    if is_label(plain) or _AGGREGATE.fullmatch(plain) or ("," in name and " et " in name):
        return Funder(None, "aggregate")
    return _service(name, plain, case) or _authority(name, known, case)


def named(name: str, kind: str | None, known: Mapping[str, Body | None], case: Case) -> Body | None:
    """The body that carries the works, of which the source tells a name and at most a kind: an authority where the name
    or the kind announces one; anybody else is known by name only. None for a mere label."""
    plain = words(name)
    if plain in known:
        return known[plain]
    ruling = case.decisions.of(plain, None, case.record)
    if ruling:
        return decided_body(name, ruling, None, case)
    listed = case.gazetteer.organisation(plain)
    if listed:
        return Body(key=listed["key"], label=listed["label"], country=listed["country"] or None)
    if is_label(plain):
        return None
    found = _service(name, plain, case)
    return found.body if found else _authority(name, known, case, kind).body


def _service(name: str, plain: str, case: Case) -> Funder | None:
    """A service of a State, or an agency; None where the name says neither."""
    told = case.gazetteer.told_country(name)
    place = _PREFECTURE.fullmatch(plain)
    if _FRENCH_POST.fullmatch(plain):
        # Its own name tells the country that it is in; it is France's. Alone, it may be the post in any country.
        return Funder(named_body(name, "FR", Decision(), case), "state")
    if place and any(
        case.gazetteer.french(level, without_article(form))
        for form in forms(place["rest"])
        for level in ("departement", "region", "former-region")
    ):
        return Funder(named_body(name, "FR", Decision(), case, specific=True), "state")
    if _POST.fullmatch(plain):
        told = told or case.gazetteer.told_country(re.split(r"\s(?:à|a|au|aux|en|auprès)\s", name)[0])
        return Funder(named_body(name, told, Decision(), case), "foreign-partner" if told else "other")
    if _STATE.fullmatch(plain):
        country = told or ("FR" if _FRENCH_MINISTRY.fullmatch(plain) else None)
        if country and country != "FR":
            state = foreign.state_of(plain, case.gazetteer) or _state_by_adjective(plain, country)
            decision = foreign.country_itself(state) if state else Decision()
            return Funder(foreign_body(name, country, decision, case), "foreign-partner")
        return Funder(named_body(name, country, Decision(), case), "state" if country else "other")
    if _WATER_AGENCY.fullmatch(plain):
        return Funder(named_body(name, "FR", Decision(), case), "agency")
    if _AGENCY.fullmatch(plain):
        if _RIVER.fullmatch(plain) and told not in case.countries:
            told = None  # the Office du Niger is in Mali
        kinds: dict[str | None, FunderKind] = {"FR": "agency", None: "other"}
        return Funder(named_body(name, told, Decision(), case), kinds.get(told, "foreign-partner"))
    state = foreign.state_of(plain, case.gazetteer) or (
        case.gazetteer.state(plain) if plain.startswith(("republique ", "royaume ", "union ")) else None
    )
    if state:
        country = case.gazetteer.place(state).country
        if country != "FR":
            return Funder(foreign_body(name, country, foreign.country_itself(state), case), "foreign-partner")
    return None


def _state_by_adjective(plain: str, country: str) -> str | None:
    """`gouvernement malien`: the State itself, not one of its services."""
    return f"country-{country.lower()}" if re.fullmatch(r"(?:gouvernement|etat) \w+", plain) else None


def _authority(name: str, known: Mapping[str, Body | None], case: Case, kind: str | None = None) -> Funder:
    """A participant written otherwise (`Ville de Rezé` for Rezé), else the authority that the name announces: one in
    France, or one in a partner's country. Where both have one of that name, neither is meant for certain."""
    gazetteer = case.gazetteer
    decision = case.allowed(name, None, french.decide(name, kind, gazetteer, case.year))
    body = french_body(name, decision, case)
    same = next((other for other in known.values() if other and decision.match and other.key == body.key), None)
    if same:
        return Funder(same, _kind(same))
    # `Mairie de Podor` is the partner Podor; the hospital and the région of Podor are others.
    for written in foreign.town_announced(name):
        partner = known.get(written)
        if partner and partner.country not in {None, "FR"}:
            return Funder(partner, "foreign-partner")
    if not (french.announces_authority(name) or kind or foreign.announces_authority(name)):
        return Funder(named_body(name, None, Decision(), case), "other")
    told = gazetteer.told_country(name)
    abroad = [
        (country, found)
        for country in ((told,) if told and told != "FR" else case.countries)
        for found in [case.allowed(name, None, foreign.decide(name, kind, country, gazetteer, towns=False))]
        if found.match or found.candidates
    ]
    if not abroad and not told and decision.match:
        return Funder(body, "french-authority")
    if len(abroad) == 1 and not decision.match and not decision.candidates and abroad[0][1].match:
        country, found = abroad[0]
        return Funder(foreign_body(name, country, found, case), "foreign-partner")
    if told and told != "FR":
        return Funder(named_body(name, told, Decision(authority=True), case), "foreign-partner")
    if not abroad and decision.candidates:
        doubtful = named_body(name, "FR", Decision(candidates=decision.candidates, authority=True), case)
        return Funder(doubtful, "french-authority")
    # Only some kinds of bodies are France's alone.
    if not abroad and not decision.match and french.is_french_only(name):
        return Funder(named_body(name, "FR", Decision(authority=True), case), "french-authority")
    return Funder(named_body(name, None, Decision(authority=True), case), "other")


def _kind(body: Body) -> FunderKind:
    if body.country == "FR":
        return "french-authority"
    return "foreign-partner" if body.country else "other"
