"""The check itself. pyshacl works on rdflib graphs, so triples are turned into rdflib's here and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from multiprocessing import get_context
from typing import Any

import pyshacl
from pyshacl.errors import ReportableRuntimeError
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdflibLiteral
from rdflib.plugins.sparql import prepareQuery

from atlas_ld.errors import BrokenResource
from atlas_ld.rdf import Literal, NamedNode, Node, Triple, parse_file, subject_of
from atlas_ld.resources import turtle_files
from atlas_ld.validation.report import Report, Result, severity_of
from atlas_ld.vocabulary import ATLAS, RDFS, SH, SKOS

RdflibNode = URIRef | BNode | RdflibLiteral
RdflibTriple = tuple[RdflibNode, RdflibNode, RdflibNode]

_WORDS = frozenset((SH.message, SH.name, SH.description, SH.group, SH.order, RDFS.label, RDFS.comment, ATLAS.derived))
"""Properties of shapes that constrain nothing. pyshacl looks at every property of a shape for every focus, so it gets
shapes without these, which takes a fifth off a check; it would also drop the language of some messages."""
_CHUNK = 50
"""Records per rdflib graph: enough to spread the cost of reading the shapes, few enough to stay small."""
_PARALLEL_FROM = 200
_WORKERS = 2


@dataclass(frozen=True)
class Shapes:
    """The shapes and what they need beside a record: which scheme each code, seeded theme and goal is in.

    A record's own words about a concept of these are not checked: the ontology's files describe it, and have tests.
    """

    base: str
    graph: Graph
    messages: Mapping[str, Mapping[str | None, str]]
    schemes: Mapping[RdflibNode, RdflibTriple]


@lru_cache(maxsize=4)
def load_shapes(base: str) -> Shapes:
    """The shapes and code lists that ship with atlas-ld, for the instance whose base IRI is `base`.

    Raises BrokenResource where one of the files is not Turtle.
    """
    graph = Graph(bind_namespaces="none")
    messages: dict[str, dict[str | None, str]] = {}
    for path in turtle_files("shapes"):
        for triple in parse_file(path, base):
            subject, property_, value = _to_rdflib(triple, scope=path.stem)
            if property_ not in _WORDS:
                graph.add((subject, property_, value))
            elif property_ == SH.message and isinstance(value, RdflibLiteral):
                messages.setdefault(str(subject), {})[value.language] = str(value)
    schemes = {
        subject: (subject, property_, scheme)
        for path in turtle_files("ontology")
        for subject, property_, scheme in map(_to_rdflib, parse_file(path, base))
        if property_ == SKOS.inScheme
    }
    return Shapes(base, graph, messages, schemes)


def validate(triples: Iterable[Triple], shapes: Shapes) -> Report:
    """Check a graph that describes everything that it links to, but for codes, seeded themes and goals.

    Raises BrokenResource where the shapes themselves cannot be used.
    """
    with _quiet():
        given = [_to_rdflib(triple) for triple in triples]
    kept = (triple for triple in given if triple[0] not in shapes.schemes)
    found = _check(chain(shapes.schemes.values(), kept), shapes)
    return Report(tuple(sorted(found, key=lambda result: result.sort_key)))


def validate_records(groups: Mapping[str, Sequence[Triple]], shapes: Shapes) -> dict[str, list[Result]]:
    """Check many records; each key's triples are those of `validate`. Keys come back in their order.

    Records are checked together where they say the same about what they share, so that the shapes are read once for
    many; a result belongs to every record that describes its focus. Two processes share more than 200 records.
    """
    chunks = list(_chunks(groups))
    if len(groups) > _PARALLEL_FROM:
        with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as pool:
            checked = list(pool.map(_in_a_process, chunks, [shapes.base] * len(chunks)))
    else:
        checked = [_validate_chunk(chunk, shapes) for chunk in chunks]
    found = {key: results for part in checked for key, results in part.items()}
    return {key: found[key] for key in groups}


_Chunk = dict[str, Sequence[Triple]]


def _chunks(groups: Mapping[str, Sequence[Triple]]) -> Iterator[_Chunk]:
    """Groups of records that contradict each other nowhere: none says more or less than another about one subject."""
    waiting = dict(groups)
    while waiting:
        chunk: _Chunk = {}
        said: dict[object, frozenset[Triple]] = {}
        for key, triples in list(waiting.items()):
            descriptions = _by_subject(triples)
            if all(said.get(subject, what) == what for subject, what in descriptions.items()):
                chunk[key] = waiting.pop(key)
                said |= descriptions
            if len(chunk) == _CHUNK:
                break
        yield chunk


def _by_subject(triples: Iterable[Triple]) -> dict[object, frozenset[Triple]]:
    described: dict[object, set[Triple]] = {}
    for triple in triples:
        described.setdefault(triple.subject, set()).add(triple)
    return {subject: frozenset(what) for subject, what in described.items()}


def _in_a_process(chunk: _Chunk, base: str) -> dict[str, list[Result]]:
    """Reading the shapes again, once in each process, costs less than sending them with every chunk."""
    return _validate_chunk(chunk, load_shapes(base))


def _validate_chunk(chunk: _Chunk, shapes: Shapes) -> dict[str, list[Result]]:
    triples = dict.fromkeys(triple for group in chunk.values() for triple in group)
    report = validate(triples, shapes)
    by_focus: dict[str, list[Result]] = {}
    for result in report.results:
        by_focus.setdefault(result.focus, []).append(result)
    found = {}
    for key, group in chunk.items():
        subjects = {subject_of(triple) for triple in group}
        mine = (result for subject in subjects for result in by_focus.get(subject, ()))
        found[key] = sorted(mine, key=lambda result: result.sort_key)
    return found


class _Graph(Graph):
    """A graph that reads each query once. pyshacl sends the text of a SPARQL constraint again for every focus."""

    def query(self, query_object: Any, *args: Any, **kwargs: Any) -> Any:
        prepared = _prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **kwargs)


@lru_cache(maxsize=64)
def _prepared(query: str) -> Any:
    return prepareQuery(query)


def _check(triples: Iterable[RdflibTriple], shapes: Shapes) -> Iterator[Result]:
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
        term=_from_rdflib(report.value(result, SH.value)),
        shape=shape,
        constraint=str(report.value(result, SH.sourceConstraintComponent)),
        severity=severity_of(str(report.value(result, SH.resultSeverity))),
        fr=mend.get("fr", ""),
        en=mend.get("en", ""),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """rdflib logs a traceback for each literal that is not of its datatype; here that is a result of the check."""
    logger = logging.getLogger("rdflib.term")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _to_rdflib(triple: Triple, scope: str = "") -> RdflibTriple:
    """`scope` keeps the blank nodes of several files apart."""
    return (_term(triple.subject, scope), _iri(triple.predicate.value), _term(triple.object, scope))


def _term(term: Any, scope: str) -> RdflibNode:
    if isinstance(term, NamedNode):
        return _iri(term.value)
    if isinstance(term, Literal):
        return _literal(term.value, term.language, term.datatype.value)
    return BNode(f"{scope}{term.value}")


@lru_cache(maxsize=65536)
def _iri(value: str) -> URIRef:
    return URIRef(value)


@lru_cache(maxsize=4096)
def _literal(value: str, language: str | None, datatype: str) -> RdflibLiteral:
    """Kept as written: rdflib would otherwise rewrite some values, and the report would not show the fault."""
    if language is not None:
        return RdflibLiteral(value, lang=language, normalize=False)
    return RdflibLiteral(value, datatype=URIRef(datatype), normalize=False)


def _from_rdflib(term: Any) -> Node | None:
    if isinstance(term, URIRef):
        return NamedNode(str(term))
    if isinstance(term, RdflibLiteral):
        if term.language:
            return Literal(str(term), language=term.language)
        return Literal(str(term), datatype=NamedNode(str(term.datatype))) if term.datatype else Literal(str(term))
    return None
