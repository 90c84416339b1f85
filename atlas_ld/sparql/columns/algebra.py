"""SPARQL's algebra (SPARQL 1.1, 18.5) on tables."""

from __future__ import annotations

import numpy as np

from atlas_ld.sparql.columns.aggregates import aggregated
from atlas_ld.sparql.columns.conditions import truth
from atlas_ld.sparql.columns.expressions import values
from atlas_ld.sparql.columns.nodes import (
    Basic,
    Distinct,
    Exists,
    Extend,
    Filter,
    Group,
    Join,
    LeftJoin,
    Order,
    Pattern,
    Project,
    Slice,
    Union,
    Values,
    Variable,
)
from atlas_ld.sparql.columns.order import ordered, page
from atlas_ld.sparql.columns.patterns import basic
from atlas_ld.sparql.columns.tables import Table, distinct, join, union
from atlas_ld.sparql.columns.terms import UNBOUND, Terms
from atlas_ld.sparql.columns.texts import TRUE

_ROW = "row of the left side"
"""A column that no variable can be named after."""


def evaluate(node: Pattern, terms: Terms) -> Table:
    """The solutions of a node of the algebra. Raises Uncovered."""
    match node:
        case Basic():
            return basic(node.triples, terms)
        case Join():
            one, other = (node.other, node.one) if isinstance(node.one, Basic) else (node.one, node.other)
            return _joined(evaluate(one, terms), other, terms)
        case LeftJoin():
            return _left_join(node, terms)
        case Union():
            return union(evaluate(node.one, terms), evaluate(node.other, terms))
        case Filter():
            table = evaluate(node.part, terms)
            return table.take(truth(node.condition, table, terms) == TRUE)
        case Exists():
            table = evaluate(node.part, terms)
            found = np.zeros(table.rows, np.bool_)
            found[_joined(_numbered(table), node.pattern, terms).columns[_ROW]] = True
            return table.take(~found if node.negated else found)
        case Extend():
            table = evaluate(node.part, terms)
            return table.with_columns({node.name: values(node.expression, table, terms)})
        case Values():
            ids = [[UNBOUND if term is None else terms.known(term) for term in row] for row in node.rows]
            columns = np.array(ids, np.int32).reshape(len(ids), len(node.names))
            return Table(len(ids), {name: columns[:, place] for place, name in enumerate(node.names)})
        case Group():
            return aggregated(evaluate(node.part, terms), node.keys, node.aggregates, terms)
        case Order():
            return ordered(evaluate(node.part, terms), node.keys, terms)
        case Project():
            return evaluate(node.part, terms).only(node.names)
        case Distinct():
            table = evaluate(node.part, terms)
            return table.take(distinct(table, terms))
        case Slice():
            return page(evaluate(node.part, terms), node.offset, node.limit)


def _joined(left: Table, node: Pattern, terms: Terms) -> Table:
    """`left` joined with the solutions of `node`."""
    if isinstance(node, Basic):
        parts = (part for triple in node.triples for part in triple)
        shared = {part.name for part in parts if isinstance(part, Variable)} & set(left.columns)
        if shared and not any((left.column(name) == UNBOUND).any() for name in shared):
            return basic(node.triples, terms, left)
    return join(left, evaluate(node, terms), terms)


def _numbered(table: Table) -> Table:
    return table.with_columns({_ROW: np.arange(table.rows, dtype=np.int32)})


def _left_join(node: LeftJoin, terms: Terms) -> Table:
    left = evaluate(node.one, terms)
    found = _joined(_numbered(left), node.other, terms)
    if node.condition is not None:
        found = found.take(truth(node.condition, found, terms) == TRUE)
    alone = np.ones(left.rows, np.bool_)
    alone[found.columns[_ROW]] = False
    both = union(found, left.take(alone))
    return both.only(name for name in both.columns if name != _ROW)
