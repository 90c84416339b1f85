"""The query builder: what it writes runs, says what was asked, and keeps what people type as values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store

from atlas_ld.iris import Iris
from atlas_ld.model import load_model
from atlas_ld.queries.building import TESTS, Condition, Path, Test, UnfitValueError, build, check, paths, starts
from atlas_ld.vocabulary import PREFIXES

IRIS = Iris("http://localhost:8000/")
MODEL = load_model(IRIS.base)
PARTNERSHIP = MODEL.classes[0]
FIELDS = paths(MODEL, PARTNERSHIP)
VALUES = {"number": "10 000,5", "year": "2012", "date": "2012-06-30", "boolean": "oui"}
DATA = """
@prefix atlas: <https://w3id.org/atlas-ld/ontology#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <http://localhost:8000/id/partnership/> .
:a a atlas:Partnership ; dct:title "Eau"@fr ; atlas:startYear "2010"^^xsd:gYear ; atlas:mainTheme :wells ;
   atlas:partnerCountry :sn ; atlas:fundingLine :l1, :l2 .
:b a atlas:Partnership ; dct:title "École"@fr ; atlas:startYear "2015"^^xsd:gYear ; atlas:partnerCountry :sn, :ml .
:l1 atlas:amount 100.0 ; atlas:year "2011"^^xsd:gYear . :l2 atlas:amount 5.0 ; atlas:year "2012"^^xsd:gYear .
:sn rdfs:label "Sénégal"@fr, "Senegal"@en . :ml rdfs:label "Mali"@fr .
:wells skos:prefLabel "Puits"@fr ; skos:broader :water . :water skos:prefLabel "Eau potable"@fr .
"""


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.load(DATA.encode(), format=RdfFormat.TURTLE)
    return store


def written(*conditions: tuple[str, Test, str], language: str = "fr", count: str | None = None) -> str:
    asked = [Condition(FIELDS[key], test, value) for key, test, value in conditions]
    return build(PARTNERSHIP, asked, PREFIXES | IRIS.prefixes, language, FIELDS[count] if count else None)


def titles(store: Store, *conditions: tuple[str, Test, str]) -> set[str]:
    return {row["partnershipName"].value for row in store.query(written(*conditions))}


@pytest.mark.parametrize("start", starts(MODEL), ids=lambda class_: class_.local_name)
def test_every_field_of_every_class_can_be_asked_in_every_way_that_it_offers(start: object) -> None:
    for path in paths(MODEL, start).values():  # type: ignore[arg-type]
        for test in TESTS[path.kind]:
            condition = Condition(path, test, VALUES.get(path.kind, 'a "quoted\\" word'))
            for count in (None, path):
                Store().query(build(start, [condition], PREFIXES, "fr", count))  # type: ignore[arg-type]


@given(st.text(), st.sampled_from(["title", "mainTheme", "partnerCountry", "foreignPartner.label"]))
def test_what_is_typed_stays_a_value(value: str, key: str) -> None:
    inert = written((key, "contains", "x"))
    query = written((key, "contains", value))
    Store().query(query)
    assert query.count("\n") == inert.count("\n")


def test_a_text_is_found_whatever_its_case(store: Store) -> None:
    assert titles(store, ("title", "contains", "ÉCO")) == {"École"}


def test_a_year_is_compared_as_a_year(store: Store) -> None:
    assert titles(store, ("startYear", "at-least", "2011")) == {"École"}
    assert titles(store, ("startYear", "at-least", "2010"), ("startYear", "at-most", "2012")) == {"Eau"}


def test_conditions_on_one_link_are_about_the_same_thing(store: Store) -> None:
    assert titles(store, ("fundingLine.amount", "at-least", "50"), ("fundingLine.year", "is", "2011")) == {"Eau"}
    assert titles(store, ("fundingLine.amount", "at-least", "50"), ("fundingLine.year", "is", "2012")) == set()


def test_a_broader_theme_stands_for_its_narrower_ones(store: Store) -> None:
    assert titles(store, ("mainTheme", "is", "eau potable")) == {"Eau"}


def test_what_is_not_given_can_be_asked_for(store: Store) -> None:
    assert titles(store, ("mainTheme", "missing", "")) == {"École"}
    assert titles(store, ("fundingLine.amount", "missing", "")) == {"École"}


def test_a_column_to_show_keeps_those_that_have_no_value(store: Store) -> None:
    assert titles(store, ("mainTheme", "show", "")) == {"Eau", "École"}


def test_things_are_counted_by_the_values_of_a_field_in_the_reader_s_language(store: Store) -> None:
    rows = store.query(written(count="partnerCountry", language="en"))
    assert [(row["partnerCountryName"].value, int(row["count"].value)) for row in rows] == [("Senegal", 2), ("Mali", 1)]


@pytest.mark.parametrize(
    ("key", "test", "value"),
    [
        ("startYear", "is", "soon"),
        ("fundingLine.amount", "at-least", "NaN"),
        ("endDate", "at-most", "2012-02-30"),
        ("elapsed", "is", "perhaps"),
        ("title", "at-least", "x"),
    ],
)
def test_a_value_that_a_field_cannot_have_is_refused(key: str, test: Test, value: str) -> None:
    path: Path = FIELDS[key]
    with pytest.raises(UnfitValueError):
        check(path, test, value)
    with pytest.raises(UnfitValueError):
        build(PARTNERSHIP, [Condition(path, test, value)], PREFIXES, "fr", None)
