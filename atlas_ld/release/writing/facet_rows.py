"""The rows of the lists and the values that narrow them, computed when a release is written (docs/decisions/0011).

Each row comes from one entity and from what it links to. What partnerships say of an entity (how many there are, which
roles they give it) is handed in, since it cannot be read from the entity itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from atlas_ld.iris import fold
from atlas_ld.release.kinds import LISTS, List, list_of
from atlas_ld.release.writing.entity_graph import EntityGraph
from atlas_ld.vocabulary import ATLAS, ORG, SKOS

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")


@dataclass
class Item:
    """One row of a list.

    `facts` holds what the row shows beyond its label; `values` are pairs of facet and value. `owner` is the partnership
    of a funding line. `told` says how much is told of a partnership with known partners and sums, None of others.
    `position` is that of a territory: latitude and longitude in degrees.
    """

    list: str
    iri: str
    fr: str
    en: str
    year: int | None = None
    last_year: int | None = None
    cents: int | None = None
    partnerships: int | None = None
    owner: Item | None = None
    told: int | None = None
    position: tuple[float, float] | None = None
    facts: dict[str, object] = field(default_factory=dict)
    values: set[tuple[str, str]] = field(default_factory=set)

    @property
    def order(self) -> str:
        """Sorts a list by label, numbers by what they count (`Jumelage 2` before `Jumelage 10`). The lines of one
        partnership stand together, in the order of the partnerships."""
        if self.owner:
            return f"{self.owner.order}\n{self.iri}"
        return f"{_NUMBER.sub(lambda digits: digits[0].zfill(12), words(self.fr))}\n{self.iri}"

    @property
    def folded(self) -> str:
        """The words of the label, each after a space."""
        return f" {words(self.fr)} {words(self.en)}" if self.en != self.fr else f" {words(self.fr)}"


def words(label: str) -> str:
    """The words of a label without accents, case or punctuation, for sorting and for finding."""
    return " ".join(_WORD.findall(fold(label)))


def items_of(things: EntityGraph, iri: str, roles: Collection[str] = (), partnerships: int = 0) -> list[Item]:
    """The rows that an entity gives: one in the list of its kind, for a partnership its funding lines too.

    `roles` are those that partnerships give it, `partnerships` is how many have it as a value of the facet of its kind.
    """
    list_ = list_of(things.kind(iri))
    if list_ is None or list_.owner or not things.is_a(iri, *list_.classes):
        return []
    item = Item(list_.name, iri, *things.labels(iri), partnerships=partnerships if list_.counts else None)
    item.values = set(_linked(things, list_, iri))
    item.facts = {facet.name: things.all(iri, facet.property) for facet in list_.facets if facet.property}
    if list_.name == "partnerships":
        _partnership(things, item)
        return [item, *_funding(things, item)]
    if list_.name == "territories":
        _territory(things, item)
    if list_.name == "organisations":
        _organisation(things, item, roles)
    if list_.name == "themes":
        if not things.all(iri, SKOS.inScheme):
            return []
        _theme(things, item)
    return [item]


def _linked(things: EntityGraph, list_: List, iri: str) -> Iterator[tuple[str, str]]:
    """The values of those facets of a list that are properties of the thing itself."""
    for facet in list_.facets:
        if facet.property and (facet.own or not list_.owner):
            value = things.code if facet.scheme else things.key
            yield from ((facet.name, value(one)) for one in things.all(iri, facet.property))


_YEARS = (("signed", ATLAS.firstSignatureYear), ("start", ATLAS.startYear), ("end", ATLAS.endYear))


def _partnership(things: EntityGraph, item: Item) -> None:
    iri = item.iri
    authorities, partners = things.all(iri, ATLAS.frenchAuthority), things.all(iri, ATLAS.foreignPartner)
    lines = things.all(iri, ATLAS.fundingLine)
    years = {name: things.year(iri, p) for name, p in _YEARS}
    amounts = [cents for line in lines if (cents := things.cents(line, ATLAS.amount)) is not None]
    item.year = years["signed"] or years["start"] or years["end"]
    item.cents = sum(amounts) if amounts else None
    item.facts |= {"authorities": authorities, "partners": partners, "theme": things.all(iri, ATLAS.mainTheme), **years}
    item.values |= set(_partnership_values(things, iri, item, lines))
    if authorities and partners and item.cents:
        item.told = things.size(iri)


def _partnership_values(things: EntityGraph, iri: str, item: Item, lines: list[str]) -> Iterator[tuple[str, str]]:
    yield from (("territory", things.key(country)) for country in things.all(iri, ATLAS.partnerCountry))
    if item.year is not None:
        yield "decade", str(item.year // 10 * 10)
    themes = things.all(iri, ATLAS.mainTheme)
    themes += [t for part in things.all(iri, ATLAS.themeAssignment) for t in things.all(part, ATLAS.theme)]
    yield from (("theme", things.key(above)) for theme in themes for above in things.up(theme, SKOS.broader))
    for part in things.all(iri, ATLAS.participation):
        roles = [things.key(role) for role in things.all(part, ORG.role)]
        for member in things.all(part, ORG.member):
            yield from ((facet, things.key(member)) for facet in ("organisation", *roles))
    yield from _whereabouts(things, iri)
    kinds = {things.code(kind) for line in lines for kind in things.all(line, ATLAS.funderKind)}
    yield from (("funder", kind) for kind in kinds)
    undocumented = {things.code(section) for section in things.all(iri, ATLAS.undocumentedSection)}
    yield "state", "yes" if "state" in kinds else "unknown" if "funding" in undocumented else "no"
    yield "data", "partial" if undocumented else "complete"


def _whereabouts(things: EntityGraph, iri: str) -> Iterator[tuple[str, str]]:
    """Territories, divisions and places on the map. Where no partner abroad has a place, the partner countries are."""
    abroad: list[str] = []
    for side, property_ in (("here", ATLAS.frenchAuthority), ("abroad", ATLAS.foreignPartner)):
        for body in things.all(iri, property_):
            territories = things.all(body, ATLAS.administers)
            for territory in territories:
                above = things.reach(territory)
                yield from (("territory", things.key(one)) for one in above)
                if side == "here":
                    yield from (("level", things.code(level)) for level in things.all(territory, ATLAS.level))
                    yield from _divisions(things, above)
            places = list(_places(things, body, territories))
            yield from ((side, place) for place in places)
            abroad += places if side == "abroad" else []
    for country in () if abroad else things.all(iri, ATLAS.partnerCountry):
        if place := things.place(country):
            yield "abroad", things.key(place)


def _places(things: EntityGraph, body: str, territories: list[str]) -> Iterator[str]:
    """The keys of the places of a body: of its territories or, where one has none, of its country."""
    for territory in territories or things.all(body, ATLAS.country):
        if place := things.place(territory):
            yield things.key(place)
        elif country := things.one(body, ATLAS.country):
            yield from (things.key(place) for place in [things.place(country)] if place)


def _divisions(things: EntityGraph, territories: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The régions and départements among French territories."""
    for territory in territories:
        for level in map(things.code, things.all(territory, ATLAS.level)):
            if level in ("region", "departement"):
                yield level, things.key(territory)


