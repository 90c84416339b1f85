"""What browsers, feed readers and assistants look for is there, well formed, and leads somewhere."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

BASE = "http://localhost:8000/"
ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_has_an_entry_for_each_release(demonstration_client: FlaskClient) -> None:
    found = demonstration_client.get("/releases.atom", headers={"Accept-Language": "en"})
    assert found.content_type == "application/atom+xml"
    feed = ET.fromstring(found.data)
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 1
    # RFC 4287, 4.1: what a feed and an entry must have.
    for element in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert (element.findtext(f"{ATOM}{name}") or "").strip()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", element.findtext(f"{ATOM}updated") or "")
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    assert "partnerships" in (entries[0].findtext(f"{ATOM}summary") or "")
    for link in feed.iter(f"{ATOM}link"):
        address = link.attrib["href"].removeprefix(BASE[:-1])
        assert demonstration_client.get(address, headers={"Accept": link.attrib["type"]}).status_code == 200
    assert (
        demonstration_client.get(
            "/releases.atom", headers={"If-None-Match": found.headers["ETag"], "Accept-Language": "en"}
        ).status_code
        == 304
    )


def test_pages_lead_to_the_feed_and_the_search(demonstration_client: FlaskClient) -> None:
    page = demonstration_client.get("/releases", headers={"Accept": "text/html"})
    assert b'rel="alternate" href="/releases.atom" type="application/atom+xml"' in page.data
    assert b'rel="search" href="/opensearch.xml" type="application/opensearchdescription+xml"' in page.data


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_browser_learns_how_to_search(demonstration_client: FlaskClient, language: str) -> None:
    found = demonstration_client.get("/opensearch.xml", headers={"Accept-Language": language})
    assert found.content_type == "application/opensearchdescription+xml"
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    description = ET.fromstring(found.data)
    assert description.tag == f"{space}OpenSearchDescription"
    assert 1 <= len(description.findtext(f"{space}ShortName") or "") <= 16
    assert 1 <= len(description.findtext(f"{space}Description") or "") <= 1024
    url = description.find(f"{space}Url")
    assert url is not None
    address = url.attrib["template"].replace("{searchTerms}", "eau").removeprefix(BASE[:-1])
    page = demonstration_client.get(address)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert page.headers["Content-Language"] == language


def test_the_icon_is_where_it_always_was(demonstration_client: FlaskClient) -> None:
    found = demonstration_client.get("/favicon.ico")
    assert (found.status_code, found.content_type) == (200, "image/vnd.microsoft.icon")
    assert found.data[:4] == b"\0\0\1\0"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_outline_for_assistants_leads_to_what_it_names(demonstration_client: FlaskClient, language: str) -> None:
    found = demonstration_client.get("/llms.txt", headers={"Accept-Language": language})
    assert found.content_type == "text/plain; charset=utf-8"
    text = found.get_data(as_text=True)
    assert text.startswith("# Atlas-LD: ")
    assert text.splitlines()[2].startswith("> ")
    addresses = {a for a in re.findall(rf"{BASE}[^\s),]*", text) if "KEY" not in a}
    assert len(addresses) >= 12
    for address in addresses:
        assert demonstration_client.get(address.removeprefix(BASE[:-1])).status_code == 200
