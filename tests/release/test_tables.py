"""Tables open in a spreadsheet, say what the graph says, and run nothing."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl

from tests.release.conftest import Build, a_record


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_has_the_labels_and_the_iris_of_what_it_links_to(build: Build) -> None:
    (row,) = rows(build().release.path / "download" / "partnerships.csv")
    assert row["title"] == "Écoles jumelles"
    assert row["partnerCountry"] == "Canada"
    assert row["partnerCountry_iri"] == "http://localhost:8000/id/territory/country-ca"
    assert row["startYear"] == "2001"


def test_a_funding_row_names_its_partnership(build: Build) -> None:
    (row,) = rows(build().release.path / "download" / "funding.csv")
    assert (row["partnership"], row["amount"], row["year"]) == ("Écoles jumelles", "1200", "2019")


def test_the_workbook_holds_the_same_rows_with_numbers_as_numbers(build: Build) -> None:
    folder = build(a_record(), a_record("Deux ports")).release.path / "download"
    for table in ("partnerships", "territories", "organisations", "funding"):
        sheet = openpyxl.load_workbook(folder / f"{table}.xlsx").active
        assert sheet is not None
        _, *cells = sheet.iter_rows(values_only=True)
        plain = [[("" if cell is None else str(cell)) for cell in row] for row in cells]
        assert plain == [list(row.values()) for row in rows(folder / f"{table}.csv")], table


def test_a_title_that_looks_like_a_formula_is_text(build: Build) -> None:
    folder = build(a_record('=HYPERLINK("http://evil.example";"x")')).release.path / "download"
    (row,) = rows(folder / "partnerships.csv")
    assert row["title"].startswith("'=")
    sheet = openpyxl.load_workbook(folder / "partnerships.xlsx").active
    assert sheet is not None
    assert [cell.data_type for cell in sheet[2] if str(cell.value).startswith("=")] == ["s"]
