"""The model that the shapes give, and the JSON-LD context drawn from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from atlas_ld import jsonld
from atlas_ld.errors import BrokenResource
from atlas_ld.findings import Severity
from atlas_ld.hierarchy import subclasses
from atlas_ld.iris import Iris
from atlas_ld.media import TURTLE
from atlas_ld.model import ClassModel, Field, Model, load_model, reading
from atlas_ld.rdf import parse_file, write
from atlas_ld.vocabulary import ATLAS, DCTERMS, ORG, OWL, PREFIXES, RDF, XSD

IRIS = Iris("http://localhost:8000/")
FIXTURES = Path(__file__).parents[1] / "shapes"
NAMESPACES = PREFIXES | IRIS.prefixes


@pytest.fixture(scope="module")
def read() -> Model:
    return load_model(IRIS.base)


def class_(read: Model, name: str) -> ClassModel:
    return next(one for one in read.classes if one.local_name == name)


def field(read: Model, name: str, local: str) -> Field:
    return next(one for one in class_(read, name).fields if one.local_name == local)


def test_every_class_of_the_ontology_is_described(read: Model) -> None:
    graph = Graph().parse(Path(__file__).parents[2] / "ontology" / "atlas.ttl")
    classes = {str(term) for term in graph.subjects(RDF.type, OWL.Class)}
    described = {one.iri for one in read.classes}
    # A class above others is described by what these are.
    assert {one for one in classes if not described.intersection((one, *subclasses(one)))} == set()


def test_every_property_of_the_ontology_is_a_field_somewhere(read: Model) -> None:
    properties = {str(ATLAS[name]) for name in ATLAS.__annotations__ if name[0].islower()} - {str(ATLAS.derived)}
    assert properties <= set(read.fields_by_path)


def test_a_class_is_found_by_the_types_of_a_thing(read: Model) -> None:
    authority = read.of([str(ORG.FormalOrganization), str(ATLAS.TerritorialAuthority)])
    assert authority is not None
    assert authority.iri == str(ATLAS.TerritorialAuthority)
    assert read.of([str(ATLAS.OtherOrganisation)]) is class_(read, "OtherOrganisation")
    assert read.of(["https://example.org/Unheard"]) is None


def test_a_field_says_what_its_shape_says(read: Model) -> None:
    title = field(read, "Partnership", "title")
    assert (title.path, title.minimum, title.maximum, title.many) == (str(DCTERMS.title), 1, 1, False)
    assert (title.name["fr"], title.name["en"]) == ("Titre", "Title")
    assert (title.datatype, title.languages, title.severity) == (str(RDF.langString), ("fr",), Severity.VIOLATION)
    assert field(read, "Partnership", "declaredStatus").scheme == f"{IRIS.base}id/code/status"
    assert field(read, "Participation", "member").classes == (
        str(ATLAS.DiplomaticPost),
        str(ATLAS.OtherOrganisation),
        str(ATLAS.TerritorialAuthority),
    )
    assert field(read, "FundingLine", "amount").datatype == str(XSD.decimal)
    assert field(read, "Partnership", "participation").many
    assert field(read, "Partnership", "elapsed").derived
    assert not field(read, "Partnership", "startYear").derived


def test_groups_and_their_fields_are_in_the_order_of_the_shapes(read: Model) -> None:
    for one in read.classes:
        orders = [group.order for group in one.groups]
        assert orders == sorted(set(orders))
        for group in one.groups:
            ranks = [member.order for member in group.fields]
            assert ranks == sorted(set(ranks))


def test_no_property_has_two_fields_in_one_class(read: Model) -> None:
    for one in read.classes:
        paths = [member.path for member in one.fields]
        assert len(paths) == len(set(paths))


def test_reading_order_begins_with_the_title_and_knows_every_property(read: Model) -> None:
    assert read.order[str(DCTERMS.title)] == 0
    assert set(read.order) == set(read.fields_by_path)
    assert sorted(read.order.values()) == list(range(len(read.order)))


def test_rules_are_listed_with_their_class(read: Model) -> None:
    rules = {rule.shape.rpartition("#")[2]: rule for rule in class_(read, "Partnership").rules}
    assert rules["Partnership-end-before-start"].path is None
    assert rules["Partnership-title-short"].path == str(DCTERMS.title)
    assert rules["Partnership-partners-undocumented"].severity is Severity.WARNING


def test_the_model_follows_the_base(read: Model) -> None:
    other = load_model("https://data.example.org/")
    assert field(other, "Partnership", "declaredStatus").scheme == "https://data.example.org/id/code/status"


def test_a_term_is_the_local_name_unless_it_is_taken(read: Model) -> None:
    assert read.terms[str(ATLAS.startYear)] == "startYear"
    assert read.terms[str(DCTERMS.type)] == "form"
    assert len(set(read.terms.values())) == len(read.terms)


def test_the_context_coerces_each_term_as_its_shapes_say(read: Model) -> None:
    context = read.context(NAMESPACES)
    assert (context["id"], context["type"]) == ("@id", "@type")
    assert context["title"] == {"@id": "dct:title", "@language": "fr"}
    assert context["startYear"] == {"@id": "atlas:startYear", "@type": "xsd:gYear"}
    assert context["participation"] == {"@id": "atlas:participation", "@type": "@id", "@container": "@set"}
    assert context["identifier"] == {"@id": "dct:identifier"}
    assert context["Partnership"] == {"@id": "atlas:Partnership"}


def test_a_prefix_gives_way_to_a_term_of_its_name(read: Model) -> None:
    context = read.context(NAMESPACES)
    assert context["theme"] == {"@id": "atlas:theme", "@type": "@id"}
    assert context["partnership"] == f"{IRIS.base}id/partnership/"


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/valid-full.ttl")), ids=lambda path: path.parent.name)
def test_an_entity_compacted_with_the_context_is_the_same_graph(read: Model, path: Path) -> None:
    triples = parse_file(path, IRIS.base)
    compacted = Graph().parse(data=jsonld.dump(triples, read.context(NAMESPACES)), format="json-ld")
    assert isomorphic(compacted, Graph().parse(data=write(triples, TURTLE)))


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/valid-full.ttl")), ids=lambda path: path.parent.name)
def test_every_property_of_an_entity_has_a_term(read: Model, path: Path) -> None:
    context = read.context(NAMESPACES)
    nodes = json.loads(jsonld.dump(parse_file(path, IRIS.base), context))["@graph"]
    assert {key for node in nodes for key in node} <= set(context)


@pytest.mark.parametrize(
    ("without", "sentence"),
    [
        ('sh:name "Titre"@fr , "Title"@en ;', "has no|lacks sh:name"),
        ("sh:order 1 ;", "has no sh:order"),
        ("sh:group shape:group-identity ;", "has no sh:group"),
    ],
)
def test_a_shape_that_lacks_what_a_page_needs_is_one_sentence(
    without: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turtle = """
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix shape: <https://w3id.org/atlas-ld/shapes#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        shape:group-identity rdfs:label "Identité"@fr , "Identity"@en ; sh:order 1 .
        shape:Thing sh:targetClass <https://example.org/Thing> ; sh:property shape:Thing-title ; sh:order 1 ;
            rdfs:label "Chose"@fr , "Thing"@en ; rdfs:comment "Chose."@fr , "Thing."@en .
        shape:Thing-title sh:path <http://purl.org/dc/terms/title> ;
            sh:name "Titre"@fr , "Title"@en ;
            sh:description "Titre."@fr , "Title."@en ;
            sh:order 1 ;
            sh:group shape:group-identity ;
            sh:message "Donnez-le."@fr , "Give it."@en ."""
    (tmp_path / "a.ttl").write_text(turtle)
    monkeypatch.setattr(reading, "turtle_files", lambda _: [tmp_path / "a.ttl"])
    assert len(load_model.__wrapped__(IRIS.base).classes[0].fields) == 1
    head, _, tail = turtle.rpartition(without)
    (tmp_path / "a.ttl").write_text(head + tail if "name" not in without else head + 'sh:name "Titre"@fr ;' + tail)
    with pytest.raises(BrokenResource, match=sentence):
        load_model.__wrapped__(IRIS.base)
