"""Workbooks say what the tables say, typed, in the order for people, and nothing in them is a formula."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from atlas_ld.model import load_model
from atlas_ld.records import Funding
from atlas_ld.release import workbook
from atlas_ld.release.tables import columns, people_first, read_rows, type_of
from atlas_ld.release.workbook import Sheet, write_workbook
from tests.release.conftest import Build, a_record

MODEL = load_model("http://localhost:8000/")
TABLES = ("partnerships", "territories", "organisations", "funding")
PARTNERSHIPS = columns("partnerships", MODEL)


def sheets_of(path: Path) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(path)
    return {name: [[cell.value for cell in row] for row in book[name].iter_rows()] for name in book.sheetnames}


def a_row(**cells: str) -> list[str]:
    """A row of the table of partnerships with these cells."""
    assert cells.keys() <= {column.name for column in PARTNERSHIPS}
    return [cells.get(column.name, "") for column in PARTNERSHIPS]


def written(tmp_path: Path, *rows: list[str], name: str = "partnerships", language: workbook.Language = "fr") -> Path:
    path = tmp_path / "x.xlsx"
    sheet = Sheet(name, PARTNERSHIPS, rows)
    write_workbook(path, [sheet], title="Essai", about=[("Licence", "libre")], language=language)
    return path


def cells_of(path: Path, line: int = 1, sheet: str = "partnerships") -> dict[str, object]:
    """The cells of a line by the name of the column."""
    order = [PARTNERSHIPS[position].name for position in people_first(PARTNERSHIPS)]
    return dict(zip(order, sheets_of(path)[sheet][line], strict=True))


@pytest.mark.parametrize("table", TABLES)
def test_the_workbook_of_a_release_holds_the_rows_of_its_csv_with_iris_last(build: Build, table: str) -> None:
    folder = build(a_record(), a_record("Deux ports")).release.path / "download"
    shown = columns(table, MODEL)
    order = people_first(shown)
    head, *rows = sheets_of(folder / f"{table}.xlsx")[table]
    assert head == [shown[position].title["fr"] for position in order]
    are_iris = [shown[position].name == "iri" or shown[position].iris for position in order]
    assert are_iris == sorted(are_iris)
    plain = [[_as_csv(cell) for cell in row] for row in rows]
    assert plain == [[row[position] for position in order] for row in read_rows(folder / f"{table}.csv")]


def _as_csv(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell)


def test_cells_have_the_types_of_what_they_say(tmp_path: Path) -> None:
    path = written(tmp_path, a_row(title="Puits", startYear="1999", endDate="2020-12-31", elapsed="true"))
    cells = cells_of(path)
    assert (cells["title"], cells["startYear"], cells["elapsed"]) == ("Puits", 1999, True)
    assert cells["endDate"] == datetime(2020, 12, 31)
    assert cells["endYear"] is None


def test_amounts_are_numbers_in_euros(build: Build) -> None:
    release = build(a_record(funding=(Funding(funder="Brest métropole", amount="120000.50", year=2019),))).release
    sheet = openpyxl.load_workbook(release.path / "download" / "funding.xlsx")["funding"]
    head = {cell.value: cell.column for cell in sheet[1]}
    amount = next(c for c in columns("funding", MODEL) if type_of(c) == "amount")
    cell = sheet.cell(2, head[amount.title["fr"]])  # type: ignore[index]
    assert cell.value == 120000.5
    assert "€" in cell.number_format


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("startYear", "1999 | 2001"),
        ("volunteerCount", "1" * 16),  # more digits than a spreadsheet keeps
        ("volunteerCount", "1E+999999"),
        ("volunteerCount", "NaN"),
        ("endDate", "1899-12-31"),
        ("endDate", "0001-01-01"),
        ("endDate", "2020-12-31 | 2021-12-31"),
        ("elapsed", "true | false"),
    ],
)
def test_what_a_spreadsheet_could_not_hold_stays_text_as_it_was(tmp_path: Path, name: str, text: str) -> None:
    assert cells_of(written(tmp_path, a_row(**{name: text})))[name] == text


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://evil.example";"x")', "+1", "-1", "@x", "{=1+1}", "http://x.example/"]
)
def test_nothing_is_a_formula_or_a_link_that_was_not_one(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, a_row(title=text, context=text))
    cells = cells_of(path)
    assert (cells["title"], cells["context"]) == (text, text)
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<hyperlink " not in sheet


@pytest.mark.parametrize("text", ["a\x0bb", "_x0041_", "\ud7ff￾x", "  deux  ", "<&>\n\"'", "x" * 32_767])
def test_a_text_comes_out_as_it_went_in(tmp_path: Path, text: str) -> None:
    found = cells_of(written(tmp_path, a_row(context=text)))["context"]
    # openpyxl shows the escapes of ECMA-376 (part 1, 22.9.2.19) as they stand in the file.
    assert str(found).replace("_x000B_", "\x0b").replace("_x005F_", "_") == text.replace("\ufffe", "\ufffd")


def test_a_text_that_is_too_long_is_cut_visibly_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path, a_row(context="x" * 40_000))
    assert str(cells_of(path)["context"]).endswith("x […]")
    about = sheets_of(path)["Lisez-moi"]
    assert any(str(row[0]).startswith("Cellules coupées") and row[1] == 1 for row in about)


def test_rows_past_the_last_of_a_sheet_go_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_ROWS", 4)
    path = written(tmp_path, *(a_row(title=str(n)) for n in range(7)))
    sheets = sheets_of(path)
    titles = [[row[0] for row in rows[1:]] for name, rows in sheets.items() if name != "Lisez-moi"]
    assert titles == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    assert [rows[0][0] for name, rows in sheets.items() if name != "Lisez-moi"] == [sheets["partnerships"][0][0]] * 3


def test_the_iri_is_a_link_as_long_as_a_sheet_may_have_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_LINKS", 2)
    iris = [f"http://localhost:8000/id/partnership/{n}" for n in range(3)]
    path = written(tmp_path, *(a_row(iri=iri) for iri in iris))
    sheet = openpyxl.load_workbook(path)["partnerships"]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value]
    assert [cell.value for cell in cells] == iris
    assert [cell.hyperlink is not None for cell in cells] == [True, True, False]


@pytest.mark.parametrize(("language", "name"), [("fr", "Lisez-moi"), ("en", "Read me")])
def test_the_last_sheet_says_of_each_column_what_it_means_and_how_many_rows_say_it(
    tmp_path: Path, language: workbook.Language, name: str
) -> None:
    path = written(tmp_path, a_row(title="A", startYear="1999"), a_row(title="B"), language=language)
    sheets = sheets_of(path)
    assert list(sheets)[-1] == name
    rows = {str(row[1]): row for row in sheets[name] if row[0] == "partnerships"}
    for column in PARTNERSHIPS:
        row = rows[column.title[language]]
        assert row[3:] == [{"title": 2, "startYear": 1}.get(column.name, 0), 2]
        assert column.field is None or row[2] == column.field.description[language]
    assert ["Licence", "libre"] in [row[:2] for row in sheets[name]]


def test_every_cell_says_where_it_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(written(tmp_path, a_row(title="A", context="é"))) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                sheet = archive.read(name).decode()
                assert not re.search(r"<row(?![^>]* r=)|<c(?=[ />])(?![^>]* r=)", sheet)


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    first = written(tmp_path, a_row(title="A")).read_bytes()
    assert written(tmp_path, a_row(title="A")).read_bytes() == first


def test_a_workbook_of_many_rows_takes_little_memory(tmp_path: Path) -> None:
    """Rows are read as they are written; only links are held. At once these rows would take some 60 MB."""
    program = """
import resource, sys
from pathlib import Path
from atlas_ld.model import load_model
from atlas_ld.release.tables import columns
from atlas_ld.release.workbook import Sheet, write_workbook
shown = columns("organisations", load_model("http://localhost:8000/"))[1:]
def peak(rows):
    made = (["x" * 200 + str(n) for _ in shown] for n in range(rows))
    write_workbook(Path(sys.argv[1]), [Sheet("x", shown, made)], title="x", about=[], language="fr")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
few = peak(100)
print(peak(30_000) - few)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x.xlsx")], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 15_000  # kB
