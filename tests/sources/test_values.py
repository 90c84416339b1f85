"""Years, dates, amounts and code words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_ld.findings import Finding
from atlas_ld.sources import values


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("120000,50", "120000.50"),
        ("12 000", "12000"),
        ("1\u202f234,56\u00a0€", "1234.56"),
        ("10.500,00", "10500"),
        ("1,234.56", "1234.56"),
        ("10.500", "10500"),
        ("1 234 567 euros", "1234567"),
        ("-5", "-5"),
        ("0,5", "0.5"),
    ],
)
def test_an_amount_is_read_as_french_sources_write_it(text: str, amount: str) -> None:
    assert values.parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "abc", "1e5", "10 k$", "12 000 FCFA", "12 00", "1.2.3", "0,500", "NaN", "Infinity", "٣", "9" * 40]
)
def test_what_is_no_amount_is_none(text: str) -> None:
    assert values.parse_amount(text) is None


@given(st.decimals(-(10**12), 10**12, places=2))
def test_an_amount_with_a_comma_and_grouped_thousands_is_itself(amount: Decimal) -> None:
    french = f"{amount:,.2f}".replace(",", "\u202f").replace(".", ",")
    assert values.parse_amount(french) == amount
    assert values.parse_amount(f"{amount:,.2f}") == amount
    assert values.parse_amount(str(amount)) == amount


@given(st.dates(date(1000, 1, 1)))
def test_a_date_is_read_in_both_orders(day: date) -> None:
    assert values.day(day.strftime("%d/%m/%Y").zfill(10), [], line=1, field="f") == day
    assert values.day(day.isoformat(), [], line=1, field="f") == day


@pytest.mark.parametrize("text", ["31/02/2020", "2020-13-01", "32 décembre 2020", "13/2020", "vers 2019", "0000-01-01"])
def test_an_impossible_date_is_none_and_a_finding(text: str) -> None:
    findings: list[Finding] = []
    assert values.day(text, findings, line=4, field="end_date") is None
    assert [(finding.code, finding.line, finding.field) for finding in findings] == [("impossible-date", 4, "end_date")]


@pytest.mark.parametrize("text", ["En cours", "EN COURS ", "en cours.", "under-way"])
def test_a_status_is_known_whatever_its_letters(text: str) -> None:
    assert values.status(text, [], line=1) == "under-way"


def test_every_finding_in_french_has_its_typography() -> None:
    findings: list[Finding] = []
    values.year("20x9", findings, line=1, field="start_year")
    assert findings[0].fr == "«\u00a020x9\u00a0» n’est pas une année. Écrivez quatre chiffres, comme 2019."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1er janvier 2020", (date(2020, 1, 1), "2020-01", 2020)),
        ("mardi 1er janvier 2020", (date(2020, 1, 1), "2020-01", 2020)),
        ("31/12/20", (date(2020, 12, 31), "2020-12", 2020)),
        ("31.12.2020", (date(2020, 12, 31), "2020-12", 2020)),
        ("2020-12-31T10:00:00Z", (date(2020, 12, 31), "2020-12", 2020)),
        ("12/2020", (None, "2020-12", 2020)),
        ("2020-12", (None, "2020-12", 2020)),
        ("janvier 2020", (None, "2020-01", 2020)),
        ("Déc. 2020", (None, "2020-12", 2020)),
        ("December 2020", (None, "2020-12", 2020)),
        ("2020", (None, None, 2020)),
        ("jusqu’en 2020", (None, None, 2020)),
        ("N/A", (None, None, None)),
        ("à définir", (None, None, None)),
    ],
)
def test_a_date_is_as_close_as_it_is_told(text: str, told: tuple[object, ...]) -> None:
    findings: list[Finding] = []
    found = values.graded_date(text.replace("’", "'"), findings, line=4, field="end_date")
    assert (found[:3], findings) == (told, [])


@pytest.mark.parametrize(
    ("text", "year", "code"),
    [
        ("fin 2020", 2020, "date-about"),
        ("vers 2019", 2019, "date-about"),
        ("1er trimestre 2020", 2020, "date-about"),
        ("courant de l'année 2020", 2020, "date-about"),
        ("2019-2021", 2021, "date-of-period"),
        ("du 01/09/2019 au 31/08/2021", 2021, "date-of-period"),
        ("2019-21", 2021, "date-of-period"),
        ("en cours", None, "impossible-date"),
        ("99/2020", None, "impossible-date"),
        ("31/02/2020", None, "impossible-date"),
        ("0000", None, "impossible-date"),
        ("marché 2020", None, "impossible-date"),
        ("1" * 10_000, None, "impossible-date"),
    ],
)
def test_what_is_no_plain_date_costs_what_it_does_not_tell_and_says_so(text: str, year: int | None, code: str) -> None:
    findings: list[Finding] = []
    assert values.graded_date(text, findings, line=4, field="end_date").year == year
    assert [finding.code for finding in findings] == [code]


@pytest.mark.parametrize(
    "text",
    ["2019-2021", "2019–2021", "2019/2021", "2019 - 2021", "de 2019 à 2021", "2019 à 2021", "(2019-2021)", "2019-21",
     "2019, 2020 et 2021", "2019-2020-2021", "exercices 2019 à 2021", "triennal 2019-2021", "entre 2019 et 2021",
     "01/2019 - 12/2021", "du 01/09/2019 au 31/08/2021", "septembre 2019 à juin 2021"],
)  # fmt: skip
def test_years_of_funding_are_a_period(text: str) -> None:
    findings: list[Finding] = []
    assert values.funding_years(text, findings, line=1, field="funding") == (None, 2019, 2021)
    assert findings == []


@pytest.mark.parametrize("text", ["2021-2019", "2019, 2021", "19-21", "jamais"])
def test_what_is_no_period_is_told_and_no_year_is_made_up(text: str) -> None:
    findings: list[Finding] = []
    assert values.funding_years(text, findings, line=1, field="funding") == (None, None, None)
    assert [finding.code for finding in findings] == ["impossible-year"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 000 €", ("12000", None, None, "")),
        ("30 000 € sur 2019-2021", ("30000", None, None, "2019-2021")),
        ("2019-2021 : 30 000 €", ("30000", None, None, "2019-2021")),
        ("12 000 € votés", (None, "12000", None, "")),
        ("subvention votée de 12 000 €", (None, "12000", None, "")),
        ("voté : 12 000 €, versé : 10 000 €", (None, "12000", "10000", "")),
        ("12 000 € engagés, dont 8 000 € payés (2019)", (None, "12000", "8000", "2019")),
        ("prévu 12000 réalisé 9000", (None, "12000", "9000", "")),
        ("12 000 € versés le 03/05/2019", (None, None, "12000", "2019")),
        ("30 k€ votés sur 2019-2021", (None, "30000", None, "2019-2021")),
    ],
)
def test_money_is_told_apart_by_its_stage_and_years(text: str, expected: tuple[object, ...]) -> None:
    findings: list[Finding] = []
    found = values.money(text, findings, line=1, field="funding")
    told = tuple(None if one is None else str(one) for one in (found.amount, found.committed, found.paid))
    assert ((*told, found.years.told), findings) == (expected, [])


@pytest.mark.parametrize("text", ["12 000 € votés et 3 000 € votés", "voté", "12 000 € votés par M. Untel en 2019"])
def test_stages_that_cannot_be_told_apart_are_no_amount(text: str) -> None:
    findings: list[Finding] = []
    assert values.money(text, findings, line=1, field="funding").declared is None
    assert [finding.code for finding in findings] == ["impossible-amount"]


def test_an_amount_for_years_that_are_not_named_is_kept_and_told() -> None:
    findings: list[Finding] = []
    assert values.money("12 000 € sur trois ans", findings, line=1, field="funding").amount == 12000
    assert [finding.code for finding in findings] == ["funding-period"]
