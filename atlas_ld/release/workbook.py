"""Tables as XLSX workbooks: one sheet with a frozen, filtered header; numbers as numbers, everything else as plain
text, no formula.

xlsxwriter writes the workbook with its header; the rows are put into it, as they are joined from pieces. So they may
not say at which place they stand: the positions of rows and cells are optional (ECMA-376, part 1, 18.3.1.4 and
18.3.1.73), and an empty cell is written where another follows.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_range

from atlas_ld.release.tables import JOIN, Column, Table, is_number
from atlas_ld.release.writing.concatenation import END, Piece, combined, piece

_CELL_LIMIT = 32_767  # the most characters of a cell (Excel specifications and limits)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # a workbook notes when it was made, and ours must not depend on it
_SHEET = "xl/worksheets/sheet1.xml"
_ROWS_END = b"</sheetData>"
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')
# ECMA-376, part 1, 22.9.2.19: characters that XML cannot hold are written `_xHHHH_`, and so is what looks like that.
_ESCAPED = re.compile("(_x[0-9a-fA-F]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def write_xlsx(table: Table, path: Path) -> None:
    """A workbook of a table that is small enough to be held."""
    body = piece(sheet_rows(table.columns, table.rows))
    write_workbook(path, table.name, table.columns, len(table.rows), body)


def sheet_rows(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as they stand in a sheet."""
    numbers = [is_number(column) for column in columns]
    return "".join(_row(row, numbers) for row in rows).encode()


def _row(row: Sequence[str], numbers: Sequence[bool]) -> str:
    cells = [_cell(cell, number) for cell, number in zip(row, numbers, strict=True)]
    while cells and cells[-1] == "<c/>":
        cells.pop()
    return f"<row>{''.join(cells)}</row>"


def _cell(text: str, number: bool) -> str:
    if not text:
        return "<c/>"
    if number and JOIN not in text:
        return f"<c><v>{float(Decimal(text)):.16G}</v></c>"
    text = text[:_CELL_LIMIT]
    space = ' xml:space="preserve"' if text != text.strip() else ""
    if not text.isprintable():
        text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPED.sub(r"_x005F\1", text))
    elif "_x" in text:
        text = _ESCAPED.sub(r"_x005F\1", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<c t="inlineStr"><is><t{space}>{text}</t></is></c>'


def write_workbook(path: Path, name: str, columns: Sequence[Column], rows: int, body: Piece) -> int:
    """A workbook whose sheet has these rows, `rows` in number; the byte of the file at which they begin, deflated."""
    empty = _empty(name, columns, rows)
    with zipfile.ZipFile(BytesIO(empty)) as source, path.open("wb") as file, zipfile.ZipFile(file, "w") as full:
        for member in source.infolist():
            if member.filename != _SHEET:
                full.writestr(member, source.read(member))
        head, end, tail = source.read(_SHEET).partition(_ROWS_END)
        dimension = f'<dimension ref="{xl_range(0, 0, rows, len(columns) - 1)}"/>'.encode()
        first, last = piece(_DIMENSION.sub(dimension, head)), piece(end + tail)
        start = _put_deflated(full, file, source.getinfo(_SHEET), (first, body, last))
    return start + len(first.packed)


def _empty(name: str, columns: Sequence[Column], rows: int) -> bytes:
    """The workbook without its rows."""
    file = BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True})
    workbook.set_properties({"title": name, "created": _EPOCH})
    header = workbook.add_format({"bold": True, "bottom": 1})
    sheet = workbook.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, 12 if column.iris or column.name == "iri" else 24)
        sheet.write_string(0, position, column.title, header)
    workbook.close()
    return file.getvalue()


def _put_deflated(archive: zipfile.ZipFile, file: BinaryIO, member: zipfile.ZipInfo, pieces: Iterable[Piece]) -> int:
    """Add a member whose bytes are deflated already: as if it were stored as it is, which its header then denies.
    The byte of the file at which its content begins."""
    length, crc = 0, 0
    member.compress_type = zipfile.ZIP_STORED
    with archive.open(member, "w") as stored:
        start = file.tell()
        for one in pieces:
            stored.write(one.packed)
            length, crc = length + one.length, combined(crc, one.crc, one.length)
        stored.write(END)
    member.compress_type, member.file_size, member.CRC = zipfile.ZIP_DEFLATED, length, crc
    file.seek(member.header_offset)
    file.write(member.FileHeader())
    file.seek(0, SEEK_END)
    return start
