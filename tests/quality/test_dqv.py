"""The figures in RDF, by the Data Quality Vocabulary."""

from __future__ import annotations

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SKOS, XSD

from atlas_ld.media import TURTLE
from atlas_ld.model import Bilingual
from atlas_ld.quality.dqv import DQV, LDQD, QUALITY_PREFIXES, describe
from atlas_ld.quality.figures import Figure
from atlas_ld.quality.remarks import Kind, Remark
from atlas_ld.rdf import write

BASE = "https://data.example/"
LABEL = Bilingual("Année de début", "Start year")
FIGURE = Figure("coverage", "coverage-Partnership-startYear", LABEL, LABEL, LABEL, 3, 4, "SELECT ...")
REMARK = Remark("published", "1", "", "warning", "Partnership-x/max-count", "fr", "en", "", ())


def test_each_figure_is_a_measurement_with_its_metric_and_dimension() -> None:
    kinds = [Kind(REMARK.code, "warning", 7, 5, REMARK)]
    graph = Graph()
    graph.parse(
        data=write(describe([FIGURE], kinds, {"published": 4}, BASE), TURTLE, QUALITY_PREFIXES), format="turtle"
    )
    found = {
        str(metric).rpartition("#")[2]: graph.value(one, URIRef(f"{DQV}value"))
        for one in graph.subjects(RDF.type, URIRef(f"{DQV}QualityMeasurement"))
        for metric in graph.objects(one, URIRef(f"{DQV}isMeasurementOf"))
        if (metric, RDF.type, URIRef(f"{DQV}Metric")) in graph
    }
    assert found == {
        "metric-coverage-Partnership-startYear": Literal("0.75", datatype=XSD.decimal),
        "metric-remarks-Partnership-x-max-count": Literal(7),
        "metric-published": Literal(4),
    }
    assert len(list(graph.objects(URIRef(BASE), URIRef(f"{DQV}hasQualityMeasurement")))) == 3
    metric = URIRef(f"{BASE}quality#metric-coverage-Partnership-startYear")
    assert graph.value(metric, URIRef(f"{DQV}inDimension")) == URIRef(f"{LDQD}completeness")
    assert Literal("Start year : Start year", lang="en") in set(graph.objects(metric, SKOS.prefLabel))
