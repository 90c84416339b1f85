"""RDF terms and their writing: the door to pyoxigraph for everything but the store.

A triple here is `pyoxigraph.Triple`. Terms of the vocabulary are rdflib's, since they are the names that the field
knows; `node` turns them into pyoxigraph's, once each.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from atlas_ld.errors import BrokenResource
from atlas_ld.media import NTRIPLES, TRIG, TURTLE, Format
from atlas_ld.vocabulary import DCTERMS, PREFIXES, RDF, RDFS, SKOS, XSD

__all__ = [
    "BlankNode",
    "Graph",
    "Literal",
    "NamedNode",
    "Node",
    "Properties",
    "Quad",
    "Triple",
    "day",
    "decimal",
    "gyear",
    "gyearmonth",
    "integer",
    "node",
    "parse_file",
    "parse_lines",
    "text",
    "write",
]  # fmt: skip

Node = NamedNode | BlankNode | Literal
"""What an object of our graphs may be. We write no blank nodes, but shapes and reports have them."""

Properties = dict[str, list[Node]]
"""What is said of one thing: property IRI -> objects, each once, in the order of the triples."""


class Graph(dict[str, Properties]):
    """What is said of each thing: its IRI (a blank node's label) -> property IRI -> objects."""

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        super().__init__()
        before: object = None
        properties: Properties = {}
        for about, property_, term in triples:  # at once: each look at a part of a triple copies it, long texts too
            assert not isinstance(about, Triple)  # none of our files has RDF-star
            assert not isinstance(term, Triple)
            if about != before:
                before, properties = about, self.setdefault(about.value, {})
            objects = properties.setdefault(property_.value, [])
            if term not in objects:
                objects.append(term)

    def properties(self, iri: str) -> Properties:
        """What is said of a thing; nothing where it is not described."""
        return self.get(iri, {})

    def objects(self, iri: str, property_: str) -> list[Node]:
        return self.properties(iri).get(str(property_), [])


@lru_cache(maxsize=65536)
def node(iri: str) -> NamedNode:
    """The NamedNode of an IRI. Raises ValueError where it is none."""
    return NamedNode(iri)


RDF_TYPE = node(RDF.type)
LABELS = frozenset(str(term) for term in (DCTERMS.title, SKOS.prefLabel, RDFS.label))
"""The properties that name a thing; each class has one of them (docs/model.md)."""
_DECIMAL, _GYEAR, _GYEARMONTH, _DATE, _INTEGER, _BOOLEAN = (
    node(XSD.decimal), node(XSD.gYear), node(XSD.gYearMonth), node(XSD.date), node(XSD.integer), node(XSD.boolean)
)  # fmt: skip


def text(value: str, language: str = "fr") -> Literal:
    return Literal(value, language=language)


def decimal(value: Decimal) -> Literal:
    """xsd:decimal in its canonical form: no exponent, no trailing zero after the point, no `-0`."""
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return Literal("0" if plain in ("-0", "") else plain, datatype=_DECIMAL)


def integer(value: int) -> Literal:
    return Literal(str(value), datatype=_INTEGER)


def boolean(value: bool) -> Literal:
    return Literal("true" if value else "false", datatype=_BOOLEAN)


def gyear(value: int) -> Literal:
    """xsd:gYear: at least four digits, a sign only before the year 0."""
    return Literal(f"{value:05d}" if value < 0 else f"{value:04d}", datatype=_GYEAR)


def gyearmonth(value: str) -> Literal:
    """xsd:gYearMonth of a month written `2020-12`."""
    return Literal(value, datatype=_GYEARMONTH)


def day(value: date) -> Literal:
    return Literal(value.isoformat(), datatype=_DATE)


def parse_file(path: Path, base_iri: str) -> list[Triple]:
    """The triples of a Turtle file, its relative IRIs resolved against `base_iri`, byte order marks before it passed
    over. Raises BrokenResource."""
    try:
        content = path.read_bytes()
        while content.startswith(codecs.BOM_UTF8):
            content = content[len(codecs.BOM_UTF8) :]
        return [quad.triple for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=base_iri)]
    except (SyntaxError, OSError) as error:
        raise BrokenResource(f"{path} is not Turtle: {error}") from error


def parse_lines(lines: bytes) -> list[Triple]:
    """The triples of N-Triples that we wrote ourselves, in their order."""
    return [quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)]


