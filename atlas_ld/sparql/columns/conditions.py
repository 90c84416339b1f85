"""Conditions of FILTER, OPTIONAL and HAVING (SPARQL 1.1, 17): true, false or an error for each row."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Literal, URIRef, Variable

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.constants import constant, kind_and_text
from atlas_ld.sparql.columns.kinds import SIMPLE, Kind, number
from atlas_ld.sparql.columns.tables import Table
from atlas_ld.sparql.columns.terms import UNBOUND, Terms
from atlas_ld.sparql.columns.texts import COMPUTED, ERROR, FALSE, STRINGS, TRUE, Truth, searched, texts

_SEARCHES = ("Builtin_REGEX", "Builtin_CONTAINS", "Builtin_STRSTARTS", "Builtin_STRENDS")
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


def truth(expression: Any, table: Table, terms: Terms) -> Truth:
    """Raises Uncovered."""
    if not isinstance(expression, CompValue):
        raise Uncovered("A value stands for a condition.")
    name = expression.name
    if name == "ConditionalAndExpression":
        return _all(_and, [truth(part, table, terms) for part in (expression.expr, *expression.other)])
    if name == "ConditionalOrExpression":
        return _all(_or, [truth(part, table, terms) for part in (expression.expr, *expression.other)])
    if name == "UnaryNot":
        return _not(truth(expression.expr, table, terms))
    if name == "Builtin_BOUND":
        bound: Truth = (table.column(str(expression.arg)) != UNBOUND).astype(np.int8)
        return bound
    if name in _SEARCHES:
        text = expression.text if name == "Builtin_REGEX" else expression.arg1
        return texts(text, table, terms).test(searched(expression))
    if name == "RelationalExpression":
        return _relation(expression.op, expression.expr, expression.other, table, terms)
    raise Uncovered(f"A condition of the kind {name}.")


def _all(combine: Callable[[Truth, Truth], Truth], parts: Sequence[Truth]) -> Truth:
    return reduce(combine, parts)


def _and(one: Truth, other: Truth) -> Truth:
    return np.where((one == FALSE) | (other == FALSE), FALSE, np.minimum(one, other)).astype(np.int8)


def _or(one: Truth, other: Truth) -> Truth:
    either = np.where((one == ERROR) | (other == ERROR), ERROR, FALSE)
    return np.where((one == TRUE) | (other == TRUE), TRUE, either).astype(np.int8)


def _not(one: Truth) -> Truth:
    return np.where(one == ERROR, ERROR, 1 - one).astype(np.int8)


def _relation(operation: str, left: Any, right: Any, table: Table, terms: Terms) -> Truth:
    if operation in ("IN", "NOT IN"):
        if not isinstance(right, list) or not right:
            raise Uncovered("IN without a list.")
        found = _all(_or, [_relation("=", left, one, table, terms) for one in right])
        return found if operation == "IN" else _not(found)
    if isinstance(left, Literal | URIRef):
        left, right, operation = right, left, _TURNED[operation]
    if not isinstance(right, Literal | URIRef):
        raise Uncovered("Two values are compared, and none is a constant.")
    compare = _COMPARISONS[operation]
    kind, text = kind_and_text(right)
    if isinstance(left, CompValue) and left.name in COMPUTED and kind == SIMPLE and _is_simple(left):
        return texts(left, table, terms).test(lambda value: compare(value, text))
    if not isinstance(left, Variable):
        raise Uncovered("An expression is compared.")
    if kind.scale:
        return _numbers(compare, str(left), kind, text, table, terms)
    if operation in ("=", "!="):
        return _same(operation, str(left), right, table, terms)
    if kind != SIMPLE or any(found != SIMPLE for found in terms.kinds_of(table.column(str(left)))):
        raise Uncovered("Terms of these kinds have no proven order.")
    return texts(left, table, terms).test(lambda value: compare(value, text))


def _is_simple(expression: CompValue) -> bool:
    """Whether the text has no language, whatever the variable's value."""
    if expression.name in ("Builtin_STR", "Builtin_LANG"):
        return True
    return isinstance(expression.arg, CompValue) and expression.arg.name in COMPUTED and _is_simple(expression.arg)


def _numbers(compare: Callable[[Any, Any], Any], name: str, kind: Kind, text: str, table: Table, terms: Terms) -> Truth:
    ids = table.column(name)
    value = number(kind, text)
    if value is None or any(found.scale != kind.scale for found in terms.kinds_of(ids)):
        raise Uncovered("Values of several kinds are compared with a number.")
    bound = ids != UNBOUND
    found = np.full(len(ids), ERROR, np.int8)
    found[bound] = compare(terms.numbers(ids[bound]), value)
    return found


def _same(operation: str, name: str, other: Any, table: Table, terms: Terms) -> Truth:
    """Whether terms are the same: IRIs, and texts with and without language."""
    ids = terms.joinable(table.column(name))
    if any(kind.datatype not in ("", *STRINGS) for kind in terms.kinds_of(ids)):
        raise Uncovered("Values of these kinds may be equal and not the same.")
    found = (ids == constant(other, terms)).astype(np.int8)
    if operation == "!=":
        found = 1 - found
    return np.where(ids == UNBOUND, ERROR, found).astype(np.int8)
