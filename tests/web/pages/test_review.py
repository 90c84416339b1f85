"""/review: the queue of the release, to read."""

from __future__ import annotations

import csv
import io
import json

import pytest
from flask.testing import FlaskClient

from atlas_ld.review import sheet
from atlas_ld.web.publication import Publication
from tests.web.pages.test_pages import page


def test_the_page_shows_the_names_in_the_order_of_their_effect_page_by_page(
    client: FlaskClient, publication: Publication
) -> None:
    names = [case.name for case in publication.review]
    size = publication.settings.page_size
    shown: list[str] = []
    for number in range(1, -(-len(names) // size) + 1):
        found = page(client, f"/review?page={number}", "en").select("main tbody tr")
        shown += [str(row.select("th span")[0].text) for row in found]
    plain = [" ".join(name.replace("\xa0", " ").split()) for name in shown]
    assert len(plain) == len(names)
    assert [name[:12] for name in plain if name.isascii()] == [n[:12] for n in names if n.isascii()]


def test_the_csv_is_the_sheet_of_the_command_and_the_json_has_the_same_names(
    demonstration_client: FlaskClient, demonstration_publication: Publication
) -> None:
    cases = demonstration_publication.review
    told = demonstration_client.get("/review.csv").get_data(as_text=True)
    assert told == sheet.as_csv(cases, demonstration_publication.iris)
    names = json.loads(demonstration_client.get("/review.json").data)
    assert names["total"] == len(cases)
    assert [one["names"][0] for one in names["names"]] == [case.name for case in cases]
    assert names["names"][0]["euros"] == cases[0].cents / 100
    assert names["names"][0]["partnerships"][0].startswith("http://localhost:8000/id/partnership/")


def test_a_kind_of_doubt_narrows_the_queue_in_every_format(demonstration_client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(demonstration_client.get("/review.csv?doubt=ambiguous").text)))
    assert {row["doubt"] for row in rows} == {"ambiguous"}
    names = json.loads(demonstration_client.get("/review.json?doubt=ambiguous").data)["names"]
    assert {row["name"] for row in rows} == {one["names"][0] for one in names}
    links = demonstration_client.get("/review?doubt=ambiguous", headers={"Accept": "text/html"}).headers["Link"]
    assert "/review.csv?doubt=ambiguous" in links


@pytest.mark.parametrize(("address", "status"), [("/review?doubt=much", 400), ("/review?page=x", 400)])
def test_what_cannot_be_asked_is_said(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(address, headers={"Accept": "text/html"}).status_code == status
    assert client.get("/review", headers={"Accept": "text/turtle"}).status_code == 406


def test_where_a_name_is_used_is_a_link_to_its_record(demonstration_client: FlaskClient) -> None:
    row = page(demonstration_client, "/review", "en").select("main tbody tr")[0]
    links = [str(a["href"]) for a in row.select('a[href*="/doc/partnership/"]')]
    assert links
    assert demonstration_client.get(links[0]).status_code == 200


def test_a_hostile_name_is_shown_as_text(client: FlaskClient) -> None:
    assert "<script>alert(1)" not in client.get("/review").get_data(as_text=True)
