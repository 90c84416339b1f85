"""French authorities: from name, kind and département to the territory that they govern (docs/matching.md).

Population never decides between namesakes, and a territory of another legal form than the one told is no match.
"""

from __future__ import annotations

import re
from dataclasses import replace

from atlas_ld.iris import words
from atlas_ld.reference.decision import ALIKE, ALIKE_LENGTH, CERTAIN, LIKELY, NAMED, Decision, one_of
from atlas_ld.reference.gazetteer import Gazetteer, Match
from atlas_ld.reference.names import (
    EPCI_KINDS,
    FRENCH_KIND_CODES,
    Named,
    expanded,
    french,
    split_brackets,
    without_article,
)
from atlas_ld.reference.written import SLASH, Written, take_apart

_DEPARTEMENT_NUMBER = re.compile(r"(?:le |n |no |numero )*(?P<number>\d{1,3}|2[ab])")


def decide(name: str, declared_kind: str | None, gazetteer: Gazetteer, year: int | None = None) -> Decision:
    """The territory that the authority `name` governs. `declared_kind` is what the source says it is; a kind that the
    name itself announces goes before it (`Brest métropole` declared as a commune is the métropole)."""
    # A slash stands for `sur` in names of communes, for itself in those of EPCI: `Castillon/Pujols`.
    whole = name if _kind(french(name), declared_kind) in EPCI_KINDS else SLASH.sub(" sur ", name)
    written = replace(take_apart(whole, gazetteer), year=year)
    if written.name != whole:
        # What is taken for a qualifier may be part of an official name: `Château-Chinon (Ville)`, `Val 81`.
        found = _search(french(whole), declared_kind, Written(whole, year=year), gazetteer)
        if found and (not written.within or (found.match and written.fits(found.match.place, gazetteer))):
            return found
    found = _decide(written, declared_kind, gazetteer)
    if found.match and (written.unread or not written.lies(found.match.place, gazetteer)):
        return replace(found, match=None, candidates=(found.match.place,), alias=None)
    return found


def _decide(written: Written, declared_kind: str | None, gazetteer: Gazetteer) -> Decision:
    named = french(written.name)
    kind = _kind(named, declared_kind) or written.kind
    alias = gazetteer.french_alias(words(written.name), "epci" if kind in EPCI_KINDS else kind)
    if alias:
        match = Match(alias.place, "alias", CERTAIN) if alias.place else None
        return Decision(match, authority=True, kind=kind, alias=alias)
    if kind == "syndicat":
        return Decision(kind=kind)
    found = _search(named, kind if written.kind else declared_kind, written, gazetteer)
    unknown = Decision(authority=kind is not None, kind=kind)
    return found or (unknown if written.unread else _approximate(named, kind, written, gazetteer) or unknown)


def _kind(named: Named, declared_kind: str | None) -> str | None:
    return named.kind or (FRENCH_KIND_CODES.get(words(declared_kind)) if declared_kind else None)


def _search(named: Named, declared_kind: str | None, written: Written, gazetteer: Gazetteer) -> Decision | None:
    kind = _kind(named, declared_kind)
    return _of_kind(named, kind, written, gazetteer) if kind else _of_any_kind(named, written, gazetteer)


def announces_authority(name: str) -> bool:
    """Whether the name itself says that it is an authority's: `Ville de Paris`, `Brest métropole`."""
    return french(split_brackets(name)[0]).kind not in {None, "syndicat"}


def is_french_only(name: str) -> bool:
    """Whether the name announces a kind of authority that France alone has: `Communauté de communes`, `CD 29`."""
    return french(split_brackets(name)[0]).kind in {"ca", "cc", "ept", "metropole"}


def _of_kind(named: Named, kind: str, written: Written, gazetteer: Gazetteer) -> Decision | None:
    match kind:
        case "commune":
            return _commune(named, written, gazetteer, told=True)
        case "region":
            return _first(named, "region", gazetteer, kind) or _first(named, "former-region", gazetteer, kind)
        case "departement":
            numbers = (_DEPARTEMENT_NUMBER.fullmatch(form) for form in named.forms)
            numbered = next((gazetteer.departement(found["number"]) for found in numbers if found), None)
            if numbered:
                return one_of((numbered,), "departement-number", CERTAIN, kind)
            if not named.forms[0] and len(written.within) == 1:
                return one_of(written.within, "departement-number", CERTAIN, kind)
            return _first(named, "departement", gazetteer, kind) or _first(named, "former-departement", gazetteer, kind)
        case "syndicat":
            return None
        case "com":
            return _first(named, "com", gazetteer, kind)
        case _:
            return _epci(named, kind, written, gazetteer, told=True)


