"""The document of an entity: what is said when its IRI is looked up.

Its description, its parts (participations, assignments, funding lines) with theirs, the labels of what these link to,
and a page of what points to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from atlas_ld.rdf import RDF_TYPE, NamedNode, Triple, in_order, node, subject_of
from atlas_ld.release.reading.store import Reader
from atlas_ld.vocabulary import ATLAS, DCTERMS, FOAF, GEO, PROV

PARTS = frozenset(
    str(term)
    for term in (
        ATLAS.participation,
        ATLAS.themeAssignment,
        ATLAS.goalAssignment,
        ATLAS.fundingLine,
        FOAF.isPrimaryTopicOf,
        PROV.qualifiedDerivation,
        GEO.hasGeometry,
    )
)


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

    `address` is the document's own IRI, `dataset` that of the dataset and base of all entities, `order` the rank of a
    property's IRI in reading order (from the shapes).
    """
    own = reader.about(iri)
    if not own:
        return None
    parts = _parts(reader, own)
    described = {subject_of(triple) for triple in own + parts}
    entities = f"{dataset}id/"

    def tells_more(triple: Triple) -> bool:
        """Parts of other partnerships (#participation-2) repeat the shortcuts, and mean nothing out of place."""
        subject = subject_of(triple)
        return subject.startswith(entities) and "#" not in subject and subject not in described

    found = reader.pointing_at(iri, limit=size + 1, offset=(page - 1) * size, keep=tells_more)
    incoming = found[:size]
    links = (t.object for t in own + parts if t.predicate != RDF_TYPE)
    linked = {term.value for term in links if isinstance(term, NamedNode)}
    linked |= {subject_of(triple) for triple in incoming}
    labels = [triple for iri in sorted(linked - described) for triple in reader.naming(iri)]
    metadata = [
        Triple(node(address), RDF_TYPE, node(FOAF.Document)),
        Triple(node(address), node(FOAF.primaryTopic), node(iri)),
        Triple(node(address), node(DCTERMS.isPartOf), node(dataset)),
        Triple(node(address), node(DCTERMS.license), node(license_)),
    ]
    triples = metadata + in_order(own, order) + in_order(parts, order) + in_order(incoming, order) + labels
    return Document(iri, list(dict.fromkeys(triples)), incoming, page, len(found) > size)


def _parts(reader: Reader, own: list[Triple]) -> list[Triple]:
    """The triples of the parts, and of theirs: a record has contributions."""
    parts: list[Triple] = []
    pending, seen = _objects(own, PARTS), set[str]()
    while pending:
        part = pending.pop(0)
        if part not in seen:
            seen.add(part)
            said = list(reader.about(part))
            parts += said
            pending += _objects(said, PARTS)
    return parts


def _objects(triples: Iterable[Triple], properties: frozenset[str]) -> list[str]:
    found = (t.object for t in triples if t.predicate.value in properties)
    return sorted(term.value for term in found if isinstance(term, NamedNode))
