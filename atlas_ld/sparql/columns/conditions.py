"""Conditions of FILTER, OPTIONAL and HAVING (SPARQL 1.1, 17): true, false or an error for each row.

Common ones are tested on whole columns, the others by `expressions`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from atlas_ld.sparql.columns.expressions import holds, values
from atlas_ld.sparql.columns.kinds import SIMPLE, number
from atlas_ld.sparql.columns.layout import NO_NUMBER
from atlas_ld.sparql.columns.nodes import Call, Expression, Term, Variable
from atlas_ld.sparql.columns.tables import Table
from atlas_ld.sparql.columns.terms import UNBOUND, Terms
from atlas_ld.sparql.columns.texts import ERROR, FALSE, STRINGS, TRUE, Truth, tested, texts

_SEARCHES = ("REGEX", "CONTAINS", "STRSTARTS", "STRENDS")
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


def truth(expression: Expression, table: Table, terms: Terms) -> Truth:
    """Raises Uncovered."""
    terms.spend(table.rows)
    match expression:
        case Call("&&", (one, other)):
            return _and(truth(one, table, terms), truth(other, table, terms))
        case Call("||", (one, other)):
            return _or(truth(one, table, terms), truth(other, table, terms))
        case Call("!", (one,)):
            found = truth(one, table, terms)
            return np.where(found == ERROR, ERROR, 1 - found).astype(np.int8)
        case Call("BOUND", (Variable(name),)):
            bound: Truth = (table.column(name) != UNBOUND).astype(np.int8)
            return bound
    quick = _quick(expression, table, terms) if isinstance(expression, Call) else None
    return _computed(expression, table, terms) if quick is None else quick


def _computed(expression: Expression, table: Table, terms: Terms) -> Truth:
    ids, places = np.unique(values(expression, table, terms), return_inverse=True)
    states = {True: TRUE, False: FALSE, None: ERROR}
    return np.array([states[holds(term)] for term in terms.terms(ids)], np.int8)[places]


def _and(one: Truth, other: Truth) -> Truth:
    return np.where((one == FALSE) | (other == FALSE), FALSE, np.minimum(one, other)).astype(np.int8)


def _or(one: Truth, other: Truth) -> Truth:
    either = np.where((one == ERROR) | (other == ERROR), ERROR, FALSE)
    return np.where((one == TRUE) | (other == TRUE), TRUE, either).astype(np.int8)


def _quick(call: Call, table: Table, terms: Terms) -> Truth | None:
    """The truth of a condition between texts or one variable and a constant; None where it is of another kind."""
    if call.name in _SEARCHES:
        found = texts(call.arguments[0], table, terms)
        test = None if found is None else tested(call)
        return None if found is None or test is None else found.test(test, terms, _searches(call))
    if call.name == "IN":
        return _in(call, table, terms)
    if call.name not in _COMPARISONS:
        return None
    sign, (left, right) = call.name, call.arguments
    if isinstance(left, Term):
        sign, left, right = _TURNED[sign], right, left
    if not isinstance(right, Term):
        return None
    compare = _COMPARISONS[sign]
    if isinstance(left, Variable):
        return _of_variable(sign, left.name, right, table, terms)
    if right.kind == SIMPLE and _is_simple(left) and (found := texts(left, table, terms)) is not None:
        return found.test(lambda value: compare(value, right.text), terms)
    return None


def _searches(call: Call) -> int:
    pattern = call.arguments[1]
    if call.name != "REGEX" or not isinstance(pattern, Term):
        return 1
    return pattern.text.count("|") + pattern.text.count("*") + 1


def _is_simple(expression: Expression) -> bool:
    """Whether the text has no language, whatever the variable's value."""
    match expression:
        case Call("STR" | "LANG", _):
            return True
        case Call("LCASE" | "UCASE", (argument,)):
            return _is_simple(argument)
    return False


def _in(call: Call, table: Table, terms: Terms) -> Truth | None:
    """Whether a variable has one of some values, all of them IRIs or texts."""
    variable, *values_ = call.arguments
    constants = [value for value in values_ if isinstance(value, Term) and value.kind.datatype in ("", *STRINGS)]
    if not isinstance(variable, Variable) or len(constants) < len(values_):
        return None
    ids = terms.joinable(table.column(variable.name))
    if any(kind.datatype not in ("", *STRINGS) for kind in terms.kinds_of(ids)):
        return None
    found = np.isin(ids, [terms.known(constant) for constant in constants])
    return np.where(ids == UNBOUND, ERROR, found).astype(np.int8)


def _of_variable(sign: str, name: str, constant: Term, table: Table, terms: Terms) -> Truth | None:
    ids = terms.joinable(table.column(name))
    kinds = terms.kinds_of(ids)
    bound = ids != UNBOUND
    if constant.kind.scale:
        value = number(constant.kind, constant.text)
        numbers = terms.numbers(ids)
        if value is None or any(kind.scale != constant.kind.scale for kind in kinds) or not bound.all():
            return None
        return None if (numbers == NO_NUMBER).any() else _COMPARISONS[sign](numbers, value).astype(np.int8)
    known = all(kind.datatype in ("", *STRINGS) for kind in (*kinds, constant.kind))
    if not known or sign not in ("=", "!="):
        return None
    is_same = _COMPARISONS[sign](ids, terms.known(constant))
    return np.where(bound, is_same, ERROR).astype(np.int8)
