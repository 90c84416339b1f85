"""What is kept between builds saves work and changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.pipeline import cache, checking, reading
from atlas_ld.pipeline.building import CACHE
from atlas_ld.records import Funding
from tests.release.conftest import a_record

DAY = date(2026, 11, 23)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three records, one of which has a violation."""
    folder = tmp_path / "data"
    folder.mkdir()
    bad = a_record("Montant négatif", funding=(Funding(funder="Brest métropole", amount=-5, year=2019),))
    for record in (a_record(), a_record("Deux ports"), bad):
        (folder / f"{record.key}.json").write_text(record.to_json(), encoding="utf-8")
    return folder


def build(data: Path, releases: Path, day: date = DAY) -> dict[str, bytes]:
    """The files that the release's manifest lists."""
    release = pipeline.build([data], Settings(releases=releases), day=day).release
    return {name: (release.path / name).read_bytes() for name in release.manifest.files}


def rows(releases: Path) -> dict[str, int]:
    """How many rows each table of the cache has."""
    with sqlite3.connect(releases / CACHE) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read and the records that were checked, as they are."""
    done: list[str] = []
    read, check = reading.read_files, checking._check_part

    def reads(files: Sequence[tuple[str, str]], **rest: Any) -> list[Any]:
        done.extend(name for _, name in files)
        return read(files, **rest)

    def checks(records: Sequence[tuple[str, bytes]], **rest: Any) -> list[Any]:
        done.extend(key for key, _ in records)
        return check(records, **rest)

    monkeypatch.setattr(reading, "read_files", reads)
    monkeypatch.setattr(checking, "_check_part", checks)
    return done


def test_what_is_kept_changes_no_byte(data: Path, tmp_path: Path) -> None:
    build(data, tmp_path / "kept", date(2026, 11, 22))
    (data / "deux-ports-1999.json").write_text(a_record("Deux ports", start_year=2003).to_json(), encoding="utf-8")
    assert build(data, tmp_path / "kept") == build(data, tmp_path / "anew")


def test_only_a_changed_record_is_worked_on_again(data: Path, tmp_path: Path, worked: list[str]) -> None:
    build(data, tmp_path / "releases")
    assert len(worked) == 6
    worked.clear()
    (data / "deux-ports-1999.json").write_text(a_record("Deux ports", start_year=2003).to_json(), encoding="utf-8")
    build(data, tmp_path / "releases")
    assert worked == ["deux-ports-1999.json", "deux-ports-1999"]


def test_a_partnership_that_ends_meanwhile_is_checked_again(data: Path, tmp_path: Path, worked: list[str]) -> None:
    ending = a_record("Deux ports", end_date=date(2026, 12, 1))
    (data / "deux-ports-1999.json").write_text(ending.to_json(), encoding="utf-8")
    build(data, tmp_path / "releases", date(2026, 11, 30))
    worked.clear()
    build(data, tmp_path / "releases", date(2026, 12, 2))
    assert worked == ["deux-ports-1999"]


def test_other_software_trusts_nothing_that_was_kept(
    data: Path, tmp_path: Path, worked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build(data, tmp_path / "releases")
    worked.clear()
    monkeypatch.setattr(cache, "software", lambda: b"another version")
    build(data, tmp_path / "releases")
    assert len(worked) == 6


def test_what_a_build_does_not_use_is_forgotten(data: Path, tmp_path: Path) -> None:
    build(data, tmp_path / "releases")
    (data / "deux-ports-1999.json").unlink()
    build(data, tmp_path / "releases")
    left = rows(tmp_path / "releases")
    build(data, tmp_path / "anew")
    assert left == rows(tmp_path / "anew")
    assert (left["reading"], left["checking"]) == (2, 2)


@pytest.mark.parametrize("damage", ["file", "value", "gone", "of another version"])
def test_a_damaged_cache_is_made_again(data: Path, tmp_path: Path, worked: list[str], damage: str) -> None:
    sound = build(data, tmp_path / "releases")
    kept = tmp_path / "releases" / CACHE
    if damage == "gone":
        kept.unlink()
    elif damage == "value":
        with sqlite3.connect(kept) as connection:
            connection.execute("UPDATE checking SET lines = lines + 1")
    else:
        kept.write_bytes(b"no database" * 1000)
    if damage == "of another version":  # which kept other tables, and no sum
        kept.unlink()
        kept.with_name(f"{CACHE}.crc32").unlink()
        with sqlite3.connect(kept) as connection:
            connection.execute("CREATE TABLE entry (key BLOB PRIMARY KEY, value BLOB)")
    worked.clear()
    assert build(data, tmp_path / "releases") == sound
    assert len(worked) == 6
    worked.clear()
    assert build(data, tmp_path / "releases") == sound
    assert worked == []


def test_a_build_that_is_refused_leaves_no_release(data: Path, tmp_path: Path) -> None:
    with pytest.raises(pipeline.building.StrictBuildRefused):
        pipeline.build([data], Settings(releases=tmp_path / "releases"), day=DAY, strict=True)
    assert [path.name for path in (tmp_path / "releases").iterdir() if path.is_dir()] == []
