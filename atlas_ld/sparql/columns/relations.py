"""Relations: the pairs of terms that a property, or a property path (SPARQL 1.1, 9), links."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.layout import Ids
from atlas_ld.sparql.columns.nodes import Alternative, Inverse, Path, Repeat, Sequence, Term
from atlas_ld.sparql.columns.terms import Terms

MOST_ROWS = 4_000_000
"""A table or relation with more rows is left to Oxigraph, whose answer comes row by row."""

_STEP = 3_000
"""What one step of a closure costs, however few the pairs, in rows: a tenth of a millisecond."""

_SORTED = 40
"""What it costs to sort a row, in rows."""

Pairs = tuple[Ids, Ids]


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


def matches(keys: NDArray[Any], ids: NDArray[Any], terms: Terms) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For all `ids` that stand in `keys` (which are in order): places in `ids`, in order, and places in `keys`.

    Raises Uncovered past MOST_ROWS.
    """
    low, high = np.searchsorted(keys, ids, "left"), np.searchsorted(keys, ids, "right")
    counts = high - low
    total = int(counts.sum())
    terms.spend(len(ids) + total)
    if total > MOST_ROWS:
        raise Uncovered("A join has too many rows.")
    left = np.repeat(np.arange(len(ids)), counts)
    before = np.cumsum(counts) - counts
    return left, np.arange(total) + np.repeat(low - before, counts)


def is_deep(path: Path) -> bool:
    """Whether a path takes any number of steps, so that it should be followed from an end that is bound."""
    match path:
        case Repeat():
            return True
        case Inverse():
            return is_deep(path.path)
        case Sequence() | Alternative():
            return any(map(is_deep, path.parts))
    return False


def relation(path: Path, terms: Terms) -> Relation:
    """All pairs that a path links, each as often as SPARQL counts it. Raises Uncovered."""
    if isinstance(path, Term):
        return property_of(terms.columns.find(*path), terms)
    if isinstance(path, Inverse):
        return relation(path.path, terms).inverse
    return Relation.of(*reached(path, _starts(path, terms, False), terms))


def property_of(number: int | None, terms: Terms) -> Relation:
    """The pairs of the property with this number; None is one that the graph does not have."""
    place, spread = terms.columns.triples_of(number)
    names = ("subjects", "objects", "objects_first", "subjects_second")
    first, second, second_ordered, first_of_second = (terms.columns.arrays[name][place] for name in names)
    return Relation(first, second, second_ordered, first_of_second, spread)


def _starts(path: Path, terms: Terms, backwards: bool) -> Ids:
    """The terms that a path can begin (or, `backwards`, end) with, in order."""
    match path:
        case Inverse():
            return _starts(path.path, terms, not backwards)
        case Repeat():
            return terms.columns.nodes if path.zero else _starts(path.path, terms, backwards)
        case Alternative():
            return np.unique(np.concatenate([_starts(part, terms, backwards) for part in path.parts]))
        case Sequence():
            return _starts(path.parts[-1 if backwards else 0], terms, backwards)
    links = relation(path, terms)
    return np.unique(links.second_ordered if backwards else links.first)


def reached(path: Path, seeds: Ids, terms: Terms, backwards: bool = False, once: bool = False) -> Pairs:
    """What a path leads to from each of `seeds` (different ones, in order), or, `backwards`, to them: pairs of a seed
    and the other end, in the order of the seeds, each as often as SPARQL counts it, or `once`. Raises Uncovered."""
    match path:
        case Inverse():
            return reached(path.path, seeds, terms, not backwards, once)
        case Repeat():
            return _closed(path, seeds, terms, backwards)
        case Alternative():
            found = [reached(part, seeds, terms, backwards, once) for part in path.parts]
            first, second = (np.concatenate(ends) for ends in zip(*found, strict=True))
            terms.spend(_SORTED * len(first))
            codes = _codes(first, second)
            if not once and len(codes) < len(first):
                raise Uncovered("Alternatives link the same pair.")  # which Oxigraph counts once, and SPARQL twice
            return _pairs(codes)
        case Sequence():
            first = last = seeds
            for part in path.parts[::-1] if backwards else path.parts:
                first, last = _followed(part, first, last, terms, backwards, once)
            return first, last
    links = relation(path, terms)
    links = links.inverse if backwards else links
    left, right = matches(links.first, seeds, terms)
    return seeds[left], links.second[right]


def _followed(path: Path, first: Ids, last: Ids, terms: Terms, backwards: bool, once: bool) -> Pairs:
    """Pairs, in the order of their first term, with their last term replaced by what a path leads to from it."""
    starts, ends = reached(path, np.unique(last), terms, backwards, once)
    left, right = matches(starts, last, terms)
    return first[left], ends[right]


def _closed(path: Repeat, seeds: Ids, terms: Terms, backwards: bool) -> Pairs:
    if path.zero and not np.isin(seeds, terms.columns.nodes).all():
        raise Uncovered("A path may lead from a term to itself, and the graph does not have the term.")
    new = _codes(seeds, seeds)
    found = new if path.zero else new[:0]
    while len(new):
        first, last = _followed(path.path, *_pairs(new), terms, backwards, once=True)
        terms.spend(_STEP + _SORTED * len(first) + len(found))
        codes = _codes(first, last)
        places = np.searchsorted(found, codes)
        is_new = np.append(found, -1)[places] != codes
        new = codes[is_new]
        found = np.insert(found, places[is_new], new)
        if len(found) > MOST_ROWS:
            raise Uncovered("A path links too many pairs.")
        if not path.more:
            break
    return _pairs(found)


def _codes(first: Ids, second: Ids) -> NDArray[np.int64]:
    """Different pairs as one number each, in order."""
    return np.unique(first.astype(np.int64) << 32 | second)


def _pairs(codes: NDArray[np.int64]) -> Pairs:
    return (codes >> 32).astype(np.int32), (codes & 0xFFFFFFFF).astype(np.int32)
