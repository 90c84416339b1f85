"""Decisions of a steward: what they join, and what is said of lines that are none."""

from __future__ import annotations

import pytest

from atlas_ld.records import Funding, Participant, PartnershipRecord
from atlas_ld.reference.bodies import Body
from atlas_ld.reference.curation import COLUMNS, Decisions, read_decisions
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve

WHO = "chargée de coopération,2026-11-20,Convention consultée"


def decisions(gazetteer: Gazetteer, *lines: str) -> Decisions:
    text = "\n".join([",".join(COLUMNS), *lines])
    return read_decisions([("decisions.csv", text.encode())], gazetteer)


def record(title: str, *participants: Participant) -> PartnershipRecord:
    return PartnershipRecord(title=title, participants=participants)


def body(record: PartnershipRecord, gazetteer: Gazetteer, decided: Decisions) -> Body:
    found = resolve(record, gazetteer, decisions=decided).participants[0]
    assert found
    return found


def authority(name: str) -> Participant:
    return Participant(name=name, role="french-authority")


def test_a_name_is_a_siren_by_decision_and_says_who_when_and_why(gazetteer: Gazetteer) -> None:
    decided = decisions(gazetteer, f"Saint-Denis,France,,siren,929939411,{WHO}")
    found = body(record("Un", authority("Saint-Denis")), gazetteer, decided)
    assert (found.key, found.territory, found.method) == ("929939411", "commune-93066", "decision")
    assert found.identification == "identified"
    assert found.former_keys == ("un--saint-denis-fr", "saint-denis-fr")
    assert found.note == "2026-11-20, chargée de coopération : Convention consultée"


def test_a_name_is_a_place_by_decision_in_one_record_only(gazetteer: Gazetteer) -> None:
    decided = decisions(gazetteer, f"Birmingham,US,un,place,geonames-4049979,{WHO}")
    there = Participant(name="Birmingham", role="foreign-partner", country="États-Unis")
    found, other = (body(record(title, there), gazetteer, decided) for title in ("Un", "Deux"))
    assert (found.territory, found.country) == ("geonames-4049979", "US")
    assert (other.key, other.territory) == ("deux--birmingham-us", None)


def test_two_names_are_one_body_by_decision(gazetteer: Gazetteer) -> None:
    decided = decisions(gazetteer, f"Les Amis de Kita,Mali,,same-as,Association des amis de Kita,{WHO}")
    one, two = (
        body(record("Un", Participant(name=name, role="foreign-partner", country="ML")), gazetteer, decided)
        for name in ("Les Amis de Kita", "Association des amis de Kita")
    )
    assert one.key == two.key == "association-des-amis-de-kita-ml"
    assert one.former_keys == ("les-amis-de-kita-ml",)


def test_a_name_that_leads_to_another_has_what_was_decided_of_that(gazetteer: Gazetteer) -> None:
    decided = decisions(
        gazetteer, f"La Ville,France,,same-as,Saint-Denis,{WHO}", f"Saint-Denis,France,,siren,929939411,{WHO}"
    )
    assert body(record("Un", authority("La Ville")), gazetteer, decided).key == "929939411"


def test_a_name_is_none_by_decision_and_a_funder_too(gazetteer: Gazetteer) -> None:
    decided = decisions(gazetteer, f"Caisse commune,,,label,,{WHO}")
    told = PartnershipRecord(
        title="Un",
        participants=(Participant(name="Caisse commune", role="implementer"),),
        funding=(Funding(funder="Caisse commune"),),
    )
    found = resolve(told, gazetteer, decisions=decided)
    assert (found.participants, found.funders[0].body, found.funders[0].kind) == ((None,), None, "aggregate")


def test_a_decision_about_a_name_that_no_record_has_is_one_finding_with_its_line(gazetteer: Gazetteer) -> None:
    decided = decisions(
        gazetteer, f"Saint-Denis,France,,siren,929939411,{WHO}", f"Nulle-Part,France,,siren,929939411,{WHO}"
    )
    used = resolve(record("Un", authority("Saint-Denis")), gazetteer, decisions=decided).rulings
    (finding,) = decided.unused(used)
    assert (finding.code, finding.source, finding.line) == ("unused-decision", "decisions.csv", 3)
    assert "Nulle-Part" in finding.fr


@pytest.mark.parametrize(
    "line",
    [
        f"Saint-Denis,France,,siren,929939412,{WHO}",  # Luhn
        f"Saint-Denis,France,,place,commune-00000,{WHO}",
        f"Saint-Denis,Cocagne,,siren,929939411,{WHO}",
        f"Saint-Denis,France,,is,929939411,{WHO}",
        f"Saint-Denis,France,,same-as,,{WHO}",
        f"Saint-Denis,France,,label,oui,{WHO}",
        "Saint-Denis,France,,siren,929939411,chargée de coopération,hier,Convention",
        "Saint-Denis,France,,siren,929939411,,2026-11-20,Convention",
        "Saint-Denis,France,,siren,929939411,chargée de coopération,2026-11-20,",
        "Saint-Denis;France;siren",
        f",France,,siren,929939411,{WHO}",
    ],
)
def test_a_broken_line_is_one_finding_and_the_others_count(gazetteer: Gazetteer, line: str) -> None:
    decided = decisions(gazetteer, line, f"Montreuil,France,,siren,219300480,{WHO}")
    assert [(finding.code, finding.line) for finding in decided.findings] == [("broken-decision", 2)]
    assert body(record("Un", authority("Montreuil")), gazetteer, decided).key == "219300480"


def test_bytes_that_are_no_text_break_their_line_only(gazetteer: Gazetteer) -> None:
    text = (
        ",".join(COLUMNS).encode() + b"\nSaint-\xe9,France,,label,,a,2026-11-20,b\n" + f"Total,,,label,,{WHO}".encode()
    )
    decided = read_decisions([("decisions.csv", text)], gazetteer)
    assert [(finding.code, finding.line) for finding in decided.findings] == [("broken-decision", 2)]
    assert list(decided.rulings) == [("total", "", "")]


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"name,is\na,b\n"])
def test_a_file_without_the_columns_is_one_finding(gazetteer: Gazetteer, content: bytes) -> None:
    decided = read_decisions([("decisions.csv", content)], gazetteer)
    assert [finding.code for finding in decided.findings] == ["broken-decision"]
    assert not decided.rulings


def test_two_decisions_that_contradict_are_one_finding_and_neither_counts(gazetteer: Gazetteer) -> None:
    decided = decisions(
        gazetteer, f"Saint-Denis,France,,siren,929939411,{WHO}", f"SAINT DENIS,FR,,place,commune-97411,{WHO}"
    )
    assert [(finding.code, finding.line) for finding in decided.findings] == [("contradictory-decisions", 3)]
    assert body(record("Un", authority("Saint-Denis")), gazetteer, decided).key == "un--saint-denis-fr"


def test_names_that_are_each_other_are_told(gazetteer: Gazetteer) -> None:
    decided = decisions(gazetteer, f"A1,Mali,,same-as,B2,{WHO}", f"B2,Mali,,same-as,A1,{WHO}")
    assert [finding.code for finding in decided.findings] == ["contradictory-decisions"] * 2
    assert not decided.rulings
