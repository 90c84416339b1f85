"""Funders: who pays a funding line, and of which kind they are (code list funder-kind)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from atlas_ld.iris import slug
from atlas_ld.reference import foreign, french
from atlas_ld.reference.bodies import Body, foreign_body, french_body, unknown_body
from atlas_ld.reference.decision import Decision
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.names import words

FunderKind = Literal["state", "french-authority", "foreign-partner", "agency", "aggregate", "other"]
KINDS: tuple[FunderKind, ...] = get_args(FunderKind)

_STATE = re.compile(
    r"(?:ministere|ambassade de france|consulat general|prefecture de (?:la )?region|secretariat d etat|daect)\b.*"
)
_AGENCY = re.compile(
    r"(?:agence de l eau|agence francaise|agence de la transition|ademe|office (?:de l eau|francais))\b.*"
)
_AGGREGATE = re.compile(
    r".*\b(?:tous (?:les )?financeurs|budget global|partenaires? etrangers?|autres (?:financeurs|partenaires)|"
    r"et usagers|et partenaires|cofinancements?|collectivites)\b.*|(?:fonds|programme)\b.* et .*"
)


@dataclass(frozen=True)
class Funder:
    """Who pays a funding line: no `body` where the source names a sum of several funders."""

    body: Body | None
    kind: FunderKind


def resolve_funder(
    name: str, participants: tuple[Body, ...], known: Mapping[str, Body], gazetteer: Gazetteer
) -> Funder:
    """The funder that `name` is. `known` are the record's participants by their name in words; a participant that
    pays is the same body, however its name is written."""
    plain = words(name)
    if plain in known:
        return Funder(known[plain], _kind(known[plain]))
    listed = gazetteer.organisation(plain)
    if listed:
        kind = next(kind for kind in KINDS if kind == listed["kind"])
        return Funder(Body(key=listed["key"], label=listed["label"], country="FR"), kind)
    if _STATE.fullmatch(plain) or _AGENCY.fullmatch(plain):
        body = Body(key=f"{slug(name)}-fr", label=name, country="FR")
        return Funder(body, "state" if _STATE.fullmatch(plain) else "agency")
    if _AGGREGATE.fullmatch(plain) or ("," in name and " et " in name):
        return Funder(None, "aggregate")
    state = foreign.state_of(plain, gazetteer)
    if state:
        country = gazetteer.place(state).country
        return Funder(foreign_body(name, country, foreign.country_itself(state), gazetteer), "foreign-partner")
    return _authority(name, participants, known, gazetteer)


def _authority(name: str, participants: tuple[Body, ...], known: Mapping[str, Body], gazetteer: Gazetteer) -> Funder:
    """A participant written otherwise (`Ville de Rezé` for Rezé), else the authority that the name announces."""
    decision = french.decide(name, None, gazetteer)
    announced = french.announces_authority(name)
    body = french_body(name, decision, gazetteer)
    same = next((other for other in participants if decision.match and other.key == body.key), None)
    if same:
        return Funder(same, _kind(same))
    for written, partner in known.items():
        if partner.country not in {None, "FR"} and words(name).endswith(f" {written}"):
            return Funder(partner, "foreign-partner")
    if announced:
        unmatched = french_body(name, Decision(authority=True), gazetteer)
        return Funder(body if decision.match else unmatched, "french-authority")
    return Funder(unknown_body(name), "other")


def _kind(body: Body) -> FunderKind:
    if body.country == "FR":
        return "french-authority"
    return "foreign-partner" if body.country else "other"
