"""What every response owes its client, errors included."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rdflib import Graph
from rdflib.compare import isomorphic

from atlas_ld.media import RDF_FORMATS, Format

ANY = ("/", "/partnerships", "/doc/partnership/bare.ttl", "/id/partnership/bare", "/nothing", "/health", "/download/")
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize("path", ANY)
def test_every_response_is_open_to_pages_of_others_and_closed_to_tricks(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "Referrer-Policy" in headers


def test_a_preflight_request_is_answered(client: FlaskClient) -> None:
    response = client.options("/doc/partnership/bare", headers={"Origin": "https://other.example"})
    assert response.status_code == 200
    assert "GET" in response.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("accept", ["application/json", "text/turtle", "*/*", None, "application/problem+json"])
def test_programs_get_problem_details(client: FlaskClient, accept: str | None) -> None:
    response = client.get("/nothing", headers={"Accept": accept} if accept else {})
    assert response.content_type == "application/problem+json"
    problem = response.get_json(force=True)
    assert problem["status"] == response.status_code == 404
    assert client.get(problem["type"]).status_code == 200
    assert problem["request_id"] == response.headers["X-Request-ID"]
    assert problem["title"]
    assert problem["detail"]


def test_people_get_a_page(client: FlaskClient) -> None:
    response = client.get("/nothing", headers={"Accept": CHROME})
    assert response.status_code == 404
    assert response.content_type == "text/html; charset=utf-8"


def test_problems_speak_the_client_s_language(client: FlaskClient) -> None:
    french, english = (
        client.get("/nothing", headers={"Accept-Language": language}).get_json(force=True)["title"]
        for language in ("fr-FR,fr;q=0.9", "en-GB")
    )
    assert french != english


def test_405_names_the_methods_that_there_are(client: FlaskClient) -> None:
    response = client.delete("/doc/partnership/bare")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_an_unforeseen_error_tells_nothing_of_the_program(extremes: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("atlas_ld.web.pages.quality.paginate", broken)
    monkeypatch.setattr(extremes, "testing", False)
    extremes.config["PROPAGATE_EXCEPTIONS"] = False
    response = extremes.test_client().get("/quality/remarks")
    assert response.status_code == 500
    assert response.content_type == "application/problem+json"
    assert "secret" not in response.get_data(as_text=True)
    assert "Traceback" not in response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "no-store"


def test_french_answers_unless_english_is_asked_for(client: FlaskClient) -> None:
    for accept, expected in (("", "fr"), ("de", "fr"), ("en", "en"), ("en-US,en;q=0.5", "en"), ("fr;q=0.1,en", "en")):
        response = client.get("/about", headers={"Accept-Language": accept})
        assert response.headers["Content-Language"] == expected
        assert "Accept-Language" in response.headers["Vary"]


def test_the_switch_goes_before_the_header_and_stays_on_links(client: FlaskClient) -> None:
    response = client.get("/partnerships?lang=en", headers={"Accept-Language": "fr", "Accept": "text/html"})
    assert response.headers["Content-Language"] == "en"
    text = response.get_data(as_text=True)
    assert 'href="/territories?lang=en"' in text
    assert 'href="/partnerships?lang=fr"' in text
    assert 'href="/territories"' in client.get("/partnerships").get_data(as_text=True)


@pytest.mark.parametrize("format_", RDF_FORMATS, ids=lambda f: f.name)
@pytest.mark.parametrize("path", ["/", "/ontology", "/shapes"])
def test_the_dataset_and_the_model_are_negotiated_too(client: FlaskClient, path: str, format_: Format) -> None:
    media_type = format_.media_type
    response = client.get(path, headers={"Accept": media_type})
    assert response.status_code == 200
    assert response.mimetype == media_type
    assert len(response.data) > 500


@pytest.mark.parametrize("format_", RDF_FORMATS, ids=lambda f: f.name)
@pytest.mark.parametrize("part", ["ontology", "shapes"])
def test_the_model_is_the_same_graph_in_every_format(client: FlaskClient, part: str, format_: Format) -> None:
    turtle, other = Graph(), Graph()
    turtle.parse(data=client.get(f"/{part}.ttl").data, format="turtle")
    other.parse(data=client.get(f"/{part}.{format_.extension}").data, format=format_.rdflib)
    assert isomorphic(turtle, other)


def test_browsers_get_the_home_page(client: FlaskClient) -> None:
    assert client.get("/", headers={"Accept": CHROME}).mimetype == "text/html"


def test_the_catalogue_is_data_only(client: FlaskClient) -> None:
    assert client.get("/catalog").mimetype == "text/turtle"
    assert client.get("/.well-known/void").mimetype == "text/turtle"
    assert client.get("/catalog.rdf").mimetype == "application/rdf+xml"
    assert client.get("/catalog.html").status_code == 404


def test_health_names_the_release(extremes: Flask, client: FlaskClient) -> None:
    answer = client.get("/health")
    assert answer.get_json() == {"status": "ok", "release": extremes.extensions["atlas"].release.id, "columns": False}
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_sitemap_lists_pages_that_there_are(client: FlaskClient) -> None:
    text = client.get("/sitemap.xml").get_data(as_text=True)
    assert "<loc>http://localhost:8000/doc/partnership/bare</loc>" in text
    assert "untitled" not in text
    assert "http://localhost:8000/sitemap.xml" in client.get("/robots.txt").get_data(as_text=True)


def test_downloads_are_the_release_s_files(extremes: Flask, client: FlaskClient) -> None:
    files = extremes.extensions["atlas"].release.manifest.files
    names = [name.removeprefix("download/") for name in files if name.startswith("download/")]
    assert "atlas.nt.gz" in names
    for name in names:
        response = client.get(f"/download/{name}")
        assert hashlib.sha256(response.data).hexdigest() == files[f"download/{name}"].sha256
        assert "Content-Encoding" not in response.headers
        assert response.mimetype == "application/gzip" or not name.endswith(".gz")


def test_downloads_resume_and_are_not_sent_twice(client: FlaskClient) -> None:
    whole = client.get("/download/atlas.nt")
    part = client.get("/download/atlas.nt", headers={"Range": "bytes=100-199", "If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.data) == (206, whole.data[100:200])
    again = client.get("/download/atlas.nt", headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    beyond = client.get("/download/atlas.nt", headers={"Range": "bytes=999999999-"})
    assert beyond.status_code == 416


@pytest.mark.parametrize("name", ["nothing.nt", "..%2Fmanifest.json", "../manifest.json", "%2e%2e/store.json", "atlas"])
def test_nothing_else_can_be_downloaded(client: FlaskClient, name: str) -> None:
    assert client.get(f"/download/{name}").status_code == 404
