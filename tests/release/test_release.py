"""A release is whole, immutable, reproducible, and says what it left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from atlas_ld.errors import ReleaseError, StrictBuildRefused
from atlas_ld.records import Funding
from atlas_ld.release.layout import (
    building,
    current_id,
    is_candidate,
    list_releases,
    make_current,
    open_release,
    release_ids,
    remove,
    to_prune,
)
from atlas_ld.release.manifest import MANIFEST, Manifest
from atlas_ld.release.reading.store import Reader
from atlas_ld.release.verify import verify
from atlas_ld.release.writing import store
from tests.release.conftest import Build, a_record


def published_files(release: Path) -> dict[str, bytes]:
    """Everything but the store and the databases, whose bytes depend on what was built before."""
    return {name: (release / name).read_bytes() for name in (MANIFEST, *Manifest.load(release).files)}


def test_a_new_release_is_sound_and_current(build: Build, tmp_path: Path) -> None:
    release = build().release
    assert verify(release.path) == []
    assert current_id(tmp_path / "releases") == release.id
    assert release.manifest.counts.published == 1


def test_one_flipped_byte_is_caught_in_any_file(build: Build) -> None:
    release = build().release
    for path in sorted(p for p in release.path.rglob("*") if p.is_file() and p.stat().st_size):
        original = path.read_bytes()
        middle = len(original) // 2
        path.write_bytes(original[:middle] + bytes([original[middle] ^ 1]) + original[middle + 1 :])
        try:
            assert path.name in ("manifest.json", "store.json") or verify(release.path), path
        finally:
            path.write_bytes(original)
    assert verify(release.path) == []


def test_a_missing_and_an_added_file_are_caught(build: Build) -> None:
    release = build().release
    (release.path / "search.sqlite").rename(release.path / "elsewhere.sqlite")
    assert verify(release.path) == ["elsewhere.sqlite is not in the manifest.", "search.sqlite is missing."]


def test_two_builds_of_the_same_data_give_the_same_bytes_whatever_the_hash_seed(build: Build, tmp_path: Path) -> None:
    build(a_record(), a_record("Deux ports"))
    folders = []
    for seed in ("1", "2"):
        into = tmp_path / f"seed-{seed}"
        command = [sys.executable, "-m", "atlas_ld", "build", "--data", str(tmp_path / "data-for-releases")]
        command += ["--releases", str(into), "--date", "2026-11-23"]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed})
        folders.append(published_files(open_release(into).path))
    assert folders[0].keys() == folders[1].keys()
    assert [name for name in folders[0] if folders[0][name] != folders[1][name]] == []


def test_the_store_holds_the_same_statements_as_the_canonical_file(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_PORTION", 20_000)  # which cuts the file in the middle of lines, many times
    release = build().release
    assert (release.path / "download" / "atlas.nt").stat().st_size > 100_000
    reader = Reader(release.store)
    for line in (release.path / "download" / "atlas.nt").read_text("utf-8").splitlines():
        subject = line.split(" ")[0].strip("<>")
        assert any(str(triple) == line.removesuffix(" .") for triple in reader.about(subject)), line


def test_the_same_sources_on_another_day_are_the_same_release(build: Build, tmp_path: Path) -> None:
    first = build(day=date(2026, 11, 23)).release
    since = (tmp_path / "releases" / "current").lstat().st_mtime_ns
    assert build(day=date(2026, 11, 24)).release.id == first.id
    assert (tmp_path / "releases" / "current").lstat().st_mtime_ns == since, "Last-Modified says since when it is"


def test_a_changed_source_gives_another_release_and_keeps_the_old(build: Build, tmp_path: Path) -> None:
    first = build().release
    second = build(a_record(start_year=2002)).release
    assert second.id != first.id
    assert {release.id for release in list_releases(tmp_path / "releases")} == {first.id, second.id}
    assert verify(first.path) == []


def test_a_record_with_a_violation_is_quarantined_and_the_others_are_published(build: Build) -> None:
    bad = a_record("Montant négatif", funding=(Funding(funder="Brest métropole", amount=Decimal(-5), year=2019),))
    release = build(a_record(), bad).release
    quality = json.loads((release.path / "quality.json").read_text("utf-8"))
    assert [record["key"] for record in quality["quarantined"]] == ["montant-negatif-1999"]
    reasons = [f for f in quality["quarantined"][0]["findings"] if f["severity"] == "violation"]
    assert reasons
    assert all(reason["fr"] and reason["en"] for reason in reasons)
    graph = (release.path / "download" / "atlas.nt").read_text("utf-8")
    assert "ecoles-jumelles-1999" in graph
    assert "montant-negatif" not in graph


def test_strict_refuses_what_would_be_quarantined(build: Build, tmp_path: Path) -> None:
    kept = build().release
    with pytest.raises(StrictBuildRefused, match="1 records"):
        build(a_record(title=None), strict=True)
    assert current_id(tmp_path / "releases") == kept.id


def test_a_damaged_release_of_the_same_content_is_made_again(build: Build) -> None:
    release = build().release
    (release.path / "download" / "atlas.ttl").write_bytes(b"")
    assert verify(build().release.path) == []


def test_without_a_release_the_sentence_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="atlas-ld build"):
        open_release(tmp_path)


def test_old_releases_are_pruned_and_the_current_one_and_its_store_stay(build: Build, tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    made = [build(*(a_record(f"Puits {n}") for n in range(size))).release for size in (1, 2, 3, 4)]
    for age, release in enumerate(reversed(made)):
        os.utime(release.path / MANIFEST, (10_000 - age, 10_000 - age))
    assert release_ids(releases) == [release.id for release in reversed(made)]
    make_current(releases, made[1].id)
    with building(releases):
        removed = to_prune(releases, keep=1)
        remove(releases, removed)
    assert removed == [made[2].id, made[0].id]
    assert release_ids(releases) == [made[3].id, made[1].id]
    for release in (made[1], made[3]):
        assert verify(release.path) == []
        assert len(Reader(release.store)) > 0
    assert [path.name for path in releases.iterdir() if path.name.startswith(".building")] == []


def test_a_release_stays_that_any_rule_keeps(build: Build, tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    made = [build(*(a_record(f"Puits {n}") for n in range(size))).release for size in (1, 2, 3, 4)]
    for age, release in enumerate(reversed(made)):
        os.utime(release.path / MANIFEST, (10_000 - age, 10_000 - age))
    assert to_prune(releases, keep=1) == [made[2].id, made[1].id, made[0].id]
    assert to_prune(releases, keep=1, since=9_999) == [made[1].id, made[0].id]
    assert to_prune(releases, keep=1, ids=[made[0].id]) == [made[2].id, made[1].id]


def test_a_candidate_is_shown_to_nobody_until_it_is_used(build: Build, tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    first = build(a_record("Puits")).release
    candidate = build(a_record("Écoles"), candidate=True).release
    assert current_id(releases) == first.id
    assert release_ids(releases) == [first.id]
    assert verify(candidate.path) == []
    build(a_record("Écoles"), candidate=True)
    assert is_candidate(releases, candidate.id)
    make_current(releases, candidate.id)
    assert release_ids(releases) == [candidate.id, first.id]
    assert not is_candidate(releases, candidate.id)
    assert not is_candidate(releases, build(a_record("Puits"), candidate=True).release.id)