def _of_any_kind(named: Named, written: Written, gazetteer: Gazetteer) -> Decision | None:
    """A bare name: it must be the name of one territory of any level. EPCI count only when nothing else has it, since
    a bare `Brest` is the commune, while `Plaine Commune` is nothing but the EPCI. Without an article that it should
    have, a name is nobody's for certain: `Rochelle` may be La Rochelle or the EPCI around it."""
    found = {
        key: method
        for level, method in _BARE.items()
        for key in gazetteer.french(level, without_article(named.forms[0]))
        if (written.lies if level == "former-region" else written.fits)(key, gazetteer)
    }
    commune = _commune(named, written, gazetteer, told=False)
    keys = [*found, *((commune.match.place,) if commune.match else commune.candidates)] if commune else [*found]
    if not keys:
        articled = [key for one in _ARTICLES for key in gazetteer.french("commune", f"{one} {named.forms[0]}")]
        group = _epci(named, "epci", written, gazetteer, told=False)
        if articled and group:
            other = (group.match.place,) if group.match else group.candidates
            return Decision(candidates=(*articled, *other), authority=True)
        return group
    if commune and len(keys) == 1:
        return commune
    return one_of(tuple(keys), found.get(keys[0], "exact-name"), NAMED)


_BARE = {
    "departement": "exact-name",
    "former-departement": "former-name",
    "region": "exact-name",
    "former-region": "old-region",
    "com": "exact-name",
}
"""Levels of which a bare name may be, and the method of the match."""
_ARTICLES = ("le", "la", "les", "l")
_OF_YESTERDAY = {"former-commune": ("former-commune", LIKELY), "renamed-commune": ("former-name", NAMED)}


def _first(named: Named, level: str, gazetteer: Gazetteer, kind: str) -> Decision | None:
    method = {"former-region": "old-region", "former-departement": "former-name"}.get(level, "name-and-kind")
    for form in named.forms:
        keys = gazetteer.french(level, form) or gazetteer.french(level, without_article(form))
        if keys:
            return one_of(keys, method, NAMED if method == "former-name" else CERTAIN, kind)
    return None


def _commune(named: Named, written: Written, gazetteer: Gazetteer, *, told: bool) -> Decision | None:
    """Names of today and of yesterday count alike: Évry is a village in the Yonne, and was a prefecture until 2019."""
    for form in (full for short in named.forms for full in expanded(short)):
        found = {
            key: level
            for level in ("former-commune", "renamed-commune", "commune", "past-commune")
            for key in gazetteer.french(level, form)
            if written.fits(key, gazetteer)
        }
        if "past-commune" in found.values():  # the one that was, rather than the one that it is a part of today
            found = {key: level for key, level in found.items() if level != "former-commune"}
        if len(found) > 1:
            return Decision(candidates=tuple(sorted(found)), authority=True, kind="commune")
        for key, level in found.items():
            longer = _longer(form, key, gazetteer) if level != "commune" and not written.within else ()
            if longer:
                return Decision(candidates=(key, *longer), authority=True, kind="commune")
            if level in _OF_YESTERDAY:
                return one_of((key,), *_OF_YESTERDAY[level], "commune")
            method = "name-and-departement" if written.within else "name-and-kind" if told else "exact-name"
            return one_of((key,), method, CERTAIN if told or written.within else NAMED, "commune")
    return None


def _longer(form: str, key: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """Communes of today whose name begins with one that only a commune of yesterday bore, so that either may be meant:
    `Boulogne`, `Épinay`. What became of that commune is none of them."""
    itself = {key, *gazetteer.place(key).replaced_by}
    return tuple(other for other in gazetteer.french("longer-commune", form) if other not in itself)


def _epci(named: Named, kind: str, written: Written, gazetteer: Gazetteer, *, told: bool) -> Decision | None:
    """The EPCI of this name in the year. One that was founded later, or ended before, is a candidate at most: a legal
    person of the same name may have been there. Without a year, a name that one of yesterday alone had is its own."""
    for form in (full for short in named.forms for full in expanded(short)):
        keys = gazetteer.french("epci", form)
        whole = form == named.forms[0] and named.kind == "metropole" and len(named.forms) > 1
        if kind not in {"epci", "ept"} and not whole:
            keys = tuple(key for key in keys if kind in gazetteer.epci_kinds(key))
        keys = tuple(key for key in keys if written.lies(key, gazetteer))
        then = tuple(key for key in keys if written.fits(key, gazetteer))
        if then:
            return one_of(then, "name-and-kind" if told else "exact-name", CERTAIN if told else NAMED, kind)
        if keys and written.year is None:
            return one_of(keys, "former-name", NAMED, kind)
        if keys:
            return Decision(candidates=keys, authority=True, kind=kind)
    return None


def _approximate(named: Named, kind: str | None, written: Written, gazetteer: Gazetteer) -> Decision | None:
    """A misspelt name, where the source told the kind and one territory only has a name like it."""
    level = "epci" if kind in EPCI_KINDS else kind
    form = named.forms[0]
    if level is None or level == "com" or len(form) < ALIKE_LENGTH:
        return None
    levels = ("region", "former-region") if level == "region" else (level,)
    alike = [key for each in levels for key in gazetteer.french_alike(each, form)]
    keys = [key for key in dict.fromkeys(alike) if level == "region" or written.fits(key, gazetteer)]
    if level == "epci" and kind != "epci":
        keys = [key for key in keys if kind in gazetteer.epci_kinds(key)]
    return one_of(tuple(keys), "fuzzy", ALIKE, kind) if len(keys) == 1 else None
