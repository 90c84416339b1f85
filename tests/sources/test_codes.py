"""A value that no code list knows is kept as written, with the nearest code; a person's name is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from atlas_ld.records import PartnershipRecord
from atlas_ld.sources import codes, read


def record_of(folder: Path, **fields: Any) -> tuple[PartnershipRecord, list[str]]:
    file = folder / "1.json"
    file.write_text(json.dumps({"title": "Puits de Kita"} | fields), encoding="utf-8")
    (reading,) = read(file)
    assert reading.record is not None
    return reading.record, [f"{finding.code}: {finding.en}" for finding in reading.findings]


@pytest.mark.parametrize(
    ("field", "written", "code", "near"),
    [
        ("form", "Charte d'amitié", "unknown-form", ""),
        ("form", "Jumelages", "unknown-form", "The nearest: Twinning."),
        ("status", "Suspendu", "unknown-status", ""),
        ("status", "en cour", "unknown-status", "The nearest: Under way."),
        ("triennial", "en partie", "unknown-triennial", ""),
        ("evaluation", "prévue", "unknown-evaluation", ""),
    ],
)
def test_a_value_of_a_json_record_is_kept_and_told_once(
    tmp_path: Path, field: str, written: str, code: str, near: str
) -> None:
    record, told = record_of(tmp_path, **{field: written})
    assert getattr(record, field) == written
    (finding,) = told
    assert finding.startswith(f"{code}: “{written}”")
    assert near in finding
    (tmp_path / "1.json").write_text(record.to_json(), encoding="utf-8")  # as an import writes it
    (again,) = read(tmp_path / "1.json")
    assert [f.code for f in again.findings] == [code]


def test_a_role_and_a_goal_are_kept_too(tmp_path: Path) -> None:
    record, told = record_of(
        tmp_path,
        participants=[{"name": "Brest", "role": "observateur"}],
        goals=[{"number": 18, "relevance": 1}, {"number": 6, "relevance": 2}],
    )
    assert record.participants[0].role == "observateur"
    assert [goal.number for goal in record.goals] == [6, 18]
    assert sorted(one.partition(":")[0] for one in told) == ["unknown-goal", "unknown-role"]


@pytest.mark.parametrize(
    "text", ["Zélie Plantinet", "PLANTINET Zélie", "Zélie de Plantinet", "zelie@ville.example", "x" * 81]
)
def test_what_may_be_somebody_is_left_out(tmp_path: Path, text: str) -> None:
    assert codes.kept(text) is None
    record, told = record_of(tmp_path, status=text)
    assert record.status is None or "@" not in record.status
    assert not any(text in one for one in told)


@pytest.mark.parametrize(
    "text", ["Charte d'Amitié", "CHARTE D'AMITIÉ", "Pacte", "Accord Trilatéral", "Projet Pilote", "suspendu"]
)
def test_what_is_no_name_of_a_person_is_kept(text: str) -> None:
    assert codes.kept(text) == text


def test_a_json_record_may_have_the_words_of_a_table(tmp_path: Path) -> None:
    record, told = record_of(tmp_path, status="En cours", form="Jumelage", triennial="oui")
    assert (record.status, record.form, record.triennial, told) == ("under-way", "twinning", "yes", [])
