"""The table of lists: one more row is one more list or facet, everywhere, with no other line changed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from atlas_ld.config import Settings
from atlas_ld.iris import KINDS
from atlas_ld.model import load_model
from atlas_ld.queries import has, load
from atlas_ld.release.kinds import LISTS, SEARCHED, Facet, List, list_of
from atlas_ld.vocabulary import ATLAS
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication
from tests.release.conftest import Build, a_record

POSTS = List(
    "posts",
    "post",
    (str(ATLAS.DiplomaticPost),),
    "post",
    ("title",),
    (Facet("country", "territory", property=str(ATLAS.country)),),
)
SECTION = Facet("section", "code", "section", property=str(ATLAS.undocumentedSection))


@pytest.fixture
def site(build: Build, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """The site of a release that was built and is served with a list and a facet more."""
    partnerships = LISTS["partnerships"]
    more = List(**{**vars(partnerships), "facets": (*partnerships.facets, SECTION)})
    monkeypatch.setitem(LISTS, "partnerships", more)  # type: ignore[arg-type]  # a mapping to all others
    monkeypatch.setitem(LISTS, "posts", POSTS)  # type: ignore[arg-type]
    release = build(
        a_record(posts=("Ambassade de France au Canada", "Consulat général de France à Québec")),
        a_record("Deux ports", undocumented=("texts",), funding=()),
    ).release
    publication = open_publication(Settings(releases=release.path.parent))
    yield create_app(publication).test_client()
    publication.service.close()


def soup(client: FlaskClient, path: str) -> BeautifulSoup:
    response = client.get(path, headers={"Accept": "text/html", "Accept-Language": "en"}, buffered=True)
    assert response.status_code == 200, path
    return BeautifulSoup(response.text, "html.parser")


def facets_of(page: BeautifulSoup) -> dict[str, list[str]]:
    found = {}
    for facet in page.select(".facets details.all > details"):
        assert facet.summary is not None
        found[facet.summary.get_text()] = [link.get_text() for link in facet.select("a")]
    return found


def test_one_row_more_is_a_list_everywhere(site: FlaskClient) -> None:
    page = soup(site, "/posts")
    names = {row.get_text() for row in page.select("tbody th")}
    assert names == {"Ambassade de France au Canada", "Consulat général de France à Québec"}
    assert "/posts" in {link["href"] for link in soup(site, "/").select("nav.sections a")}
    described = soup(site, str(page.select("tbody th a")[0]["href"]))
    assert described.find("link", rel="collection", href="http://localhost:8000/posts")
    rows = list(csv.DictReader(io.StringIO(site.get("/posts.csv").text)))
    assert {row["title"] for row in rows} == names
    assert list(csv.DictReader(io.StringIO(site.get("/download/posts.csv", buffered=True).text))) == sorted(
        rows, key=lambda row: row["iri"]
    )
    addresses = site.get("/sitemap.xml", buffered=True).text
    assert "http://localhost:8000/posts<" in addresses
    assert "http://localhost:8000/doc/post/" in addresses
    assert "/posts" in json.loads(site.get("/api.json").text)["paths"]


def test_the_query_of_a_list_follows_from_its_row(site: FlaskClient) -> None:
    told = json.loads(site.get("/posts.json").text)
    answer = site.get("/sparql", query_string={"query": told["query"]}, headers={"Accept": "application/json"})
    found = {row["post"]["value"] for row in answer.json["results"]["bindings"]}  # type: ignore[index]
    assert found == {row["iri"] for row in told["rows"]}


def test_one_row_more_is_a_facet_everywhere(site: FlaskClient) -> None:
    page = soup(site, "/partnerships")
    heading = load_model("http://localhost:8000/").of([str(ATLAS.Partnership)])
    assert heading is not None
    called = next(field.name["en"] for field in heading.fields if field.path == str(ATLAS.undocumentedSection))
    assert facets_of(page)[called][1:] == ["not documented"]
    narrowed = json.loads(site.get("/partnerships.json?section=texts").text)
    assert [row["title"] for row in narrowed["rows"]] == ["Deux ports"]
    answer = site.get("/sparql", query_string={"query": narrowed["query"]}, headers={"Accept": "application/json"})
    rows = answer.json["results"]["bindings"]  # type: ignore[index]
    assert [row["title"]["value"] for row in rows] == ["Deux ports"]
    parameters = json.loads(site.get("/api.json").text)["paths"]["/partnerships"]["get"]["parameters"]
    assert "section" in {parameter.get("name") for parameter in parameters}


@pytest.mark.parametrize("name", LISTS)
def test_a_row_holds_together(name: str) -> None:
    list_ = LISTS[name]
    assert list_.name == name
    assert list_of(list_.kind) is list_
    assert list_.kind in KINDS
    assert not list_.owner or list_.owner in LISTS
    assert len({facet.name for facet in list_.facets}) == len(list_.facets)
    for facet in list_.facets:
        assert facet.values in (*KINDS, "decade", "word")
        assert bool(facet.scheme) == (facet.values == "code")
        assert not facet.own or list_.owner
    if has(f"lists/{name}"):
        bound = load(f"lists/{name}").bindings.keys()
        assert bound == {list_.variable} | {f.name for f in list_.facets if not f.property}


def test_kinds_that_are_searched_are_kinds() -> None:
    assert set(SEARCHED) <= set(KINDS)
