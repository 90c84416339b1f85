"""A table of partnerships, CSV or XLSX: one row, one partnership. The columns are `table_columns.COLUMNS`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError
from rapidfuzz import fuzz, process

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold, slug
from atlas_ld.records import Origin, PartnershipRecord, Section
from atlas_ld.sources import table_cells as cells
from atlas_ld.sources import values
from atlas_ld.sources.reading import NOT_TEXT, Account, Reading, remark, sha256, unreadable
from atlas_ld.sources.table_columns import COLUMNS, OTHER_WORDS
from atlas_ld.sources.table_files import HEADER_WITHIN, MAX_ROWS, BrokenTableError, Row, table_rows
from atlas_ld.sources.workbook_limits import letters

_NAMES = {fold(name).replace("_", " "): c.name for c in COLUMNS for name in (c.name, c.header_fr)}
_TEXTS = ("identifier", "title", "context", "history", "objectives", "local_objectives",
          "french_objectives", "description", "beneficiaries")  # fmt: skip
_YEARS = ("first_signature_year", "start_year", "end_year")
_TRI = ("triennial", "communication_in_france", "communication_abroad", "evaluation")
_SHOWN_BY: dict[Section, tuple[tuple[str, ...], ...]] = {
    "partners": (("french_authorities",), ("foreign_partners",)),
    "funding": (("funding",),),
    "texts": (("context", "history", "objectives", "local_objectives", "french_objectives", "description"),),
    "follow-up": (_TRI,),
}
"""A section is documented where a row fills a column of each of its sets."""
_SECTIONS = tuple(_SHOWN_BY)
_FEWEST_POINTS = 70
"""Of 100, by which a header is near enough to a column to name it."""


@dataclass(frozen=True)
class _Columns:
    """The header of a table: the column of each cell, None for those that are not read."""

    names: tuple[str | None, ...]
    cells: tuple[str, ...]
    account: Account
    findings: tuple[Finding, ...]


def column_name(header: str) -> str | None:
    """The column that a header names, in English or French, whatever its case and accents; None for an unknown."""
    return _NAMES.get(re.sub(r"[\s_]+", " ", fold(header.replace("’", "'"))).strip(" :*"))


def nearest_column(header: str) -> str | None:
    """The column that a header most likely means, by its words; None where none is near."""
    words = re.sub(r"[\s_]+", " ", fold(header.replace("’", "'"))).strip()
    found = process.extractOne(words, _meanings().keys(), scorer=fuzz.WRatio, score_cutoff=_FEWEST_POINTS)
    return _meanings()[found[0]] if found else None


@cache
def _meanings() -> dict[str, str]:
    further = {fold(word): name for name, words in OTHER_WORDS.items() for word in words.split("|")}
    return {**further, **_NAMES}


def read_table(name: str, content: bytes) -> Iterator[Reading]:
    """One Reading per row that is not empty. Findings on the file and its header stand with the first of them.

    The header is the first row with a title column; rows above it are told. At most MAX_ROWS rows are read; a finding
    says that there were more. A file that is no table, or has no column that we know, is one Reading without a record.
    """
    try:
        table = table_rows(content, _known)
        above, columns = _header(table.rows)
        if columns is None:
            yield _no_header(above)
            return
        pending = (*table.findings, *(_above(row) for row in above), *columns.findings)
        account = columns.account + Account(found=sum(map(_filled, above)) + table.left_aside)
        number = 0
        for row in table.rows:
            if not any(row.cells):
                continue
            if row.cells == columns.cells:
                account += Account(furniture=_filled(row))
                continue
            number += 1
            if number > MAX_ROWS:
                rest = _filled(row) + sum(map(_filled, table.rows))
                yield Reading(None, (*pending, _too_many(row.line)), account + Account(found=rest))
                return
            yield _reading(name, columns, row, pending, account)
            pending, account = (), Account()
        if pending or account.total:
            nothing = () if number else (_no_rows(),)
            yield Reading(None, (*pending, *nothing), account)
    except BrokenTableError as error:
        yield unreadable(*NOT_TEXT) if error.fr is None else unreadable("broken-table", error.fr, error.en)


def _known(row: Sequence[str]) -> int:
    return sum(column_name(cell) is not None for cell in row)


def _filled(row: Row) -> int:
    return sum(map(bool, row.cells))


def _header(rows: Iterator[Row]) -> tuple[list[Row], _Columns | None]:
    """The rows above the header that are not empty, and the header: the first row that names the title's column."""
    above: list[Row] = []
    for row in rows:
        if any(column_name(cell) == "title" for cell in row.cells):
            return above, _columns(row)
        if any(row.cells):
            above.append(row)
        if len(above) >= HEADER_WITHIN:
            break
    return above, None


