"""Basic graph patterns (SPARQL 1.1, 18.2.2.5): triple patterns joined in an order that keeps tables small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.layout import Ids
from atlas_ld.sparql.columns.nodes import Path, Triple, Variable
from atlas_ld.sparql.columns.relations import Pairs, Relation, is_deep, matches, property_of, reached, relation
from atlas_ld.sparql.columns.tables import Table, join, union
from atlas_ld.sparql.columns.terms import Terms

_MOST_PROPERTIES = 64
"""Values of a variable that stands for a property."""

_FAR = 50.0
"""How many terms a path of any number of steps leads to, about."""


@dataclass(frozen=True, eq=False)
class _Pattern:
    """A triple pattern between the variables `first` and `second`. Where there is one variable alone, `second` is
    None, and `links` has its values as first terms."""

    first: str
    second: str | None
    links: Relation

    @property
    def names(self) -> set[str]:
        return {self.first, self.second} if self.second else {self.first}

    def steps(self, bound: set[str]) -> float:
        """How many rows one row becomes by a join with this pattern, about."""
        if self.second is None:
            return 0.0 if self.first in bound else len(self.links)
        if self.first in bound:
            return 0.5 if self.second in bound else self.links.fan
        return self.links.inverse.fan if self.second in bound else len(self.links)

    def table(self, terms: Terms) -> Table:
        columns = {self.first: self.links.first}
        if self.second:
            columns[self.second] = self.links.second
        return Table(len(self.links), columns)

    def joined(self, table: Table, terms: Terms) -> Table:
        first, second, links = self.first, self.second, self.links
        if second and (first not in table.columns or (second in table.columns and links.fan > links.inverse.fan)):
            first, second, links = second, first, links.inverse
        return _linked(table, first, second, (links.first, links.second), terms)


@dataclass(frozen=True, eq=False)
class _Deep:
    """A path of any number of steps between two variables: followed from the end that is bound."""

    first: str
    second: str
    path: Path

    @property
    def names(self) -> set[str]:
        return {self.first, self.second}

    def steps(self, bound: set[str]) -> float:
        return _FAR if bound & self.names else float("inf")

    def table(self, terms: Terms) -> Table:
        found = relation(self.path, terms)
        return Table(len(found), {self.first: found.first, self.second: found.second})

    def joined(self, table: Table, terms: Terms) -> Table:
        backwards = self.first not in table.columns
        near, far = (self.second, self.first) if backwards else (self.first, self.second)
        seeds = np.unique(terms.joinable(table.bound(near)))
        return _linked(table, near, far, reached(self.path, seeds, terms, backwards), terms)


@dataclass(frozen=True, eq=False)
class _AnyProperty:
    """A triple pattern whose property is a variable, which must be bound to few values."""

    triple: Triple
    name: str

    @property
    def names(self) -> set[str]:
        return {part.name for part in self.triple if isinstance(part, Variable)}

    def steps(self, bound: set[str]) -> float:
        return float("inf") if self.name not in bound else 0.5 if self.names <= bound else _FAR

    def table(self, terms: Terms) -> Table:
        raise Uncovered("A variable stands for any property.")

    def joined(self, table: Table, terms: Terms) -> Table:
        if self.name not in table.columns:
            raise Uncovered("A variable stands for any property.")
        column = terms.joinable(table.bound(self.name))
        properties = np.unique(column)
        if len(properties) > _MOST_PROPERTIES:
            raise Uncovered("A variable stands for many properties.")
        found: Table | None = None
        for number in properties.tolist():
            links = property_of(number, terms)
            part = _between(self.triple, links, terms)
            rows = table.take(column == number)
            shares = any(name in rows.columns for name in part.names)
            joined = part.joined(rows, terms) if shares else join(rows, part.table(terms), terms)
            found = joined if found is None else union(found, joined)
        return Table(0, dict.fromkeys({*table.columns, *self.names}, column[:0])) if found is None else found


def _linked(table: Table, near: str, far: str | None, pairs: Pairs, terms: Terms) -> Table:
    left, right = matches(pairs[0], terms.joinable(table.bound(near)), terms)
    terms.spend(len(left) * len(table.columns))
    found = table.take(left)
    if far is None:
        return found
    if far in table.columns:
        return found.take(terms.joinable(found.bound(far)) == pairs[1][right])
    return found.with_columns({far: pairs[1][right]})


def basic(triples: Sequence[Triple], terms: Terms, seed: Table | None = None) -> Table:
    """The solutions of a basic graph pattern, joined with `seed`, whose shared variables must all be bound. Raises
    Uncovered."""
    if seed is None and len(triples) == 1 and all(isinstance(part, Variable) for part in triples[0]):
        return _everything(triples[0], terms)
    patterns = [_pattern(triple, terms) for triple in triples]
    table = seed
    while patterns:
        bound = set(table.columns) if table else set()
        best = min(patterns, key=lambda pattern: (not pattern.names & bound, pattern.steps(bound)))
        patterns.remove(best)
        if table is None:
            table = best.table(terms)
        elif best.names & bound:
            table = best.joined(table, terms)
        else:
            table = join(table, best.table(terms), terms)
    return Table(1) if table is None else table


def _everything(triple: Triple, terms: Terms) -> Table:
    """Every triple of the graph."""
    names = [part.name for part in triple if isinstance(part, Variable)]
    if len(set(names)) < len(names):
        raise Uncovered("A variable stands twice in a pattern.")
    arrays = terms.columns.arrays
    properties = np.repeat(arrays["properties"], np.diff(arrays["property_starts"]))
    return Table(
        terms.columns.triples, dict(zip(names, (arrays["subjects"], properties, arrays["objects"]), strict=True))
    )


def _pattern(triple: Triple, terms: Terms) -> _Pattern | _Deep | _AnyProperty:
    subject, path, object_ = triple
    if isinstance(path, Variable):
        if path in (subject, object_):
            raise Uncovered("A variable stands twice in a pattern.")
        return _AnyProperty(triple, path.name)
    if not is_deep(path):
        return _between(triple, relation(path, terms), terms)
    if isinstance(subject, Variable) and isinstance(object_, Variable):
        if subject != object_:
            return _Deep(subject.name, object_.name, path)
        return _between(triple, relation(path, terms), terms)
    end, other = (object_, subject) if isinstance(subject, Variable) else (subject, object_)
    assert not isinstance(end, Variable)
    assert isinstance(other, Variable)
    _, found = reached(path, np.array([terms.known(end)], np.int32), terms, backwards=end is object_)
    return _Pattern(other.name, None, _values(np.sort(found)))


def _between(triple: Triple, links: Relation, terms: Terms) -> _Pattern:
    """A triple pattern whose property or path links these pairs."""
    subject, _, object_ = triple
    if isinstance(subject, Variable) and isinstance(object_, Variable):
        if subject != object_:
            return _Pattern(subject.name, object_.name, links)
        return _Pattern(subject.name, None, _values(links.first[links.first == links.second]))
    if isinstance(subject, Variable):
        assert not isinstance(object_, Variable)
        return _Pattern(subject.name, None, _values(_ends(links.inverse, terms.known(object_))))
    if isinstance(object_, Variable):
        return _Pattern(object_.name, None, _values(_ends(links, terms.known(subject))))
    raise Uncovered("A pattern has no variable.")


def _ends(links: Relation, term: int) -> Ids:
    low, high = np.searchsorted(links.first, np.array([term, term + 1], np.int32))
    return links.second[low:high]


def _values(ordered: Ids) -> Relation:
    return Relation(ordered, ordered, ordered, ordered, (len(ordered), len(ordered)))
