"""An entity is a subject with its parts; chunks of entities follow the content and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from atlas_ld.rdf import NamedNode, Triple
from atlas_ld.release.chunks import cut
from atlas_ld.release.entities import digest, in_memory


def some_triple(subject: str, value: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode("http://example.org/says"), NamedNode(f"http://example.org/{value}"))


def test_a_part_belongs_to_its_entity() -> None:
    whole = "http://example.org/id/partnership/1"
    entities = in_memory(
        [some_triple(f"{whole}0", "c"), some_triple(f"{whole}#part-1", "b"), some_triple(whole, "a")], {}
    )
    assert list(entities.digests) == [whole, f"{whole}0"]
    (lines,) = entities.lines([whole])
    first = f"<{whole}> <http://example.org/says> <http://example.org/a> .\n"
    second = f"<{whole}#part-1> <http://example.org/says> <http://example.org/b> .\n"
    assert lines == (first + second).encode()
    assert entities.digests[whole] == digest(lines)


def test_the_chunks_are_all_the_entities_in_order() -> None:
    digests = {iri: digest(iri.encode()) for iri in sorted(f"http://example.org/{n}" for n in range(2000))}
    chunks = list(cut(digests))
    assert [iri for chunk in chunks for iri in chunk.iris] == list(digests)
    assert 10 < len(chunks) < 100


@given(st.sets(st.integers(0, 600), min_size=200), st.integers(0, 600))
def test_one_entity_more_or_less_changes_at_most_two_chunks(numbers: set[int], number: int) -> None:
    def chunks(some: set[int]) -> set[str]:
        iris = sorted(f"http://example.org/{n}" for n in some)
        return {chunk.digest for chunk in cut(dict.fromkeys(iris, "0"))}

    assert len(chunks(numbers | {number}) ^ chunks(numbers - {number})) <= 4
