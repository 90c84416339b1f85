"""The index finds what people type, and takes nothing that they type for a command."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlas_ld.release.reading.search import SearchIndex
from atlas_ld.release.stemming import marked
from atlas_ld.release.writing.entries import entry
from atlas_ld.release.writing.rows import Rows
from atlas_ld.release.writing.search_file import SearchFile

ENTRIES = [
    entry(
        "https://x.example/id/partnership/1", "partnership", "Écoles jumelles", "Brest métropole", "Une classe de mer."
    ),
    entry("https://x.example/id/partnership/2", "partnership", "Deux ports", "Saint-Brieuc", "Des écoles aussi."),
    entry("https://x.example/id/territory/3", "territory", "Brest", "", ""),
    entry(
        "https://x.example/id/organisation/4",
        "organisation",
        "Syndicat des eaux",
        "SIE du Léon\nBrest",
        "L’assainissement des quartiers " + "et des autres communes " * 20,
    ),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    path = tmp_path_factory.mktemp("index") / "search.sqlite"
    with SearchFile(path) as file:
        for one in ENTRIES:
            file.put(Rows(one.iri, one.kind, one, (), (), frozenset()))
    return SearchIndex(path)


def test_accents_and_case_do_not_matter_and_labels_come_first(index: SearchIndex) -> None:
    assert [hit.label for hit in index.search(index.read("ECOLES"))] == ["Écoles jumelles", "Deux ports"]


def test_the_last_word_may_be_a_beginning(index: SearchIndex) -> None:
    assert [hit.label for hit in index.search(index.read("ecoles jum"))] == ["Écoles jumelles"]


def test_hits_are_counted_by_kind(index: SearchIndex) -> None:
    assert {kind: count for kind, (count, _) in index.overview(index.read("brest")).items()} == {
        "organisation": 1,
        "partnership": 1,
        "territory": 1,
    }


def test_an_overview_holds_the_first_hits_of_each_kind(index: SearchIndex) -> None:
    for kind, (count, hits) in index.overview(index.read("ecoles"), first=1).items():
        assert hits == index.search(index.read("ecoles"), kind, limit=1)
        assert count == len(index.search(index.read("ecoles"), kind))


def test_found_words_are_marked_in_the_snippet(index: SearchIndex) -> None:
    assert "\x02Brest\x03" in index.search(index.read("brest"), kind="partnership")[0].snippet


@pytest.mark.parametrize("query", ["écoles jumelle", "ecole jumelles", "jumelles école", "les écoles d’une jumelle"])
def test_words_are_found_by_their_stem_with_or_without_accents(index: SearchIndex, query: str) -> None:
    assert "Écoles jumelles" in [hit.label for hit in index.search(index.read(query))]


def test_a_stem_is_no_beginning(index: SearchIndex) -> None:
    assert index.search(index.read("jumelage")) == []


@pytest.mark.parametrize("query", ["l’eau", "l'eau", "eau", "le syndicat de l’eau"])
def test_elided_and_empty_words_are_not_looked_for(index: SearchIndex, query: str) -> None:
    assert [hit.label for hit in index.search(index.read(query))] == ["Syndicat des eaux"]


def test_empty_words_alone_are_looked_for(index: SearchIndex) -> None:
    assert index.overview(index.read("des"))["organisation"][0] == 1


def test_another_name_finds_and_is_shown(index: SearchIndex) -> None:
    (hit,) = index.search(index.read("SIE leon"))
    assert hit.snippet == "\x02SIE\x03 du \x02Léon\x03"


def test_a_long_text_is_cut_around_what_was_found(index: SearchIndex) -> None:
    (hit,) = index.search(index.read("assainissements"))
    assert hit.snippet.startswith("L’\x02assainissement\x03 des quartiers")
    assert hit.snippet.endswith(" …")


def test_suggestions_look_at_names_and_not_at_texts(index: SearchIndex) -> None:
    assert {hit.label for hit in index.suggest("brest")} == {"Brest", "Écoles jumelles", "Syndicat des eaux"}
    assert index.suggest("brest")[0].label == "Brest"
    assert index.suggest("assain") == []


def test_marks_stand_in_the_text_as_it_is_written() -> None:
    assert marked("Écoles du Léon", "ecole leon") == "\x02Écoles\x03 du \x02Léon\x03"
    assert marked("Écoles", "") == "Écoles"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_whatever_is_typed_is_words_and_no_syntax(index: SearchIndex, query: str) -> None:
    index.search(index.read(query))
    index.overview(index.read(query))
    index.suggest(query)
    assert marked(query, query).replace("\x02", "").replace("\x03", "") == query.replace("\x02", "").replace("\x03", "")


def test_hits_of_one_rank_stand_in_the_order_of_their_iris_whatever_came_first(tmp_path: Path) -> None:
    alike = [entry(f"https://x.example/id/territory/{n}", "territory", "Brest") for n in (3, 1, 2)]
    with SearchFile(tmp_path / "a.sqlite") as file:
        for one in alike:
            file.put(Rows(one.iri, one.kind, one, (), (), frozenset()))
    found = [
        hit.iri for hit in SearchIndex(tmp_path / "a.sqlite").search(SearchIndex(tmp_path / "a.sqlite").read("brest"))
    ]
    assert found == sorted(one.iri for one in alike)
