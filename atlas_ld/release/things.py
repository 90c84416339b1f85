"""Triples by subject and property, with the questions that tables of a release ask of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from atlas_ld.iris import Iris
from atlas_ld.rdf import LABELS, RDF_TYPE, Literal, Node, Triple, object_of, subject_of
from atlas_ld.vocabulary import ATLAS, WGS

_SCHEMES = ("funder-kind", "status", "form", "level", "role", "section")


class Things:
    """Triples by subject and property, with what the facets need of them."""

    def __init__(self, triples: Iterable[Triple], iris: Iris) -> None:
        self.iris = iris
        self._things: dict[str, dict[str, list[Node]]] = defaultdict(dict)
        self._keys: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._above: dict[tuple[str, str], tuple[str, ...]] = {}
        for triple in triples:
            self._things[subject_of(triple)].setdefault(triple.predicate.value, []).append(object_of(triple))

    def of_class(self, *classes: str) -> list[str]:
        wanted = set(classes)
        return [i for i, p in self._things.items() if any(t.value in wanted for t in p.get(RDF_TYPE.value, ()))]

    def of_kind(self, kind: str, property_: str) -> list[str]:
        beginning = f"{self.iris.base}id/{kind}/"
        return [i for i, p in self._things.items() if i.startswith(beginning) and str(property_) in p]

    def all(self, iri: str, property_: str) -> list[str]:
        """The values of a property as text, IRIs whole, each once and in order."""
        return sorted({term.value for term in self._things.get(iri, {}).get(str(property_), ())})

    def statements(self, iri: str) -> int:
        """How many triples have this subject."""
        return sum(map(len, self._things.get(iri, {}).values()))

    def one(self, iri: str, property_: str) -> str | None:
        return next(iter(self.all(iri, property_)), None)

    def year(self, iri: str, property_: str) -> int | None:
        text = self.one(iri, property_)
        return int(text[:4]) if text and text[:4].isdecimal() else None

    def cents(self, iri: str, property_: str) -> int | None:
        text = self.one(iri, property_)
        return int((Decimal(text) * 100).to_integral_value()) if text is not None else None

    def labels(self, iri: str) -> tuple[str, str]:
        """French and English; the one stands for the other, and the end of the IRI for both."""
        properties = self._things.get(iri, {})
        found = sorted(
            (t.language or "", t.value) for p in LABELS for t in properties.get(p, ()) if isinstance(t, Literal)
        )
        by_language = dict(reversed(found))
        first = found[0][1] if found else self.key(iri)
        french = by_language.get("fr") or by_language.get("") or first
        return french, by_language.get("en", french)

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
            scheme = next((name for name in _SCHEMES if key.startswith(f"{name}-")), None)
            known = self._codes[iri] = key.removeprefix(f"{scheme}-") if scheme else key
        return known

    def up(self, iri: str, property_: str) -> tuple[str, ...]:
        """An entity and all above it by a property (`within`, `broader`)."""
        known = self._above.get((iri, str(property_)))
        if known is None:
            reached, pending = {iri}, [iri]
            while pending:
                for above in self.all(pending.pop(), property_):
                    if above not in reached:
                        reached.add(above)
                        pending.append(above)
            known = self._above[iri, str(property_)] = tuple(sorted(reached))
        return known

    def reach(self, territory: str) -> tuple[str, ...]:
        """A territory, all that it lies within, and all that it spans. A commune's EPCI may span several départements,
        of which the commune lies in one, so that only what the territory itself spans is followed."""
        starts = (territory, *self.all(territory, ATLAS.overlaps))
        return tuple(sorted({one for start in starts for one in self.up(start, ATLAS.within)}))

    def place(self, territory: str) -> str | None:
        """The nearest territory above or at this one whose position is known."""
        level = [territory]
        while level:
            for iri in level:
                if self.one(iri, WGS.lat) and self.one(iri, WGS.long):
                    return iri
            level = [above for iri in level for above in self.all(iri, ATLAS.within) if above != iri]
        return None
