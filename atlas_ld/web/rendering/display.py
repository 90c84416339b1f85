"""From RDF terms to what a person reads: a label in the reader's language, a link, a plain value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from urllib.parse import unquote

from markupsafe import Markup, escape

from atlas_ld import rdf
from atlas_ld.iris import Iris
from atlas_ld.model import ClassModel
from atlas_ld.rdf import Literal, NamedNode, Node
from atlas_ld.release.kinds import LISTS
from atlas_ld.vocabulary import DCTERMS, RDF, RDFS, SDG, SKOS, XSD
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering import urls
from atlas_ld.web.text.formatting import day, number, typeset, web_address
from atlas_ld.web.text.i18n import current_language, messages, t

_LABELS = tuple(str(term) for term in (DCTERMS.title, SKOS.prefLabel, RDFS.label))
_YES_OR_NO = {"true": "yes", "1": "yes", "false": "no", "0": "no"}
_NUMBERS = frozenset(str(XSD[name]) for name in ("integer", "decimal", "double", "float", "int", "long"))


@dataclass(frozen=True, slots=True)
class DisplayValue:
    """One value for a page: its text, the language of the text where it is known, its link, the IRI behind it.

    `href` leads into this site or, where `external`, to an http(s) address of somebody else.
    """

    text: str
    language: str | None = None
    href: str | None = None
    external: bool = False
    iri: str | None = None


class Graph(rdf.Graph):
    """A graph for templates, in the reader's language: `graph.texts(iri, ATLAS.context)`."""

    def iris(self, iri: str, property_: str) -> list[str]:
        return [term.value for term in self.objects(iri, property_) if isinstance(term, NamedNode)]

    def iri(self, iri: str, property_: str) -> str | None:
        return next(iter(self.iris(iri, property_)), None)

    def text(self, iri: str, property_: str) -> str | None:
        """The literal in the reader's language, else the first; None where there is none."""
        chosen = choose_literal(self.objects(iri, property_))
        return chosen.value if chosen else None

    def texts(self, iri: str, property_: str) -> list[str]:
        return [term.value for term in self.objects(iri, property_) if isinstance(term, Literal)]

    def decimal(self, iri: str, property_: str) -> Decimal | None:
        return to_decimal(next(iter(self.objects(iri, property_)), None))

    def year(self, iri: str, property_: str) -> int | None:
        return to_year(next(iter(self.objects(iri, property_)), None))

    def label(self, iri: str) -> DisplayValue:
        """How to name and link an entity: its label where it is described here, else in the store, else the end of
        its IRI."""
        if str(RDF.type) not in self.properties(iri):
            return entity(iri)
        here = [term for property_ in _LABELS for term in self.objects(iri, property_)]
        return entity(iri, here or None)


def to_decimal(term: Node | None) -> Decimal | None:
    try:
        return Decimal(term.value) if isinstance(term, Literal) else None
    except InvalidOperation:
        return None


def to_year(term: Node | None) -> int | None:
    """The year of an xsd:gYear or xsd:date literal."""
    text = term.value[:4] if isinstance(term, Literal) else ""
    return int(text) if text.isdecimal() else None


def choose_literal(terms: Iterable[Node]) -> Literal | None:
    """The literal in the reader's language, else French (the language of the sources), else the first."""
    literals = [term for term in terms if isinstance(term, Literal)]
    preference: dict[str, int] = {"fr": 1} | {current_language(): 0}
    return min(literals, key=lambda literal: preference.get(literal.language or "", 2), default=None)


def local_name(iri: str) -> str:
    """The last part of an IRI, for things without a label."""
    return unquote(iri.rstrip("/#").replace("#", "/").rpartition("/")[2]) or iri


def page_of(iri: str, iris: Iris) -> str | None:
    """The address on this site of the page of an entity of ours, its fragment kept; None for any other IRI."""
    parts = iris.split(iri)
    if parts is None:
        return None
    return urls.document(parts[0], unquote(parts[1]), anchor=iri.partition("#")[2])


def entity(iri: str, labels: Iterable[Node] | None = None) -> DisplayValue:
    """The label and link of an IRI; `labels` where they are known already, else the store is asked."""
    publication = current_publication()
    if labels is None:
        return publication.keeping(_entity, _LABELLED)(iri, current_language(), urls.place())
    return _shown(publication, iri, labels)


