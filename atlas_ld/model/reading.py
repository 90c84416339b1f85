"""Shapes -> the model.

A property shape with `sh:name` is a field. One without is a further check of a path that another shape names, and so
is a node shape that no class claims: these are rules, and only the documentation lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from atlas_ld.errors import BrokenResource
from atlas_ld.findings import Severity
from atlas_ld.hierarchy import subclasses
from atlas_ld.iris import local_name
from atlas_ld.model.classes import Bilingual, ClassModel, Field, Group, Model, Rule, prefixed
from atlas_ld.rdf import Graph, Literal, Properties, parse_file
from atlas_ld.resources import turtle_files
from atlas_ld.vocabulary import ATLAS, RDF, RDFS, SH

_LANG_STRING = str(RDF.langString)


@lru_cache(maxsize=4)
def load_model(base: str) -> Model:
    """The model of the shapes that ship with atlas-ld, for the instance whose base IRI is `base`.

    Raises BrokenResource for a shape that lacks what a page needs: a name, a description, an order or a group.
    """
    graph = _read(base)
    claimed = {
        str(shape): subject
        for subject, properties in graph.items()
        for shape in (node.value for node in properties.get(str(SH.property), ()))
    }
    classes = [
        _class(subject, graph, claimed)
        for subject, properties in graph.items()
        if str(SH.targetClass) in properties and str(RDFS.label) in properties
    ]
    return Model(tuple(sorted(classes, key=lambda class_: class_.order)))


def _read(base: str) -> Graph:
    return Graph(triple for path in turtle_files("shapes") for triple in parse_file(path, base))


def _class(subject: str, graph: Graph, claimed: Mapping[str, str]) -> ClassModel:
    properties = graph[subject]
    own = [shape for shape, owner in claimed.items() if owner == subject]
    fields = [(_group_of(shape, graph), _field(shape, graph)) for shape in own if str(SH.name) in graph[shape]]
    groups = [
        _group(iri_, graph, [field for group, field in fields if group == iri_]) for iri_ in {g for g, _ in fields}
    ]
    prefix = f"{subject}-"
    others = [shape for shape in graph if shape.startswith(prefix) and str(SH.name) not in graph[shape]]
    return ClassModel(
        iri=_one(subject, properties, SH.targetClass),
        shape=subject,
        label=_bilingual(subject, properties, RDFS.label),
        definition=_bilingual(subject, properties, RDFS.comment),
        order=int(_one(subject, properties, SH.order)),
        groups=tuple(sorted(groups, key=lambda group: group.order)),
        rules=tuple(_rule(shape, graph) for shape in others),
    )


def _group_of(shape: str, graph: Graph) -> str:
    return _one(shape, graph[shape], SH.group)


def _group(iri: str, graph: Graph, fields: list[Field]) -> Group:
    properties = graph[iri]
    ordered = tuple(sorted(fields, key=lambda field: field.order))
    return Group(iri, _bilingual(iri, properties, RDFS.label), int(_one(iri, properties, SH.order)), ordered)


def _field(shape: str, graph: Graph) -> Field:
    properties = graph[shape]
    languages = _languages(graph, properties)
    datatype = _LANG_STRING if languages else _value(properties, SH.datatype)
    maximum = _value(properties, SH.maxCount)
    return Field(
        path=_one(shape, properties, SH.path),
        shape=shape,
        name=_bilingual(shape, properties, SH.name),
        description=_bilingual(shape, properties, SH.description),
        datatype=datatype,
        languages=languages,
        classes=_classes(graph, properties),
        scheme=_scheme(graph, properties),
        minimum=int(_value(properties, SH.minCount) or 0),
        maximum=int(maximum) if maximum else None,
        order=int(_one(shape, properties, SH.order)),
        derived=_value(properties, ATLAS.derived) == "true",
        severity=_severity(properties),
    )


def _languages(graph: Graph, properties: Properties) -> tuple[str, ...]:
    """From `sh:languageIn`, or from that of a member of `sh:or`: a text that may have no language."""
    members = [graph.get(member, {}) for member in _list(graph, properties, SH["or"])]
    return tuple(tag for one in (properties, *members) for tag in _list(graph, one, SH.languageIn))


def _classes(graph: Graph, properties: Properties) -> tuple[str, ...]:
    """From `sh:class`: the class itself, or those below it where only these have shapes."""
    class_ = _value(properties, SH["class"])
    if class_ is None:
        return ()
    described = {str(_value(one, SH.targetClass)) for one in graph.values() if str(RDFS.label) in one}
    return (class_,) if class_ in described else tuple(one for one in subclasses(class_) if one in described)


def _scheme(graph: Graph, properties: Properties) -> str | None:
    """From `sh:node`: the shape of a list says in which scheme its concepts are."""
    shape = _value(properties, SH.node)
    inner = _value(graph[shape], SH.property) if shape else None
    return _value(graph[inner], SH.hasValue) if inner else None


def _rule(shape: str, graph: Graph) -> Rule:
    properties = graph[shape]
    return Rule(shape, _value(properties, SH.path), _severity(properties), _bilingual(shape, properties, SH.message))


def _severity(properties: Properties) -> Severity:
    return Severity(local_name(_value(properties, SH.severity) or str(SH.Violation)).lower())


def _value(properties: Properties, property_: Any) -> str | None:
    values = properties.get(str(property_), ())
    return values[0].value if values else None


def _one(subject: str, properties: Properties, property_: Any) -> str:
    value = _value(properties, property_)
    if value is None:
        raise BrokenResource(f"{subject} has no {prefixed(str(property_))}; add it in shapes/.")
    return value


def _bilingual(subject: str, properties: Properties, property_: Any) -> Bilingual:
    texts = {v.language: v.value for v in properties.get(str(property_), ()) if isinstance(v, Literal)}
    if not {"fr", "en"} <= texts.keys():
        raise BrokenResource(f"{subject} lacks {prefixed(str(property_))} in French or English.")
    return Bilingual(texts["fr"], texts["en"])


def _list(graph: Graph, properties: Properties, property_: Any) -> list[str]:
    """The members of an RDF list; blank nodes by their label."""
    members = []
    rest = _value(properties, property_)
    while rest and rest != str(RDF.nil):
        first, rest = _value(graph[rest], RDF.first), _value(graph[rest], RDF.rest)
        members += [first] if first else []
    return members
