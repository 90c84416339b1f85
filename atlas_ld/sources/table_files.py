"""Rows of text out of CSV and XLSX files, with their line numbers. What the columns mean is for `table`."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import short_hash
from atlas_ld.sources.decoding import decode, without_controls
from atlas_ld.sources.reading import remark
from atlas_ld.sources.signatures import kind_of
from atlas_ld.sources.workbook_limits import Extent, TooLargeError, letters, measure

MAX_ROWS = 100_000
MAX_COLUMNS = 1_000
MAX_BYTES = 100_000_000
"""Most rows and columns of one table, and most bytes of one file, before and after an XLSX is unpacked."""

_DELIMITERS = ",;\t|"
_LONGEST_ROW = 2_000
"""Most lines that one row of a CSV may span: beyond, a quote was never closed."""
_SEPARATOR = re.compile(r"\"?sep=(?P<sign>.)\"?", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""How XLSX writes characters that XML cannot (ECMA-376 part 1, 22.9.2.19)."""


class Number(str):
    """A cell that holds a number, not its text: its digits with a point, so that no rule has to guess what a point or a
    comma is."""

    __slots__ = ()


@dataclass(frozen=True)
class Row:
    """Cells of one row, stripped. `line` starts at 1: in CSV the line where it begins, in XLSX the row's number."""

    line: int
    cells: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Table:
    """Rows, the findings on the whole file, and how many units (sheets) were left aside with a finding."""

    rows: Iterator[Row]
    findings: tuple[Finding, ...] = ()
    left_aside: int = 0


class BrokenTableError(ValueError):
    """The file is no table. Caught in `table`, where it becomes a finding; None: no text at all."""

    def __init__(self, fr: str | None = None, en: str = "") -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


def table_rows(content: bytes, known: Callable[[Sequence[str]], int], sheet: str | int | None = None) -> Table:
    """The rows of a table, whatever its file is called: a workbook is known by its first bytes. `known` counts the
    cells of a row that name a column; `sheet` is the name or number of a workbook's sheet, None for the first that is
    not hidden. Raises BrokenTableError, also while rows are taken."""
    if content.startswith(b"PK\x03\x04") and b"xl/workbook" in content:
        return xlsx_rows(content, sheet)
    if (other := _other(content)) is not None:
        raise other
    return csv_rows(content, known)


def _other(content: bytes) -> BrokenTableError | None:
    """What a file is that is called a table and is none that we read, with what to do."""
    kind = kind_of(content)
    if kind is None and re.match(rb"\s*(?:<!doctype html|<html|<table)", content[:1000], re.IGNORECASE):
        kind = ("une page HTML", "an HTML page")
    if kind is None:
        return None
    return BrokenTableError(
        f"Le fichier est {kind[0]} et non un tableau que nous lisons. Enregistrez-le en XLSX ou en CSV.",
        f"The file is {kind[1]} and no table that we read. Save it as XLSX or CSV.",
    )


def csv_rows(content: bytes, known: Callable[[Sequence[str]], int]) -> Table:
    """Rows of a CSV text whose delimiter (comma, semicolon, tab or bar) is the one that gives most known columns, or
    the one that its first line `sep=;` names.

    Raises BrokenTableError, also while rows are taken.
    """
    decoded = decode(content)
    if decoded is None:
        raise BrokenTableError
    text, findings = decoded
    lines = text.split("\n")
    declared = _SEPARATOR.fullmatch(lines[0].strip(" ")) if lines else None
    if declared:
        return Table(_csv(lines, declared["sign"], 1), findings)

    def best(delimiter: str) -> int:
        return max((known(row.cells) for row in islice(_csv(lines, delimiter, 0), HEADER_WITHIN)), default=0)

    return Table(_csv(lines, max(_DELIMITERS, key=best), 0), findings)


HEADER_WITHIN = 20
"""The header stands in the first rows."""


class _TooLongError(Exception):
    """A row that spans more lines than any row does."""


class _Lines:
    """Lines for `csv.reader`, which can be set back to where a row begins."""

    def __init__(self, lines: Sequence[str], start: int) -> None:
        self.lines = lines
        self.position = start
        self.begin = start

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.position >= len(self.lines):
            raise StopIteration
        if self.position - self.begin >= _LONGEST_ROW:
            raise _TooLongError
        self.position += 1
        return self.lines[self.position - 1] + "\n"


