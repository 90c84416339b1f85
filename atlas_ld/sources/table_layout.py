"""What each column of a table is: by our own names of columns (`OWN`), or by a mapping. And what a row tells by it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cache, cached_property
from itertools import count

from atlas_ld.findings import Finding, Severity
from atlas_ld.records import Funding
from atlas_ld.sources import values
from atlas_ld.sources.reading import quoted, remark, sha256
from atlas_ld.sources.table_cells import bad_cell, filled
from atlas_ld.sources.table_columns import COLUMNS, LISTS, NUMBERED, NUMBERED_FUNDING, PAIRED, plain
from atlas_ld.sources.table_files import Number, Row
from atlas_ld.sources.table_mapping import DecimalSign, FundingColumns, TableMapping, Target, header_pattern

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?")


@dataclass(frozen=True)
class Slot:
    """The place of a column: `number` joins columns that belong together, 0 for none."""

    target: Target
    number: int = 0


_AMOUNTS = ("amount", "committed", "paid", "oudin")


@dataclass(frozen=True)
class FundingSlot:
    """The positions of the cells that make one line of funding."""

    block: FundingColumns
    funder: int | None
    amount: int | None
    committed: int | None
    paid: int | None
    year: int | None
    oudin: int | None
    stated_year: int | None
    decimal: DecimalSign | None

    @property
    def positions(self) -> list[int]:
        return [place for place in (self.funder, *self.amounts, self.year) if place is not None]

    @property
    def amounts(self) -> tuple[int | None, ...]:
        return self.amount, self.committed, self.paid, self.oudin


@dataclass
class Told:
    """What a row, or the rows of one record, tell: texts by field, parts of lists by number and field, and money.
    `shown` are the fields of which something is told, were it that there is none."""

    line: int
    texts: dict[str, str] = field(default_factory=dict)
    parts: dict[int, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    funding: list[Funding] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    written: list[dict[str, str]] = field(default_factory=list)

    def list_of(self, name: str) -> tuple[str, ...]:
        """The values of a list, those of columns with lower numbers first."""
        return filled([part for _, columns in sorted(self.parts.items()) for part in columns.get(name, ())])

    @property
    def sha256(self) -> str:
        """Of the cells alone, so that one changed row does not change the origin of every other."""
        one = self.written[0] if len(self.written) == 1 else self.written
        return sha256(json.dumps(one, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


@dataclass(frozen=True)
class Layout:
    """What the columns of a table are called, and what they fill."""

    mapping: TableMapping
    is_own: bool = False

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Target]]:
        return [(header_pattern(header), target) for header, target in self.mapping.columns.items() if "{" in header]

    @cached_property
    def _named(self) -> dict[str, Target]:
        return {plain(header): target for header, target in self.mapping.columns.items()}

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """Numbers of columns that fill one list without saying so in their headers, in the order of the mapping: the
        first column of partners goes with the first one of countries."""
        numbers: dict[str, int] = {}
        for name in LISTS:
            headers = [plain(h) for h, target in self.mapping.columns.items() if target.to == name and "{" not in h]
            if len(headers) > 1 and not self.is_own:
                numbers |= dict(zip(headers, count(1), strict=False))
        return numbers

    def slot(self, header: str) -> Slot | None:
        """What the column with this header is; None for one that is not known."""
        name = plain(header)
        if (target := self._named.get(name)) is not None:
            return Slot(target, self._numbers.get(name, 0))
        for pattern, target in self._patterns:
            if match := pattern.fullmatch(name):
                return Slot(target, int(match.groupdict().get("n") or 0))
        return None

    def known(self, cells: Iterable[str]) -> int:
        """How many cells of a row are headers of these columns."""
        return sum(
            self.slot(cell) is not None or any(pattern.fullmatch(plain(cell)) for pattern in self._further_patterns)
            for cell in cells
        )

    @cached_property
    def _further_patterns(self) -> list[re.Pattern[str]]:
        """Headers that are none of `columns`: of funding, and the key of a group."""
        named = [header for block in self.mapping.funding for header in block.columns.values()]
        return [header_pattern(h) for h in (*named, *([self.mapping.group_by] if self.mapping.group_by else ()))]

    def missing(self, headers: Iterable[str]) -> list[str]:
        """The headers of the mapping that none of these is."""
        there = set(map(plain, headers))
        named = {header: header_pattern(header) for header in self.mapping.headers()}
        return [header for header, pattern in named.items() if not any(map(pattern.fullmatch, there))]

    def funding_slots(self, headers: Sequence[str]) -> tuple[FundingSlot, ...]:
        """The lines of funding that each row may have: one for each number or year in the headers of a block."""
        names = [plain(header) for header in headers]
        return tuple(slot for block in self.mapping.funding for slot in self._slots_of(block, names))

    def _slots_of(self, block: FundingColumns, names: Sequence[str]) -> list[FundingSlot]:
        found: dict[str, dict[tuple[tuple[str, str], ...], int]] = {}
        for part, header in block.columns.items():
            pattern = header_pattern(header)
            for place, name in enumerate(names):
                if match := pattern.fullmatch(name):
                    found.setdefault(part, {}).setdefault(tuple(sorted(match.groupdict().items())), place)
        bound = sorted({key for places in found.values() for key in places if key} or {()} if found else set())
        slots = []
        for key in bound:
            at = {part: places.get(key, places.get(())) for part, places in found.items()}
            if all(at.get(part) is None for part in ("funder", *_AMOUNTS)):
                continue
            year = dict(key).get("year")
            slots.append(
                FundingSlot(
                    block,
                    at.get("funder"),
                    at.get("amount"),
                    at.get("committed"),
                    at.get("paid"),
                    at.get("year"),
                    at.get("oudin"),
                    int(year) if year else block.year,
                    block.decimal or self.mapping.decimal,
                )
            )
        return slots


@cache
def own_layout() -> Layout:
    """Our own columns, by their names and French headers, and those that a template numbers."""
    headers = {header: Target(to=c.name) for c in COLUMNS for header in (c.name, c.header_fr)}
    headers |= {header: Target(to=name) for name, both in NUMBERED.items() for header in both}
    funding = tuple(
        FundingColumns(funder_column=funder, amount_column=amount, year_column=year, oudin_column=oudin)
        for funder, amount, year, oudin in NUMBERED_FUNDING
    )
    # `model_construct`: two headers may name one column here, of which a table has one.
    mapping = TableMapping.model_construct(columns=headers, funding=funding)
    return Layout(mapping, is_own=True)


@dataclass(frozen=True)
class Header:
    """The header of a table, understood: what each cell of a row is, by its position. `read` are the positions that
    are read, `ignored` those that the mapping says to leave."""

    layout: Layout
    cells: tuple[str, ...]
    slots: Mapping[int, Slot]
    funding: tuple[FundingSlot, ...]
    group: int | None
    ignored: frozenset[int]

    @cached_property
    def read(self) -> frozenset[int]:
        """Positions of the cells that are read."""
        group = () if self.group is None else (self.group,)
        return frozenset([*self.slots, *group, *(place for slot in self.funding for place in slot.positions)])

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields of which the table has a column or a constant."""
        named = [slot.target.to for slot in self.slots.values() if slot.target.to]
        funding = ["funding"] if self.funding else []
        return frozenset([*named, *funding, *self.layout.mapping.constants])

    def told(self, row: Row, findings: list[Finding]) -> Told:
        """What a row tells, and findings on cells that the mapping does not understand."""
        told = Told(row.line, written=[{}])
        for place, slot in self.slots.items():
            text = row.cells[place] if place < len(row.cells) else ""
            if text and slot.target.to:
                told.written[0][f"{slot.target.to} {slot.number}" if slot.number else slot.target.to] = text
                _take(told, slot, text, row.line, findings)
        for number, line in enumerate(self.funding):
            self._take_funding(told, line, number, row, findings)
        self._take_constants(told)
        return told

    def _take_constants(self, told: Told) -> None:
        for name, text in self.layout.mapping.constants.items():
            if name not in LISTS:
                told.texts.setdefault(name, text)
            elif name not in PAIRED or any(PAIRED[name] in columns for columns in told.parts.values()):
                told.parts.setdefault(0, {})[name] = _parts(text, Target(to=name))
            told.shown.add(name)

    def _take_funding(self, told: Told, slot: FundingSlot, number: int, row: Row, findings: list[Finding]) -> None:
        def cell(place: int | None) -> str:
            return row.cells[place] if place is not None and place < len(row.cells) else ""

        written = {part: cell(getattr(slot, part)) for part in ("funder", *_AMOUNTS, "year")}
        told.written[0] |= {f"funding {number} {part}": text for part, text in written.items() if text}
        amounts = [text for part in _AMOUNTS if (text := written[part]) and not values.untold(text)]
        funder = "" if values.untold(written["funder"]) else written["funder"]
        if values.none_at_all(funder) or any(map(values.none_at_all, amounts)):
            told.shown.add("funding")
            if values.none_at_all(funder) and not all(map(values.none_at_all, amounts)):
                findings.append(_without_funder(row.line))
        elif amounts or (funder and not self._is_shared(slot.funder, slot)):
            told.shown.add("funding")
            line = _funding_line(slot, written, row.line, findings)
            told.funding += [line] if line else []
        elif written["year"] and not values.untold(written["year"]) and not self._is_shared(slot.year, slot):
            findings.append(_without_amount(row.line))

    def _is_shared(self, place: int | None, slot: FundingSlot) -> bool:
        """Whether a cell is of other lines of funding too, or another field: alone it then tells nothing of money."""
        return place in self.slots or any(place in other.positions for other in self.funding if other is not slot)