def _above(row: Row) -> Finding:
    return remark(
        "above-header",
        Severity.INFO,
        f"La ligne {row.line} est au-dessus de l'en-tête et n'a pas été lue.",
        f"Line {row.line} stands above the header and was not read.",
        line=row.line,
    )


def _no_rows() -> Finding:
    return remark(
        "no-rows", Severity.WARNING, "Le tableau n'a que son en-tête.", "The table has nothing but its header."
    )


def _too_many(line: int) -> Finding:
    return remark(
        "too-many-rows",
        Severity.VIOLATION,
        f"Seules les {MAX_ROWS} premières lignes ont été lues. Partagez le tableau.",
        f"Only the first {MAX_ROWS} rows were read. Split the table.",
        line=line,
    )


def _no_header(rows: Sequence[Row]) -> Reading:
    """No record, and what the first rows could mean."""
    if not rows:
        return unreadable("empty-table", "Le tableau est vide.", "The table is empty.")
    best = max(rows, key=lambda row: (_known(row.cells), -row.line))
    near = [(place, nearest_column(cell)) for place, cell in enumerate(best.cells[:50], start=1) if cell]
    titles = [letters(place) for place, column in near if column == "title"]
    fr = f" La colonne {titles[0]} lui ressemble." if titles else ""
    en = f" Column {titles[0]} looks like it." if titles else ""
    return unreadable(
        "not-a-partnership-table",
        f"Le tableau n'a pas de colonne « title » (ou « titre »).{fr} Nommez les colonnes comme docs/sources.md.",
        f"The table has no column “title”.{en} Name the columns as docs/sources.md does.",
        line=best.line,
    )


def _columns(header: Row) -> _Columns:
    names: list[str | None] = []
    findings: list[Finding] = list(header.findings)
    for place, cell in enumerate(header.cells, start=1):
        column = column_name(cell)
        if cell and column is None:
            findings.append(_unknown_column(cell, place, header.line))
        if column is not None and column in names:
            findings.append(
                remark(
                    "double-column",
                    Severity.WARNING,
                    f"La colonne « {column} » est là deux fois ; la première a été lue.",
                    f"The column “{column}” stands twice; the first one was read.",
                    line=header.line,
                    field=column,
                )
            )
            column = None
        names.append(column)
    known = sum(name is not None for name in names)
    return _Columns(
        tuple(names), header.cells, Account(furniture=known, found=_filled(header) - known), tuple(findings)
    )


def _unknown_column(header: str, place: int, line: int) -> Finding:
    """A header is quoted unless it could be a name: a table without header has data there."""
    named = re.search(r"[^\W\d_]\w+ [^\W\d_]\w+", header) and any(word[:1].isupper() for word in header.split()[1:])
    fr_name, en_name = ("", "") if named or len(header) > 60 else (f" « {header} »", f" “{header}”")
    near = nearest_column(header)
    fr = f" La plus proche est « {near} »." if near else ""
    en = f" The nearest one is “{near}”." if near else ""
    return remark(
        "unknown-column",
        Severity.WARNING,
        f"La colonne {letters(place)}{fr_name} est inconnue et n'a pas été lue.{fr} Son contenu n'est pas documenté.",
        f"Column {letters(place)}{en_name} is unknown and was not read.{en} What it tells is not documented.",
        line=line,
        field=near,
    )