def _territory(things: EntityGraph, item: Item) -> None:
    iri, countries = item.iri, things.all(item.iri, ATLAS.country)
    item.position = things.position(iri)
    item.values |= set(_divisions(things, [one for one in things.reach(iri) if one != iri]))
    item.values |= {("within", things.key(one)) for one in (*things.all(iri, ATLAS.within), *countries) if one != iri}
    item.values.add(("used", "yes" if item.partnerships else "no"))


def _organisation(things: EntityGraph, item: Item, roles: Collection[str]) -> None:
    territories = things.all(item.iri, ATLAS.administers)
    item.facts["territories"] = territories
    item.values |= {("role", role) for role in roles}
    for territory in territories:
        item.values |= {("level", things.code(level)) for level in things.all(territory, ATLAS.level)}
        item.values |= set(_divisions(things, things.reach(territory)))


def _theme(things: EntityGraph, item: Item) -> None:
    above = things.up(item.iri, SKOS.broader)
    item.facts["broader"] = things.all(item.iri, SKOS.broader)
    item.values |= {("theme", things.key(one)) for one in above}
    item.values |= {("depth", str(len(above))), ("used", "yes" if item.partnerships else "no")}


def _funding(things: EntityGraph, partnership: Item) -> Iterator[Item]:
    for iri in things.all(partnership.iri, ATLAS.fundingLine):
        funder = things.one(iri, ATLAS.declaredFunder) or things.labels(iri)[0]
        cents = things.cents(iri, ATLAS.amount)
        first, last = (
            things.year(iri, ATLAS.year) or things.year(iri, ATLAS.firstYear),
            things.year(iri, ATLAS.lastYear),
        )
        item = Item("funding", iri, funder, funder, year=first, last_year=last, cents=cents, owner=partnership)
        item.facts = {"partnership": [partnership.iri], "kind": things.all(iri, ATLAS.funderKind)}
        item.values = set(_linked(things, LISTS["funding"], iri))
        item.values |= {("decade", str(year // 10 * 10)) for year in (first, last) if year is not None}
        item.values.add(("amount", "unknown" if cents is None else "known"))
        oudin = things.cents(iri, ATLAS.oudinAmount)
        item.values |= {("oudin", "yes")} if oudin else set()
        yield item
