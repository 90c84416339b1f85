"""ORDER BY (SPARQL 1.1, 15.1): unbound values, IRIs, literals.

Where SPARQL leaves an order open, values of one kind stand together: numbers, years, days, texts, others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.kinds import Kind, decimal_units, number
from atlas_ld.sparql.columns.layout import NO_NUMBER, Ids
from atlas_ld.sparql.columns.nodes import Term
from atlas_ld.sparql.columns.tables import Table
from atlas_ld.sparql.columns.terms import UNBOUND, Terms
from atlas_ld.sparql.columns.texts import STRINGS

_LITERALS = 2**62
"""Ranks of literals are around this number, those of IRIs are small."""

_SCALES = ("exact", "year", "date")
_COST = 20
"""What one term costs whose rank is no matter of its number, in rows."""


def ordered(table: Table, keys: Sequence[tuple[str, bool]], terms: Terms) -> Table:
    terms.spend(table.rows * (1 + len(keys)) * 4)
    ranked = []
    for name, descends in keys:
        key, _ = ranks(table.column(name), terms)
        ranked.append(-key if descends else key)
    places = np.lexsort(ranked[::-1])
    rows = np.stack([key[places] for key in ranked])
    changes = (rows[:, 1:] != rows[:, :-1]).any(axis=0)
    return Table(table.rows, table.take(places).columns, np.concatenate([[0], np.cumsum(changes)])[: table.rows])


def ranks(ids: Ids, terms: Terms) -> tuple[NDArray[np.int64], bool]:
    """Numbers in the order of the terms, the same for those that tie; and whether there is one order for them, which
    SPARQL or the reference gives."""
    ids = terms.joinable(ids)
    kinds = terms.kinds_of(ids)
    found = ids.astype(np.int64)
    literals = [kind for kind in kinds if not kind.is_iri]
    mask = ids >= terms.columns.size
    for kind in literals:
        mask |= kinds[kind]
    if not mask.any():
        return found, True
    is_own = (ids >= terms.columns.size).any()
    scales = {kind.scale for kind in literals}
    if len(scales) == 1 and "" not in scales and (ids[~mask] < terms.columns.size).all():
        numbers = terms.numbers(ids[mask])
        if not (numbers == NO_NUMBER).any():
            found[mask] = _LITERALS + numbers
            return found, True
    if len(literals) == 1 and not is_own and literals[0].datatype in STRINGS:
        found[mask] += _LITERALS
        return found, True
    return _by_terms(ids, terms), _is_one_order(literals, ids, terms)


def _is_one_order(literals: list[Kind], ids: Ids, terms: Terms) -> bool:
    if not all(kind.datatype in STRINGS for kind in literals):
        return False
    texts = [term.text for term in terms.terms(np.unique(ids)) if term is not None and not term.kind.is_iri]
    return len(set(texts)) == len(texts)


def _by_terms(ids: Ids, terms: Terms) -> NDArray[np.int64]:
    different, places = np.unique(ids, return_inverse=True)
    terms.spend(_COST * len(different))
    keys = [_key(term) for term in terms.terms(different)]
    rank = {key: place for place, key in enumerate(sorted(set(keys)))}
    return np.array([rank[key] for key in keys], np.int64)[places]


def _key(term: Term | None) -> tuple[int, int, str, str]:
    if term is None:
        return UNBOUND, 0, "", ""
    kind = term.kind
    if kind.is_iri:
        return 0, 0, term.text, ""
    value = decimal_units(term.text) if kind.scale == "exact" else number(kind, term.text)
    if value is not None:
        return 1 + _SCALES.index(kind.scale), value, "", ""
    if kind.datatype in STRINGS:
        return 1 + len(_SCALES), 0, term.text, kind.language
    return 2 + len(_SCALES), 0, kind.datatype, term.text


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
