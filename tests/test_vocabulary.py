"""The terms of the program and those of the ontology are the same."""

from __future__ import annotations

import pytest
from rdflib import OWL, RDF, Graph, URIRef

from atlas_ld.resources import root
from atlas_ld.vocabulary import ATLAS, PREFIXES

TERM_TYPES = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


def terms_of_the_ontology() -> set[URIRef]:
    graph = Graph().parse(root() / "ontology" / "atlas.ttl")
    return {URIRef(str(term)) for type_ in TERM_TYPES for term in graph.subjects(RDF.type, type_)}


def test_the_names_in_python_are_the_terms_of_the_ontology() -> None:
    names = {name for name in ATLAS.__annotations__ if not name.startswith("_")}
    assert {ATLAS[name] for name in names} == terms_of_the_ontology()


def test_a_term_that_the_ontology_lacks_cannot_be_used() -> None:
    with pytest.raises(AttributeError):
        _ = ATLAS.signatureYaer


def test_no_two_prefixes_stand_for_one_namespace() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)
