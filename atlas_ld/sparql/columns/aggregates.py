"""GROUP BY and aggregates (SPARQL 1.1, 11 and 18.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.arithmetic import divided
from atlas_ld.sparql.columns.kinds import (
    DECIMAL,
    DIGITS,
    INTEGER,
    LANGUAGE_STRING,
    LONGEST_DECIMAL,
    LONGEST_INTEGER,
    MOST_DIGITS,
    SIMPLE,
    Kind,
    fraction,
)
from atlas_ld.sparql.columns.layout import Ids
from atlas_ld.sparql.columns.nodes import Aggregate, Term, Variable
from atlas_ld.sparql.columns.order import ranks
from atlas_ld.sparql.columns.tables import Places, Table, group_codes
from atlas_ld.sparql.columns.terms import UNBOUND, Terms
from atlas_ld.sparql.columns.texts import STRINGS

_HALF = 31
"""Numbers are summed as two halves, so that each sum of doubles is exact: MOST_ROWS of 31 bits make less than 2^53."""


_LONGEST = 10_000_000
"""Characters of all texts that one query concatenates."""


def aggregated(table: Table, keys: Sequence[str] | None, aggregates: Sequence[Aggregate], terms: Terms) -> Table:
    """A row for each group, with its keys and its aggregates. Raises Uncovered."""
    terms.spend(table.rows * (1 + len(aggregates)))
    codes, places = group_codes([terms.joinable(table.column(name)) for name in keys or ()], table.rows)
    if keys is None:
        places = np.zeros(1, np.int64)  # one group, empty or not
    columns = {name: table.column(name)[places] for name in keys or ()}
    for aggregate in aggregates:
        columns[aggregate.result] = _aggregate(aggregate, table, codes, len(places), terms)
    return Table(len(places), columns)


def _aggregate(aggregate: Aggregate, table: Table, codes: Places, groups: int, terms: Terms) -> Ids:
    if aggregate.argument is None:
        if aggregate.distinct:
            raise Uncovered("COUNT(DISTINCT *).")
        return _integers(_counts(codes, groups), terms)
    ids = table.column(aggregate.argument.name)
    if aggregate.distinct:
        codes, ids = _different(codes, terms.joinable(ids))
    bound = ids != UNBOUND
    if aggregate.name == "COUNT":
        if not (Variable(aggregate.argument.name).is_visible or bound.all()):
            raise Uncovered("Errors are counted.")  # which SPARQL leaves out, and Oxigraph does not
        return _integers(_counts(codes[bound], groups), terms)
    if not bound.all():
        raise Uncovered("An aggregate of unbound values.")
    match aggregate.name:
        case "SUM" | "AVG":
            return _sums(ids, codes, groups, terms, average=aggregate.name == "AVG")
        case "MIN" | "MAX":
            return _extremes(ids, codes, groups, terms, largest=aggregate.name == "MAX")
        case "SAMPLE":
            return _only(terms.joinable(ids), codes, groups)
    return _concatenated(ids, codes, groups, aggregate.separator, terms)


def _counts(codes: Places, groups: int) -> Places:
    return np.array([len(codes)]) if groups == 1 else np.bincount(codes, minlength=groups)


def _different(codes: Places, ids: Ids) -> tuple[Places, Ids]:
    _, places = np.unique(codes << 32 | (ids.astype(np.int64) - UNBOUND), return_index=True)
    return codes[places], ids[places]


def _integers(counts: Places, terms: Terms) -> Ids:
    different, places = np.unique(counts, return_inverse=True)
    return terms.make(Term(Kind(INTEGER), str(count)) for count in different.tolist())[places]


def _sums(ids: Ids, codes: Places, groups: int, terms: Terms, average: bool) -> Ids:
    """Sums of integers are integers; with a decimal among them, decimals (XPath functions, 4.2)."""
    kinds = terms.kinds_of(ids)
    if any(kind.scale != "exact" for kind in kinds):
        raise Uncovered("A sum of values that are no integers and no decimals.")
    values = terms.exact_numbers(ids)
    low = np.bincount(codes, weights=values & (2**_HALF - 1), minlength=groups).tolist()
    high = np.bincount(codes, weights=values >> _HALF, minlength=groups).tolist()
    most = np.bincount(codes, weights=np.abs(values), minlength=groups).tolist()
    counts = np.bincount(codes, minlength=groups).tolist()
    decimals = np.zeros(groups, np.bool_)
    if Kind(DECIMAL) in kinds:
        decimals[codes[kinds[Kind(DECIMAL)]]] = True
    found = []
    for lower, higher, largest, count, decimal in zip(low, high, most, counts, decimals.tolist(), strict=True):
        total = (int(higher) << _HALF) + int(lower)
        limit = LONGEST_DECIMAL // 10**DIGITS if decimal else LONGEST_INTEGER
        if largest * 1.01 >= limit * 10**MOST_DIGITS:
            raise Uncovered("A sum may be too large for the engine's numbers.")
        found.append(_mean(total, count) if average and count else _sum(total, decimal))
    return terms.make(found)


def _sum(total: int, decimal: bool) -> Term:
    return Term(Kind(DECIMAL if decimal else INTEGER), fraction(total, MOST_DIGITS))


def _mean(total: int, count: int) -> Term:
    units = divided(total * 10 ** (DIGITS - MOST_DIGITS), count * 10**DIGITS)
    if units is None:
        raise Uncovered("A mean is too large.")
    return Term(Kind(DECIMAL), fraction(units, DIGITS))


def _extremes(ids: Ids, codes: Places, groups: int, terms: Terms, largest: bool) -> Ids:
    if len(terms.kinds_of(ids)) > 1 or np.bincount(codes, minlength=groups).min(initial=1) == 0:
        raise Uncovered("The least or largest of values of several kinds, or of none.")
    if not groups:
        return ids
    ranked, is_proven = ranks(ids, terms)
    if not is_proven:
        raise Uncovered("The least or largest of values without an order.")
    order = np.lexsort((ranked, codes))
    last = np.append(np.flatnonzero(np.diff(codes[order])), len(order) - 1)
    first = np.append(0, last[:-1] + 1)
    places: Places = order[last if largest else first]
    return ids[places]


def _only(ids: Ids, codes: Places, groups: int) -> Ids:
    """The one value of each group. Raises Uncovered where there are several, and so a choice, or none."""
    codes, ids = _different(codes, ids)
    if len(codes) != groups:
        raise Uncovered("A sample is a choice.")
    return ids


def _concatenated(ids: Ids, codes: Places, groups: int, separator: str, terms: Terms) -> Ids:
    """Texts of each group, in any order. Oxigraph keeps a language that all have (SPARQL does not)."""
    kinds = terms.kinds_of(ids)
    if any(kind.datatype not in STRINGS for kind in kinds):
        raise Uncovered("Values that are no texts are concatenated.")
    terms.spend(10 * len(ids))
    parts: list[list[str]] = [[] for _ in range(groups)]
    languages: list[set[str]] = [set() for _ in range(groups)]
    length = 0
    for term, group in zip(terms.terms(ids), codes.tolist(), strict=True):
        assert term is not None
        length += len(term.text) + len(separator)
        if length > _LONGEST:
            raise Uncovered("Long texts are concatenated.")
        parts[group].append(term.text)
        languages[group].add(term.kind.language)
    found = []
    for texts, tags in zip(parts, languages, strict=True):
        tag = next(iter(tags)) if len(tags) == 1 else ""
        found.append(Term(Kind(LANGUAGE_STRING, tag) if tag else SIMPLE, separator.join(texts)))
    return terms.make(found)
