from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.records import Funding, Origin, Participant, PartnershipRecord

DAY = date(2026, 11, 23)
ORIGIN = Origin(title="Fiche d’essai", address="https://atlas.example/fiche?id=1", sha256="ab" * 32, retrieved=DAY)


def a_record(title: str = "Écoles jumelles", **changes: object) -> PartnershipRecord:
    """A sound record in our own words."""
    told: dict[str, object] = {
        "title": title,
        "form": "twinning",
        "first_signature_year": 1999,
        "start_year": 2001,
        "status": "under-way",
        "main_theme": ("Culture et Patrimoine", "Patrimoine"),
        "participants": (
            Participant(name="Brest métropole", role="french-authority"),
            Participant(name="Rimouski", role="foreign-partner", country="Canada"),
        ),
        "funding": (Funding(funder="Brest métropole", amount=1200, year=2019),),
        "origins": (ORIGIN,),
    }
    return PartnershipRecord.model_validate(told | changes)


Build = Callable[..., pipeline.Outcome]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build the given records (by default one sound one) into `tmp_path / "releases"`, or another folder of it."""

    def build_(
        *records: PartnershipRecord,
        into: str = "releases",
        day: date = DAY,
        strict: bool = False,
        candidate: bool = False,
    ) -> pipeline.Outcome:
        data = tmp_path / f"data-for-{into}"
        data.mkdir(exist_ok=True)
        for old in data.iterdir():
            old.unlink()
        for record in records or (a_record(),):
            (data / f"{record.key}.json").write_text(record.to_json(), encoding="utf-8")
        settings = Settings(releases=tmp_path / into)
        return pipeline.build([data], settings, day=day, strict=strict, candidate=candidate)

    return build_
