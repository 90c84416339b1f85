"""Basic graph patterns (SPARQL 1.1, 18.2.2.5): triple patterns joined in an order that keeps tables small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rdflib.term import BNode, URIRef, Variable

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.constants import constant
from atlas_ld.sparql.columns.layout import Ids
from atlas_ld.sparql.columns.relations import Relation, matches, relation
from atlas_ld.sparql.columns.tables import Table
from atlas_ld.sparql.columns.terms import Terms


@dataclass(frozen=True, eq=False)
class _Pattern:
    """A triple pattern between the variables `first` and `second`. Where there is one variable alone, `second` is
    None, and `links` has its values as first terms."""

    first: str
    second: str | None
    links: Relation

    def steps(self, bound: set[str]) -> float:
        """How many rows one row becomes by a join with this pattern, about."""
        if self.second is None:
            return 0.0 if self.first in bound else len(self.links)
        if self.first in bound:
            return 0.5 if self.second in bound else self.links.fan
        return self.links.inverse.fan if self.second in bound else len(self.links)


def basic(triples: Sequence[tuple[Any, Any, Any]], terms: Terms, seed: Table | None = None) -> Table:
    """The solutions of a basic graph pattern, joined with `seed`, whose shared variables must all be bound. Raises
    Uncovered."""
    if seed is None and len(triples) == 1 and all(isinstance(part, Variable) for part in triples[0]):
        return _everything(triples[0], terms)
    patterns = [_pattern(triple, terms) for triple in triples]
    table = seed
    while patterns:
        bound = set(table.columns) if table else set()
        best = min(patterns, key=lambda pattern: pattern.steps(bound))
        patterns.remove(best)
        table = _started(best) if table is None else _joined(table, best, terms)
    return Table(1) if table is None else table


def _everything(triple: tuple[Any, Any, Any], terms: Terms) -> Table:
    """Every triple of the graph."""
    names = [str(part) for part in triple]
    if len(set(names)) < len(names):
        raise Uncovered("A variable stands twice in a pattern.")
    arrays = terms.columns.arrays
    properties = np.repeat(arrays["properties"], np.diff(arrays["property_starts"]))
    return Table(
        terms.columns.triples, dict(zip(names, (arrays["subjects"], properties, arrays["objects"]), strict=True))
    )


def name_of(part: Any) -> str | None:
    """The variable, or the name that a blank node of a query stands for (SPARQL 1.1, 4.1.4); None for a constant."""
    if isinstance(part, BNode):
        return f"_:{part}"
    return str(part) if isinstance(part, Variable) else None


def _pattern(triple: tuple[Any, Any, Any], terms: Terms) -> _Pattern:
    subject, path, object_ = triple
    if isinstance(path, Variable | BNode):
        raise Uncovered("A variable stands for a property.")
    links = relation(path, terms)
    first, second = name_of(subject), name_of(object_)
    if first and second:
        if first != second:
            return _Pattern(first, second, links)
        same = links.first[links.first == links.second]
        return _Pattern(first, None, _values(same))
    if first:
        return _Pattern(first, None, _values(_linked(links.inverse, constant(object_, terms))))
    if second:
        if not isinstance(subject, URIRef):
            raise Uncovered("A literal is a subject.")
        return _Pattern(second, None, _values(_linked(links, constant(subject, terms))))
    raise Uncovered("A pattern has no variable.")


def _linked(links: Relation, term: int) -> Ids:
    low, high = np.searchsorted(links.first, np.array([term, term + 1], np.int32))
    return links.second[low:high]


def _values(ordered: Ids) -> Relation:
    return Relation(ordered, ordered, ordered, ordered, (len(ordered), len(ordered)))


def _started(pattern: _Pattern) -> Table:
    columns = {pattern.first: pattern.links.first}
    if pattern.second:
        columns[pattern.second] = pattern.links.second
    return Table(len(pattern.links), columns)


def _joined(table: Table, pattern: _Pattern, terms: Terms) -> Table:
    first, second, links = pattern.first, pattern.second, pattern.links
    if second and (first not in table.columns or (second in table.columns and links.fan > links.inverse.fan)):
        first, second, links = second, first, links.inverse
    if first not in table.columns:
        raise Uncovered("A pattern shares no variable with the others.")
    left, right = matches(links.first, terms.joinable(table.bound(first)))
    found = table.take(left)
    if second is None:
        return found
    if second in table.columns:
        return found.take(terms.joinable(found.bound(second)) == links.second[right])
    return found.with_columns({second: links.second[right]})
