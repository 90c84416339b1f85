"""What one entity gives to the indexes of a release: its row of the search and its rows of the lists."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas_ld.iris import Iris
from atlas_ld.release.kinds import shown_in_rows
from atlas_ld.release.writing.entities import Entities, mark
from atlas_ld.release.writing.entity_graph import EntityGraph
from atlas_ld.release.writing.entries import Entry, entry_of
from atlas_ld.release.writing.facet_rows import Item, items_of
from atlas_ld.vocabulary import ATLAS, ORG


@dataclass(frozen=True)
class Wanted:
    """An entity whose rows are to be made, with what partnerships say of it: how many count for it, the roles that
    they give it, and the names that they write."""

    iri: str
    partnerships: int = 0
    roles: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


@dataclass(frozen=True)
class Member:
    """Who takes part in a partnership, as whom, and how the source writes the name."""

    organisation: str
    role: str | None
    name: str | None


@dataclass(frozen=True)
class ItemRow:
    """A row of a list as it is stored: its columns, the pairs of facet and value, and for the map its key, latitude,
    longitude and labels."""

    list: str
    iri: str
    columns: tuple[object, ...]
    values: frozenset[tuple[str, str]]
    place: tuple[object, ...] | None


@dataclass(frozen=True)
class Rows:
    """The rows that an entity gives. For a partnership, `items` has its own and then those of its funding lines.

    `uses` are marks (`mark`) of the entities that the rows depend on.
    """

    iri: str
    kind: str
    entry: Entry | None
    items: Sequence[ItemRow]
    members: Sequence[Member]
    uses: frozenset[int]


def rows_of(wanted: Sequence[Wanted], *, entities: Entities, base_iri: str) -> list[Rows]:
    """The rows of some entities, in their order."""
    things = EntityGraph(entities, Iris(base_iri))
    things.read(one.iri for one in wanted)
    return [_rows(things, one) for one in wanted]


def _rows(things: EntityGraph, wanted: Wanted) -> Rows:
    things.used.clear()
    items = [_stored(things, item) for item in items_of(things, wanted.iri, wanted.roles, wanted.partnerships)]
    entry = entry_of(things, wanted.iri, wanted.written)
    uses = frozenset(mark(iri) for iri in things.used if iri != wanted.iri and shown_in_rows(things.kind(iri)))
    return Rows(wanted.iri, things.kind(wanted.iri) or "", entry, items, list(_members(things, wanted.iri)), uses)


def _stored(things: EntityGraph, item: Item) -> ItemRow:
    facts = json.dumps(item.facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    columns = (
        item.fr, item.en, item.folded, item.order, item.year, item.last_year, item.cents, item.partnerships,
        item.told, facts,
    )  # fmt: skip
    place = (things.key(item.iri), *item.position, item.fr, item.en) if item.position else None
    return ItemRow(item.list, item.iri, columns, frozenset(item.values), place)


def _members(things: EntityGraph, iri: str) -> Iterator[Member]:
    for part in things.subjects(iri):
        for organisation in things.all(part, ORG.member):
            name = things.one(part, ATLAS.nameAsWritten)
            roles: list[str | None] = [things.code(role) for role in things.all(part, ORG.role)]
            for role in roles or [None]:
                yield Member(organisation, role, name)
