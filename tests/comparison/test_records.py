"""The changes of each record between two releases."""

from __future__ import annotations

from atlas_ld.comparison import Comparison, compare_records
from atlas_ld.comparison.records import FieldChange, RecordChange
from atlas_ld.release.layout import Release

BASE = "http://localhost:8000/id"


def of(comparison: Comparison, iri: str) -> RecordChange:
    return next(record for record in comparison.records if record.iri == iri)


def fields(change: RecordChange) -> dict[tuple[str, str], FieldChange]:
    return {(one.part, one.field): one for one in change.fields}


def test_each_field_is_told_with_its_values(compared: tuple[Release, Release]) -> None:
    found = fields(of(compare_records(*compared, "en"), f"{BASE}/partnership/1"))
    assert (found["", "Start year"].before, found["", "Start year"].after) == (("2010",), ("2011",))
    assert found["", "Title"].before == ("Écoles",)
    assert (found["", "Triennial"].before, found["", "Triennial"].after) == (("Unknown",), ("Yes",))


def test_a_part_that_was_put_in_front_is_one_change_although_all_numbers_shift(
    compared: tuple[Release, Release],
) -> None:
    found = of(compare_records(*compared, "fr"), f"{BASE}/partnership/1")
    parts = [one for one in found.fields if one.field == "Participation"]
    assert [(one.before, len(one.after)) for one in parts] == [((), 1)]
    assert "Comité inventé" in parts[0].after[0]


def test_what_changed_in_a_funding_line_is_told_of_its_partnership(compared: tuple[Release, Release]) -> None:
    comparison = compare_records(*compared, "en")
    amounts = [one for one in of(comparison, f"{BASE}/partnership/4").fields if one.field == "Amount"]
    assert [(one.before, one.after) for one in amounts] == [(("12000",), ("13000.5",))]
    assert amounts[0].part.startswith("Funding line: Brest métropole, 2019")
    assert not any("/id/funding/" in record.iri for record in comparison.records)


def test_key_changes_come_first_then_removals(compared: tuple[Release, Release]) -> None:
    comparison = compare_records(*compared, "fr")
    order = [record.how for record in comparison.records]
    assert order == sorted(order, key=["renamed", "removed", "added", "changed"].index)
    (renamed,) = comparison.of("renamed", "organisation")
    assert renamed.iri == f"{BASE}/organisation/les-amis-de-kita-ml"
    assert renamed.successors == (f"{BASE}/organisation/association-des-amis-de-kita-ml",)
    assert [record.iri for record in comparison.of("removed", "partnership")] == [f"{BASE}/partnership/2"]
    assert comparison.removed_share == 1 / 5
    (merged,) = comparison.of("renamed", "partnership")
    assert (merged.iri, merged.successors) == (f"{BASE}/partnership/6", (f"{BASE}/partnership/4",))


def test_a_release_compared_with_itself_has_no_change(compared: tuple[Release, Release]) -> None:
    assert compare_records(compared[0], compared[0], "fr").records == ()
