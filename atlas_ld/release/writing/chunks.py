"""A release's entities cut into chunks, so that one changed entity leaves all chunks but its own as they are.

The sorted entities are cut where an entity's IRI says so, not at every so many: what comes or goes in one place moves
no boundary elsewhere, and the chunks are those of the content, whatever the history.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_MEAN = 64
"""Entities of a chunk, on average. Fewer: more notes to keep. More: more to make again after a change."""


@dataclass(frozen=True)
class Chunk:
    """Some entities that follow each other. Chunks of one digest hold the same entities with the same lines."""

    iris: tuple[str, ...]
    digest: str


def cut(digests: Mapping[str, str]) -> Iterator[Chunk]:
    """The chunks of these entities (IRI -> digest, sorted by IRI), in their order."""
    some: list[str] = []
    for iri in digests:
        if some and zlib.crc32(iri.encode()) % _MEAN == 0:
            yield _chunk(some, digests)
            some = []
        some.append(iri)
    if some:
        yield _chunk(some, digests)


def _chunk(iris: list[str], digests: Mapping[str, str]) -> Chunk:
    told = "\n".join(f"{iri} {digests[iri]}" for iri in iris)
    return Chunk(tuple(iris), hashlib.sha256(told.encode()).hexdigest())
