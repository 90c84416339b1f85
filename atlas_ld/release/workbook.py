"""Tables as XLSX workbooks, for people: a sheet for each table, and one that explains them, which is the last since
programs read the first. Written as rows come, in bounded memory, by xlsxwriter (docs/decisions/0023).

What people look for stands left, IRIs right. Amounts, years and dates are numbers, yes and no are booleans, all else is
text; nothing is a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from pathlib import Path
from typing import IO, Any, Literal

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from atlas_ld.release.tables import Column, people_first, type_of

Language = Literal["fr", "en"]

# Excel specifications and limits: characters of a cell; rows, links and letters of the name of a sheet.
_CELL, _ROWS, _LINKS, _NAME = 32_767, 1_048_576, 65_530, 31
_FIRST_DAY = date(1900, 3, 1)
"""Before it, spreadsheets count days in two ways (they take 1900 for a leap year)."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # a workbook notes when it was made, and ours must not depend on it
_FORMATS = {"amount": "#,##0.00\\ €", "date": "yyyy-mm-dd", "number": "General", "year": "0"}
_TEXTS: Mapping[str, Mapping[Language, str]] = {
    "name": {"fr": "Lisez-moi", "en": "Read me"},
    "sheet": {"fr": "Feuille", "en": "Sheet"},
    "column": {"fr": "Colonne", "en": "Column"},
    "meaning": {"fr": "Ce qu’elle dit", "en": "What it says"},
    "filled": {"fr": "Lignes renseignées", "en": "Rows that say it"},
    "rows": {"fr": "Lignes", "en": "Rows"},
    "empty": {"fr": "Une cellule vide dit : non renseigné. Elle ne dit ni zéro, ni non.",
              "en": "An empty cell says: not documented. It says neither zero nor no."},
    "cut": {"fr": "Cellules coupées à 32 767 caractères, la limite des tableurs ; le CSV les a entières :",
            "en": "Cells cut at 32,767 characters, the limit of spreadsheets; the CSV has them whole:"},
}  # fmt: skip
_CUT = " […]"


