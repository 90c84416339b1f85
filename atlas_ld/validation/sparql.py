"""SPARQL constraints (https://www.w3.org/TR/shacl/#sparql-constraints) asked once for all focus nodes of many records.

SHACL asks a query for each focus node, with `$this` bound beforehand. Where every part of the query binds `$this` by
itself, asking once without it gives the same rows; `compile_query` refuses any other query, and pyshacl asks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
from rdflib import Graph, URIRef, Variable
from rdflib.paths import SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from atlas_ld.rdf import Literal, NamedNode, Node
from atlas_ld.validation.terms import RdflibNode
from atlas_ld.vocabulary import SH

_THIS = Variable("this")


@dataclass(frozen=True)
class Query:
    """The query of a SPARQL constraint. `properties` are all those that it looks at."""

    text: str
    prefixes: tuple[tuple[str, str], ...]
    properties: frozenset[str]

    def rows(self, quads: Iterable[ox.Quad]) -> Iterator[tuple[Node, str | None, Node | None]]:
        """(this, path, value) of each solution, each once."""
        store = ox.Store()
        store.extend(quads)
        answer = store.query(self.text, prefixes=dict(self.prefixes))
        assert isinstance(answer, ox.QuerySolutions)
        names = [variable.value for variable in answer.variables]
        rows = dict.fromkeys(tuple(map(_term, solution)) for solution in answer)
        for row in rows:
            bound = dict(zip(names, row, strict=True))
            this, path = bound["this"], bound.get("path")
            if this is not None:
                yield this, path.value if path is not None else None, bound.get("value")


def compile_query(graph: Graph, constraint: RdflibNode) -> Query | None:
    """The query of a `sh:sparql`, or None where it cannot be asked for all focus nodes at once."""
    selects = list(graph.objects(constraint, SH.select))
    if len(selects) != 1 or set(graph.predicates(constraint)) - {SH.select, SH.prefixes}:
        return None
    prefixes = {
        str(graph.value(declared, SH.prefix)): str(graph.value(declared, SH.namespace))
        for ontology in graph.objects(constraint, SH.prefixes)
        for declared in graph.objects(ontology, SH.declare)
    }
    text = str(selects[0])
    algebra = prepareQuery(text, initNs=prefixes).algebra
    parts = list(_parts(algebra))
    steps = [step for part in parts if part.name == "BGP" for _, p, _ in part.triples for step in _steps(p)]
    if (
        not {"this"} <= set(map(str, algebra.PV)) <= {"this", "path", "value"}
        or any(part.name.endswith("EXISTS") for part in parts)
        or not all(isinstance(step, URIRef) for step in steps)
        or not _binds(algebra)
    ):
        return None
    return Query(text, tuple(sorted(prefixes.items())), frozenset(map(str, steps)))


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


def _term(term: object) -> Node | None:
    return term if isinstance(term, NamedNode | Literal) else None
