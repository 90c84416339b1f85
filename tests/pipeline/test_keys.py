"""Keys in a build: what the register remembers, what is told, and what no build writes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from atlas_ld.config import Settings
from atlas_ld.errors import StrictBuildRefused
from atlas_ld.keys import write_register
from atlas_ld.pipeline import build, read_records, register
from atlas_ld.records import Origin, Participant, PartnershipRecord
from atlas_ld.release.moved import key_changes, keys_of

DAY = date(2026, 11, 23)
HEAD = "title;first_signature_year;french_authorities;foreign_partners;foreign_countries\n"


def record(title: str, *partners: str, address: str | None = None, year: int = 2010) -> PartnershipRecord:
    town = Participant(name="Brest métropole", role="french-authority")
    participants = (
        town,
        *(Participant(name=name, role="foreign-partner", country="Burkina Faso") for name in partners),
    )
    origins = (Origin(title="Fiche", address=address),)
    return PartnershipRecord(title=title, first_signature_year=year, participants=participants, origins=origins)


def remember(data: Path) -> None:
    found = register([data], Settings(releases=data.parent / "none"))
    (data / "keys.csv").write_bytes(write_register(found.entries.values()))


def table(data: Path, name: str, *rows: str) -> None:
    (data / name).write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def test_a_row_keeps_its_key_whatever_is_corrected_renamed_moved_or_added(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    table(data, "a.csv", "Jumelage;1990;Brest;Kiel;Allemagne", "Puits;2001;Brest;Saponé;Burkina Faso")
    before, _ = read_records([data], Settings())
    assert set(before) == {"jumelage-1990", "puits-2001"}
    remember(data)
    (data / "a.csv").unlink()
    table(
        data,
        "tableau-2026.csv",
        "Puits partagés;2001;Brest|Quimper;Saponé;Burkina Faso",
        "Jumelage;1990;Quimper;Limerick;Irlande",
        "Jumelage;1990;Brest;Kiel;Allemagne",
    )
    after, _ = read_records([data], Settings())
    names = {key: {p.name for p in record.participants} for key, record in after.items()}
    assert "Quimper" in names.pop("puits-2001")
    assert names.pop("jumelage-1990") == {"Brest", "Kiel"}
    assert [key.startswith("jumelage-1990-") for key in names] == [True]


def test_a_page_that_was_saved_again_under_another_title_is_one_record_with_the_key_of_the_first(
    tmp_path: Path,
) -> None:
    address = "https://region.example/projets/12"
    for day, one in (
        ("2019-05-03", record("Puits", "Saponé", address=address)),
        ("2026-01-02", record("Puits partagés de Saponé", "Saponé", "Kaya", address=address)),
    ):
        (tmp_path / day).mkdir()
        (tmp_path / day / "page.json").write_text(one.to_json(), encoding="utf-8")
    records, _ = read_records([tmp_path], Settings())
    assert list(records) == ["puits-2010"]
    assert (records["puits-2010"].title, len(records["puits-2010"].origins)) == ("Puits partagés de Saponé", 2)


def test_a_build_says_which_addresses_would_be_lost_and_a_register_keeps_them(tmp_path: Path) -> None:
    data, settings = tmp_path / "data", Settings(releases=tmp_path / "releases")
    data.mkdir()
    file = data / "page.json"
    file.write_text(record("Puits", "Saponé").to_json(), encoding="utf-8")
    (data / "gone.json").write_text(record("Vergers", "Kaya").to_json(), encoding="utf-8")
    first = build([data], settings, day=DAY)
    assert first.unregistered == ("puits-2010", "vergers-2010")

    file.write_text(record("Puits partagés", "Saponé").to_json(), encoding="utf-8")
    (data / "gone.json").unlink()
    told: list[str] = []
    with pytest.raises(StrictBuildRefused, match="puits-2010"):
        build([data], settings, day=DAY, strict=True)
    assert not (data / "keys.csv").exists()
    entries = register([data], settings).entries  # by the release that is current still
    assert {key: entry.status for key, entry in entries.items()} == {"puits-2010": "kept", "vergers-2010": "withdrawn"}
    (data / "keys.csv").write_bytes(write_register(entries.values()))
    kept = build([data], settings, day=DAY, strict=True, progress=told.append)
    assert not any("404" in step for step in told)
    assert (kept.unregistered, kept.keys.lost, list(kept.keys.moved)) == ((), (), ["vergers-2010"])
    assert {finding.code for finding in kept.findings}.isdisjoint({"key-kept", "key-without-record"})
    assert "id/partnership/puits-2010>" in kept.release.dump.read_text("utf-8")
    assert keys_of(kept.release.path).entries.keys() == entries.keys()
    assert key_changes(entries, keys_of(kept.release.path).entries).lost == ()

    (data / "keys.csv").unlink()
    build([data], settings, day=DAY, progress=told.append)
    assert any("puits-2010" in step and "404" in step for step in told)


def test_what_is_wrong_with_a_register_is_told_with_its_line_and_nothing_else_is_lost(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(record("Puits partagés", "Saponé").to_json(), encoding="utf-8")
    lines = [
        "key,status,successors,identifier,addresses,title,year,partners",
        "Pas une clé,,,,,Puits,2010,Saponé",
        "puits-2010,,,,,Puits,2010,Saponé",
        "puits-2010,,,,,Autre,1999,Kaya",
        "vergers-2010,,,,,Vergers,2010,Kaya",
        "cassée",
    ]
    (tmp_path / "keys.csv").write_text("\n".join(lines), encoding="utf-8")
    records, _ = read_records([tmp_path], Settings())
    found = register([tmp_path], Settings(releases=tmp_path / "none")).findings
    assert list(records) == ["puits-2010"]
    assert [(one.code, one.line) for one in found] == [
        ("broken-key", 2),
        ("key-kept", 3),
        ("contradictory-keys", 4),
        ("key-without-record", 5),
        ("broken-key", 6),
    ]
