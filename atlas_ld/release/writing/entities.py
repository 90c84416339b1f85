"""The unit of a release: the entity, which is a subject with its parts.

An entity is a subject IRI without its fragment. Its lines are all triples whose subject is the entity or one of its
parts (`…#participation-1`), as N-Triples in reading order. A release publishes a set of entities, so that what has
changed since another release is a set of entities as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Protocol


class Entities(Protocol):
    """The published graph, entity by entity. Can be pickled, so that worker processes read from it too."""

    @property
    def digests(self) -> Mapping[str, str]:
        """Entity IRI -> SHA-256 of its lines in hexadecimal, sorted by IRI."""
        ...

    def lines(self, iris: Sequence[str]) -> list[bytes]:
        """The lines of each of these entities, in their order; none of an IRI that is no entity of the release, since
        entities link to others that nobody describes."""
        ...


def entity_of(subject: str) -> str:
    """The entity that a subject is, or is a part of."""
    return subject.partition("#")[0]


@lru_cache(maxsize=2**16)
def mark(iri: str) -> int:
    """64 bits that stand for an IRI where it is noted what depends on what. Should two ever agree, something is made
    again in vain."""
    return int.from_bytes(hashlib.sha256(iri.encode()).digest()[:8], signed=True)
