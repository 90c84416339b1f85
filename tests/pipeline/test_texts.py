"""An entity is a subject with its parts."""

from __future__ import annotations

import hashlib

from atlas_ld.pipeline.cache import unpack
from atlas_ld.pipeline.texts import texts_of
from atlas_ld.rdf import NamedNode, Triple


def some_triple(subject: str, value: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode("http://example.org/says"), NamedNode(f"http://example.org/{value}"))


def test_a_part_belongs_to_its_entity() -> None:
    whole = "http://example.org/id/partnership/1"
    triples = [some_triple(f"{whole}0", "c"), some_triple(f"{whole}#part-1", "b"), some_triple(whole, "a")]
    found = {text.iri: (text.digest, unpack(text.packed)) for text in texts_of(triples, {})}
    assert sorted(iri for iri in found if iri) == [whole, f"{whole}0"]
    digest, lines = found[whole]
    first = f"<{whole}> <http://example.org/says> <http://example.org/a> .\n"
    second = f"<{whole}#part-1> <http://example.org/says> <http://example.org/b> .\n"
    assert lines == (first + second).encode()
    assert digest == hashlib.sha256(lines).digest()
