"""The index finds what people type, and takes nothing that they type for a command."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlas_ld.release.search import Entry, SearchIndex, write_index

ENTRIES = [
    Entry(
        "https://x.example/id/partnership/1", "partnership", "Écoles jumelles", "Brest métropole", "Une classe de mer."
    ),
    Entry("https://x.example/id/partnership/2", "partnership", "Deux ports", "Saint-Brieuc", "Des écoles aussi."),
    Entry("https://x.example/id/territory/3", "territory", "Brest", "", ""),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    path = tmp_path_factory.mktemp("index") / "search.sqlite"
    write_index(path, ENTRIES)
    return SearchIndex(path)


def test_accents_and_case_do_not_matter_and_labels_come_first(index: SearchIndex) -> None:
    assert [hit.label for hit in index.search("ECOLES")] == ["Écoles jumelles", "Deux ports"]


def test_the_last_word_may_be_a_beginning(index: SearchIndex) -> None:
    assert [hit.label for hit in index.search("ecoles jum")] == ["Écoles jumelles"]


def test_hits_are_counted_by_kind(index: SearchIndex) -> None:
    assert index.counts("brest") == {"partnership": 1, "territory": 1}


def test_found_words_are_marked_in_the_snippet(index: SearchIndex) -> None:
    assert "\x02Brest\x03" in index.search("brest", kind="partnership")[0].snippet


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_whatever_is_typed_is_words_and_no_syntax(index: SearchIndex, query: str) -> None:
    index.search(query)
    index.counts(query)


def test_the_same_entries_give_the_same_bytes(tmp_path: Path) -> None:
    write_index(tmp_path / "a.sqlite", ENTRIES)
    write_index(tmp_path / "b.sqlite", reversed(ENTRIES))
    assert (tmp_path / "a.sqlite").read_bytes() == (tmp_path / "b.sqlite").read_bytes()
