"""The sitemap and the feeds say when things changed, not when they were published again."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from atlas_ld.release.layout import Release

ATOM = "{http://www.w3.org/2005/Atom}"


def path_of(address: str) -> str:
    return re.sub(r"^https?://[^/]+", "", address)


def test_the_sitemap_has_the_day_on_which_each_thing_changed(history_client: FlaskClient) -> None:
    text = history_client.get("/sitemap.xml").text
    days = {path_of(a): day for a, day in re.findall(r"<loc>([^<]*)</loc><lastmod>([^<]*)</lastmod>", text)}
    assert days["/doc/partnership/kept"] == "2026-02-10"
    assert days["/doc/partnership/new"] == "2026-03-10"
    assert days["/doc/territory/country-ca"] == "2026-01-10"
    assert days["/partnerships"] == "2026-03-10"


@pytest.mark.parametrize("key", ["country-ca", "region-53", "departement-29", "epci-242900314"])
def test_a_feed_tells_what_changed_in_a_place(history_client: FlaskClient, history: list[Release], key: str) -> None:
    answer = history_client.get(f"/feeds/territory/{key}.atom", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    feed = ET.fromstring(answer.data)
    told = [(entry.findtext(f"{ATOM}title"), entry.findtext(f"{ATOM}summary")) for entry in feed.iter(f"{ATOM}entry")]
    newest, before = history[2].id, history[1].id
    assert told == [
        ("Bientôt parti", f"Gone in release {newest}. The link leads to what was said of it."),
        ("Tout neuf", f"New in release {newest}."),
        ("Un deuxième titre", f"Changed in release {before}."),
    ]
    links = [entry.find(f"{ATOM}link").get("href") for entry in feed.iter(f"{ATOM}entry")]  # type: ignore[union-attr]
    assert [history_client.get(path_of(str(link))).status_code for link in links] == [200, 200, 200]
    assert path_of(str(links[0])) == f"/releases/{before}/doc/partnership/gone"
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)


def test_where_nothing_changed_the_feed_has_no_entry(history_client: FlaskClient) -> None:
    feed = ET.fromstring(history_client.get("/feeds/theme/economie-durable.atom").data)
    assert list(feed.iter(f"{ATOM}entry")) == []
    assert feed.findtext(f"{ATOM}updated") == "2026-03-10T00:00:00Z"


def test_the_page_of_a_territory_and_of_a_theme_name_their_feed(demonstration_client: FlaskClient) -> None:
    for path in ("territory/country-ca", "theme/economie-durable"):
        link = demonstration_client.get(f"/doc/{path}", headers={"Accept": "text/html"}).headers["Link"]
        (feed,) = re.findall(r'<([^>]*)>; rel="alternate"; type="application/atom\+xml"', link)
        assert demonstration_client.get(path_of(feed)).status_code == 200


@pytest.mark.parametrize("path", ["territory/nothing", "theme/country-ca", "partnership/kept", "territory/%00"])
def test_what_is_no_place_or_theme_has_no_feed(history_client: FlaskClient, path: str) -> None:
    assert history_client.get(f"/feeds/{path}.atom").status_code == 404
