"""What is said of things, read from a release's entities when it is asked for, with the questions that the rows of
lists and of the search ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from atlas_ld.iris import Iris
from atlas_ld.rdf import LABELS, RDF_TYPE, Literal, NamedNode, parse_lines
from atlas_ld.release.kinds import LISTS, counted
from atlas_ld.release.writing.entities import Entities, entity_of
from atlas_ld.vocabulary import ATLAS, WGS

Value = tuple[str, str | None]
"""The text of a term and its language: None for an IRI, empty for a literal that has none."""

Thing = dict[str, list[Value]]
"""What is said of one subject: property -> values, in reading order."""


class EntityGraph:
    """Entities by IRI. `used` collects those that were looked at: what a row that is made from them depends on."""

    def __init__(self, entities: Entities, iris: Iris) -> None:
        self.iris = iris
        self.used: set[str] = set()
        self._entities = entities
        self._known: dict[str, dict[str, Thing]] = {}  # entity -> itself and its parts
        self._kinds: dict[str, str | None] = {}
        self._keys: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._above: dict[tuple[str, str], tuple[str, ...]] = {}
        facets = (facet for list_ in LISTS.values() for facet in list_.facets if facet.scheme)
        self._schemes = {*(f"{facet.scheme}-" for facet in facets), "section-"}

    def read(self, wanted: Iterable[str]) -> None:
        """Read these entities and what they link to, step by step, in few and large portions. What is not read ahead
        is read when it is asked for."""
        linked = self._read(self._links(self._read(wanted)))
        while linked:
            linked = self._read(self._links(iri for iri in linked if counted(self.kind(iri))))  # they lie in others

    def _links(self, entities: Iterable[str]) -> Iterator[str]:
        """What these entities and their parts link to."""
        for entity in entities:
            for thing in self._known[entity].values():
                for property_, values in thing.items():
                    if property_ != RDF_TYPE.value:
                        yield from (value for value, language in values if language is None)

    def _read(self, wanted: Iterable[str]) -> list[str]:
        missing = [
            iri
            for iri in dict.fromkeys(map(entity_of, wanted))
            if iri not in self._known and self.kind(iri) != "source"
        ]
        self._known |= {iri: {} for iri in missing}
        before: object = None
        thing: Thing = {}
        for about, property_, term in parse_lines(b"".join(self._entities.lines(missing))):
            if before != (before := about):
                assert isinstance(about, NamedNode)
                subject = about.value
                thing = self._known[entity_of(subject)].setdefault(subject, {})
            assert isinstance(term, NamedNode | Literal)
            value = (term.value, (term.language or "") if isinstance(term, Literal) else None)
            thing.setdefault(property_.value, []).append(value)
        return missing

    def subjects(self, entity: str) -> Mapping[str, Thing]:
        """All that is said of an entity and of each of its parts, in reading order."""
        self.used.add(entity)
        if entity not in self._known:
            self._read((entity,))
        return self._known.get(entity, {})

    def _of(self, subject: str) -> Thing:
        return self.subjects(entity_of(subject)).get(subject, {})

    def size(self, iri: str) -> int:
        """How many triples have this subject."""
        return sum(map(len, self._of(iri).values()))

    def is_a(self, iri: str, *classes: str) -> bool:
        return any(value in classes for value, _ in self._of(iri).get(RDF_TYPE.value, ()))

    def all(self, iri: str, property_: str) -> list[str]:
        """The values of a property as text, IRIs whole, each once and in order."""
        return sorted({value for value, _ in self._of(iri).get(str(property_), ())})

    def one(self, iri: str, property_: str) -> str | None:
        return next(iter(self.all(iri, property_)), None)

    def year(self, iri: str, property_: str) -> int | None:
        text = self.one(iri, property_)
        return int(text[:4]) if text and text[:4].isdecimal() else None

    def cents(self, iri: str, property_: str) -> int | None:
        text = self.one(iri, property_)
        return int((Decimal(text) * 100).to_integral_value()) if text is not None else None

    def names(self, iri: str) -> list[str]:
        """Every label, in reading order."""
        return [
            value
            for property_, values in self._of(iri).items()
            if property_ in LABELS
            for value, language in values
            if language is not None
        ]

    def labels(self, iri: str) -> tuple[str, str]:
        """French and English; the one stands for the other, and the end of the IRI for both."""
        properties = self._of(iri)
        found = sorted(
            (language, value) for p in LABELS for value, language in properties.get(p, ()) if language is not None
        )
        by_language = dict(reversed(found))
        first = found[0][1] if found else self.key(iri)
        french = by_language.get("fr") or by_language.get("") or first
        return french, by_language.get("en", french)

    def kind(self, iri: str) -> str | None:
        """The kind of an entity of ours (`iris.KINDS`)."""
        if iri not in self._kinds:
            self._kinds[iri] = self.iris.kind(iri)
        return self._kinds[iri]

    def key(self, iri: str) -> str:
        """The key of an entity of ours: `country-ml`; another IRI as it is."""
        known = self._keys.get(iri)
        if known is None:
            parts = self.iris.split(iri)
            known = self._keys[iri] = parts[1] if parts else iri
        return known

    def code(self, iri: str) -> str:
        """The value of a code: `under-way` for `…/code/status-under-way`."""
        known = self._codes.get(iri)
        if known is None:
            key = self.key(iri)
            scheme = next((name for name in self._schemes if key.startswith(name)), "")
            known = self._codes[iri] = key.removeprefix(scheme)
        return known

    def up(self, iri: str, property_: str) -> tuple[str, ...]:
        """An entity and all above it by a property (`within`, `broader`)."""
        known = self._above.get((iri, property_))
        if known is None:
            reached, pending = {iri}, [iri]
            while pending:
                for above in self.all(pending.pop(), property_):
                    if above not in reached:
                        reached.add(above)
                        pending.append(above)
            known = self._above[iri, property_] = tuple(sorted(reached))
        self.used.update(known)
        return known

    def reach(self, territory: str) -> tuple[str, ...]:
        """A territory, all that it lies within, and all that it spans. A commune's EPCI may span several départements,
        of which the commune lies in one, so that only what the territory itself spans is followed."""
        starts = (territory, *self.all(territory, ATLAS.overlaps))
        return tuple(sorted({one for start in starts for one in self.up(start, ATLAS.within)}))

    def position(self, territory: str) -> tuple[float, float] | None:
        """Latitude and longitude of the territory itself, in degrees (WGS 84)."""
        latitude, longitude = self.one(territory, WGS.lat), self.one(territory, WGS.long)
        return (float(latitude), float(longitude)) if latitude and longitude else None

    def place(self, territory: str) -> str | None:
        """The nearest territory above or at this one whose position is known."""
        level = [territory]
        while level:
            for iri in level:
                if self.position(iri):
                    return iri
            level = [above for iri in level for above in self.all(iri, ATLAS.within) if above != iri]
        return None
