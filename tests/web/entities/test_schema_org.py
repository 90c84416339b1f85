"""Pages tell search engines what they are about: in schema.org's words, no more than the data says, and safely."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.web.conftest import SCRIPT

BASE = "http://localhost:8000/"


class _Scripts(HTMLParser):
    """The contents of JSON-LD scripts, by the rules of HTML: a script ends at the first `</script`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and ("type", "application/ld+json") in attrs
        if self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def structured(client: FlaskClient, path: str, language: str = "fr") -> Any:
    page = client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    assert page.status_code == 200
    reader = _Scripts()
    reader.feed(page.get_data(as_text=True))
    (text,) = reader.found
    return json.loads(text)


def test_the_home_page_is_about_the_dataset(demonstration_client: FlaskClient) -> None:
    french, english = (structured(demonstration_client, "/", language) for language in ("fr", "en"))
    assert french["@context"] == "https://schema.org/"
    assert french["@type"] == "Dataset"
    assert french["@id"] == BASE
    assert french["name"].startswith("La coopération")
    assert english["name"].startswith("French decentralised")
    assert 50 <= len(french["description"]) <= 5000  # what Google asks for
    assert french["license"].startswith("https://")
    assert len(french["distribution"]) == 24
    for file in french["distribution"]:
        assert demonstration_client.head(file["contentUrl"].removeprefix(BASE[:-1])).status_code == 200
        assert "/" in file["encodingFormat"]
    assert french["temporalCoverage"].count("/") == 1
    south, west, north, east = map(float, french["spatialCoverage"][0]["geo"]["box"].split())
    assert -90 <= south < north <= 90
    assert -180 <= west < east <= 180
    assert "coopération décentralisée" in french["keywords"]
    assert "coopération décentralisée" not in english["keywords"]


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("/doc/partnership/crea-ocean-2010", "Project"),
        ("/doc/organisation/242900314", "GovernmentOrganization"),
        ("/doc/territory/country-ca", "Country"),
        ("/doc/territory/region-53", "AdministrativeArea"),
        ("/doc/funding/crea-ocean-2010-brest-metropole-2019-1", "MonetaryGrant"),
    ],
)
def test_the_page_of_an_entity_is_about_it(demonstration_client: FlaskClient, path: str, type_: str) -> None:
    about = structured(demonstration_client, path)
    assert about["@type"] == type_
    assert about["@id"] == f"{BASE}{path.removeprefix('/').replace('doc/', 'id/')}"
    assert about["url"] == f"{BASE}{path.removeprefix('/')}"
    assert about["name"]
    assert None not in about.values()
    assert "" not in about.values()


def test_a_partnership_says_who_and_how_much_as_its_triples_do(demonstration_client: FlaskClient) -> None:
    about = structured(demonstration_client, "/doc/partnership/crea-ocean-2010")
    document = demonstration_client.get("/doc/partnership/crea-ocean-2010.nt").get_data(as_text=True)
    for member in about["member"]:
        assert f"<{member['@id']}>" in document
    for grant in about["funding"]:
        assert f"<{grant['@id']}>" in document
        assert grant["amount"]["currency"] == "EUR"
        assert f'"{grant["amount"]["value"]}"^^' in document


def test_what_is_not_known_is_left_out(client: FlaskClient) -> None:
    about = structured(client, "/doc/partnership/bare")
    assert set(about) == {"@context", "@type", "@id", "name", "url", "identifier", "isPartOf"}


def test_no_title_can_end_the_script(client: FlaskClient) -> None:
    about = structured(client, "/doc/partnership/hostile")
    assert about["name"] == SCRIPT
    page = client.get("/doc/partnership/hostile", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "alert(1)</script>" not in page


def test_a_kind_that_has_no_word_says_nothing(demonstration_client: FlaskClient) -> None:
    page = demonstration_client.get("/doc/code/status-under-way", headers={"Accept": "text/html"})
    reader = _Scripts()
    reader.feed(page.get_data(as_text=True))
    assert (page.status_code, reader.found) == (200, [])


@pytest.mark.parametrize("path", ["/", "/partnerships", "/doc/partnership/hostile", "/about", "/nothing"])
def test_what_is_shared_has_a_title_a_text_and_an_address(client: FlaskClient, path: str) -> None:
    page = client.get(f"{path}?lang=en", headers={"Accept": "text/html"}).get_data(as_text=True)
    soup = BeautifulSoup(page, "html.parser")
    told = {str(meta["property"]): str(meta["content"]) for meta in soup.find_all("meta", property=True)}
    assert told["og:site_name"] == "Atlas-LD"
    assert told["og:locale"] == "en_GB"
    assert told["og:url"] == f"{BASE}{path.removeprefix('/')}?lang=en"
    assert told["og:title"]
    assert told["og:description"]
    assert soup.title
    assert str(soup.title.string).startswith(told["og:title"])
