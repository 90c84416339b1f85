"""The constraint components of SHACL Core that our shapes use, as functions of one value or of all values of a focus.

Each does what pyshacl does, down to the comparison of literals, which is pyshacl's own; tests hold them together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from pyoxigraph import BlankNode
from rdflib import Literal as RdflibLiteral

from atlas_ld.rdf import RDF_TYPE, Literal, NamedNode, Node
from atlas_ld.validation.terms import to_rdflib_literal
from atlas_ld.vocabulary import SH, XSD

EntityGraph = Mapping[Node, Mapping[str, Sequence[Node]]]
"""What is said of each subject: subject -> property IRI -> objects, each once."""
ValueTest = Callable[[Node, EntityGraph], bool]
"""Whether one value meets a constraint."""
SetTest = Callable[[Node, Sequence[Node], EntityGraph], Iterable[Node | None]]
"""(focus, its values, everything) -> the sh:value of each result; None for a result without one."""

_TYPE = RDF_TYPE.value
_PYTHON_TYPES: Mapping[str, type] = {
    str(XSD.integer): int,
    str(XSD.decimal): Decimal,
    str(XSD.boolean): bool,
    str(XSD.date): date,
}
"""What rdflib makes of a well-formed literal; of other datatypes pyshacl does not ask."""
_NUMBERS = (int, Decimal)
_KINDS: Mapping[str, tuple[type, ...]] = {
    str(SH.IRI): (NamedNode,),
    str(SH.Literal): (Literal,),
    str(SH.BlankNode): (BlankNode,),
    str(SH.BlankNodeOrIRI): (BlankNode, NamedNode),
    str(SH.BlankNodeOrLiteral): (BlankNode, Literal),
    str(SH.IRIOrLiteral): (NamedNode, Literal),
}


def node_kind(kind: str) -> ValueTest:
    """https://www.w3.org/TR/shacl/#NodeKindConstraintComponent. Raises KeyError for what is no node kind."""
    types = _KINDS[kind]
    return lambda value, _: isinstance(value, types)


def in_class(class_: Node) -> ValueTest:
    """https://www.w3.org/TR/shacl/#ClassConstraintComponent, in a graph without rdfs:subClassOf."""
    return lambda value, things: value in things and class_ in things[value].get(_TYPE, ())


def datatype(iri: str) -> ValueTest:
    """https://www.w3.org/TR/shacl/#DatatypeConstraintComponent"""
    if iri == str(XSD.string):
        return lambda value, _: isinstance(value, Literal) and value.datatype.value == iri
    return lambda value, _: isinstance(value, Literal) and value.datatype.value == iri and _well_typed(value.value, iri)


@lru_cache(maxsize=65536)
def _well_typed(lexical: str, iri: str) -> bool:
    literal = to_rdflib_literal(lexical, None, iri)
    expected = _PYTHON_TYPES.get(iri)
    return literal.ill_typed is not True and (expected is None or isinstance(literal.value, expected))


def pattern(expression: str, flags: str) -> ValueTest:
    """https://www.w3.org/TR/shacl/#PatternConstraintComponent, with Python's expressions, as pyshacl has them."""
    found = re.compile(expression, (re.I if "i" in flags else 0) | (re.M if "m" in flags else 0)).search
    return lambda value, _: not isinstance(value, BlankNode) and found(value.value) is not None


def min_length(least: int) -> ValueTest:
    """https://www.w3.org/TR/shacl/#MinLengthConstraintComponent"""
    return lambda value, _: least == 0 or (not isinstance(value, BlankNode) and len(value.value) >= least)


def max_length(most: int) -> ValueTest:
    """https://www.w3.org/TR/shacl/#MaxLengthConstraintComponent"""
    return lambda value, _: not isinstance(value, BlankNode) and len(value.value) <= most


def language_in(languages: Iterable[str]) -> ValueTest:
    """https://www.w3.org/TR/shacl/#LanguageInConstraintComponent: a tag of the list, or a longer one that begins so."""
    ranges = frozenset(language.lower() for language in languages)

    def test(value: Node, _: EntityGraph) -> bool:
        if not isinstance(value, Literal) or not value.language:
            return False
        return value.language in ranges or "*" in ranges or value.language.lower().partition("-")[0] in ranges

    return test


def bound(limit: RdflibLiteral, *, lower: bool) -> ValueTest:
    """https://www.w3.org/TR/shacl/#core-components-range: minInclusive (`lower`) or maxInclusive."""

    @lru_cache(maxsize=65536)
    def within(lexical: str, language: str | None, datatype_: str) -> bool:
        literal = to_rdflib_literal(lexical, language, datatype_)
        if isinstance(literal.value, str) is not isinstance(limit.value, str):
            return False
        try:
            order = _compare(literal, limit)
        except (TypeError, NotImplementedError):
            return False
        return order >= 0 if lower else order <= 0

    return lambda value, _: isinstance(value, Literal) and within(value.value, value.language, value.datatype.value)


def _compare(literal: RdflibLiteral, limit: RdflibLiteral) -> int:
    """Negative, 0 or positive, as pyshacl compares literals: see `compare_literal` there. Raises what it raises."""
    value, edge = literal.value, limit.value
    if type(value) in _NUMBERS and type(edge) in _NUMBERS:  # the same, without its import, which takes a while
        return int(value > edge) - int(value < edge)
    from pyshacl.rdfutil.compare import compare_literal

    return int(compare_literal(literal, limit))  # type: ignore[no-untyped-call]


def min_count(least: int) -> SetTest:
    """https://www.w3.org/TR/shacl/#MinCountConstraintComponent"""
    return lambda _, values, __: (None,) if len(values) < least else ()


def max_count(most: int) -> SetTest:
    """https://www.w3.org/TR/shacl/#MaxCountConstraintComponent"""
    return lambda _, values, __: (None,) if len(values) > most else ()


def has_value(wanted: Node) -> SetTest:
    """https://www.w3.org/TR/shacl/#HasValueConstraintComponent"""
    return lambda _, values, __: () if wanted in values else (None,)


def unique_lang() -> SetTest:
    """https://www.w3.org/TR/shacl/#UniqueLangConstraintComponent: one result for each language used twice."""

    def test(_: Node, values: Sequence[Node], __: EntityGraph) -> Iterable[None]:
        if len(values) < 2:
            return ()
        languages = [v.language.lower() for v in values if isinstance(v, Literal) and v.language]
        return [None for language in set(languages) if languages.count(language) > 1]

    return test


def less_than_or_equals(other: str) -> SetTest:
    """https://www.w3.org/TR/shacl/#LessThanOrEqualsConstraintComponent: one result for each pair out of order."""

    def test(focus: Node, values: Sequence[Node], things: EntityGraph) -> Iterable[Node]:
        if not values or focus not in things:
            return ()
        others = things[focus].get(other, ())
        return [value for value in values for against in others if not _ordered(value, against)]

    return test


def _ordered(value: Node, other: Node) -> bool:
    left, right = _comparable(value), _comparable(other)
    if isinstance(left, str) is not isinstance(right, str):
        return False
    return bool(left <= right)


def _comparable(term: Node) -> str | RdflibLiteral:
    if not isinstance(term, Literal):
        return str(term.value)
    literal = to_rdflib_literal(term.value, term.language, term.datatype.value)
    return literal.value if isinstance(literal.value, str) else literal
