"""The lists of a release and their facets, computed once when it is written: `facets.sqlite`.

An Atlas of 12,700 partnerships has some 400 facet values on a page. Counting them with SPARQL aggregates at each
request costs seconds; here each row says which values it has, and a page counts bits (docs/decisions/0011).

    item    one row for each thing of each list, in the order of its French label
    value   which values of which facets an item has
    place   where the territories are that the map shows
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from atlas_ld.iris import Iris, fold
from atlas_ld.rdf import Triple
from atlas_ld.release.things import Things
from atlas_ld.vocabulary import ATLAS, DCTERMS, ORG, SKOS, WGS

FACETS = "facets.sqlite"

_EXAMPLES = 4
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")
_SCHEMA = """
CREATE TABLE item (
    list TEXT, position INTEGER, iri TEXT, fr TEXT, en TEXT, folded TEXT, year INTEGER, cents INTEGER,
    partnerships INTEGER, owner INTEGER, facts TEXT, PRIMARY KEY (list, position)
) WITHOUT ROWID;
CREATE TABLE value (
    list TEXT, facet TEXT, value TEXT, item INTEGER, PRIMARY KEY (list, facet, value, item)
) WITHOUT ROWID;
CREATE TABLE place (key TEXT PRIMARY KEY, lat REAL, long REAL, fr TEXT, en TEXT) WITHOUT ROWID;
"""
_INDEX = "CREATE INDEX item_iri ON item (iri, list);"


@dataclass
class Item:
    """One row of a list. `facts` holds what the row shows beyond its label; `values` are pairs of facet and value."""

    iri: str
    fr: str
    en: str
    year: int | None = None
    cents: int | None = None
    partnerships: int | None = None
    owner: str | None = None
    facts: dict[str, object] = field(default_factory=dict)
    values: set[tuple[str, str]] = field(default_factory=set)


def write_facets(path: Path, triples: Iterable[Triple], iris: Iris) -> None:
    """A new file at `path`; the same triples give the same bytes, whatever their order."""
    things = Things(triples, iris)
    lists: dict[str, list[Item]] = {"partnerships": _ordered(_partnerships(things))}
    _choose_examples(things, lists["partnerships"])
    reach = _reach(lists["partnerships"])
    lists["territories"] = _ordered(_territories(things, reach))
    lists["organisations"] = _ordered(_organisations(things, reach))
    lists["themes"] = _ordered(_themes(things, reach))
    lists["funding"] = _funding(things, lists["partnerships"])
    position = {item.iri: number for number, item in enumerate(lists["partnerships"])}
    places = sorted(things.key(item.iri) for item in lists["territories"] if things.place(item.iri) == item.iri)
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.executescript(_SCHEMA)
            for name, items in lists.items():
                connection.executemany(
                    "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (_row(name, number, item, position) for number, item in enumerate(items)),
                )
            connection.executemany(
                "INSERT INTO value VALUES (?, ?, ?, ?)",
                sorted(
                    (name, facet, value, number)
                    for name, items in lists.items()
                    for number, item in enumerate(items)
                    for facet, value in item.values
                ),
            )
            connection.executemany("INSERT INTO place VALUES (?, ?, ?, ?, ?)", (_place(things, key) for key in places))
            connection.executescript(_INDEX)
        connection.execute("VACUUM")
    finally:
        connection.close()


def _row(name: str, number: int, item: Item, position: dict[str, int]) -> tuple[object, ...]:
    facts = json.dumps(item.facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    owner = position[item.owner] if item.owner else None
    folded = f" {_words(item.fr)} {_words(item.en)}" if item.en != item.fr else f" {_words(item.fr)}"
    return name, number, item.iri, item.fr, item.en, folded, item.year, item.cents, item.partnerships, owner, facts


def _place(things: Things, key: str) -> tuple[object, ...]:
    iri = things.iris.entity("territory", key)
    return (key, float(things.one(iri, WGS.lat) or 0), float(things.one(iri, WGS.long) or 0), *things.labels(iri))


def _ordered(items: Iterable[Item]) -> list[Item]:
    """By label; numbers by what they count: `Jumelage 2` before `Jumelage 10`."""
    return sorted(items, key=lambda item: (_NUMBER.sub(lambda digits: digits[0].zfill(12), _words(item.fr)), item.iri))


def _words(label: str) -> str:
    """The words of a label without accents, case or punctuation, for sorting and for finding."""
    return " ".join(_WORD.findall(fold(label)))


def _choose_examples(things: Things, items: Sequence[Item]) -> None:
    """Mark the partnerships that a visitor may begin with: known partners, known sums, and most that is told."""
    whole = [item for item in items if item.facts["authorities"] and item.facts["partners"] and item.cents]
    for item in sorted(whole, key=lambda item: (-things.statements(item.iri), item.iri))[:_EXAMPLES]:
        item.values.add(("example", "yes"))


def _reach(items: Sequence[Item]) -> Callable[[str, str], int]:
    """How many partnerships have a value of a facet."""
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for item in items:
        for pair in item.values:
            counted[pair] += 1
    return lambda facet, value: counted[facet, value]


def _partnerships(things: Things) -> Iterator[Item]:
    for iri in things.of_class(str(ATLAS.Partnership)):
        authorities, partners = things.all(iri, ATLAS.frenchAuthority), things.all(iri, ATLAS.foreignPartner)
        lines = things.all(iri, ATLAS.fundingLine)
        years = {name: things.year(iri, p) for name, p in _YEARS}
        amounts = [cents for line in lines if (cents := things.cents(line, ATLAS.amount)) is not None]
        item = Item(
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
        yield item


_YEARS = (("signed", ATLAS.firstSignatureYear), ("start", ATLAS.startYear), ("end", ATLAS.endYear))


def _partnership_values(things: Things, iri: str, item: Item, lines: list[str]) -> Iterator[tuple[str, str]]:
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
        yield from (("organisation", things.key(member)) for member in things.all(part, ORG.member))
    yield from _whereabouts(things, iri)
    kinds = {things.code(kind) for line in lines for kind in things.all(line, ATLAS.funderKind)}
    yield from (("funder", kind) for kind in kinds)
    undocumented = {things.code(section) for section in things.all(iri, ATLAS.undocumentedSection)}
    yield "state", "yes" if "state" in kinds else "unknown" if "funding" in undocumented else "no"
    yield "data", "partial" if undocumented else "complete"


def _whereabouts(things: Things, iri: str) -> Iterator[tuple[str, str]]:
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


def _divisions(things: Things, territories: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The régions and départements among French territories."""
    for territory in territories:
        for level in map(things.code, things.all(territory, ATLAS.level)):
            if level in ("region", "departement"):
                yield level, things.key(territory)