def _csv(lines: Sequence[str], delimiter: str, start: int) -> Iterator[Row]:
    """Rows one after the other. Where quotes do not pair, the row is cut by the lines of the file, which a finding says
    with the line where it began: what follows is never swallowed."""
    source = _Lines(lines, start)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    width = 0
    while True:
        source.begin = begin = source.position
        try:
            cells = next(reader)
            fault = _swallowed(lines[begin : source.position], cells, delimiter, width)
        except StopIteration:
            return
        except (csv.Error, _TooLongError):
            cells, fault = [], True
        if fault:
            cells, end = _by_lines(lines, begin, delimiter, width)
            source.position = end
            reader = csv.reader(source, delimiter=delimiter, strict=True)
        if len(cells) > MAX_COLUMNS:
            raise BrokenTableError(
                f"La ligne {begin + 1} a {len(cells)} colonnes ; un tableau en a {MAX_COLUMNS} au plus.",
                f"Line {begin + 1} has {len(cells)} columns; a table has {MAX_COLUMNS} at most.",
            )
        findings: tuple[Finding, ...] = ()
        if fault:
            findings = (_bad_quotes(begin + 1, bool(width) and len(cells) != width),)
        elif width > 3 and _like_rows(lines[begin : source.position], delimiter, width):
            findings = (_doubtful_quotes(begin + 1),)
        row = Row(begin + 1, tuple(cell.strip() for cell in cells), findings)
        width = width or (len(cells) if sum(map(bool, row.cells)) > 1 else 0)
        yield row


