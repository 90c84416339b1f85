"""The graph in company: beside ORG, PROV-O and SKOS, reasoners find it consistent and infer nothing of others.

tests/data/specifications/ has the axioms of these three, taken from packages (scripts/make_specifications.py). HermiT
(through owlready2; it needs a Java runtime) reads them with OWL's eyes, owlrl and pyshacl with those of RDFS.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import owlready2
import owlrl
import pyshacl
import pytest
from rdflib import DCTERMS, ORG, OWL, PROV, RDF, RDFS, SH, SKOS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import _toPythonMapping

from atlas_ld.config import Settings
from atlas_ld.hierarchy import types_of
from atlas_ld.iris import Iris
from atlas_ld.mapping import map_partnership
from atlas_ld.pipeline.reading import read_records
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve
from atlas_ld.release.layout import Release
from atlas_ld.resources import root, turtle_files
from atlas_ld.validation.terms import to_rdflib
from atlas_ld.vocabulary import ATLAS
from tests.conftest import DAY

BASE = "http://localhost:8000/"
SPECIFICATIONS = Path(__file__).parents[1] / "data" / "specifications"
OURS = str(ATLAS._NS)
ONTOLOGY = URIRef("https://w3id.org/atlas-ld/ontology")
STRANGER = Namespace("https://strangers.example/")
_RECORDS = 20


@pytest.fixture(scope="module", autouse=True)
def _literals_as_before() -> Iterator[None]:
    """owlrl changes what rdflib makes of some literals, for the whole process, and puts back only a part of it."""
    before = dict(_toPythonMapping)
    yield
    _toPythonMapping.clear()
    _toPythonMapping.update(before)


@cache
def parsed(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path, publicID=BASE)
    return graph


def ontology() -> Graph:
    """Every file of ontology/, as a release has it together with codes, themes and goals."""
    return parsed(*turtle_files("ontology"))


def specifications() -> Graph:
    return parsed(*sorted(SPECIFICATIONS.glob("*.ttl")))


@pytest.fixture(scope="module")
def sample() -> Graph:
    """Twenty records of the demonstration, the fullest one among them."""
    records, _ = read_records([root() / "data" / "demonstration"], Settings())
    every = sorted(records)
    keys = {"crea-ocean-2010", *every[:: -(-len(every) // (_RECORDS - 1))]}
    assert len(keys) == _RECORDS
    iris, gazetteer, graph = Iris(BASE), Gazetteer.load(), Graph()
    for key in sorted(keys):
        mapped = map_partnership(records[key], key, resolve(records[key], gazetteer), gazetteer, iris, DAY)
        for triple in mapped.triples():
            graph.add(to_rdflib(triple))
    return graph


def strangers() -> Graph:
    """Somebody else's data in the same terms: a choir and its member, a paper and its draft, a concept."""
    graph = Graph()
    for subject, property_, value in (
        (STRANGER.choir, RDF.type, ORG.Organization),
        (STRANGER.tenor, RDF.type, ORG.Membership),
        (STRANGER.tenor, ORG.organization, STRANGER.choir),
        (STRANGER.tenor, ORG.member, STRANGER.singer),
        (STRANGER.choir, ORG.hasMember, STRANGER.singer),
        (STRANGER.club, RDF.type, ORG.FormalOrganization),
        (STRANGER.league, RDF.type, ORG.OrganizationalCollaboration),
        (STRANGER.paper, PROV.wasDerivedFrom, STRANGER.draft),
        (STRANGER.paper, PROV.qualifiedDerivation, STRANGER.revision),
        (STRANGER.revision, PROV.entity, STRANGER.draft),
        (STRANGER.concept, RDF.type, SKOS.Concept),
        (STRANGER.concept, SKOS.exactMatch, STRANGER.other),
        (STRANGER.town, RDF.type, DCTERMS.Location),
    ):
        graph.add((subject, property_, value))
    return graph


def closed(*graphs: Graph) -> Graph:
    """The RDFS closure of all of them."""
    whole = Graph()
    for graph in graphs:
        whole += graph
    owlrl.DeductiveClosure(owlrl.RDFS_Semantics, rdfs_closure=True).expand(whole)
    return whole


def classes_of(graph: Graph, namespace: Namespace) -> set[str]:
    """Which classes of ours things under a namespace are of."""
    return {
        str(class_)
        for thing, class_ in graph.subject_objects(RDF.type)
        if str(thing).startswith(str(namespace)) and str(class_).startswith(OURS)
    }


# What the files say


def test_every_axiom_is_about_a_term_of_ours() -> None:
    """A statement about org:organization would change it for everybody who loads our ontology."""
    files = (root() / "ontology" / "atlas.ttl", *turtle_files("ontology/alignments"))
    subjects = {s for s in parsed(*files).subjects() if not isinstance(s, BNode)}
    assert {s for s in subjects if not str(s).startswith(OURS)} == {ONTOLOGY}


