"""SPARQL's algebra (SPARQL 1.1, 18.5), as rdflib writes it, on tables."""

from __future__ import annotations

from typing import Any

import numpy as np
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Variable

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.aggregates import aggregated
from atlas_ld.sparql.columns.conditions import truth
from atlas_ld.sparql.columns.constants import constant
from atlas_ld.sparql.columns.order import ordered, page
from atlas_ld.sparql.columns.patterns import basic, name_of
from atlas_ld.sparql.columns.tables import Table, distinct, join, union
from atlas_ld.sparql.columns.terms import UNBOUND, Terms
from atlas_ld.sparql.columns.texts import TRUE

_ROW = "row of the left side"
"""A column that no variable can be named after."""


def evaluate(node: CompValue, terms: Terms) -> Table:
    """The solutions of a node of the algebra. Raises Uncovered."""
    match node.name:
        case "BGP":
            return basic(node.triples, terms)
        case "Join":
            return _join(node, terms)
        case "LeftJoin":
            return _left_join(node, terms)
        case "Union":
            return _union(node, terms)
        case "Filter":
            table = evaluate(node.p, terms)
            return table.take(truth(node.expr, table, terms) == TRUE)
        case "Extend":
            return _extend(node, terms)
        case "ToMultiSet":
            return _values(node.p.res, terms) if node.p.name == "values" else evaluate(node.p, terms)
        case "AggregateJoin":
            return aggregated(evaluate(node.p.p, terms), node.p.expr, node.A, terms)
        case "OrderBy":
            return ordered(evaluate(node.p, terms), node.expr, terms)
        case "Project":
            return evaluate(node.p, terms).only([str(variable) for variable in node.PV])
        case "Distinct":
            table = evaluate(node.p, terms)
            return table.take(distinct(table, list(table.columns)))
        case "Slice":
            return page(evaluate(node.p, terms), int(node.start), None if node.length is None else int(node.length))
    raise Uncovered(f"The operator {node.name}.")


def _joined(left: Table, node: CompValue, terms: Terms) -> Table:
    """`left` joined with the solutions of `node`."""
    names = {name_of(part) for triple in node.triples for part in triple} if node.name == "BGP" else set()
    if any(name in names and not (left.column(name) == UNBOUND).any() for name in left.columns):
        return basic(node.triples, terms, left)
    return join(left, evaluate(node, terms), terms)


def _join(node: CompValue, terms: Terms) -> Table:
    one, other = (node.p1, node.p2) if node.p1.name != "BGP" else (node.p2, node.p1)
    return _joined(evaluate(one, terms), other, terms)


def _left_join(node: CompValue, terms: Terms) -> Table:
    left = evaluate(node.p1, terms)
    numbered = left.with_columns({_ROW: np.arange(left.rows, dtype=np.int32)})
    found = _joined(numbered, node.p2, terms)
    if node.expr.name != "TrueFilter":
        found = found.take(truth(node.expr, found, terms) == TRUE)
    alone = np.ones(left.rows, np.bool_)
    alone[found.columns[_ROW]] = False
    both = union(found, left.take(alone))
    return both.only(name for name in both.columns if name != _ROW)


def _union(node: CompValue, terms: Terms) -> Table:
    both = union(evaluate(node.p1, terms), evaluate(node.p2, terms))
    for column in both.columns.values():
        terms.joinable(column)
    return both


def _extend(node: CompValue, terms: Terms) -> Table:
    table = evaluate(node.p, terms)
    if not isinstance(node.expr, Variable):
        raise Uncovered("A value is computed.")
    return table.with_columns({str(node.var): table.column(str(node.expr))})


def _values(rows: list[dict[Variable, Any]], terms: Terms) -> Table:
    names = dict.fromkeys(str(name) for row in rows for name in row)
    found = {name: np.full(len(rows), UNBOUND, np.int32) for name in names}
    for place, row in enumerate(rows):
        for name, term in row.items():
            if term != "UNDEF":
                found[str(name)][place] = constant(term, terms)
    return Table(len(rows), found)
