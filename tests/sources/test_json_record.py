"""Records as JSON files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from atlas_ld.findings import Severity
from atlas_ld.records import Origin, PartnershipRecord
from atlas_ld.sources.json_record import read_json
from tests.sources.test_atlas_page import records


@settings(max_examples=30, deadline=None)
@given(record=records())
def test_a_record_written_as_json_is_read_back(record: PartnershipRecord) -> None:
    record = record.model_copy(update={"origins": (Origin(title="Essai"),)})
    assert read_json("a.json", record.to_json().encode()).record == record


def test_a_record_without_origin_has_its_file_as_origin() -> None:
    record = read_json("a.json", b'{"title": "A"}').record
    assert record is not None
    (origin,) = record.origins
    assert (origin.title, len(origin.sha256 or "")) == ("a.json", 64)


@pytest.mark.parametrize(
    ("content", "code", "field", "mention"),
    [
        (b'{"titel": "A"}', "invalid-record", "titel", "did you mean “title”?"),
        (b'{"start_year": "x"}', "invalid-record", "start_year", "whole number"),
        (b'{"end_date": "31/12/2020"}', "invalid-record", "end_date", "2020-12-31"),
        (b'{"status": "En cours"}', "invalid-record", "status", "'under-way'"),
        (b'{"funding": [{"amount": "x"}]}', "invalid-record", "funding.0.funder", "required"),
        (b'{"participants": {"name": "A"}}', "invalid-record", "participants", "list"),
        (b'{"title": ', "not-json", None, "EOF"),
        (b"[]", "invalid-record", None, "object"),
        (b"\xff\xfe{", "not-json", None, ""),
        (b"[" * 10_000, "not-json", None, ""),
    ],
)
def test_an_error_names_its_field_and_how_to_mend_it(
    content: bytes, code: str, field: str | None, mention: str
) -> None:
    reading = read_json("a.json", content)
    assert reading.record is None
    finding = reading.findings[0]
    assert (finding.code, finding.severity, finding.field) == (code, Severity.VIOLATION, field)
    assert mention in finding.en
    assert finding.fr != finding.en
