"""/docs: every page of docs/ is served, and every link of it leads somewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from atlas_ld.web.pages import documentation

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize("name", documentation.names())
def test_a_page_is_served_and_its_links_lead_somewhere(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/docs/{name}", headers=HTML)
    assert answer.status_code == 200
    article = BeautifulSoup(answer.data, "html.parser").select_one("article")
    assert article is not None
    assert article.select_one("h1") is not None
    for link in article.select("a[href], img[src]"):
        address = urlsplit(str(link.get("href") or link.get("src")))
        if address.netloc:
            continue
        if not address.path:
            assert article.find(id=address.fragment), f"{name}: #{address.fragment}"
            continue
        assert address.path.startswith("/docs/"), (name, address.path)
        found = client.get(address.path, headers=HTML)
        assert found.status_code == 200, (name, address.path)
        if address.fragment:
            assert BeautifulSoup(found.data, "html.parser").find(id=address.fragment), (name, address)


def test_the_first_page_leads_to_every_page_but_decisions_and_translations(client: FlaskClient) -> None:
    text = client.get("/docs", headers=HTML).text
    for name in documentation.names():
        if not name.startswith("decisions/") and not name.endswith(".fr") and name != "index":
            assert f'href="/docs/{name}' in text, name


def test_a_page_that_is_written_in_french_too_answers_in_the_reader_s_language(client: FlaskClient) -> None:
    translated = [name.removesuffix(".fr") for name in documentation.names() if name.endswith(".fr")]
    assert translated
    for name in translated:
        french = BeautifulSoup(client.get(f"/docs/{name}?lang=fr", headers=HTML).data, "html.parser")
        english = BeautifulSoup(client.get(f"/docs/{name}?lang=en", headers=HTML).data, "html.parser")
        assert french.select_one('article[lang="fr"]')
        assert english.select_one('article[lang="en"]')


@pytest.mark.parametrize("name", ["nothing", "../pyproject", "%2e%2e/pyproject.toml", "decisions", "..%2fMakefile"])
def test_what_is_no_page_of_the_documentation_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/docs/{name}", headers=HTML).status_code in (404, 308)


def test_a_file_that_a_page_links_to_comes_as_it_is(client: FlaskClient) -> None:
    answer = client.get("/docs/record.schema.json")
    assert answer.mimetype == "application/json"
    assert answer.json is not None
