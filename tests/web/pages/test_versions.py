"""The versions of the ontology dereference, and the page of licences names those to whom the data owe."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from rdflib import OWL, Graph, URIRef

from atlas_ld.catalogue import REFERENCES
from atlas_ld.web.pages.model import VERSIONS

ONTOLOGY = URIRef("https://w3id.org/atlas-ld/ontology")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("extension", ["", ".ttl", ".nt"])
def test_a_version_of_the_ontology_answers_with_itself(client: FlaskClient, version: str, extension: str) -> None:
    response = client.get(f"/ontology/{version}{extension}", headers={"Accept": "text/turtle"})
    assert response.status_code == 200
    graph = Graph().parse(data=response.text, format="nt" if extension == ".nt" else "turtle")
    assert graph.value(ONTOLOGY, OWL.versionIRI) == URIRef(f"{ONTOLOGY}/{version}")


def test_a_version_that_never_was_is_not_found(client: FlaskClient) -> None:
    assert client.get("/ontology/9.9.9").status_code == 404


def test_the_page_of_licences_names_the_reference_data(client: FlaskClient) -> None:
    text = client.get("/about/licences").text
    for one in REFERENCES:
        assert one.homepage in text
        assert one.license in text
