"""Values, fields and kinds in words, in one language."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from atlas_ld.findings import Language
from atlas_ld.iris import shorten
from atlas_ld.model import Model
from atlas_ld.rdf import RDF_TYPE, Graph, Literal, NamedNode, Node, Properties, parse_lines
from atlas_ld.release.layout import Release
from atlas_ld.release.reading.dump import Dump
from atlas_ld.release.reading.store import Reader
from atlas_ld.vocabulary import FOAF, ORG, PREFIXES, XSD

_BOOLEAN = str(XSD.boolean)
_TRUTH: dict[Language, dict[str, str]] = {
    "fr": {"true": "oui", "false": "non"},
    "en": {"true": "yes", "false": "no"},
}
COLON: dict[Language, str] = {"fr": "\u00a0: ", "en": ": "}
POINTS_BACK = frozenset({str(ORG.organization), str(FOAF.primaryTopic)})
"""Properties by which a part says whose part it is."""


class Words:
    """What is said in a release, in the words of one language."""

    def __init__(self, release: Release, model: Model, language: Language) -> None:
        self._release, self._model, self._language = release, model, language

    @cached_property
    def _dump(self) -> Dump:
        return Dump(self._release.dump, f"{self._release.manifest.base_iri}id/")

    @cached_property
    def reader(self) -> Reader:
        """The release's store, its descriptions read from the dump."""
        return Reader(self._release.store, dump=self._dump)

    def entity(self, iri: str) -> Graph:
        """What is said of an entity and its parts; nothing where it is not in the release."""
        return Graph(parse_lines(self._dump.entity(iri)))

    def kind(self, types: Iterable[Node]) -> str:
        """The name of the class of a thing with these types."""
        class_ = self._model.of(type_.value for type_ in types)
        return class_.label[self._language] if class_ else ""

    def titled(self, kind: str, name: str) -> str:
        """`Participation : Ville de Rimouski`."""
        return f"{kind}{COLON[self._language]}{name}"

    def field(self, property_: str) -> str:
        """The name of a property; its prefixed name where no shape has it."""
        fields = self._model.fields_by_path.get(property_)
        return fields[0].name[self._language] if fields else shorten(property_)

    def label(self, iri: str) -> str | None:
        """The label of a thing in this release, in this language where it has one."""
        found = self.reader.labels([iri])[iri]
        return min(((one.language != self._language, one.value) for one in found), default=(False, None))[1]

    def value(self, term: Node) -> str:
        """A value: the label of what is linked to, yes or no, else the value itself."""
        if isinstance(term, NamedNode):
            return self.label(term.value) or shorten(term.value, PREFIXES)
        if isinstance(term, Literal) and term.datatype.value == _BOOLEAN:
            return _TRUTH[self._language].get(term.value, term.value)
        return term.value

    def part(self, properties: Properties) -> str:
        """A part by what is said of it: `Ville de Rimouski · partenaire étranger`."""
        told = sorted(
            (self._model.order.get(name, len(self._model.order)), name, terms)
            for name, terms in properties.items()
            if name != RDF_TYPE.value and name not in POINTS_BACK
        )
        return " · ".join(self.value(term) for _, _, terms in told for term in terms)
