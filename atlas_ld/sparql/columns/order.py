"""ORDER BY (SPARQL 1.1, 15.1): unbound values, IRIs, literals; literals of kinds whose order is proven."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdflib.term import Variable

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.kinds import Kind
from atlas_ld.sparql.columns.layout import Ids
from atlas_ld.sparql.columns.tables import Table
from atlas_ld.sparql.columns.terms import Terms
from atlas_ld.sparql.columns.texts import STRINGS

_LITERALS = 2**55
"""Ranks of literals are around this number, those of IRIs are small."""


def ordered(table: Table, conditions: Any, terms: Terms) -> Table:
    """Raises Uncovered for keys that are not variables, or hold literals of several kinds."""
    keys = []
    for condition in conditions:
        if not isinstance(condition.expr, Variable):
            raise Uncovered("An expression is a key of the order.")
        ranked = ranks(table.column(str(condition.expr)), terms)
        keys.append(-ranked if condition.order == "DESC" else ranked)
    places = np.lexsort(keys[::-1])
    rows = np.stack([key[places] for key in keys])
    changes = (rows[:, 1:] != rows[:, :-1]).any(axis=0)
    return Table(table.rows, table.take(places).columns, np.concatenate([[0], np.cumsum(changes)])[: table.rows])


def ranks(ids: Ids, terms: Terms) -> NDArray[np.int64]:
    """Numbers in the order of the terms, the same for those that tie."""
    kinds = terms.kinds_of(ids)
    found = ids.astype(np.int64)
    literals = [kind for kind in kinds if not kind.is_iri]
    if _is_foreign(ids, [kind for kind in kinds if kind.is_iri], kinds, terms):
        raise Uncovered("IRIs of the query itself are put in order.")
    if not literals:
        return found
    mask = np.logical_or.reduce([kinds[kind] for kind in literals])
    scales = {kind.scale for kind in literals}
    if len(scales) == 1 and "" not in scales:
        found[mask] = _LITERALS + terms.numbers(ids[mask])
    elif all(kind.datatype in STRINGS for kind in literals):
        if len(literals) > 1 or _is_foreign(ids, literals, kinds, terms):
            found[mask] = _by_text(ids[mask], terms)
        found[mask] += _LITERALS
    else:
        raise Uncovered("Literals of several kinds are put in order.")
    return found


def _is_foreign(ids: Ids, some: list[Kind], kinds: dict[Kind, NDArray[np.bool_]], terms: Terms) -> bool:
    """Whether terms of these kinds are not of the graph, whose terms are numbered in order."""
    return any((ids[kinds[kind]] >= terms.columns.size).any() for kind in some)


def _by_text(ids: Ids, terms: Terms) -> NDArray[np.int64]:
    different, places = np.unique(ids, return_inverse=True)
    texts = terms.texts(different)
    if len(set(texts)) < len(texts):
        raise Uncovered("Equal texts in several languages are put in order.")
    rank = np.empty(len(texts), np.int64)
    rank[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    return rank[places]


def page(table: Table, offset: int, limit: int | None) -> Table:
    """Raises Uncovered where other rows could as well be on the page: then the reference's choice is the answer."""
    end = table.rows if limit is None else min(table.rows, offset + limit)
    start = min(offset, end)
    for edge in (start, end):
        if 0 < edge < table.rows and start < end and not _is_sharp(table, edge):
            raise Uncovered("The order does not say which rows are on the page.")
    return table.take(np.arange(start, end))


def _is_sharp(table: Table, edge: int) -> bool:
    if table.order is None:
        return False
    if table.order[edge - 1] != table.order[edge]:
        return True
    tied = table.order == table.order[edge]
    return all((column[tied] == column[edge]).all() for column in table.columns.values())
