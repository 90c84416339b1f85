"""A labelled sample (tests/data/matching-*.csv): real places in invented spellings, and names that are nobody's."""

from __future__ import annotations

import csv
from pathlib import Path

from atlas_ld.records import Funding, Participant, PartnershipRecord
from atlas_ld.reference import foreign, french
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve

DATA = Path(__file__).parents[1] / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"matching-{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def precision_and_recall(found: list[tuple[str, str]]) -> tuple[float, float]:
    """Of pairs (territory that was found, territory that is meant), either empty."""
    right = sum(1 for got, meant in found if got and got == meant)
    return right / sum(1 for got, _ in found if got), right / sum(1 for _, meant in found if meant)


def test_french_authorities_are_found_and_hardly_ever_wrong(gazetteer: Gazetteer) -> None:
    sample = rows("french")
    decisions = [french.decide(row["name"], row["kind"] or None, gazetteer) for row in sample]
    found = [(d.match.place if d.match else "", row["territory"]) for d, row in zip(decisions, sample, strict=True)]
    precision, recall = precision_and_recall(found)
    assert len(sample) == 200
    assert precision >= 0.99
    assert recall >= 0.9


def test_places_abroad_are_found_and_hardly_ever_wrong(gazetteer: Gazetteer) -> None:
    sample = rows("foreign")
    decisions = [foreign.decide(row["name"], None, row["country"], gazetteer, towns=True) for row in sample]
    found = [(d.match.place if d.match else "", row["territory"]) for d, row in zip(decisions, sample, strict=True)]
    precision, recall = precision_and_recall(found)
    assert len(sample) == 200
    assert precision >= 0.99
    assert recall >= 0.8


def test_organisations_have_the_kind_country_and_identification_that_their_names_bear_out(gazetteer: Gazetteer) -> None:
    wrong = []
    sample = rows("organisations")
    for row in sample:
        partners = (
            Participant(name=f"Lieu-dit {c}", role="foreign-partner", country=c) for c in row["partners"].split("|")
        )
        record = PartnershipRecord(title="Essai", participants=tuple(partners), funding=(Funding(funder=row["name"]),))
        (funder,) = resolve(record, gazetteer).funders
        body = funder.body
        got = (funder.kind, (body.country or "") if body else "", body.identification if body else "")
        if got != (row["kind"], row["country"], row["identification"]):
            wrong.append((row["name"], got))
    assert len(sample) >= 100
    assert len(wrong) <= 0.01 * len(sample), wrong
