"""Tables as people have them: quotes that do not pair, lines above the header, workbooks with more than values."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_ld.findings import Severity
from atlas_ld.sources.reading import Reading
from atlas_ld.sources.table import nearest_column, read_table


def readings(text: str) -> list[Reading]:
    return list(read_table("t.csv", text.encode()))


def titles(found: list[Reading]) -> list[str | None]:
    return [reading.record.title for reading in found if reading.record]


def told(found: list[Reading]) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.line) for reading in found for finding in reading.findings]


FAULTS = {
    "a quote that never closes": 'B;"ouvert;2016',
    "a typographic closing quote": "B;\"ouvert”;2016",
    "quotes inside quotes": 'B;"un "mot" ici";2016',
    "quotes and a delimiter inside quotes": 'B;"un "mot"; ici";2016',
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("further", ["", 'é;"d\'un; côté";2018\n', 'D;"sur\ndeux lignes";2019\n'])
def test_a_fault_of_quotes_is_told_with_its_line_and_swallows_nothing(fault: str, further: str) -> None:
    found = readings(f"title;context;start_year\nA;un;2015\n{FAULTS[fault]}\nC;trois;2017\n{further}")
    assert titles(found)[:3] == ["A", "B", "C"]
    assert len(titles(found)) == (4 if further else 3)
    assert [place for place in told(found) if place[0] == "bad-quotes"] == [("bad-quotes", 3)]
    years = [reading.record.start_year for reading in found if reading.record]
    assert years[0] == 2015
    assert years[2] == 2017
    assert years[1] == 2016


def test_a_line_of_a_cell_that_looks_like_a_row_is_told() -> None:
    found = readings('title;context;start_year;end_year\nA;"un;2015;2016\nB;x;2016;2017\nC;y";2017;2018\n')
    assert told(found) == [("doubtful-quotes", 2)]


def test_a_row_whose_cells_cannot_be_given_back_is_a_violation() -> None:
    found = readings('title;context;start_year\nA;"un;deux;trois;2015\nB;x;2016\n')
    assert titles(found) == ["A", "B"]
    assert found[0].findings[0].severity is Severity.VIOLATION


def test_cells_over_several_lines_stay_whole() -> None:
    found = readings('title;context;start_year\nA;"un\n\ndeux; ""trois""\nquatre";2015\nB;x;2016\n')
    assert told(found) == []
    assert found[0].record is not None
    assert found[0].record.context == 'un\n\ndeux; "trois"\nquatre'


def test_the_line_of_the_separator_is_no_row_and_decides() -> None:
    assert titles(readings("sep=;\ntitle;context\nA, B;x\n")) == ["A, B"]
    assert titles(readings("sep=|\ntitle|context\nA;x\n")) == ["A;x"]


def test_lines_above_the_header_are_told_and_no_partnership() -> None:
    found = readings("\nListe des partenariats 2024;;\n\ntitle;context\nA;x\n")
    assert titles(found) == ["A"]
    assert told(found) == [("above-header", 2)]


def test_a_csv_may_begin_with_pk() -> None:
    assert titles(readings("PK;title\n1;A\n")) == ["A"]


def test_a_header_that_is_repeated_is_furniture() -> None:
    found = readings("title;context\nA;x\ntitle;context\nB;y\n")
    assert (titles(found), told(found)) == (["A", "B"], [])


@pytest.mark.parametrize(
    ("header", "column"),
    [("Budget total", "funding"), ("Intitulé", "title"), ("Pays partenaire", "foreign_countries"),
     ("Collectivité porteuse", "french_authorities"), ("strat_year", "start_year"), ("Échéance", "end_date"),
     ("Xyzzyq", None)],
)  # fmt: skip
def test_the_nearest_column_is_the_one_that_is_meant(header: str, column: str | None) -> None:
    assert nearest_column(header) == column


def test_an_unknown_column_is_told_once_and_what_it_holds_is_not_documented() -> None:
    found = readings("title;Budget total;collectivités françaises;partenaires étrangers\nA;5 €;V;W\nB;6 €;V;W\n")
    assert told(found) == [("unknown-column", 1)]
    assert "funding" in found[0].findings[0].en
    for reading in found:
        assert reading.record is not None
        assert reading.record.undocumented == ("follow-up", "funding", "texts")


def test_an_empty_cell_is_not_documented_and_none_is_said_to_be_none() -> None:
    first, second = readings("title;financement\nA;\nB;Aucun\n")
    assert first.record is not None
    assert second.record is not None
    assert ("funding" in first.record.undocumented, "funding" in second.record.undocumented) == (True, False)
    assert second.record.funding == ()


@pytest.mark.parametrize("value", ["N/A", "non renseigné", "-", "NC", "?"])
def test_a_cell_that_tells_nothing_is_no_value(value: str) -> None:
    (reading,) = readings(
        f"title;end_date;funding;posts;status;start_year\nA;{value};{value};{value};{value};{value}\n"
    )
    assert reading.record is not None
    assert (reading.record.funding, reading.record.posts, reading.findings) == ((), (), ())
    assert "funding" in reading.record.undocumented


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"%PDF-1.7 ...", "PDF"), (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Office"), (b"\x89PNG\r\n", "picture"),
     (b"<html><table><tr><td>title</td></tr></table>", "HTML"), (b"PK\x03\x04junk", "ZIP"),
     (b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "OpenDocument")],
)  # fmt: skip
def test_what_is_called_a_table_and_is_none_is_said_to_be_what_it_is(content: bytes, word: str) -> None:
    (reading,) = read_table("t.csv", content)
    assert reading.record is None
    assert word in reading.findings[0].en


def test_a_table_with_a_million_columns_is_refused_in_one_sentence() -> None:
    (reading,) = readings("title" + ",x" * 1_000_000 + "\nA\n")
    assert reading.record is None
    assert "1000001 columns" in reading.findings[0].en


# Workbooks


def workbook(fill: Callable[[Any, Any], None], **options: Any) -> bytes:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True, **options})
    fill(book, book.add_worksheet())
    book.close()
    return output.getvalue()


def sheet(content: bytes, change: Callable[[str], str], path: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The workbook with the XML of its sheet changed."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, change(data.decode()) if name == path else data)
    return output.getvalue()


def plain(book: Any, first: Any) -> None:
    first.write_row(0, 0, ["title", "start_year"])
    first.write_row(1, 0, ["A", 2015])


def test_a_formula_has_the_value_that_it_was_saved_with() -> None:
    def fill(book: Any, first: Any) -> None:
        first.write_row(0, 0, ["title", "start_year", "context", "history"])
        first.write_formula(1, 0, '="A"&"B"', None, "AB")
        first.write_formula(1, 1, "=2000+15", None, 2015)
        first.write_array_formula(1, 2, 1, 2, "{=SUM(1,2)}", None, 3)
        first.write_formula(1, 3, "=A1", None, "")

    (reading,) = read_table("t.xlsx", workbook(fill))
    assert reading.record is not None
    assert (reading.record.title, reading.record.start_year, reading.record.context) == ("AB", 2015, "3")
    assert [(f.code, f.line) for f in reading.findings] == [("formula-cell", 2)]
    assert "D2" in reading.findings[0].en


def test_an_error_is_no_value_and_is_told_with_its_cell() -> None:
    def fill(book: Any, first: Any) -> None:
        first.write_row(0, 0, ["title", "context", "history"])
        first.write_row(1, 0, ["A"])
        first.write_formula(1, 1, "=NA()", None, "#N/A")
        first.write_formula(1, 2, "=X", None, "#REF!")

    (reading,) = read_table("t.xlsx", workbook(fill))
    assert reading.record is not None
    assert (reading.record.context, reading.record.history) == (None, None)
    assert [f.en.split()[1] for f in reading.findings] == ["B2", "C2"]


@pytest.mark.parametrize("since_1904", [False, True])
def test_dates_truth_values_rich_text_and_escapes_are_what_the_sheet_shows(since_1904: bool) -> None:
    def fill(book: Any, first: Any) -> None:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        first.write_row(0, 0, ["title", "end_date", "triennial", "context", "history", "funding"])
        first.write_rich_string(1, 0, "Puits ", bold, "partagés", " ici")
        first.write_datetime(1, 1, datetime(2018, 12, 31), day)
        first.write_boolean(1, 2, True)
        first.write_string(1, 3, "un@CR@deux@X1@")
        first.write_row(1, 4, ["x", "Ville=10.5@2016"])

    content = workbook(fill, date_1904=since_1904)
    change = lambda text: text.replace("@CR@", "_x000D_\n").replace("@X1@", "_x0001_")  # noqa: E731
    (reading,) = read_table("t.xlsx", sheet(content, change, "xl/sharedStrings.xml"))
    record = reading.record
    assert record is not None
    assert (record.title, record.end_date, record.triennial) == ("Puits partagés ici", date(2018, 12, 31), "yes")
    assert record.context == "un\ndeux"
    assert [f.code for f in reading.findings] == ["control-characters"]


def test_hidden_and_further_sheets_are_told_by_number_and_never_by_name() -> None:
    def fill(book: Any, first: Any) -> None:
        first.hide()
        first.write(0, 0, "secret")
        shown = book.add_worksheet("Jean Dupont")
        plain(book, shown)
        book.add_worksheet("Mme Durand").write(0, 0, "x")
        shown.activate()
        shown.set_first_sheet()

    (reading,) = read_table("t.xlsx", workbook(fill))
    assert reading.record is not None
    assert reading.record.title == "A"
    assert [f.code for f in reading.findings] == ["hidden-sheet", "further-sheet"]
    assert "Dupont" not in str(reading)
    assert "Durand" not in str(reading)


def test_merged_cells_are_filled_down_and_told() -> None:
    def fill(book: Any, first: Any) -> None:
        first.write_row(0, 0, ["title", "context", "start_year"])
        first.merge_range(1, 1, 2, 1, "partagé")
        first.write_row(1, 0, ["A"])
        first.write_row(2, 0, ["B"])
        first.merge_range(3, 1, 3, 2, "large")
        first.write_row(3, 0, ["C"])

    found = list(read_table("t.xlsx", workbook(fill)))
    assert [reading.record.context for reading in found if reading.record] == ["partagé", "partagé", "large"]
    assert told(found) == [("merged-cell", 3), ("merged-columns", 4)]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('<row r="2"', '<row r="999999999999"'),
        lambda text: text.replace('<row r="2"', '<row r="1048577"'),
        lambda text: text.replace('r="A2"', 'r="ZZZZZ2"'),
        lambda text: re.sub(r"<row r=\"2\".*</row>", "<row r='2'>" + "<c/>" * 20_000 + "</row>", text),
        lambda text: re.sub(r"<row r=\"2\".*</row>", '<row><c r="XFD2"/></row>' * 400, text),
        lambda text: text.replace("<worksheet ", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet '),
    ],
)
def test_a_sheet_that_claims_more_than_any_holds_is_refused_before_it_is_read(change: Callable[[str], str]) -> None:
    (reading,) = read_table("t.xlsx", sheet(workbook(plain), change))
    assert reading.record is None
    assert reading.findings[0].code == "broken-table"


def test_an_archive_that_unpacks_to_more_than_the_limit_is_refused() -> None:
    output = io.BytesIO(workbook(plain))
    with zipfile.ZipFile(output, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/a.bin", b"\0" * 101_000_000)
    (reading,) = read_table("t.xlsx", output.getvalue())
    assert reading.record is None
    assert "100 MB" in reading.findings[0].en


# The account


CELL = st.text(st.sampled_from("ab2;,\"'“” \n\t=|@N/A€é"), max_size=8)


@settings(max_examples=300)
@given(st.lists(st.lists(CELL, max_size=5), max_size=8), st.sampled_from([";", ",", "\t"]), st.booleans())
def test_every_filled_cell_of_a_table_is_read_furniture_or_found(
    rows: list[list[str]], sign: str, quoted: bool
) -> None:
    output = io.StringIO()
    writer = csv.writer(output, delimiter=sign, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    header = ["title", "context", "funding", "Colonne x", "start_year"]
    writer.writerows([header, *rows])
    found = readings(output.getvalue())
    expected = sum(bool(cell.strip()) for row in [header, *rows] for cell in row)
    assert sum(reading.account.total for reading in found) == expected
    for reading in found:
        assert not reading.account.found or reading.findings or reading is not found[0]


@settings(max_examples=200)
@given(st.text(st.sampled_from('ab;"\n” '), max_size=60))
def test_quotes_in_any_disorder_lose_no_letter(text: str) -> None:
    found = readings("title;context\n" + text)
    written = "".join(
        f"{reading.record.title or ''}{reading.record.context or ''}" for reading in found if reading.record
    )
    extra = sum(finding.code == "extra-cells" for reading in found for finding in reading.findings)
    if not extra:
        assert sorted(written.replace('"', "").replace("”", "").split()) or not re.search("[ab]", text)
        assert sum(map(written.count, "ab")) == sum(map(text.count, "ab"))
