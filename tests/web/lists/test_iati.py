"""Partnerships as IATI activities: valid, complete, and nothing made up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.records import Funding, Participant, PartnershipRecord
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication

SCHEMAS = Path(__file__).parents[4] / "shared" / "data" / "interop" / "iati"
PATH = "/partnerships.iati.xml"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    path = SCHEMAS / "iati-activities-schema.xsd"
    if not path.exists():
        pytest.skip("the reference schemas are not beside the checkout")
    return etree.XMLSchema(etree.parse(path))


def activities(client: FlaskClient, query: str = "") -> etree._Element:
    answer = client.get(PATH + query)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    return etree.fromstring(answer.data)


@pytest.mark.parametrize("site", ["demonstration_client", "client"])
def test_the_activities_are_valid(site: str, schema: etree.XMLSchema, request: pytest.FixtureRequest) -> None:
    found = activities(request.getfixturevalue(site))
    schema.assertValid(found)


def test_an_activity_without_a_date_would_not_be_valid(
    demonstration_client: FlaskClient, schema: etree.XMLSchema
) -> None:
    found = activities(demonstration_client)
    dates = found.find("iati-activity/activity-date")
    dates.getparent().remove(dates)
    while (more := found[1].find("activity-date")) is not None:
        found[1].remove(more)
    assert not schema.validate(found)


def test_what_is_left_out_is_told(client: FlaskClient, demonstration_client: FlaskClient) -> None:
    for site in (client, demonstration_client):
        found = activities(site)
        (told,) = [node.text for node in found.iter(etree.Comment) if "left out" in node.text]
        written = len(found.findall("iati-activity"))
        left = sum(int(word) for word in told.partition("left out:")[2].split() if word.isdecimal())
        total = site.get("/partnerships.json").json["total"]  # type: ignore[index]
        assert f"activities: {written};" in told
        assert written + left == total


def test_crea_ocean_has_its_participants_budgets_and_countries(demonstration_client: FlaskClient) -> None:
    (one,) = [
        found
        for found in activities(demonstration_client).findall("iati-activity")
        if found.get("linked-data-uri").endswith("/crea-ocean-2010")
    ]
    budgets = {b.find("period-start").get("iso-date"): Decimal(b.findtext("value")) for b in one.findall("budget")}
    assert budgets == {"2019-01-01": Decimal(39650), "2020-01-01": Decimal(39650)}
    names = {(o.get("role"), o.findtext("narrative")) for o in one.findall("participating-org")}
    assert {("4", "Brest métropole"), ("2", "SOPER")} <= names
    assert [country.get("code") for country in one.findall("recipient-country")] == ["CA"]
    assert one.find("activity-status").get("code") == "2"
    ends = [d.get("iso-date") for d in one.findall("activity-date") if d.get("type") == "3"]
    assert ends == ["2020-12-31"]
    assert not one.findall("transaction")
    assert not [o for o in one.iter("participating-org") if o.get("ref")]


def test_identifiers_are_unique_and_have_no_forbidden_character(demonstration_client: FlaskClient) -> None:
    identifiers = [one.text for one in activities(demonstration_client).iter("iati-identifier")]
    assert len(set(identifiers)) == len(identifiers) > 10
    assert not any(character in one for one in identifiers for character in "/&|? ")


def test_the_selection_is_that_of_the_list(demonstration_client: FlaskClient) -> None:
    some = activities(demonstration_client, "?country=country-ca").findall("iati-activity")
    assert 0 < len(some) < len(activities(demonstration_client).findall("iati-activity"))
    assert all("CA" in {c.get("code") for c in one.findall("recipient-country")} for one in some)
    assert demonstration_client.get(f"{PATH}?colour=red").status_code == 400


def test_an_amount_of_no_single_year_is_counted_and_no_budget(tmp_path: Path) -> None:
    """A budget of IATI is of a year at most, and nothing is divided: but nothing is left out in silence."""
    record = PartnershipRecord(
        title="Eau potable à Dori",
        status="under-way",
        start_year=2019,
        participants=(
            Participant(name="Rennes", role="french-authority"),
            Participant(name="Dori", role="foreign-partner", country="Burkina Faso"),
        ),
        funding=(
            Funding(funder="Rennes", amount=Decimal(100), year=2019),
            Funding(funder="Rennes", amount=Decimal(200), first_year=2019, last_year=2021),
            Funding(funder="Rennes", amount=Decimal(300)),
            Funding(funder="Rennes"),
        ),
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "dori.json").write_text(record.to_json(), encoding="utf-8")
    settings = Settings(releases=tmp_path / "releases")
    pipeline.build([tmp_path / "data"], settings, day=date(2026, 11, 23))
    publication = open_publication(settings)
    try:
        (found,) = activities(create_app(publication).test_client()).findall("iati-activity")
    finally:
        publication.service.close()
    assert [value.text for value in found.findall("budget/value")] == ["100"]
    (told,) = found.iter(etree.Comment)
    assert told.text.rpartition(":")[2].strip() == "2"
