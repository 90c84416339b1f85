"""Lists: words, orders, pages."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

LISTS = ("/partnerships", "/territories", "/organisations", "/funding", "/themes")


def titles(client: FlaskClient, path: str) -> list[str]:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200
    return [cell.a.text for cell in BeautifulSoup(response.data, "html.parser").select("tbody th") if cell.a]


def test_pages_part_the_list_without_gap_or_overlap(client: FlaskClient) -> None:
    pages = [titles(client, f"/partnerships?q=jumelage&page={page}") for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({title for page in pages for title in page}) == 25


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "status"),
    [("page=0", 400), ("page=two", 400), ("page=1.5", 400), ("page=" + "9" * 30, 400), ("page=999", 404)],
)
def test_a_bad_page_number_is_refused(client: FlaskClient, path: str, query: str, status: int) -> None:
    response = client.get(f"{path}?{query}")
    assert response.status_code == status
    assert response.content_type == "application/problem+json"


def test_an_order_that_there_is_not_is_refused_with_those_there_are(client: FlaskClient) -> None:
    response = client.get("/partnerships?sort=colour")
    assert response.status_code == 400
    assert "-year" in response.get_json(force=True)["detail"]


def test_years_sort_both_ways_and_the_unknown_comes_last(client: FlaskClient) -> None:
    newest, oldest = titles(client, "/partnerships?sort=-year"), titles(client, "/partnerships?sort=year")
    assert newest[0].startswith("<script>")
    assert oldest[0] == "Jumelage numéro 1"
    assert titles(client, "/partnerships?sort=year&page=3")[-1] == "Presque rien"
    assert titles(client, "/partnerships?sort=-year&page=3")[-1] == "Presque rien"


@pytest.mark.parametrize("words", ["numero 7", "NUMÉRO 7", "7 jumelage", "7 jum"])
def test_words_are_found_without_accents_case_or_order_by_their_beginning(client: FlaskClient, words: str) -> None:
    assert titles(client, f"/partnerships?q={words}") == ["Jumelage numéro 7"]


def test_the_middle_of_a_word_is_not_found(client: FlaskClient) -> None:
    assert titles(client, "/partnerships?q=melage") == []


def test_what_one_cannot_search_for_finds_nothing(client: FlaskClient) -> None:
    assert titles(client, "/partnerships?q=%3F%21") == []


def test_the_header_links_to_the_neighbouring_pages(client: FlaskClient) -> None:
    link = client.get("/partnerships?q=jumelage&page=2").headers["Link"]
    assert '</partnerships?q=jumelage&page=1>; rel="prev"' in link
    assert '</partnerships?q=jumelage&page=3>; rel="next"' in link
