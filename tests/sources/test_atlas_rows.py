"""Rows of a page's tables, mostly in plain text, where only knowledge cuts them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from atlas_ld.findings import Finding
from atlas_ld.records import Funding
from atlas_ld.sources import atlas_rows as rows
from atlas_ld.sources.atlas_cut import Line


def funding(row: str) -> tuple[tuple[str, Decimal | None, Decimal | None, int | None], list[str]]:
    findings: list[Finding] = []
    line = rows.funding(Line(7, row), findings)
    assert line is not None
    assert {finding.line for finding in findings} <= {7}
    return (line.funder, line.amount, line.oudin, line.year), [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Ville 10500 2019", ("Ville", Decimal(10500), None, 2019)),
        ("Ville 10500 500 2019", ("Ville", Decimal(10500), Decimal(500), 2019)),
        ("Ville 120000,50 2019", ("Ville", Decimal("120000.50"), None, 2019)),
        ("Ville 12 000 2019", ("Ville", Decimal(12000), None, 2019)),
        ("Ville 120 000 12 000 2019", ("Ville", Decimal(120000), Decimal(12000), 2019)),
        ("Ville 1 034,56 € 2019", ("Ville", Decimal("1034.56"), None, 2019)),
        ("Ville 10.500,00 2019", ("Ville", Decimal(10500), None, 2019)),
        ("Ville -500 2019", ("Ville", Decimal(-500), None, 2019)),
        ("Ville 10500", ("Ville", Decimal(10500), None, None)),
        ("Ville 2000 2019", ("Ville", Decimal(2000), None, 2019)),
        ("Ville", ("Ville", None, None, None)),
        ("Ville | 10500 |  |  |  | 2019 | ", ("Ville", Decimal(10500), None, 2019)),
        ("Ville | 10500 | 500 |  |  | 2019 | ", ("Ville", Decimal(10500), Decimal(500), 2019)),
        ("Ville | 10500 | 2019 |  |  |  | ", ("Ville", Decimal(10500), None, 2019)),
        ("Ville |  |  |  |  | 2019 | ", ("Ville", None, None, 2019)),
    ],
)  # fmt: skip
def test_a_funding_row_is_cut_from_its_end(row: str, expected: tuple[object, ...]) -> None:
    assert funding(row) == (expected, [])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Ville 500 250 2019", ("Ville", Decimal(500250), None, 2019)),
        ("Ville 2019", ("Ville", None, None, 2019)),
        ("Ville | 2019 |  |  |  |  | ", ("Ville", Decimal(2019), None, None)),
        ("Département 46 10500 2019", ("Département 46", Decimal(10500), None, 2019)),
    ],
)
def test_a_funding_row_with_two_readings_says_which_was_taken(row: str, expected: tuple[object, ...]) -> None:
    assert funding(row) == (expected, ["doubtful-funding"])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Ville 12 000,50 € 2019", ("Ville", Decimal("12000.50"), None, 2019)),
        ("Ville 12\u202f000,50\u00a0€ 2019", ("Ville", Decimal("12000.50"), None, 2019)),
        ("Ville 10 k€ 2019", ("Ville", Decimal(10000), None, 2019)),
        ("Ville 1,2 M€ 2019", ("Ville", Decimal(1200000), None, 2019)),
        ("Ville 10500 EUR TTC 2019", ("Ville", Decimal(10500), None, 2019)),
        ("Ville 10500 € (2019)", ("Ville", Decimal(10500), None, 2019)),
        ("Ville 10500 31/12/2019", ("Ville", Decimal(10500), None, 2019)),
        ("Ville | 10 k€ | 500 € |  |  | 2019 |", ("Ville", Decimal(10000), Decimal(500), 2019)),
        ("Ville | 10 500 € (2019) |  |  |  |  |", ("Ville", Decimal(10500), None, 2019)),
        ("Ville | 10500 |  |  |  | 31/12/2019 |", ("Ville", Decimal(10500), None, 2019)),
    ],
)
def test_amounts_and_dates_are_read_as_people_write_them(row: str, expected: tuple[object, ...]) -> None:
    assert funding(row) == (expected, [])


@pytest.mark.parametrize("row", ["Ville 500 10500 2019", "Ville | 500 | 10500 |  |  | 2019 |"])
def test_the_oudin_amount_is_the_smaller_one_whatever_the_order(row: str) -> None:
    assert funding(row) == (("Ville", Decimal(10500), Decimal(500), 2019), ["oudin-above-amount"])


@pytest.mark.parametrize(
    "row",
    ["Ville 10500 2019-2021", "Ville | 10500 € 2019-2021 |  |  |  |  |", "Ville | 10500 |  |  |  | 2019/2021 |",
     "Ville | 10500 | 2019 à 2021 |  |  |  |", "Ville 10500 de 2019 à 2021", "Ville 10500 € (2019 à 2021)"],
)  # fmt: skip
def test_a_period_is_one_line_with_a_first_and_a_last_year(row: str) -> None:
    findings: list[Finding] = []
    line = rows.funding(Line(7, row), findings)
    assert line == Funding(funder="Ville", amount=Decimal(10500), first_year=2019, last_year=2021)
    assert findings == []


def test_an_oudin_amount_written_in_several_columns_counts_once() -> None:
    assert funding("Ville | 900 | 300 | 300 | 300 | 2019 |")[0][2] == Decimal(300)


def test_different_oudin_amounts_of_one_row_are_added() -> None:
    found, said = funding("Ville | 900 | 300 | 200 |  | 2019 |")
    assert (found[2], said) == (Decimal(500), ["several-oudin-amounts"])


def test_an_amount_that_is_no_number_is_said() -> None:
    assert funding("Ville | dix mille |  |  |  | 2019 |") == (("Ville", None, None, 2019), ["impossible-amount"])


@pytest.mark.parametrize(
    ("row", "name", "country"),
    [
        ("Commune de Tolbara Burkina Faso commun.ico.loupe.alter", "Commune de Tolbara", "Burkina Faso"),
        ("Gouvernement du Canada Canada", "Gouvernement du Canada", "Canada"),
        ("Ville X République démocratique du Congo", "Ville X", "République démocratique du Congo"),
        ("Ville X Guinée-Bissau", "Ville X", "Guinée-Bissau"),
        ("Ville X ETATS-UNIS", "Ville X", "ETATS-UNIS"),
        ("Ville X | Canada | commun.ico.loupe.alter |", "Ville X", "Canada"),
    ],
)
def test_a_partner_s_country_is_the_longest_known_name_at_the_end(row: str, name: str, country: str) -> None:
    findings: list[Finding] = []
    partner = rows.foreign_partner(Line(1, row), findings)
    assert partner is not None
    assert (partner.name, partner.country, findings) == (name, country, [])


def test_a_partner_of_no_known_country_keeps_its_whole_name() -> None:
    findings: list[Finding] = []
    partner = rows.foreign_partner(Line(3, "Ville Atlantide commun.ico.loupe.alter"), findings)
    assert partner is not None
    assert (partner.name, partner.country) == ("Ville Atlantide", None)
    assert [(finding.code, finding.line) for finding in findings] == [("unknown-country", 3)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("2 - Faim « zéro » 1", (2, 1)),
        ("7 - Énergie propre et d’un coût abordable 2", (7, 2)),
        ("17 - Partenariats pour la réalisation des objectifs | 2 |", (17, 2)),
    ],
)
def test_a_goal_is_its_number_and_relevance(row: str, expected: tuple[int, int]) -> None:
    goal = rows.goal(Line(1, row), [])
    assert goal is not None
    assert (goal.number, goal.relevance) == expected


def test_a_list_of_bodies_is_not_parted_within_brackets() -> None:
    assert rows.bodies("A, B (C, D); E") == ["A", "B (C, D)", "E"]


@pytest.mark.parametrize("text", ["A, B", "A (B, C", "A ) B, C", "((A), B), C"])
def test_unpaired_brackets_lose_no_name(text: str) -> None:
    joined = "".join(rows.bodies(text))
    assert all(letter in joined for letter in "ABC" if letter in text)