def test_no_axiom_says_something_of_others_from_behind() -> None:
    """These properties say of their object what they say of their subject."""
    mutual = (OWL.inverseOf, OWL.equivalentClass, OWL.equivalentProperty, OWL.disjointWith, OWL.propertyDisjointWith)
    said = [(s, p, o) for p in mutual for s, o in ontology().subject_objects(p)]
    assert said
    assert {o for _, _, o in said if not str(o).startswith(OURS)} == set()


def test_ranges_make_no_class_of_ours_of_what_others_say() -> None:
    """A range or domain that is ours stands on a property that is ours."""
    for property_ in (RDFS.domain, RDFS.range):
        assert {s for s in ontology().subjects(property_) if not str(s).startswith(OURS)} == set()


def test_every_property_has_a_domain_and_a_range() -> None:
    graph = ontology()
    for kind in (OWL.ObjectProperty, OWL.DatatypeProperty):
        for term in graph.subjects(RDF.type, kind):
            assert (term, RDFS.domain, None) in graph, term
            assert (term, RDFS.range, None) in graph, term


def test_ranges_are_datatypes_of_owl_2() -> None:
    """https://www.w3.org/TR/owl2-syntax/#Datatype_Maps has neither gYear nor date nor langString."""
    graph = ontology()
    ranges = {o for s in graph.subjects(RDF.type, OWL.DatatypeProperty) for o in graph.objects(s, RDFS.range)}
    owl2 = {"http://www.w3.org/2000/01/rdf-schema#Literal"} | {
        f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("string", "boolean", "decimal", "integer")
    }
    assert {str(range_) for range_ in ranges} <= owl2


def test_no_two_terms_have_one_label() -> None:
    graph = ontology()
    for language in ("fr", "en"):
        labels = [
            str(label).casefold()
            for term in (getattr(ATLAS, name) for name in ATLAS.__annotations__ if not name.startswith("_"))
            for label in graph.objects(term, RDFS.label)
            if isinstance(label, Literal) and label.language == language
        ]
        assert sorted(labels) == sorted(set(labels))


# What the data say


def test_the_data_state_every_class_above_a_class(demonstration: Release) -> None:
    """Each thing of the demonstration has all the classes that the ontology of its release gives it."""
    said = Graph().parse(demonstration.ontology)
    above: dict[Any, set[Any]] = {}
    for class_ in set(said.subjects(RDFS.subClassOf)):
        above[class_] = {c for c in said.transitive_objects(class_, RDFS.subClassOf) if not isinstance(c, BNode)}
    assert above
    types: dict[Any, set[Any]] = {}
    for thing, class_ in Graph().parse(demonstration.dump).subject_objects(RDF.type):
        types.setdefault(thing, set()).add(class_)
    for thing, classes in types.items():
        assert {c for class_ in classes for c in above.get(class_, ())} <= classes, thing


def test_every_body_is_an_organization_of_org(demonstration: Release) -> None:
    graph = Graph().parse(demonstration.dump)
    bodies = {s for s in graph.subjects() if str(s).startswith((f"{BASE}id/organisation/", f"{BASE}id/post/"))}
    assert len(bodies) > 400
    assert set(graph.subjects(RDF.type, ORG.Organization)) == bodies


def test_the_nearest_class_comes_first() -> None:
    authority = types_of(str(ATLAS.TerritorialAuthority))
    assert authority[0] == str(ATLAS.TerritorialAuthority)
    assert authority.index(str(ATLAS.Organisation)) < authority.index(str(ORG.Organization))


# Under RDFS


@pytest.fixture(scope="module")
def closure(sample: Graph) -> Graph:
    return closed(sample, ontology(), specifications(), strangers())


def results(*graphs: Graph, inference: str = "none") -> set[tuple[Any, ...]]:
    """What pyshacl finds. Its own RDFS rules are owlrl's, but for those by which 1 is 1.0 as well."""
    data = Graph()
    for graph in graphs:
        data += graph
    shapes = parsed(*turtle_files("shapes"))
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference=inference)
    assert isinstance(report, Graph)
    parts = (SH.focusNode, SH.resultPath, SH.sourceConstraintComponent, SH.resultSeverity)
    return {tuple(report.value(one, part) for part in parts) for one in report.subjects(RDF.type, SH.ValidationResult)}


def test_rdfs_makes_nothing_of_others_ours(closure: Graph) -> None:
    assert (STRANGER.choir, RDF.type, URIRef("http://xmlns.com/foaf/0.1/Agent")) in closure  # it did infer
    assert classes_of(closure, STRANGER) == set()
    for foreign in (ORG, PROV, SKOS, SH, DCTERMS):
        assert classes_of(closure, Namespace(str(foreign._NS))) == set()


