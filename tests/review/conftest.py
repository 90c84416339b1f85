"""A release with names of every kind of doubt, and its queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.records import Funding, Origin, Participant, PartnershipRecord
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.review.queue import Doubtful, read_queue

DAY = date(2026, 11, 23)
ORIGIN = Origin(title="Registre inventé", address="https://registre.example/1")
FORMULA = '=HYPERLINK("https://mal.example","Kita")'


def record(key: str, *participants: Participant, funder: str = "", amount: int = 0) -> PartnershipRecord:
    funding = (Funding(funder=funder, amount=Decimal(amount), year=2019),) if funder else ()
    told = Participant(name="Brest métropole", role="french-authority")
    return PartnershipRecord(
        identifier=key,
        title=f"Partenariat {key}",
        start_year=2010,
        participants=(told, *participants),
        funding=funding,
        origins=(ORIGIN,),
    )


def abroad(name: str, country: str) -> Participant:
    return Participant(name=name, role="foreign-partner", country=country)


RECORDS = (
    record(
        "1",
        Participant(name="Saint-Denis", role="french-authority"),
        abroad("Rimouski", "Canada"),
        funder="Brest métropole",
        amount=500,
    ),
    record("2", Participant(name="Saint-Denis", role="french-authority"), abroad("Rimouski", "Canada")),
    record("3", abroad("Amis du fleuve Tchimba", "Mali"), funder="SOPER", amount=100),
    record("4", abroad("Association des amis du fleuve Tchimba", "Mali")),
    record("5", abroad("Association des amis du fleuve Tchimba", "Mali"), funder="SOPER", amount=50),
    record("6", abroad(FORMULA, "Mali")),
    record("7", abroad("Antananarivoo", "Madagascar")),
    record("8", abroad("Ville de Kitakita", "Mali")),
)


def write(folder: Path, records: Sequence[PartnershipRecord]) -> Path:
    folder.mkdir(exist_ok=True)
    for found in records:
        (folder / f"{found.identifier}.json").write_text(found.to_json(), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings, pipeline.Outcome]:
    """The folder of the sources, the settings, and what a build of them gave."""
    folder = tmp_path_factory.mktemp("review")
    settings = Settings(releases=folder / "releases")
    data = write(folder / "data", RECORDS)
    return data, settings, pipeline.build([data], settings, day=DAY)


@pytest.fixture(scope="session")
def cases(built: tuple[Path, Settings, pipeline.Outcome]) -> dict[str, Doubtful]:
    """The queue of that release by name, in its order."""
    return {case.name: case for case in read_queue(built[2].release.path)}