def _territories(things: Things, reach: Callable[[str, str], int]) -> Iterator[Item]:
    for iri in things.of_class(str(ATLAS.Territory)):
        key, levels, countries = things.key(iri), things.all(iri, ATLAS.level), things.all(iri, ATLAS.country)
        above = things.reach(iri)
        item = Item(iri, *things.labels(iri), partnerships=reach("territory", key))
        item.facts = {"level": levels, "countries": countries}
        item.values = {("level", things.code(level)) for level in levels}
        item.values |= {("country", things.key(country)) for country in countries}
        item.values |= set(_divisions(things, [one for one in above if one != iri]))
        item.values |= {
            ("within", things.key(one)) for one in (*things.all(iri, ATLAS.within), *countries) if one != iri
        }
        item.values.add(("used", "yes" if item.partnerships else "no"))
        yield item


def _organisations(things: Things, reach: Callable[[str, str], int]) -> Iterator[Item]:
    roles: dict[str, set[str]] = defaultdict(set)
    for part in things.of_class(str(ATLAS.Participation)):
        for member in things.all(part, ORG.member):
            roles[member] |= {things.code(role) for role in things.all(part, ORG.role)}
    for iri in things.of_class(str(ATLAS.TerritorialAuthority), str(ORG.Organization)):
        territories, countries = things.all(iri, ATLAS.administers), things.all(iri, ATLAS.country)
        item = Item(iri, *things.labels(iri), partnerships=reach("organisation", things.key(iri)))
        item.facts = {"territories": territories, "countries": countries}
        item.values = {("role", role) for role in roles[iri]}
        item.values |= {("country", things.key(country)) for country in countries}
        for territory in territories:
            item.values |= {("level", things.code(level)) for level in things.all(territory, ATLAS.level)}
            item.values |= set(_divisions(things, things.reach(territory)))
        yield item


def _themes(things: Things, reach: Callable[[str, str], int]) -> Iterator[Item]:
    for iri in things.of_kind("theme", SKOS.prefLabel):
        if not things.all(iri, SKOS.inScheme):
            continue
        above = things.up(iri, SKOS.broader)
        item = Item(iri, *things.labels(iri), partnerships=reach("theme", things.key(iri)))
        item.facts = {"broader": things.all(iri, SKOS.broader)}
        item.values = {("theme", things.key(one)) for one in above}
        item.values |= {("depth", str(len(above))), ("used", "yes" if item.partnerships else "no")}
        yield item


def _funding(things: Things, partnerships: Sequence[Item]) -> list[Item]:
    """In the order of their partnerships, so that the lines of one partnership stand together."""
    items = []
    for partnership in partnerships:
        for iri in things.all(partnership.iri, ATLAS.fundingLine):
            funder = things.one(iri, ATLAS.declaredFunder) or things.labels(iri)[0]
            year, cents = things.year(iri, ATLAS.year), things.cents(iri, ATLAS.amount)
            item = Item(iri, funder, funder, year=year, cents=cents, owner=partnership.iri)
            item.facts = {"partnership": [partnership.iri], "kind": things.all(iri, ATLAS.funderKind)}
            item.values = {("funder", things.code(kind)) for kind in things.all(iri, ATLAS.funderKind)}
            item.values |= {("by", things.key(by)) for by in things.all(iri, ATLAS.funder)}
            item.values |= {("decade", str(year // 10 * 10))} if year is not None else set()
            item.values.add(("amount", "unknown" if cents is None else "known"))
            oudin = things.cents(iri, ATLAS.oudinAmount)
            item.values |= {("oudin", "yes")} if oudin else set()
            items.append(item)
    return items
