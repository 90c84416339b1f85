"""Each figure is what counting by other means gives, and the answers of its query are what it counts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from atlas_ld.iris import Iris
from atlas_ld.model import load_model
from atlas_ld.quality.figures import COVERAGE, Figure, coverage, links
from atlas_ld.rdf import RDF_TYPE, Graph, parse_lines
from atlas_ld.release.layout import Release
from atlas_ld.release.reading.store import Reader
from atlas_ld.vocabulary import ATLAS, FOAF, ORG, OWL, PREFIXES, RDFS

BASE = "http://localhost:8000/"
IRIS = Iris(BASE)


@pytest.fixture(scope="module")
def graph(demonstration: Release) -> Graph:
    """All that is said, from the dump."""
    return Graph(parse_lines(demonstration.dump.read_bytes()))


@pytest.fixture(scope="module")
def figures(demonstration: Release) -> Mapping[str, Figure]:
    reader = Reader(demonstration.store, PREFIXES | IRIS.prefixes)
    return {figure.name: figure for figure in (*coverage(reader, load_model(BASE)), *links(reader))}


def values(graph: Graph, iri: str, property_: object) -> set[str]:
    return {term.value for term in graph.objects(iri, str(property_))}


def test_a_coverage_is_the_number_of_things_that_tell_the_field(figures: Mapping[str, Figure], graph: Graph) -> None:
    unknown = IRIS.code("tri", "unknown")
    checked = 0
    for class_ in load_model(BASE).classes:
        things = [iri for iri in graph if class_.iri in values(graph, iri, RDF_TYPE.value)]
        for field in class_.fields:
            name = f"{COVERAGE}-{class_.local_name}-{field.local_name}"
            if not things or field.derived or not class_.iri.startswith(str(ATLAS)):
                assert name not in figures
                continue
            told = [iri for iri in things if values(graph, iri, field.path) - {unknown}]
            assert (figures[name].count, figures[name].total) == (len(told), len(things)), name
            checked += 1
    assert checked > 60


def test_the_rates_of_links_are_those_of_the_graph(figures: Mapping[str, Figure], graph: Graph) -> None:
    def having(property_: object, *wanted: str) -> set[str]:
        found = ((iri, values(graph, iri, property_)) for iri in graph)
        return {iri for iri, told in found if (told & set(wanted) if wanted else told)}

    code = IRIS.code
    identified = having(ATLAS.identification, code("identification", "identified"))
    french = having(ORG.role, code("role", "french-authority"))
    foreign = having(ORG.role, code("role", "foreign-partner"))
    matched, placed = having(ATLAS.matchMethod), having(ATLAS.country)
    of_country = {iri for iri in foreign if values(graph, iri, ORG.member) & placed}
    lines = having(RDF_TYPE.value, str(ATLAS.FundingLine))
    territories = having(RDF_TYPE.value, str(ATLAS.Territory))
    sources = having(RDF_TYPE.value, str(ATLAS.Source))
    wanted = {
        "identified": (identified, having(ATLAS.identification)),
        "authorities-matched": (french & matched, french),
        "partners-matched": (foreign & matched, foreign),
        "partners-country": (of_country, foreign),
        "funders-identified": ({iri for iri in lines if values(graph, iri, ATLAS.funder) & identified}, lines),
        "territories-linked": (territories & (having(OWL.sameAs) | having(RDFS.seeAlso)), territories),
        "sources-addressed": (sources & having(FOAF.page), sources),
    }
    found = {name.removeprefix("links-"): one for name, one in figures.items() if name.startswith("links-")}
    assert found.keys() == wanted.keys()
    for name, (part, whole) in wanted.items():
        assert (found[name].count, found[name].total) == (len(part), len(whole)), name
        assert 0 < len(part) <= len(whole)


def test_a_share_has_four_digits_and_nothing_of_nothing_is_zero(figures: Mapping[str, Figure]) -> None:
    assert all(0 <= figure.share <= 1 for figure in figures.values())
    one = figures["coverage-Partnership-startYear"]
    assert str(one.share) == f"{one.count / one.total:.4f}"
