"""Many records checked together have the results that each has alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_ld.iris import Iris
from atlas_ld.rdf import RDF_TYPE, Triple, node, parse_file, text
from atlas_ld.validation import Group, Shapes, load_shapes, validate, validate_records
from atlas_ld.vocabulary import ATLAS, RDFS

IRIS = Iris("http://localhost:8000/")
FIXTURES = Path(__file__).parent.parent / "shapes"
WORLD = parse_file(FIXTURES / "world.ttl", IRIS.base)


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return load_shapes(IRIS.base)


def body(name: str, *labels: str) -> list[Triple]:
    """An organisation with these labels in French; two of them break its shape."""
    subject = node(IRIS.entity("organisation", name))
    described = [Triple(subject, RDF_TYPE, node(ATLAS.OtherOrganisation))]
    return described + [Triple(subject, node(RDFS.label), text(label)) for label in labels]


def test_records_checked_together_have_the_results_that_each_has_alone(shapes: Shapes) -> None:
    graphs = {p.stem: [*WORLD, *parse_file(p, IRIS.base)] for p in sorted(FIXTURES.glob("Partnership/*or*.ttl"))}
    alone = {key: list(validate(triples, shapes).results) for key, triples in graphs.items()}
    assert any(alone.values())
    assert validate_records({key: Group(triples) for key, triples in graphs.items()}, shapes) == alone


def test_a_fault_of_a_shared_entity_is_laid_to_every_record_that_describes_it(shapes: Shapes) -> None:
    wrong = {IRIS.entity("organisation", "shared"): body("shared", "Un nom", "Un autre nom")}
    groups = {"a": Group([], wrong), "b": Group(body("own", "B")), "c": Group(body("own", "B"), wrong)}
    found = validate_records(groups, shapes)
    assert [one.code for one in found["a"]] == ["Organisation-label/unique-lang"]
    assert found["b"] == []
    assert found["c"] == found["a"]


def test_records_that_name_a_shared_entity_differently_do_not_spoil_each_other(shapes: Shapes) -> None:
    iri = IRIS.entity("organisation", "shared")
    groups = {name: Group([], {iri: body("shared", name)}) for name in ("Agadez", "AGADEZ")}
    assert validate_records(groups, shapes) == {"Agadez": [], "AGADEZ": []}


def test_records_come_back_in_the_order_given(shapes: Shapes) -> None:
    groups = {key: Group(body("shared", key)) for key in ("c", "a", "b")}
    assert list(validate_records(groups, shapes)) == ["c", "a", "b"]