def steady(triples: Iterable[Triple]) -> Iterator[Triple]:
    """The triples with blank nodes named in their order: the parser names them at random, and a strong entity tag
    stands for the same bytes each time."""
    names: dict[BlankNode, BlankNode] = {}

    def renamed(term: Node) -> Node:
        return names.setdefault(term, BlankNode(f"b{len(names)}")) if isinstance(term, BlankNode) else term

    for triple in triples:
        subject = renamed(triple.subject)  # type: ignore[arg-type]  # no quoted triples in Turtle 1.1
        assert not isinstance(subject, Literal)
        yield Triple(subject, triple.predicate, renamed(triple.object))  # type: ignore[arg-type]  # likewise


def write(
    triples: Iterable[Triple] | Iterable[Quad], format_: Format, prefixes: Mapping[str, str] | None = None
) -> bytes:
    """Triples or quads in an RDF format other than JSON-LD (see `jsonld`), in the order given.

    Turtle and TriG declare the prefixes that they use, sorted; pyoxigraph would declare all, in no fixed order.
    """
    rdf_format = ox.RdfFormat.from_media_type(format_.media_type)
    if rdf_format is None:
        raise ValueError(f"{format_.name} is no RDF format")
    known = dict(PREFIXES if prefixes is None else prefixes)
    if format_ not in (TURTLE, TRIG):
        return _serialize(triples, rdf_format, known)
    content = turtle_body(triples, known, format_)
    used = sorted(name for name in known if name.encode() + b":" in content)
    header = "".join(f"@prefix {name}: <{known[name]}> .\n" for name in used).encode()
    return (header + b"\n" if used else b"") + content


def turtle_body(
    triples: Iterable[Triple] | Iterable[Quad], prefixes: Mapping[str, str], format_: Format = TURTLE
) -> bytes:
    """What stands in Turtle or TriG after the declaration of the prefixes, a blank line between two subjects."""
    rdf_format = ox.RdfFormat.from_media_type(format_.media_type)
    assert rdf_format is not None
    body = _serialize(triples, rdf_format, dict(prefixes)).split(b"\n")
    start = next((i for i, line in enumerate(body) if not line.startswith(b"@prefix ")), len(body))
    # pyoxigraph escapes line feeds in literals, so a line that ends with ` .` ends a subject.
    return b"\n".join(body[start:]).replace(b" .\n", b" .\n\n").rstrip(b"\n") + b"\n"


def _serialize(triples: Iterable[Triple] | Iterable[Quad], rdf_format: ox.RdfFormat, prefixes: dict[str, str]) -> bytes:
    output = BytesIO()
    ox.serialize(triples, output, format=rdf_format, prefixes=prefixes)
    return output.getvalue()


def ntriples_lines(triples: Iterable[Triple]) -> list[bytes]:
    """Canonical N-Triples lines, sorted, each once: the form that is hashed."""
    return sorted(set(write(triples, NTRIPLES).splitlines(keepends=True)))


def subject_of(triple: Triple) -> str:
    """The IRI of a triple's subject. Published graphs have no blank nodes."""
    subject = triple.subject  # each look at a part of a triple copies it, long texts too
    assert isinstance(subject, NamedNode)
    return subject.value


def object_of(triple: Triple) -> NamedNode | Literal:
    """The object of a published triple, likewise."""
    term = triple.object
    assert isinstance(term, NamedNode | Literal)
    return term


def in_order(triples: Iterable[Triple], order: Mapping[str, int]) -> list[Triple]:
    """By subject, then type first, labels next, then the shapes' order; French before English, then by value."""

    places: dict[str, tuple[str, int]] = {}
    ranks: dict[str, tuple[int, int]] = {}

    def key(triple: Triple) -> tuple[tuple[str, int], tuple[int, int], str, bool, str]:
        about, property_, term = triple  # at once: each look at a part of a triple copies it, long texts too
        assert isinstance(about, NamedNode)
        assert isinstance(term, NamedNode | Literal)
        subject, predicate = about.value, property_.value
        if (place := places.get(subject)) is None:
            stem, _, number = subject.rpartition("-")
            place = places[subject] = (stem, int(number)) if number.isdecimal() else (subject, 0)
        if (rank := ranks.get(predicate)) is None:
            kind = 0 if predicate == RDF_TYPE.value else 1 if predicate in LABELS else 2
            rank = ranks[predicate] = kind, order.get(predicate, 10_000)
        return place, rank, predicate, isinstance(term, NamedNode) or term.language != "fr", str(term)

    return sorted(triples, key=key)
