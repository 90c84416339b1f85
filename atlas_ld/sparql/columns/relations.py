"""Relations: the pairs of terms that a property, or a property path (SPARQL 1.1, 9), links."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdflib.paths import AlternativePath, InvPath, MulPath, OneOrMore, SequencePath
from rdflib.term import URIRef

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.constants import kind_and_text
from atlas_ld.sparql.columns.layout import Ids
from atlas_ld.sparql.columns.terms import Terms

MOST_ROWS = 4_000_000
"""A table or relation with more rows is left to Oxigraph, whose answer comes row by row."""


@dataclass(frozen=True, eq=False)
class Relation:
    """Pairs in the order of their first term, and the same pairs in the order of their second: four arrays [n]."""

    first: Ids
    second: Ids
    second_ordered: Ids
    first_of_second: Ids
    spread: tuple[int, int]

    @classmethod
    def of(cls, first: Ids, second: Ids) -> Relation:
        """From pairs in any order."""
        forward, backward = np.lexsort((second, first)), np.lexsort((first, second))
        ordered, reverse = first[forward], second[backward]
        return cls(ordered, second[forward], reverse, first[backward], (_different(ordered), _different(reverse)))

    @cached_property
    def inverse(self) -> Relation:
        return Relation(self.second_ordered, self.first_of_second, self.first, self.second, self.spread[::-1])

    def __len__(self) -> int:
        return len(self.first)

    @property
    def fan(self) -> float:
        """Second terms of one first term, on average."""
        return len(self) / max(1, self.spread[0])


def _different(ordered: Ids) -> int:
    return int(np.count_nonzero(np.diff(ordered))) + 1 if len(ordered) else 0


def matches(keys: NDArray[Any], ids: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For all `ids` that stand in `keys` (which are in order): places in `ids`, and places in `keys`.

    Raises Uncovered past MOST_ROWS.
    """
    low, high = np.searchsorted(keys, ids, "left"), np.searchsorted(keys, ids, "right")
    counts = high - low
    total = int(counts.sum())
    if total > MOST_ROWS:
        raise Uncovered("A join has too many rows.")
    left = np.repeat(np.arange(len(ids)), counts)
    before = np.cumsum(counts) - counts
    return left, np.arange(total) + np.repeat(low - before, counts)


def relation(path: Any, terms: Terms) -> Relation:
    """The pairs of a property or path of rdflib's, each as often as SPARQL counts it. Raises Uncovered."""
    if isinstance(path, URIRef):
        return _property(path, terms)
    if isinstance(path, InvPath):
        return relation(path.arg, terms).inverse
    if isinstance(path, AlternativePath):
        parts = [relation(part, terms) for part in path.args]
        found = Relation.of(np.concatenate([r.first for r in parts]), np.concatenate([r.second for r in parts]))
        if _repeats(found):
            raise Uncovered("Alternatives link the same pair.")  # which Oxigraph counts once, and SPARQL twice
        return found
    if isinstance(path, SequencePath):
        joined, *rest = [relation(part, terms) for part in path.args]
        for part in rest:
            joined = _after(joined, part)
        return joined
    if isinstance(path, MulPath) and path.mod == OneOrMore:
        return _closure(relation(path.path, terms))
    raise Uncovered(f"A path of the kind {type(path).__name__}.")


def _repeats(links: Relation) -> bool:
    return bool(((links.first[1:] == links.first[:-1]) & (links.second[1:] == links.second[:-1])).any())


def _property(iri: URIRef, terms: Terms) -> Relation:
    place, spread = terms.columns.triples_of(terms.columns.find(*kind_and_text(iri)))
    names = ("subjects", "objects", "objects_first", "subjects_second")
    first, second, second_ordered, first_of_second = (terms.columns.arrays[name][place] for name in names)
    return Relation(first, second, second_ordered, first_of_second, spread)


def _after(one: Relation, other: Relation) -> Relation:
    left, right = matches(other.first, one.second)
    return Relation.of(one.first[left], other.second[right])


def _closure(step: Relation) -> Relation:
    """Each pair that one or more steps link, once."""
    found = new = _codes(step.first, step.second)
    while len(new):
        first, last = _pairs(new)
        left, right = matches(step.first, last)
        new = np.setdiff1d(_codes(first[left], step.second[right]), found, assume_unique=True)
        found = np.union1d(found, new)
        if len(found) > MOST_ROWS:
            raise Uncovered("A path links too many pairs.")
    return Relation.of(*_pairs(found))


def _codes(first: Ids, second: Ids) -> NDArray[np.int64]:
    """Different pairs as one number each, in order."""
    return np.unique(first.astype(np.int64) << 32 | second)


def _pairs(codes: NDArray[np.int64]) -> tuple[Ids, Ids]:
    return (codes >> 32).astype(np.int32), (codes & 0xFFFFFFFF).astype(np.int32)
