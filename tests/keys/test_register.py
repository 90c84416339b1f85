"""keys.csv: what it says comes back, and a wrong line costs that line alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_ld.keys import Description, Entry, read_register, write_register
from atlas_ld.keys.register import COLUMNS, follow

HEAD = ",".join(COLUMNS)
PUITS = "puits-2010,,,,,Puits partagés,2010,Clairval|Sfax"
texts = st.text(st.characters(codec="utf-8", exclude_characters="|\r\n\0"), max_size=20).map(
    lambda s: " ".join(s.split())
)
names = st.lists(texts.filter(bool), max_size=3).map(lambda some: tuple(sorted(set(some))))


def read(*lines: str) -> tuple[dict[str, Entry], list[tuple[str, int | None]]]:
    register = read_register([("keys.csv", "\n".join([HEAD, *lines]).encode())])
    return dict(register.entries), [(finding.code, finding.line) for finding in register.findings]


@given(st.builds(Description, texts, names, texts.filter(bool), st.sampled_from(["", "1990", "-44"]), names))
def test_a_register_that_is_written_and_read_says_the_same(description: Description) -> None:
    entries = {"a-1990": Entry("a-1990", description), "b": Entry("b", description, "merged", ("a-1990",))}
    register = read_register([("keys.csv", write_register(entries.values()))])
    found = {key: (e.description, e.status, e.successors) for key, e in register.entries.items()}
    assert found == {key: (e.description, e.status, e.successors) for key, e in entries.items()}
    assert register.findings == ()


def test_no_cell_begins_a_formula() -> None:
    written = write_register([Entry("a", Description(title='=HYPERLINK("http://a.example")'))]).decode()
    assert "\"'=HYPERLINK" in written


@pytest.mark.parametrize(
    "line",
    [
        "puits-2011,,,",
        "Puits 2011,,,,,Puits,2011,Sfax",
        ",,,,,Puits,2011,Sfax",
        "puits-2011,gone,,,,Puits,2011,Sfax",
        "puits-2011,merged,,,,Puits,2011,Sfax",
        "puits-2011,split,puits-2010,,,Puits,2011,Sfax",
        "puits-2011,,puits-2010,,,Puits,2011,Sfax",
        "puits-2011,,,,,,2011,",
        "puits-2011,merged,Puits 2010,,,Puits,2011,Sfax",
        "puits-2011,,,,,Puits \ufffd,2011,Sfax",
    ],
)
def test_a_broken_line_is_one_finding_with_its_number_and_the_others_count(line: str) -> None:
    entries, findings = read(line, PUITS)
    assert list(entries) == ["puits-2010"]
    assert findings == [("broken-key", 2)]


def test_of_two_lines_that_contradict_the_first_counts_and_the_second_is_told() -> None:
    entries, findings = read(PUITS, "jumelage-1990,,,,,Jumelage,1990,Kiel", PUITS.replace("Sfax", "Bari"))
    assert entries["puits-2010"].description.partners == ("Clairval", "Sfax")
    assert len(entries) == 2
    assert findings == [("contradictory-keys", 4)]
    assert read(PUITS, PUITS)[1] == []


@pytest.mark.parametrize(
    "lines",
    [("a,merged,b,,,Eau,,", "b,merged,a,,,Sols,,"), ("a,merged,lost,,,Eau,,",), ("a,merged,a,,,Eau,,",)],
)
def test_a_key_that_leads_nowhere_or_in_a_circle_is_told(lines: tuple[str, ...]) -> None:
    entries, findings = read(PUITS, *lines)
    assert findings == [("contradictory-keys", number) for number in range(3, 3 + len(lines))]
    assert all(follow(entries, key) == () for key in ("a", "b"))


def test_a_key_leads_to_the_end_of_its_chain() -> None:
    entries, findings = read(PUITS, "a,merged,b,,,Eau,,", "b,merged,puits-2010,,,Sols,,", "c,split,a|b,,,Eau et sols,,")
    assert findings == []
    assert [follow(entries, key) for key in ("a", "b", "c")] == [("puits-2010",)] * 3


@pytest.mark.parametrize("content", [b"", b"key,title\n", b"\xff\xfe\x00", b'"' * 5])
def test_a_file_that_is_no_register_is_one_finding(content: bytes) -> None:
    register = read_register([("keys.csv", content)])
    assert (register.entries, [one.code for one in register.findings]) == ({}, ["broken-key"])
