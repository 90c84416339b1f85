"""Foreign partners: from name and country to a town, a division or the country itself (docs/matching.md).

A région is not its capital: a name that announces a division is looked for among divisions only, and a bare name that
both a town and a division have is a town's only where the French partner is itself a town.
"""

from __future__ import annotations

import re

from atlas_ld.iris import words
from atlas_ld.reference.decision import ALIKE, ALIKE_LENGTH, CERTAIN, LIKELY, NAMED, Decision, one_of
from atlas_ld.reference.gazetteer import Gazetteer, Match
from atlas_ld.reference.names import forms, split_brackets

_TOWN = re.compile(
    r"(?:commune (?:urbaine|rurale)|ville|commune|municipalite|mairie|village|(?:city|town) of) (?P<rest>.+)"
)
_STATE = re.compile(
    r"(?:gouvernement de la republique|republique federale|republique unie|republique|gouvernement|royaume|union|etat) "
    r"(?P<rest>(?:de la|de l|des|du|de|d) .+)"
)
_NOT_ONE_PLACE = re.compile(
    r"(?:association|reseau|populations?|zones?|sinistres|camp|communes|districts|provinces|regions|departements|"
    r"cercles|collectivites|villages|municipalites|union|federation|groupement|\d+)\b"
)
_SHARED_BODY = re.compile(r"(?:communaute (?:urbaine|de communes|d agglomeration)|mrc|intercommunalite|syndicat)\b")

_LAST = re.compile(r"(?P<name>[^,(]*[^,(\s])(?:\s*\((?P<in>[^()]+)\)|\s*,(?P<after>[^,()]+))\s*")

_DIVISIONS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("region", r"conseil regional|assemblee regionale|region autonome|region",
     frozenset({"region", "administrative region", "autonomous region", "regional state", "voivodship",
                "decentralized regional entity", "metropolitan region", "autonomous community"})),
    ("province", r"conseil provincial|province autonome|province", frozenset({"province", "autonomous province"})),
    ("departement", r"conseil departemental|conseil general|departement", frozenset({"department"})),
    ("prefecture", r"conseil prefectoral|prefecture", frozenset({"prefecture"})),
    ("cercle", r"conseil de cercle|cercle", frozenset({"cercle"})),
    ("district", r"district autonome|district", frozenset({"district", "autonomous district", "capital district"})),
    ("gouvernorat", r"gouvernorat", frozenset({"governorate", "popularate"})),
    ("wilaya", r"wilaya", frozenset({"province", "wilaya", "region"})),
    ("oblast", r"oblast", frozenset({"oblast", "region"})),
    ("comte", r"comte|judet", frozenset({"county", "department"})),
    ("etat", r"etat libre|etat", frozenset({"state", "regional state", "land"})),
    ("land", r"land", frozenset({"land", "state"})),
    ("canton", r"canton", frozenset({"canton"})),
    ("voivodie", r"voivodie", frozenset({"voivodship"})),
)  # fmt: skip
_DIVISION = re.compile("|".join(f"(?P<{kind}>(?:{pattern}))(?= )" for kind, pattern, _ in _DIVISIONS))
_TYPES = {kind: types for kind, _, types in _DIVISIONS}
_UNTYPED_FIRST_LEVEL = frozenset({"region", "province", "etat", "gouvernorat", "oblast"})
"""Kinds that may be meant by a first-level division of which the gazetteer knows no type."""


def decide(name: str, declared_kind: str | None, country: str | None, gazetteer: Gazetteer, *, towns: bool) -> Decision:
    """The place that `name` is in `country` (alpha-2). `towns`: the French partners are communes or EPCI.

    Brackets name a part or a whole (`Tône 1 (Dapaong)`, `Playa (La Havane)`), and some names say that they are of no
    single place (`Association des maires de ...`): these are matched only where they are a place's own name."""
    name = _without_country(name, country, gazetteer)
    plain = words(name)
    announced = f"{words(declared_kind)} {plain}" if declared_kind and not _kind(plain) else plain
    kind = _kind(announced)
    if not country:
        return Decision(authority=kind is not None, kind=kind)
    alias = gazetteer.place_alias(country, plain)
    if alias:
        match = Match(alias.place, "alias", CERTAIN) if alias.place else None
        return Decision(match, authority=True, kind=kind)
    own = gazetteer.places_named(country, plain)
    state = state_of(plain, gazetteer) or _named_country(plain, gazetteer)
    if state == f"country-{country.lower()}":
        if not state_of(plain, gazetteer):
            towns_too = _of_the_same_name(plain, country, gazetteer)
        else:  # `État de Mexico` may be one of the States of Mexico
            division = _division(plain, "etat", country, gazetteer) if kind == "etat" else Decision()
            towns_too = (division.match.place,) if division.match else division.candidates
        return Decision(candidates=(state, *towns_too), authority=True) if towns_too else country_itself(state)
    if _SHARED_BODY.match(announced):
        return Decision(authority=True)
    if kind and kind != "town":
        return _division(announced, kind, country, gazetteer)
    if not own and (split_brackets(name)[1] or _NOT_ONE_PLACE.match(plain)):
        return Decision(authority=kind is not None, kind=kind)
    town = _TOWN.fullmatch(announced)
    for form in (plain, *forms(town["rest"])) if town else (plain,):
        decision = _town(form, country, gazetteer, bare=town is None and not towns)
        if decision:
            return decision
    return Decision(authority=town is not None, kind=kind)


