"""The rows of the lists and the values that narrow them, computed when a release is written (docs/decisions/0011).

Each row comes from one entity and from what it links to. What partnerships say of an entity (how many there are, which
roles they give it) is handed in, since it cannot be read from the entity itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from atlas_ld.iris import fold
from atlas_ld.release.writing.entity_graph import EntityGraph
from atlas_ld.vocabulary import ATLAS, DCTERMS, ORG, SKOS

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


COUNTED = frozenset({"organisation", "territory", "theme"})
"""Facets of partnerships whose values are entities of the kind of the same name, which say how many have them."""


def items_of(things: EntityGraph, iri: str, roles: Collection[str] = (), partnerships: int = 0) -> list[Item]:
    """The rows that an entity gives: one in the list of its class, for a partnership its funding lines too.

    `roles` are those that partnerships give it, `partnerships` is how many have it as a value of the facet of its kind.
    """
    if things.is_a(iri, str(ATLAS.Partnership)):
        partnership = _partnership(things, iri)
        return [partnership, *_funding(things, partnership)]
    if things.is_a(iri, str(ATLAS.Territory)):
        return [_territory(things, iri, partnerships)]
    if things.is_a(iri, str(ATLAS.TerritorialAuthority), str(ORG.Organization)):
        return [_organisation(things, iri, roles, partnerships)]
    if things.kind(iri) == "theme" and things.all(iri, SKOS.prefLabel) and things.all(iri, SKOS.inScheme):
        return [_theme(things, iri, partnerships)]
    return []


_YEARS = (("signed", ATLAS.firstSignatureYear), ("start", ATLAS.startYear), ("end", ATLAS.endYear))


def _partnership(things: EntityGraph, iri: str) -> Item:
    authorities, partners = things.all(iri, ATLAS.frenchAuthority), things.all(iri, ATLAS.foreignPartner)
    lines = things.all(iri, ATLAS.fundingLine)
    years = {name: things.year(iri, p) for name, p in _YEARS}
    amounts = [cents for line in lines if (cents := things.cents(line, ATLAS.amount)) is not None]
    item = Item(
        "partnerships",
        iri,
        *things.labels(iri),
        year=years["signed"] or years["start"] or years["end"],
        cents=sum(amounts) if amounts else None,
        facts={
            "authorities": authorities,
            "partners": partners,
            "countries": things.all(iri, ATLAS.partnerCountry),
            "status": things.all(iri, ATLAS.declaredStatus),
            "theme": things.all(iri, ATLAS.mainTheme),
            **years,
        },
    )
    item.values = set(_partnership_values(things, iri, item, lines))
    if authorities and partners and item.cents:
        item.told = things.size(iri)
    return item


def _partnership_values(things: EntityGraph, iri: str, item: Item, lines: list[str]) -> Iterator[tuple[str, str]]:
    yield from (("country", things.key(country)) for country in things.all(iri, ATLAS.partnerCountry))
    yield from (("territory", things.key(country)) for country in things.all(iri, ATLAS.partnerCountry))
    yield from (("form", things.code(form)) for form in things.all(iri, DCTERMS.type))
    yield from (("status", things.code(status)) for status in things.all(iri, ATLAS.declaredStatus))
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
    for side, property_ in (("here", ATLAS.frenchAuthority), ("abroad", ATLAS.foreignPartner)):
        for body in things.all(iri, property_):
            territories = things.all(body, ATLAS.administers)
            for territory in territories:
                above = things.reach(territory)
                yield from (("territory", things.key(one)) for one in above)
                if side == "here":
                    yield from (("level", things.code(level)) for level in things.all(territory, ATLAS.level))
                    yield from _divisions(things, above)
            for territory in territories or things.all(body, ATLAS.country):
                if place := things.place(territory):
                    yield side, things.key(place)
                elif country := things.one(body, ATLAS.country):
                    yield from ((side, things.key(p)) for p in [things.place(country)] if p)


def _divisions(things: EntityGraph, territories: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The régions and départements among French territories."""
    for territory in territories:
        for level in map(things.code, things.all(territory, ATLAS.level)):
            if level in ("region", "departement"):
                yield level, things.key(territory)


def _territory(things: EntityGraph, iri: str, partnerships: int) -> Item:
    levels, countries = things.all(iri, ATLAS.level), things.all(iri, ATLAS.country)
    item = Item("territories", iri, *things.labels(iri), partnerships=partnerships, position=things.position(iri))
    item.facts = {"level": levels, "countries": countries}
    item.values = {("level", things.code(level)) for level in levels}
    item.values |= {("country", things.key(country)) for country in countries}
    item.values |= set(_divisions(things, [one for one in things.reach(iri) if one != iri]))
    item.values |= {("within", things.key(one)) for one in (*things.all(iri, ATLAS.within), *countries) if one != iri}
    item.values.add(("used", "yes" if partnerships else "no"))
    return item


def _organisation(things: EntityGraph, iri: str, roles: Collection[str], partnerships: int) -> Item:
    territories, countries = things.all(iri, ATLAS.administers), things.all(iri, ATLAS.country)
    item = Item("organisations", iri, *things.labels(iri), partnerships=partnerships)
    item.facts = {"territories": territories, "countries": countries}
    item.values = {("role", role) for role in roles}
    item.values |= {("country", things.key(country)) for country in countries}
    for territory in territories:
        item.values |= {("level", things.code(level)) for level in things.all(territory, ATLAS.level)}
        item.values |= set(_divisions(things, things.reach(territory)))
    return item


def _theme(things: EntityGraph, iri: str, partnerships: int) -> Item:
    above = things.up(iri, SKOS.broader)
    item = Item("themes", iri, *things.labels(iri), partnerships=partnerships)
    item.facts = {"broader": things.all(iri, SKOS.broader)}
    item.values = {("theme", things.key(one)) for one in above}
    item.values |= {("depth", str(len(above))), ("used", "yes" if partnerships else "no")}
    return item


def _funding(things: EntityGraph, partnership: Item) -> Iterator[Item]:
    for iri in things.all(partnership.iri, ATLAS.fundingLine):
        funder = things.one(iri, ATLAS.declaredFunder) or things.labels(iri)[0]
        year, cents = things.year(iri, ATLAS.year), things.cents(iri, ATLAS.amount)
        item = Item("funding", iri, funder, funder, year=year, cents=cents, owner=partnership)
        item.facts = {"partnership": [partnership.iri], "kind": things.all(iri, ATLAS.funderKind)}
        item.values = {("funder", things.code(kind)) for kind in things.all(iri, ATLAS.funderKind)}
        item.values |= {("by", things.key(by)) for by in things.all(iri, ATLAS.funder)}
        item.values |= {("decade", str(year // 10 * 10))} if year is not None else set()
        item.values.add(("amount", "unknown" if cents is None else "known"))
        oudin = things.cents(iri, ATLAS.oudinAmount)
        item.values |= {("oudin", "yes")} if oudin else set()
        yield item
