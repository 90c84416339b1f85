"""Shapes of a graph, compiled.

A shape with a target is compiled where its every part is understood, down to the anonymous shapes inside `sh:or`;
a shape of which one part is not is left to pyshacl whole, so that no constraint is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rdflib import Graph, URIRef
from rdflib import Literal as RdflibLiteral
from rdflib.collection import Collection

from atlas_ld.rdf import Node
from atlas_ld.validation import constraints
from atlas_ld.validation.compiled import Compiled, Shape
from atlas_ld.validation.constraints import SetTest, ValueTest
from atlas_ld.validation.report import severity_of
from atlas_ld.validation.sparql import Query, compile_query
from atlas_ld.validation.terms import from_rdflib
from atlas_ld.vocabulary import GEO, RDF, RDFS, SH, XSD

Said = Mapping[Any, Sequence[Any]]
"""What a shape says: property -> values, terms of rdflib."""
_DATATYPES = frozenset((XSD.string, XSD.integer, XSD.decimal, XSD.boolean, XSD.date, XSD.gYear, XSD.gYearMonth,
     GEO.wktLiteral))  # fmt: skip
"""Datatypes whose well-formedness `constraints.datatype` judges as pyshacl does."""
_NOT_CONSTRAINTS = frozenset((RDF.type, SH.path, SH.severity, SH.targetClass, SH.targetSubjectsOf))


class NotCompiled(Exception):  # noqa: N818 - a fact about a shape, never an error that is reported
    """A shape uses what is not compiled. Caught in `compile_shapes`, which leaves the shape to pyshacl."""


def compile_shapes(graph: Graph, known: Sequence[Query] = ()) -> Compiled:
    """Compile the shapes of a graph that have targets. `known` are queries that were compiled before."""
    by_class: dict[Node, list[Shape]] = {}
    by_property: dict[str, list[Shape]] = {}
    queries: list[tuple[Shape, Query]] = []
    rest = Graph(bind_namespaces="none")
    rest += graph
    for subject in sorted({s for p in (SH.targetClass, SH.targetSubjectsOf) for s in graph.subjects(p)}, key=str):
        try:
            shape = _compile(graph, subject, known)
        except NotCompiled:
            continue
        rest.remove((subject, SH.targetClass, None))
        rest.remove((subject, SH.targetSubjectsOf, None))
        queries += [(shape, query) for query in shape.queries]
        for class_ in graph.objects(subject, SH.targetClass):
            by_class.setdefault(_node(class_), []).append(shape)
        for property_ in graph.objects(subject, SH.targetSubjectsOf):
            by_property.setdefault(str(property_), []).append(shape)
    return Compiled(by_class, by_property, queries, rest if _has_targets(rest) else None)


def _has_targets(graph: Graph) -> bool:
    """Whether a shape applies by itself; shapes that are classes do as well, and any other target that SHACL has."""
    targets = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode, SH.target)
    return (None, RDF.type, RDFS.Class) in graph or any((None, target, None) in graph for target in targets)


def _compile(graph: Graph, subject: Any, known: Sequence[Query] = ()) -> Shape:
    """Raises NotCompiled."""
    said: dict[Any, list[Any]] = {}
    for property_, value in graph.predicate_objects(subject):
        said.setdefault(property_, []).append(value)
    path = _path(graph, said.get(SH.path, []))
    values: list[tuple[str, ValueTest]] = []
    sets: list[tuple[str, SetTest]] = []
    properties: list[Shape] = []
    queries: list[Query] = []
    allowed = None
    for property_, objects in said.items():
        if property_ in _NOT_CONSTRAINTS or property_ in (SH.flags, SH.ignoredProperties):
            continue
        if property_ == SH.property:
            properties = [_compile(graph, value, known) for value in sorted(objects)]
        elif property_ == SH.sparql and not path:
            queries = [_query(graph, value, known) for value in objects]
        elif property_ == SH.closed and _only(objects).toPython() is True:
            allowed = _allowed(graph, said)
        elif property_ in _SETS and path:
            component, make_set = _SETS[property_]
            sets += [(component, make_set(value)) for value in objects]
        elif property_ in _VALUES:
            component, make = _VALUES[property_]
            values += [(component, make(graph, value, said)) for value in objects]
        else:
            raise NotCompiled
    if any(not shape.path for shape in properties):
        raise NotCompiled
    return Shape(
        name=str(subject),
        severity=severity_of(str(_only(said.get(SH.severity, [SH.Violation])))),
        path=path,
        needed=not path or any(component in _ON_NOTHING for component, _ in sets),
        values=tuple(values),
        sets=tuple(sets),
        properties=tuple(properties),
        allowed=allowed,
        queries=tuple(queries),
    )


def _query(graph: Graph, constraint: Any, known: Sequence[Query]) -> Query:
    query = compile_query(graph, constraint, known)
    if query is None:
        raise NotCompiled
    return query


def _only(objects: Sequence[Any]) -> Any:
    if len(objects) != 1:
        raise NotCompiled
    return objects[0]


def _node(term: Any) -> Node:
    node = from_rdflib(term)
    if node is None:
        raise NotCompiled
    return node


def _path(graph: Graph, paths: Sequence[Any]) -> tuple[str, ...]:
    """A property, or several in sequence. No path: a node shape."""
    if not paths:
        return ()
    path = _only(paths)
    steps = [path] if isinstance(path, URIRef) else list(Collection(graph, path))
    if not steps or not all(isinstance(step, URIRef) for step in steps):
        raise NotCompiled
    return tuple(map(str, steps))


def _allowed(graph: Graph, said: Said) -> frozenset[str]:
    ignored = {str(p) for list_ in said.get(SH.ignoredProperties, ()) for p in Collection(graph, list_)}
    return frozenset(ignored | {str(p) for shape in said.get(SH.property, ()) for p in graph.objects(shape, SH.path)})


Maker = Callable[[Graph, Any, Said], ValueTest]


def _inner(graph: Graph, subject: Any) -> Shape:
    """A shape inside another. Its SPARQL constraints would need their own focus nodes."""
    shape = _compile(graph, subject)
    if shape.queries or any(inner.queries for inner in shape.properties):
        raise NotCompiled
    return shape


def _one(graph: Graph, value: Any, _: object) -> ValueTest:
    return _inner(graph, value).conforms


def _no(graph: Graph, value: Any, _: object) -> ValueTest:
    shape = _inner(graph, value)
    return lambda node, things: not shape.conforms(node, things)


def _any(graph: Graph, value: Any, _: object) -> ValueTest:
    shapes = [_inner(graph, member) for member in Collection(graph, value)]
    return lambda node, things: any(shape.conforms(node, things) for shape in shapes)


def _all(graph: Graph, value: Any, _: object) -> ValueTest:
    shapes = [_inner(graph, member) for member in Collection(graph, value)]
    return lambda node, things: all(shape.conforms(node, things) for shape in shapes)


def _datatype(_: Graph, value: Any, __: object) -> ValueTest:
    if value not in _DATATYPES:
        raise NotCompiled
    return constraints.datatype(str(value))


def _pattern(_: Graph, value: Any, said: Said) -> ValueTest:
    return constraints.pattern(str(value), "".join(map(str, said.get(SH.flags, ()))).lower())


def _bound(value: Any, *, lower: bool) -> ValueTest:
    if not isinstance(value, RdflibLiteral):
        raise NotCompiled
    return constraints.bound(value, lower=lower)


def _component(name: str) -> str:
    return f"{SH._NS}{name}ConstraintComponent"


_ON_NOTHING = (_component("MinCount"), _component("HasValue"))
"""The components that find something where there is no value."""
_SETS: Mapping[URIRef, tuple[str, Callable[[Any], SetTest]]] = {
    SH.minCount: (_component("MinCount"), lambda value: constraints.min_count(int(str(value)))),
    SH.maxCount: (_component("MaxCount"), lambda value: constraints.max_count(int(str(value)))),
    SH.hasValue: (_component("HasValue"), lambda value: constraints.has_value(_node(value))),
    SH.uniqueLang: (_component("UniqueLang"), lambda _: constraints.unique_lang()),
    SH.lessThanOrEquals: (_component("LessThanOrEquals"), lambda p: constraints.less_than_or_equals(str(p))),
}
_VALUES: Mapping[URIRef, tuple[str, Maker]] = {
    SH.nodeKind: (_component("NodeKind"), lambda _, kind, __: constraints.node_kind(str(kind))),
    SH["class"]: (_component("Class"), lambda _, class_, __: constraints.in_class(_node(class_))),
    SH.datatype: (_component("Datatype"), _datatype),
    SH.pattern: (_component("Pattern"), _pattern),
    SH.minLength: (_component("MinLength"), lambda _, n, __: constraints.min_length(int(str(n)))),
    SH.maxLength: (_component("MaxLength"), lambda _, n, __: constraints.max_length(int(str(n)))),
    SH.languageIn: (
        _component("LanguageIn"),
        lambda graph, tags, __: constraints.language_in(map(str, Collection(graph, tags))),
    ),
    SH.minInclusive: (_component("MinInclusive"), lambda _, limit, __: _bound(limit, lower=True)),
    SH.maxInclusive: (_component("MaxInclusive"), lambda _, limit, __: _bound(limit, lower=False)),
    SH.node: (_component("Node"), _one),
    SH["not"]: (_component("Not"), _no),
    SH["or"]: (_component("Or"), _any),
    SH["and"]: (_component("And"), _all),
}
