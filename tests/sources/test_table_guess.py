"""A mapping proposed for a table: it can be used, says what is uncertain, and what nothing fills."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_ld.errors import UnreadableSource
from atlas_ld.sources.table import read_table
from atlas_ld.sources.table_guess import guess_mapping
from atlas_ld.sources.table_mapping import parse_mapping

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def guessed(tmp_path: Path, text: str, encoding: str = "utf-8") -> str:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding=encoding)
    return guess_mapping(path, "en")


def test_a_guess_is_a_mapping_that_reads_its_table() -> None:
    table = EXAMPLES / "grants.csv"
    mapping = parse_mapping(guess_mapping(table, "fr"), "guess.toml")
    records = [reading.record for reading in read_table("t.csv", table.read_bytes(), [mapping])]
    assert [(r.identifier, len(r.funding), len(r.participants)) for r in records if r] == [("G-7", 2, 3), ("G-8", 1, 2)]


def test_what_is_uncertain_is_marked_and_what_nothing_fills_is_listed(tmp_path: Path) -> None:
    told = guessed(tmp_path, "Intitulé;État;Blurb;Coordonnées du référent\nPuits;bleu;x;Camille Exemplaire\n")
    assert '"Intitulé" = "title"\n' in told
    assert '"État" = "status"  # uncertain: 1 of 1 cells are none' in told
    assert '# "Blurb" = { ignore = "" }  # uncertain: not recognised' in told
    assert '"Coordonnées du référent" = { ignore = "names a person" }' in told
    assert "Exemplaire" not in told
    last = told.rstrip().splitlines()[-1]
    assert last.startswith("# Nothing fills")
    assert "foreign_partners" in last
    assert "title" not in last.split(", ")


def test_a_column_is_known_by_its_content_where_its_header_says_nothing(tmp_path: Path) -> None:
    told = guessed(tmp_path, "Intitulé,Zone,Xyz\nA,Burkina Faso,https://clairval.example/a\nB,Mali,\n")
    assert '"Zone" = "foreign_countries"  # uncertain: by its content alone' in told
    assert '"Xyz" = "source_address"  # uncertain: by its content alone' in told


def test_two_columns_for_one_value_are_no_mapping_and_the_nearer_one_is_proposed(tmp_path: Path) -> None:
    told = guessed(tmp_path, "Titre;Intitulé long\nPuits;Puits partagés\n")
    assert '"Titre" = "title"' in told
    assert '# "Intitulé long" = { ignore = "" }  # uncertain: “title”? another column fills it' in told
    assert parse_mapping(told, "guess.toml")


def test_years_in_headers_are_one_block_and_the_funder_is_for_the_steward_to_name(tmp_path: Path) -> None:
    told = guessed(tmp_path, "Intitulé;Montant 2019 (€);Montant 2020 (€)\nA;1 000,50;\nB;;20\n", "cp1252")
    assert told.count("Montant") == 1
    assert '# amount_column = "Montant {year} (€)"' in told
    assert "name the funder" in told
    assert parse_mapping(told, "guess.toml").funding == ()


def test_dates_with_the_month_first_are_noticed(tmp_path: Path) -> None:
    told = guessed(tmp_path, "Intitulé,Date de fin\nA,12/31/2018\nB,02/01/2019\n")
    assert '"Date de fin" = { to = "end_date", date_format = "MM/DD/YYYY" }' in told


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\x00\x01\xff" * 50])
def test_what_is_no_table_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match=r"t\.csv"):
        guess_mapping(path, "en")
