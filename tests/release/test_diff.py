"""The difference of two releases: triples and entities that came, went or changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from click.testing import CliRunner

from atlas_ld import pipeline
from atlas_ld.cli import main
from atlas_ld.config import Settings
from atlas_ld.records import Origin, Participant, PartnershipRecord
from atlas_ld.release.diff import compare
from atlas_ld.release.layout import Release, list_releases
from atlas_ld.release.writing.ledger import NOTES

ORIGIN = Origin(title="Registre inventé", address="https://registre.example/1", retrieved=date(2026, 1, 2))
BREST = Participant(name="Brest métropole", role="french-authority", kind="metropole")
RIMOUSKI = Participant(name="Ville de Rimouski", role="foreign-partner", country="Canada")
BASE = "http://localhost:8000/id/partnership/"


def record(key: str, title: str) -> PartnershipRecord:
    return PartnershipRecord(
        identifier=key, title=title, start_year=2010, participants=(BREST, RIMOUSKI), origins=(ORIGIN,)
    )


def released(folder: Path, day: date, *records: PartnershipRecord) -> Release:
    data = folder / day.isoformat()
    data.mkdir()
    for found in records:
        (data / f"{found.identifier}.json").write_text(found.to_json(), encoding="utf-8")
    pipeline.build([data], Settings(releases=folder / "releases"), day=day)
    return list_releases(folder / "releases")[0]


def test_what_came_went_and_changed_is_told(tmp_path: Path) -> None:
    first = released(tmp_path, date(2026, 1, 1), record("1", "Écoles"), record("2", "Ports"), record("10", "Eau"))
    second = released(
        tmp_path, date(2026, 1, 2), record("1", "Écoles jumelles"), record("3", "Forêts"), record("10", "Eau")
    )
    found = compare(first, second)
    assert [change.iri for change in found.entities_added] == [f"{BASE}3"]
    assert [change.iri for change in found.entities_removed] == [f"{BASE}2"]
    changed = {change.iri: change for change in found.entities_changed}
    assert (len(changed[f"{BASE}1"].removed), len(changed[f"{BASE}1"].added)) == (1, 1)
    assert b"jumelles" in changed[f"{BASE}1"].added[0]
    assert f"{BASE}10" not in changed
    before, after = first.manifest.counts.triples, second.manifest.counts.triples
    assert after - before == found.triples_added - found.triples_removed

    backwards = compare(second, first)
    assert [change.iri for change in backwards.entities_added] == [f"{BASE}2"]
    assert backwards.triples_added == found.triples_removed
    assert compare(first, first).same

    (second.path / NOTES).unlink()  # a release of before there were notes
    assert compare(first, second) == found


def test_a_release_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    told = CliRunner().invoke(main, ["releases", "diff", "a", "b", "--releases", str(tmp_path / "releases")])
    assert told.exit_code == 1
    assert "There is no release a" in told.output
