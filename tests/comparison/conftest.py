"""Two releases of a handful of records: the current one, and a candidate with every kind of change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.keys import Entry, describe, write_register
from atlas_ld.records import Funding, Origin, Participant, PartnershipRecord
from atlas_ld.release.layout import Release, open_release

ORIGIN = Origin(title="Registre inventé", address="https://registre.example/1", retrieved=date(2026, 1, 2))
BREST = Participant(name="Brest métropole", role="french-authority", kind="metropole")
RIMOUSKI = Participant(name="Ville de Rimouski", role="foreign-partner", country="Canada")
FRIENDS = Participant(name="Les Amis de Kita", role="foreign-partner", country="Mali")
CARRIER = Participant(name="Comité inventé", role="implementer")
HEAD = "name,country,partnership,is,value,author,date,reason\n"
SAME = "Les Amis de Kita,Mali,,same-as,Association des amis de Kita,stewardess,2026-11-20,Same receipt\n"


def record(key: str, title: str, *more: Participant, amount: str | None = None, **known: object) -> PartnershipRecord:
    funding = (Funding(funder="Brest métropole", amount=Decimal(amount), year=2019),) if amount else ()
    return PartnershipRecord.model_validate(
        {
            "identifier": key,
            "title": title,
            "start_year": 2010,
            "participants": (*more, BREST, RIMOUSKI),
            "funding": funding,
            "origins": (ORIGIN,),
        }
        | known
    )


def write(folder: Path, records: Sequence[PartnershipRecord]) -> Path:
    folder.mkdir()
    for found in records:
        (folder / f"{found.identifier}.json").write_text(found.to_json(), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    """The current release and the candidate."""
    folder = tmp_path_factory.mktemp("compared")
    settings = Settings(releases=folder / "releases")
    old = [
        record("1", "Écoles"),
        record("2", "Ports"),
        record("4", "Eau", amount="12000"),
        record("5", "Riz", FRIENDS),
        record("6", "Eau potable"),
    ]
    new = [
        record("1", '=HYPERLINK("https://mal.example") `x` <b>', CARRIER, start_year=2011, triennial="yes"),
        record("3", "Forêts"),
        record("4", "Eau", amount="13000.50"),
        record("5", "Riz", FRIENDS),
    ]
    first = pipeline.build([write(folder / "old", old)], settings, day=date(2026, 1, 1)).release
    data = write(folder / "new", new)
    (data / "decisions.csv").write_text(HEAD + SAME, encoding="utf-8")
    merged = Entry("6", describe(old[4]), "merged", ("4",)), Entry("4", describe(new[2]))
    (data / "keys.csv").write_bytes(write_register(merged))
    second = pipeline.build([data], settings, day=date(2026, 1, 2), candidate=True).release
    assert open_release(settings.releases).id == first.id
    return first, second