@dataclass(frozen=True)
class Sheet:
    """A table on its way into a workbook: rows have a cell for each column, as in the CSV but without its quoting."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[str]]


def write_workbook(
    file: Path | IO[bytes], sheets: Sequence[Sheet], *, title: str, about: Sequence[tuple[str, str]], language: Language
) -> None:
    """Write a workbook of these sheets and a read-me, which has the lines `about` (what, and what is to be said of it).
    A table of more rows than a sheet can have goes on in another sheet. Raises OSError."""
    try:
        _write(file, sheets, title, about, language)
    except FileCreateError as error:  # which is no OSError of its own
        raise OSError(f"A workbook could not be written: {error}") from error


def _write(
    file: Path | IO[bytes], sheets: Sequence[Sheet], title: str, about: Sequence[tuple[str, str]], language: Language
) -> None:
    with xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_urls": False}) as book:
        book.set_properties({"title": title, "created": _EPOCH})
        formats = {name: book.add_format({"num_format": code}) for name, code in _FORMATS.items()}
        formats |= {"head": book.add_format({"bold": True, "bottom": 1}), "bold": book.add_format({"bold": True})}
        written = [_Writer(book, formats, sheet, language) for sheet in sheets]
        for writer in written:
            writer.write()
        _read_me(book.add_worksheet(_TEXTS["name"][language]), written, formats, title, about, language)


@dataclass(frozen=True)
class FormColumn:
    """A column of a form: its name, what it means, and the values among which who fills it in chooses, if any."""

    name: str
    meaning: str
    choices: Sequence[str] = ()
    is_number: bool = False


@dataclass(frozen=True)
class Form:
    """A sheet to be filled in: rows have a cell for each column; `about` explains its words (word, meaning)."""

    name: str
    columns: Sequence[FormColumn]
    rows: Iterable[Sequence[str]]
    about: Sequence[tuple[str, str]]


def write_form(file: IO[bytes], form: Form, language: Language) -> None:
    """Write a workbook of a form and a sheet that explains its columns and words."""
    with xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_urls": False}) as book:
        book.set_properties({"created": _EPOCH})
        head = book.add_format({"bold": True, "bottom": 1})
        page, last = book.add_worksheet(form.name), 0
        page.freeze_panes(1, 2)
        for place, column in enumerate(form.columns):
            page.set_column(place, place, 20)
            page.write_string(0, place, column.name, head)
        for last, row in enumerate(form.rows, start=1):
            for place, (cell, column) in enumerate(zip(row, form.columns, strict=True)):
                number = _number(cell) if column.is_number and cell else None
                if number is not None:
                    page.write_number(last, place, number)
                elif cell:
                    page.write_string(last, place, _text(cell[:_CELL]))
        for place, column in enumerate(form.columns):
            if column.choices:
                page.data_validation(1, place, max(last, 1), place, {"validate": "list", "source": [*column.choices]})
        page.autofilter(0, 0, max(last, 1), len(form.columns) - 1)
        notes = book.add_worksheet(_TEXTS["name"][language])
        notes.set_column(0, 1, 24)
        told = [*((column.name, column.meaning) for column in form.columns), ("", ""), *form.about]
        for line, cells in enumerate(told):
            for place, cell in enumerate(cells):
                notes.write_string(line, place, _text(cell))


class _Writer:
    """One table into one sheet, or more than one; it counts the cells that are filled, and those that had to be cut."""

    def __init__(self, book: Any, formats: Mapping[str, Any], sheet: Sheet, language: Language) -> None:
        self.sheet, self._book, self._formats, self._language = sheet, book, formats, language
        self._order = people_first(sheet.columns)
        self.columns = [sheet.columns[position] for position in self._order]
        self.filled = [0] * len(self.columns)
        self.rows, self.cut, self._links = 0, 0, 0

    def write(self) -> None:
        types = [type_of(column) for column in self.columns]
        page, line = self._page(1), 0
        for row in self.sheet.rows:
            if line == _ROWS - 1:
                page.autofilter(0, 0, line, len(self.columns) - 1)
                page, line = self._page(1 + self.rows // (_ROWS - 1)), 0
                self._links = 0
            line += 1
            self.rows += 1
            for place, position in enumerate(self._order):
                if cell := row[position]:
                    self.filled[place] += 1
                    self._put(page, line, place, cell, types[place])
        page.autofilter(0, 0, max(line, 1), len(self.columns) - 1)

    def _page(self, number: int) -> Any:
        name = self.sheet.name[: _NAME - 5] + (f" ({number})" if number > 1 else "")
        page = self._book.add_worksheet(name)
        page.freeze_panes(1, 1)
        for place, column in enumerate(self.columns):
            page.set_column(place, place, 12 if column.iris or column.name == "iri" else 40 if not place else 20)
            page.write_string(0, place, column.title[self._language], self._formats["head"])
        return page

    def _put(self, page: Any, line: int, place: int, cell: str, type_: str) -> None:
        if type_ == "text" and len(cell) <= _CELL:
            page.write_string(line, place, _text(cell))
        elif type_ == "boolean" and cell in ("true", "false"):
            page.write_boolean(line, place, cell == "true")
        elif type_ == "date" and (day := _day(cell)):
            page.write_datetime(line, place, day, self._formats["date"])
        elif type_ in ("amount", "number", "year") and (number := _number(cell)) is not None:
            page.write_number(line, place, number, self._formats[type_])
        elif type_ == "link" and self._may_link(cell) and page.write_url(line, place, cell) == 0:
            self._links += 1
        else:
            if len(cell) > _CELL:
                cell = cell[: _CELL - len(_CUT)] + _CUT
                self.cut += 1
            page.write_string(line, place, _text(cell))

    def _may_link(self, cell: str) -> bool:
        return self._links < _LINKS and cell.startswith(("http://", "https://"))


def _text(cell: str) -> str:
    """Without the two characters that XML cannot hold and xlsxwriter does not escape."""
    return cell.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


def _number(cell: str) -> float | None:
    """The number, where a spreadsheet can hold it: 15 digits."""
    try:
        exact = Decimal(cell)
    except InvalidOperation:  # several values, joined
        return None
    held = exact.is_finite() and len(exact.normalize().as_tuple().digits) <= 15 and isfinite(float(exact))
    return float(exact) if held else None


def _day(cell: str) -> datetime | None:
    try:
        day = datetime.fromisoformat(cell)
    except ValueError:  # several values, or a year before the first
        return None
    return day.replace(tzinfo=None) if day.date() >= _FIRST_DAY else None


def _read_me(
    page: Any,
    written: Sequence[_Writer],
    formats: Mapping[str, Any],
    title: str,
    about: Sequence[tuple[str, str]],
    language: Language,
) -> None:
    texts = {name: text[language] for name, text in _TEXTS.items()}
    page.set_column(0, 1, 28)
    page.set_column(2, 2, 80)
    page.set_column(3, 4, 18)
    lines: list[tuple[tuple[str | int, ...], str | None]] = [((title,), "bold"), *((line, None) for line in about)]
    lines.append(((texts["empty"],), None))
    if cut := sum(writer.cut for writer in written):
        lines.append(((texts["cut"], cut), None))
    lines.append(((), None))
    lines.append(((texts["sheet"], texts["column"], texts["meaning"], texts["filled"], texts["rows"]), "head"))
    for writer in written:
        for column, filled in zip(writer.columns, writer.filled, strict=True):
            meaning = column.field.description[language] if column.field else ""
            lines.append(((writer.sheet.name, column.title[language], meaning, filled, writer.rows), None))
    for line, (cells, format_) in enumerate(lines):
        for place, cell in enumerate(cells):
            if isinstance(cell, int):
                page.write_number(line, place, cell, formats.get(format_ or ""))
            else:
                page.write_string(line, place, _text(cell[:_CELL]), formats.get(format_ or ""))
