"""GROUP BY and aggregates (SPARQL 1.1, 11 and 18.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rdflib.term import Variable

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.kinds import DECIMAL, INTEGER, MOST, MOST_DIGITS, Kind, fraction
from atlas_ld.sparql.columns.layout import Ids
from atlas_ld.sparql.columns.order import ranks
from atlas_ld.sparql.columns.tables import Places, Table, group_codes
from atlas_ld.sparql.columns.terms import UNBOUND, Terms

_DIGITS = 18
"""Digits after the point of Oxigraph's decimals."""


def aggregated(table: Table, keys: Sequence[Any] | None, aggregates: Sequence[Any], terms: Terms) -> Table:
    """A row for each group, with its keys and its aggregates. Raises Uncovered."""
    names = [str(key) for key in keys or () if isinstance(key, Variable)]
    if len(names) < len(keys or ()):
        raise Uncovered("Groups are made by an expression.")
    codes, places = group_codes([terms.joinable(table.column(name)) for name in names], table.rows)
    if not names:
        places = np.zeros(1, np.int64)  # one group, empty or not
    columns = {name: table.column(name)[places] for name in names}
    for aggregate in aggregates:
        columns[str(aggregate.res)] = _aggregate(aggregate, table, codes, len(places), columns, terms)
    return Table(len(places), columns)


def _aggregate(aggregate: Any, table: Table, codes: Places, groups: int, keys: dict[str, Ids], terms: Terms) -> Ids:
    kind, variable, once = aggregate.name.removeprefix("Aggregate_"), aggregate.vars, bool(aggregate.distinct)
    if kind == "Count" and isinstance(variable, str) and variable == "*" and not isinstance(variable, Variable):
        if once:
            raise Uncovered("COUNT(DISTINCT *).")
        return _integers(_counts(codes, groups), terms)
    if not isinstance(variable, Variable):
        raise Uncovered("An aggregate of an expression.")
    if kind == "Sample" and str(variable) in keys:  # how rdflib writes a key of the groups
        return keys[str(variable)]
    ids = table.column(str(variable))
    if once:
        codes, ids = _different(codes, terms.joinable(ids))
    bound = ids != UNBOUND
    if kind == "Count":
        return _integers(_counts(codes[bound], groups), terms)
    if not bound.all():
        raise Uncovered("An aggregate of unbound values.")
    if kind in ("Sum", "Avg"):
        return _sums(ids, codes, groups, terms, average=kind == "Avg")
    if kind in ("Min", "Max"):
        return _extremes(ids, codes, groups, terms, largest=kind == "Max")
    raise Uncovered(f"The aggregate {kind}.")


def _counts(codes: Places, groups: int) -> Places:
    return np.array([len(codes)]) if groups == 1 else np.bincount(codes, minlength=groups)


def _different(codes: Places, ids: Ids) -> tuple[Places, Ids]:
    _, places = np.unique(codes << 32 | (ids.astype(np.int64) - UNBOUND), return_index=True)
    return codes[places], ids[places]


def _integers(counts: Places, terms: Terms) -> Ids:
    different, places = np.unique(counts, return_inverse=True)
    return terms.make(Kind(INTEGER), [str(count) for count in different.tolist()])[places]


def _sums(ids: Ids, codes: Places, groups: int, terms: Terms, average: bool) -> Ids:
    """Sums of integers are integers; with a decimal among them, decimals (XPath functions, 4.2)."""
    kinds = terms.kinds_of(ids)
    if any(kind.scale != "exact" for kind in kinds):
        raise Uncovered("A sum of values that are no integers and no decimals.")
    values = terms.numbers(ids)
    if np.abs(values.astype(np.float64)).sum() >= MOST:
        raise Uncovered("A sum may be too large to be exact.")
    sums = np.bincount(codes, weights=values, minlength=groups).astype(np.int64).tolist()
    counts = np.bincount(codes, minlength=groups).tolist()
    decimals = np.zeros(groups, np.bool_)
    if Kind(DECIMAL) in kinds:
        decimals[codes[kinds[Kind(DECIMAL)]]] = True
    found = []
    for total, count, decimal in zip(sums, counts, decimals.tolist(), strict=True):
        kind, text = Kind(DECIMAL if decimal else INTEGER), fraction(total, MOST_DIGITS)
        if average and count:
            kind, text = Kind(DECIMAL), _quotient(total, count)
        found.append(int(terms.make(kind, [text])[0]))
    return np.array(found, np.int32)


def _quotient(total: int, count: int) -> str:
    """A mean, cut after the last digit that Oxigraph's decimals have."""
    units = abs(total) * 10 ** (_DIGITS - MOST_DIGITS) // count
    return fraction(-units if total < 0 else units, _DIGITS)


def _extremes(ids: Ids, codes: Places, groups: int, terms: Terms, largest: bool) -> Ids:
    if len(terms.kinds_of(ids)) > 1 or np.bincount(codes, minlength=groups).min(initial=1) == 0:
        raise Uncovered("The least or largest of values of several kinds, or of none.")
    if not groups:
        return ids
    order = np.lexsort((ranks(ids, terms), codes))
    last = np.append(np.flatnonzero(np.diff(codes[order])), len(order) - 1)
    first = np.append(0, last[:-1] + 1)
    places: Places = order[last if largest else first]
    return ids[places]
