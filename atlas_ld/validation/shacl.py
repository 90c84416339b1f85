"""The shapes, and the check of one graph by pyshacl, which is the reference for every other way to check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from rdflib import Graph, URIRef
from rdflib import Literal as RdflibLiteral

from atlas_ld.errors import BrokenResource
from atlas_ld.rdf import Triple, parse_file
from atlas_ld.resources import turtle_files
from atlas_ld.validation.compiled import Compiled
from atlas_ld.validation.compiling import compile_shapes
from atlas_ld.validation.report import Report, Result, severity_of
from atlas_ld.validation.sparql import Query
from atlas_ld.validation.terms import RdflibNode, RdflibTriple, from_rdflib, quiet, to_rdflib
from atlas_ld.vocabulary import ATLAS, RDFS, SH, SKOS

_WORDS = frozenset((SH.message, SH.name, SH.description, SH.group, SH.order, RDFS.label, RDFS.comment, ATLAS.derived))
"""Properties of shapes that constrain nothing. pyshacl looks at every property of a shape for every focus, so it gets
shapes without these, which takes a fifth off a check; it would also drop the language of some messages."""


@dataclass(frozen=True)
class Shapes:
    """The shapes and what they need beside a record: which scheme each code, seeded theme and goal is in.

    A record's own words about a concept of these are not checked: the ontology's files describe it, and have tests.
    """

    base: str
    graph: Graph
    messages: Mapping[str, Mapping[str | None, str]]
    schemes: Mapping[RdflibNode, RdflibTriple]
    compiled: Compiled


@lru_cache(maxsize=4)
def load_shapes(base: str, known: tuple[Query, ...] = ()) -> Shapes:
    """The shapes and code lists that ship with atlas-ld, for the instance whose base IRI is `base`. `known` are
    queries that were compiled before: see `Compiled.queries`.

    Raises BrokenResource where one of the files is not Turtle.
    """
    graph = Graph(bind_namespaces="none")
    messages: dict[str, dict[str | None, str]] = {}
    for path in turtle_files("shapes"):
        for triple in parse_file(path, base):
            subject, property_, value = to_rdflib(triple, scope=path.stem)
            if property_ not in _WORDS:
                graph.add((subject, property_, value))
            elif property_ == SH.message and isinstance(value, RdflibLiteral):
                messages.setdefault(str(subject), {})[value.language] = str(value)
    schemes = {
        subject: (subject, property_, scheme)
        for path in turtle_files("ontology")
        for subject, property_, scheme in map(to_rdflib, parse_file(path, base))
        if property_ == SKOS.inScheme
    }
    return Shapes(base, graph, messages, schemes, compile_shapes(graph, known))


def validate(triples: Iterable[Triple], shapes: Shapes) -> Report:
    """Check a graph that describes everything that it links to, but for codes, seeded themes and goals.

    Raises BrokenResource where the shapes themselves cannot be used.
    """
    with quiet():
        given = [to_rdflib(triple) for triple in triples]
    kept = (triple for triple in given if triple[0] not in shapes.schemes)
    found = _check(chain(shapes.schemes.values(), kept), shapes)
    return Report(tuple(sorted(found, key=lambda result: result.sort_key)))


class _Graph(Graph):
    """A graph that reads each query once. pyshacl sends the text of a SPARQL constraint again for every focus."""

    def query(self, query_object: Any, *args: Any, **kwargs: Any) -> Any:
        prepared = _prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **kwargs)


@lru_cache(maxsize=64)
def _prepared(query: str) -> Any:
    from rdflib.plugins.sparql import prepareQuery

    return prepareQuery(query)


def _check(triples: Iterable[RdflibTriple], shapes: Shapes) -> Iterator[Result]:
    import pyshacl  # a build whose shapes are all compiled need not wait for it
    from pyshacl.errors import ReportableRuntimeError

    data = _Graph(bind_namespaces="none")
    for triple in triples:
        data.add(triple)
    try:
        _, report, message = pyshacl.validate(data, shacl_graph=shapes.graph, inplace=True)
    except ReportableRuntimeError as error:
        raise BrokenResource(f"The shapes cannot be used: {error}") from error
    if not isinstance(report, Graph):
        # A check that fails midway gives an exception, or bytes, in place of the report graph.
        raise BrokenResource(f"The shapes cannot be used: {message}")
    for _, _, result in report.triples((None, SH.result, None)):
        yield _read(report, result, shapes.messages)


def _read(report: Graph, result: Any, messages: Mapping[str, Mapping[str | None, str]]) -> Result:
    shape = str(report.value(result, SH.sourceShape))
    mend = messages.get(shape, {})
    path = report.value(result, SH.resultPath)
    return Result(
        focus=str(report.value(result, SH.focusNode)),
        path=str(path) if isinstance(path, URIRef) else None,
        term=from_rdflib(report.value(result, SH.value)),
        shape=shape,
        constraint=str(report.value(result, SH.sourceConstraintComponent)),
        severity=severity_of(str(report.value(result, SH.resultSeverity))),
        fr=mend.get("fr", ""),
        en=mend.get("en", ""),
    )