def test_shapes_find_the_same_with_and_without_rdfs(sample: Graph) -> None:
    plain = results(sample, ontology())
    assert {one for one in plain if one[3] == SH.Violation} == set()
    assert results(sample, ontology(), specifications(), inference="rdfs") == plain


def test_a_closed_shape_lets_pass_what_follows_from_its_own_properties_and_no_more() -> None:
    """Properties above those of a shape come with them under RDFS; others stay refused."""
    hierarchy, shapes = ontology() + specifications(), parsed(*turtle_files("shapes"))
    for shape in shapes.subjects(SH.closed):
        own = {path for part in shapes.objects(shape, SH.property) for path in shapes.objects(part, SH.path)}
        above = {one for path in own for one in hierarchy.transitive_objects(path, RDFS.subPropertyOf)} - own
        above |= {same for one in own | above for same in hierarchy.objects(one, OWL.equivalentProperty)}
        passed = set(Collection(shapes, shapes.value(shape, SH.ignoredProperties)))
        assert passed == above | {RDF.type}, shape


def test_a_fault_is_found_under_rdfs_too(sample: Graph) -> None:
    """The closure hides nothing: a title taken away is missed, a property that is not foreseen is refused."""
    broken = Graph() + sample
    partnership = next(iter(broken.subjects(RDF.type, ATLAS.Partnership)))
    broken.remove((partnership, DCTERMS.title, None))
    broken.add((partnership, DCTERMS.creator, STRANGER.singer))
    found = {(one[0], one[2]) for one in results(broken, ontology(), specifications(), inference="rdfs")}
    assert (partnership, SH.MinCountConstraintComponent) in found
    assert (partnership, SH.ClosedConstraintComponent) in found


# Under OWL


@pytest.fixture(scope="module")
def reasoned(sample: Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[owlready2.World]:
    """Everything as HermiT sees it. Raises where it is inconsistent."""
    assert shutil.which("java"), "HermiT needs a Java runtime (Debian: default-jre-headless)"
    whole = Graph()
    for graph in (sample, ontology(), specifications(), strangers()):
        whole += graph
    whole.remove((None, OWL.imports, None))  # the three are here already
    for thing in set((sample + strangers()).subjects()):
        whole.add((thing, RDF.type, OWL.NamedIndividual))  # owlready2 lists no others
    file = tmp_path_factory.mktemp("owl") / "all.nt"
    file.write_text("\n".join(sorted(whole.serialize(format="nt").splitlines())), encoding="utf-8")
    world = owlready2.World()
    loaded = world.get_ontology(file.as_uri()).load()
    with loaded:
        owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0, ignore_unsupported_datatypes=True)
    yield world
    world.close()


def test_hermit_finds_the_ontology_and_twenty_records_consistent(reasoned: owlready2.World) -> None:
    assert list(reasoned.inconsistent_classes()) == []
    assert len(list(reasoned.individuals())) > 100


def test_hermit_makes_nothing_of_others_ours(reasoned: owlready2.World) -> None:
    seen = 0
    for one in reasoned.individuals():
        if one.iri.startswith(str(STRANGER)):
            seen += 1
            assert {str(c) for c in one.is_a if getattr(c, "iri", "").startswith(OURS)} == set(), one.iri
    assert seen > 5


def test_hermit_needs_no_leave_to_read_the_ontology_alone(tmp_path: Path) -> None:
    """Without data, every datatype is one that OWL 2 knows: nothing has to be overlooked."""
    terms = Graph() + parsed(root() / "ontology" / "atlas.ttl", *turtle_files("ontology/alignments"))
    terms.remove((ONTOLOGY, None, None))  # its metadata bear dates
    terms.add((ONTOLOGY, RDF.type, OWL.Ontology))
    file = tmp_path / "ontology.nt"
    file.write_text((terms + specifications()).serialize(format="nt"), encoding="utf-8")
    world = owlready2.World()
    with world.get_ontology(file.as_uri()).load():
        owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=False)
    assert list(world.inconsistent_classes()) == []
    world.close()


def test_hermit_would_tell_a_contradiction(sample: Graph, tmp_path: Path) -> None:
    """The test above can fail: a territory that is an organisation is none."""
    whole = Graph() + ontology() + specifications()
    whole.remove((None, OWL.imports, None))
    whole.add((STRANGER.both, RDF.type, ATLAS.Territory))
    whole.add((STRANGER.both, RDF.type, ATLAS.OtherOrganisation))
    file = tmp_path / "wrong.nt"
    file.write_text(whole.serialize(format="nt"), encoding="utf-8")
    world = owlready2.World()
    with world.get_ontology(file.as_uri()).load(), pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)
    world.close()
