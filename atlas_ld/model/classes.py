"""The values of the model. IRIs are absolute; texts are in French and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from atlas_ld.errors import BrokenResource
from atlas_ld.findings import Severity
from atlas_ld.iris import local_name, shorten
from atlas_ld.vocabulary import RDF, XSD

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
        return local_name(self.path)

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
        return local_name(self.iri)


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

        The term is the local name. Where that is `id`, `type` or another property's, it is the field's English name:
        `dct:type` is `form`.
        """
        names = {iri: fields[0].name.en for iri, fields in self.fields_by_path.items()}
        names |= {class_.iri: class_.label.en for class_ in self.classes}
        taken: dict[str, str] = {}
        for iri, name in names.items():
            term = local_name(iri)
            taken[iri] = _camel_case(name) if term in _RESERVED or term in taken.values() else term
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
            context[self.terms[class_.iri]] = {"@id": prefixed(class_.iri)}
        for iri, fields in self.fields_by_path.items():
            context[self.terms[iri]] = _term_definition(iri, fields)
        return context


def _term_definition(iri: str, fields: tuple[Field, ...]) -> dict[str, Any]:
    definition: dict[str, Any] = {"@id": prefixed(iri)}
    datatypes = {field.datatype for field in fields}
    if datatypes == {_LANG_STRING}:
        definition["@language"] = "fr"
    elif datatypes == {None}:
        definition["@type"] = "@id"
    elif len(datatypes) == 1 and datatypes != {str(XSD.string)}:
        definition["@type"] = prefixed(str(fields[0].datatype))
    if any(field.many for field in fields):
        definition["@container"] = "@set"
    return definition


def _camel_case(name: str) -> str:
    first, *others = name.split()
    return first.lower() + "".join(word.capitalize() for word in others)


def prefixed(iri: str) -> str:
    """`dct:title`. Raises BrokenResource for an IRI below no prefix of `vocabulary.PREFIXES`."""
    if (short := shorten(iri)) == iri:
        raise BrokenResource(f"{iri} is below no prefix of vocabulary.PREFIXES; add its prefix there.")
    return short
