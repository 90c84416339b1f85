"""What is said of an entity by one record, or by the code lists: its N-Triples, in reading order.

Thousands of records say the same of a country or a theme, so each text is kept once, and records have numbers of texts.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from sqlite3 import Connection
from typing import NamedTuple

from atlas_ld.media import NTRIPLES
from atlas_ld.pipeline.cache import pack, unpack
from atlas_ld.rdf import LABELS, Triple, in_order, object_of, subject_of, write
from atlas_ld.release.writing.entities import entity_of

CODE = "I"
"""Numbers of texts are kept as an array of this type, of four bytes."""


class Text(NamedTuple):
    """A text as it is looked at in every build: the SHA-256 of its N-Triples, the entity that it is about, and what
    tells whether it is a better description than another: its number of triples, and whether its label is in
    capitals."""

    digest: bytes
    iri: str
    size: int
    capitals: bool


class NewText(NamedTuple):
    """A text and its N-Triples, packed."""

    text: Text
    packed: bytes


def texts_of(triples: Iterable[Triple], order: Mapping[str, int]) -> list[tuple[Text, bytes]]:
    """The text of each entity that these triples are about, and its N-Triples; `order` is the shapes'."""
    ordered = in_order(triples, order)
    lines = write(ordered, NTRIPLES).splitlines(keepends=True)
    grouped: dict[str, list[int]] = {}
    for number, triple in enumerate(ordered):
        grouped.setdefault(entity_of(subject_of(triple)), []).append(number)
    return [
        _text(iri, [ordered[n] for n in numbers], b"".join(lines[n] for n in numbers))
        for iri, numbers in grouped.items()
    ]


def _text(iri: str, triples: Sequence[Triple], lines: bytes) -> tuple[Text, bytes]:
    label = next((object_of(triple).value for triple in triples if triple.predicate.value in LABELS), "")
    return Text(sha256(lines).digest(), iri, len(triples), label.isupper()), lines


def keep(cache: Connection, digest: bytes, new: NewText | None) -> int:
    """The number of the text with this digest, which is kept if it was not. `new` may be None for one that was."""
    found = cache.execute("SELECT id FROM text WHERE digest = ?", (digest,)).fetchone()
    if found:
        return int(found[0])
    assert new is not None
    number = cache.execute("INSERT INTO text (digest, iri, size, capitals) VALUES (?, ?, ?, ?)", new.text).lastrowid
    assert number is not None
    cache.execute("INSERT INTO lines VALUES (?, ?)", (number, new.packed))
    return number


def lines(cache: Connection, number: int) -> bytes:
    """The N-Triples of a text."""
    return unpack(cache.execute("SELECT lines FROM lines WHERE id = ?", (number,)).fetchone()[0])


def forget(cache: Connection, number: int) -> None:
    """Drop a text."""
    cache.execute("DELETE FROM text WHERE id = ?", (number,))
    cache.execute("DELETE FROM lines WHERE id = ?", (number,))


def new_text(text: Text, lines_: bytes) -> NewText:
    return NewText(text, pack(lines_))


def numbers(kept: bytes) -> array[int]:
    """The numbers of texts of one record."""
    return array(CODE, kept)
