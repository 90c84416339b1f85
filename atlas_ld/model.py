"""The model: what the shapes say, besides constraints, of each class and its fields.

The annotated shapes (`sh:name`, `sh:description`, `sh:group`, `sh:order`, severity, `atlas:derived`) are read once into
plain values. HTML pages, the JSON-LD context, the columns of tables and docs/model.md are drawn from them.

A property shape with `sh:name` is a field. One without is a further check of a path that another shape names, and so
is a node shape that no class claims: these are rules, and only the documentation lists them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

from atlas_ld.errors import BrokenResource
from atlas_ld.findings import Severity
from atlas_ld.rdf import Literal, Node, Triple, parse_file
from atlas_ld.resources import turtle_files
from atlas_ld.vocabulary import ATLAS, PREFIXES, RDF, RDFS, SH, XSD

Properties = Mapping[str, list[Node]]
Graph = Mapping[str, Properties]

_RESERVED = frozenset({"id", "type"})
_LANG_STRING = str(RDF.langString)


@dataclass(frozen=True)
class Bilingual:
    """A text in French and English; `text["fr"]` is its French. Raises KeyError for another language."""

    fr: str
    en: str

    def __getitem__(self, language: str) -> str:
        return {"fr": self.fr, "en": self.en}[language]


@dataclass(frozen=True)
class Field:
    """One property of a class, as one property shape describes it. `path` is the property's IRI.

    `datatype` is the datatype of literals (rdf:langString for texts, then `languages` lists the tags); `classes` are
    the classes of which a linked thing is one; `scheme` is the concept scheme of a code or theme. `minimum` and
    `maximum` count values; a maximum of None is no limit.
    """

    path: str
    shape: str
    name: Bilingual
    description: Bilingual
    datatype: str | None
    languages: tuple[str, ...]
    classes: tuple[str, ...]
    scheme: str | None
    minimum: int
    maximum: int | None
    order: int
    derived: bool
    severity: Severity

    @property
    def local_name(self) -> str:
        """The property's name in its vocabulary: `startYear`."""
        return _local(self.path)

    @property
    def many(self) -> bool:
        return self.maximum != 1


@dataclass(frozen=True)
class Group:
    """Fields that belong together, in their order."""

    iri: str
    label: Bilingual
    order: int
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Rule:
    """A further check: of the values of one `path`, or, where it is None, of several together."""

    shape: str
    path: str | None
    severity: Severity
    message: Bilingual


@dataclass(frozen=True)
class ClassModel:
    """A class and its groups of fields, both in reading order."""

    iri: str
    shape: str
    label: Bilingual
    definition: Bilingual
    order: int
    groups: tuple[Group, ...]
    rules: tuple[Rule, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for group in self.groups for field in group.fields)

    @property
    def local_name(self) -> str:
        return _local(self.iri)


