"""A steward's decisions in a build: what they change, and what is told of those that are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from atlas_ld.config import Settings
from atlas_ld.iris import Iris
from atlas_ld.pipeline import Outcome, build
from atlas_ld.records import Origin, Participant, PartnershipRecord
from atlas_ld.reference.curation import COLUMNS
from atlas_ld.release.moved import Moved
from atlas_ld.release.reading.store import Reader
from atlas_ld.web.entities.moved import moved

DAY = date(2026, 11, 23)
WHO = "référente de l'instance,2026-11-20,Délibération de 2019"
SIREN = "929939411"


def write(data: Path, *lines: str) -> None:
    (data / "decisions.csv").write_text("\n".join([",".join(COLUMNS), *lines]), encoding="utf-8")


def leads_of(outcome: Outcome) -> Mapping[tuple[str, str], Moved]:
    release = outcome.release
    return moved(release.path, Reader(release.store), Iris(release.manifest.base_iri))


def test_a_decision_joins_redirects_and_is_published_and_what_is_wrong_with_one_is_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for title in ("Un", "Deux"):
        town = Participant(name="Saint-Denis", role="french-authority")
        partner = Participant(name="Rimouski", role="foreign-partner", country="Canada")
        origin = Origin(title="Page", address="https://example.org/page")
        record = PartnershipRecord(title=title, start_year=2000, participants=(town, partner), origins=(origin,))
        (data / f"{title}.json").write_text(record.to_json(), encoding="utf-8")
    settings = Settings(releases=tmp_path / "releases")

    undecided = build([data], settings, day=DAY)
    dump = undecided.release.dump.read_text("utf-8")
    assert "id/organisation/un-2000--saint-denis-fr> " in dump
    assert "id/organisation/deux-2000--saint-denis-fr> " in dump
    with_several = leads_of(undecided)["organisation", "saint-denis-fr"]
    assert with_several.successor is None
    assert "deux-2000--saint-denis-fr" in with_several.reason["fr"]

    write(data, f"Saint-Denis,France,,siren,{SIREN},{WHO}", f"Nulle-Part,,,label,,{WHO}", "cassée")
    decided = build([data], settings, day=DAY)
    dump = decided.release.dump.read_text("utf-8")
    assert "id/organisation/un-2000--saint-denis-fr>" not in dump
    assert f'id/organisation/{SIREN}> <http://www.w3.org/2004/02/skos/core#changeNote> "2026-11-20, référente' in dump
    leads = leads_of(decided)
    for key in ("un-2000--saint-denis-fr", "deux-2000--saint-denis-fr", "saint-denis-fr"):
        assert leads["organisation", key].successor == SIREN
    told = [(f.code, f.line) for f in decided.findings if f.source == "decisions.csv"]
    assert told == [("broken-decision", 4), ("unused-decision", 3)]
    assert "data/decisions.csv" in decided.release.manifest.inputs

    again = build([data], settings, day=DAY)  # all of it from the cache
    assert again.release.id == decided.release.id
    assert [(f.code, f.line) for f in again.findings if f.source == "decisions.csv"] == told

    (data / "decisions.csv").unlink()
    assert build([data], settings, day=DAY).release.id == undecided.release.id
