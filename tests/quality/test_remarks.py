"""The remarks of a release add up to quality.json, by code, by source and by record."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from atlas_ld.quality.remarks import Remarks, titles_of
from atlas_ld.release.layout import Release
from atlas_ld.release.writing.writer import QUALITY


def finding(code: str, severity: str = "warning", **more: str) -> dict[str, str]:
    return {"code": code, "severity": severity, "fr": f"{code} fr", "en": f"{code} en"} | more


SMALL: dict[str, Any] = {
    "quarantined": [
        {
            "key": "9",
            "title": None,
            "sources": [{"title": "Registre"}, {"title": "Registre"}],
            "findings": [finding("a", "violation"), finding("b")],
        }
    ],
    "published": {"1": [finding("b"), finding("b")], "2": [finding("c", "info")]},
    "unreadable": [finding("not-json", "violation", source="folder/below/broken.json")],
}
SOURCES = titles_of([("1", "Registre"), ("1", "Page"), ("2", "Page"), ("3", "Page")])


@pytest.fixture(scope="module")
def small() -> Remarks:
    return Remarks(SMALL, SOURCES)


def test_kinds_are_told_worst_first_with_remarks_and_records(small: Remarks) -> None:
    assert [(one.code, one.severity, one.count, one.records) for one in small.kinds] == [
        ("a", "violation", 1, 1),
        ("not-json", "violation", 1, 0),
        ("b", "warning", 3, 2),
        ("c", "info", 1, 1),
    ]


def test_a_source_has_its_records_and_remarks_and_a_record_of_two_counts_for_both(small: Remarks) -> None:
    told = {one.title: (one.published, one.held_back, one.remarks) for one in small.by_source}
    assert told == {"Page": (3, 0, 3), "Registre": (1, 1, 4), "broken.json": (0, 0, 1)}


def test_a_selection_has_what_is_asked_for(small: Remarks) -> None:
    assert len(small.select()) == len(small.all) == 6
    assert {one.record for one in small.select(code="b")} == {"1", "9"}
    assert len(small.select(code="b", state="held-back")) == 1
    assert len(small.select(source="Page", severity="info")) == 1
    assert [one.code for one in small.select(record="9")] == ["a", "b"]
    assert small.select(code="nothing") == []


def test_a_record_without_a_title_is_called_by_its_key_and_a_file_by_its_name_alone(small: Remarks) -> None:
    assert {one.title for one in small.select(state="held-back")} == {"9"}
    assert [one.sources for one in small.select(state="unread")] == [("broken.json",)]


def test_the_remarks_of_a_release_are_those_of_its_file(demonstration: Release) -> None:
    quality = json.loads((demonstration.path / QUALITY).read_bytes())
    remarks = Remarks(quality, {})
    assert Counter(one.severity for one in remarks.all) == Counter(quality["counts"])
    kinds = {(one.severity, one.code): one.count for one in remarks.kinds}
    assert kinds == {(one["severity"], one["code"]): one["count"] for one in quality["by_code"]}
