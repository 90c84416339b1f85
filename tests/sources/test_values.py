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
