"""Records as JSON files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from atlas_ld import sources
from atlas_ld.findings import Severity
from atlas_ld.records import Origin, PartnershipRecord
from atlas_ld.sources.decoding import CONTROL
from atlas_ld.sources.json_record import read_json
from tests.sources.pages import page_of, read_base
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
        (b'{"volunteer_count": "x"}', "invalid-record", "volunteer_count", "whole number"),
        (
            b'{"origins": [{"title": "A", "retrieved": "31/12/2020"}]}',
            "invalid-record",
            "origins.0.retrieved",
            "2020-12-31",
        ),
        (b'{"undocumented": ["tout"]}', "invalid-record", "undocumented.0", "'partners'"),
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


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xef\xbb\xbf" * 2])
def test_a_byte_order_mark_before_json_is_fine_though_it_stand_twice(mark: bytes) -> None:
    record = read_json("a.json", mark + b'{"title": "A"}').record
    assert record is not None
    assert record.title == "A"


@pytest.mark.parametrize(
    "escape", ["\\u0001", "\\u001F", "\\ud800", "\\uDFFF", "\\uffff", "\\uFFFE", "\\ufdd0", "\\ud83f\\udfff"]
)
def test_control_characters_of_json_are_taken_out_and_told(tmp_path: Path, escape: str) -> None:
    (tmp_path / "a.json").write_text(
        f'{{"title": "A{escape}B", "participants": [{{"name": "V{escape}W", "role": "implementer"}}],'
        f' "funding": [{{"funder": "F", "amount": 10.5}}]}}',
        "utf-8",
    )
    (reading,) = sources.read(tmp_path)
    record = reading.record
    assert record is not None, reading.findings
    assert (record.title, record.participants[0].name, str(record.funding[0].amount)) == ("AB", "VW", "10.5")
    assert not CONTROL.search(record.to_json())
    assert [f.code for f in reading.findings] == ["control-characters"]


def test_an_entity_of_html_makes_no_control_character(tmp_path: Path) -> None:
    html = page_of(read_base({}), "html tables").replace("PUITS PARTAG", "PUITS&#1; PARTAG&#xFFFE;")
    (tmp_path / "a.html").write_text(html, "utf-8")
    (reading,) = sources.read(tmp_path)
    assert reading.record is not None
    assert reading.record.title == "PUITS PARTAGÉS"


def test_an_address_with_brackets_and_spaces_is_encoded() -> None:
    content = b'{"title": "A", "origins": [{"title": "x", "address": "HTTPS://ville.example/a b[1]|{2}"}]}'
    record = read_json("a.json", content).record
    assert record is not None
    assert record.origins[0].address == "https://ville.example/a%20b%5B1%5D%7C%7B2%7D"


@pytest.mark.parametrize(
    "content", [b'{"Jean Dupont": 1}', b'{"start_year": "Jean Dupont"}', b'{"title": ["Jean Dupont"]}']
)
def test_an_error_quotes_nothing_that_may_name_a_person(content: bytes) -> None:
    reading = read_json("a.json", content)
    assert reading.findings
    assert "Dupont" not in str(reading)


@pytest.mark.parametrize(
    ("end", "told", "codes"),
    [
        ("12/2020", ("2020-12", 2020), []),
        ("1er janvier 2020", (None, 2020), []),
        ("2020", (None, 2020), []),
        ("fin 2020", (None, 2020), ["date-about"]),
        ("N/A", (None, None), []),
        ("en cours", (None, None), ["impossible-date"]),
        ("31/02/2020", (None, None), ["impossible-date"]),
    ],
)
def test_a_date_that_is_written_otherwise_costs_that_value_at_most(
    end: str, told: tuple[str | None, int | None], codes: list[str]
) -> None:
    funding = [{"funder": "Ville", "amount": 10, "year": "2019-2021"}, {"funder": "Région", "year": "N/A"}]
    content = json.dumps({"title": "Puits", "start_year": "en 2015", "end_date": end, "funding": funding})
    reading = read_json("puits.json", content.encode())
    assert reading.record is not None
    assert (reading.record.end_month, reading.record.end_year) == told
    assert reading.record.start_year == 2015
    assert [line.when for line in reading.record.funding] == ["", "2019-2021"]
    assert [finding.code for finding in reading.findings] == codes
