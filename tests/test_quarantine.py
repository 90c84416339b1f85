"""A bad page is kept out with a clear reason; a bad date costs itself alone; the others are published."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.vocabulary import ATLAS

PAGE = (Path(__file__).parent / "data" / "page.txt").read_text("utf-8")


def changed(old: str, new: str) -> str:
    assert old in PAGE
    return PAGE.replace(old, new)


BAD = {
    "101.txt": (changed("Titre\nPUITS PARTAGÉS\n", "Titre\n"), "titre", "title"),
    "103.txt": (changed("120000,50 2016", "-120000,50 2016"), "montant", "amount"),
}
DATES = {
    "102.txt": changed("31/12/2018", "31/02/2018"),
    "104.txt": changed("Année de début du partenariat\n2015", "Année de début du partenariat\n2o15"),
}


@pytest.fixture(scope="module")
def quality(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """quality.json and the published graph of two bad pages, two bad dates and a good page."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "pages").mkdir()
    for name, text in (*((name, text) for name, (text, _, _) in BAD.items()), *DATES.items()):
        (folder / "pages" / name).write_text(text, encoding="utf-8")
    (folder / "pages" / "100.txt").write_text(PAGE, encoding="utf-8")
    (folder / "pages" / "105.txt").write_bytes(b"PK\x03\x04 no page at all")
    outcome = pipeline.build([folder / "pages"], Settings(releases=folder / "releases"), day=date(2026, 11, 23))
    release = outcome.release.path
    return json.loads((release / "quality.json").read_text()), (release / "download" / "atlas.nt").read_text("utf-8")


def test_the_good_page_is_published_and_the_bad_ones_are_not(quality: tuple[dict[str, Any], str]) -> None:
    told, graph = quality
    assert [record["key"] for record in told["quarantined"]] == ["101", "103"]
    assert all(f"/id/partnership/{key}>" in graph for key in (100, 102, 104))
    assert not any(f"/id/partnership/{key}>" in graph for key in (101, 103))


def test_a_bad_date_costs_itself_alone_and_is_counted(quality: tuple[dict[str, Any], str]) -> None:
    told, graph = quality
    assert "2018-02-31" not in graph
    assert not any(f"/id/partnership/104> <{ATLAS.startYear}>" in line for line in graph.splitlines())
    assert {"impossible-date", "impossible-year"} <= {one["code"] for one in told["by_code"]}


@pytest.mark.parametrize("name", sorted(BAD))
def test_the_reason_names_the_fault_in_both_languages(quality: tuple[dict[str, Any], str], name: str) -> None:
    (record,) = (one for one in quality[0]["quarantined"] if one["key"] == name.removesuffix(".txt"))
    reasons = [finding for finding in record["findings"] if finding["severity"] == "violation"]
    _, french, english = BAD[name]
    assert any(french in reason["fr"].lower() and english in reason["en"].lower() for reason in reasons), reasons


def test_a_file_that_is_no_page_is_told_and_stops_nothing(quality: tuple[dict[str, Any], str]) -> None:
    assert {finding["source"] for finding in quality[0]["unreadable"]} == {"105.txt"}
