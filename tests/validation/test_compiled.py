"""Compiled shapes find what pyshacl finds, result by result, and leave to it what they do not understand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from rdflib import Graph

from atlas_ld.iris import Iris
from atlas_ld.mapping import map_partnership
from atlas_ld.rdf import RDF_TYPE, Literal, Triple, node, parse_file, text
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve
from atlas_ld.validation import Group, Result, Shapes, load_shapes, validate, validate_records
from atlas_ld.validation.compiling import compile_shapes
from atlas_ld.vocabulary import ATLAS, PREFIXES, RDFS, XSD
from bench import corpus
from bench.faults import FAULTS

IRIS = Iris("http://localhost:8000/")
FIXTURES = Path(__file__).parent.parent / "shapes"
PREFIX_LINES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return load_shapes(IRIS.base)


@cache
def world() -> tuple[Triple, ...]:
    return tuple(parse_file(FIXTURES / "world.ttl", IRIS.base))


def fixture(path: Path) -> list[Triple]:
    return [*world(), *parse_file(path, IRIS.base)]


def compiled(triples: Sequence[Triple], shapes: Shapes) -> list[Result]:
    return validate_records({"only": Group(triples)}, shapes)["only"]


def reference(triples: Sequence[Triple], shapes: Shapes) -> list[Result]:
    return list(validate(triples, shapes).results)


@cache
def generated() -> dict[str, Group]:
    """Two records for each fault and as many sound ones, as graphs."""
    choices, gazetteer = corpus.load_world(), Gazetteer.load()
    records = [corpus.record(number, choices) for number in range(1, 4 * len(FAULTS) + 1)]
    planted = [FAULTS[n // 2 % len(FAULTS)].planted(one) if n % 2 else one for n, one in enumerate(records)]
    mapped = [
        map_partnership(one, one.key, resolve(one, gazetteer), gazetteer, IRIS, date(2026, 11, 23)) for one in planted
    ]
    return {one.key: Group(one.own, one.shared) for one in mapped}


@pytest.mark.parametrize("folder", sorted(p.name for p in FIXTURES.iterdir() if p.is_dir()))
def test_every_fixture_has_the_results_that_pyshacl_gives(shapes: Shapes, folder: str) -> None:
    for path in sorted((FIXTURES / folder).glob("*.ttl")):
        assert compiled(fixture(path), shapes) == reference(fixture(path), shapes), path.name


def test_planted_faults_are_found_as_pyshacl_finds_them(shapes: Shapes) -> None:
    found = validate_records(generated(), shapes)
    assert {result.code for results in found.values() for result in results} >= {fault.code for fault in FAULTS}
    for key, group in generated().items():
        assert found[key] == reference(list(group.triples()), shapes), key


@pytest.mark.parametrize("seed", range(12))
def test_graphs_damaged_at_random_are_judged_alike(shapes: Shapes, seed: int) -> None:
    """Triples taken out, objects swapped between triples, datatypes and languages changed, properties misplaced."""
    chance = random.Random(seed)
    triples = list(chance.choice(list(generated().values())).triples())
    for _ in range(15):
        at, other = chance.randrange(len(triples)), chance.choice(triples)
        hit = triples[at]
        value = getattr(hit.object, "value", "")
        damaged = chance.choice(
            (
                [],
                [Triple(hit.subject, hit.predicate, other.object)],
                [hit, Triple(hit.subject, other.predicate, hit.object)],
                [hit, Triple(hit.subject, hit.predicate, text(f"{value} bis", chance.choice(("fr", "en", "fr-CA"))))],
                [Triple(hit.subject, hit.predicate, Literal(value, datatype=node(XSD.gYear)))],
                [Triple(hit.subject, hit.predicate, Literal(value, datatype=node(XSD.decimal)))],
                [Triple(hit.subject, hit.predicate, Literal("-1", datatype=node(XSD.integer)))],
                [Triple(hit.subject, hit.predicate, Literal("2021-02-31", datatype=node(XSD.date)))],
            )
        )
        triples[at : at + 1] = damaged or [other]
    triples = list(dict.fromkeys(triples))
    assert compiled(triples, shapes) == reference(triples, shapes)


def test_every_shape_of_ours_is_compiled(shapes: Shapes) -> None:
    assert shapes.compiled.rest is None


@pytest.mark.parametrize(
    "constraint",
    [
        "sh:property [ sh:path rdfs:label ; sh:equals rdfs:comment ]",
        "sh:property [ sh:path [ sh:inversePath rdfs:label ] ; sh:minCount 1 ]",
        "sh:xone ( [ sh:property [ sh:path rdfs:label ; sh:minCount 2 ] ] )",
        "sh:property [ sh:path rdfs:label ; sh:datatype xsd:dateTime ]",
        "sh:property [ sh:path rdfs:label ; sh:minCount 2 ] ; sh:targetNode <http://localhost:8000/id/organisation/a>",
        'sh:sparql [ sh:select "SELECT $this WHERE { FILTER NOT EXISTS { $this rdfs:comment ?any } }" ; '
        "sh:prefixes <https://w3id.org/atlas-ld/shapes> ]",
        'sh:sparql [ sh:select "SELECT $this WHERE { ?other rdfs:label ?name FILTER (?other = $this) }" ; '
        "sh:prefixes <https://w3id.org/atlas-ld/shapes> ]",
    ],
)
def test_a_shape_that_is_not_understood_is_left_to_pyshacl_whole(shapes: Shapes, constraint: str) -> None:
    turtle = f"""{PREFIX_LINES}
        <https://w3id.org/atlas-ld/shapes> sh:declare
            [ sh:prefix "rdfs" ; sh:namespace "http://www.w3.org/2000/01/rdf-schema#"^^xsd:anyURI ] .
        shape:Odd a sh:NodeShape ; sh:targetClass atlas:OtherOrganisation ; {constraint} ."""
    graph = shapes.graph + Graph().parse(data=turtle)
    odd = replace(shapes, graph=graph, compiled=compile_shapes(graph))
    assert odd.compiled.rest is not None
    subject = node(IRIS.entity("organisation", "a"))
    body = [Triple(subject, RDF_TYPE, node(ATLAS.OtherOrganisation)), Triple(subject, node(RDFS.label), text("A"))]
    expected = reference(body, odd)
    assert expected
    assert compiled(body, odd) == expected


def test_a_record_that_speaks_of_subclasses_is_left_to_pyshacl(shapes: Shapes) -> None:
    kind = node("http://example.org/Kind")
    subject = node(IRIS.entity("organisation", "a"))
    graph = [Triple(subject, RDF_TYPE, kind), Triple(kind, node(RDFS.subClassOf), node(ATLAS.OtherOrganisation))]
    assert reference(graph, shapes)
    assert compiled(graph, shapes) == reference(graph, shapes)


def test_a_subject_that_two_records_describe_otherwise_is_judged_in_each(shapes: Shapes) -> None:
    subject = node(IRIS.entity("organisation", "a"))
    body = [Triple(subject, RDF_TYPE, node(ATLAS.OtherOrganisation)), Triple(subject, node(RDFS.label), text("A"))]
    wrong = Triple(subject, node(ATLAS.sirenCode), Literal("242900315"))
    shared = {subject.value: body}
    groups = {"right": Group([], shared), "wrong": Group([*body, wrong]), "again": Group([], shared)}
    found = validate_records(groups, shapes)
    assert found["right"] == found["again"] == []
    assert [result.code for result in found["wrong"]] == ["Organisation-sirenCode-checksum"]
