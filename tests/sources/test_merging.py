"""Records of one partnership from several sources."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings

from atlas_ld.records import Funding, Origin, Participant, PartnershipRecord
from atlas_ld.sources import merge
from tests.sources.test_atlas_page import records


def record(**fields: Any) -> PartnershipRecord:
    return PartnershipRecord(**{"identifier": "2833", **fields})


def merged(*parts: PartnershipRecord) -> PartnershipRecord:
    (one,), _ = merge(parts)
    return one


def test_what_the_first_leaves_empty_is_taken_from_the_next() -> None:
    one = merged(record(title="A"), record(start_year=2015, triennial="no"))
    assert (one.title, one.start_year, one.triennial, one.findings) == ("A", 2015, "no", ())


def test_where_both_speak_the_first_stands_and_both_are_named() -> None:
    (one,), findings = merge([record(title="Puits", triennial="yes"), record(title="Fontaines", triennial="yes")])
    assert one.title == "Puits"
    (finding,) = findings
    assert (finding.code, finding.field, finding.record) == ("sources-disagree", "title", "2833")
    assert "Puits" in finding.en
    assert "Fontaines" in finding.en
    assert one.findings == findings


def test_an_end_date_stands_against_another_end_year() -> None:
    one = merged(record(end_year=2019), record(end_date=date(2018, 12, 31)))
    assert (one.end_date, one.end_year, len(one.findings)) == (date(2018, 12, 31), 2018, 1)


def test_a_body_named_twice_is_one_that_knows_both() -> None:
    one = merged(
        record(participants=(Participant(name="Clairval", role="french-authority", kind="commune"),)),
        record(participants=(Participant(name="CLAIRVAL", role="french-authority", siren="242900314"),)),
    )
    (participant,) = one.participants
    assert (participant.name, participant.kind, participant.siren) == ("Clairval", "commune", "242900314")


def test_two_equal_funding_lines_of_one_source_stay_two() -> None:
    line = Funding(funder="Ville", amount=Decimal(10), year=2019)
    assert merged(record(funding=(line, line)), record(funding=(line,))).funding == (line, line)


def test_a_funder_without_amount_is_the_one_whose_amounts_the_other_source_gives() -> None:
    known = Funding(funder="Ville", amount=Decimal(10), year=2019)
    other = Funding(funder="Région")
    assert merged(record(funding=(Funding(funder="VILLE"), other)), record(funding=(known,))).funding == (other, known)


def test_a_section_is_undocumented_only_where_no_source_shows_it() -> None:
    one = merged(record(undocumented=("funding", "texts")), record(undocumented=("texts", "partners")))
    assert one.undocumented == ("texts",)


def test_every_origin_is_kept() -> None:
    here, there = Origin(title="A"), Origin(title="B")
    first, second = merged(record(origins=(here,)), record(origins=(there,))).origins
    assert (first.title, second.title) == ("A", "B")
    assert (first.fields, second.fields) == (("identifier",), ())


def test_two_twinnings_of_one_title_and_year_between_others_stay_two() -> None:
    def twinning(city: str) -> PartnershipRecord:
        participants = (Participant(name=city, role="french-authority"),)
        return PartnershipRecord(title="Jumelage", start_year=1990, participants=participants)

    both, findings = merge([twinning("Clairval"), twinning("Montfleury"), twinning("Clairval")])
    assert len(both) == 2
    assert findings == ()


@settings(max_examples=25, deadline=None)
@given(record=records())
def test_a_record_merged_with_itself_is_itself(record: PartnershipRecord) -> None:
    assert merge([record, record]) == ((record,), ())
