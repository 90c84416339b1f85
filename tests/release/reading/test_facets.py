"""Facets: what the lists can be narrowed by, computed when a release is written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest

from atlas_ld.errors import ReleaseError
from atlas_ld.iris import Iris
from atlas_ld.release.layout import Release
from atlas_ld.release.reading import facets
from atlas_ld.release.reading.facets import FacetIndex, at, bits_of, positions_of
from atlas_ld.release.writing.facet_file import FACETS, FacetFile
from atlas_ld.release.writing.rows import ItemRow, Rows

_PARTICIPATIONS = """
PREFIX org: <http://www.w3.org/ns/org#>
SELECT ?partnership ?member ?role
WHERE { ?participation org:member ?member ; org:organization ?partnership ; org:role ?role }
"""
IRIS = Iris("http://localhost:8000/")


@pytest.fixture(scope="session")
def index(demonstration: Release) -> FacetIndex:
    return FacetIndex(demonstration.path / FACETS)


def one(index: FacetIndex, name: str, key: str) -> int:
    kind = {"partnerships": "partnership", "territories": "territory", "funding": "funding"}[name]
    return index.with_iris(name, [IRIS.entity(kind, key)])  # type: ignore[arg-type]


def row(key: str, sort: str) -> Rows:
    """A territory's rows."""
    iri = IRIS.entity("territory", key)
    item = ItemRow("territories", iri, (key, key, key, sort, None, None, None, 0, None, "{}"), frozenset(), None)
    return Rows(iri, "territory", None, (item,), (), frozenset())


@pytest.mark.parametrize("positions", [[], [0], [3, 1], list(range(0, 5000, 7))])
def test_a_selection_is_its_positions(positions: list[int]) -> None:
    assert positions_of(bits_of(positions)) == sorted(positions)


def test_numbers_that_are_free_are_taken_again(tmp_path: Path) -> None:
    with FacetFile(tmp_path / FACETS) as file:
        for key in ("a", "b", "c"):
            file.put(row(key, key))
    with FacetFile(tmp_path / FACETS) as file:
        file.remove(IRIS.entity("territory", "b"))
    with FacetFile(tmp_path / FACETS) as file:
        file.put(row("d", "d"))
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


def test_partnerships_are_known_by_who_takes_part_in_which_role(demonstration: Release, index: FacetIndex) -> None:
    store = ox.Store.read_only(str(demonstration.store))
    found: dict[tuple[str, str], set[str]] = {}
    for partnership, member, role in store.query(_PARTICIPATIONS):  # type: ignore[misc, union-attr]
        key, code = member.value.rpartition("/")[2], role.value.rpartition("/")[2]
        found.setdefault((code, key), set()).add(partnership.value)
    assert len(found) > 20
    for (code, key), partnerships in found.items():
        assert set(index.iris("partnerships", positions_of(index.having("partnerships", code, key)))) == partnerships


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


@pytest.mark.parametrize("size", [0, 3, 200, 3000])
@pytest.mark.parametrize("few", [0, 10_000])
def test_a_part_of_an_order_is_what_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, few: int
) -> None:
    monkeypatch.setattr(facets, "_SORTED", few)  # both ways to find it
    chance = Random(size)
    with FacetFile(tmp_path / FACETS) as file:
        for number in range(3000):
            file.put(row(f"{number:04}", f"{chance.randrange(10_000):05}"))
    index = FacetIndex(tmp_path / FACETS)
    chosen = bits_of(chance.sample(range(3000), size))
    every = [position for position in index.ordered("territories", (1 << 3000) - 1, "title") if chosen >> position & 1]
    assert index.ordered("territories", chosen, "title") == every
    for start, stop in ((0, 50), (50, 100), (size // 2, size // 2 + 7), (max(size - 20, 0), size), (size, size + 50)):
        assert index.part("territories", chosen, "title", start, stop) == every[start:stop]


@pytest.mark.parametrize("positions", [[], [0], [3, 1], list(range(0, 5000, 7))])
def test_the_values_of_a_selection_are_those_at_its_positions(positions: list[int]) -> None:
    assert list(at(range(5000), bits_of(positions))) == sorted(positions)


def test_sums_by_year_are_those_of_the_lines(index: FacetIndex) -> None:
    for selection in (index.everything("funding"), index.facet("funding", "funder")["state"], 0):
        expected: Counter[tuple[int, int] | None] = Counter()
        lines = index.lines()
        for position in positions_of(selection):
            first, last = lines.years[position], lines.last_years[position]
            expected[None if first is None else (first, last or first)] += lines.cents[position] or 0
        assert {year: cents for year, cents in expected.items() if cents} == index.amounts_by_year(selection)


def test_counts_of_a_selection_are_those_of_its_rows(index: FacetIndex) -> None:
    for selection in (index.everything("partnerships"), one(index, "partnerships", "crea-ocean-2010"), 0):
        expected = Counter(
            value
            for value, bits in index.facet("partnerships", "country").items()
            for _ in positions_of(bits & selection)
        )
        assert index.counts("partnerships", "country", selection) == expected


def test_places_of_a_selection_are_those_of_its_partnerships(index: FacetIndex) -> None:
    for selection in (index.everything("partnerships"), one(index, "partnerships", "crea-ocean-2010"), 0):
        for facet, counted in zip(("here", "abroad"), index.places_of(selection), strict=True):
            values = index.facet("partnerships", facet).items()
            assert counted == {key: count for key, bits in values if (count := (bits & selection).bit_count())}


def test_a_release_without_facets_asks_to_be_built_again(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="build the release again"):
        FacetIndex(tmp_path / FACETS)
