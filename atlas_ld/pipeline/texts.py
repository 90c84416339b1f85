"""What is said of an entity by one record, or by the code lists: its N-Triples, in reading order.

Thousands of records say the same of a country or a theme, so each text is kept once, and records have the digests of
theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from atlas_ld.media import NTRIPLES
from atlas_ld.pipeline.cache import Content, pack
from atlas_ld.rdf import LABELS, Triple, in_order, object_of, subject_of, write
from atlas_ld.release.writing.entities import entity_of

_DIGEST = 32
"""Bytes of a SHA-256."""


def texts_of(triples: Iterable[Triple], order: Mapping[str, int]) -> list[Content]:
    """The text of each entity that these triples are about; `order` is the shapes'."""
    ordered = in_order(triples, order)
    lines = write(ordered, NTRIPLES).splitlines(keepends=True)
    grouped: dict[str, list[int]] = {}
    for number, triple in enumerate(ordered):
        grouped.setdefault(entity_of(subject_of(triple)), []).append(number)
    return [
        _text(iri, [ordered[n] for n in numbers], b"".join(lines[n] for n in numbers))
        for iri, numbers in grouped.items()
    ]


def _text(iri: str, triples: Sequence[Triple], lines: bytes) -> Content:
    label = next((object_of(triple).value for triple in triples if triple.predicate.value in LABELS), "")
    return Content(sha256(lines).digest(), pack(lines), iri, len(triples), label.isupper())


def digests(joined: bytes) -> list[bytes]:
    """The digests that stand one after the other."""
    return [joined[start : start + _DIGEST] for start in range(0, len(joined), _DIGEST)]
