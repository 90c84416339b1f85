"""The unit of a release: the entity, which is a subject with its parts.

An entity is a subject IRI without its fragment. Its lines are all triples whose subject is the entity or one of its
parts (`…#participation-1`), as N-Triples in reading order. A release publishes a set of entities, so that what has
changed since another release is a set of entities as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from atlas_ld.release.writing import ledger


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


@dataclass(frozen=True)
class Changes:
    """What is to be made anew. `previous` is the folder of the release that the rest is taken over from; None where
    there is none, so that everything is new. The others are IRIs of entities, sorted."""

    previous: Path | None
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def changes(entities: Entities, previous: Path | None, made_with: str) -> Changes:
    """What differs between `entities` and the release in the folder `previous`.

    `made_with` stands for the software, its shapes, ontology and libraries: a release that was made with others is
    not taken over from, and neither is one without notes of that.
    """
    now = entities.digests
    if previous is None or ledger.made_with(previous) != made_with:
        return Changes(None, tuple(now), (), ())
    before = ledger.digests(previous)
    return Changes(
        previous,
        added=tuple(iri for iri in now if iri not in before),
        changed=tuple(iri for iri, digest_ in now.items() if before.get(iri, digest_) != digest_),
        removed=tuple(iri for iri in before if iri not in now),
    )
