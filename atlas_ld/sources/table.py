"""A table of partnerships, CSV or XLSX: one row, one partnership, by our own columns (`table_columns.COLUMNS`) or by a
mapping, which may also make one partnership of several rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import ValidationError
from rapidfuzz import fuzz, process

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold, slug
from atlas_ld.records import Origin, Participant, PartnershipRecord, Role, Section
from atlas_ld.sources import table_cells as cells
from atlas_ld.sources import values
from atlas_ld.sources.reading import NOT_TEXT, Account, Reading, remark, unreadable
from atlas_ld.sources.table_columns import COLUMNS, EXAMPLE_TITLES, OTHER_WORDS, PAIRED, plain
from atlas_ld.sources.table_files import HEADER_WITHIN, MAX_ROWS, BrokenTableError, Row, table_rows
from atlas_ld.sources.table_layout import Header, Layout, Slot, Told, joined, own_layout
from atlas_ld.sources.table_mapping import TableMapping
from atlas_ld.sources.workbook_limits import letters

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
_SHORTEST = 2
"""Signs of a header below which it is near anything."""


def column_name(header: str) -> str | None:
    """The column that a header names, in English or French, whatever its case and accents; None for an unknown."""
    slot = own_layout().slot(header)
    return slot.target.to if slot else None


def nearest_column(header: str) -> str | None:
    """The column that a header most likely means, by its words; None where none is near."""
    found = nearest_columns(header)
    return found[0] if found else None


def nearest_columns(header: str) -> tuple[str, float] | None:
    """The column that a header most likely means, and how near its words are, of 100; None where none is near."""
    if len(plain(header)) < _SHORTEST:
        return None
    found = process.extractOne(plain(header), _meanings().keys(), scorer=fuzz.WRatio, score_cutoff=_FEWEST_POINTS)
    return (_meanings()[found[0]], found[1]) if found else None


@cache
def _meanings() -> dict[str, str]:
    further = {fold(word): name for name, words in OTHER_WORDS.items() for word in words.split("|")}
    return {**further, **{plain(name): c.name for c in COLUMNS for name in (c.name, c.header_fr)}}


@dataclass(frozen=True)
class OpenTable:
    """A table whose header was found: its rows, the rows above, and the findings on the file and the header."""

    header: Header
    rows: Iterator[Row]
    findings: tuple[Finding, ...]
    account: Account


def open_table(name: str, content: bytes, mappings: Sequence[TableMapping] = ()) -> OpenTable | list[Row]:
    """A table by the first mapping that is for a file of this name and knows its header, else by our own columns; its
    first rows where none does. Raises BrokenTableError."""
    layouts = [*(Layout(mapping) for mapping in mappings if mapping.is_for(name)), own_layout()]
    above: list[Row] = []
    for layout in layouts:
        table = table_rows(content, layout.known, layout.mapping.sheet)
        above, row = _header_row(table.rows, layout)
        if row is not None:
            header, findings = _header(row, layout)
            known = len(header.read | header.ignored)
            account = Account(furniture=known, found=_filled(row) - known + sum(map(_filled, above)) + table.left_aside)
            return OpenTable(header, table.rows, (*table.findings, *map(_above, above), *findings), account)
    return above


def table_header(content: bytes, mapping: TableMapping) -> tuple[str, ...] | None:
    """The cells of the header of a table that a mapping knows; None where it knows none, or the file is no table."""
    try:
        layout = Layout(mapping)
        table = table_rows(content, layout.known, mapping.sheet)
        _, row = _header_row(table.rows, layout)
    except BrokenTableError:
        return None
    return row.cells if row else None


def read_table(name: str, content: bytes, mappings: Sequence[TableMapping] = ()) -> Iterator[Reading]:
    """One Reading per row that is not empty, or per group of rows. Findings on the file and its header stand with the
    first of them.

    The header is the first row with a title column; rows above it are told. At most MAX_ROWS rows are read; a finding
    says that there were more. A file that is no table, or has no column that we know, is one Reading without a record.
    """
    try:
        table = open_table(name, content, mappings)
        if isinstance(table, list):
            yield _no_header(table)
            return
        readings = _grouped(name, table) if table.header.group is not None else _by_row(name, table)
        first = next(readings, None)
        if first is None:
            yield Reading(None, (*table.findings, _no_rows()), table.account)
            return
        yield _with(first, table.findings, table.account)
        yield from readings
    except BrokenTableError as error:
        yield unreadable(*NOT_TEXT) if error.fr is None else unreadable("broken-table", error.fr, error.en)


def _with(reading: Reading, findings: tuple[Finding, ...], account: Account) -> Reading:
    """A reading with the findings and the account of its file before its own."""
    found = (*findings, *reading.findings)
    record = reading.record and reading.record.model_copy(update={"findings": found})
    return Reading(record, found, account + reading.account, reading.line)


def _by_row(name: str, table: OpenTable) -> Iterator[Reading]:
    for number, row in enumerate(_rows(table), start=1):
        if number > MAX_ROWS:
            yield _rest(row, table.rows)
            return
        if row.cells == table.header.cells:
            yield Reading(None, (), Account(furniture=_filled(row)))
            continue
        findings: list[Finding] = []
        told, account = _told(table.header, row, findings)
        if told.texts.get("title") in EXAMPLE_TITLES.values():
            yield Reading(None, (_example(row.line),), Account(furniture=_filled(row)))
            continue
        yield _reading(name, table.header, told, findings, account)


def _example(line: int) -> Finding:
    return remark(
        "example-row",
        Severity.INFO,
        f"La ligne {line} est l'exemple du modèle, d'après son titre, et n'a pas été lue.",
        f"Line {line} is the example of the template, by its title, and was not read.",
        line=line,
    )


def _grouped(name: str, table: OpenTable) -> Iterator[Reading]:
    """One reading for the rows of one key, in the order of their first rows."""
    groups: dict[str, tuple[Told, list[Finding], Account]] = {}
    rest: Reading | None = None
    group = table.header.group
    assert group is not None
    for number, row in enumerate(_rows(table), start=1):
        if number > MAX_ROWS:
            rest = _rest(row, table.rows)
            break
        findings: list[Finding] = []
        told, account = _told(table.header, row, findings)
        key = row.cells[group] if group < len(row.cells) else ""
        if not key:
            findings.append(_without_key(row.line))
            key = f"\0{row.line}"  # a record of its own
        if key in groups:
            first, before, whole = groups[key]
            told = joined(first, told, findings)
            findings, account = [*before, *findings], whole + account
        groups[key] = told, findings, account
    for told, findings, account in groups.values():
        yield _reading(name, table.header, told, findings, account)
    if rest:
        yield rest


def _rows(table: OpenTable) -> Iterator[Row]:
    return (row for row in table.rows if any(row.cells))


def _rest(row: Row, rows: Iterator[Row]) -> Reading:
    return Reading(None, (_too_many(row.line),), Account(found=_filled(row) + sum(map(_filled, rows))))


def _filled(row: Row) -> int:
    return sum(map(bool, row.cells))


def _header_row(rows: Iterator[Row], layout: Layout) -> tuple[list[Row], Row | None]:
    """The rows above the header that are not empty, and the header: the row that the mapping names, else the first one
    that names the title's column (or any, where a constant is the title)."""
    above: list[Row] = []
    stated = layout.mapping.header_row
    for row in rows:
        slots = [slot for cell in row.cells if cell and (slot := layout.slot(cell))]
        found = any(slot.target.to == "title" for slot in slots) or (slots and "title" in layout.mapping.constants)
        if found and stated in (None, row.line):
            return above, row
        if any(row.cells):
            above.append(row)
        if len(above) >= max(HEADER_WITHIN, stated or 0) or (stated and row.line >= stated):
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


