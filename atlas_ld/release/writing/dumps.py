"""RDF dumps: the whole graph in every format, from the texts of its chunks, the same bytes for the same graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from atlas_ld import jsonld
from atlas_ld.iris import Iris
from atlas_ld.media import JSONLD, NQUADS, NTRIPLES, RDFXML, TRIG, TURTLE, Format
from atlas_ld.model import load_model
from atlas_ld.rdf import Triple, turtle_body, write
from atlas_ld.vocabulary import PREFIXES

ALIASES: Mapping[Format, Format] = {NQUADS: NTRIPLES, TRIG: TURTLE}
"""Formats that are the same as another where no graph has a name."""

Body = Callable[[Sequence[bytes], list[Triple]], bytes]


@dataclass(frozen=True)
class Dump:
    """A dump in one format: `head`, the text of each chunk with `separator` between them, `tail`. `body` makes the
    text of a chunk from the lines of its entities and the same as triples."""

    name: str
    head: bytes
    separator: bytes
    tail: bytes
    body: Body


def dump_name(format_: Format) -> str:
    return f"atlas.{format_.extension}"


@lru_cache(maxsize=1)
def dumps(base_iri: str) -> tuple[Dump, ...]:
    """The dumps that a release of this instance has, aliases left aside."""
    prefixes = dict(sorted((PREFIXES | Iris(base_iri).prefixes).items()))
    context = load_model(base_iri).context(prefixes)
    return (_ntriples(), _turtle(prefixes), _jsonld(context), _rdfxml(prefixes))


def _ntriples() -> Dump:
    """Canonical: sorted by entity, the lines of an entity sorted by bytes."""

    def body(lines: Sequence[bytes], _: list[Triple]) -> bytes:
        return b"".join(line for entity in lines for line in sorted(entity.splitlines(keepends=True)))

    return Dump(dump_name(NTRIPLES), b"", b"", b"", body)


def _turtle(prefixes: dict[str, str]) -> Dump:
    """Every prefix is declared: which are used is known only at the end."""
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in prefixes.items()).encode()

    def body(_: Sequence[bytes], triples: list[Triple]) -> bytes:
        return turtle_body(triples, prefixes)

    return Dump(dump_name(TURTLE), head + b"\n", b"\n", b"", body)


def _jsonld(context: dict[str, Any]) -> Dump:
    terms = jsonld.Terms(context)
    return Dump(dump_name(JSONLD), *jsonld.frame(context), lambda _, triples: jsonld.nodes(triples, terms))


def _rdfxml(prefixes: dict[str, str]) -> Dump:
    end = b"</rdf:RDF>"
    head = write([], RDFXML, prefixes).partition(end)[0]

    def body(_: Sequence[bytes], triples: list[Triple]) -> bytes:
        return write(triples, RDFXML, prefixes)[len(head) :].rpartition(end)[0]

    return Dump(dump_name(RDFXML), head, b"", end, body)
