"""Tests of the texts of one variable, made once for each different term: the quick way for what `expressions` can do
too."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlas_ld.sparql.columns.kinds import LANGUAGE_STRING, SIMPLE, STRING
from atlas_ld.sparql.columns.nodes import Call, Expression, Term, Variable, variables
from atlas_ld.sparql.columns.regex import search
from atlas_ld.sparql.columns.tables import Table
from atlas_ld.sparql.columns.terms import UNBOUND, Terms

STRINGS = (STRING, LANGUAGE_STRING)

TRUE, FALSE, ERROR = 1, 0, -1
Truth = NDArray[np.int8]
"""[rows] of TRUE, FALSE and ERROR (SPARQL 1.1, 17.2)."""

_COST, _LETTERS = 40, 8
"""What one text costs, in rows; and so many letters cost as much as a row."""


@dataclass(frozen=True, eq=False)
class Texts:
    """A text, or None for an error, for each different term, and the place of each row's term among them."""

    values: list[str | None]
    places: NDArray[np.int64]

    def map(self, change: Callable[[str], str]) -> Texts:
        return Texts([None if value is None else change(value) for value in self.values], self.places)

    def test(self, holds: Callable[[str], object], terms: Terms, searches: int = 1) -> Truth:
        """Whether a text `holds`, which takes so many `searches` through it."""
        length = sum(len(value) for value in self.values if value is not None)
        terms.spend(len(self.places) + searches * (_COST * len(self.values) + length // _LETTERS))
        found = [ERROR if value is None else TRUE if holds(value) else FALSE for value in self.values]
        return np.array(found, np.int8)[self.places]


def texts(expression: Expression, table: Table, terms: Terms) -> Texts | None:
    """The texts of a variable with or without language, or of STR, LCASE, UCASE, LANG of it; None for other
    expressions. Raises Uncovered where Python and Oxigraph may not agree on the case of a letter."""
    match expression:
        case Variable():
            return _of_terms(expression.name, table, terms, STRINGS)
        case Call("STR", (Variable(name),)):
            return _of_terms(name, table, terms)
        case Call("LANG", (Variable(name),)):
            return _languages(name, table, terms)
        case Call("LCASE" | "UCASE" as function, (argument,)):
            is_plain = isinstance(argument, Variable) or (isinstance(argument, Call) and argument.name == "STR")
            found = texts(argument, table, terms) if is_plain else None
            if found is not None:
                ids = np.unique(table.column(next(variables(argument))))
                terms.check_case(ids[ids != UNBOUND])
                return found.map(str.lower if function == "LCASE" else str.upper)
    return None


def tested(call: Call) -> Callable[[str], object] | None:
    """What CONTAINS, STRSTARTS, STRENDS or REGEX with constants tests on its first argument. Raises Uncovered."""
    if call.name == "REGEX":
        return search(*call.arguments[1:])
    part = call.arguments[1]
    if not isinstance(part, Term) or part.kind != SIMPLE:
        return None
    text = part.text
    if call.name == "CONTAINS":
        return lambda value: text in value
    if call.name == "STRSTARTS":
        return lambda value: value.startswith(text)
    return lambda value: value.endswith(text)


def _of_terms(name: str, table: Table, terms: Terms, datatypes: Container[str] | None = None) -> Texts:
    ids, places = np.unique(table.column(name), return_inverse=True)
    terms.spend(len(places) + _COST * len(ids))
    good = ids != UNBOUND
    if datatypes is not None:
        for kind, mask in terms.kinds_of(ids).items():
            if kind.datatype not in datatypes:
                good &= ~mask
    return Texts(_some(terms.texts(ids[good]), good), places)


def _some(values: list[str], good: NDArray[np.bool_]) -> list[str | None]:
    if good.all():
        return list(values)
    rest = iter(values)
    return [next(rest) if is_good else None for is_good in good.tolist()]


def _languages(name: str, table: Table, terms: Terms) -> Texts:
    ids, places = np.unique(table.column(name), return_inverse=True)
    values: list[str | None] = [None] * len(ids)
    for kind, mask in terms.kinds_of(ids).items():
        for place in np.flatnonzero(mask).tolist():
            values[place] = None if kind.is_iri else kind.language
    return Texts(values, places)
