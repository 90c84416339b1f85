"""SPARQL constraints (https://www.w3.org/TR/shacl/#sparql-constraints) asked once for all focus nodes of many records.

SHACL asks a query for each focus node, with `$this` bound beforehand. Where every part of the query binds `$this` by
itself, asking once without it gives the same rows; `algebra` refuses any other query, and pyshacl asks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import Graph

from atlas_ld.rdf import Literal, NamedNode, Node
from atlas_ld.validation.terms import RdflibNode
from atlas_ld.vocabulary import SH


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


def compile_query(graph: Graph, constraint: RdflibNode, known: Iterable[Query]) -> Query | None:
    """The query of a `sh:sparql`, or None where it cannot be asked for all focus nodes at once. `known` are queries
    that were compiled before."""
    selects = list(graph.objects(constraint, SH.select))
    if len(selects) != 1 or set(graph.predicates(constraint)) - {SH.select, SH.prefixes}:
        return None
    declared = {
        str(graph.value(prefix, SH.prefix)): str(graph.value(prefix, SH.namespace))
        for ontology in graph.objects(constraint, SH.prefixes)
        for prefix in graph.objects(ontology, SH.declare)
    }
    text, prefixes = str(selects[0]), tuple(sorted(declared.items()))
    for query in known:
        if (query.text, query.prefixes) == (text, prefixes):
            return query
    # To read a query takes rdflib longer than to check a record, so it is not even imported where all are known.
    from atlas_ld.validation.algebra import properties_of

    properties = properties_of(text, declared)
    return None if properties is None else Query(text, prefixes, properties)


def _term(term: object) -> Node | None:
    return term if isinstance(term, NamedNode | Literal) else None