def _without_key(line: int) -> Finding:
    return remark(
        "row-without-key",
        Severity.WARNING,
        f"La ligne {line} n'a pas de valeur dans la colonne qui groupe les lignes : elle est lue comme une fiche à "
        "part. Complétez-la.",
        f"Line {line} has no value in the column that groups rows: it was read as a record of its own. Complete it.",
        line=line,
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
    best = max(rows, key=lambda row: (own_layout().known(row.cells), -row.line))
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


def _header(row: Row, layout: Layout) -> tuple[Header, list[Finding]]:
    """The columns of a header, and findings on those that are not read."""
    slots: dict[int, Slot] = {}
    findings: list[Finding] = list(row.findings)
    funding = layout.funding_slots(row.cells)
    of_money = {place for slot in funding for place in slot.positions}
    key = plain(layout.mapping.group_by) if layout.mapping.group_by else None
    group = next((place for place, cell in enumerate(row.cells) if key and plain(cell) == key), None)
    if key and group is None:
        findings.append(_no_group(row.line))
    seen: dict[object, int] = {}
    for place, cell in enumerate(row.cells):
        slot = layout.slot(cell) if cell else None
        # Our own column may be headed in either language; of a mapping, two columns may fill one list.
        same = (slot.target.to, slot.number) if slot and layout.is_own else plain(cell)
        if slot and seen.setdefault(same, place) != place:
            findings.append(_double_column(slot, row.line))
        elif slot:
            slots[place] = slot
        elif cell and place not in of_money and place != group:
            findings.append(_unknown_column(cell, place + 1, row.line))
    ignored = frozenset(place for place, slot in slots.items() if slot.target.to is None and place not in of_money)
    read = {place: slot for place, slot in slots.items() if slot.target.to is not None}
    return Header(layout, row.cells, read, funding, group, ignored - {group}), findings


def _no_group(line: int) -> Finding:
    return remark(
        "no-key-column",
        Severity.WARNING,
        "Le tableau n'a pas la colonne qui groupe les lignes : chaque ligne est une fiche.",
        "The table does not have the column that groups rows: each row is a record.",
        line=line,
    )


def _double_column(slot: Slot, line: int) -> Finding:
    column = slot.target.to or ""
    named = f" « {column} »" if column else ""
    return remark(
        "double-column",
        Severity.WARNING,
        f"La colonne{named} est là deux fois ; la première a été lue.",
        f"The column{f' “{column}”' if column else ''} stands twice; the first one was read.",
        line=line,
        field=column or None,
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


def _told(header: Header, row: Row, findings: list[Finding]) -> tuple[Told, Account]:
    """What a row tells, and the account of its cells."""
    findings += row.findings
    if any(row.cells[len(header.cells) :]):
        findings.append(
            cells.bad_cell(
                "extra-cells",
                row.line,
                None,
                "La ligne a plus de cellules que l'en-tête.",
                "The row has more cells than the header.",
            )
        )
    places = {place for place, cell in enumerate(row.cells) if cell}
    for place in sorted(places):
        if place < len(header.cells) and not header.cells[place]:
            findings.append(_without_header(place + 1, row.line))
    read, furniture = len(places & header.read), len(places & header.ignored)
    return header.told(row, findings), Account(read, furniture, len(places) - read - furniture)


def _without_header(place: int, line: int) -> Finding:
    return remark(
        "cell-without-header",
        Severity.WARNING,
        f"La cellule {letters(place)}{line} est sous un en-tête vide et n'a pas été lue. Nommez sa colonne.",
        f"Cell {letters(place)}{line} stands below an empty header and was not read. Name its column.",
        line=line,
    )


def _reading(name: str, header: Header, told: Told, findings: list[Finding], account: Account) -> Reading:
    if values.is_total(told.texts.get("title", "")):
        return Reading(None, (*findings, values.total_left_out(told.line, None)), Account(found=account.total))
    fields = _fields(told, findings)
    fields["undocumented"] = _undocumented(header, told, findings)
    retrieved = told.texts.get("retrieved")
    fields["origins"] = (
        Origin(
            title=told.texts.get("source_title", name),
            address=cells.address(told.texts.get("source_address", ""), findings, told.line),
            sha256=cells.digest(told.texts.get("source_sha256", ""), findings, told.line) or told.sha256,
            retrieved=values.day(retrieved, findings, line=told.line, field="retrieved") if retrieved else None,
        ),
    )
    try:
        record = PartnershipRecord(**fields)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        findings.append(
            cells.bad_cell(
                "bad-row", told.line, field, "La ligne ne donne pas de fiche valable.", "The row makes no valid record."
            )
        )
        return Reading(None, tuple(findings), Account(found=account.total))
    record = record.model_copy(update={"findings": tuple(findings)})
    return Reading(record, record.findings, account, told.line)


def _undocumented(header: Header, told: Told, findings: list[Finding]) -> tuple[str, ...]:
    """The sections that a row does not document: those that its column `undocumented` names, and those of which the
    table has no column; without that column, those of which the row fills none (docs/decisions/0030)."""
    named = told.list_of("undocumented")
    for section in named:
        if section not in _SECTIONS:
            findings.append(
                cells.bad_cell(
                    "unknown-section",
                    told.line,
                    "undocumented",
                    f"Une partie non documentée est l'une de celles-ci : {', '.join(_SECTIONS)}.",
                    f"A section that is not documented is one of these: {', '.join(_SECTIONS)}.",
                )
            )
    there = header.fields if "undocumented" in header.fields else told.shown
    shown = {section for section, sets in _SHOWN_BY.items() if all(there & set(names) for names in sets)}
    return tuple(section for section in _SECTIONS if section in named or section not in shown)


def _fields(told: Told, findings: list[Finding]) -> dict[str, Any]:
    """The fields of the record; a cell that cannot be read is left out with a finding."""
    cell, line = told.texts, told.line
    fields: dict[str, Any] = {name: cell[name] for name in _TEXTS if name in cell}
    if "continues" in cell:
        fields["continues"] = slug(cell["continues"])
    for name in _YEARS:
        if name in cell:
            fields[name] = values.year(cell[name], findings, line=line, field=name)
    if "end_date" in cell:
        end = values.graded_date(cell["end_date"], findings, line=line, field="end_date")
        fields |= {"end_date": end.day, "end_month": end.month}
        fields.setdefault("end_year", end.year)
    if "status" in cell:
        fields["status"] = values.status(cell["status"], findings, line=line)
    if "form" in cell:
        fields["form"] = values.form(cell["form"], findings, line=line)
    for name in _TRI:
        fields[name] = values.tri(cell.get(name, ""), findings, line=line, field=name)
    fields["main_theme"] = cells.theme_path(cell.get("main_theme", ""), "main_theme", findings, line)
    fields["other_themes"] = cells.other_themes(told.list_of("other_themes"), findings, line)
    fields["keywords"] = told.list_of("keywords")
    fields["goals"] = cells.goals(told.list_of("goals"), findings, line)
    fields["participants"] = _participants(told, findings)
    fields["posts"] = told.list_of("posts")
    fields["post_functions"] = cells.functions(told.list_of("post_functions"), "post_functions", findings, line)
    fields["funding"] = (*cells.funding(told.list_of("funding"), findings, line), *told.funding)
    fields["volunteer_count"] = cells.whole_number(cell.get("volunteer_count", ""), findings, line)
    fields["volunteer_missions"] = told.list_of("volunteer_missions")
    return fields


def _participants(told: Told, findings: list[Finding]) -> tuple[Participant, ...]:
    """Those of each number, by role, each once. A country, or a kind, without a number that stands alone is that of all
    that have none of their own."""
    shared = told.parts.get(0, {})
    found: list[Participant] = []
    for number, columns in sorted(told.parts.items()):
        given = dict(columns)
        for values_, names in PAIRED.items():
            if number and values_ not in given and names in given and names not in shared:
                given[values_] = shared.get(values_, ())
            if not number and names not in given and any(names in other for other in told.parts.values()):
                given.pop(values_, None)
        found += cells.participants(given, findings, told.line)
    roles = get_args(Role)
    return tuple(dict.fromkeys(sorted(found, key=lambda participant: roles.index(participant.role))))
