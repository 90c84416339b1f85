"""The document of an entity holds its description, its parts, labels, and what points to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from atlas_ld.iris import Iris
from atlas_ld.model import load_model
from atlas_ld.rdf import object_of, subject_of
from atlas_ld.release.layout import Release
from atlas_ld.release.reading.description import Document, describe
from atlas_ld.release.reading.store import Reader
from atlas_ld.vocabulary import ATLAS, RDFS

IRIS = Iris("http://localhost:8000/")
CREA_OCEAN = IRIS.entity("partnership", "crea-ocean-2010")
CANADA = IRIS.entity("territory", "country-ca")

Describe = Callable[..., Document | None]


@pytest.fixture
def describe_(demonstration: Release) -> Describe:
    reader = Reader(demonstration.store)

    def describe_one(iri: str, **page: int) -> Document | None:
        return describe(
            reader,
            iri,
            address=iri.replace("/id/", "/doc/"),
            dataset=IRIS.base,
            license_="https://licence.example/",
            order=load_model(IRIS.base).order,
            **page,
        )

    return describe_one


def test_it_holds_the_parts_with_their_own_statements(describe_: Describe) -> None:
    document = describe_(CREA_OCEAN)
    assert document
    amounts = [object_of(t).value for t in document.triples if t.predicate.value == str(ATLAS.amount)]
    assert sum(map(int, amounts)) == 79_300
    assert len(amounts) == 6


def test_it_labels_what_it_links_to(describe_: Describe) -> None:
    document = describe_(CREA_OCEAN)
    assert document
    labels = {subject_of(t): object_of(t).value for t in document.triples if t.predicate.value == str(RDFS.label)}
    assert labels[CANADA] == "Canada"


def test_what_points_to_it_comes_in_pages_without_gaps_or_repeats(describe_: Describe) -> None:
    whole = describe_(CANADA, size=10_000)
    assert whole
    assert not whole.more
    paged, page = [], 1
    while True:
        document = describe_(CANADA, page=page, size=7)
        assert document
        paged += document.incoming
        if not document.more:
            break
        assert len(document.incoming) == 7
        page += 1
    assert page > 1
    assert sorted(map(str, paged)) == sorted(map(str, whole.incoming))


def test_nothing_is_said_of_an_unknown_entity(describe_: Describe) -> None:
    assert describe_(IRIS.entity("partnership", "nothing-here")) is None
