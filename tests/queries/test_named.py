"""queries.named and queries.description: the examples as resources with parameters, and as RDF."""

from __future__ import annotations

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store
from rdflib.namespace import RDF, RDFS, SH

from atlas_ld.errors import BrokenResource
from atlas_ld.iris import KINDS, Iris
from atlas_ld.media import NTRIPLES
from atlas_ld.queries import Query
from atlas_ld.queries.description import describe_queries, query_iri
from atlas_ld.queries.named import NamedQuery, Parameter, _named, named_queries
from atlas_ld.rdf import Literal, NamedNode, gyear, write
from atlas_ld.release.layout import Release
from atlas_ld.vocabulary import PREFIXES, SCHEMA

IRIS = Iris("https://example.org/")
LANGUAGES = {"fr", "en"}
YEAR = Parameter("year", "year", "2010", {})
COUNTRY = Parameter("country", "territory", "country-ca", {})
WORDS = Parameter("words", "text", "eau potable", {})

every_query = pytest.mark.parametrize("named", named_queries().values(), ids=lambda named: named.name)


def test_there_are_at_least_twenty_eight_examples() -> None:
    assert len(named_queries()) >= 28


@every_query
def test_every_example_has_its_words_in_both_languages(named: NamedQuery) -> None:
    query = named.query
    assert query.titles.keys() == query.descriptions.keys() == query.tags.keys() == LANGUAGES
    assert len(query.tags["fr"]) == len(query.tags["en"]) > 0
    assert all(parameter.names.keys() == LANGUAGES for parameter in named.parameters)


@every_query
def test_the_example_values_are_values_of_their_parameters(named: NamedQuery) -> None:
    Store().query(named.bound({}, IRIS), prefixes=PREFIXES | IRIS.prefixes)


def test_no_two_examples_have_the_same_title() -> None:
    titles = [named.query.titles[language] for named in named_queries().values() for language in LANGUAGES]
    assert len(set(titles)) == len(titles)


def test_no_example_has_the_name_of_the_saved_queries() -> None:
    assert "saved" not in named_queries()


def test_a_typed_value_becomes_a_term() -> None:
    assert COUNTRY.term("country-tg", IRIS) == NamedNode("https://example.org/id/territory/country-tg")
    assert YEAR.term("1998", IRIS) == gyear(1998)
    assert WORDS.term('l\'"eau"', IRIS) == Literal('l\'"eau"')


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (YEAR, "98"),
        (YEAR, "２０１０"),
        (YEAR, "2010\n"),
        (COUNTRY, ""),
        (COUNTRY, "Country-CA"),
        (COUNTRY, "country-ca> } #"),
        (COUNTRY, "../partnership/2833"),
        (WORDS, "  "),
        (WORDS, "x" * 201),
    ],
)
def test_what_is_no_value_is_refused(parameter: Parameter, value: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        parameter.term(value, IRIS)


@given(st.text(min_size=1, max_size=200))
def test_no_text_changes_the_query_that_it_is_bound_in(value: str) -> None:
    """Whatever is typed, the engine sees one term: the query keeps its shape, and gives that term back."""
    query = Query("test", "", {}, {}, {"words": '"x"'}, "SELECT ?words WHERE { }")
    try:
        term = WORDS.term(value, IRIS)
    except ValueError:
        return
    found = [solution["words"] for solution in Store().query(query.bound({"words": term}))]
    assert found == [Literal(value)]


@pytest.mark.parametrize("example", ["<s:1>", "17", '"2010"^^xsd:date', "shape:Partnership", '"a" "b"'])
def test_an_example_of_no_known_kind_is_a_broken_resource(example: str) -> None:
    with pytest.raises(BrokenResource, match="is no key, year or text"):
        _named(Query("examples/test", "", {}, {}, {"x": example}, "SELECT * WHERE { }"))


def test_a_query_without_a_form_is_a_broken_resource() -> None:
    with pytest.raises(BrokenResource, match="begins with one of SELECT"):
        _named(Query("examples/test", "", {}, {}, {}, "DESCRIBE <s:1>"))


def test_parameters_know_what_they_are() -> None:
    kinds = {parameter.kind for named in named_queries().values() for parameter in named.parameters}
    assert {"year", "text"} < kinds <= {*KINDS, "year", "text"}


@every_query
def test_every_example_runs_with_the_prefixes_that_the_graph_declares(named: NamedQuery) -> None:
    graph = rdflib.Graph().parse(data=write(describe_queries(IRIS), NTRIPLES), format="nt")
    subject = rdflib.URIRef(query_iri(named.name, IRIS))
    assert (subject, RDF.type, SH.SPARQLExecutable) in graph
    assert {label.language for label in graph.objects(subject, RDFS.label)} == LANGUAGES
    assert {keyword.language for keyword in graph.objects(subject, SCHEMA.keywords)} == LANGUAGES
    assert graph.value(subject, SCHEMA.target) == rdflib.URIRef("https://example.org/sparql")
    declarations = graph.objects(graph.value(subject, SH.prefixes), SH.declare)
    prefixes = {str(graph.value(one, SH.prefix)): str(graph.value(one, SH.namespace)) for one in declarations}
    [text] = [text for property_ in (SH.select, SH.ask, SH.construct) for text in graph.objects(subject, property_)]
    Store().query(str(text), prefixes=prefixes)


def test_the_description_has_no_blank_node() -> None:
    triples = describe_queries(IRIS)
    assert all(isinstance(triple.subject, NamedNode) for triple in triples)
    assert all(isinstance(triple.object, NamedNode | Literal) for triple in triples)


def test_the_examples_are_in_the_store_and_not_in_the_dumps(demonstration: Release) -> None:
    store = Store.read_only(str(demonstration.store))
    question = "SELECT ?query WHERE { ?query a <http://www.w3.org/ns/shacl#SPARQLExecutable> }"
    assert len(list(store.query(question))) == len(named_queries())
    assert b"SPARQLExecutable" not in (demonstration.path / "download" / "atlas.nt").read_bytes()
