"""Tables, CSV and XLSX."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from atlas_ld.findings import Severity
from atlas_ld.records import PartnershipRecord
from atlas_ld.sources.reading import Reading
from atlas_ld.sources.table import column_name, read_table
from atlas_ld.sources.table_columns import COLUMNS

DOCS = Path(__file__).parents[2] / "docs" / "sources.md"


def readings(text: str) -> list[Reading]:
    return list(read_table("t.csv", text.encode()))


def one(**cells: str) -> PartnershipRecord:
    """The record of a table with one row."""
    output = io.StringIO()
    writer = csv.DictWriter(output, ["title", *cells])
    writer.writeheader()
    writer.writerow({"title": "Puits partagés", **cells})
    (reading,) = readings(output.getvalue())
    assert reading.record is not None
    return reading.record


def codes(record: PartnershipRecord) -> list[str]:
    return [finding.code for finding in record.findings]


def test_a_row_with_every_column_is_a_whole_record() -> None:
    record = one(
        identifier="2833", form="Jumelage", first_signature_year="2004", start_year="2015", end_date="31/12/2018",
        status="En cours", continues="2500", main_theme="A > B > C", other_themes="A > B (2)|D (1)",
        keywords="eau; école", goals="8:2|13:1", french_authorities="Clairval|Montfleury", french_kinds="commune|epci",
        foreign_partners="Tolbara|Nordhavn", foreign_countries="BF|Norvège", contracting_authorities="Clairval",
        implementers="Atelier des Puits", posts="Ambassade de France à Valmora",
        funding="Clairval=10500@2019|Agence=3000,50@2020#oudin|Fonds=900#oudin=300|État", context="Un.",
        history="Deux.", objectives="Trois.", local_objectives="Quatre.", french_objectives="Cinq.", description="Six.",
        beneficiaries="Sept.", triennial="oui", communication_in_france="non", communication_abroad="yes",
        evaluation="", volunteer_count="2", volunteer_missions="Suivi|Appui", undocumented="texts|follow-up",
        source_address="https://clairval.example/puits", source_title="Clairval", retrieved="2024-05-01",
    )  # fmt: skip
    assert codes(record) == []
    assert (record.identifier, record.form, record.status, record.continues) == (
        "2833",
        "twinning",
        "under-way",
        "2500",
    )
    assert (record.first_signature_year, record.start_year, record.end_date) == (2004, 2015, date(2018, 12, 31))
    assert record.main_theme == ("A", "B", "C")
    assert [(choice.path, choice.priority) for choice in record.other_themes] == [(("D",), 1), (("A", "B"), 2)]
    assert record.keywords == ("eau", "école")
    assert [(goal.number, goal.relevance) for goal in record.goals] == [(8, 2), (13, 1)]
    assert [(p.role, p.name, p.kind, p.country) for p in record.participants] == [
        ("french-authority", "Clairval", "commune", None),
        ("french-authority", "Montfleury", "epci", None),
        ("foreign-partner", "Tolbara", None, "BF"),
        ("foreign-partner", "Nordhavn", None, "Norvège"),
        ("contracting-authority", "Clairval", None, None),
        ("implementer", "Atelier des Puits", None, None),
    ]
    assert [(line.funder, line.amount, line.year, line.oudin) for line in record.funding] == [
        ("État", None, None, None),
        ("Fonds", Decimal(900), None, Decimal(300)),
        ("Clairval", Decimal(10500), 2019, None),
        ("Agence", Decimal("3000.50"), 2020, Decimal("3000.50")),
    ]
    assert (record.triennial, record.communication_in_france, record.communication_abroad) == ("yes", "no", "yes")
    assert (record.evaluation, record.volunteer_count, record.volunteer_missions) == ("unknown", 2, ("Appui", "Suivi"))
    assert record.undocumented == ("follow-up", "texts")
    (origin,) = record.origins
    assert (origin.title, origin.address, origin.retrieved) == (
        "Clairval", "https://clairval.example/puits", date(2024, 5, 1),
    )  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_delimiter_and_the_encoding_are_found_out(delimiter: str, encoding: str) -> None:
    text = (
        delimiter.join(["Titre", "Année de début", "thematique"]) + "\n" + delimiter.join(["Été, ou; non", "2019", "A"])
    )
    quoted = text.replace("Été, ou; non", '"Été, ou; non"')
    (reading,) = read_table("t.csv", quoted.encode(encoding))
    assert reading.record is not None
    assert (reading.record.title, reading.record.start_year) == ("Été, ou; non", 2019)
    assert codes(reading.record) == (["not-utf-8"] if encoding == "cp1252" else [])


def test_every_column_has_a_name_and_a_french_header_that_no_other_has() -> None:
    assert len({column_name(c.name) for c in COLUMNS} | {column_name(c.header_fr) for c in COLUMNS}) == len(COLUMNS)
    for column in COLUMNS:
        assert column_name(column.name) == column_name(column.header_fr.upper()) == column.name


def test_the_documentation_lists_every_column() -> None:
    text = DOCS.read_text("utf-8")
    for column in COLUMNS:
        assert f"| `{column.name}` | {column.header_fr} | {column.en.replace('|', chr(92) + '|')} |" in text


def test_an_unknown_column_is_a_warning_that_names_the_nearest() -> None:
    (reading,) = readings("title,strat_year\nA,2019\n")
    (finding,) = reading.findings
    assert (finding.code, finding.severity, finding.line) == ("unknown-column", Severity.WARNING, 1)
    assert "start_year" in finding.en


def test_findings_have_the_line_on_which_their_row_begins() -> None:
    found = readings('title,context,start_year\nA,"un\ndeux",2019\nB,,20x9\n')
    assert [(finding.code, finding.line) for reading in found for finding in reading.findings] == [
        ("impossible-year", 4)
    ]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"funding": "Ville=beaucoup@2019"}, "impossible-amount"),
        ({"funding": "=12@2019"}, "bad-funding"),
        ({"goals": "huit"}, "bad-goal"),
        ({"main_theme": "A > B > C > D"}, "too-deep-theme"),
        ({"foreign_partners": "A|B|C", "foreign_countries": "CA|BF"}, "unpaired-values"),
        ({"foreign_countries": "CA"}, "unpaired-values"),
        ({"undocumented": "all"}, "unknown-section"),
        ({"volunteer_count": "deux"}, "bad-number"),
    ],
)
def test_a_cell_that_its_column_cannot_hold_is_a_violation(cells: dict[str, str], code: str) -> None:
    (finding,) = one(**cells).findings
    assert (finding.code, finding.severity, finding.line) == (code, Severity.VIOLATION, 2)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"end_date": "31/02/2020"}, "impossible-date"),
        ({"start_year": "19"}, "impossible-year"),
        ({"source_address": "ftp://a.example"}, "bad-address"),
    ],
)
def test_a_date_or_an_address_that_cannot_be_read_costs_that_value_alone(cells: dict[str, str], code: str) -> None:
    (finding,) = one(**cells).findings
    assert (finding.code, finding.severity, finding.line) == (code, Severity.WARNING, 2)


def test_one_value_may_stand_for_all_and_an_empty_place_is_unknown() -> None:
    assert [p.country for p in one(foreign_partners="A|B", foreign_countries="CA").participants] == ["CA", "CA"]
    assert [p.country for p in one(foreign_partners="A|B", foreign_countries="|CA").participants] == [None, "CA"]


def test_a_formula_is_text() -> None:
    assert one(context="=HYPERLINK(1)").context == "=HYPERLINK(1)"


def test_a_changed_row_changes_no_other_row_s_hash() -> None:
    def hashes(text: str) -> list[str | None]:
        return [reading.record.origins[0].sha256 for reading in readings(text) if reading.record]

    before, after = hashes("title,context\nA,x\nB,y\n"), hashes("title,context\nA,z\nB,y\n")
    assert before[0] != after[0]
    assert before[1] == after[1]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-table"),
        (b"\x00\x01", "not-text"),
        (b"PK\x03\x04 garbage", "broken-table"),
        (b"a,b\n1,2\n", "not-a-partnership-table"),
    ],
)
def test_what_is_no_table_is_a_violation(content: bytes, code: str) -> None:
    (reading,) = read_table("t.csv", content)
    assert reading.record is None
    assert [(finding.code, finding.severity) for finding in reading.findings] == [(code, Severity.VIOLATION)]


def test_rows_after_the_limit_are_said_to_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atlas_ld.sources.table.MAX_ROWS", 2)
    found = readings("title\nA\nB\nC\n")
    assert [reading.record.title if reading.record else reading.findings[0].code for reading in found] == [
        "A", "B", "too-many-rows",
    ]  # fmt: skip


def xlsx(*rows: list[object]) -> bytes:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    output = io.BytesIO()
    workbook.save(output)
    return output.getvalue()


def test_an_xlsx_is_read_as_the_csv_of_the_same_cells() -> None:
    header = ["title", "start_year", "end_date", "triennial", "funding", "identifier"]
    content = xlsx(header, ["Puits", 2015.0, datetime(2018, 12, 31), True, "Ville=10@2016", 2833])
    (reading,) = read_table("t.xlsx", content)
    text = ",".join(header) + "\nPuits,2015,2018-12-31,yes,Ville=10@2016,2833\n"
    (same,) = readings(text)
    assert reading.record is not None
    assert same.record is not None
    assert reading.record.model_copy(update={"origins": ()}) == same.record.model_copy(update={"origins": ()})
    assert reading.record.origins[0].sha256 == same.record.origins[0].sha256


def test_a_formula_of_an_xlsx_without_a_saved_value_is_told() -> None:
    (reading,) = read_table("t.xlsx", xlsx(["title", "context"], ["A", "=1+1"]))
    assert reading.record is not None
    assert (reading.record.context, codes(reading.record)) == (None, ["formula-cell"])


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise(content: bytes) -> None:
    for prefix in (b"", b"title\n", b"PK"):
        for reading in read_table("t", prefix + content):
            assert reading.record is not None or reading.findings
