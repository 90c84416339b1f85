"""Search: grouped by kind, marked, in both languages, a plain form first; suggestions as JSON."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

HTML = {"Accept": "text/html"}


def test_hits_stand_under_their_kind_with_their_words_marked(client: FlaskClient) -> None:
    text = client.get("/search?q=brest&lang=fr", headers=HTML).text
    assert text.index('<h2 id="territory">') < text.index('<h2 id="partnership">')
    assert "<mark>Brest</mark> Métropole" in text


def test_a_kind_has_all_its_hits_page_by_page(client: FlaskClient) -> None:
    first = client.get("/search?q=jumelages&kind=partnership&lang=en", headers=HTML).text
    assert first.count('lang="fr"><mark>Jumelage</mark>') == 10
    third = client.get("/search?q=jumelages&kind=partnership&page=3&lang=en", headers=HTML).text
    assert third.count("<mark>Jumelage</mark>") == 5
    assert client.get("/search?q=jumelages&kind=partnership&page=4", headers=HTML).status_code == 404


def test_the_field_is_a_plain_form_that_keeps_the_language(client: FlaskClient) -> None:
    text = client.get("/search?lang=en", headers=HTML).text
    assert '<form class="search-box" role="search" aria-label="Search" action="/search" method="get">' in text
    assert '<input type="hidden" name="lang" value="en">' in text


def test_nothing_found_says_what_to_try(client: FlaskClient) -> None:
    text = client.get("/search?q=zzzzz&lang=en", headers=HTML).text
    assert "Nothing matches “zzzzz”." in text
    assert "Try a single word" in text


def test_an_unknown_kind_is_refused_and_the_known_are_named(client: FlaskClient) -> None:
    answer = client.get("/search?q=brest&kind=planet")
    assert answer.status_code == 400
    assert "territory" in answer.get_json()["detail"]


@pytest.mark.parametrize("query", ["<script>", '"><img src=x>', "alert(1)", "* OR NEAR("])
def test_what_is_typed_and_what_is_found_stay_text(client: FlaskClient, query: str) -> None:
    text = client.get("/search", query_string={"q": query, "lang": "fr"}, headers=HTML).text
    assert "<script>" not in text
    assert "<img" not in text


def test_suggestions_lead_to_pages_in_the_reader_s_language(client: FlaskClient) -> None:
    found = client.get("/search/suggest?q=senega&lang=en").get_json()
    assert found["suggestions"][0]["label"] == "Senegal"
    assert found["suggestions"][0]["kind"] == "territory"
    assert found["status"].startswith(f"{len(found['suggestions'])} suggestion")
    assert client.get(found["suggestions"][0]["href"], headers=HTML).status_code == 200


def test_what_is_being_typed_is_suggested_first(client: FlaskClient) -> None:
    labels = [found["label"] for found in client.get("/search/suggest?q=rim&lang=fr").get_json()["suggestions"]]
    assert labels[0] == "Rimouski"


def test_nothing_typed_suggests_nothing(client: FlaskClient) -> None:
    assert client.get("/search/suggest").get_json()["suggestions"] == []


def test_every_page_has_the_field(client: FlaskClient) -> None:
    for address in ("/", "/partnerships", "/doc/partnership/bare", "/sparql"):
        assert 'id="site-search"' in client.get(address, headers=HTML).text, address


@pytest.mark.parametrize(
    ("typed", "read"),
    [("Brst", "brest"), ("Bamkao", "bamako"), ("Sénégall", "senegal"), ("eau potabel", "eau potable"),
     ("yokosuak", "yokosuka")],
)  # fmt: skip
def test_a_typing_error_is_told_and_what_is_near_is_shown(
    demonstration_client: FlaskClient, typed: str, read: str
) -> None:
    page = demonstration_client.get("/search", query_string={"q": typed, "lang": "en"}, headers=HTML).text
    assert f"Nothing matches “{typed}”. Here is what matches “{read}”." in page
    right = demonstration_client.get("/search", query_string={"q": read, "lang": "en"}, headers=HTML).text
    assert hrefs(page) == hrefs(right) != []


def hrefs(page: str) -> list[str]:
    return re.findall(r'<li><a href="(/doc/[^"?]+)', page)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("St-Nazaire", "/doc/territory/commune-44184"),
        ("st nazaire", "/doc/territory/commune-44184"),
        ("29019", "/doc/territory/commune-29019"),
        ("242900314", "/doc/organisation/242900314"),
        ("e\u0301cole", "/doc/partnership/equipement-des-ecoles-de-beyrouth"),
        ("Brest Yokosuka", "/doc/partnership/jumelage-brest-yokosuka-1970"),
        ("Germany", "/doc/territory/country-de"),
    ],
)
def test_codes_abbreviations_other_languages_and_two_places_find_what_is_meant(
    demonstration_client: FlaskClient, typed: str, found: str
) -> None:
    page = demonstration_client.get("/search", query_string={"q": typed, "lang": "fr"}, headers=HTML).text
    assert found in hrefs(page)
    assert "Rien ne correspond" not in page


def test_words_that_nothing_has_together_find_what_has_some_of_them(demonstration_client: FlaskClient) -> None:
    page = demonstration_client.get("/search?q=Yokosuka+Bamako&lang=en", headers=HTML).text
    assert "No result has every word of “Yokosuka Bamako”." in page
    assert {"/doc/territory/geonames-2460596", "/doc/partnership/jumelage-brest-yokosuka-1970"} <= set(hrefs(page))


def test_a_result_says_what_where_when_and_how_much(demonstration_client: FlaskClient) -> None:
    page = BeautifulSoup(demonstration_client.get("/search?q=crea+ocean&lang=en", headers=HTML).data, "html.parser")
    about = page.select_one(".hits .about")
    assert about is not None
    assert about.text == "Decentralised cooperation project · Canada · 2019–2020 · €79,300"
    page = BeautifulSoup(demonstration_client.get("/search?q=29019&lang=en", headers=HTML).data, "html.parser")
    assert next(about.text for about in page.select(".hits .about")) == "Municipality · France · 2 partnerships"


def test_a_long_query_of_errors_costs_few_comparisons(demonstration_client: FlaskClient) -> None:
    typed = " ".join(f"zzqx{chr(97 + n)}wv" for n in range(12))
    page = demonstration_client.get("/search", query_string={"q": typed, "lang": "en"}, headers=HTML).text
    assert "Nothing matches" in page
