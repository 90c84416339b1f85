"""A tiny store: three partnerships in the default graph, one remark in the quality graph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from atlas_ld.config import Settings
from atlas_ld.iris import Iris
from atlas_ld.sparql.client import QueryService

IRIS = Iris("http://localhost:8000/")

TURTLE = """
@prefix atlas: <https://w3id.org/atlas-ld/ontology#> .
@prefix code: <id/code/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix funding: <id/funding/> .
@prefix partnership: <id/partnership/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix territory: <id/territory/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

partnership:a a atlas:Partnership ; dct:title "Océan"@fr ; atlas:partnerCountry territory:country-ca ;
    atlas:declaredStatus code:status-under-way ; atlas:elapsed true ; atlas:fundingLine funding:a-1, funding:a-2 .
partnership:b a atlas:Partnership ; dct:title "Rivière,\\n« amont »"@fr ; atlas:partnerCountry territory:country-ca ;
    atlas:declaredStatus code:status-ended ; atlas:elapsed true .
partnership:c a atlas:Partnership ; dct:title "Forêt \\"}},{\\" <result>"@fr ;
    atlas:declaredStatus code:status-under-way .
funding:a-1 a atlas:FundingLine ; atlas:amount 39650 ; atlas:year "2012"^^xsd:gYear .
funding:a-2 a atlas:FundingLine ; atlas:amount 350.5 ; atlas:year "2013"^^xsd:gYear .
territory:country-ca rdfs:label "Canada"@fr, "Canada"@en .
"""


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "oxigraph"
    opened = ox.Store(str(path))
    opened.load(TURTLE.encode(), format=ox.RdfFormat.TURTLE, base_iri=IRIS.base)
    opened.load(b"<s:1> <p:1> 1 .", format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(IRIS.quality_graph))
    opened.flush()
    return path


@pytest.fixture(scope="session")
def large_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two thousand triples: their cross product three times over is never done."""
    path = tmp_path_factory.mktemp("large") / "oxigraph"
    opened = ox.Store(str(path))
    lines = "".join(f'<s:{i % 50}> <p:{i % 7}> "{i}" .\n' for i in range(2000))
    opened.load(lines.encode(), format=ox.RdfFormat.N_TRIPLES)
    opened.flush()
    return path


@pytest.fixture(scope="session")
def service(store: Path) -> Iterator[QueryService]:
    """A query service over the tiny store, with one worker."""
    opened = QueryService(store, IRIS.base, Settings(workers=1, query_seconds=20.0, query_cache_mb=0))
    yield opened
    opened.close()
