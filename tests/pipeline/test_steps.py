"""A graph that was gathered in steps is the one that is gathered at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from atlas_ld.config import Settings
from atlas_ld.pipeline import cache
from atlas_ld.pipeline.checking import check
from atlas_ld.pipeline.gathering import gather
from atlas_ld.pipeline.reading import read_all
from atlas_ld.records import Participant, PartnershipRecord
from bench import corpus
from tests.release.conftest import a_record

SETTINGS = Settings(releases=Path("unused"))
TOWNS = ("Ville de Brest", "VILLE DE BREST", "Commune de Brest", "Brest métropole", "Quimper", "Ville de Nulle-Part")


def gathered(data: Path, kept: Path) -> dict[str, Any]:
    """Everything that a release would publish: the N-Triples of each entity, and the rest of the content."""
    with cache.opened(kept, SETTINGS.base_iri) as connection:
        readings = read_all([data], SETTINGS, connection)
        checked = check(readings, SETTINGS, date(2026, 11, 23), connection)
        content = gather(readings, checked, SETTINGS, connection)
    told = {name: getattr(content, name) for name in content.__dataclass_fields__ if name != "entities"}
    digests = content.entities.digests
    return told | {"digests": list(digests.items()), "lines": content.entities.lines(list(digests))}


def retitled(record: PartnershipRecord, choice: random.Random) -> dict[str, Any]:
    return {"title": f"{record.title} {choice.randrange(9)}"}


def of_other_partners(record: PartnershipRecord, choice: random.Random) -> dict[str, Any]:
    town = Participant(name=choice.choice(TOWNS), role="french-authority")
    return {"participants": (*(p for p in record.participants if p.role != "french-authority"), town)}


def with_a_fault(_: PartnershipRecord, choice: random.Random) -> dict[str, Any]:
    return {"start_year": choice.choice((201, 1999))}


def of_the_same_name(_: PartnershipRecord, choice: random.Random) -> dict[str, Any]:
    """Records without identifier share a key, and are one where the same bodies take part."""
    town = Participant(name=choice.choice(TOWNS), role="french-authority")
    named = {"identifier": None, "title": "Jumelage", "first_signature_year": 1990}
    return named | ({"participants": (town,)} if choice.random() < 0.5 else {})


CHANGES: tuple[Callable[[PartnershipRecord, random.Random], dict[str, Any]], ...] = (
    retitled, of_other_partners, with_a_fault, of_the_same_name
)  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_random_steps_come_to_the_graph_that_is_gathered_at_once(tmp_path: Path, seed: int) -> None:
    choice = random.Random(seed)
    corpus.write(tmp_path / "all", 40, faults=5)
    files = sorted((tmp_path / "all" / "records").rglob("*.json"))
    records = [PartnershipRecord.model_validate_json(file.read_bytes()) for file in files]
    data = tmp_path / "data"
    data.mkdir()
    for step in range(6):
        for _ in range(8):
            number = choice.randrange(len(records))
            record = records[number]
            file = data / f"{number}.json"
            if choice.random() < 0.2:
                file.unlink(missing_ok=True)
            else:
                change = choice.choice(CHANGES)(record, choice)
                changed = PartnershipRecord(**{**{n: getattr(record, n) for n in type(record).model_fields}, **change})
                file.write_text(changed.to_json(), encoding="utf-8")
        (data / "broken.json").write_text("{" if step % 2 else "{}", encoding="utf-8")
        in_steps = gathered(data, tmp_path / "steps.sqlite")
        at_once = gathered(data, tmp_path / f"once-{step}.sqlite")
        for name, told in at_once.items():
            assert in_steps[name] == told, name
        assert len(at_once["digests"]) > 100


@pytest.mark.parametrize(
    "order", [("ATELIER DU FLEUVE", "Atelier du Fleuve"), ("Atelier du Fleuve", "ATELIER DU FLEUVE")]
)
def test_a_name_in_capitals_gives_way_to_the_same_name_in_small_letters(tmp_path: Path, order: tuple[str, str]) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for number, name in enumerate(order):
        partner = Participant(name=name, role="foreign-partner", country="Canada")
        town = Participant(name="Brest métropole", role="french-authority")
        record = a_record(f"Action {number}", participants=(town, partner))
        (data / f"{number}.json").write_text(record.to_json(), encoding="utf-8")
    told = b"".join(gathered(data, tmp_path / "kept.sqlite")["lines"]).decode()
    labels = [line for line in told.splitlines() if "rdf-schema#label" in line and "fleuve" in line.lower()]
    assert [line.partition('"')[2].partition('"')[0] for line in labels] == ["Atelier du Fleuve"]
