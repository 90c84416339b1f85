"""Bodies: from what matching decided about a name to an organisation with its key and label.

Identity is earned (docs/matching.md): a body is identified, or shares its name with no other body that we know of, or
belongs to one record alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, Self, get_args

from atlas_ld.iris import slug, words
from atlas_ld.reference.curation import Decisions, Ruling
from atlas_ld.reference.decision import CERTAIN, Decision
from atlas_ld.reference.gazetteer import Gazetteer, Match
from atlas_ld.reference.generic import is_generic, told_apart

Identification = Literal["identified", "same-name", "not-identified"]
IDENTIFICATIONS: tuple[Identification, ...] = get_args(Identification)
NOTHING_DECIDED = Decisions()


@dataclass(frozen=True)
class Body:
    """A body that takes part or pays. `country` is alpha-2, `territory` the key of the place that it governs,
    `authority` whether it governs one, known or not. `method` and `score` are None where nothing was matched.
    `former_keys` are keys that it had in earlier versions, or would have
    without the decision that `note` tells of. `exists_from` and `exists_until` are its first and last days, where they
    are known; `replaced_by` are the bodies of today that took over from one that is no more."""

    key: str
    label: str
    country: str | None = None
    territory: str | None = None
    siren: str | None = None
    authority: bool = False
    method: str | None = None
    score: Decimal | None = None
    identification: Identification = "identified"
    former_keys: tuple[str, ...] = ()
    note: str | None = None
    exists_from: date | None = None
    exists_until: date | None = None
    replaced_by: tuple[Self, ...] = ()


@dataclass(frozen=True)
class Case:
    """What matching knows besides the name: the key of the record, the year in which it was signed or began, and the
    countries (alpha-2) of its foreign partners."""

    record: str
    gazetteer: Gazetteer
    decisions: Decisions = NOTHING_DECIDED
    year: int | None = None
    countries: tuple[str, ...] = ()

    def allowed(self, name: str, country: str | None, decision: Decision) -> Decision:
        """A decision without the places of which a steward said that the name is not it."""
        refused = self.decisions.refused(words(name), country, self.record)
        if not refused:
            return decision
        candidates = tuple(key for key in decision.candidates if key not in refused)
        if decision.match and decision.match.place in refused:
            return replace(decision, match=None, alias=None, candidates=candidates)
        return replace(decision, candidates=candidates)


def named_body(name: str, country: str | None, decision: Decision, case: Case, *, specific: bool = False) -> Body:
    """A body of which only the name is known: that of every record with this name in this country where the name is
    one body's as far as we know, else one of this record alone. `specific`: it is
    known to be."""
    if country and not decision.candidates and (specific or _tells_one(name, country, case.gazetteer)):
        key = _key_by_name(name, country)
        return Body(key, name, country, authority=decision.authority, identification="same-name")
    return _own_body(name, country, case, authority=decision.authority)


def _own_body(name: str, country: str | None, case: Case, *, authority: bool = False) -> Body:
    """A body of one record alone."""
    key = _key_by_name(name, country)
    own = f"{case.record}--{key}"
    return Body(own, name, country, authority=authority, identification="not-identified", former_keys=(key,))


def _key_by_name(name: str, country: str | None) -> str:
    return f"{slug(name)}-{country.lower() if country else 'xx'}"


def _tells_one(name: str, country: str, gazetteer: Gazetteer) -> bool:
    """Whether no second body of the country with this name is known or likely."""
    plain = words(name)
    if is_generic(plain, country):
        return False
    if country == "FR":
        levels = ("commune", "former-commune", "renamed-commune")
        return all(
            len({key for level in levels for key in gazetteer.french(level, form)}) < 2 for form in told_apart(plain)
        )
    # A body that we know only by name must not take the key of a place of the same name.
    taken = gazetteer.has_key_abroad(country, plain)
    return not taken and all(len(gazetteer.places_named(country, form)) < 2 for form in told_apart(plain))


def decided_body(name: str, ruling: Ruling, country: str | None, case: Case) -> Body | None:
    """The body that a steward decided a name to be; None where it was decided to be none."""
    if ruling.kind == "label":
        return None
    gazetteer = case.gazetteer
    if ruling.kind == "not":  # whatever was proposed is not it
        return replace(named_body(name, country, Decision(), case), note=ruling.note)
    if ruling.kind == "split":
        return replace(_own_body(name, country, case), note=ruling.note)
    if ruling.kind == "same-as":
        return Body(_key_by_name(ruling.value, country), ruling.value, country, note=ruling.note)
    siren = ruling.value if ruling.kind == "siren" else None
    place = gazetteer.siren(siren) if siren else ruling.value
    decision = Decision(Match(place, "decision", CERTAIN) if place else None)
    if siren or gazetteer.place(ruling.value).country == "FR":
        return replace(french_body(name, decision, case, siren), note=ruling.note)
    return replace(foreign_body(name, gazetteer.place(ruling.value).country, decision, case), note=ruling.note)


def french_body(name: str, decision: Decision, case: Case, siren: str | None = None) -> Body:
    """A French body: its key is its SIREN, else that of its territory, else its name."""
    match, alias, gazetteer = decision.match, decision.alias, case.gazetteer
    if not match:
        if siren:
            return Body(siren, name, "FR", siren=siren, authority=decision.authority)
        known = gazetteer.organisation(words(name))
        if known:
            return Body(known["key"], known["label"], known["country"] or None, authority=decision.authority)
        return named_body(name, "FR", decision, case)
    former = None if siren else gazetteer.former_authority(match.place, words(name), case.year)
    if former:
        told = former["siren"] or None
        return Body(
            key=told or f"{former['key']}-fr",
            label=former["label"],
            country="FR",
            territory=match.place,
            siren=told,
            authority=True,
            method="former-authority",
            score=match.score,
            former_keys=(_authority(match.place, gazetteer).key,),
            exists_until=date.fromisoformat(former["until"]),
            replaced_by=(_authority(former["now"], gazetteer),),
        )
    body = replace(
        _authority(match.place, gazetteer),
        method=match.method,
        score=match.score,
        replaced_by=tuple(_authority(key, gazetteer) for key in gazetteer.place(match.place).replaced_by),
    )
    other = siren or (alias.siren if alias else None)
    if not other or other == body.siren:
        return body
    # Another legal person of the same territory: its days are not known.
    label = (alias.label if alias else None) or body.label
    return replace(
        body, key=other, label=label, siren=other, former_keys=(), exists_from=None, exists_until=None, replaced_by=()
    )


def _authority(key: str, gazetteer: Gazetteer) -> Body:
    """Who governs a French territory, or governed it to its end."""
    place = gazetteer.place(key)
    return Body(
        key=place.siren or f"{key}-fr",
        label=gazetteer.authority_name(key),
        country="FR",
        territory=key,
        siren=place.siren,
        authority=True,
        former_keys=_keys_before(key, gazetteer),
        exists_from=place.exists_from or gazetteer.authority_since(key),
        exists_until=place.exists_until,
    )


def _keys_before(place: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """The key that a body of yesterday had while every name was taken for that of today's body (version 1)."""
    today, until, _ = place.partition("-until-")
    return (_authority(today, gazetteer).key,) if until and today in gazetteer else ()


def foreign_body(name: str, country: str | None, decision: Decision, case: Case) -> Body:
    """A foreign body. Where its place is known, its key and label are the place's, however the source writes it."""
    match, gazetteer = decision.match, case.gazetteer
    if not match:
        return named_body(name, country, decision, case)
    place = gazetteer.place(match.place)
    return Body(
        key=gazetteer.key_abroad(place),
        label=f"{place.name} (État)" if place.level == "country" else place.name,
        country=place.country,
        territory=place.key,
        authority=True,
        method=match.method,
        score=match.score,
    )
