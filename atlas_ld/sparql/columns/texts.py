"""Expressions whose values are texts of one variable, computed once for each different term."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Literal, Variable

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.kinds import LANGUAGE_STRING, STRING
from atlas_ld.sparql.columns.tables import Table
from atlas_ld.sparql.columns.terms import UNBOUND, Terms

COMPUTED = ("Builtin_STR", "Builtin_LCASE", "Builtin_UCASE", "Builtin_LANG")
"""Functions whose values are texts without a language, or keep that of their argument."""

STRINGS = (STRING, LANGUAGE_STRING)

TRUE, FALSE, ERROR = 1, 0, -1
Truth = NDArray[np.int8]
"""[rows] of TRUE, FALSE and ERROR (SPARQL 1.1, 17.2)."""

_I = "(?-i:[iI])"
"""Without regard to case, Python's i matches İ and ı too; Unicode's simple folding, and so Oxigraph's, does not."""

_PIECE = r"(?:[A-Za-z0-9À-ÖØ-Þà-öø-ÿ '’,_-]|\.)[*+?]?"
_PATTERN = re.compile(rf"\^?(?:{_PIECE})*\$?(?:\|\^?(?:{_PIECE})*\$?)*")
"""Patterns that Python's re and Oxigraph's regex read alike."""


@dataclass(frozen=True, eq=False)
class Texts:
    """A text, or None for an error, for each different term, and the place of each row's term among them."""

    values: list[str | None]
    places: NDArray[np.int64]

    def map(self, change: Callable[[str], str]) -> Texts:
        return Texts([None if value is None else change(value) for value in self.values], self.places)

    def test(self, holds: Callable[[str], Any]) -> Truth:
        found = [ERROR if value is None else TRUE if holds(value) else FALSE for value in self.values]
        return np.array(found, np.int8)[self.places]


def texts(expression: Any, table: Table, terms: Terms, plain: bool = False) -> Texts:
    """The texts of a variable with or without language, or of STR, LCASE, UCASE, LANG of it. If they have to be
    `plain`, Python and Oxigraph agree on the case of all their letters. Raises Uncovered."""
    if isinstance(expression, Variable):
        return _of_terms(str(expression), table, terms, plain, STRINGS)
    if not isinstance(expression, CompValue) or expression.name not in COMPUTED:
        raise Uncovered("A text is neither a variable nor STR, LCASE, UCASE or LANG of one.")
    if expression.name in ("Builtin_LCASE", "Builtin_UCASE"):
        if isinstance(expression.arg, CompValue) and expression.arg.name != "Builtin_STR":
            raise Uncovered("LCASE or UCASE of something else than a variable or STR of one.")
        found = texts(expression.arg, table, terms, plain=True)
        return found.map(str.lower if expression.name == "Builtin_LCASE" else str.upper)
    if not isinstance(expression.arg, Variable):
        raise Uncovered("STR or LANG of something else than a variable.")
    if expression.name == "Builtin_STR":
        return _of_terms(str(expression.arg), table, terms, plain)
    return _languages(str(expression.arg), table, terms)


def searched(expression: Any) -> Callable[[str], Any]:
    """What CONTAINS, STRSTARTS, STRENDS or REGEX of this expression tests on a text. Raises Uncovered."""
    if expression.name == "Builtin_REGEX":
        return _pattern(expression)
    part = _simple(expression.arg2)
    if expression.name == "Builtin_CONTAINS":
        return lambda text: part in text
    if expression.name == "Builtin_STRSTARTS":
        return lambda text: text.startswith(part)
    return lambda text: text.endswith(part)


def _pattern(expression: Any) -> Callable[[str], Any]:
    pattern, flags = _simple(expression.pattern), _simple(expression.flags) if expression.flags else ""
    if not _PATTERN.fullmatch(pattern) or flags not in ("", "i"):
        raise Uncovered("A pattern that Python may read in another way.")
    python = pattern.replace("$", r"\Z")
    return case_blind(python) if flags else re.compile(python).search


def case_blind(pattern: str) -> Callable[[str], Any]:
    """A search without regard to case, for patterns of Latin letters, as Unicode's simple case folding has it."""
    return re.compile(re.sub("[iI]", _I, pattern), re.IGNORECASE).search


def _simple(expression: Any) -> str:
    if not isinstance(expression, Literal) or expression.language or expression.datatype:
        raise Uncovered("An argument is no plain text.")
    return str(expression)


def _of_terms(name: str, table: Table, terms: Terms, plain: bool, datatypes: Container[str] | None = None) -> Texts:
    ids, places = np.unique(table.column(name), return_inverse=True)
    good = ids != UNBOUND
    if datatypes is not None:
        for kind, mask in terms.kinds_of(ids).items():
            if kind.datatype not in datatypes:
                good &= ~mask
    if plain:
        terms.check_case(ids[good])
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
