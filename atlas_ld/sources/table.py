"""A table of partnerships, CSV or XLSX: one row, one partnership. The columns are `table_columns.COLUMNS`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold, slug
from atlas_ld.records import Origin, PartnershipRecord
from atlas_ld.sources import table_cells as cells
from atlas_ld.sources import values
from atlas_ld.sources.reading import NOT_TEXT, Reading, remark, sha256, unreadable
from atlas_ld.sources.table_columns import COLUMNS
from atlas_ld.sources.table_files import MAX_ROWS, BrokenTableError, Row, csv_rows, xlsx_rows

_NAMES = {fold(name).replace("_", " "): c.name for c in COLUMNS for name in (c.name, c.header_fr)}
_TEXTS = ("identifier", "title", "context", "history", "objectives", "local_objectives",
          "french_objectives", "description", "beneficiaries")  # fmt: skip
_YEARS = ("first_signature_year", "start_year", "end_year")
_TRI = ("triennial", "communication_in_france", "communication_abroad", "evaluation")
_SECTIONS = ("partners", "funding", "texts", "follow-up")


def column_name(header: str) -> str | None:
    """The column that a header names, in English or French, whatever its case and accents; None for an unknown."""
    return _NAMES.get(re.sub(r"[\s_]+", " ", fold(header.replace("’", "'"))).strip())


def read_table(name: str, content: bytes) -> Iterator[Reading]:
    """One Reading per row that is not empty. Findings on the header stand with the first of them.

    At most MAX_ROWS rows are read; a finding says that there were more. A file that is no table, or has no column
    that we know, is one Reading without a record.
    """
    try:
        rows, found = xlsx_rows(content) if content[:2] == b"PK" else csv_rows(content, column_name)
        header = next(rows, None)
        if header is None:
            yield unreadable("empty-table", "Le tableau est vide.", "The table is empty.")
            return
        columns, on_header = _columns(header)
        if "title" not in columns:
            yield unreadable(
                "not-a-partnership-table",
                "Le tableau n'a pas de colonne « title » (ou « titre »). Nommez les colonnes comme docs/sources.md.",
                "The table has no column “title”. Name the columns as docs/sources.md does.",
                line=header.line,
            )
            return
        pending = [*found, *on_header]
        filled = (row for row in rows if any(row.cells))
        for number, row in enumerate(filled, start=1):
            if number > MAX_ROWS:
                yield unreadable(
                    "too-many-rows",
                    f"Seules les {MAX_ROWS} premières lignes ont été lues. Partagez le tableau.",
                    f"Only the first {MAX_ROWS} rows were read. Split the table.",
                    line=row.line,
                )
                return
            yield _reading(name, columns, row, pending)
            pending = []
        if pending:
            yield Reading(None, tuple(pending))
    except BrokenTableError as error:
        yield unreadable(*NOT_TEXT) if error.fr is None else unreadable("broken-table", error.fr, error.en)


def _columns(header: Row) -> tuple[list[str | None], list[Finding]]:
    """The column of each cell, None for those that are left out, which a finding says."""
    columns: list[str | None] = []
    findings: list[Finding] = []
    for cell in header.cells:
        column = column_name(cell)
        if cell and column is None:
            near = get_close_matches(fold(cell).replace(" ", "_"), [c.name for c in COLUMNS], n=1, cutoff=0.5)
            fr = f" La plus proche est « {near[0]} »." if near else ""
            en = f" The nearest one is “{near[0]}”." if near else ""
            findings.append(
                remark(
                    "unknown-column",
                    Severity.WARNING,
                    f"La colonne « {cell} » est inconnue et n'a pas été lue.{fr}",
                    f"The column “{cell}” is unknown and was not read.{en}",
                    line=header.line,
                    field=cell,
                )
            )
        if column is not None and column in columns:
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
        columns.append(column)
    return columns, findings


def _reading(name: str, columns: Sequence[str | None], row: Row, pending: Sequence[Finding]) -> Reading:
    cell = {column: text for column, text in zip(columns, row.cells, strict=False) if column and text}
    findings = [*pending, *row.findings]
    if any(row.cells[len(columns) :]):
        findings.append(
            cells.bad_cell(
                "extra-cells",
                row.line,
                None,
                "La ligne a plus de cellules que l'en-tête.",
                "The row has more cells than the header.",
            )
        )
    fields = _fields(cell, row.line, findings)
    # The hash is of the row alone, so that one changed row does not change the origin of every other.
    digest = sha256(json.dumps(cell, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
    retrieved = cell.get("retrieved")
    fields["origins"] = (
        Origin(
            title=cell.get("source_title", name),
            address=cells.address(cell.get("source_address", ""), findings, row.line),
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
        return Reading(None, tuple(findings))
    record = record.model_copy(update={"findings": tuple(findings)})
    return Reading(record, record.findings)


def _fields(cell: dict[str, str], line: int, findings: list[Finding]) -> dict[str, Any]:
    """The fields of the record; a cell that cannot be read is left out with a finding."""
    fields: dict[str, Any] = {name: cell[name] for name in _TEXTS if name in cell}
    if "continues" in cell:
        fields["continues"] = slug(cell["continues"])
    for name in _YEARS:
        if name in cell:
            fields[name] = values.year(cell[name], findings, line=line, field=name)
    if "end_date" in cell:
        fields["end_date"] = values.day(cell["end_date"], findings, line=line, field="end_date")
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
    undocumented = cells.split(cell.get("undocumented", ""))
    fields["undocumented"] = tuple(section for section in undocumented if section in _SECTIONS)
    for section in undocumented:
        if section not in _SECTIONS:
            findings.append(
                cells.bad_cell(
                    "unknown-section",
                    line,
                    "undocumented",
                    f"« {section} » n'est pas une partie : {', '.join(_SECTIONS)}.",
                    f"“{section}” is no section: {', '.join(_SECTIONS)}.",
                )
            )
    return fields