def _swallowed(lines: Sequence[str], cells: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a row over several lines has taken in others: their first and last have the table's width, and not it."""
    if len(lines) == 1 or width < 2 or len(cells) == width or (len(cells) > width and not any(cells[width:])):
        return False
    return len(_cut(lines[0], delimiter, _paired)) == width and lines[-1].count(delimiter) + 1 >= width


def _by_lines(lines: Sequence[str], begin: int, delimiter: str, width: int) -> tuple[list[str], int]:
    """The cells of a row whose quotes do not pair, and where it ends: after as few lines as give it the table's width,
    the first alone where none do."""
    whole = ""
    for end in range(begin, min(begin + 50, len(lines))):
        whole += ("\n" if end > begin else "") + lines[end]
        if len(whole) > 100_000:
            break
        cuts = list(_cuts(whole, delimiter))
        fitting = next((cells for cells in cuts if len(cells) == width or not width), None)
        if fitting is not None:
            return fitting, end + 1
        if all(len(cells) > width for cells in cuts):
            break
    return _cut(lines[begin], delimiter, _paired), begin + 1


def _cuts(text: str, delimiter: str) -> Iterator[list[str]]:
    """The ways to cut a text into cells where quotes may stand within quotes, the likeliest first: a quote closes
    before a delimiter where those before it pair, or at the first such place, or at the last one before a further cell
    opens."""
    for ends in (_paired, _first, _last):
        yield _cut(text, delimiter, ends)


def _cut(text: str, delimiter: str, ends: Callable[[Sequence[int], str, int], int]) -> list[str]:
    cells, position = [], 0
    while position <= len(text):
        end = -1
        if text.startswith('"', position):
            opens = text.find(f'{delimiter}"', position + 1)
            # A further cell that opens within says that this one never closed.
            limit = opens if opens >= 0 else len(text)
            places = [found.start() for found in re.finditer(f'"(?={re.escape(delimiter)}|\\Z)', text[: limit + 1])]
            end = ends([place for place in places if place > position], text, position)
        if end >= 0:
            cells.append(text[position + 1 : end].replace('""', '"'))
            position = end + 2
        else:
            stop = text.find(delimiter, position)
            stop = len(text) if stop < 0 else stop
            cell = text[position:stop]
            cells.append(cell.strip('"“”«» \n') if cell.startswith('"') else cell)
            position = stop + 1
    return cells


def _paired(places: Sequence[int], text: str, start: int) -> int:
    """The first place that is none of a pair: the quotes that end there, without the one that opened, are odd."""
    for place in places:
        run = place + 1 - max(start + 1, len(text[: place + 1].rstrip('"')))
        if run % 2:
            return place
    return -1


def _first(places: Sequence[int], text: str, start: int) -> int:
    return next(iter(places), -1)


def _last(places: Sequence[int], text: str, start: int) -> int:
    return places[-1] if places else -1


def _like_rows(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a line within a cell looks like a row. Commas are as many in many sentences."""
    return (delimiter != "," or width > 7) and any(line.count(delimiter) == width - 1 for line in lines[1:-1])


def _doubtful_quotes(line: int) -> Finding:
    return remark(
        "doubtful-quotes",
        Severity.WARNING,
        f"Une cellule de la ligne commencée en {line} contient une ligne qui ressemble à une rangée du tableau. "
        "Vérifiez ses guillemets.",
        f"A cell of the row that begins on line {line} holds a line that looks like a row. Check its quotes.",
        line=line,
    )


def _bad_quotes(line: int, displaced: bool) -> Finding:
    if displaced:
        return remark(
            "bad-quotes",
            Severity.VIOLATION,
            f"Les guillemets de la ligne commencée en {line} ne vont pas par paires, et ses cellules ne tombent pas "
            "sous leurs colonnes. Fermez-les, ou doublez ceux du texte.",
            f"The quotes of the row that begins on line {line} do not pair, and its cells do not fall under their "
            "columns. Close them, or double those of the text.",
            line=line,
        )
    return remark(
        "bad-quotes",
        Severity.WARNING,
        f"Les guillemets de la ligne commencée en {line} ne vont pas par paires ; elle a été coupée à ses séparateurs. "
        "Vérifiez-la, et doublez les guillemets du texte.",
        f"The quotes of the row that begins on line {line} do not pair; it was cut at its delimiters. "
        "Check it, and double the quotes of the text.",
        line=line,
    )


def xlsx_rows(content: bytes, wanted: str | int | None = None) -> Table:
    """Rows of a sheet of an XLSX, by its name or number, else of the first visible one: the values that it shows, so
    those that its formulas had when it was saved. Cells in error, formulas without a value, cells that are merged, and
    sheets that are not read are findings.

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
            workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            shown = [place for place, sheet in enumerate(workbook.worksheets) if sheet.sheet_state == "visible"]
            if not shown:
                raise BrokenTableError(
                    "Toutes les feuilles du classeur sont masquées. Affichez celle du tableau.",
                    "Every sheet of the workbook is hidden. Show the one with the table.",
                )
            chosen = shown[0] if wanted is None else _chosen(workbook, wanted)
            sheet: Any = workbook.worksheets[chosen]
            extent = measure(archive, sheet._worksheet_path)
        # Some programs write a wrong extent, on which openpyxl would cut the rows.
        sheet.reset_dimensions()
    except TooLargeError as error:
        raise BrokenTableError(error.fr, error.en) from error
    except (*_BROKEN_XLSX, ValueError) as error:
        if isinstance(error, BrokenTableError):
            raise
        raise broken from error
    others = [p for p, other in enumerate(workbook.worksheets) if p != chosen and not _is_sealed(other, broken)]
    findings = tuple(_other_sheet(place + 1, place not in shown) for place in others)
    return Table(_xlsx(sheet, extent, broken), findings, len(others))


SEAL = "atlas-ld "


def seal(texts: Iterable[str]) -> str:
    """What the first cell of a sheet of the template says: a hash of all its other texts, row by row."""
    return f"{SEAL}{short_hash(chr(10).join(texts), 16)}"


def _is_sealed(sheet: Any, broken: BrokenTableError) -> bool:
    """Whether a sheet is one that the template brings along, as it was written: a read-me, or lists to choose from."""
    try:
        rows = islice(sheet.iter_rows(values_only=True), _MOST_SEALED)
        first = next(rows, None)
        if not first or not str(first[0]).startswith(SEAL):
            return False
        texts = [str(cell) for cell in (*first[1:], *(cell for row in rows for cell in row)) if cell is not None]
    except (*_BROKEN_XLSX, ValueError) as error:
        raise broken from error
    return len(texts) < _MOST_SEALED and first[0] == seal(texts)


_MOST_SEALED = 5000


def _chosen(workbook: Any, wanted: str | int) -> int:
    """The place of the sheet that a mapping names. Sheets are told by number: a name may name a person."""
    titles = [sheet.title.strip().casefold() for sheet in workbook.worksheets]
    if isinstance(wanted, int) and wanted <= len(titles):
        return wanted - 1
    if isinstance(wanted, str) and wanted.strip().casefold() in titles:
        return titles.index(wanted.strip().casefold())
    raise BrokenTableError(
        f"Le classeur n'a pas la feuille que la correspondance demande ; il en a {len(titles)}.",
        f"The workbook does not have the sheet that the mapping asks for; it has {len(titles)}.",
    )


_BROKEN_XLSX = (zipfile.BadZipFile, zlib.error, KeyError, IndexError, TypeError, AttributeError, RuntimeError,
                OSError, EOFError, SyntaxError, NotImplementedError, OverflowError)  # fmt: skip
"""What openpyxl and zipfile raise on a file that is no workbook. (XML errors are SyntaxErrors.)"""


def _xlsx(sheet: Any, extent: Extent, broken: BrokenTableError) -> Iterator[Row]:
    rows = sheet.iter_rows()
    number = 0
    filled: dict[int, tuple[int, str]] = {}
    while True:
        number += 1
        try:
            row = next(rows, None)
            if row is None:
                return
            findings: list[Finding] = []
            cells = [_shown(cell, number, place, findings) for place, cell in enumerate(row, start=1)]
        except (*_BROKEN_XLSX, ValueError) as error:
            raise broken from error
        findings += [_no_value(letters(column), number) for column in extent.without_value.get(number, ())]
        _fill_down(cells, number, extent, filled, findings)
        yield Row(number, tuple(cells), tuple(findings))


def _fill_down(
    cells: list[str], number: int, extent: Extent, filled: dict[int, tuple[int, str]], findings: list[Finding]
) -> None:
    """The value of cells that are merged over several rows stands in each of them; a finding says so, and of those that
    are merged over several columns that the first one has it."""
    if not any(cells):
        return
    for column, (last_row, value) in list(filled.items()):
        if number > last_row:
            del filled[column]
        elif column > len(cells) or not cells[column - 1]:
            cells.extend([""] * (column - len(cells)))
            cells[column - 1] = value
            findings.append(
                remark(
                    "merged-cell",
                    Severity.INFO,
                    f"La cellule {letters(column)}{number} est fusionnée avec celle du dessus et en a reçu la valeur.",
                    f"Cell {letters(column)}{number} is merged with those above it, whose value it was given.",
                    line=number,
                )
            )
    for merged in extent.merged.get(number, ()):
        value = cells[merged.column - 1] if merged.column <= len(cells) else ""
        if value and merged.last_row > number:
            filled[merged.column] = (merged.last_row, value)
        if value and merged.last_column > merged.column:
            first, last = letters(merged.column), letters(merged.last_column)
            findings.append(
                remark(
                    "merged-columns",
                    Severity.INFO,
                    f"Les cellules {first} à {last} de la ligne {number} sont fusionnées ; {first} a la valeur.",
                    f"Cells {first} to {last} of row {number} are merged; {first} has the value.",
                    line=number,
                )
            )


def _shown(cell: Any, number: int, column: int, findings: list[Finding]) -> str:
    value = cell.value
    if value is None:
        return ""
    place = f"{letters(column)}{number}"
    if cell.data_type == "e":
        findings.append(
            remark(
                "error-cell",
                Severity.WARNING,
                f"La cellule {place} est en erreur dans le classeur et n'a pas été lue. Corrigez sa formule.",
                f"Cell {place} is in error in the workbook and was not read. Mend its formula.",
                line=number,
            )
        )
        return ""
    text = _text(value)
    if text is None:
        findings.append(
            remark(
                "unreadable-cell",
                Severity.WARNING,
                f"La cellule {place} n'est ni texte, ni nombre, ni date, et n'a pas été lue. Collez sa valeur.",
                f"Cell {place} is neither text nor number nor date, and was not read. Paste its value.",
                line=number,
            )
        )
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Number(text)
    text, told = without_controls(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), text))
    findings += [finding.model_copy(update={"line": number}) for finding in told]
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _text(value: object) -> str | None:
    """A cell's value as one would type it: 2019.0 is 2019, a date is ISO, a truth value yes or no. None for others."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        # The digits that the sheet shows: 0.1 + 0.2 is 0.3.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, (str, int)):
        return str(value)
    return str(value) if isinstance(value, (time, timedelta)) else None


def _no_value(letter: str, number: int) -> Finding:
    return remark(
        "formula-cell",
        Severity.WARNING,
        f"La cellule {letter}{number} contient une formule sans valeur enregistrée. Collez sa valeur.",
        f"Cell {letter}{number} holds a formula without a saved value. Paste its value.",
        line=number,
    )


def _other_sheet(number: int, hidden: bool) -> Finding:
    """A sheet is told by its number: its name may name a person."""
    if hidden:
        return remark(
            "hidden-sheet",
            Severity.INFO,
            f"La feuille {number} du classeur est masquée et n'a pas été lue.",
            f"Sheet {number} of the workbook is hidden and was not read.",
        )
    return remark(
        "further-sheet",
        Severity.WARNING,
        f"La feuille {number} du classeur n'a pas été lue : un tableau tient sur une feuille. Enregistrez-la à part.",
        f"Sheet {number} of the workbook was not read: a table is one sheet. Save it as a file of its own.",
    )
