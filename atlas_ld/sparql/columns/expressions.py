"""Expressions (SPARQL 1.1, 17), computed once for each different combination of the values that they read.

What Oxigraph makes of a value is followed to the letter; for values of kinds that are not followed, `Uncovered` is
raised.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns import arithmetic as decimals
from atlas_ld.sparql.columns.kinds import (
    BOOLEAN,
    DATE,
    DECIMAL,
    DIGITS,
    INTEGER,
    IRI,
    LANGUAGE_STRING,
    LONGEST_INTEGER,
    ODD_CASE,
    SIMPLE,
    STRING,
    UNIT,
    YEAR,
    Kind,
    canonical_decimal,
    canonical_integer,
    decimal_units,
    fraction,
    number,
)
from atlas_ld.sparql.columns.layout import Ids
from atlas_ld.sparql.columns.nodes import Call, Expression, Term, Variable, variables
from atlas_ld.sparql.columns.regex import search
from atlas_ld.sparql.columns.tables import Table, group_codes
from atlas_ld.sparql.columns.terms import Terms

_COST = 30
"""What it costs to compute an expression once, in rows."""

_LONGEST = 10_000
"""Characters of a computed text."""

Row = Sequence[Term | None]
Value = Callable[[Row], Term | None]
"""None is an error, or an unbound variable."""

_TRUE, _FALSE = Term(Kind(BOOLEAN), "true"), Term(Kind(BOOLEAN), "false")
_EXACT = (INTEGER, DECIMAL)
_TEXTS = (STRING, LANGUAGE_STRING)
_KNOWN = ("", *_TEXTS, *_EXACT, BOOLEAN)
"""Kinds of which terms of different ones are never equal, but for numbers."""

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip


def values(expression: Expression, table: Table, terms: Terms) -> Ids:
    """The value of an expression for each row; unbound for an error. Raises Uncovered."""
    if isinstance(expression, Variable):
        return table.column(expression.name)
    names = sorted(set(variables(expression)))
    columns = [table.column(name) for name in names]
    codes, places = group_codes(columns, table.rows)
    terms.spend(table.rows + _COST * len(places) * _size(expression))
    value = compiled(expression, {name: place for place, name in enumerate(names)})
    rows = zip(*(terms.terms(column[places]) for column in columns), strict=True) if names else [()] * len(places)
    return terms.make(value(row) for row in rows)[codes]


def _size(expression: Expression) -> int:
    return 1 + sum(map(_size, expression.arguments)) if isinstance(expression, Call) else 1


def compiled(expression: Expression, places: Mapping[str, int]) -> Value:
    """A function of rows that have the values of variables at these places. Raises Uncovered."""
    if isinstance(expression, Variable):
        return operator.itemgetter(places[expression.name])
    if isinstance(expression, Term):
        return lambda _row: expression
    parts = [compiled(argument, places) for argument in expression.arguments]
    if expression.name in _SPECIAL:
        return _SPECIAL[expression.name](parts)
    if expression.name == "REGEX":
        return _regex(expression, parts[0])
    function = _FUNCTIONS[expression.name]

    def call(row: Row) -> Term | None:
        arguments = []
        for part in parts:
            argument = part(row)
            if argument is None:
                return None
            arguments.append(argument)
        return function(*arguments)

    return call


def _boolean(value: bool | None) -> Term | None:
    return None if value is None else _TRUE if value else _FALSE


def holds(term: Term | None) -> bool | None:
    """The effective boolean value (17.2.2); None is an error."""
    if term is None:
        return None
    kind = term.kind
    if kind.datatype == BOOLEAN:
        if term.text not in ("true", "false"):
            raise Uncovered("A boolean is written in another way.")
        return term.text == "true"
    if kind.datatype in _EXACT:
        return _units(term) != 0
    if kind == SIMPLE:
        return term.text != ""
    if kind.is_iri:
        return None
    raise Uncovered("A value of this kind stands for a condition.")


def _either(parts: Sequence[Value]) -> Value:
    one, other = parts

    def value(row: Row) -> Term | None:
        first, second = holds(one(row)), holds(other(row))
        return _TRUE if first or second else None if first is None or second is None else _FALSE

    return value


def _both(parts: Sequence[Value]) -> Value:
    one, other = parts

    def value(row: Row) -> Term | None:
        first, second = holds(one(row)), holds(other(row))
        return _FALSE if first is False or second is False else None if first is None or second is None else _TRUE

    return value


def _not(parts: Sequence[Value]) -> Value:
    def value(row: Row) -> Term | None:
        found = holds(parts[0](row))
        return None if found is None else _boolean(not found)

    return value


def _if(parts: Sequence[Value]) -> Value:
    condition, then, otherwise = parts

    def value(row: Row) -> Term | None:
        found = holds(condition(row))
        return None if found is None else then(row) if found else otherwise(row)

    return value


def _coalesce(parts: Sequence[Value]) -> Value:
    return lambda row: next((found for part in parts if (found := part(row)) is not None), None)


def _in(parts: Sequence[Value]) -> Value:
    one, *others = parts

    def value(row: Row) -> Term | None:
        left = one(row)
        if left is None:
            return None
        has_error = False
        for other in others:
            right = other(row)
            if right is None:
                has_error = True
            elif _equal(left, right):
                return _TRUE
        return None if has_error else _FALSE

    return value


def _bound(parts: Sequence[Value]) -> Value:
    return lambda row: _boolean(parts[0](row) is not None)


def _regex(call: Call, text: Value) -> Value:
    test = search(*call.arguments[1:])

    def value(row: Row) -> Term | None:
        found = text(row)
        return None if found is None or found.kind.datatype not in _TEXTS else _boolean(test(found.text))

    return value


def _units(term: Term) -> int:
    """A number of which it is known that it is one."""
    units = decimal_units(term.text)
    if units is None:
        raise Uncovered("A number is not valid.")
    return units


def _whole(term: Term) -> int:
    """The same of an integer, whose text may be anything in the data."""
    whole: int = _units(term) // UNIT
    return whole


def _is_number(term: Term) -> bool:
    """Raises Uncovered for kinds that may be numbers too."""
    if term.kind.datatype in _EXACT:
        return True
    if term.kind.datatype in (*_KNOWN, DATE, YEAR):
        return False
    raise Uncovered("A value of another kind is computed with.")


def _equal(one: Term, other: Term) -> bool:
    kinds = one.kind.datatype, other.kind.datatype
    if all(kind in _EXACT for kind in kinds):
        return _units(one) == _units(other)
    if all(kind in _KNOWN for kind in kinds):
        for term in (one, other):
            if term.kind.datatype in _EXACT:
                _units(term)  # a number that is none may be anything
            elif term.kind.datatype == BOOLEAN:
                holds(term)
        return one == other
    if (one.kind.is_iri or other.kind.is_iri) and all(kind in (*_KNOWN, DATE, YEAR) for kind in kinds):
        return False
    return _scaled(one) == _scaled(other)


def _scaled(term: Term) -> tuple[str, int]:
    value = number(term.kind, term.text)
    if term.kind.datatype not in (YEAR, DATE) or value is None:
        raise Uncovered("Values of these kinds are compared.")
    return term.kind.datatype, value


def _compare(sign: str) -> Callable[[Term, Term], Term | None]:
    compare = _ORDERS[sign]

    def value(one: Term, other: Term) -> Term | None:
        kinds = one.kind.datatype, other.kind.datatype
        if all(kind in _EXACT for kind in kinds):
            return _boolean(compare(_units(one), _units(other)))
        if one.kind == other.kind == SIMPLE:
            return _boolean(compare(one.text, other.text))
        if kinds[0] == kinds[1] and kinds[0] in (YEAR, DATE):
            return _boolean(compare(_scaled(one), _scaled(other)))
        raise Uncovered("Values of these kinds are put in order.")

    return value


def _integer(value: int) -> Term | None:
    return Term(Kind(INTEGER), str(value)) if -LONGEST_INTEGER <= value < LONGEST_INTEGER else None


def _decimal(units: int | None) -> Term | None:
    return None if units is None else Term(Kind(DECIMAL), fraction(units, DIGITS))


def _arithmetic(
    whole: Callable[[int, int], int], exact: Callable[[int, int], int | None]
) -> Callable[..., Term | None]:
    def value(one: Term, other: Term) -> Term | None:
        if not (_is_number(one) and _is_number(other)):
            if one.kind.datatype in (DATE, YEAR) and other.kind.datatype in (DATE, YEAR):
                raise Uncovered("Dates are subtracted.")
            return None
        if one.kind.datatype == other.kind.datatype == INTEGER:
            return _integer(whole(_whole(one), _whole(other)))
        return _decimal(exact(_units(one), _units(other)))

    return value


def _quotient(one: Term, other: Term) -> Term | None:
    if not (_is_number(one) and _is_number(other)):
        return None
    return _decimal(decimals.divided(_units(one), _units(other)))


def _of_number(change: Callable[[int], int | None]) -> Callable[[Term], Term | None]:
    """A function that leaves the type of its argument as it is."""

    def value(term: Term) -> Term | None:
        if not _is_number(term):
            return None
        units = change(_units(term))
        if term.kind.datatype == INTEGER:
            return None if units is None else _integer(units // UNIT)
        return _decimal(units)

    return value


def _str(term: Term) -> Term:
    return Term(SIMPLE, term.text)


def _lang(term: Term) -> Term | None:
    return None if term.kind.is_iri else Term(SIMPLE, term.kind.language)


def _datatype(term: Term) -> Term | None:
    return None if term.kind.is_iri else Term(IRI, term.kind.datatype)


def _of_text(change: Callable[[str], str]) -> Callable[[Term], Term | None]:
    def value(term: Term) -> Term | None:
        if term.kind.datatype not in _TEXTS:
            return None
        if ODD_CASE.search(term.text):
            raise Uncovered("A text has letters whose case is no plain matter.")
        return Term(term.kind, change(term.text))

    return value


def _strlen(term: Term) -> Term | None:
    return _integer(len(term.text)) if term.kind.datatype in _TEXTS else None


def _concat(*parts: Term) -> Term | None:
    if any(part.kind.datatype not in _TEXTS for part in parts):
        return None
    if sum(len(part.text) for part in parts) > _LONGEST:
        raise Uncovered("A text is long.")
    kinds = {part.kind for part in parts}
    return Term(next(iter(kinds)) if len(kinds) == 1 else SIMPLE, "".join(part.text for part in parts))


def _substr(text: Term, start: Term, length: Term | None = None) -> Term | None:
    if text.kind.datatype not in _TEXTS:
        return None
    if any(term.kind.datatype != INTEGER or _whole(term) < 1 for term in (start, length) if term):
        raise Uncovered("A part of a text is cut in another way.")
    first = _whole(start) - 1
    return Term(text.kind, text.text[first:] if length is None else text.text[first : first + _whole(length)])


def _compatible(one: Term, other: Term) -> bool:
    """Argument compatibility (17.4.3.1.2)."""
    return one.kind.datatype in _TEXTS and (other.kind == SIMPLE or other.kind == one.kind)


def _searched(test: Callable[[str, str], bool]) -> Callable[[Term, Term], Term | None]:
    return lambda one, other: _boolean(test(one.text, other.text)) if _compatible(one, other) else None


def _beside(place: int) -> Callable[[Term, Term], Term | None]:
    def value(one: Term, other: Term) -> Term | None:
        if not _compatible(one, other):
            return None
        before, found, after = one.text.partition(other.text) if other.text else ("", "", one.text)
        if other.text and not found:
            return Term(SIMPLE, "")
        return Term(one.kind, (before, after)[place])

    return value


def _is_numeric(term: Term) -> Term | None:
    return _boolean(_is_number(term) and _units(term) is not None)


def _to_integer(term: Term) -> Term | None:
    if term.kind == SIMPLE:
        text = canonical_integer(term.text)
        return None if text is None else Term(Kind(INTEGER), text)
    if term.kind.datatype in _EXACT:
        units = _units(term)
        return _integer(abs(units) // UNIT * (-1 if units < 0 else 1))
    if term.kind.is_iri:
        return None
    raise Uncovered("A value of this kind is made an integer.")


def _to_decimal(term: Term) -> Term | None:
    if term.kind == SIMPLE:
        text = canonical_decimal(term.text)
        return None if text is None else Term(Kind(DECIMAL), text)
    if term.kind.datatype in _EXACT:
        return _decimal(_units(term))
    if term.kind.is_iri:
        return None
    raise Uncovered("A value of this kind is made a decimal.")


_SPECIAL: dict[str, Callable[[Sequence[Value]], Value]] = {
    "||": _either, "&&": _both, "!": _not, "IF": _if, "COALESCE": _coalesce, "IN": _in, "BOUND": _bound
}  # fmt: skip
"""What has a value though an argument has none."""

_FUNCTIONS: dict[str, Callable[..., Term | None]] = {
    "=": lambda one, other: _boolean(_equal(one, other)),
    "!=": lambda one, other: _boolean(not _equal(one, other)),
    **{sign: _compare(sign) for sign in _ORDERS},
    "+": _arithmetic(operator.add, lambda one, other: decimals.fitting(one + other)),
    "-": _arithmetic(operator.sub, lambda one, other: decimals.fitting(one - other)),
    "*": _arithmetic(operator.mul, decimals.multiplied),
    "/": _quotient,
    "ABS": _of_number(lambda units: decimals.fitting(abs(units))),
    "ROUND": _of_number(decimals.rounded),
    "CEIL": _of_number(decimals.ceiling),
    "FLOOR": _of_number(decimals.floor),
    "STR": _str,
    "LANG": _lang,
    "DATATYPE": _datatype,
    "LCASE": _of_text(str.lower),
    "UCASE": _of_text(str.upper),
    "STRLEN": _strlen,
    "CONCAT": _concat,
    "SUBSTR": _substr,
    "CONTAINS": _searched(lambda one, other: other in one),
    "STRSTARTS": _searched(str.startswith),
    "STRENDS": _searched(str.endswith),
    "STRBEFORE": _beside(0),
    "STRAFTER": _beside(1),
    "SAMETERM": lambda one, other: _boolean(one == other),
    "ISIRI": lambda term: _boolean(term.kind.is_iri),
    "ISURI": lambda term: _boolean(term.kind.is_iri),
    "ISLITERAL": lambda term: _boolean(not term.kind.is_iri),
    "ISNUMERIC": _is_numeric,
    STRING: _str,
    INTEGER: _to_integer,
    DECIMAL: _to_decimal,
}
