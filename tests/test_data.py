"""The data sets that ship with atlas-ld: what holds of every row."""

from __future__ import annotations

import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from atlas_ld.iris import KEY
from atlas_ld.records import PartnershipRecord
from atlas_ld.reference.funders import KINDS
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import luhn, resolve
from atlas_ld.resources import root
from atlas_ld.sources import is_visible
from atlas_ld.sources.json_record import read_json
from atlas_ld.sources.merging import merge
from atlas_ld.sources.table import read_table

REFERENCE = root() / "data" / "reference"
DEMONSTRATION = root() / "data" / "demonstration"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@pytest.fixture(scope="module")
def records() -> tuple[PartnershipRecord, ...]:
    found = []
    for path in sorted(path for path in DEMONSTRATION.iterdir() if is_visible(path.name)):
        content = path.read_bytes()
        for reading in read_table(path.name, content) if path.suffix == ".csv" else [read_json(path.name, content)]:
            assert reading.record is not None
            assert not reading.findings, reading.findings
            found.append(reading.record)
    return merge(found)[0]


# The demonstration data


def test_the_two_sources_have_seventeen_partnerships_in_common(records: tuple[PartnershipRecord, ...]) -> None:
    assert len(records) == 419
    assert sum(len(record.origins) == 2 for record in records) == 17
    assert max(Counter(record.key for record in records).values()) == 1


def test_every_record_says_where_it_comes_from(records: tuple[PartnershipRecord, ...]) -> None:
    without = [record.key for record in records if not any(origin.address for origin in record.origins)]
    assert without == ["crea-ocean-2010"]  # the address of the page is unknown
    assert all(origin.title for record in records for origin in record.origins)


def test_addresses_carry_no_trace_of_a_campaign(records: tuple[PartnershipRecord, ...]) -> None:
    addresses = [origin.address for record in records for origin in record.origins if origin.address]
    assert not [a for a in addresses if re.search(r"utm_|pk_|xtor|fbclid|gclid|:443", a)]
    assert all(address.isascii() for address in addresses)


def test_years_are_in_order(records: tuple[PartnershipRecord, ...]) -> None:
    for record in records:
        end = record.end_date.year if record.end_date else record.end_year
        known = [year for year in (record.first_signature_year, record.start_year, end) if year]
        assert all(1945 <= year <= 2026 for year in known), record.key
        assert not end or not record.start_year or record.start_year <= end, record.key


def test_what_a_source_does_not_show_is_said_to_be_undocumented(records: tuple[PartnershipRecord, ...]) -> None:
    for record in records:
        roles = {participant.role for participant in record.participants}
        documented = {"french-authority", "foreign-partner"} <= roles
        assert documented != ("partners" in record.undocumented), record.key
        assert bool(record.funding) != ("funding" in record.undocumented), record.key


def test_amounts_are_positive_and_their_oudin_share_is_not_above(records: tuple[PartnershipRecord, ...]) -> None:
    for record in records:
        for line in record.funding:
            assert line.amount is not None, record.key
            assert line.amount > 0, record.key
            assert (line.oudin or 0) <= line.amount, record.key


def test_crea_ocean_is_whole(records: tuple[PartnershipRecord, ...]) -> None:
    (record,) = (record for record in records if record.key == "crea-ocean-2010")
    assert not record.undocumented
    assert record.triennial == "no"
    by_year = Counter[int | None]()
    for line in record.funding:
        by_year[line.year] += int(line.amount or 0)
    assert (len(record.funding), by_year) == (6, {2019: 39650, 2020: 39650})
    for text in (record.context, record.history, record.local_objectives, record.french_objectives, record.description):
        assert text


def test_no_narrative_of_the_real_page_is_in_the_project(records: tuple[PartnershipRecord, ...]) -> None:
    page = Path(__file__).resolve().parents[1] / ".." / "shared" / "data" / "atlas-page-crea-ocean.txt"
    if not page.is_file():
        pytest.skip("the real page is not beside the checkout")
    (record,) = (record for record in records if record.key == "crea-ocean-2010")
    texts = (record.context, record.history, record.local_objectives, record.french_objectives, record.description,
             record.beneficiaries)  # fmt: skip
    ours = re.sub(r"\W+", " ", " ".join(text or "" for text in texts)).lower()
    theirs = re.sub(r"\W+", " ", page.read_text("utf-8")).lower().split()
    runs = {" ".join(theirs[at : at + 7]) for at in range(len(theirs) - 6)}
    assert not [run for run in runs if run in ours]


# Matching of the demonstration data


def test_every_country_and_post_is_known(records: tuple[PartnershipRecord, ...], gazetteer: Gazetteer) -> None:
    for record in records:
        result = resolve(record, gazetteer)
        for participant, body in zip(record.participants, result.participants, strict=True):
            assert participant.role != "foreign-partner" or body.country, participant.name
        assert all(result.posts), record.posts