def _take(told: Told, slot: Slot, text: str, line: int, findings: list[Finding]) -> None:
    name = slot.target.to
    assert name is not None
    if values.none_at_all(text):
        told.shown.add(name)
        return
    if values.untold(text):
        return
    if name in LISTS:
        # A numbered column holds one value, unless its mapping names a separator.
        whole = slot.number and slot.target.separator is None
        parts = tuple(_translated(part, slot.target) for part in ((text,) if whole else _parts(text, slot.target)))
        columns = told.parts.setdefault(slot.number, {})
        columns[name] = (*columns.get(name, ()), *parts)
    else:
        written = _translated(text, slot.target)
        date = _date(written, slot.target, line, findings) if slot.target.date_format else written
        if date is None:
            return
        told.texts.setdefault(name, date)
    told.shown.add(name)


def _parts(text: str, target: Target) -> tuple[str, ...]:
    """The parts of a cell. Empty places count where values belong to names one by one."""
    parts = tuple(part.strip() for part in text.split(target.separator or LISTS[target.to or ""]))
    return parts if target.to in PAIRED else filled(parts)


def _translated(text: str, target: Target) -> str:
    known = {plain(word): ours for word, ours in target.values.items()}
    return known.get(plain(text), text)


def _date(text: str, target: Target, line: int, findings: list[Finding]) -> str | None:
    """A date in the form of the mapping, or of the workbook (ISO 8601), as ISO 8601."""
    if _ISO_DAY.fullmatch(text):
        return text
    try:
        return datetime.strptime(text, target.strptime or "").date().isoformat()
    except ValueError:
        fr, en = quoted(text)
        findings.append(
            remark(
                "impossible-date",
                Severity.WARNING,
                f"{fr} n'est pas une date de la forme {target.date_format}, que la correspondance annonce.",
                f"{en} is no date of the form {target.date_format}, which the mapping announces.",
                line=line,
                field=target.to,
            )
        )
        return None


