"""The event stream as RDF (https://w3id.org/ldes/specification; pages by https://w3id.org/tree/specification).

A member is a version of an entity: what a release says of it and its parts, in a graph of its own, its IRI in place of
the entity's. The oldest release that is kept gives a version of each of its entities; each later one a version of
those that it has new or otherwise, and a deletion of those that it has no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import quote

from rdflib import Namespace

from atlas_ld.rdf import Literal, NamedNode, Quad, Triple, node, parse_lines
from atlas_ld.release.reading.dump import Dump
from atlas_ld.release.reading.history import Change, Kept
from atlas_ld.vocabulary import DCTERMS, PROV, RDF, XSD

LDES = Namespace("https://w3id.org/ldes#")
TREE = Namespace("https://w3id.org/tree#")
AS = Namespace("https://www.w3.org/ns/activitystreams#")
PREFIXES = {"ldes": str(LDES), "tree": str(TREE), "as": str(AS)}

TIMESTAMP = PROV.generatedAtTime
VERSION_OF = DCTERMS.isVersionOf
DELETED = AS.Delete


def described(base: str, license_: str) -> list[Triple]:
    """The stream: what its members are and how they are ordered."""
    stream = node(f"{base}ldes#stream")
    return [
        Triple(stream, node(RDF.type), node(LDES.EventStream)),
        Triple(stream, node(DCTERMS.isVersionOf), node(base)),
        Triple(stream, node(DCTERMS.license), node(license_)),
        Triple(stream, node(LDES.timestampPath), node(TIMESTAMP)),
        Triple(stream, node(LDES.versionOfPath), node(VERSION_OF)),
        Triple(stream, node(LDES.versionDeletePath), node(RDF.type)),
        Triple(stream, node(LDES.versionDeleteObject), node(DELETED)),
        Triple(stream, node(TREE.view), node(f"{base}ldes")),
    ]


def root(base: str, license_: str, pages: Sequence[tuple[str, datetime]]) -> list[Triple]:
    """The first page, which has no members; `pages` are the first one of each release, with its moment."""
    own = f"{base}ldes"
    found = [*described(base, license_), Triple(node(own), node(RDF.type), node(TREE.Node))]
    for number, (page, moment) in enumerate(pages, start=1):
        for bound, name in ((TREE.GreaterThanOrEqualToRelation, "from"), (TREE.LessThanOrEqualToRelation, "to")):
            found += _relation(own, f"{own}#{name}-{number}", str(bound), page, moment)
    return found


def _relation(own: str, relation: str, kind: str, page: str, moment: datetime) -> list[Triple]:
    """What leads from the page `own` to another, whose members are of a moment, or on that side of it."""
    return [
        Triple(node(own), node(TREE.relation), node(relation)),
        Triple(node(relation), node(RDF.type), node(kind)),
        Triple(node(relation), node(TREE.node), node(page)),
        Triple(node(relation), node(TREE.path), node(TIMESTAMP)),
        Triple(node(relation), node(TREE.value), _stamp(moment)),
    ]


def page(
    base: str, license_: str, own: str, following: str | None, release: Kept, said: Dump, changes: Sequence[Change]
) -> Iterator[Triple | Quad]:
    """The page at the address `own`: the changes of a release, of which `said` is the dump, and the page after it."""
    yield from described(base, license_)
    yield Triple(node(own), node(RDF.type), node(TREE.Node))
    if following:
        bound = str(TREE.GreaterThanOrEqualToRelation)
        yield from _relation(own, f"{own}#next", bound, following, release.moment)
    for change in changes:
        member = node(_version(base, release.id, change.iri))
        yield Triple(node(f"{base}ldes#stream"), node(TREE.member), member)
        yield from _member(member, change, release.moment, said)


def _member(member: NamedNode, change: Change, moment: datetime, said: Dump) -> Iterator[Triple | Quad]:
    """Of what it is a version, and since when, stands in the default graph: its own graph holds the entity alone."""
    entity = node(change.iri)
    yield Triple(member, node(VERSION_OF), entity)
    yield Triple(member, node(TIMESTAMP), _stamp(moment))
    if change.kind == "deleted":
        yield Triple(member, node(RDF.type), node(DELETED))
        return
    for subject, property_, term in parse_lines(said.entity(change.iri)):
        yield Quad(member if subject == entity else subject, property_, term, member)


def _version(base: str, release: str, iri: str) -> str:
    """The IRI of what a release says of an entity: the address of its memento, where it has one."""
    if iri.startswith(base):
        return f"{base}releases/{release}/{iri.removeprefix(base)}"
    return f"{base}releases/{release}/#{quote(iri, safe='')}"


def _stamp(moment: datetime) -> Literal:
    return Literal(f"{moment:%Y-%m-%dT%H:%M:%SZ}", datatype=node(XSD.dateTime))