def test_every_french_authority_is_matched_or_known_not_to_be(
    records: tuple[PartnershipRecord, ...], gazetteer: Gazetteer
) -> None:
    unmatched = {
        participant.name
        for record in records
        for participant, body in zip(record.participants, resolve(record, gazetteer).participants, strict=True)
        if participant.role == "french-authority" and not body.territory
    }
    assert unmatched == {
        # several communes of today or yesterday have the name, and the source does not say which
        "Étaules", "Grigny", "Saint-Astier",
        # dissolved into a body of another perimeter
        "Communauté d'agglomération Marne-et-Chantereine", "Communauté d'agglomération Évry Centre Essonne",
        "Communauté de communes Lanvollon-Plouha", "Communauté de communes de la Côte roannaise",
        # signed before the legal person of today that has the name was founded
        "Communauté d'agglomération du Grand Angoulême", "Communauté urbaine d'Arras",
        # syndicats have no territory in the reference data
        "SIAAP", "SIBVA", "Syndicat d'Eau du Val du Thouet", "Syndicat des eaux d'Île-de-France",
        "Syndicat interdépartemental pour l'assainissement de l'agglomération parisienne",
        "Syndicat mixte de l'espace de restitution de la grotte Chauvet",
    }  # fmt: skip


def test_no_ambiguity_is_hidden(records: tuple[PartnershipRecord, ...], gazetteer: Gazetteer) -> None:
    said = Counter(f.code for record in records for f in resolve(record, gazetteer).findings)
    assert said == {"ambiguous-match": 13, "unmatched-authority": 4, "unmatched-partner": 81}


def test_the_figures_of_the_documentation_are_those_measured(
    records: tuple[PartnershipRecord, ...], gazetteer: Gazetteer
) -> None:
    page = (Path(__file__).parents[1] / "docs" / "matching.md").read_text("utf-8")
    for role, written in (
        ("french-authority", "French authorities"),
        ("foreign-partner", "foreign partners to places"),
    ):
        bodies = [
            body
            for record in records
            for participant, body in zip(record.participants, resolve(record, gazetteer).participants, strict=True)
            if participant.role == role
        ]
        matched = sum(1 for body in bodies if body.territory)
        (line,) = (line for line in page.splitlines() if line.startswith(f"| {written}"))
        assert f"| {len(bodies)} | {matched} ({matched / len(bodies):.1%})".replace("%", " %") in line


# The reference data


@pytest.mark.parametrize("path", sorted(REFERENCE.glob("*.csv")), ids=lambda path: path.stem)
def test_a_table_is_sorted_and_has_line_feeds(path: Path) -> None:
    content = path.read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert all(len(line) == len(header) for line in lines)
    assert len({tuple(line) for line in lines}) == len(lines)
    if path.stem in {"places", "divisions"}:
        assert lines == sorted(lines, key=lambda line: int(line[0]))
    elif not path.stem.startswith("aliases") and path.stem not in {"posts", "short-names"}:
        assert lines == sorted(lines)


def test_the_reference_data_stay_small() -> None:
    assert sum(path.stat().st_size for path in REFERENCE.iterdir()) < 7_500_000


def test_every_siren_passes_its_check() -> None:
    sirens = [row["siren"] for name in ("communes", "epci") for row in rows(REFERENCE / f"{name}.csv") if row["siren"]]
    assert len(sirens) > 36_000
    assert not [siren for siren in sirens if not luhn(siren)]


def test_decisions_by_hand_are_about_places_that_exist(gazetteer: Gazetteer) -> None:
    for row in rows(REFERENCE / "aliases-france.csv"):
        assert not row["place"] or row["place"] in gazetteer, row
        assert not row["siren"] or luhn(row["siren"]), row
    for row in rows(REFERENCE / "aliases-organisations.csv"):
        assert row["kind"] in KINDS, row
        assert KEY.fullmatch(row["key"]), row
    for row in rows(REFERENCE / "aliases-places.csv"):
        key = f"geonames-{row['geonames']}"
        assert not row["geonames"] or gazetteer.place(key).country == row["country"], row
    for name in ("aliases-countries", "posts"):
        for row in rows(REFERENCE / f"{name}.csv"):
            assert not row["country"] or f"country-{row['country'].lower()}" in gazetteer, row
    for row in rows(REFERENCE / "short-names.csv"):
        assert f"commune-{row['insee']}" in gazetteer, row
    for row in rows(REFERENCE / "former-regions.csv"):
        assert f"region-{row['now']}" in gazetteer, row


def test_an_authority_has_one_name_of_its_own() -> None:
    named = {(row["place"], row["label"]) for row in rows(REFERENCE / "aliases-france.csv") if row["label"]}
    own = [place for place, _ in named]
    assert len(own) == len(set(own))


def test_coordinates_are_on_the_globe() -> None:
    for name in ("communes", "epci", "departements", "regions", "countries", "places"):
        for row in rows(REFERENCE / f"{name}.csv"):
            assert bool(row["lat"]) == bool(row["long"]), row
            if row["lat"]:
                assert abs(Decimal(row["lat"])) <= 90, row
                assert abs(Decimal(row["long"])) <= 180, row
