"""A folder that is a source: what is corrected, withdrawn, renamed, unreadable or interrupted."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from atlas_ld.cli import main
from atlas_ld.config import Settings
from atlas_ld.errors import AtlasError, BrokenMapping
from atlas_ld.pipeline import Imported, build, import_sources
from atlas_ld.sources import load_mapping
from atlas_ld.sources.record_folder import MANIFEST, Changes, Manifest, importing

DAY = date(2026, 11, 28)

HEAD = "identifier,title,description\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.csv").write_text(f"{HEAD}1,Puits,Un.\n2,École,Deux.\n", "utf-8")
    (folder / "b.csv").write_text(f"{HEAD}3,Compost,Trois.\n", "utf-8")
    return folder


def brought(source: Path, **options: object) -> Imported:
    return import_sources([source], source.parent / "records", Settings(), **options)  # type: ignore[arg-type]


def there(source: Path) -> dict[str, str]:
    """The titles of the records that are there, by key."""
    found = {}
    for file in sorted((source.parent / "records").glob("*.json")):
        if file.name != MANIFEST:
            found[file.stem] = json.loads(file.read_text("utf-8"))["title"]
    return found


def manifest(source: Path) -> Manifest:
    return Manifest.load(source.parent / "records")


def codes(done: Imported) -> list[str]:
    return sorted(finding.code for finding in done.findings)


def test_the_manifest_tells_what_came_from_which_file(source: Path) -> None:
    done = brought(source)
    assert (sorted(done.records), done.files_read, done.files_known) == (["1", "2", "3"], 2, 0)
    files = manifest(source).sources["../source"]
    assert {name: entry.records for name, entry in files.items()} == {"a.csv": ("1", "2"), "b.csv": ("3",)}
    assert manifest(source).records.keys() == there(source).keys()


def test_what_has_not_changed_is_not_read_again_and_nothing_is_written(source: Path) -> None:
    brought(source)
    before = {file: file.stat().st_mtime_ns for file in (source.parent / "records").glob("*.json")}
    done = brought(source)
    assert (done.files_read, done.files_known, done.written) == (0, 2, [])
    assert {file: file.stat().st_mtime_ns for file in (source.parent / "records").glob("*.json")} == before


def test_a_corrected_file_replaces_its_records(source: Path) -> None:
    brought(source)
    (source / "a.csv").write_text(f"{HEAD}1,Puits partagés,Un.\n2,École,Deux.\n", "utf-8")
    done = brought(source)
    assert (done.written, done.files_read) == (["1"], 1)
    assert there(source) == {"1": "Puits partagés", "2": "École", "3": "Compost"}


def test_a_correction_that_changes_the_key_leaves_no_old_record_beside_the_new_one(source: Path) -> None:
    (source / "a.csv").write_text("title,foreign_partners\nPuits partagé,Tolbara\nÉcole,Nordhavn\n", "utf-8")
    brought(source)
    (source / "a.csv").write_text("title,foreign_partners\nPuits partagés,Tolbara\nÉcole,Nordhavn\n", "utf-8")
    done = brought(source)
    assert done.replaced == {"puits-partage": "puits-partages"}
    assert done.withdrawn == []
    assert there(source) == {"3": "Compost", "ecole": "École", "puits-partages": "Puits partagés"}
    assert manifest(source).replaced == {"puits-partage": "puits-partages"}


def test_a_row_in_another_s_place_is_no_correction(source: Path) -> None:
    (source / "a.csv").write_text("title,foreign_partners\nJumelage 2019,Tolbara\nÉcole,Nordhavn\n", "utf-8")
    brought(source)
    (source / "a.csv").write_text("title,foreign_partners\nJumelage 2020,Kouma\nÉcole,Nordhavn\n", "utf-8")
    done = brought(source)
    assert (done.replaced, done.withdrawn) == ({}, ["jumelage-2019"])


def test_withdrawn_records_are_told_until_they_are_pruned(source: Path) -> None:
    brought(source)
    (source / "b.csv").unlink()
    (source / "a.csv").write_text(f"{HEAD}2,École,Deux.\n", "utf-8")
    for _ in range(2):
        done = brought(source)
        assert (done.withdrawn, done.pruned) == (["1", "3"], [])
        assert sorted(there(source)) == ["1", "2", "3"]
    assert all(manifest(source).records[key].withdrawn for key in "13")
    done = brought(source, prune=True)
    assert (done.withdrawn, done.pruned, sorted(there(source))) == ([], ["1", "3"], ["2"])
    assert sorted(manifest(source).records) == ["2"]


def test_a_record_that_comes_back_is_withdrawn_no_more(source: Path) -> None:
    brought(source)
    kept = (source / "b.csv").read_bytes()
    (source / "b.csv").unlink()
    brought(source)
    (source / "b.csv").write_bytes(kept)
    assert brought(source).withdrawn == []
    assert manifest(source).records["3"].withdrawn is None


def test_a_renamed_file_is_no_change(source: Path) -> None:
    brought(source)
    (source / "b.csv").rename(source / "z.csv")
    done = brought(source)
    assert (done.written, done.withdrawn, done.files_known) == ([], [], 2)
    assert manifest(source).sources["../source"]["z.csv"].name == "b.csv"
    assert brought(source).written == []
    (source / "z.csv").write_text(f"{HEAD}3,Composts,Trois.\n", "utf-8")
    assert brought(source).written == ["3"]


def test_a_file_that_cannot_be_read_any_more_keeps_its_records_and_says_so(source: Path) -> None:
    brought(source)
    whole = (source / "b.csv").read_bytes()
    for content in (b"%PDF-1.7", b"", b"name,note\nCompost,x\n"):
        (source / "b.csv").write_bytes(content)
        done = brought(source, prune=True)
        assert "records-kept" in codes(done)
        assert (done.withdrawn, done.pruned) == ([], [])
        assert there(source)["3"] == "Compost"
    (source / "b.csv").write_bytes(whole)
    assert brought(source).written == []


@pytest.mark.parametrize("lose_cache", [False, True])
def test_other_sources_of_the_folder_are_left_alone(source: Path, lose_cache: bool) -> None:
    brought(source)
    other = source.parent / "other.csv"
    other.write_text(f"{HEAD}9,Orchestre,Neuf.\n1,Puits,Un.\n", "utf-8")
    if lose_cache:
        for file in (source.parent / "records").glob(".import.sqlite*"):
            file.unlink()
    done = import_sources([other], source.parent / "records", Settings(), prune=True)
    assert (done.withdrawn, done.pruned) == ([], [])
    assert sorted(there(source)) == ["1", "2", "3", "9"]
    origins = json.loads((source.parent / "records" / "1.json").read_text("utf-8"))["origins"]
    assert {origin["title"] for origin in origins} == {"a.csv", "other.csv"}


def test_a_record_that_was_changed_by_hand_stays_until_its_source_changes(source: Path) -> None:
    brought(source)
    record = source.parent / "records" / "1.json"
    by_hand = record.read_text("utf-8").replace("Puits", "Puits neufs")
    record.write_text(by_hand, "utf-8")
    done = brought(source)
    assert (codes(done), there(source)["1"]) == (["changed-by-hand"], "Puits neufs")
    (source / "a.csv").write_text(f"{HEAD}1,Puits anciens,Un.\n2,École,Deux.\n", "utf-8")
    done = brought(source)
    assert (codes(done), there(source)["1"]) == (["changed-by-hand"], "Puits anciens")
    assert record.with_name("1.json.bak").read_text("utf-8") == by_hand
    assert brought(source).findings == []


def test_a_record_that_was_deleted_by_hand_comes_back(source: Path) -> None:
    brought(source)
    (source.parent / "records" / "1.json").unlink()
    assert brought(source).written == ["1"]


def test_two_imports_at_once_are_one_too_many(source: Path) -> None:
    records = source.parent / "records"
    with importing(records), pytest.raises(AtlasError, match="Another import is at work"):
        brought(source)
    assert brought(source).written == ["1", "2", "3"]


def test_an_import_that_was_sealed_is_finished_and_one_that_was_not_is_undone(source: Path) -> None:
    brought(source)
    records = source.parent / "records"
    before = {file.name: file.read_bytes() for file in records.glob("*.json")}
    with Changes(records) as changes:
        changes.write("1", b"half")
        (records / ".import").replace(records / "aside")  # as a process leaves it that is ended here
    (records / "aside").rename(records / ".import")
    assert brought(source).written == []
    assert {file.name: file.read_bytes() for file in records.glob("*.json")} == before
    stage = records / ".import"
    stage.mkdir()
    (stage / "7.json").write_bytes(before["1.json"])
    (stage / ".removed").write_text("2\n")
    (stage / ".manifest.json").write_bytes(before[MANIFEST])
    with importing(records):
        assert (records / "7.json").exists()
        assert not (records / "2.json").exists()
        assert not stage.exists()


@pytest.mark.parametrize("step", range(1, 14))
def test_an_import_that_is_killed_at_any_step_leaves_records_and_manifest_whole(
    source: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    brought(source)
    (source / "a.csv").write_text(f"{HEAD}1,Puits partagés,Un.\n2,Écoles,Deux.\n4,Verger,Quatre.\n", "utf-8")
    (source / "b.csv").unlink()
    process = os.fork()
    if process == 0:  # the child ends by the signal, or here
        taken = count(1)

        def killed_at(method: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **named: Any) -> Any:
                if next(taken) == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return method(*arguments, **named)

            return call

        for name in ("mkdir", "write_bytes", "write_text", "replace", "rename", "unlink"):
            monkeypatch.setattr(Path, name, killed_at(getattr(Path, name)))
        try:
            brought(source, prune=True)
        finally:
            os._exit(0)
    os.waitpid(process, 0)
    records = source.parent / "records"
    for file in records.glob("*.json"):
        json.loads(file.read_text("utf-8"))
    assert manifest(source).records.keys() - there(source).keys() in (set(), {"3"}), "before it is sealed, or while"
    brought(source, prune=True)
    assert there(source) == {"1": "Puits partagés", "2": "Écoles", "4": "Verger"}
    assert manifest(source).records.keys() == there(source).keys()
    assert brought(source).findings == []


def test_a_mapping_whose_column_no_table_has_is_one_sentence_and_writes_nothing(source: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text('[columns]\n"title" = "title"\n"descripton" = "context"\n', "utf-8")
    with pytest.raises(BrokenMapping, match=r"no table has: “descripton”.*nearest.*“description”"):
        brought(source, mappings=[load_mapping(path)])
    assert there(source) == {}
    path.write_text('files = ["z*"]\n[columns]\n"title" = "title"\n', "utf-8")
    with pytest.raises(BrokenMapping, match="it is for no table"):
        brought(source, mappings=[load_mapping(path)])


def test_another_mapping_reads_the_tables_again(source: Path, tmp_path: Path) -> None:
    brought(source)
    path = tmp_path / "m.toml"
    path.write_text('[columns]\nidentifier = "identifier"\ntitle = "title"\ndescription = "context"\n', "utf-8")
    done = brought(source, mappings=[load_mapping(path)])
    assert done.written == ["1", "2", "3"]
    assert json.loads((source.parent / "records" / "1.json").read_text("utf-8"))["context"] == "Un."


def test_a_build_reads_the_folder_and_none_of_its_manifest(source: Path) -> None:
    brought(source)
    (source.parent / "records" / "regions.mapping.toml").write_text('[columns]\n"T" = "title"\n', "utf-8")
    settings = Settings(releases=source.parent / "releases")
    outcome = build([source.parent / "records"], settings, day=DAY)
    assert outcome.release.manifest.counts.records == 3
    assert not any("manifest" in name or "import" in name for name in outcome.release.manifest.inputs)
    assert "not-a-source" not in {finding.code for finding in outcome.findings}


def test_the_command_tells_what_was_withdrawn_and_reports_it_to_machines(source: Path) -> None:
    records, report = source.parent / "records", source.parent / "report.json"
    run = CliRunner().invoke
    run(main, ["import", str(source), "--into", str(records)])
    (source / "b.csv").unlink()
    told = run(main, ["import", str(source), "--into", str(records), "--report", str(report), "--lang", "en"])
    assert "1 record no longer in the source: 3; remove it with --prune." in told.output
    summary = json.loads(report.read_text("utf-8"))["import"]
    assert (summary["withdrawn"], summary["files"]) == (["3"], {"read": 0, "unchanged": 1, "by_kind": {".csv": 1}})
    told = run(main, ["import", str(source), "--into", str(records), "--lang", "fr"])
    assert "1 fiche n’est plus dans la source : 3 ; --prune la supprime." in told.output
    told = run(main, ["import", str(source), "--into", str(records), "--prune", "--lang", "fr"])
    assert "Fiches supprimées : 3." in told.output


def test_import_wants_a_folder_or_a_guess(source: Path) -> None:
    told = CliRunner().invoke(main, ["import", str(source)])
    assert (told.exit_code, "--into" in told.output) == (1, True)
    told = CliRunner().invoke(main, ["import", str(source), "--guess"])
    assert (told.exit_code, "there are 2 among the paths" in told.output) == (1, True)
    told = CliRunner().invoke(main, ["import", str(source / "a.csv"), "--guess", "--lang", "en"])
    assert (told.exit_code, '"title" = "title"' in told.output) == (0, True)
