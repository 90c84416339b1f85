"""What no source can be is told in one clear sentence, ends with 1, and leaves what was imported before as it was."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from atlas_ld.cli import main


def _workbook() -> bytes:
    book = Workbook()
    book.worksheets[0].append(["titre"])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def _bomb() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as file:
            for _ in range(120):
                file.write(b"0" * 1_000_000)
    return output.getvalue()


def _bytes(content: bytes | Callable[[], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content())


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(300_000_000)


def _loop(path: Path) -> None:
    path.mkdir()
    (path / "again").symlink_to(path)


CASES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "an empty file": ("t.csv", _bytes(b""), "The file is empty."),
    "a PDF that is called a table": ("t.csv", _bytes(b"%PDF-1.7"), "The file is a PDF"),
    "a PDF that is called a page": ("t.html", _bytes(b"%PDF-1.7"), "The file is a PDF"),
    "300 MB": ("t.csv", _sparse, "was not read. Split it."),
    "a workbook that unpacks to far more": ("t.xlsx", _bytes(_bomb), "once unpacked. Split it."),
    "a pipe": ("t.csv", os.mkfifo, "a pipe, a socket or a device"),
    "links that lead around": ("folder", _loop, "A link to a folder is not followed."),
    "a link to itself": ("t.csv", lambda path: path.symlink_to(path), "check the path."),
    "a million columns": ("t.csv", _bytes(b"titre" + b";x" * 1_000_000), "has 1000001 columns"),
    "a folder that is called a table": ("t.csv", Path.mkdir, "Nothing was imported"),
    "a workbook that was cut off": ("t.xlsx", _bytes(lambda: _workbook()[:-900]), "no readable XLSX workbook"),
    "a workbook with a password": ("t.xlsx", _bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "a password protects"),
    "an ODS": ("t.ods", _bytes(b"PK\x03\x04"), "Save it as XLSX or CSV."),
    "Numbers": ("t.numbers", _bytes(b"PK\x03\x04"), "Export it as XLSX or CSV."),
    "a document": ("t.docx", _bytes(b"PK\x03\x04"), "Save it as text."),
    "a picture that is called a page": ("t.txt", _bytes(b"\x89PNG\r\n\x1a\n"), "a picture"),
    "bytes that are no text": ("t.txt", _bytes(bytes(range(8)) * 100), "no readable text"),
    "no such file": ("t.csv", lambda path: None, "check the path."),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_no_source_is_one_sentence_and_ends_with_1(case: str, tmp_path: Path) -> None:
    name, make, sentence = CASES[case]
    make(tmp_path / name)
    result = CliRunner().invoke(
        main, ["import", str(tmp_path / name), "--into", str(tmp_path / "records"), "--lang", "en"]
    )
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_a_device_is_never_read(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["import", "/dev/zero", "--into", str(tmp_path / "records")])
    assert result.exit_code == 1


@pytest.mark.parametrize("case", ["an empty file", "a workbook that was cut off", "300 MB"])
def test_what_was_imported_before_stays(case: str, tmp_path: Path) -> None:
    name, make, _ = CASES[case]
    good = tmp_path / "good.csv"
    good.write_text("titre;année de début\nPuits;2015\n", "utf-8")
    into = tmp_path / "records"
    CliRunner().invoke(main, ["import", str(good), "--into", str(into)])
    before = {path.name: path.read_bytes() for path in into.glob("[!_]*.json")}
    make(tmp_path / name)
    result = CliRunner().invoke(main, ["import", str(good), str(tmp_path / name), "--into", str(into)])
    assert result.exit_code == 2
    assert before == {path.name: path.read_bytes() for path in into.glob("[!_]*.json")} != {}