def _reading(name: str, columns: _Columns, row: Row, pending: Sequence[Finding], account: Account) -> Reading:
    cell = {column: text for column, text in zip(columns.names, row.cells, strict=False) if column and text}
    account += Account(read=len(cell), found=_filled(row) - len(cell))
    findings = [*pending, *row.findings]
    if any(row.cells[len(columns.names) :]):
        findings.append(
            cells.bad_cell(
                "extra-cells",
                row.line,
                None,
                "La ligne a plus de cellules que l'en-tête.",
                "The row has more cells than the header.",
            )
        )
    # The hash is of the row alone, so that one changed row does not change the origin of every other.
    digest = sha256(json.dumps(cell, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
    none = {column for column, text in cell.items() if values.none_at_all(text)}
    told = {column: text for column, text in cell.items() if column not in none and not values.untold(text)}
    fields = _fields(told, row.line, findings)
    fields["undocumented"] = _undocumented(columns, told.keys() | none, told, row.line, findings)
    retrieved = told.get("retrieved")
    fields["origins"] = (
        Origin(
            title=told.get("source_title", name),
            address=cells.address(told.get("source_address", ""), findings, row.line),
            sha256=digest,
            retrieved=values.day(retrieved, findings, line=row.line, field="retrieved") if retrieved else None,
        ),
    )
    try:
        record = PartnershipRecord(**fields)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        findings.append(
            cells.bad_cell(
                "bad-row", row.line, field, "La ligne ne donne pas de fiche valable.", "The row makes no valid record."
            )
        )
        return Reading(None, tuple(findings), Account(found=account.total))
    record = record.model_copy(update={"findings": tuple(findings)})
    return Reading(record, record.findings, account)


def _undocumented(
    columns: _Columns, filled: Set[str], cell: Mapping[str, str], line: int, findings: list[Finding]
) -> tuple[str, ...]:
    """The sections that a row does not document: those that its column `undocumented` names, and those of which the
    table has no column; without that column, those of which the row fills none (docs/decisions/0030)."""
    named = cells.split(cell.get("undocumented", ""))
    for section in named:
        if section not in _SECTIONS:
            findings.append(
                cells.bad_cell(
                    "unknown-section",
                    line,
                    "undocumented",
                    f"Une partie non documentée est l'une de celles-ci : {', '.join(_SECTIONS)}.",
                    f"A section that is not documented is one of these: {', '.join(_SECTIONS)}.",
                )
            )
    there = {name for name in columns.names if name} if "undocumented" in columns.names else filled
    shown = {section for section, sets in _SHOWN_BY.items() if all(there & set(names) for names in sets)}
    return tuple(section for section in _SECTIONS if section in named or section not in shown)


def _fields(cell: dict[str, str], line: int, findings: list[Finding]) -> dict[str, Any]:
    """The fields of the record; a cell that cannot be read is left out with a finding."""
    fields: dict[str, Any] = {name: cell[name] for name in _TEXTS if name in cell}
    if "continues" in cell:
        fields["continues"] = slug(cell["continues"])
    for name in _YEARS:
        if name in cell:
            fields[name] = values.year(cell[name], findings, line=line, field=name)
    if "end_date" in cell:
        fields["end_date"], year = values.day_or_year(cell["end_date"], findings, line=line, field="end_date")
        fields.setdefault("end_year", year)
    if "status" in cell:
        fields["status"] = values.status(cell["status"], findings, line=line)
    if "form" in cell:
        fields["form"] = values.form(cell["form"], findings, line=line)
    for name in _TRI:
        fields[name] = values.tri(cell.get(name, ""), findings, line=line, field=name)
    fields["main_theme"] = cells.theme_path(cell.get("main_theme", ""), "main_theme", findings, line)
    fields["other_themes"] = cells.other_themes(cell.get("other_themes", ""), findings, line)
    fields["keywords"] = cells.split(cell.get("keywords", ""), ";")
    fields["goals"] = cells.goals(cell.get("goals", ""), findings, line)
    fields["participants"] = cells.participants(cell, findings, line)
    fields["posts"] = cells.split(cell.get("posts", ""))
    fields["funding"] = cells.funding(cell.get("funding", ""), findings, line)
    fields["volunteer_count"] = cells.whole_number(cell.get("volunteer_count", ""), findings, line)
    fields["volunteer_missions"] = cells.split(cell.get("volunteer_missions", ""))
    return fields
