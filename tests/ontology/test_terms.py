"""The ontology, the code lists, the themes, the goals and the shapes: complete, bilingual, tied together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from rdflib import DCAT, DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SH, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.namespace import DefinedNamespace

from atlas_ld import records
from atlas_ld.iris import theme_key
from atlas_ld.rdf import parse_file
from atlas_ld.reference import gazetteer, matching
from atlas_ld.reference.names import _OTHER_KINDS, FRENCH_KIND_CODES
from atlas_ld.resources import root, turtle_files
from atlas_ld.validation import load_shapes, validate
from atlas_ld.vocabulary import ATLAS, SDG, SHAPE
from atlas_ld.web.pages import model

BASE = "http://localhost:8000/"
ONTOLOGY = URIRef("https://w3id.org/atlas-ld/ontology")
SCHEME = URIRef(f"{BASE}id/theme/scheme")
FILES = turtle_files("ontology", "shapes")
BOTH = {"fr", "en"}


@pytest.fixture(scope="module")
def graph() -> Graph:
    """Every file of the ontology and the shapes."""
    whole = Graph()
    for path in FILES:
        whole.parse(path, publicID=BASE)
    return whole


def languages(graph: Graph, subject: Any, property_: URIRef) -> set[str | None]:
    return {text.language for text in graph.objects(subject, property_) if isinstance(text, Literal)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_of_the_ontology_is_turtle_for_rdflib_too(path: Path) -> None:
    assert len(Graph().parse(path, publicID=BASE)) == len(set(parse_file(path, BASE)))


def test_the_ontology_says_what_and_which_version_it_is(graph: Graph) -> None:
    version = graph.value(ONTOLOGY, OWL.versionInfo)
    assert str(graph.value(ONTOLOGY, OWL.versionIRI)) == f"{ONTOLOGY}/{version}"
    for property_ in (DCTERMS.title, DCTERMS.description):
        assert languages(graph, ONTOLOGY, property_) == BOTH


@pytest.mark.parametrize("name", sorted(name for name in ATLAS.__annotations__ if not name.startswith("_")))
def test_a_term_is_labelled_and_defined_in_both_languages(graph: Graph, name: str) -> None:
    term: URIRef = getattr(ATLAS, name)
    assert languages(graph, term, RDFS.label) == BOTH
    assert languages(graph, term, SKOS.definition) == BOTH
    assert graph.value(term, RDFS.isDefinedBy) == ONTOLOGY


def test_every_concept_is_labelled_defined_and_noted(graph: Graph) -> None:
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        assert languages(graph, concept, SKOS.prefLabel) == BOTH, concept
        if str(concept).startswith(BASE):  # the goals are the United Nations'
            assert languages(graph, concept, SKOS.definition) == BOTH, concept
            assert str(concept).endswith(str(graph.value(concept, SKOS.notation))), concept


@pytest.mark.parametrize(
    ("list_", "values"),
    [
        ("form", records.Form),
        ("status", records.Status),
        ("role", records.Role),
        ("tri", records.Tri),
        ("section", records.Section),
        ("level", gazetteer.Level),
        ("funder-kind", matching.FunderKind),
    ],
)
def test_a_code_list_has_the_values_that_records_may_have(graph: Graph, list_: str, values: object) -> None:
    scheme = URIRef(f"{BASE}id/code/{list_}")
    concepts = set(graph.subjects(SKOS.inScheme, scheme))
    assert concepts == {URIRef(f"{scheme}-{value}") for value in get_args(values)}
    assert concepts == set(graph.objects(scheme, SKOS.hasTopConcept)) == set(graph.subjects(SKOS.topConceptOf, scheme))
    assert all(str(concept) == f"{scheme}-{graph.value(concept, SKOS.notation)}" for concept in concepts)


def path_of(graph: Graph, theme: Any) -> tuple[str, ...]:
    """The French labels of a theme and of those above it, top level first."""
    labels = (label for label in graph.objects(theme, SKOS.prefLabel) if isinstance(label, Literal))
    label = next(str(label) for label in labels if label.language == "fr")
    above = graph.value(theme, SKOS.broader)
    return (*(path_of(graph, above) if above else ()), label)


def test_a_theme_has_the_key_of_its_path(graph: Graph) -> None:
    for theme in graph.subjects(SKOS.inScheme, SCHEME):
        assert str(theme) == f"{BASE}id/theme/{theme_key(path_of(graph, theme))}"


def test_the_theme_tree_is_that_of_the_atlas(graph: Graph) -> None:
    depths = [len(path_of(graph, theme)) for theme in graph.subjects(SKOS.inScheme, SCHEME)]
    assert [depths.count(depth) for depth in (1, 2, 3)] == [5, 18, 11]


def test_the_theme_tree_can_be_walked_both_ways(graph: Graph) -> None:
    up = {(theme, above) for theme, above in graph.subject_objects(SKOS.broader)}
    assert up == {(theme, above) for above, theme in graph.subject_objects(SKOS.narrower)}
    tops = set(graph.objects(SCHEME, SKOS.hasTopConcept))
    assert tops == set(graph.subjects(SKOS.topConceptOf, SCHEME))
    assert {theme for theme, _ in up} | tops == set(graph.subjects(SKOS.inScheme, SCHEME))


def test_the_goals_are_seventeen(graph: Graph) -> None:
    assert set(graph.subjects(SKOS.inScheme, URIRef(str(SDG).rstrip("/")))) == {SDG[str(n)] for n in range(1, 18)}


def test_every_link_to_something_of_ours_leads_somewhere(graph: Graph) -> None:
    ours = (BASE, str(SHAPE), str(ATLAS._NS), str(SDG))
    linked = {node for triple in graph for node in triple if isinstance(node, URIRef) and str(node).startswith(ours)}
    assert {node for node in linked if (node, None, None) not in graph} == set()


@pytest.mark.parametrize("space", [DCAT, DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SH, SKOS, XSD], ids=lambda s: s._NS)
def test_terms_of_other_vocabularies_exist_there(graph: Graph, space: type[DefinedNamespace]) -> None:
    """A typing error in `org:OrganizationalColaboration` would make a link to nowhere."""
    namespace = str(space._NS)
    used = {str(node) for triple in graph for node in triple if isinstance(node, URIRef)}
    names = {iri.removeprefix(namespace) for iri in used if iri.startswith(namespace)}
    assert {name for name in names if name and name not in space} == set()


def test_what_a_shape_derives_the_ontology_says_is_derived(graph: Graph) -> None:
    """But for the goal: the same property is declared on an assignment and derived on a partnership."""
    by_shapes = {graph.value(shape, SH.path) for shape in graph.subjects(ATLAS.derived) if str(shape).startswith(SHAPE)}
    by_ontology = {term for term in graph.subjects(ATLAS.derived) if str(term).startswith(str(ATLAS._NS))}
    assert by_shapes - {ATLAS.goal} == by_ontology


def test_every_constraint_says_how_bad_it_is_and_how_to_mend_it(graph: Graph) -> None:
    shapes = {
        shape
        for type_ in (SH.NodeShape, SH.PropertyShape)
        for shape in graph.subjects(RDF.type, type_)
        if not isinstance(shape, BNode) and "#In-" not in str(shape)
    }
    for shape in shapes:
        if (shape, SH.closed, None) in graph or (shape, SH.path, None) in graph or (shape, SH.severity, None) in graph:
            assert languages(graph, shape, SH.message) == BOTH, shape
        assert (
            (shape, SH.severity, None) in graph
            or (shape, SH.closed, None) in graph
            or (shape, RDFS.label, None) in graph
        )


def test_the_ontologys_own_concepts_conform_to_the_shape_of_concepts() -> None:
    shapes = load_shapes(BASE)
    concepts = [
        triple
        for path in turtle_files("ontology")
        if path.parent.name == "codes" or path.stem in ("themes", "goals")
        for triple in parse_file(path, BASE)
    ]
    assert validate(concepts, replace(shapes, schemes={})).results == ()


def test_every_code_list_has_a_file_of_its_own() -> None:
    names = {path.stem for path in (root() / "ontology" / "codes").glob("*.ttl")}
    assert names == {"form", "status", "role", "level", "tri", "funder-kind", "identification", "section", "position",
                     "match-method", "kind"}  # fmt: skip


def test_every_kind_and_every_method_that_matching_gives_is_a_code(graph: Graph) -> None:
    kinds = {
        str(code)
        for scheme in ("kind", "match-method")
        for code in graph.subjects(SKOS.inScheme, URIRef(f"{BASE}id/code/{scheme}"))
    }
    assert {f"{BASE}id/code/kind-{kind}" for kind in (*FRENCH_KIND_CODES.values(), *_OTHER_KINDS.values())} <= kinds
    written = " ".join(path.read_text("utf-8") for path in (root() / "atlas_ld" / "reference").glob("*.py"))
    for code in kinds:
        if "/match-method-" in code:
            assert f'"{code.rpartition("/match-method-")[2]}"' in written, code


def test_the_versions_that_are_served_are_those_of_the_files() -> None:
    current = Graph().parse(root() / "ontology" / "atlas.ttl", publicID=BASE).value(ONTOLOGY, OWL.versionInfo)
    past = sorted(path.stem for path in (root() / "data" / "ontology").glob("*.ttl"))
    assert (*past, str(current)) == model.VERSIONS
    for version in past:
        said = Graph().parse(root() / "data" / "ontology" / f"{version}.ttl", publicID=BASE)
        assert str(said.value(ONTOLOGY, OWL.versionIRI)) == f"{ONTOLOGY}/{version}"