_LABELLED = 16_384
"""Things whose labels are kept: countries, themes and authorities stand on thousands of pages. Some 10 MB at most."""


def _entity(publication: Publication, iri: str, _language: str, _place: urls.UrlContext) -> DisplayValue:
    return _shown(publication, iri, publication.reader.labels([iri])[iri])


def _shown(publication: Publication, iri: str, labels: Iterable[Node]) -> DisplayValue:
    chosen = choose_literal(labels)
    page = page_of(iri, publication.iris)
    if chosen is None and page is None and not iri.startswith(publication.iris.base):
        return DisplayValue(shortened(iri), None, web_address(iri), external=True, iri=iri)
    text = chosen.value if chosen else local_name(iri)
    language = chosen.language if chosen else None
    external = page is None
    return DisplayValue(text, language, page or web_address(iri), external, iri)


def anchor(value: DisplayValue) -> Markup:
    """A value of the data for a page: its text, its language where it is not the page's, its link."""
    return _anchor(value, current_language())


@lru_cache(maxsize=8192)
def _anchor(value: DisplayValue, language: str) -> Markup:
    text = escape(typeset(value.text, value.language))
    lang = f' lang="{escape(value.language)}"' if value.language and value.language != language else ""
    if not value.href:
        return Markup(f"<span{lang}>{text}</span>")  # noqa: S704  # all parts are escaped
    follow = ' rel="nofollow noopener"' if value.external else ""
    return Markup(f'<a href="{escape(value.href)}"{follow}{lang}>{text}</a>')  # noqa: S704


def who(authorities: Sequence[str], partners: Sequence[str], most: int = 3) -> str:
    """Who with whom, in short: `Brest métropole ↔ Technopole Maritime du Québec`."""
    return " ↔ ".join(_names(side, most) for side in (authorities, partners) if side)


def _names(iris: Sequence[str], most: int) -> str:
    rest = f" {t('list.and-more', count=len(iris) - most)}" if len(iris) > most else ""
    return ", ".join(entity(iri).text for iri in iris[:most]) + rest


def shortened(iri: str) -> str:
    """An address for the screen: without its scheme."""
    return iri.removeprefix("https://").removeprefix("http://")


def show(term: Node, graph: Graph | None = None) -> DisplayValue:
    """Any RDF term for a generic list of values."""
    if isinstance(term, NamedNode):
        return graph.label(term.value) if graph else entity(term.value)
    assert isinstance(term, Literal)
    datatype = term.datatype.value
    if datatype == str(XSD.date):
        return DisplayValue(day(term.value))
    if datatype in _NUMBERS and (value := to_decimal(term)) is not None:
        return DisplayValue(number(value))
    if datatype == str(XSD.boolean) and term.value in _YES_OR_NO:
        return DisplayValue(t(f"ui.{_YES_OR_NO[term.value]}"))
    return DisplayValue(term.value, term.language)


def list_title(name: str) -> str:
    """What a list is called: by the messages or, where they do not say, as the shapes call the class of its rows."""
    if f"base.{name}" in messages():
        return t(f"base.{name}")
    class_ = current_publication().model.of(LISTS[name].classes)
    return class_.label[current_language()] if class_ else name


def field_name(class_: ClassModel | None, property_: str) -> str:
    """What the shapes call a property of a class, in the reader's language; its local name where they do not."""
    fields = class_.fields if class_ else ()
    found = next((field for field in fields if field.path == str(property_)), None)
    return found.name[current_language()] if found else local_name(property_)


def fields_of(
    graph: Graph, iri: str, class_model: ClassModel
) -> list[tuple[str, list[tuple[str, bool, list[Markup]]]]]:
    """What is known of an entity as the shapes group, order and name it: the label of each group that has something,
    and in it the name of each field, whether it is derived, and its values."""
    language, known = current_language(), graph.properties(iri)
    return [
        (
            group.label[language],
            [
                (field.name[language], field.derived, [anchor(show(value, graph)) for value in known[field.path]])
                for field in group.fields
                if field.path in known
            ],
        )
        for group in class_model.groups
        if any(field.path in known for field in group.fields)
    ]


def goal_number(iri: str) -> int | None:
    """8 for http://metadata.un.org/sdg/8."""
    tail = iri.removeprefix(str(SDG))
    return int(tail) if tail != iri and tail.isdecimal() else None
