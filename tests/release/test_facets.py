"""Facets: what the lists can be narrowed by, computed when a release is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_ld.errors import ReleaseError
from atlas_ld.iris import Iris
from atlas_ld.release.facet_file import FACETS, FacetFile
from atlas_ld.release.facet_index import FacetIndex, bits_of, positions_of
from atlas_ld.release.folder import Release
from atlas_ld.release.rows import ItemRow, Rows

IRIS = Iris("http://localhost:8000/")


@pytest.fixture(scope="session")
def index(demonstration: Release) -> FacetIndex:
    return FacetIndex(demonstration.path / FACETS)


def one(index: FacetIndex, name: str, key: str) -> int:
    kind = {"partnerships": "partnership", "territories": "territory", "funding": "funding"}[name]
    return index.with_iris(name, [IRIS.entity(kind, key)])  # type: ignore[arg-type]


@pytest.mark.parametrize("positions", [[], [0], [3, 1], list(range(0, 5000, 7))])
def test_a_selection_is_its_positions(positions: list[int]) -> None:
    assert positions_of(bits_of(positions)) == sorted(positions)


def test_numbers_that_are_free_are_taken_again(tmp_path: Path) -> None:
    def rows(key: str) -> Rows:
        iri = IRIS.entity("territory", key)
        item = ItemRow("territories", iri, (key, key, key, key, None, None, 0, None, "{}"), frozenset(), None)
        return Rows(iri, "territory", None, (item,), (), frozenset())

    with FacetFile(tmp_path / FACETS) as file:
        for key in ("a", "b", "c"):
            file.put(rows(key))
    with FacetFile(tmp_path / FACETS) as file:
        file.remove(IRIS.entity("territory", "b"))
    with FacetFile(tmp_path / FACETS) as file:
        file.put(rows("d"))
    index = FacetIndex(tmp_path / FACETS)
    assert index.everything("territories") == 0b111
    assert one(index, "territories", "d") == 0b010


@pytest.mark.parametrize(
    ("facet", "value"),
    [
        ("country", "country-ca"),
        ("region", "region-53"),
        ("departement", "departement-29"),
        ("territory", "departement-29"),
        ("organisation", "242900314"),
        ("theme", "economie-durable"),
        ("form", "decentralised-cooperation-project"),
        ("status", "under-way"),
        ("level", "epci"),
        ("decade", "2010"),
        ("data", "complete"),
        ("here", "epci-242900314"),
    ],
)
def test_crea_ocean_is_found_by_each_facet(index: FacetIndex, facet: str, value: str) -> None:
    crea_ocean = one(index, "partnerships", "crea-ocean-2010")
    assert crea_ocean.bit_count() == 1
    assert index.facet("partnerships", facet)[value] & crea_ocean
    assert index.having("partnerships", facet, value) == index.facet("partnerships", facet)[value]


def test_lines_have_the_facets_of_their_partnership(index: FacetIndex) -> None:
    lines = index.lines_of(one(index, "partnerships", "crea-ocean-2010"))
    assert lines.bit_count() == 6
    assert lines & ~index.facet("funding", "country")["country-ca"] == 0
    amounts = [index.lines().cents[position] for position in positions_of(lines)]
    assert sum(amount or 0 for amount in amounts) == 7_930_000


def test_amounts_sort_with_the_unknown_last(index: FacetIndex) -> None:
    positions = index.ordered("partnerships", index.everything("partnerships"), "-amount")
    amounts = [row.cents for row in index.rows("partnerships", positions)]
    known = [amount for amount in amounts if amount is not None]
    assert known == sorted(known, reverse=True)
    assert amounts[len(known) :] == [None] * (len(amounts) - len(known))


def test_a_release_without_facets_asks_to_be_built_again(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="build the release again"):
        FacetIndex(tmp_path / FACETS)
