"""A workbook to fill in and send back: our columns with headers in French or English, lists of our codes, themes and
countries to choose from, and a sheet that explains them. Importing it needs no mapping."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_range_abs

from atlas_ld.errors import AtlasError
from atlas_ld.findings import Language
from atlas_ld.iris import fold
from atlas_ld.rdf import parse_file
from atlas_ld.resources import root
from atlas_ld.sources.table_columns import COLUMNS, EXAMPLE_TITLES, KINDS, NUMBERED, NUMBERED_FUNDING
from atlas_ld.sources.table_files import seal
from atlas_ld.themes import known_themes
from atlas_ld.vocabulary import SKOS

ROWS = 1000
"""Rows below the header that have lists to choose from."""
_MADE = datetime(2000, 1, 1, tzinfo=UTC)  # two templates of one version are the same, to the byte
_HOW_MANY = {"french_authorities": 3, "foreign_partners": 4, "contracting_authorities": 2, "implementers": 2,
             "other_themes": 3, "posts": 2}  # fmt: skip
_FUNDING_LINES = 6
_WITH = {"french_authorities": "french_kinds", "foreign_partners": "foreign_countries"}
_LEFT_OUT = frozenset(
    ("undocumented", "source_title", "source_sha256", "french_kinds", "french_sirens", "french_contacts",
     "foreign_countries", "foreign_contacts", "post_functions")
)  # fmt: skip
"""What a person who fills in cells says by filling them, or stands with the column before."""
_TEXTS: dict[str, dict[Language, str]] = {
    "sheet": {"fr": "Partenariats", "en": "Partnerships"},
    "read_me": {"fr": "Lisez-moi", "en": "Read me"},
    "lists": {"fr": "Listes", "en": "Lists"},
    "column": {"fr": "Colonne", "en": "Column"},
    "meaning": {"fr": "Ce qu’elle dit", "en": "What it says"},
    "number": {"fr": "La même chose pour le premier, le deuxième… ; d’autres numéros peuvent s’ajouter.",
               "en": "The same for the first one, the second one...; further numbers may be added."},
    "money": {"fr": "Un financement : financeur, montant en euros, année, part au titre de la loi Oudin.",
              "en": "A line of funding: funder, amount in euros, year, share under the Oudin law."},
}  # fmt: skip
_ADVICE: dict[Language, tuple[str, ...]] = {
    "fr": (
        "Une ligne par partenariat, sur la première feuille. Seul le titre est obligatoire.",
        "Une cellule vide dit : non documenté. « Aucun » dit qu’il n’y en a pas.",
        "Les listes proposent nos codes ; pour les pays et les thématiques, un autre nom est accepté.",
        "N’écrivez ni nom de personne, ni adresse électronique, ni téléphone : ils seraient retirés.",
        "Supprimez la ligne d’exemple, ou laissez-la : son titre la fait ignorer.",
        "Renvoyez le classeur tel quel : atlas-ld import le lit sans autre réglage.",
    ),
    "en": (
        "One row per partnership, on the first sheet. Only the title is required.",
        "An empty cell says: not documented. “None” says that there is none.",
        "Lists offer our codes; for countries and themes another name is accepted.",
        "Write no names of persons, e-mail addresses or telephone numbers: they would be taken out.",
        "Delete the row with the example, or leave it: it is passed over for its title.",
        "Send the workbook back as it is: atlas-ld import reads it without further settings.",
    ),
}
_EXAMPLE: dict[Language, dict[str, str | int]] = {
    "fr": {
        "form": "Jumelage", "status": "En cours", "first_signature_year": 2004, "french_authorities": "Clairval",
        "french_kinds": "commune", "foreign_partners": "Tolbara", "foreign_countries": "Burkina Faso",
        "funder": "Clairval", "amount": 10500, "year": 2019, "triennial": "Non",
    },
    "en": {
        "form": "Twinning", "status": "Under way", "first_signature_year": 2004, "french_authorities": "Clairval",
        "french_kinds": "commune", "foreign_partners": "Tolbara", "foreign_countries": "Burkina Faso",
        "funder": "Clairval", "amount": 10500, "year": 2019, "triennial": "No",
    },
}  # fmt: skip


@dataclass(frozen=True)
class _TemplateColumn:
    """A column of the template: its header, its meaning, what its cells hold (`text`, `year`, `date`, `amount` or the
    name of a list), and the key of its value in the example."""

    header: str
    meaning: str
    holds: str
    example: str | None = None


def write_template(path: Path, language: Language) -> None:
    """Write the template. Raises AtlasError where a file stands there, which somebody may have filled in, or the disk
    refuses."""
    if path.exists():
        raise AtlasError(f"{path} exists, and somebody may have filled it in; name another file.")
    try:
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            book.set_properties({"title": f"atlas-ld: {_TEXTS['sheet'][language]}", "created": _MADE})
            _fill(book, language)
    except (OSError, FileCreateError) as error:
        raise AtlasError(f"{path} cannot be written: {error}.") from error


def lists(language: Language) -> dict[str, list[str]]:
    """What each list offers, in the order of the code lists; countries and themes by the alphabet."""
    return {
        "form": _labels("form", language),
        "status": _labels("status", language),
        "yes-or-no": _labels("tri", language)[:2],
        "kind": list(KINDS),
        "country": sorted(_countries(language), key=fold),
        "theme": sorted((" > ".join(path) for path in known_themes()), key=fold),
    }


def columns(language: Language) -> list[_TemplateColumn]:
    """The columns of the template, those of lists numbered."""
    place = 0 if language == "fr" else 1
    found: list[_TemplateColumn] = []
    for column in COLUMNS:
        if column.name in _LEFT_OUT:
            continue
        meaning = column.fr if language == "fr" else column.en
        if column.name == "funding":
            found += _funding(language)
        elif column.name in NUMBERED:
            for number in range(1, _HOW_MANY[column.name] + 1):
                for name in filter(None, (column.name, _WITH.get(column.name))):
                    header = NUMBERED[name][place].replace("{n}", str(number))
                    example = name if number == 1 else None
                    found.append(_TemplateColumn(header, _TEXTS["number"][language], _HOLDS.get(name, "text"), example))
        else:
            header = column.header_fr if language == "fr" else column.name.replace("_", " ")
            found.append(_TemplateColumn(header, meaning, _HOLDS.get(column.name, "text"), column.name))
    return found


_HOLDS = {
    "form": "form", "status": "status", "first_signature_year": "year", "start_year": "year", "end_year": "year",
    "end_date": "date", "retrieved": "date", "main_theme": "theme", "other_themes": "theme", "french_kinds": "kind",
    "foreign_countries": "country", "triennial": "yes-or-no", "communication_in_france": "yes-or-no",
    "communication_abroad": "yes-or-no", "evaluation": "yes-or-no", "volunteer_count": "number",
}  # fmt: skip
_CLOSED = frozenset(("form", "status", "yes-or-no"))
"""Lists that take no other value."""


def _funding(language: Language) -> Iterator[_TemplateColumn]:
    headers = NUMBERED_FUNDING[0 if language == "fr" else 1]
    parts = ("funder", "amount", "year", "oudin")
    for number in range(1, _FUNDING_LINES + 1):
        for part, header, holds in zip(parts, headers, ("text", "amount", "year", "amount"), strict=True):
            example = part if number == 1 else None
            yield _TemplateColumn(header.replace("{n}", str(number)), _TEXTS["money"][language], holds, example)


def _labels(scheme: str, language: Language) -> list[str]:
    """The labels of a code list, in its order."""
    base = "http://codes.invalid/"
    triples = parse_file(root() / "ontology" / "codes" / f"{scheme}.ttl", base)
    return [
        str(getattr(t.object, "value", ""))
        for t in triples
        if t.predicate.value == str(SKOS.prefLabel)
        and getattr(t.object, "language", None) == language
        and str(getattr(t.subject, "value", "")) != f"{base}id/code/{scheme}"
    ]


def _countries(language: Language) -> Iterator[str]:
    with (root() / "data" / "reference" / "countries.csv").open(encoding="utf-8", newline="") as file:
        yield from (row[f"name_{language}"] for row in csv.DictReader(file))


def _fill(book: Any, language: Language) -> None:
    sheet = book.add_worksheet(_TEXTS["sheet"][language])
    read_me = book.add_worksheet(_TEXTS["read_me"][language])
    ranges = _write_lists(book.add_worksheet(_TEXTS["lists"][language]), lists(language))
    shown = columns(language)
    _write_read_me(read_me, shown, language, book.add_format({"text_wrap": True, "valign": "top"}))
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EEF7"})
    grey = book.add_format({"italic": True, "font_color": "#666666"})
    formats = {"date": book.add_format({"num_format": "yyyy-mm-dd"}), "text": book.add_format({"num_format": "@"}),
               "amount": book.add_format({"num_format": "#,##0.00"})}  # fmt: skip
    for place, column in enumerate(shown):
        text = formats["text"] if column.holds in ("text", *ranges) else None
        sheet.set_column(place, place, 24 if column.holds == "text" else 16, formats.get(column.holds, text))
        sheet.write_string(0, place, column.header, head)
        if (rule := _validation(column, ranges)) is not None:
            sheet.data_validation(1, place, ROWS, place, rule)
        value = EXAMPLE_TITLES[language] if column.example == "title" else _EXAMPLE[language].get(column.example or "")
        if value is not None:
            sheet.write(1, place, value, grey)
    sheet.freeze_panes(1, 2)
    read_me.activate()


def _validation(column: _TemplateColumn, ranges: dict[str, str]) -> dict[str, Any] | None:
    prompt = {"input_title": column.header[:32], "input_message": column.meaning[:255]}
    if column.holds in ranges:
        other = "stop" if column.holds in _CLOSED else "information"
        return {"validate": "list", "source": f"={ranges[column.holds]}", "error_type": other, **prompt}
    if column.holds == "year":
        return {"validate": "integer", "criteria": "between", "minimum": 1800, "maximum": 2199,
                "error_type": "warning", **prompt}  # fmt: skip
    if column.holds == "amount":
        return {"validate": "decimal", "criteria": ">=", "value": 0, "error_type": "warning", **prompt}
    return {"validate": "any", **prompt}


def _write_lists(sheet: Any, offered: dict[str, list[str]]) -> dict[str, str]:
    """The lists, one column each, on a hidden sheet; and where each stands."""
    height = max(map(len, offered.values()))
    rows = [[values[row] if row < len(values) else "" for values in offered.values()] for row in range(height)]
    _write_sealed(sheet, rows)
    sheet.hide()
    return {
        name: f"'{sheet.name}'!{xl_range_abs(1, place, len(values), place)}"
        for place, (name, values) in enumerate(offered.items())
    }


def _write_read_me(sheet: Any, shown: Sequence[_TemplateColumn], language: Language, wrapped: Any) -> None:
    rows = [[line] for line in _ADVICE[language]]
    rows += [[_TEXTS["column"][language], _TEXTS["meaning"][language]]]
    rows += [[column.header, column.meaning] for column in shown]
    _write_sealed(sheet, rows)
    sheet.set_column(0, 0, 44, wrapped)
    sheet.set_column(1, 1, 90, wrapped)


def _write_sealed(sheet: Any, rows: Sequence[Sequence[str]]) -> None:
    """Rows below a first cell that seals them: a sheet that is as we wrote it tells nothing that has to be read."""
    sheet.write_string(0, 0, seal([cell for row in rows for cell in row if cell]))
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            if cell:
                sheet.write_string(number, place, cell)
