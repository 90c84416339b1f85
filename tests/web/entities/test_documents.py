"""/id and /doc: redirects, negotiation, formats, validators."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef

from atlas_ld import rdf
from atlas_ld.media import CSV, DOCUMENT_FORMATS, HTML, JSONLD, RDF_FORMATS, TURTLE, Format
from atlas_ld.rdf import Triple, node
from atlas_ld.release.reading.description import Document
from atlas_ld.vocabulary import ATLAS, DCTERMS, FOAF, XSD
from atlas_ld.web import create_app
from atlas_ld.web.entities.documents import serialise

ENTITIES = (
    "partnership/hostile",
    "partnership/crowd",
    "partnership/bare",
    "territory/country-ca",
    "organisation/242900314",
    "theme/economie-durable",
    "code/status-under-way",
)


def parsed(client: FlaskClient, path: str, format_: Format) -> Graph:
    response = client.get(path)
    assert response.status_code == 200
    text = response.get_data(as_text=True)
    if format_ is JSONLD:
        document = json.loads(text)
        assert document["@context"] == "http://localhost:8000/context.jsonld"
        document["@context"] = json.loads(client.get("/context.jsonld").data)["@context"]
        text = json.dumps(document)
    graph = Graph()
    graph.parse(data=text, format=format_.rdflib, publicID="http://localhost:8000/")
    return graph


def test_a_thing_redirects_to_its_document(client: FlaskClient) -> None:
    response = client.get("/id/partnership/bare", headers={"Accept": "text/turtle"})
    assert response.status_code == 303
    assert response.location == "/doc/partnership/bare"
    assert response.headers["Vary"] == "Accept, Accept-Language"


def test_the_redirect_keeps_page_and_language(client: FlaskClient) -> None:
    assert client.get("/id/territory/country-ca?page=2&lang=en").location == "/doc/territory/country-ca?page=2&lang=en"


@pytest.mark.parametrize(
    "path",
    [
        "/id/partnership/nothing",
        "/id/nonsense/bare",
        "/id/partnership/untitled",
        "/id/partnership/%3Cscript%3E",
        "/id/partnership/",
        "/doc/partnership/nothing.ttl",
        "/doc/partnership/bare.exe",
        "/doc/partnership/.ttl",
    ],
)
def test_what_does_not_exist_is_404_before_any_redirect(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/id/partnership/bare", "/doc/partnership/bare"])
def test_406_lists_what_there_is(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert response.content_type == "application/problem+json"
    offered = {
        alternative["type"]: alternative["href"] for alternative in response.get_json(force=True)["alternatives"]
    }
    assert set(offered) == {format_.media_type for format_ in DOCUMENT_FORMATS}
    assert all(client.get(address).status_code == 200 for address in offered.values())


@pytest.mark.parametrize("format_", DOCUMENT_FORMATS, ids=lambda f: f.name)
def test_a_document_is_negotiated_and_named(client: FlaskClient, format_: Format) -> None:
    negotiated = client.get("/doc/partnership/bare", headers={"Accept": format_.media_type})
    assert negotiated.content_type == format_.content_type
    assert negotiated.headers["Vary"] == "Accept, Accept-Language, Accept-Encoding"
    named = client.get(negotiated.headers["Content-Location"])
    assert named.content_type == format_.content_type
    if format_ is not HTML:  # pages link to themselves in the other language
        assert named.data == negotiated.data
    assert "Accept" not in named.headers.get("Vary", "").split(", ")


@pytest.mark.parametrize("format_", [f for f in RDF_FORMATS if f is not TURTLE], ids=lambda f: f.name)
@pytest.mark.parametrize("entity", ENTITIES)
def test_every_format_holds_the_same_graph(client: FlaskClient, entity: str, format_: Format) -> None:
    turtle = parsed(client, f"/doc/{entity}.ttl", TURTLE)
    other = parsed(client, f"/doc/{entity}.{format_.extension}", format_)
    assert len(turtle) > 5
    assert set(turtle) == set(other)  # no blank nodes, so that sets compare


def test_csv_has_a_row_for_each_triple(client: FlaskClient) -> None:
    turtle = parsed(client, "/doc/partnership/unfunded.ttl", TURTLE)
    lines = client.get("/doc/partnership/unfunded.csv").get_data(as_text=True).splitlines()
    assert lines[0] == "subject,property,value,datatype,language"
    assert len(lines) == 1 + len(turtle)


def test_a_document_says_what_it_is_about(client: FlaskClient) -> None:
    graph = parsed(client, "/doc/partnership/bare.ttl", TURTLE)
    document, thing = (URIRef(f"http://localhost:8000/{kind}/partnership/bare") for kind in ("doc", "id"))
    assert (document, FOAF.primaryTopic, thing) in graph


def test_crea_ocean_has_six_funding_lines_of_79300_euros_in_two_years(demonstration_client: FlaskClient) -> None:
    response = demonstration_client.get(
        "/id/partnership/crea-ocean-2010", headers={"Accept": "text/turtle"}, follow_redirects=True
    )
    graph = Graph().parse(data=response.data, format="turtle")
    amounts = [amount.toPython() for amount in graph.objects(None, ATLAS.amount) if isinstance(amount, Literal)]
    assert (len(amounts), sum(amounts), len(set(graph.objects(None, ATLAS.year)))) == (6, 79300, 2)


def test_links_name_the_thing_its_document_its_licence_and_the_other_formats(client: FlaskClient) -> None:
    link = client.get("/doc/partnership/bare.ttl").headers["Link"]
    assert '<http://localhost:8000/id/partnership/bare>; rel="cite-as"' in link
    assert '<http://localhost:8000/doc/partnership/bare>; rel="canonical"' in link
    assert '</doc/partnership/bare.jsonld>; rel="alternate"; type="application/ld+json"' in link
    assert 'rel="license"' in link
    assert 'bare.ttl>; rel="alternate"' not in link


def test_an_unchanged_document_is_304(client: FlaskClient) -> None:
    for path in ("/doc/partnership/bare", "/doc/partnership/bare.ttl", "/doc/partnership/bare.html"):
        first = client.get(path, headers={"Accept": "text/html"})
        again = client.get(path, headers={"Accept": "text/html", "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        for header in ("ETag", "Vary", "Content-Location", "Link"):
            assert again.headers.get(header) == first.headers.get(header)


def test_every_representation_has_its_own_strong_tag(client: FlaskClient) -> None:
    tags = [
        client.get("/doc/partnership/bare", headers={"Accept": accept, "Accept-Language": language}).headers["ETag"]
        for accept, language in (("text/html", "fr"), ("text/html", "en"), ("text/turtle", "fr"), ("text/csv", "fr"))
    ]
    assert len(set(tags)) == len(tags)
    assert not any(tag.startswith("W/") for tag in tags)


def test_every_process_of_an_instance_gives_the_same_tag(extremes: Flask) -> None:
    publication = extremes.extensions["atlas"]
    elsewhere = create_app(
        replace(publication, settings=replace(publication.settings, port=1, releases=Path("/elsewhere")))
    )
    renamed = create_app(replace(publication, settings=replace(publication.settings, publisher="Somebody else")))
    tag, same, other = (
        app.test_client().get("/doc/partnership/bare.html").headers["ETag"] for app in (extremes, elsewhere, renamed)
    )
    assert tag == same != other


def test_head_is_get_without_the_body(client: FlaskClient) -> None:
    got, headed = client.get("/doc/partnership/bare.ttl"), client.head("/doc/partnership/bare.ttl")
    assert headed.data == b""
    assert headed.headers["Content-Length"] == str(len(got.data))
    assert headed.headers["ETag"] == got.headers["ETag"]


def test_what_points_to_a_thing_comes_in_pages(client: FlaskClient) -> None:
    first = client.get("/doc/organisation/242900314.ttl")
    assert '</doc/organisation/242900314.ttl?page=2>; rel="next"' in first.headers["Link"]
    second = client.get("/doc/organisation/242900314.ttl?page=2")
    assert 'page=1>; rel="prev"' in second.headers["Link"]
    assert second.data != first.data


@pytest.mark.parametrize(
    ("page", "status"), [("0", 400), ("-1", 400), ("x", 400), ("²", 400), ("", 400), ("9999", 404)]
)
def test_a_bad_page_number_is_refused(client: FlaskClient, page: str, status: int) -> None:
    assert client.get(f"/doc/territory/country-ca.ttl?page={page}").status_code == status
    assert client.get(f"/doc/territory/country-ca?page={page}", headers={"Accept": "text/html"}).status_code == status


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/doc/territory/country-ca", "Point"),
        ("/doc/partnership/crea-ocean-2010", "MultiPoint"),
        ("/doc/funding/crea-ocean-2010-brest-metropole-2019-1", "MultiPoint"),
    ],
)
def test_a_thing_that_has_a_place_is_a_feature(demonstration_client: FlaskClient, path: str, kind: str) -> None:
    found = demonstration_client.get(f"{path}.geojson")
    assert (found.status_code, found.mimetype) == (200, "application/geo+json")
    feature = json.loads(found.data)
    assert feature["type"] == "Feature"
    assert feature["id"] == f"http://localhost:8000{path.replace('/doc/', '/id/')}"
    assert feature["geometry"]["type"] == kind
    assert feature["properties"]["label"]
    asked = demonstration_client.get(path, headers={"Accept": "application/geo+json"})
    assert asked.data == found.data
    assert asked.headers["Content-Location"] == f"{path}.geojson"
    page = demonstration_client.get(path, headers={"Accept": "text/html"})
    assert f'<{path}.geojson>; rel="alternate"; type="application/geo+json"' in page.headers["Link"]
    assert f'href="{path}.geojson"' in page.get_data(as_text=True).partition("<body>")[2]
    assert f"{path}.geojson" in demonstration_client.get(path.replace("/doc/", "/linkset/") + ".json").get_data(
        as_text=True
    )


@pytest.mark.parametrize("path", ["/doc/partnership/bare", "/doc/theme/economie-durable", "/doc/code/role-implementer"])
def test_a_thing_that_has_none_is_not(client: FlaskClient, path: str) -> None:
    found = client.get(f"{path}.geojson")
    assert found.status_code == 404
    assert "GeoJSON" in found.get_json(force=True)["detail"]
    assert client.get(path, headers={"Accept": "application/geo+json"}).status_code == 406
    assert client.get(path, headers={"Accept": "application/geo+json, text/turtle;q=0.5"}).mimetype == "text/turtle"
    assert "geojson" not in client.get(path).headers["Link"]


def test_the_feature_of_a_thing_is_that_of_its_list(demonstration_client: FlaskClient) -> None:
    listed = json.loads(demonstration_client.get("/territories.geojson").data)["features"]
    placed = [feature for feature in listed if feature["geometry"]]
    assert placed
    for feature in placed[:5]:
        address = feature["id"].replace("/id/", "/doc/").removeprefix("http://localhost:8000")
        assert json.loads(demonstration_client.get(f"{address}.geojson").data) == feature


@pytest.mark.parametrize("text", ["=cmd|'/c calc'!A1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_is_text_in_the_csv_of_a_document(demonstration_site: Flask, text: str) -> None:
    subject = "http://localhost:8000/id/partnership/x"
    triples = [
        Triple(node(subject), node(DCTERMS.title), rdf.Literal(text, language="fr")),
        Triple(node(subject), node(ATLAS.startYear), rdf.Literal("-5", datatype=node(XSD.integer))),
    ]
    with demonstration_site.test_request_context():
        publication = demonstration_site.extensions["atlas"]
        written = serialise(publication, Document(subject, triples, [], 1, False), CSV).decode()
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    assert [row["value"] for row in rows] == [f"'{text}", "-5"]


@pytest.mark.parametrize(("language", "word"), [("fr", "oui"), ("en", "yes")])
def test_a_boolean_is_a_word_on_a_page(demonstration_client: FlaskClient, language: str, word: str) -> None:
    address = f"/doc/partnership/crea-ocean-2010?lang={language}"
    page = BeautifulSoup(demonstration_client.get(address, headers={"Accept": "text/html"}).text, "html.parser")
    values = {value.get_text(strip=True) for value in page.select("dd, td")}
    assert word in values
    assert not {"true", "false"} & values
