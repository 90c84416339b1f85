"""Mappings: what they may say, and how a mistake in one is told."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from atlas_ld.errors import BrokenMapping
from atlas_ld.sources.table_mapping import header_pattern, load_mapping, parse_mapping

DOCS = Path(__file__).parents[2] / "docs"

TITLE = '[columns]\n"Intitulé" = "title"\n'


def test_a_mapping_is_read_from_toml_and_json(tmp_path: Path) -> None:
    toml, json = tmp_path / "a.toml", tmp_path / "a.json"
    toml.write_text(TITLE, encoding="utf-8-sig")
    json.write_text('{"$schema": "mapping.schema.json", "columns": {"Intitulé": {"to": "title"}}}', encoding="utf-8")
    assert load_mapping(toml) == load_mapping(json)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[columns]\n"Intitulé" = "titel"', "in columns.Intitulé.to: “titel” is no field; did you mean “title”?"),
        ('[columns]\n"A" = "xyzzy"', "“xyzzy” is no field; there are: identifier, title"),
        ('[columns\n"A" = "title"', "line 1"),
        (f"{TITLE}x = = 1", "line 3"),
        (f'{TITLE}"Nom" = "title"', "“Intitulé” and “Nom” fill “title”, which holds one value"),
        (f'{TITLE}"Début {{n}}" = "start_year"', "“Début {n}” fill “start_year”, which holds one value"),
        (f'{TITLE}"INTITULE" = "context"', "two columns have the header “intitule”"),
        (f'{TITLE}[constants]\ntitle = "Puits"', "“title” is filled by the column “Intitulé” and by a constant"),
        (f'{TITLE}[constants]\nforme = "x"', "“forme” is no field; did you mean “form”?"),
        ('[columns]\n"A" = "context"', "no column fills “title”"),
        (f'heder_row = 3\n{TITLE}', "“heder_row” is not known; did you mean “header_row”?"),
        (f"header_row = 0\n{TITLE}", "in header_row: input should be greater than or equal to 1"),
        (f'{TITLE}"B" = {{ seperator = ";", to = "posts" }}', "“seperator” is not known; did you mean “separator”?"),
        (f'{TITLE}"B" = {{ separator = ";" }}', "in columns.B: a column has either “to”"),
        (f'{TITLE}"B" = {{ to = "end_date", date_format = "MM-YYYY" }}', "“MM-YYYY” is no form of a date"),
        (f'{TITLE}"B" = {{ to = "end_date", date_format = "%d/%m/%Y" }}', "is no form of a date"),
        (f'{TITLE}"B" = {{ ignore = "" }}', "in columns.B.ignore"),
        (f'{TITLE}[[funding]]\namount_column = "M"', "either “funder”, a name, or “funder_column”"),
        (f'{TITLE}[[funding]]\nfunder = "X"', "has “amount_column”"),
        (f'{TITLE}[[funding]]\nfunder = "X"\namount = "M"', "“amount” is not known; did you mean “amount_column”?"),
        ("columns = 3", "in columns: input should be a valid dictionary"),
        ("", "“columns” is missing"),
    ],
)  # fmt: skip
def test_a_faulty_mapping_is_one_sentence(text: str, told: str) -> None:
    with pytest.raises(BrokenMapping) as raised:
        parse_mapping(text, "m.toml")
    message = str(raised.value)
    assert told in message
    assert "m.toml" in message
    assert "\n" not in message


@pytest.mark.parametrize("text", ["{", "[]", "3", "[" * 100_000, '{"columns": null}'])
def test_json_that_is_no_mapping_is_one_sentence(text: str) -> None:
    with pytest.raises(BrokenMapping, match=r"m\.json"):
        parse_mapping(text, "m.json", is_json=True)


def test_a_file_that_is_not_there_or_no_text_is_one_sentence(tmp_path: Path) -> None:
    for content in (None, b"\xff\xfe\x00", b"#" * 2_000_000):
        path = tmp_path / "m.toml"
        if content:
            path.write_bytes(content)
        with pytest.raises(BrokenMapping):
            load_mapping(path)


@pytest.mark.parametrize(
    ("header", "cell", "bound"),
    [
        ("Montant {year}", "montant 2019", {"year": "2019"}),
        ("Montant {year}", "montant 19", None),
        ("Partenaire n°{n} :", "partenaire n°12", {"n": "12"}),
        ("A.B (+)", "a.b (+)", {}),
        ("A.B (+)", "axb (+)", None),
        ("Fin_du  projet", "fin du projet", {}),
    ],
)
def test_a_placeholder_stands_for_a_number_and_all_else_for_itself(
    header: str, cell: str, bound: dict[str, str] | None
) -> None:
    match = header_pattern(header).fullmatch(cell)
    assert (match.groupdict() if match else None) == bound


def test_a_mapping_is_for_the_files_that_it_names() -> None:
    mapping = parse_mapping(f'files = ["region/*.csv"]\n{TITLE}', "m.toml")
    assert mapping.is_for("region/2019.csv")
    assert not mapping.is_for("other/2019.csv")
    assert parse_mapping(TITLE, "m.toml").is_for("anything.xlsx")


def test_the_published_schema_takes_the_examples_and_refuses_what_the_reader_refuses() -> None:
    schema = json.loads((DOCS / "mapping.schema.json").read_text("utf-8"))
    for example in sorted((DOCS / "examples").glob("*.mapping.*")):
        values = (json if example.suffix == ".json" else tomllib).loads(example.read_text("utf-8"))
        values.pop("$schema", None)
        jsonschema.validate(values, schema)
    for wrong in ({"A": "titel"}, {"A": {"to": "title", "seperator": ";"}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"columns": wrong}, schema)
