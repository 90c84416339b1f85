"""Faults of sources: each with a file that has it, and the finding that must tell of it, with its file and line.

A fault of a page or a JSON record is planted in a file of its own. A fault of a table stands in one row of a table
whose other rows are good, and must be read all the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from openpyxl.worksheet.worksheet import Worksheet

from atlas_ld.records import Funding, GoalChoice, PartnershipRecord, ThemeChoice
from bench.saved_pages import page_of
from bench.source_styles import HEADER, changed, csv_text, on_a_page, workbook

PERSON = "Zébulon Plantinet"
"""Who is planted, invented, and looked for in everything that is written."""
LEAKS = ("zebulon", "zébulon", "plantinet")
GOOD_ROWS = 2
"""Good rows of a table that has a fault: half of them above it."""


@dataclass(frozen=True)
class Planted:
    """A file with a fault: what is in it, which finding must tell of it on which line, and records that stay good."""

    extension: str
    content: bytes
    line: int | None = None
    good: tuple[PartnershipRecord, ...] = ()


@dataclass(frozen=True)
class SourceFault:
    """A kind of fault. `plant` makes its file of a record and of `beside` others that are good."""

    name: str
    code: str
    plant: Callable[[PartnershipRecord, Sequence[PartnershipRecord]], Planted]
    beside: int = 0


def complete(record: PartnershipRecord) -> PartnershipRecord:
    """A record in which every fault has something to spoil."""
    return changed(
        on_a_page(record),
        start_year=2015,
        end_date=date(2018, 12, 31),
        status="under-way",
        form="twinning",
        other_themes=(ThemeChoice(path=record.main_theme, priority=1),),
        goals=(GoalChoice(number=6, relevance=2),),
        description="Trois chantiers par an.",
        funding=(Funding(funder="Agence du plateau", amount=Decimal(12000), year=2017),),
    )


# Pages


def _page(name: str, code: str, before: str, after: str, *, told: bool = True) -> SourceFault:
    """A page with one text in place of another; the finding stands on the first line that differs."""

    def plant(record: PartnershipRecord, others: Sequence[PartnershipRecord]) -> Planted:
        page = _text(complete(record))
        assert before in page, (name, before)
        spoilt = page.replace(before, after, 1)
        line = _first_difference(page, spoilt) if told else None
        return Planted(".txt", spoilt.encode("utf-8", "surrogateescape"), line)

    return SourceFault(name, code, plant)


def _first_difference(before: str, after: str) -> int:
    pairs = zip(before.split("\n"), after.split("\n"), strict=False)
    return next(number for number, (old, new) in enumerate(pairs, start=1) if old != new)


def _bytes(name: str, code: str, extension: str, make: Callable[[PartnershipRecord], bytes]) -> SourceFault:
    return SourceFault(name, code, lambda record, others: Planted(extension, make(complete(record))))


_LAST = "Agence du plateau 12000 2017"
_DESCRIPTION = "Trois chantiers par an."
_UNREAD = "Mise en œuvre du partenariat\n"
_CONTACTS = "Contacts dans les partenaires étrangers du partenariat\n"


def _text(record: PartnershipRecord) -> str:
    return page_of(record, "text")


def _without_labels(record: PartnershipRecord) -> bytes:
    return "\n".join(line for line in _text(record).split("\n") if len(line) > 90).encode() + b"\nUne page."


_PAGES = (
    _page("a line of unknown nature", "unknown-line", _UNREAD, f"{_UNREAD}Azerty qwerty\n"),
    _page("a person on a line of unknown nature", "unknown-line", _UNREAD, f"{_UNREAD}{PERSON}\n"),
    _page("a year that is none", "impossible-year", "\n2015\n", "\n20l5\n"),
    _page("a person in place of a year", "impossible-year", "\n2015\n", f"\n{PERSON}\n"),
    _page("a day that the calendar lacks", "impossible-date", "31/12/2018", "31/02/2018"),
    _page("an unknown status", "unknown-status", "\nEn cours\n", "\nEn pause\n"),
    _page("an unknown form", "unknown-form", "\nJumelage\n", "\nPacte\n"),
    _page("a goal that cannot be cut", "uncut-row", "6 - Eau propre et assainissement 2", "Eau propre"),
    _page("an amount in another currency", "impossible-amount", _LAST, "Agence du plateau 12 000 000 FCFA"),
    _page("an amount by year", "impossible-amount", _LAST, "Agence du plateau 12 000 euros par an"),
    _page("a range of amounts", "impossible-amount", _LAST, "Agence du plateau 5000-6000"),
    _page("a total below the money", "total-row", _LAST, f"{_LAST}\nTotal 12000"),
    _page("an Oudin amount above the amount", "oudin-above-amount", _LAST, "Agence du plateau 12000 15000 2017"),
    _page("a partner without a country", "unknown-country", f"\n{_CONTACTS}", f"\nCercle de Nulpart\n{_CONTACTS}",
          told=False),
    _page("several bodies in one name", "perhaps-several", f"\n{_CONTACTS}", f"\nTolbara / Sarno Mali\n{_CONTACTS}",
          told=False),
    _page("a list that goes on", "incomplete-list", f"\n{_CONTACTS}", f"\nPage 1 sur 3\n{_CONTACTS}", told=False),
    _page("a list that was not unfolded", "incomplete-list", f"\n{_CONTACTS}", f"\n... et 12 autres\n{_CONTACTS}",
          told=False),
    _page("a text that was not unfolded", "cut-text", _DESCRIPTION, f"{_DESCRIPTION}\nVoir plus"),
    _page("a person with a title in a text", "personal-data", _DESCRIPTION, f"{_DESCRIPTION} Suivi de Mme {PERSON}.",
          told=False),
    _page("a person with a function in a text", "personal-data", _DESCRIPTION,
          f"{_DESCRIPTION} {PERSON}, chargé de mission, suit le projet.", told=False),
    _page("an e-mail address in a text", "personal-data", _DESCRIPTION,
          f"{_DESCRIPTION} Écrire à zebulon.plantinet [at] ville.example.", told=False),
    _page("a control character", "control-characters", _DESCRIPTION, "Trois chan\x01tiers par an."),
    _page("text once read in a wrong encoding", "mojibake", _DESCRIPTION, "Trois Ã©tÃ©s par an."),
    _page("characters that were lost before", "lost-characters", _DESCRIPTION, "Trois \ufffdt\ufffds par an."),
    _page("a bad byte", "bad-bytes", _DESCRIPTION, "Trois \udce9tes par an."),
    _bytes("a page without its labels", "not-an-atlas-page", ".txt", _without_labels),
    SourceFault("a page that was cut off", "cut-page",
                lambda record, others: Planted(".txt", _text(complete(record)).partition("Historique\n")[0].encode())),
    _bytes("several pages in one file", "several-pages", ".txt", lambda r: (_text(r) + _text(r)).encode()),
    _bytes("an encoding that is not declared", "not-utf-8", ".txt", lambda r: _text(r).encode("mac-roman", "replace")),
    _bytes("an empty file", "empty-file", ".html", lambda r: b"\n \n"),
    _bytes("a PDF that is called a page", "not-a-page", ".html", lambda r: b"%PDF-1.7\n" + PERSON.encode()),
    _bytes("a document of a word processor", "not-a-source", ".docx", lambda r: b"PK\x03\x04" + PERSON.encode()),
)  # fmt: skip


# Tables


def _cells(name: str, code: str, column: str, value: str) -> SourceFault:
    """A CSV table in which one cell of one row has a fault."""

    def plant(record: PartnershipRecord, others: Sequence[PartnershipRecord]) -> Planted:
        marked = changed(complete(record), title="@@fault@@")
        text = csv_text([*others[: GOOD_ROWS // 2], marked, *others[GOOD_ROWS // 2 :]], ";")
        lines = text.split("\n")
        place = next(number for number, line in enumerate(lines) if "@@fault@@" in line)
        cells = lines[place].split(";")
        cells[HEADER.index("title")] = "Une ligne avec une faute"
        cells[HEADER.index(column)] = value
        lines[place] = ";".join(cells)
        return Planted(".csv", "\n".join(lines).encode(), place + 1, tuple(others))

    return SourceFault(name, code, plant, GOOD_ROWS)


def _table(name: str, code: str, change: Callable[[list[str]], int | None], *, good: bool = True) -> SourceFault:
    """A CSV table whose lines were changed; `change` gives the line of the finding."""

    def plant(record: PartnershipRecord, others: Sequence[PartnershipRecord]) -> Planted:
        lines = csv_text(others, ";").split("\n")
        line = change(lines)
        return Planted(".csv", "\n".join(lines).encode(), line, tuple(others) if good else ())

    return SourceFault(name, code, plant, GOOD_ROWS)


def _appended(text: str) -> Callable[[list[str]], int]:
    def change(lines: list[str]) -> int:
        lines.insert(len(lines) - 1, text)
        return len(lines) - 1

    return change


def _row(**cells: str) -> str:
    return ";".join(cells.get(name, "") for name in HEADER)


def _above(lines: list[str]) -> int:
    lines.insert(0, f"Suivi : {PERSON}" + ";" * (len(HEADER) - 1))
    return 1


def _further_column(header: str) -> Callable[[list[str]], int]:
    def change(lines: list[str]) -> int:
        lines[0] += f";{header}"
        for place in range(1, len(lines) - 1):
            lines[place] += ";"
        return 1

    return change


def _below_no_header(lines: list[str]) -> int:
    _further_column("")(lines)
    lines[1] += "perdu"
    return 2


def _header_alone(lines: list[str]) -> None:
    del lines[1:]


_TABLES = (
    _cells("an impossible year in a cell", "impossible-year", "start_year", "deux mille quinze"),
    _cells("a person in place of a date", "impossible-date", "end_date", PERSON),
    _cells("a goal that is none", "bad-goal", "goals", "eau"),
    _cells("money without a funder", "bad-funding", "funding", "12000"),
    _cells("an amount that is none", "impossible-amount", "funding", "Ville=douze mille"),
    _cells("a section that is none", "unknown-section", "undocumented", "photos"),
    _cells("countries that are no pairs", "unpaired-values", "foreign_countries", "Mali|Togo|Niger|Bénin|Ghana"),
    _cells("a theme that is too deep", "too-deep-theme", "main_theme", "A > B > C > D"),
    _cells("a number of volunteers in words", "bad-number", "volunteer_count", "une dizaine"),
    _cells("an address that is none", "bad-address", "source_address", "voir le site"),
    _cells("a theme that nobody knows", "unknown-theme", "main_theme", "Astronomie"),
    _cells("a person in a cell", "personal-data", "beneficiaries", f"Contact : {PERSON}"),
    _table("a row with more cells than the header", "extra-cells",
           _appended(_row(title="Une ligne trop longue") + ";de trop")),
    _table("quotes that do not pair", "bad-quotes", _appended('"Une ligne sans fin' + _row()[1:])),
    _table("a total in a table", "total-row", _appended(_row(title="Total", funding="12000"))),
    _table("a column that nobody knows", "unknown-column", _further_column("couleur du mur")),
    _table("a person as the header of a column", "unknown-column", _further_column(PERSON)),
    _table("a column that stands twice", "double-column", _further_column("title")),
    _table("a cell below an empty header", "cell-without-header", _below_no_header),
    _table("a line above the header", "above-header", _above),
    _table("nothing but a header", "no-rows", _header_alone, good=False),
)  # fmt: skip


# Workbooks


def _sheet(name: str, code: str, change: Callable[[Worksheet], int | None]) -> SourceFault:
    def plant(record: PartnershipRecord, others: Sequence[PartnershipRecord]) -> Planted:
        lines: list[int | None] = []
        content = workbook(others, lambda sheet: lines.append(change(sheet)))
        return Planted(".xlsx", content, lines[0], tuple(others))

    return SourceFault(name, code, plant, GOOD_ROWS)


def _with_row(value: str | None) -> Callable[[Worksheet], int]:
    """A row more, whose volunteer missions are a value."""

    def change(sheet: Worksheet) -> int:
        row = sheet.max_row + 1
        sheet.cell(row, HEADER.index("title") + 1, "Une ligne avec une faute")
        cell = sheet.cell(row, HEADER.index("volunteer_missions") + 1, value)
        if value == "#N/A":
            cell.data_type = "e"
        return row

    return change


def _further(state: str) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        further = sheet.parent.create_sheet(PERSON)
        further.append([PERSON])
        further.sheet_state = state

    return change


def _merged(sheet: Worksheet) -> int:
    row = _with_row("Appui")(sheet)
    _with_row(None)(sheet)
    sheet.merge_cells(start_row=row, end_row=row + 1, start_column=HEADER.index("context") + 1,
                      end_column=HEADER.index("context") + 1)  # fmt: skip
    sheet.cell(row, HEADER.index("context") + 1, "Un climat sec")
    return row + 1


_WORKBOOKS = (
    _sheet("a cell in error", "error-cell", _with_row("#N/A")),
    _sheet("a formula without its value", "formula-cell", _with_row("=A1&B1")),
    _sheet("a hidden sheet", "hidden-sheet", _further("hidden")),
    _sheet("a further sheet", "further-sheet", _further("visible")),
    _sheet("a cell merged over two rows", "merged-cell", _merged),
)


# JSON


def _json(name: str, code: str, change: Callable[[dict[str, object]], object]) -> SourceFault:
    def make(record: PartnershipRecord) -> bytes:
        told = json.loads(record.to_json())
        change(told)
        return json.dumps(told, ensure_ascii=False).encode()

    return _bytes(name, code, ".json", make)


_JSON = (
    _json("a field that nobody knows", "invalid-record", lambda told: told.update({"titel": "Eau"})),
    _json("a person as the name of a field", "invalid-record", lambda told: told.update({PERSON: 1})),
    _json("a person in place of a number", "invalid-record", lambda told: told.update({"volunteer_count": PERSON})),
    _json("a control character in JSON", "control-characters", lambda told: told.update({"context": "Eau\x01"})),
    _json("a person in JSON", "personal-data", lambda told: told.update({"posts": [f"M. {PERSON}"]})),
    _bytes("JSON that was cut off", "not-json", ".json", lambda record: record.to_json().encode()[:40]),
)

FAULTS: tuple[SourceFault, ...] = (*_PAGES, *_TABLES, *_WORKBOOKS, *_JSON)
