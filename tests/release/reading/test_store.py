"""release/reading/store.py: bounded reads on an open store."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from pyoxigraph import Literal, NamedNode

from atlas_ld import queries
from atlas_ld.errors import ReleaseError
from atlas_ld.queries import Query
from atlas_ld.release.reading.store import Reader
from atlas_ld.vocabulary import PREFIXES
from tests.sparql.conftest import IRIS

A, B = IRIS.entity("partnership", "a"), IRIS.entity("partnership", "b")
CANADA = IRIS.entity("territory", "country-ca")


@pytest.fixture
def reader(store: Path) -> Reader:
    return Reader(store, PREFIXES | IRIS.prefixes)


def query(text: str) -> Query:
    return Query("test", "", {}, {}, {"s": "partnership:a"}, text)


def test_about_gives_every_triple_of_a_subject(reader: Reader) -> None:
    assert len(reader.about(A)) == 7
    assert {triple.subject for triple in reader.about(A)} == {NamedNode(A)}


def test_pages_of_what_points_at_a_thing_do_not_overlap(reader: Reader) -> None:
    pages = [reader.pointing_at(CANADA, limit=1, offset=offset) for offset in range(3)]
    assert {triple.subject.value for page in pages for triple in page} == {A, B}
    assert [len(page) for page in pages] == [1, 1, 0]


def test_a_thing_exists_if_something_is_said_about_it(reader: Reader) -> None:
    assert reader.exists(A)
    assert not reader.exists(IRIS.entity("partnership", "none"))


def test_labels_come_in_every_language_and_are_empty_where_there_is_none(reader: Reader) -> None:
    labels = reader.labels([A, CANADA, "http://nowhere.example/"])
    assert labels[A] == [Literal("Océan", language="fr")]
    assert {label.language for label in labels[CANADA]} == {"fr", "en"}
    assert labels["http://nowhere.example/"] == []


def test_rows_hold_none_where_a_variable_is_unbound(reader: Reader) -> None:
    rows = reader.select(query("SELECT ?s ?end WHERE { ?s atlas:elapsed true OPTIONAL { ?s atlas:endDate ?end } }"))
    assert {row["s"] for row in rows} == {NamedNode(A), NamedNode(B)}
    assert {row["end"] for row in rows} == {None}


def test_a_binding_restricts_a_query_to_its_terms(reader: Reader) -> None:
    text = query("SELECT ?s WHERE { ?s a atlas:Partnership }")
    assert reader.select(text, s=NamedNode(A)) == [{"s": NamedNode(A)}]
    assert len(reader.select(text, s=[NamedNode(A), NamedNode(B)])) == 2


def test_a_query_of_the_wrong_form_is_an_error_that_names_it(reader: Reader) -> None:
    with pytest.raises(ValueError, match="test is no SELECT"):
        reader.select(query("ASK WHERE { }"))


def test_a_folder_without_a_store_is_an_error_and_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError):
        Reader(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_every_query_of_ours_is_sparql() -> None:
    for name in queries.names("examples"):
        ox.Store().query(queries.load(name).example(PREFIXES | IRIS.prefixes))
