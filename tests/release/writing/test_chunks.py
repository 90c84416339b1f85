"""Chunks of entities follow the content and nothing else."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from atlas_ld.release.writing.chunks import cut


def test_the_chunks_are_all_the_entities_in_order() -> None:
    digests = {
        iri: hashlib.sha256(iri.encode()).hexdigest() for iri in sorted(f"http://example.org/{n}" for n in range(2000))
    }
    chunks = list(cut(digests))
    assert [iri for chunk in chunks for iri in chunk.iris] == list(digests)
    assert 10 < len(chunks) < 100


@given(st.sets(st.integers(0, 600), min_size=200), st.integers(0, 600))
def test_one_entity_more_or_less_changes_at_most_two_chunks(numbers: set[int], number: int) -> None:
    def chunks(some: set[int]) -> set[str]:
        iris = sorted(f"http://example.org/{n}" for n in some)
        return {chunk.digest for chunk in cut(dict.fromkeys(iris, "0"))}

    assert len(chunks(numbers | {number}) ^ chunks(numbers - {number})) <= 4
