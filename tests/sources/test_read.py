"""Finding the reader of a file, whatever the file is."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_ld import sources
from atlas_ld.errors import UnreadableSource
from atlas_ld.findings import Severity
from atlas_ld.themes import known_themes
from tests.sources.pages import THEMES, base_page, page_of, read_base


def test_a_path_that_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="no file or folder"):
        sources.read(tmp_path / "x.csv")


def test_a_folder_is_its_files_in_one_order_and_one_bad_file_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "2833.txt").write_text(base_page(), "utf-8")
    (tmp_path / "sub" / "b.html").write_text(page_of(read_base({}), "html tables"), "utf-8")
    (tmp_path / "a.json").write_text('{"title": "A"}', "utf-8")
    (tmp_path / "c.json").write_text("{", "utf-8")
    (tmp_path / "d.csv").write_text("title\nD\nE\n", "utf-8")
    (tmp_path / "e.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "f.pdf").write_bytes(b"%PDF")
    (tmp_path / ".hidden.json").write_text("{", "utf-8")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    found = [
        (reading.record.title if reading.record else None, reading.findings[0].code if reading.findings else None)
        for reading in sources.read(tmp_path, THEMES)
    ]
    assert found == [
        ("A", None),
        (None, "not-json"),
        ("D", None),
        ("E", None),
        (None, "broken-table"),
        (None, "not-a-source"),
        (None, "cannot-open"),
        ("PUITS PARTAGÉS", "dropped-mission"),
        ("PUITS PARTAGÉS", None),
    ]


def test_a_saved_page_keeps_the_query_of_its_address(tmp_path: Path) -> None:
    file = tmp_path / "detailProjet.html?criteres.prjId=2833"
    file.write_text(page_of(read_base({}), "html tables"), "utf-8")
    (reading,) = sources.read(file, THEMES)
    assert reading.record is not None
    assert reading.record.key == "2833"


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(5_000_001)
    (reading,) = sources.read(tmp_path)
    assert [(finding.code, finding.severity) for finding in reading.findings] == [("too-large", Severity.VIOLATION)]


def test_findings_name_their_source_and_record_and_travel_with_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("title,start_year\nPuits,20x9\n,2015\n", "utf-8")
    first, second = sources.read(tmp_path)
    assert [(f.source, f.record, f.line) for f in first.findings] == [("a.csv", "puits", 2)]
    assert first.record is not None
    assert first.record.findings == first.findings
    assert second.record is not None
    assert second.record.key.startswith("untitled-")


def test_a_record_s_key_is_that_of_its_findings(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("title,context,start_year\n,jean@mairie.example,20x9\n", "utf-8")
    (reading,) = sources.read(tmp_path)
    assert reading.record is not None
    assert {finding.record for finding in reading.findings} == {reading.record.key}


def test_findings_quote_no_personal_data(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("title,jean@mairie.example\nA,\n", "utf-8")
    (tmp_path / "b.json").write_text('{"start_year": "jean@mairie.example", "06 12 34 56 78": 1}', "utf-8")
    (tmp_path / "c.txt").write_text(base_page().replace("En cours\n", "En cours\nTél. 06 12 34 56 78\n"), "utf-8")
    for reading in sources.read(tmp_path, THEMES):
        assert reading.findings
        assert "jean" not in str(reading)
        assert "34 56" not in str(reading)


def test_the_known_themes_are_the_ontology_s() -> None:
    themes = known_themes()
    assert ("Environnement, Climat et Energie", "Eau et déchets", "Eau et assainissement") in themes
    assert themes >= THEMES
