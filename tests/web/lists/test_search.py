"""Search: grouped by kind, marked, in both languages, a plain form first; suggestions as JSON."""

from __future__ import annotations

import pytest
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
