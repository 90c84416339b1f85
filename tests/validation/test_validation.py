"""Checks of graphs and of many records, and what their reports say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, SH, BNode, Graph, URIRef

from atlas_ld.errors import BrokenResource
from atlas_ld.findings import Severity
from atlas_ld.iris import Iris
from atlas_ld.rdf import RDF_TYPE, Literal, Triple, node, parse_file, text
from atlas_ld.validation import Report, Result, Shapes, load_shapes, validate
from atlas_ld.vocabulary import ATLAS, RDFS

IRIS = Iris("http://localhost:8000/")
FIXTURES = Path(__file__).parents[1] / "shapes"
WORLD = parse_file(FIXTURES / "world.ttl", IRIS.base)


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return load_shapes(IRIS.base)


def fixture(name: str) -> list[Triple]:
    return [*WORLD, *parse_file(FIXTURES / f"{name}.ttl", IRIS.base)]


def body(name: str, *labels: str) -> list[Triple]:
    """An organisation with these labels in French; two of them break its shape."""
    subject = node(IRIS.entity("organisation", name))
    described = [Triple(subject, RDF_TYPE, node(ATLAS.OtherOrganisation))]
    return described + [Triple(subject, node(RDFS.label), text(label)) for label in labels]


def result(**changed: Any) -> Result:
    values: dict[str, Any] = {
        "focus": IRIS.entity("partnership", "a"),
        "path": str(ATLAS.startYear),
        "term": Literal("20", datatype=node("http://www.w3.org/2001/XMLSchema#gYear")),
        "shape": "https://w3id.org/atlas-ld/shapes#Partnership-startYear",
        "constraint": str(SH.PatternConstraintComponent),
        "severity": Severity.VIOLATION,
        "fr": "Donnez une année.",
        "en": "Give a year.",
    }
    return Result(**values | changed)


def luhn(digits: str) -> bool:
    """Independent of the shape: by the digits of each doubled number."""
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return sum(sum(map(int, str(number))) for number in doubled) % 10 == 0


@given(st.text("0123456789", min_size=9, max_size=9))
@settings(max_examples=40, deadline=None)
def test_a_siren_is_refused_exactly_where_its_check_digit_is_wrong(siren: str) -> None:
    subject = node(IRIS.entity("organisation", "a"))
    report = validate([*body("a", "A"), Triple(subject, node(ATLAS.sirenCode), Literal(siren))], load_shapes(IRIS.base))
    assert report.conforms is luhn(siren)


def test_the_siren_of_brest_metropole_is_right(shapes: Shapes) -> None:
    siren = Triple(node(IRIS.entity("organisation", "a")), node(ATLAS.sirenCode), Literal("242900314"))
    assert validate([*body("a", "A"), siren], shapes).results == ()


def test_a_warning_conforms_and_a_violation_does_not(shapes: Shapes) -> None:
    warned = validate(fixture("Partnership/invalid-title-short-minLength"), shapes)
    assert warned.conforms
    assert warned.counts == {Severity.VIOLATION: 0, Severity.WARNING: 1, Severity.INFO: 0}
    assert not validate(fixture("Partnership/invalid-title-minCount"), shapes).conforms


def test_a_result_has_its_message_in_both_languages(shapes: Shapes) -> None:
    for name in ("Partnership/invalid-end-before-start-sparql", "Partnership/invalid-startYear-pattern"):
        (only,) = validate(fixture(name), shapes).results
        assert only.fr
        assert only.en
        assert only.fr != only.en


def test_a_value_is_reported_as_it_was_written(shapes: Shapes) -> None:
    (only,) = validate(fixture("Partnership/invalid-startYear-pattern"), shapes).results
    assert only.value == "20"


def test_a_value_that_is_not_of_its_datatype_says_nothing_on_the_log(
    shapes: Shapes, caplog: pytest.LogCaptureFixture
) -> None:
    impossible = Literal("2020-02-31", datatype=node("http://www.w3.org/2001/XMLSchema#date"))
    subject = node(IRIS.entity("partnership", "sample"))
    graph = [*fixture("Partnership/valid-minimal"), Triple(subject, node(ATLAS.endDate), impossible)]
    assert [one.code for one in validate(graph, shapes).results] == ["Partnership-endDate/datatype"]
    assert caplog.records == []


def test_a_record_may_name_a_theme_that_the_ontology_describes(shapes: Shapes) -> None:
    """Written otherwise, `Énergie` has the same key; the ontology's own label stays, and the record is no worse."""
    energy = node(IRIS.entity("theme", "environnement-climat-et-energie--energie"))
    label = Triple(energy, node("http://www.w3.org/2004/02/skos/core#prefLabel"), text("Énergie"))
    assert validate([*fixture("Partnership/valid-minimal"), label], shapes).results == ()