def announces_authority(name: str) -> bool:
    """Whether the name itself says that it is an authority's: `Cercle de Yélimané`, `Commune rurale de Ronkh`."""
    return _kind(words(name)) is not None


def town_announced(name: str) -> tuple[str, ...]:
    """The town that a name announces, in words, likeliest form first: `Mairie de Podor` -> `podor`."""
    town = _TOWN.fullmatch(words(name))
    return forms(town["rest"]) if town else ()


def country_itself(key: str) -> Decision:
    """The decision that a body is the State of a country."""
    return Decision(Match(key, "name-of-country", CERTAIN), authority=True, kind="state")


def state_of(plain: str, gazetteer: Gazetteer) -> str | None:
    """The key of the country whose State or government the words name: `republique des seychelles`."""
    state = _STATE.fullmatch(plain)
    keys = (_named_country(form, gazetteer) for form in forms(state["rest"])) if state else ()
    return next((key for key in keys if key), None) or (_named_country(plain, gazetteer) if state else None)


def _without_country(name: str, country: str | None, gazetteer: Gazetteer) -> str:
    """A name without its own country in brackets or after a comma, which is told already: `Bamako (Mali)`."""
    found = _LAST.fullmatch(name)
    state = gazetteer.country(found["in"] or found["after"]) if found and country else None
    return found["name"] if found and state and state.place == f"country-{str(country).lower()}" else name


def _of_the_same_name(plain: str, country: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """Towns and divisions that bear the name of their country, in any of its spellings, the capital too where only
    `City` tells it apart: Mexico, Panama, Singapour."""
    names = gazetteer.names_of_country(country) | {plain}
    named = [key for name in names for key in gazetteer.places_named(country, name)]
    named += [key for name in names for key in gazetteer.places_also_named(country, name)]
    named += [division.key for division in gazetteer.divisions(country) if names.intersection(division.names)]
    cities = [f"{name} {city}" for name in names for city in ("city", "ville")]
    named += [key for name in cities for key in gazetteer.places_named(country, name)]
    return tuple(dict.fromkeys(named))


def _named_country(plain: str, gazetteer: Gazetteer) -> str | None:
    return gazetteer.state(plain)


def _kind(plain: str) -> str | None:
    found = _DIVISION.match(plain)
    if found:
        return found.lastgroup
    return "town" if _TOWN.fullmatch(plain) else None


def _division(plain: str, kind: str, country: str, gazetteer: Gazetteer) -> Decision:
    announced = _DIVISION.match(plain)
    rest = plain[announced.end() :].strip() if announced else plain
    for form in forms(rest):
        named = [division for division in gazetteer.divisions(country) if form in division.names]
        typed = tuple(d.key for d in named if d.type in _TYPES[kind])
        untyped = tuple(d.key for d in named if not d.type and d.level == 1 and kind in _UNTYPED_FIRST_LEVEL)
        if typed or untyped:
            return one_of(typed or untyped, "name-kind-and-country", NAMED if typed else LIKELY, kind)
    return Decision(authority=True, kind=kind)


def _town(form: str, country: str, gazetteer: Gazetteer, *, bare: bool) -> Decision | None:
    """`bare`: nothing says that a town is meant, so a division of the same name is as likely. One of the first level is
    in any case as likely as a town that bears the name beside its own."""
    own, other = gazetteer.places_named(country, form), gazetteer.places_also_named(country, form)
    if own:
        population = gazetteer.place(own[0]).population or 0
        larger = tuple(key for key in other if (gazetteer.place(key).population or 0) > 10 * population)
        decision = one_of(own if len(own) > 1 else own + larger, "name-and-country", NAMED, "town")
    elif other:
        decision = one_of(other, "other-name-and-country", LIKELY, "town")
    else:
        return None if bare else _approximate(form, country, gazetteer)
    if decision.match:
        place = gazetteer.place(decision.match.place)
        names = {words(place.name), words(place.own_name or place.name)}
        divisions = gazetteer.divisions(country)
        namesakes = tuple(d.key for d in divisions if bare and {form, *names}.intersection(d.names))
        if form not in names:  # Bahia is the State, and an old name of its capital
            namesakes += tuple(d.key for d in divisions if d.level == 1 and d.names[0] == form and not bare)
        if namesakes:
            return Decision(candidates=(decision.match.place, *namesakes), authority=True)
    return decision


def _approximate(form: str, country: str, gazetteer: Gazetteer) -> Decision | None:
    keys = gazetteer.places_alike(country, form) if len(form) >= ALIKE_LENGTH else ()
    return one_of(keys, "fuzzy", ALIKE, "town") if len(keys) == 1 else None
