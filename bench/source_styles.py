"""The styles in which sources come: a record as a file of its own, or many as rows of a table, and what a reader can
know of the record from each.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from atlas_ld.records import Funding, Participant, PartnershipRecord
from atlas_ld.sources.table_columns import COLUMNS
from bench.saved_pages import Layout, mhtml, page_of, wrapped

HEADER = [column.name for column in COLUMNS]
FRENCH_HEADER = [column.header_fr for column in COLUMNS]
_TEXTS = ("context", "history", "objectives", "local_objectives", "french_objectives", "description", "beneficiaries")


@dataclass(frozen=True)
class PageStyle:
    """One record, one file: its extension, its bytes, and the part of the record that it tells."""

    name: str
    extension: str
    content: Callable[[PartnershipRecord], bytes]
    told: Callable[[PartnershipRecord], PartnershipRecord]


@dataclass(frozen=True)
class TableStyle:
    """Many records, one file."""

    name: str
    extension: str
    content: Callable[[Sequence[PartnershipRecord]], bytes]


def on_a_page(record: PartnershipRecord) -> PartnershipRecord:
    """What a page of the Atlas can tell of a record: no keywords, no kinds of bodies, no end without a day."""
    bodies = [
        participant.model_copy(update={"kind": None, "siren": None, "contact_functions": _functions(participant)})
        for participant in record.participants
    ]
    return changed(
        record,
        participants=tuple(bodies),
        keywords=(),
        continues=None,
        end_year=record.end_date.year if record.end_date else None,
        post_functions=(),
        volunteer_missions=(),
        volunteer_count=0,
        undocumented=(),
        **{name: _one_text(getattr(record, name)) for name in ("title", *_TEXTS)},
    )


def in_a_table(record: PartnershipRecord) -> PartnershipRecord:
    """What a row of our own columns can tell of a record: no functions of contacts."""
    bodies = tuple(body.model_copy(update={"contact_functions": (), "siren": None}) for body in record.participants)
    return changed(record, participants=bodies, post_functions=(), **{n: _one_text(getattr(record, n)) for n in _TEXTS})


def changed(record: PartnershipRecord, **fields: Any) -> PartnershipRecord:
    """The record with other values, in its canonical form."""
    told = {name: getattr(record, name) for name in type(record).model_fields}
    return PartnershipRecord(**told | fields)


def _functions(participant: Participant) -> tuple[str, ...]:
    return participant.contact_functions if participant.role == "foreign-partner" else ()


def _one_text(text: str | None) -> str | None:
    return "\n".join(" ".join(line.split()) for line in text.split("\n")) if text else None


def _page(layout: Layout, encoding: str = "utf-8") -> Callable[[PartnershipRecord], bytes]:
    def content(record: PartnershipRecord) -> bytes:
        page = page_of(record, layout)
        if encoding == "cp1252" and layout.startswith("html"):
            page = page.replace("<head>", "<head><meta charset='windows-1252'>")
        try:
            return page.encode(encoding)
        except UnicodeEncodeError:  # places abroad have letters that Windows-1252 lacks
            return page_of(record, layout).encode()

    return content


def _saved(record: PartnershipRecord) -> bytes:
    address = f"https://atlas.example/detailProjet.html?criteres.prjId={record.identifier}"
    return mhtml(page_of(record, "html tables"), address).encode()


def in_plain_text(record: PartnershipRecord) -> PartnershipRecord:
    """The same where cells are joined by spaces: `390 117` may be an amount and its share, or one number, so that such
    a row has no share."""
    page = on_a_page(record)
    lines = [line.model_copy(update={"oudin": None}) if _is_group(line) else line for line in page.funding]
    return changed(page, funding=tuple(lines))


def _is_group(line: Funding) -> bool:
    return bool(line.amount is not None and line.amount < 1000 and line.oudin is not None and line.oudin >= 100)


PAGES: tuple[PageStyle, ...] = (
    PageStyle("text", ".txt", _page("text"), in_plain_text),
    PageStyle("text, wrapped at 80 columns", ".txt", lambda r: wrapped(page_of(r, "text"), 80).encode(), in_plain_text),
    PageStyle("text, Windows-1252", ".txt", _page("text", "cp1252"), in_plain_text),
    PageStyle("text, UTF-16", ".txt", _page("text", "utf-16"), in_plain_text),
    PageStyle("text with bars", ".txt", _page("pipes"), on_a_page),
    PageStyle("HTML, labels in tables", ".html", _page("html tables"), on_a_page),
    PageStyle("HTML, labels in lists", ".htm", _page("html lists"), on_a_page),
    PageStyle("HTML, labels in blocks", ".xhtml", _page("html blocks"), on_a_page),
    PageStyle("HTML, Windows-1252", ".html", _page("html tables", "cp1252"), on_a_page),
    PageStyle("MHTML", ".mhtml", _saved, on_a_page),
    PageStyle("JSON", ".json", lambda record: record.to_json().encode(), lambda record: record),
    PageStyle("JSON with a byte order mark", ".json", lambda r: r.to_json().encode("utf-8-sig"), lambda r: r),
)


def row_of(record: PartnershipRecord) -> list[str]:
    """The record as cells of our own columns (docs/sources.md)."""

    def named(*roles: str) -> list[Participant]:
        return [participant for participant in record.participants if participant.role in roles]

    def money(line: Any) -> str:
        amount = "" if line.amount is None else f"={line.amount}"
        year = "" if line.year is None else f"@{line.year}"
        return f"{line.funder}{amount}{year}" + ("" if line.oudin is None else f"#oudin={line.oudin}")

    cells: dict[str, object] = {
        **{name: getattr(record, name) for name in HEADER if name in PartnershipRecord.model_fields},
        "main_theme": " > ".join(record.main_theme),
        "other_themes": "|".join(f"{' > '.join(c.path)} ({c.priority})" for c in record.other_themes),
        "keywords": ";".join(record.keywords),
        "goals": "|".join(f"{goal.number}:{goal.relevance}" for goal in record.goals),
        "french_authorities": "|".join(body.name for body in named("french-authority")),
        "french_kinds": "|".join(body.kind or "" for body in named("french-authority")),
        "foreign_partners": "|".join(body.name for body in named("foreign-partner")),
        "foreign_countries": "|".join(body.country or "" for body in named("foreign-partner")),
        "contracting_authorities": "|".join(body.name for body in named("contracting-authority")),
        "implementers": "|".join(body.name for body in named("implementer")),
        "posts": "|".join(record.posts),
        "funding": "|".join(money(line) for line in record.funding),
        "volunteer_missions": "|".join(record.volunteer_missions),
        "undocumented": "|".join(record.undocumented),
    }
    return [_cell(cells.get(name)) for name in HEADER]


def _cell(value: object) -> str:
    if value is None or value == "unknown":
        return ""
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def csv_text(records: Sequence[PartnershipRecord], delimiter: str, header: Sequence[str] = HEADER) -> str:
    """A table of records, its lines ended by LF."""
    output = io.StringIO(newline="")
    writer = csv.writer(output, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(row_of(record) for record in records)
    return output.getvalue()


def _windows(records: Sequence[PartnershipRecord]) -> bytes:
    text = csv_text(records, ";", FRENCH_HEADER)
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        return text.encode("utf-8-sig")


def workbook(records: Sequence[PartnershipRecord], change: Callable[[Worksheet], object] = lambda sheet: None) -> bytes:
    """A workbook with records on its first sheet, and what `change` makes of that."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(FRENCH_HEADER)
    for record in records:
        sheet.append([cell or None for cell in row_of(record)])
    change(sheet)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


TABLES: tuple[TableStyle, ...] = (
    TableStyle("CSV", ".csv", lambda records: csv_text(records, ",").encode()),
    TableStyle("CSV, Windows-1252, French headers", ".csv", _windows),
    TableStyle("TSV, UTF-16", ".tsv", lambda records: csv_text(records, "\t").encode("utf-16")),
    TableStyle("XLSX", ".xlsx", workbook),
)