@dataclass(frozen=True)
class Model:
    """Every class that the shapes describe, in order."""

    classes: tuple[ClassModel, ...]

    def of(self, types: Iterable[str]) -> ClassModel | None:
        """The class of a thing with these types, the most telling first; None for a thing that we do not describe."""
        known = set(map(str, types))
        return next((class_ for class_ in self.classes if class_.iri in known), None)

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Property IRI -> its rank in reading order, over all classes."""
        ranks: dict[str, int] = {}
        for class_ in self.classes:
            for field in class_.fields:
                ranks.setdefault(field.path, len(ranks))
        return MappingProxyType(ranks)

    @cached_property
    def fields_by_path(self) -> Mapping[str, tuple[Field, ...]]:
        """Property IRI -> the fields that have it, one for each class, in reading order."""
        found: dict[str, tuple[Field, ...]] = {}
        for class_ in self.classes:
            for field in class_.fields:
                found[field.path] = (*found.get(field.path, ()), field)
        return MappingProxyType(found)

    @cached_property
    def terms(self) -> Mapping[str, str]:
        """Property or class IRI -> its term in JSON-LD and its column in tables.

        The term is the local name. Where that is `id`, `type` or another property's, the prefix stands before it:
        `dct:type` is `dctType`.
        """
        taken: dict[str, str] = {}
        for iri in (*self.fields_by_path, *(class_.iri for class_ in self.classes)):
            name = _local(iri)
            if name in _RESERVED or name in taken.values():
                name = _prefixed(iri)[0] + name[0].upper() + name[1:]
            taken[iri] = name
        return MappingProxyType(taken)

    def context(self, prefixes: Mapping[str, str]) -> dict[str, Any]:
        """The value of `@context` (https://www.w3.org/TR/json-ld11/#the-context): aliases, prefixes, terms.

        Literals are coerced to their datatype, texts to French, links to IRIs; a property that may repeat is always
        a list. A prefix that bears the name of a term (`theme`) is left out.
        """
        context: dict[str, Any] = {"@version": 1.1, "id": "@id", "type": "@type"}
        names = set(self.terms.values())
        context |= {name: iri for name, iri in sorted(prefixes.items()) if name not in names}
        for class_ in self.classes:
            context[self.terms[class_.iri]] = {"@id": ":".join(_prefixed(class_.iri))}
        for iri, fields in self.fields_by_path.items():
            context[self.terms[iri]] = _term_definition(iri, fields)
        return context


def _term_definition(iri: str, fields: tuple[Field, ...]) -> dict[str, Any]:
    definition: dict[str, Any] = {"@id": ":".join(_prefixed(iri))}
    datatypes = {field.datatype for field in fields}
    if datatypes == {_LANG_STRING}:
        definition["@language"] = "fr"
    elif datatypes == {None}:
        definition["@type"] = "@id"
    elif len(datatypes) == 1 and datatypes != {str(XSD.string)}:
        definition["@type"] = ":".join(_prefixed(str(fields[0].datatype)))
    if any(field.many for field in fields):
        definition["@container"] = "@set"
    return definition


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
    graph: dict[str, dict[str, list[Node]]] = {}
    for path in turtle_files("shapes"):
        for triple in parse_file(path, base):
            subject, value = triple.subject, triple.object
            assert not isinstance(subject, Triple)  # no file has RDF-star
            assert not isinstance(value, Triple)
            graph.setdefault(subject.value, {}).setdefault(triple.predicate.value, []).append(value)
    return graph


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
    languages = tuple(_list(graph, properties, SH.languageIn))
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


def _classes(graph: Graph, properties: Properties) -> tuple[str, ...]:
    """From `sh:class`, or from a `sh:or` whose members are `sh:class` each."""
    members = [graph.get(member, {}) for member in _list(graph, properties, SH["or"])]
    found = [_value(one, SH["class"]) for one in (properties, *members)]
    return tuple(class_ for class_ in found if class_)


def _scheme(graph: Graph, properties: Properties) -> str | None:
    """From `sh:node`: the shape of a list says in which scheme its concepts are."""
    shape = _value(properties, SH.node)
    inner = _value(graph[shape], SH.property) if shape else None
    return _value(graph[inner], SH.hasValue) if inner else None


def _rule(shape: str, graph: Graph) -> Rule:
    properties = graph[shape]
    return Rule(shape, _value(properties, SH.path), _severity(properties), _bilingual(shape, properties, SH.message))


def _severity(properties: Properties) -> Severity:
    return Severity(_local(_value(properties, SH.severity) or str(SH.Violation)).lower())


def _value(properties: Properties, property_: Any) -> str | None:
    values = properties.get(str(property_), ())
    return values[0].value if values else None


def _one(subject: str, properties: Properties, property_: Any) -> str:
    value = _value(properties, property_)
    if value is None:
        raise BrokenResource(f"{subject} has no {':'.join(_prefixed(str(property_)))}; add it in shapes/.")
    return value


def _bilingual(subject: str, properties: Properties, property_: Any) -> Bilingual:
    texts = {v.language: v.value for v in properties.get(str(property_), ()) if isinstance(v, Literal)}
    if not {"fr", "en"} <= texts.keys():
        raise BrokenResource(f"{subject} lacks {':'.join(_prefixed(str(property_)))} in French or English.")
    return Bilingual(texts["fr"], texts["en"])


def _list(graph: Graph, properties: Properties, property_: Any) -> list[str]:
    """The members of an RDF list; blank nodes by their label."""
    members = []
    rest = _value(properties, property_)
    while rest and rest != str(RDF.nil):
        first, rest = _value(graph[rest], RDF.first), _value(graph[rest], RDF.rest)
        members += [first] if first else []
    return members


def _local(iri: str) -> str:
    return iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :]


def _prefixed(iri: str) -> tuple[str, str]:
    """`("dct", "title")`. Raises BrokenResource for an IRI below no prefix of `vocabulary.PREFIXES`."""
    for prefix, namespace in PREFIXES.items():
        if iri == namespace + _local(iri):
            return prefix, _local(iri)
    raise BrokenResource(f"{iri} is below no prefix of vocabulary.PREFIXES; add its prefix there.")
