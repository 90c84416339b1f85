"""The queue as CSV and XLSX, and the filled sheet read back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from atlas_ld import pipeline
from atlas_ld.cli import main
from atlas_ld.config import Settings
from atlas_ld.errors import UnreadableSource
from atlas_ld.iris import Iris
from atlas_ld.review import sheet
from atlas_ld.review.queue import Doubtful
from tests.review.conftest import FORMULA

Cases = dict[str, Doubtful]
IRIS = Iris("http://localhost:8000/")


def filled_csv(cases: Cases, name: str, delimiter: str = ",", **cells: str) -> bytes:
    """The sheet, the rows of one name filled in, as a spreadsheet writes it."""
    rows = list(csv.DictReader(io.StringIO(sheet.as_csv(cases.values(), IRIS))))
    output = io.StringIO(newline="")
    writer = csv.DictWriter(output, list(sheet.COLUMNS), delimiter=delimiter)
    writer.writeheader()
    for row in rows:
        writer.writerow(row | cells if row["name"].removeprefix("'") == name else row)
    return output.getvalue().encode()


def test_a_row_is_a_candidate_or_a_name_without_any(cases: Cases) -> None:
    rows = list(csv.DictReader(io.StringIO(sheet.as_csv(cases.values(), IRIS))))
    assert len(rows) == sum(max(1, len(case.candidates)) for case in cases.values())
    first = next(row for row in rows if row["identifier"] == "commune-93066")
    assert (first["name"], first["country"], first["partnerships"], first["euros"]) == (
        "Saint-Denis",
        "FR",
        "2",
        "500.00",
    )
    assert first["used_in"] == "http://localhost:8000/id/partnership/1 | http://localhost:8000/id/partnership/2"
    assert [first[name] for name in sheet.FILLED] == [""] * 6


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_hostile_name_is_no_formula_in_the_sheet_and_comes_back_as_it_was(cases: Cases, delimiter: str) -> None:
    assert f"'{FORMULA}" in {row["name"] for row in csv.DictReader(io.StringIO(sheet.as_csv(cases.values(), IRIS)))}
    (row,) = sheet.read_filled(filled_csv(cases, FORMULA, delimiter, decision="label"), "filled.csv")
    assert row.cells["name"] == FORMULA


def test_a_workbook_has_a_list_of_decisions_and_comes_back(cases: Cases, tmp_path: Path) -> None:
    content = sheet.as_xlsx(cases.values(), IRIS, "fr")
    book = load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]] == list(sheet.COLUMNS)
    assert "accept" in page.data_validations.dataValidation[0].formula1
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}  # no formula
    assert book.worksheets[1].title == "Lisez-moi"
    place = list(sheet.COLUMNS).index("decision") + 1
    names = [cell.value for cell in page["B"]]
    page.cell(names.index(FORMULA) + 1, place).value = "label"
    book.save(tmp_path / "filled.xlsx")
    (row,) = sheet.read_filled((tmp_path / "filled.xlsx").read_bytes(), "filled.xlsx")
    assert (row.cells["name"], row.line) == (FORMULA, names.index(FORMULA) + 1)


def test_a_sheet_without_decisions_gives_none(cases: Cases) -> None:
    assert sheet.read_filled(sheet.as_csv(cases.values(), IRIS).encode(), "sheet.csv") == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "has no column name"),
        (b"%PDF-1.7", "PDF"),
        (b"a,b,c\n1,2,3\n", "no sheet of `atlas-ld review`"),
        (b"doubt,name,country,kind,identifier,decision\n", "value, partnership, role, date, reason"),
        (b"\x00\xff\xfe" * 50, "no text"),
    ],
)
def test_what_is_no_sheet_is_one_sentence(content: bytes, told: str) -> None:
    with pytest.raises(UnreadableSource, match=told):
        sheet.read_filled(content, "filled.csv")


def test_the_command_writes_both_kinds_and_counts(
    built: tuple[Path, Settings, pipeline.Outcome], cases: Cases, tmp_path: Path
) -> None:
    where = ["--releases", str(built[1].releases)]
    for name in ("queue.csv", "queue.xlsx"):
        told = CliRunner().invoke(main, ["review", "--out", str(tmp_path / name), *where], catch_exceptions=False)
        assert told.exit_code == 0
        assert f"{len(cases)} doubtful names: 1 ambiguous, {len(cases) - 2} unmatched, 1 weak-match." in told.output
        assert (tmp_path / name).stat().st_size > 100
    assert CliRunner().invoke(main, ["review", "--out", str(tmp_path / "queue.ods"), *where]).exit_code == 1
    shown = CliRunner().invoke(main, ["review", *where])
    assert shown.stdout == (tmp_path / "queue.csv").read_text("utf-8")
