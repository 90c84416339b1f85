"""Rows of text out of CSV and XLSX files, with their line numbers. What the columns mean is for `table`."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from atlas_ld.findings import Finding, Severity
from atlas_ld.sources.reading import decode, remark

MAX_ROWS = 100_000
MAX_BYTES = 100_000_000
"""Most rows of one table, and most bytes of one file, before and after an XLSX is unpacked."""

_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Row:
    """Cells of one row, stripped. `line` starts at 1: in CSV the line where it begins, in XLSX the row's number."""

    line: int
    cells: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


class BrokenTableError(ValueError):
    """The file is no table. Caught in `table`, where it becomes a finding; None: no text at all."""

    def __init__(self, fr: str | None = None, en: str = "") -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


def csv_rows(content: bytes, column_name: Callable[[str], str | None]) -> tuple[Iterator[Row], tuple[Finding, ...]]:
    """Rows of a CSV text whose delimiter (comma, semicolon or tab) is the one that gives most known columns.

    Raises BrokenTableError, also while rows are taken.
    """
    decoded = decode(content)
    if decoded is None:
        raise BrokenTableError
    text, findings = decoded

    def known(delimiter: str) -> int:
        header = next(_csv(text, delimiter), None)
        return sum(column_name(cell) is not None for cell in header.cells) if header else 0

    return _csv(text, max(_DELIMITERS, key=known)), findings


def _csv(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield Row(line, tuple(cell.strip() for cell in cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise BrokenTableError(
            f"Le CSV ne se lit plus à la ligne {line} ({error}). Vérifiez les guillemets.",
            f"The CSV cannot be read from line {line} on ({error}). Check its quotes.",
        ) from error


def xlsx_rows(content: bytes) -> tuple[Iterator[Row], tuple[Finding, ...]]:
    """Rows of the first sheet of an XLSX. Formulas are not computed: the cell's text is the formula, with a finding.

    Raises BrokenTableError, also while rows are taken.
    """
    broken = BrokenTableError(
        "Le fichier n'est pas un classeur XLSX lisible. Enregistrez-le de nouveau, ou en CSV.",
        "The file is no readable XLSX workbook. Save it again, or as CSV.",
    )
    from openpyxl import load_workbook  # a build without workbooks need not wait for it

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                raise BrokenTableError(
                    f"Le classeur dépasse {MAX_BYTES // 1_000_000} Mo une fois ouvert. Partagez-le.",
                    f"The workbook is over {MAX_BYTES // 1_000_000} MB once unpacked. Split it.",
                )
        workbook = load_workbook(io.BytesIO(content), read_only=True)
        sheet = workbook.worksheets[0]
        # Some programs write a wrong extent, on which openpyxl would cut the rows.
        sheet.reset_dimensions()
    except _BROKEN_XLSX as error:
        raise broken from error
    return _xlsx(sheet, broken), ()


_BROKEN_XLSX = (zipfile.BadZipFile, zlib.error, KeyError, IndexError, TypeError, AttributeError,
                OSError, EOFError, SyntaxError, NotImplementedError, OverflowError)  # fmt: skip
"""What openpyxl and zipfile raise on a file that is no workbook. (XML errors are SyntaxErrors.)"""


def _xlsx(sheet: Any, broken: BrokenTableError) -> Iterator[Row]:
    rows = sheet.iter_rows()
    number = 0
    while True:
        number += 1
        try:
            row = next(rows, None)
            if row is None:
                return
            cells = tuple(_text(cell.value) for cell in row)
            formulas = [cell.column_letter for cell in row if cell.value is not None and cell.data_type == "f"]
        except (*_BROKEN_XLSX, ValueError) as error:
            raise broken from error
        yield Row(number, cells, tuple(_formula(letter, number) for letter in formulas))


def _text(value: object) -> str:
    """A cell's value as one would type it: 2019.0 is 2019, a date is ISO, a truth value is yes or no."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\r\n", "\n").strip()


def _formula(letter: str, number: int) -> Finding:
    return remark(
        "formula-cell",
        Severity.WARNING,
        f"La cellule {letter}{number} contient une formule, qui n'est pas calculée. Collez sa valeur.",
        f"Cell {letter}{number} holds a formula, which is not computed. Paste its value.",
        line=number,
    )
