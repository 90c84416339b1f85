"""Files in all styles with planted faults: none is lost in silence, no good record suffers, nobody is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.faulty_sources import BEGIN, END, PAGE, SHARE, Outcome, generate, markdown, measure
from bench.source_faults import FAULTS
from bench.source_styles import PAGES, TABLES

SIZE = 300


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return measure(tmp_path_factory.mktemp("faulty"), SIZE)


def test_no_fault_is_lost_in_silence(outcome: Outcome) -> None:
    assert outcome.lost == []
    assert outcome.planted == outcome.found
    assert len(outcome.planted) == len(FAULTS) >= 30
    assert sum(outcome.planted.values()) >= SIZE * SHARE


def test_every_good_record_is_published_as_it_was_meant(outcome: Outcome) -> None:
    assert outcome.wrong == []
    assert outcome.unpublished == []
    assert outcome.styles.keys() == {style.name for style in (*PAGES, *TABLES)} | {"beside a fault"}
    assert outcome.good == sum(outcome.styles.values()) > SIZE / 2


def test_nothing_that_is_written_names_the_planted_person(outcome: Outcome) -> None:
    assert outcome.leaks == []


def test_each_run_makes_the_same_files(tmp_path: Path) -> None:
    def files(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix != ".xlsx"  # which has the time of its making in it
        }

    generate(tmp_path / "a", 150)
    generate(tmp_path / "b", 150)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_the_page_has_every_kind_with_nothing_lost(outcome: Outcome) -> None:
    written = PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = [line for line in written.splitlines() if line.count("|") == 6 and "`" in line]
    assert [row.split(" | ")[0].strip("| ") for row in rows] == [fault.name for fault in FAULTS]
    assert all(row.endswith("| 0 |") for row in rows)
    assert "(100 %)" in written
    assert markdown(outcome, SIZE).count("\n| ") == written.count("\n| ")
