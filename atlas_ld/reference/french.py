"""French authorities: from name, kind and département to the territory that they govern (docs/matching.md).

Population never decides between namesakes, and a territory of another legal form than the one told is no match.
"""

from __future__ import annotations

from decimal import Decimal

from rapidfuzz import fuzz, process

from atlas_ld.iris import words
from atlas_ld.reference.decision import CERTAIN, CLOSE, LIKELY, NAMED, Decision, one_of
from atlas_ld.reference.gazetteer import Gazetteer, Match
from atlas_ld.reference.names import (
    EPCI_KINDS,
    FRENCH_KIND_CODES,
    Named,
    french,
    split_brackets,
    without_article,
)

_FUZZY_LENGTH = 8
_FUZZY_SCORE = 93.0
_FUZZY_SECOND = 86.0


def decide(name: str, declared_kind: str | None, gazetteer: Gazetteer, year: int | None = None) -> Decision:
    """The territory that the authority `name` governs. `declared_kind` is what the source says it is; a kind that the
    name itself announces goes before it (`Brest métropole` declared as a commune is the métropole)."""
    bare, brackets = split_brackets(name)
    departement = gazetteer.departement(brackets) if brackets else None
    if brackets and not departement:
        # Brackets that tell no département are part of some official names: `Château-Chinon (Ville)`.
        found = _search(french(name), declared_kind, None, gazetteer)
        if found:
            return found
    named = french(bare)
    kind = _kind(named, declared_kind)
    alias = gazetteer.french_alias(words(bare), "epci" if kind in EPCI_KINDS else kind)
    if alias:
        match = Match(alias.place, "alias", CERTAIN) if alias.place else None
        return Decision(match, authority=True, kind=kind, alias=alias)
    if kind == "syndicat":
        return Decision(kind=kind)
    found = _search(named, declared_kind, departement, gazetteer)
    return found or _approximate(named, kind, departement, gazetteer) or Decision(authority=kind is not None, kind=kind)


def _kind(named: Named, declared_kind: str | None) -> str | None:
    return named.kind or (FRENCH_KIND_CODES.get(words(declared_kind)) if declared_kind else None)


def _search(named: Named, declared_kind: str | None, departement: str | None, gazetteer: Gazetteer) -> Decision | None:
    kind = _kind(named, declared_kind)
    return _of_kind(named, kind, departement, gazetteer) if kind else _of_any_kind(named, departement, gazetteer)


def announces_authority(name: str) -> bool:
    """Whether the name itself says that it is an authority's: `Ville de Paris`, `Brest métropole`."""
    return french(split_brackets(name)[0]).kind not in {None, "syndicat"}


def is_french_only(name: str) -> bool:
    """Whether the name announces a kind of authority that France alone has: `Communauté de communes`, `CD 29`."""
    return french(split_brackets(name)[0]).kind in {"ca", "cc", "ept", "metropole"}


def _of_kind(named: Named, kind: str, departement: str | None, gazetteer: Gazetteer) -> Decision | None:
    match kind:
        case "commune":
            return _commune(named, departement, gazetteer, told=True)
        case "region":
            return _first(named, "region", gazetteer, kind) or _first(named, "former-region", gazetteer, kind)
        case "departement":
            numbered = gazetteer.departement(named.forms[0]) if named.forms[0].isdigit() else None
            if numbered:
                return one_of((numbered,), "departement-number", CERTAIN, kind)
            return _first(named, "departement", gazetteer, kind)
        case "syndicat":
            return None
        case "com":
            return _first(named, "com", gazetteer, kind)
        case _:
            return _epci(named, kind, departement, gazetteer)


def _of_any_kind(named: Named, departement: str | None, gazetteer: Gazetteer) -> Decision | None:
    """A bare name: it must be the name of one territory of any level. EPCI count only when nothing else has it, since
    a bare `Brest` is the commune, while `Plaine Commune` is nothing but the EPCI."""
    form = named.forms[0]
    keys = [key for level in ("departement", "region", "com") for key in gazetteer.french(level, without_article(form))]
    commune = _commune(named, departement, gazetteer, told=False)
    if commune:
        keys += [commune.match.place] if commune.match else commune.candidates
    if not keys:
        return _epci(named, "epci", departement, gazetteer)
    if commune and len(keys) == 1:
        return commune
    return one_of(tuple(keys), "exact-name", NAMED)


def _first(named: Named, level: str, gazetteer: Gazetteer, kind: str) -> Decision | None:
    method = "old-region" if level == "former-region" else "name-and-kind"
    for form in named.forms:
        keys = gazetteer.french(level, form) or gazetteer.french(level, without_article(form))
        if keys:
            return one_of(keys, method, CERTAIN, kind)
    return None


def _commune(named: Named, departement: str | None, gazetteer: Gazetteer, *, told: bool) -> Decision | None:
    """Names of today and of yesterday count alike: Évry is a village in the Yonne, and was a prefecture until 2019."""
    for form in named.forms:
        found = {
            key: level
            for level in ("former-commune", "renamed-commune", "commune")
            for key in gazetteer.french(level, form)
            if departement is None or departement in gazetteer.place(key).within
        }
        if len(found) > 1:
            return Decision(candidates=tuple(sorted(found)), authority=True, kind="commune")
        for key, level in found.items():
            if level == "former-commune":
                return one_of((key,), "former-commune", LIKELY, "commune")
            if level == "renamed-commune":
                return one_of((key,), "former-name", NAMED, "commune")
            method = "name-and-departement" if departement else "name-and-kind" if told else "exact-name"
            return one_of((key,), method, CERTAIN if told or departement else NAMED, "commune")
    return None


def _epci(named: Named, kind: str, departement: str | None, gazetteer: Gazetteer) -> Decision | None:
    for form in named.forms:
        keys = gazetteer.french("epci", form)
        whole = form == named.forms[0] and named.kind == "metropole" and len(named.forms) > 1
        if kind not in {"epci", "ept"} and not whole:
            keys = tuple(key for key in keys if gazetteer.epci_kind(key) == kind)
        if departement:
            keys = tuple(key for key in keys if departement in gazetteer.place(key).within)
        if keys:
            return one_of(keys, "name-and-kind", CERTAIN, kind)
    return None


def _approximate(named: Named, kind: str | None, departement: str | None, gazetteer: Gazetteer) -> Decision | None:
    """A misspelt name, where one name is close, none other is near, and the source told the kind."""
    level = "epci" if kind in EPCI_KINDS else kind
    form = named.forms[0]
    if level is None or level == "com" or departement or len(form) < _FUZZY_LENGTH:
        return None
    near = process.extract(
        form, gazetteer.french_names(level), scorer=fuzz.ratio, score_cutoff=_FUZZY_SECOND, limit=3
    )  # fmt: skip
    if not near or near[0][1] < _FUZZY_SCORE or near[0][0][0] != form[0]:
        return None
    keys = gazetteer.french(level, near[0][0])
    rivals = {key for name, _, _ in near[1:] for key in gazetteer.french(level, name)} - set(keys)
    if rivals or len(keys) != 1 or (level == "epci" and kind != "epci" and gazetteer.epci_kind(keys[0]) != kind):
        return None
    score = (CLOSE * Decimal(round(near[0][1])) / 100).quantize(Decimal("0.01"))
    return one_of(keys, "fuzzy", score, kind)
