"""The document of an entity: what is said when its IRI is looked up.

Its description, its parts (participations, assignments, funding lines) with theirs, the labels of what these link to,
and a page of what points to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from atlas_ld.rdf import RDF_TYPE, Literal, NamedNode, Triple, node
from atlas_ld.store.reader import Reader
from atlas_ld.vocabulary import ATLAS, DCTERMS, FOAF, RDFS, SKOS

PARTS = frozenset(
    str(term) for term in (ATLAS.participation, ATLAS.themeAssignment, ATLAS.goalAssignment, ATLAS.fundingLine)
)
LABELS = frozenset(str(term) for term in (DCTERMS.title, SKOS.prefLabel, RDFS.label))


@dataclass(frozen=True)
class Document:
    """The triples of one page of an entity's document, in reading order: first those about the document itself,
    then the entity, its parts, what points to it and the labels of what is linked.

    `incoming` lists the triples that point to the entity on this page; `more` tells whether there is a next one.
    """

    iri: str
    triples: list[Triple]
    incoming: list[Triple]
    page: int
    more: bool


def describe(
    reader: Reader,
    iri: str,
    *,
    address: str,
    dataset: str,
    license_: str,
    order: Mapping[str, int],
    page: int = 1,
    size: int = 50,
) -> Document | None:
    """Page `page` (from 1) of the document of `iri`, or None where nothing is said about it.

    `address` is the document's own IRI, `order` the rank of a property's IRI in reading order (from the shapes).
    """
    own = reader.about(iri)
    if not own:
        return None
    parts = [triple for part in _objects(own, PARTS) for triple in reader.about(part)]
    found = reader.pointing_at(iri, limit=size + 1, offset=(page - 1) * size)
    described = {_subject(triple) for triple in own + parts}
    # Parts of other partnerships (#participation-2) repeat what the shortcuts say, and mean nothing out of place.
    incoming = [t for t in found[:size] if _subject(t) not in described and "#" not in _subject(t)]
    linked = {t.object.value for t in own + parts if isinstance(t.object, NamedNode)}
    linked |= {_subject(triple) for triple in incoming}
    labels = _labels(reader, sorted(linked - described))
    metadata = [
        Triple(node(address), RDF_TYPE, node(FOAF.Document)),
        Triple(node(address), node(FOAF.primaryTopic), node(iri)),
        Triple(node(address), node(DCTERMS.isPartOf), node(dataset)),
        Triple(node(address), node(DCTERMS.license), node(license_)),
    ]
    triples = metadata + in_order(own, order) + in_order(parts, order) + in_order(incoming, order) + labels
    return Document(iri, list(dict.fromkeys(triples)), incoming, page, len(found) > size)


def in_order(triples: Iterable[Triple], order: Mapping[str, int]) -> list[Triple]:
    """By subject, then type first, labels next, then the shapes' order, then by value."""

    def key(triple: Triple) -> tuple[str, int, int, int, str, str]:
        predicate = triple.predicate.value
        rank = 0 if predicate == RDF_TYPE.value else 1 if predicate in LABELS else 2
        stem, _, number = _subject(triple).rpartition("-")
        place = (stem, int(number)) if number.isdecimal() else (_subject(triple), 0)
        return (*place, rank, order.get(predicate, 10_000), predicate, str(triple.object))

    return sorted(triples, key=key)


def _labels(reader: Reader, iris: list[str]) -> list[Triple]:
    return [
        triple
        for iri in iris
        for triple in sorted(reader.about(iri), key=str)
        if triple.predicate.value in LABELS and isinstance(triple.object, Literal)
    ]


def _objects(triples: Iterable[Triple], properties: frozenset[str]) -> list[str]:
    found = (t.object for t in triples if t.predicate.value in properties)
    return sorted(term.value for term in found if isinstance(term, NamedNode))


def _subject(triple: Triple) -> str:
    assert isinstance(triple.subject, NamedNode)
    return triple.subject.value
