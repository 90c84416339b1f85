"""HTML pages: every template, both languages, hostile content, what people must be told."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from atlas_ld.rdf import RDF_TYPE, subject_of
from atlas_ld.web.publication import Publication
from tests.web.conftest import SCRIPT

PAGES = (
    "/",
    "/partnerships",
    "/partnerships?q=jumelage&sort=-year&page=2",
    "/partnerships?q=zzz",
    "/territories",
    "/organisations",
    "/themes",
    "/themes?q=eco",
    "/funding",
    "/about",
    "/quality",
    "/releases",
    "/ontology",
    "/shapes",
    "/download/",
    "/sparql",
    "/doc/partnership/hostile",
    "/doc/partnership/crowd",
    "/doc/partnership/bare",
    "/doc/partnership/unfunded",
    "/doc/territory/country-ca",
    "/doc/territory/epci-242900314",
    "/doc/territory/region-53",
    "/doc/organisation/242900314",
    "/doc/theme/economie-durable",
    "/doc/theme/economie-durable--attractivite-des-territoires--entreprises",
    "/doc/theme/scheme",
    "/doc/code/status-under-way",
    "/doc/code/level",
    "/nothing-here",
)


def page(client: FlaskClient, path: str, language: str = "fr") -> BeautifulSoup:
    response = client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    assert response.content_type == "text/html; charset=utf-8"
    return BeautifulSoup(response.data, "html.parser")


def keys_of(app: Flask, kind: str) -> list[str]:
    publication: Publication = app.extensions["atlas"]
    store = publication.reader._store
    subjects = {subject_of(quad.triple) for quad in store.quads_for_pattern(None, RDF_TYPE, None, None)}
    parts = [publication.iris.split(subject) for subject in sorted(subjects) if "#" not in subject]
    return [key for part in parts if part and part[0] == kind for key in [part[1]]]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_in_both_languages(client: FlaskClient, path: str, language: str) -> None:
    soup = page(client, path, language)
    assert soup.html is not None
    assert soup.html["lang"] == language
    assert len(soup.find_all("h1")) == 1
    assert len(soup.find_all("main")) == 1
    assert soup.title is not None
    assert soup.title.text.strip(" ·")
    levels = [int(heading.name[1]) for heading in soup.find_all(re.compile(r"h[1-6]$"))]
    assert all(lower - upper <= 1 for upper, lower in pairwise(levels)), levels
    identifiers = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("kind", ["funding", "post", "source"])
def test_every_entity_of_a_kind_has_a_page(extremes: Flask, client: FlaskClient, kind: str) -> None:
    keys = keys_of(extremes, kind)
    assert keys
    for key in keys:
        assert client.get(f"/doc/{kind}/{key}.html").status_code == 200


def test_internal_links_lead_somewhere(client: FlaskClient) -> None:
    for path in ("/", "/doc/partnership/crowd", "/doc/partnership/hostile", "/doc/territory/country-ca", "/download/"):
        for link in page(client, path).find_all("a", href=re.compile(r"^/")):
            assert client.get(link["href"], headers={"Accept": "text/html,*/*;q=0.1"}).status_code in (200, 303), link


def inline_scripts(soup: BeautifulSoup) -> list[object]:
    """Scripts that are not files of the site; data for them (JSON) is no script."""
    return [
        tag
        for tag in soup.find_all("script")
        if tag.get("type") not in ("application/json", "application/ld+json")
        and (tag.text or not str(tag.get("src")).startswith("/static/"))
    ]


def test_nothing_that_a_stranger_writes_becomes_markup(client: FlaskClient) -> None:
    for path in ("/doc/partnership/hostile", "/partnerships?q=script", "/funding", "/organisations", "/?q=" + SCRIPT):
        soup = page(client, path)
        assert not inline_scripts(soup)
        assert not soup.find_all("img")
        assert not [tag for tag in soup.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
        assert not soup.find_all(href=re.compile(r"^\s*(javascript|data):", re.I))
    assert "7*7" in page(client, "/doc/partnership/hostile").text
    assert "<script>" in page(client, "/doc/partnership/hostile").find("h1").text  # type: ignore[union-attr]


def test_a_query_is_given_back_escaped(client: FlaskClient) -> None:
    soup = page(client, '/partnerships?q="><script>x</script>')
    assert not inline_scripts(soup)
    field = soup.find_all("input", {"name": "q"})[-1]  # the first is that of the whole site
    assert field["value"] == '"><script>x</script>'


def test_pages_have_no_inline_style_or_script_and_ask_nobody_else(client: FlaskClient) -> None:
    for path in PAGES:
        soup = page(client, path)
        assert not inline_scripts(soup)
        assert not soup.find_all("style")
        assert not soup.find_all(style=True)
        for tag in [*soup.find_all(src=True), *soup.find_all("link", rel=["stylesheet", "icon"])]:
            assert str(tag.get("src") or tag.get("href")).startswith("/static/")


def test_links_to_strangers_are_marked(client: FlaskClient) -> None:
    soup = page(client, "/doc/partnership/bare")
    link = soup.find("a", href="https://registre.example/1")
    assert link is not None
    assert link["rel"] == ["nofollow", "noopener"]


def test_a_section_that_the_source_does_not_show_is_said_so(client: FlaskClient) -> None:
    bare, unfunded = page(client, "/doc/partnership/bare").text, page(client, "/doc/partnership/unfunded").text
    assert "Non renseigné dans la source dont nous disposons" in bare
    assert "Aucun financement d’après la source" not in bare
    assert "Aucun financement d’après la source" in unfunded
    assert "Non renseigné dans la source" not in unfunded


def test_a_partnership_declared_under_way_past_its_end_says_both(client: FlaskClient) -> None:
    text = page(client, "/doc/partnership/crowd").find("article").text  # type: ignore[union-attr]
    assert "État déclaré\u00a0: En cours" in text
    assert "la date de fin est passée" in text
    assert "calculé" in text


def test_amounts_that_the_source_does_not_give_are_not_zero(client: FlaskClient) -> None:
    section = page(client, "/doc/partnership/hostile").select_one("#funding")
    assert section is not None
    assert "0 €" not in section.text.replace("\u00a0", " ")
    assert section.text.count("non indiqué") >= 4


def test_a_remark_made_twice_is_shown_once(client: FlaskClient) -> None:
    remarks = [item.text for item in page(client, "/doc/partnership/hostile").select("#remarks li")]
    assert [text.split("(")[-1] for text in remarks if "montant" in text] == ["2 fois)"]


def test_all_forty_partners_are_named(client: FlaskClient) -> None:
    soup = page(client, "/doc/partnership/crowd")
    assert len(soup.select("#who li[id^=participation-]")) == 41


def test_crea_ocean_shows_who_with_whom_for_how_much(demonstration_client: FlaskClient) -> None:
    soup = page(demonstration_client, "/doc/partnership/crea-ocean-2010")
    totals = [
        cell.text.strip().replace("\u202f", " ").replace("\u00a0", " ") for cell in soup.select("#funding tfoot td")
    ]
    assert totals == ["39 650 €", "39 650 €", "79 300 €"]
    who = soup.select_one("#who")
    assert who is not None
    assert all(name in who.text for name in ("Brest", "Technopole Maritime du Québec", "SOPER", "Canada"))


def test_the_page_of_a_country_counts_first_and_shows_a_page_of_partnerships(client: FlaskClient) -> None:
    soup = page(client, "/doc/territory/country-ca")
    section = soup.select_one("#partnerships")
    assert section is not None
    assert section.h2 is not None
    assert section.h2.text.strip() == "26 partenariats"
    assert len(section.select("tbody tr")) == 10
    last = page(client, "/doc/territory/country-ca?page=3").select("#partnerships tbody tr")
    assert len(last) == 6


def test_the_generic_part_shows_every_field_under_its_name_in_the_shapes(client: FlaskClient) -> None:
    french = page(client, "/doc/partnership/crowd").select_one("#fields")
    english = page(client, "/doc/partnership/crowd", "en").select_one("#fields")
    assert french is not None
    assert english is not None
    assert len(french.select("dt")) == len(english.select("dt")) > 10
    assert [dt.text for dt in french.select("dt")] != [dt.text for dt in english.select("dt")]


def test_a_record_held_back_is_on_the_quality_page_with_the_reason(client: FlaskClient) -> None:
    text = page(client, "/quality").find("main").text  # type: ignore[union-attr]
    assert "untitled" in text
    assert "Registre inventé" in text


def test_the_style_sheet_is_small_and_cached_by_content(client: FlaskClient) -> None:
    link = page(client, "/").find("link", rel="stylesheet")
    assert link is not None
    response = client.get(str(link["href"]))
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert len(response.data) < 25_000
    assert re.search(r"\?v=[0-9a-f]{10}$", str(link["href"]))