def _funding_line(slot: FundingSlot, written: Mapping[str, str], line: int, findings: list[Finding]) -> Funding | None:
    funder = slot.block.funder or ("" if values.untold(written["funder"]) else written["funder"])
    if not slot.block.funder and not re.search(r"[^\W\d_]{2}", funder):
        findings.append(_without_funder(line))
        return None
    told = {part: _euros(written[part], slot, line, findings) for part in _AMOUNTS}
    money = told["amount"]
    committed, paid = money.committed or told["committed"].declared, money.paid or told["paid"].declared
    years = next((one.years for one in told.values() if one.years.told), values.Years())
    if slot.stated_year is not None:
        years = values.Years(slot.stated_year)
    elif written["year"] and not values.untold(written["year"]):
        years = values.funding_years(written["year"], findings, line=line, field="funding")
    amount, share = money.amount, told["oudin"].declared
    if share is not None:
        amount = next((one for one in (amount, committed, paid) if one is not None), None)
        amount, share = values.with_smaller_share(amount, share, findings, line=line)
    return Funding(funder=funder, amount=amount, committed=committed, paid=paid, oudin=share, **years._asdict())


def _without_funder(line: int) -> Finding:
    return bad_cell(
        "bad-funding",
        line,
        "funding",
        "Un montant n'a pas de financeur. Nommez-le dans sa colonne.",
        "An amount has no funder. Name it in its column.",
    )


