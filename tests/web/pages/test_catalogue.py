"""The catalogue is what DCAT-AP asks for and what harvesters read, and it is complete by itself."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from atlas_ld.catalogue import EU, GEOJSON_LITERAL, SPDX, VCARD, Coverage, Statistics, describe_dataset
from atlas_ld.config import Settings
from atlas_ld.iris import Iris
from atlas_ld.media import RDF_FORMATS
from atlas_ld.rdf import write
from atlas_ld.release.layout import Release
from atlas_ld.release.tables import coverage
from atlas_ld.vocabulary import DCAT, DCTERMS, RDF, XSD
from tests.dcat_ap import FOLDER, results

BASE = "http://localhost:8000/"
DATASET, SERVICE = URIRef(BASE), URIRef(f"{BASE}sparql")

EXPLAINED = {
    (f"{BASE}about#publisher", str(DCTERMS.type)): "who publishes is a setting, and may be anybody",
    (str(Settings.license), str(DCTERMS.type)): "the licence is a setting too",
    (f"{EU}country/FRA", str(DCAT.bbox)): "France is the EU's to describe; our own box is beside it",
    (f"{EU}country/FRA", f"{DCAT._NS}centroid"): "likewise",
}
"""Recommendations that are not followed: (thing, property) and why."""


@pytest.fixture(scope="module")
def catalogue(demonstration: Release) -> Graph:
    return Graph().parse(demonstration.path / "catalogue.ttl")


needs_shapes = pytest.mark.skipif(not FOLDER.exists(), reason="the DCAT-AP shapes are not beside this checkout")


@needs_shapes
@pytest.mark.parametrize("name", ["shapes", "range"])
def test_the_shapes_of_dcat_ap_find_nothing(demonstration_client: FlaskClient, name: str) -> None:
    assert results(name, demonstration_client.get("/catalog.ttl").text) == set()


@needs_shapes
def test_each_recommendation_that_is_not_followed_is_explained(demonstration_client: FlaskClient) -> None:
    assert results("shapes_recommended", demonstration_client.get("/catalog.ttl").text) == EXPLAINED.keys()


@needs_shapes
@pytest.mark.parametrize(
    ("name", "given", "instead"),
    [
        ("shapes", "xsd:nonNegativeInteger", "xsd:integer"),
        ("shapes", "xsd:hexBinary", "xsd:string"),
        ("range", "a dct:PeriodOfTime", "a dct:Location"),
        ("range", "a dct:LicenseDocument", "a dct:Standard"),
        ("shapes_recommended", "dcat:keyword", "dct:subject"),
    ],
)
def test_the_shapes_find_what_is_wrong(demonstration_client: FlaskClient, name: str, given: str, instead: str) -> None:
    turtle = demonstration_client.get("/catalog.ttl").text
    assert given in turtle
    assert results(name, turtle.replace(given, instead)) - EXPLAINED.keys()


def test_a_file_says_its_format_size_sum_and_contents(catalogue: Graph, demonstration: Release) -> None:
    files = {path: entry for path, entry in demonstration.manifest.files.items() if path.startswith("download/")}
    parts = set(catalogue.objects(DATASET, DCAT.distribution))
    assert len(parts) == len(files) == 24
    for part in parts:
        address = catalogue.value(part, DCAT.downloadURL)
        entry = files[str(address).removeprefix(BASE)]
        size, checksum = catalogue.value(part, DCAT.byteSize), catalogue.value(part, URIRef(f"{SPDX}checksum"))
        assert size == Literal(entry.bytes, datatype=XSD.nonNegativeInteger)
        sum_ = catalogue.value(checksum, URIRef(f"{SPDX}checksumValue"))
        assert isinstance(sum_, Literal)
        assert (str(sum_), sum_.datatype) == (entry.sha256, XSD.hexBinary)
        file_type = str(catalogue.value(part, DCTERMS.format))
        assert re.fullmatch(rf"{EU}file-type/(RDF_[A-Z_]+|JSON_LD|CSV|XLSX)", file_type)
        assert {text.language for text in catalogue.objects(part, DCTERMS.description)} == {"fr", "en"}  # type: ignore[union-attr]


def test_dataset_and_service_say_what_harvesters_look_for(catalogue: Graph) -> None:
    for thing in (DATASET, SERVICE):
        assert catalogue.value(thing, DCTERMS.identifier) == Literal(str(thing))
        assert all(isinstance(word, Literal) and word.language for word in catalogue.objects(thing, DCAT.keyword))
        assert len(list(catalogue.objects(thing, DCAT.keyword))) >= 8
        contact = catalogue.value(thing, DCAT.contactPoint)
        assert catalogue.value(contact, URIRef(f"{VCARD}hasEmail")) == URIRef("mailto:data@atlas.example")
    assert str(catalogue.value(DATASET, DCTERMS.modified)) <= "2026-11-23"


def test_the_data_says_when_and_where_it_is_about(demonstration: Release, catalogue: Graph) -> None:
    covered = coverage(demonstration.path / "download")
    assert covered.years
    assert covered.box
    (first, last), (west, south, east, north) = covered.years, covered.box
    period = catalogue.value(DATASET, DCTERMS.temporal)
    assert str(catalogue.value(period, DCAT.startDate)) == f"{first}-01-01"
    assert str(catalogue.value(period, DCAT.endDate)) == f"{last}-12-31"
    assert 1900 < first < last < 2100
    boxes = [
        box for extent in catalogue.objects(DATASET, DCTERMS.spatial) for box in catalogue.objects(extent, DCAT.bbox)
    ]
    assert boxes == [Literal(boxes[0], datatype=URIRef(GEOJSON_LITERAL))]
    polygon = json.loads(str(boxes[0]))
    assert polygon["type"] == "Polygon"
    # RFC 7946, 3.1.6: closed, and counterclockwise.
    assert polygon["coordinates"] == [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


@pytest.mark.parametrize("path", ["/catalog.rdf", "/catalog.ttl", "/catalog.jsonld", "/catalog"])
def test_a_harvester_is_not_sent_elsewhere(demonstration_client: FlaskClient, path: str) -> None:
    found = demonstration_client.get(path, headers={"Accept": "*/*"})
    assert found.status_code == 200
    assert found.data == demonstration_client.get(path, headers={"Accept": "*/*"}).data


@pytest.mark.parametrize("format_", RDF_FORMATS, ids=lambda f: f.name)
def test_every_format_says_the_same_and_nothing_is_left_to_be_fetched(
    demonstration_client: FlaskClient, catalogue: Graph, format_: object
) -> None:
    found = demonstration_client.get(f"/catalog.{format_.extension}")  # type: ignore[attr-defined]
    if format_.name == "json-ld":  # type: ignore[attr-defined]
        assert isinstance(json.loads(found.data)["@context"], dict)
    graph = Graph().parse(data=found.data, format=format_.rdflib)  # type: ignore[attr-defined]
    # udata fetches a period that has an IRI, so the served one has none.
    period = graph.value(DATASET, DCTERMS.temporal)
    assert isinstance(period, BNode)
    assert graph.value(period, RDF.type) == DCTERMS.PeriodOfTime
    expected = Graph()
    for triple in catalogue:
        expected.add(tuple(BNode("p") if term == URIRef(f"{BASE}#period") else term for term in triple))  # type: ignore[arg-type]
    plain = Graph()
    for triple in graph:
        if not any(str(term).startswith("http://www.w3.org/ns/hydra/") for term in triple):  # those of the page itself
            plain.add(triple)
    assert isomorphic(plain, expected)


@pytest.mark.parametrize(
    ("contact", "property_", "address"),
    [
        ("data@atlas.example", "hasEmail", "mailto:data@atlas.example"),
        ("mailto:data@atlas.example", "hasEmail", "mailto:data@atlas.example"),
        ("https://atlas.example/contact?a=b#c", "hasURL", "https://atlas.example/contact?a=b#c"),
        ("https://atlas.example/a b", "hasURL", "https://atlas.example/a%20b"),
        ("Le service <data@atlas.example>", "hasEmail", "mailto:Le%20service%20%3Cdata@atlas.example%3E"),
    ],
)
def test_any_contact_makes_a_catalogue(contact: str, property_: str, address: str) -> None:
    settings = Settings(contact=contact)
    told = Statistics(0, 0, {}, {})
    triples = describe_dataset(told, [], Coverage(), Iris(BASE), settings, "x", date(2026, 1, 1), None)
    graph = Graph().parse(data=write(triples, RDF_FORMATS[0]).decode())
    assert list(graph.objects(None, URIRef(f"{VCARD}{property_}"))) == [URIRef(address)]
    assert graph.value(DATASET, DCTERMS.temporal) is None


def test_what_no_table_tells_is_not_covered(tmp_path: Path) -> None:
    (tmp_path / "partnerships.csv").write_text("iri,startYear,endDate\na,,\nb,vers 1990,\n", encoding="utf-8")
    (tmp_path / "territories.csv").write_text("iri,lat,long\na,,\nb,48.5,\n", encoding="utf-8")
    assert coverage(tmp_path) == Coverage(None, None)
    (tmp_path / "partnerships.csv").write_text("iri,startYear,endDate\na,1990,\nb,,2030-06-30\n", encoding="utf-8")
    (tmp_path / "territories.csv").write_text("iri,lat,long\na,48.5,-4.5\n", encoding="utf-8")
    assert coverage(tmp_path) == Coverage((1990, 2030), (-4.5, 48.5, -4.5, 48.5))


def test_the_catalogue_says_that_it_is_one_page(demonstration_client: FlaskClient) -> None:
    hydra, catalog = Namespace("http://www.w3.org/ns/hydra/core#"), URIRef(f"{BASE}catalog")
    for extension in ("ttl", "rdf", "jsonld"):
        graph = Graph().parse(data=demonstration_client.get(f"/catalog.{extension}").data, format=FORMATS[extension])
        (page,) = graph.subjects(RDF.type, hydra.PartialCollectionView)
        assert graph.value(catalog, hydra.view) == page
        assert (graph.value(page, hydra.first), graph.value(page, hydra.last)) == (catalog, catalog)
        assert graph.value(page, hydra.next) is None
        assert set(graph.objects(catalog, hydra.member)) == set(graph.objects(catalog, DCAT.dataset))


FORMATS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
