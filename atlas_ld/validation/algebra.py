"""Whether a SPARQL query may be asked for all focus nodes at once: what rdflib's algebra of it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rdflib import URIRef, Variable
from rdflib.paths import SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

_THIS = Variable("this")


def properties_of(text: str, prefixes: Mapping[str, str]) -> frozenset[str] | None:
    """The properties that a query looks at; None where it does not bind `$this` by itself, or is not understood."""
    algebra = prepareQuery(text, initNs=dict(prefixes)).algebra
    parts = list(_parts(algebra))
    steps = [step for part in parts if part.name == "BGP" for _, p, _ in part.triples for step in _steps(p)]
    if (
        not {"this"} <= set(map(str, algebra.PV)) <= {"this", "path", "value"}
        or any(part.name.endswith("EXISTS") for part in parts)
        or not all(isinstance(step, URIRef) for step in steps)
        or not _binds(algebra)
    ):
        return None
    return frozenset(map(str, steps))


def _parts(part: Any) -> Iterator[Any]:
    """Every operator and function of a query's algebra."""
    if isinstance(part, CompValue):
        yield part
    if isinstance(part, CompValue | list):
        for inner in part.values() if isinstance(part, CompValue) else part:
            yield from _parts(inner)


def _steps(property_: Any) -> list[Any]:
    return list(property_.args) if isinstance(property_, SequencePath) else [property_]


def _binds(part: Any) -> bool:
    """Whether an operator binds `$this` in every solution, and so does each part of it whose solutions stay apart."""
    match part.name:
        case "BGP":
            return any(_THIS in triple for triple in part.triples)
        case "Join":
            return (_binds(part.p1) and _joins(part.p2)) or (_joins(part.p1) and _binds(part.p2))
        case "LeftJoin":
            return _binds(part.p1) and _joins(part.p2)
        case "Union":
            return _binds(part.p1) and _binds(part.p2)
        case "SelectQuery" | "Project" | "Filter" | "Extend":
            return _binds(part.p)
    return False


def _joins(part: Any) -> bool:
    """Whether an operator is joined with what binds `$this`: it binds it too, or has a plain pattern without it."""
    return part.name == "BGP" or _binds(part)