def _without_amount(line: int) -> Finding:
    return remark(
        "funding-without-amount",
        Severity.WARNING,
        "Une année de financement n'a ni financeur ni montant, et n'a pas été reprise. Complétez la ligne.",
        "A year of funding has neither funder nor amount, and was left out. Complete the row.",
        line=line,
        field="funding",
    )


def _euros(text: str, slot: FundingSlot, line: int, findings: list[Finding]) -> values.Money:
    if not text or values.untold(text):
        return values.Money()
    if isinstance(text, Number):
        return values.Money(Decimal(text)).times(slot.block.unit)
    return values.money(_with_comma(text, slot.decimal), findings, line=line, field="funding").times(slot.block.unit)


def _with_comma(text: str, decimal: DecimalSign | None) -> str:
    """An amount whose decimal sign is known, so that no rule has to guess it: 1,234.50 and 10.500 with a point for its
    decimals are 1234,50 and 10,5."""
    number = re.search(r"[0-9][0-9.,\s'’]*", text)
    if decimal is None or number is None:
        return text
    whole, _, part = number[0].rstrip().rpartition(decimal) if decimal in number[0] else (number[0].rstrip(), "", "")
    digits, decimals = re.sub(r"[^0-9]", "", whole), part.rstrip("0")
    if re.search(r"[^0-9]", part) or decimal in whole:
        return text  # two decimal signs: no such number, which its reader tells
    plain_number = f"{digits},{decimals}" if decimals else digits
    return f"{text[: number.start()]}{plain_number}{text[number.start() + len(number[0].rstrip()) :]}"


def joined(first: Told, further: Told, findings: list[Finding]) -> Told:
    """Two rows of one record as one. Lists and money add up; of a field that holds one value the first stands, and
    another is a finding."""
    for name, text in further.texts.items():
        if first.texts.setdefault(name, text) != text:
            findings.append(
                bad_cell(
                    "rows-disagree",
                    further.line,
                    name,
                    f"Les lignes {first.line} et {further.line} sont le même partenariat, et donnent {name} autrement. "
                    "Gardez la bonne valeur.",
                    f"Lines {first.line} and {further.line} are one partnership, and give {name} differently. Keep the "
                    "right value.",
                )
            )
    parts = {number: dict(columns) for number, columns in first.parts.items()}
    for number, columns in further.parts.items():
        mine = parts.get(number, {})
        if mine == columns:
            continue
        free = number if not mine else max(parts) + 1
        new = {
            name: given
            for name, given in columns.items()
            # The country of a name that the row before does not have is needed with it, though it be the same.
            if mine.get(name) != given or (name in PAIRED and columns.get(PAIRED[name]) != mine.get(PAIRED[name]))
        }
        if new:
            parts[free] = new
    return replace(
        first,
        parts=parts,
        funding=[*first.funding, *further.funding],
        shown=first.shown | further.shown,
        written=[*first.written, *further.written],
    )
