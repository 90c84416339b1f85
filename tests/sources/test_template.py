"""The template: filled in and sent back, it says exactly what was typed."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from atlas_ld.cli import main
from atlas_ld.countries import countries
from atlas_ld.errors import AtlasError
from atlas_ld.findings import Language
from atlas_ld.records import Funding, Participant, ThemeChoice
from atlas_ld.sources import values
from atlas_ld.sources.reading import Account, Reading
from atlas_ld.sources.table import read_table
from atlas_ld.sources.table_columns import COLUMNS
from atlas_ld.sources.template import columns, lists, write_template
from atlas_ld.themes import known_themes

LANGUAGES: tuple[Language, ...] = ("fr", "en")


def filled(
    tmp_path: Path, language: Language, *rows: dict[str, Any], extra: dict[str, str] | None = None
) -> list[Reading]:
    """What is read of the template with these rows below the example; `extra` are cells of the read-me."""
    path = tmp_path / f"{language}.xlsx"
    if not path.exists():
        write_template(path, language)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    place = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=3):
        for header, value in row.items():
            sheet.cell(number, place[header], value)
    for cell, text in (extra or {}).items():
        book.worksheets[1][cell] = text
    output = io.BytesIO()
    book.save(output)
    return list(read_table("t.xlsx", output.getvalue()))


def test_a_template_that_is_filled_in_gives_exactly_what_was_typed(tmp_path: Path) -> None:
    readings = filled(
        tmp_path,
        "fr",
        {
            "titre": "Puits | partagés", "identifiant": "007", "forme": "Action humanitaire", "statut": "En sommeil",
            "année de début": 2015, "date de fin": date(2018, 12, 31), "thématique": "Un > Deux",
            "autre thématique 2": "Trois", "collectivité française 1": "Ville de Clairval",
            "collectivité française 3": "Nord|sud", "type de la collectivité 3": "epci",
            "partenaire étranger 2": "Tolbara", "pays du partenaire 2": "Burkina Faso",
            "partenaire étranger 4": "Kouma",
            "financeur 1": "Clairval", "montant 1": 10.125, "année 1": 2019, "financeur 6": "État; région",
            "montant 6": "10 500,50 €", "année 6": 2020, "part loi oudin 6": 300, "poste diplomatique 2": "Valmora",
            "évaluation": "Oui", "triennal": "Non", "nombre de volontaires": 2, "contexte": "- un\n- deux",
            "maître d'ouvrage 2": "Atelier",
        },
    )  # fmt: skip
    (example, reading) = readings
    assert (example.record, [f.code for f in example.findings]) == (None, ["example-row"])
    record = reading.record
    assert record is not None
    assert reading.findings == ()
    assert (record.title, record.identifier, record.form, record.status) == (
        "Puits | partagés", "007", "humanitarian", "dormant",
    )  # fmt: skip
    assert (record.start_year, record.end_date, record.main_theme) == (2015, date(2018, 12, 31), ("Un", "Deux"))
    assert record.other_themes == (ThemeChoice(path=("Trois",), priority=1),)
    assert record.participants == (
        Participant(name="Ville de Clairval", role="french-authority"),
        Participant(name="Nord|sud", role="french-authority", kind="epci"),
        Participant(name="Tolbara", role="foreign-partner", country="Burkina Faso"),
        Participant(name="Kouma", role="foreign-partner"),
        Participant(name="Atelier", role="contracting-authority"),
    )
    assert record.funding == (
        Funding(funder="Clairval", amount=Decimal("10.125"), year=2019),
        Funding(funder="État; région", amount=Decimal("10500.50"), year=2020, oudin=Decimal(300)),
    )
    assert (record.posts, record.evaluation, record.triennial, record.volunteer_count) == (("Valmora",), "yes", "no", 2)
    assert record.context == "- un\n- deux"
    assert record.undocumented == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_untouched_template_has_no_partnership_and_nothing_that_is_not_furniture(
    tmp_path: Path, language: Language
) -> None:
    (reading,) = filled(tmp_path, language)
    assert reading.record is None
    assert [f.code for f in reading.findings] == ["example-row"]
    assert reading.account == Account(furniture=len(columns(language)) + 12)


def test_what_is_typed_into_the_read_me_is_told(tmp_path: Path) -> None:
    (reading, *_) = filled(tmp_path, "fr", extra={"C30": "Voir aussi le dossier."})
    assert [f.code for f in reading.findings] == ["further-sheet", "example-row"]


def test_an_example_that_was_given_a_title_is_a_partnership(tmp_path: Path) -> None:
    path = tmp_path / "fr.xlsx"
    write_template(path, "fr")
    book = load_workbook(path)
    book.worksheets[0]["B2"] = "Puits"
    book.save(path)
    (reading,) = filled(tmp_path, "fr")
    assert reading.record is not None
    assert reading.record.title == "Puits"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_header_is_known_and_every_field_has_one(tmp_path: Path, language: Language) -> None:
    headers = {column.header for column in columns(language)}
    assert len(headers) == len(columns(language))
    (reading,) = filled(tmp_path, language)
    assert "unknown-column" not in {f.code for f in reading.findings}
    assert len(headers) >= len(COLUMNS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_of_a_list_is_one_that_the_reader_takes(language: Language) -> None:
    offered = lists(language)
    assert {form for text in offered["form"] if (form := values.form(text, [], line=None))} == set(
        values.FORMS.values()
    )
    assert {values.status(text, [], line=None) for text in offered["status"]} == set(values.STATUSES.values())
    assert [values.tri(text, [], line=None, field="") for text in offered["yes-or-no"]] == ["yes", "no"]
    assert all(countries().find(name) for name in offered["country"])
    assert len(offered["country"]) > 190
    assert len(offered["theme"]) == len(known_themes())


def test_the_command_writes_it_once_and_never_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "region.xlsx"
    done = CliRunner().invoke(main, ["template", str(path), "--lang", "en"])
    assert (done.exit_code, done.output.strip()) == (0, str(path))
    before = path.read_bytes()
    again = CliRunner().invoke(main, ["template", str(path)])
    assert (again.exit_code, path.read_bytes()) == (1, before)
    with pytest.raises(AtlasError, match="cannot be written"):
        write_template(tmp_path / "no" / "where.xlsx", "fr")


def test_two_templates_are_the_same_to_the_byte(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_template(tmp_path / f"{name}.xlsx", "fr")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
