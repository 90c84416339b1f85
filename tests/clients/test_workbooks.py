"""Workbooks in other people's readers: each sees every cell of the table."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from xlsx2csv import Xlsx2csv

from atlas_ld.model import load_model
from atlas_ld.release.layout import Release
from atlas_ld.release.tables import columns, people_first, read_rows

Program = Callable[[str], list[str]]
TABLES = ("partnerships", "territories", "organisations", "funding")
SCRIPT = Path(__file__).parent / "read_workbook.mjs"


@pytest.fixture
def readers(node_program: Program) -> dict[str, Callable[[Path], list[list[str]]]]:
    """Name -> what gives the cells of the first sheet of a workbook as text."""
    node = node_program("")[0]

    def by_node(library: str) -> Callable[[Path], list[list[str]]]:
        def read(path: Path) -> list[list[str]]:
            command = [node, str(SCRIPT), library, str(path)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stderr
            return _texts(next(iter(json.loads(done.stdout).values())))

        return read

    def by_xlsx2csv(path: Path) -> list[list[str]]:
        output = io.StringIO()
        Xlsx2csv(io.BytesIO(path.read_bytes())).convert(output)  # it leaves files open
        return _texts(list(csv.reader(io.StringIO(output.getvalue()))))

    def by_openpyxl(path: Path) -> list[list[str]]:
        with closing(openpyxl.load_workbook(path, read_only=True)) as book:
            return _texts([list(row) for row in book.worksheets[0].iter_rows(values_only=True)])

    return {
        "openpyxl": by_openpyxl,
        "xlsx2csv": by_xlsx2csv,
        "exceljs": by_node("exceljs"),
        "read-excel-file": by_node("read-excel-file"),
    }


def _texts(rows: list[list[object]]) -> list[list[str]]:
    """Cells as the CSV has them, but for amounts and dates, which readers show each in their way."""
    return [["" if cell is None else str(cell).strip() for cell in row] for row in rows]


@pytest.mark.parametrize("reader", ["openpyxl", "xlsx2csv", "exceljs", "read-excel-file"])
@pytest.mark.parametrize("table", TABLES)
def test_a_reader_sees_every_cell(
    release: Release, readers: dict[str, Callable[[Path], list[list[str]]]], reader: str, table: str
) -> None:
    shown = columns(table, load_model(release.manifest.base_iri))
    order = people_first(shown)
    expected = [[c.strip() for c in row] for row in read_rows(release.path / "download" / f"{table}.csv")]
    head, *rows = readers[reader](release.path / "download" / f"{table}.xlsx")
    assert head == [shown[position].title["fr"] for position in order]
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected, strict=True):
        for place, position in enumerate(order):
            told = row[place] if place < len(row) else ""
            if shown[position].field is None or shown[position].field.datatype is None:
                assert told == wanted[position], shown[position].name
            else:  # numbers, dates and booleans in the reader's own form, and empty cells empty
                assert bool(told) == bool(wanted[position]), shown[position].name


@pytest.mark.parametrize("reader", ["openpyxl", "xlsx2csv", "exceljs", "read-excel-file"])
def test_a_selection_from_the_site_is_read_too(
    site: str, tmp_path: Path, readers: dict[str, Callable[[Path], list[list[str]]]], reader: str
) -> None:
    path = tmp_path / "selection.xlsx"
    with urllib.request.urlopen(f"{site}partnerships.xlsx?lang=en") as answer:
        path.write_bytes(answer.read())
    head, *rows = readers[reader](path)
    assert head[0] == "Title"
    assert len(rows) == 1
    assert rows[0][0].startswith("CREA")
