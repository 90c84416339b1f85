"""What F-UJI and the Metadata Quality Assessment would say: the scores are told, and fall when something goes."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from rdflib import DCAT, DCTERMS, Graph

from tests.dcat_ap import FOLDER, results
from tests.fair import METRICS, find, fuji, missing, mqa, total

BASE = "http://localhost:8000/"
needs_metrics = pytest.mark.skipif(
    not (METRICS.exists() and FOLDER.exists()), reason="the reference schemas are not beside the checkout"
)


@needs_metrics
def test_all_of_f_uji_is_met_but_an_identifier_that_a_register_keeps(demonstration_client: FlaskClient) -> None:
    """A persistent identifier is the publisher's to have: the base IRI of the demonstration is this machine."""
    scores = fuji(find(demonstration_client, BASE))
    assert len(scores) == 17
    assert total(scores) == (25, 26)
    assert missing(scores) == ["FsF-F1-02MD Persistent Identifier Metadata and Data"]


@needs_metrics
def test_the_catalogue_is_excellent_by_the_mqa(demonstration_client: FlaskClient) -> None:
    """351 points of 405 and more are excellent. The licence is a setting, and that of the demonstration is none of the
    EU's table; rights beyond it are not claimed."""
    found = find(demonstration_client, BASE)
    scores = mqa(found, compliant=not results("shapes", demonstration_client.get("/catalog.ttl").text))
    assert total(scores)[1] == 405
    assert missing(scores) == ["licence from a vocabulary", "rights"]
    assert total(scores)[0] == 390


@needs_metrics
@pytest.mark.parametrize(
    ("property_", "of_dataset", "lost"),
    [(DCAT.keyword, True, 30), (DCTERMS.spatial, True, 20), (DCAT.byteSize, False, 5), (DCTERMS.format, False, 30)],
)
def test_a_property_that_is_missing_costs_points(
    demonstration_client: FlaskClient, property_: object, of_dataset: bool, lost: int
) -> None:
    whole = Graph().parse(data=demonstration_client.get("/catalog.ttl").text)
    before = total(mqa(find(demonstration_client, BASE, whole), compliant=True))[0]
    whole.remove((None, property_, None))  # type: ignore[arg-type]
    assert before - total(mqa(find(demonstration_client, BASE, whole), compliant=True))[0] == lost
    assert of_dataset in (True, False)


@needs_metrics
def test_a_page_without_embedded_metadata_costs_points(demonstration_client: FlaskClient) -> None:
    bare = fuji(find(demonstration_client, BASE, page="<html></html>"))
    assert total(bare)[0] < total(fuji(find(demonstration_client, BASE)))[0] - 5