@pytest.mark.parametrize("answer", [ValueError("no report"), b"no report"])
def test_an_answer_of_pyshacl_that_is_no_graph_is_one_sentence(
    shapes: Shapes, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    monkeypatch.setattr(pyshacl, "validate", lambda *_, **__: (False, answer, "Validation Failure"))
    with pytest.raises(BrokenResource, match="The shapes cannot be used: Validation Failure"):
        validate(body("a", "A"), shapes)


def test_a_shape_that_pyshacl_refuses_is_one_sentence(shapes: Shapes) -> None:
    broken = Graph().parse(
        data=f"""@prefix sh: <{SH}> . @prefix atlas: <{ATLAS._NS}> . @prefix rdfs: <{RDFS._NS}> .
        [] a sh:NodeShape ; sh:targetClass atlas:OtherOrganisation ;
            sh:property [ sh:path rdfs:label ; sh:minCount "a" ] ."""
    )
    with pytest.raises(BrokenResource, match="The shapes cannot be used"):
        validate(body("a", "A"), replace(shapes, graph=broken))


def test_a_code_names_the_shape_and_the_constraint() -> None:
    assert result().code == "Partnership-startYear/pattern"
    assert result(constraint=str(SH.LessThanOrEqualsConstraintComponent)).code.endswith("/less-than-or-equals")
    assert result(constraint=str(SH.SPARQLConstraintComponent)).code == "Partnership-startYear"


def test_a_finding_says_what_the_value_was_and_cuts_a_long_one() -> None:
    finding = result().to_finding()
    assert finding.en == "Give a year. Value: “20”."
    assert finding.fr.startswith("Donnez une année. Valeur")
    assert finding.field == "atlas:startYear"
    assert len(result(term=text("mot " * 500)).to_finding().en) < 200


def test_a_remark_on_the_whole_of_a_thing_does_not_repeat_its_address() -> None:
    remark = result(path=None, term=node(IRIS.entity("partnership", "a")))
    assert remark.to_finding().en == "Give a year."
    assert "value" not in Report((remark,)).to_text()


def test_a_text_report_puts_the_worst_first_and_counts_last() -> None:
    report = Report(tuple(sorted((result(severity=Severity.INFO), result()), key=lambda one: one.sort_key)))
    lines = report.to_text().splitlines()
    assert lines[0] == "violation: Partnership-startYear/pattern"
    assert lines[-1] == "Does not conform: 1 violation, 0 warnings, 1 info."
    assert any("Give a year." in line for line in lines)
    assert any("Donnez une année." in line for line in lines)


def test_a_report_without_results_is_one_line() -> None:
    assert Report(()).to_text() == "Conforms: 0 violations, 0 warnings, 0 infos.\n"


def test_a_json_report_holds_the_counts_and_every_field_of_a_result() -> None:
    whole = json.loads(Report((result(),)).to_json())
    assert whole["conforms"] is False
    assert whole["counts"] == {"violation": 1, "warning": 0, "info": 0}
    assert whole["results"][0]["value"] == "20"
    assert whole["results"][0]["code"] == "Partnership-startYear/pattern"


def test_a_turtle_report_is_a_validation_report_without_blank_nodes() -> None:
    graph = Graph().parse(data=Report((result(), result(path=None, term=None))).to_turtle(IRIS))
    assert not any(isinstance(term, BNode) for triple in graph for term in triple)
    report = URIRef(IRIS.quality_graph)
    assert (report, RDF.type, SH.ValidationReport) in graph
    assert len(list(graph.objects(report, SH.result))) == 2
    assert graph.value(report, SH.conforms).toPython() is False  # type: ignore[union-attr]


def test_a_turtle_report_tells_each_result_once_whatever_their_order() -> None:
    two = (result(), result(focus=IRIS.entity("partnership", "b")))
    assert Report(two).to_turtle(IRIS) == Report((*reversed(two), result())).to_turtle(IRIS)


def test_a_report_is_the_same_under_any_hash_seed() -> None:
    program = (
        "from pathlib import Path; from atlas_ld.rdf import parse_file; from atlas_ld.validation import *;"
        f"base = {IRIS.base!r}; folder = Path({str(FIXTURES)!r}) / 'Partnership';"
        "triples = [t for f in sorted(folder.glob('invalid-[a-e]*.ttl')) for t in parse_file(f, base)];"
        "print(validate(triples, load_shapes(base)).to_json())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
