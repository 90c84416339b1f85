"""The extent of a sheet of an XLSX, measured before it is read: a sheet may claim row 999999999999, and its reader
would fill up the rows between. The same pass tells of merged cells and of formulas without a value."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
"""The sheet's own limits (https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3)."""
_MOST_CELLS = 5_000_000
_MOST_MERGED = 100_000
_REFERENCE = re.compile(r"\$?([A-Z]{1,7})\$?([0-9]{1,20})", re.IGNORECASE)


class TooLargeError(ValueError):
    """A sheet larger than any that is read; both languages say so."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


class Merged(NamedTuple):
    """Cells that are one: the last row, the first and the last column."""

    last_row: int
    column: int
    last_column: int


@dataclass(frozen=True)
class Extent:
    """`merged`: by first row, the merged cells that begin there; `without_value`: by row, the columns of formulas
    without a saved value."""

    merged: Mapping[int, tuple[Merged, ...]] = field(default_factory=dict)
    without_value: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


def measure(archive: zipfile.ZipFile, path: str) -> Extent:
    """The extent of the sheet at this path of the workbook.

    Raises TooLargeError; KeyError, SyntaxError and what zipfile raises where there is no such sheet or it is no XML.
    """
    meter = _Meter()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = meter.start
    parser.EndElementHandler = meter.end
    parser.CharacterDataHandler = meter.characters
    parser.StartDoctypeDeclHandler = meter.doctype
    try:
        with archive.open(path.lstrip("/")) as sheet:
            parser.ParseFile(sheet)
    except expat.ExpatError as error:
        raise SyntaxError(str(error)) from error
    return Extent(
        {row: tuple(found) for row, found in meter.merged.items()},
        {row: tuple(found) for row, found in meter.without_value.items()},
    )


class _Meter:
    """Counts as the parser goes. A class because the parser calls methods."""

    def __init__(self) -> None:
        self.merged: dict[int, list[Merged]] = {}
        self.without_value: dict[int, list[int]] = {}
        self.row = self.column = self.cells = self.merges = 0
        self.formula = self.value = self.in_value = False

    def doctype(self, *_: object) -> None:
        raise SyntaxError("a sheet has no document type")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "row":
            number = attributes.get("r", "")
            self.row = int(number) if number.isdigit() and len(number) < 20 else self.row + 1
            self.column = 0
            if self.row > _MOST_ROWS:
                raise TooLargeError(
                    f"Une feuille dit avoir {self.row} lignes ; {_MOST_ROWS} sont possibles. Enregistrez-la en CSV.",
                    f"A sheet says that it has {self.row} rows; {_MOST_ROWS} are possible. Save it as CSV.",
                )
        elif tag == "c":
            reference = _REFERENCE.fullmatch(attributes.get("r", ""))
            before = self.column
            self.column = column_number(reference[1]) if reference else self.column + 1
            # Cells that are passed over are cells to the reader.
            self.cells += max(1, self.column - before)
            if self.column > _MOST_COLUMNS or self.cells > _MOST_CELLS:
                raise TooLargeError(
                    f"La feuille a plus de {_MOST_CELLS} cellules ou {_MOST_COLUMNS} colonnes. Ôtez les vides.",
                    f"The sheet has more than {_MOST_CELLS} cells or {_MOST_COLUMNS} columns. Remove empty cells.",
                )
            self.formula = self.value = False
        elif tag == "f":
            self.formula = True
        elif tag in ("v", "t"):
            self.in_value = True
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag in ("v", "t"):
            self.in_value = False
        elif tag == "c" and self.formula and not self.value:
            self.without_value.setdefault(self.row, []).append(self.column)

    def characters(self, text: str) -> None:
        if self.in_value and text.strip():
            self.value = True

    def _merge(self, area: str) -> None:
        first, _, last = area.partition(":")
        begin, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
        if begin and end and len(end[2]) < 10:
            self.merges += 1
            if self.merges > _MOST_MERGED:
                raise TooLargeError(
                    f"La feuille a plus de {_MOST_MERGED} cellules fusionnées. Défaites ces fusions.",
                    f"The sheet has more than {_MOST_MERGED} merged cells. Undo these merges.",
                )
            self.merged.setdefault(int(begin[2]), []).append(
                Merged(int(end[2]), column_number(begin[1]), column_number(end[1]))
            )


def column_number(name: str) -> int:
    """A -> 1, Z -> 26, AA -> 27."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number


def letters(column: int) -> str:
    """1 -> A, 27 -> AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
