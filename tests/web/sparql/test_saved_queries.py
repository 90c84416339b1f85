"""web.saved_pages: a query is saved only if the endpoint takes it, and asked again at its address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from atlas_ld.config import Settings
from atlas_ld.release.layout import CURRENT, Release
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication
from atlas_ld.web.sparql.saved_store import FILE

LONG = "# " + 3000 * "a" + "\nSELECT ?title WHERE { partnership:crea-ocean-2010 dct:title ?title }\n"
BROWSER = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture(scope="module")
def folder(demonstration: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of releases that holds the demonstration, and saved queries of its own."""
    folder = tmp_path_factory.mktemp("saved")
    (folder / CURRENT).symlink_to(demonstration.path)
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[FlaskClient]:
    publication = open_publication(Settings(releases=folder, saved_queries_mb=1))
    app = create_app(publication)
    app.testing = True
    yield app.test_client()
    publication.service.close()


def saved(client: FlaskClient, query: str) -> str:
    answer = client.post("/queries/saved", data={"query": query})
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_saved_query_has_a_short_address_with_its_page(client: FlaskClient) -> None:
    address = saved(client, LONG)
    assert len(address) < 50
    page = client.get(address, headers=BROWSER)
    assert "partnership:crea-ocean-2010 dct:title" in page.get_data(as_text=True)
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert f"{address}.csv" in page.get_data(as_text=True)


def test_a_body_of_sparql_is_saved_like_a_form(client: FlaskClient) -> None:
    answer = client.post("/queries/saved", data=LONG, content_type="application/sparql-query")
    assert answer.headers["Location"] == saved(client, LONG.replace("\n", "\r\n"))


def test_the_query_itself_is_given_to_programs(client: FlaskClient) -> None:
    address = saved(client, LONG)
    answer = client.get(address, headers={"Accept": "application/sparql-query"})
    assert answer.get_data(as_text=True) == LONG
    assert answer.headers["Content-Location"] == f"{address}.rq"
    assert client.get(f"{address}.rq").data == answer.data


def test_a_saved_query_is_answered_at_its_address(client: FlaskClient) -> None:
    assert client.get(f"{saved(client, LONG)}.csv").data == b"title\r\nCREA OCEAN\r\n"
    graph = saved(client, "DESCRIBE partnership:crea-ocean-2010")
    assert client.get(f"{graph}.nt").content_type == "application/n-triples"
    assert client.get(f"{graph}.csv").status_code == 404


def test_the_run_button_sends_the_query_to_the_endpoint(client: FlaskClient) -> None:
    page = client.post("/sparql", data={"query": LONG, "format": "html"}, headers=BROWSER)
    assert "CREA OCEAN" in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { } }", 403, "refused"),
        ("INSERT DATA { <s:1> <s:1> 1 }", 403, "refused"),
        ("SELECT", 400, "syntax"),
        ("", 400, "query"),
        ("ASK { FILTER(<s:unknown>(1)) }", 422, "failed"),
        ("ASK { } #" + 100_000 * "x", 413, "length"),
    ],
)
def test_what_the_endpoint_refuses_is_not_saved(
    query: str, status: int, reason: str, client: FlaskClient, folder: Path
) -> None:
    saved(client, LONG)
    before = (folder / FILE).read_bytes()
    answer = client.post("/queries/saved", data={"query": query})
    assert answer.status_code == status
    assert json.loads(answer.data)["type"].endswith(f"#problem-{reason}")
    assert (folder / FILE).read_bytes() == before


def test_a_query_that_is_heavy_over_nothing_is_not_saved(client: FlaskClient) -> None:
    values = " ".join(map(str, range(400)))
    product = " ".join(f"VALUES ?v{n} {{ {values} }}" for n in range(5))
    answer = client.post("/queries/saved", data={"query": f"SELECT (COUNT(*) AS ?n) WHERE {{ {product} }}"})
    assert answer.status_code in (422, 503)


@pytest.mark.parametrize("key", ["0" * 24, "x", "..%2F..%2Fetc", "0" * 24 + ".csv", "%F0%9F%92%A5"])
def test_what_was_not_saved_is_not_there(key: str, client: FlaskClient) -> None:
    assert client.get(f"/queries/saved/{key}").status_code == 404


def test_a_damaged_file_costs_nobody_else_their_page(client: FlaskClient, folder: Path) -> None:
    address = saved(client, LONG)
    kept = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(b"no database at all " * 100)
    try:
        assert client.get(address).status_code == 503
        assert client.post("/queries/saved", data={"query": LONG}).status_code == 503
        assert client.get("/queries/").status_code == 200
    finally:
        (folder / FILE).write_bytes(kept)


def test_a_site_without_room_saves_nothing(folder: Path) -> None:
    publication = open_publication(Settings(releases=folder, saved_queries_mb=0))
    answer = create_app(publication).test_client().post("/queries/saved", data={"query": "ASK { }"})
    publication.service.close()
    assert answer.status_code == 413
