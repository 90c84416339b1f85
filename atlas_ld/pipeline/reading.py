"""Files -> records under their keys."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from atlas_ld import sources
from atlas_ld.config import Settings
from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import short_hash
from atlas_ld.keys import Assignment, Description, Register, Unnamed, assign, describe, read_register, removed_keys
from atlas_ld.keys.description import Compared, is_one_page
from atlas_ld.pipeline.cache import Cache, Content, Made, opened, pack
from atlas_ld.privacy.objections import Objections, read_objections
from atlas_ld.processes import ALONE, Workers
from atlas_ld.records import PartnershipRecord

FINDINGS = TypeAdapter(list[Finding])


_NO_REGISTER = Register()
_NO_OBJECTIONS = Objections()


class SourceRow(NamedTuple):
    """What every build looks at of a record, or of what gave none.

    record      SHA-256 of the record in JSON (`record_of`); None where there is none
    key         the key that it would have alone
    identity    with the key, what makes records of several sources one: see `sources.merge`
    who         a hash of who takes part, for records that would share a key
    described   what it is recognised by, as JSON (`Description`)
    day         the day of its newest observation, in ISO 8601, where all its sources state one
    ends        the end date or, without a day, the end month, in ISO 8601
    end_year    the end year
    findings    why there is no record, as JSON
    """

    record: bytes | None = None
    key: str = ""
    identity: str = ""
    who: str = ""
    described: str = ""
    day: str | None = None
    ends: str | None = None
    end_year: int | None = None
    findings: str | None = None

    @property
    def end_date(self) -> date | None:
        return date.fromisoformat(self.ends) if self.ends and len(self.ends) > 7 else None

    @property
    def end_month(self) -> str | None:
        return self.ends if self.ends and len(self.ends) == 7 else None

    @property
    def description(self) -> Description:
        identifier, addresses, title, year, partners = json.loads(self.described)
        return Description(identifier, tuple(addresses), title, year, tuple(partners))


@dataclass(frozen=True)
class Readings:
    """What the sources gave: records by key, findings on files that gave none, the SHA-256 of each file, the tables of
    a steward's decisions, each with its name, what became of the keys that the register remembers, and the SHA-256 of
    the objections."""

    records: dict[str, SourceRow]
    unreadable: list[Finding]
    inputs: dict[str, str]
    decisions: tuple[tuple[str, bytes], ...]
    keys: Assignment
    objections: str = ""


def read_all(
    data: Iterable[Path],
    settings: Settings,
    cache: Cache,
    workers: Workers = ALONE,
    published: Register = _NO_REGISTER,
) -> Readings:
    """Every record of these files and folders under its key; those that two sources tell of are merged. `published` are
    keys of a release, for those that the registers among the data do not remember.

    Raises UnreadableSource for a path that is not there.
    """
    most = settings.source_mb * 2**20
    files: dict[str, str] = {}
    inputs: dict[str, str] = {}
    kept: dict[str, list[tuple[str, str]]] = {sources.DECISIONS: [], sources.KEYS: [], sources.OBJECTIONS: []}
    listed = [(path, sources.files(path, hidden=True)) for path in data]
    for _, found in listed:
        for file, name in found:
            if (last := name.rpartition("/")[2]) in kept:
                kept[last].append((file, name))
    told: list[Finding] = []
    objections = read_objections(_tables(kept[sources.OBJECTIONS], most, told))
    for path, found in listed:
        found = [(file, objections.removed(name)) for file, name in found]
        sums = file_sums([file for file, _ in found], most)
        above = f"{path.name}/" if path.is_dir() and path.name else ""
        inputs |= {f"{above}{name}": sums[file] for file, name in found if file in sums}
        # What has no sum is not read, and nothing says that it is what it was: it is looked at each time.
        files |= {
            f"{sums.get(file, os.urandom(16).hex())}{objections.digest} {name}": file
            for file, name in found
            if sources.is_visible(name)
        }

    def read(missing: list[str]) -> Iterator[Made[SourceRow]]:
        named = [(files[source], source.partition(" ")[2]) for source in missing]
        return workers.spread(partial(read_files, most=most, objections=objections), named)

    rows = [row for given in cache.each("reading", SourceRow, files, read).values() for row in given]
    merged = [row for _, given in merged_groups(rows, cache) for row in given]
    held = {digest for (digest,) in cache.execute("SELECT digest FROM content WHERE iri IS NULL")}
    cache.drop(held - {row.record for row in (*rows, *merged)})
    remarks = [row.findings for row in (*rows, *merged) if row.findings and not row.record]
    unreadable = [*told, *objections.findings, *(one for some in remarks for one in FINDINGS.validate_json(some))]
    decisions = _protected(_tables(kept[sources.DECISIONS], most, unreadable), objections)
    register = read_register(_protected(_tables(kept[sources.KEYS], most, unreadable), objections))
    register = Register({**published.entries, **register.entries}, register.findings)
    records, keys = by_key(merged, register)
    if objections.records:
        remaining = [row for key, row in records.items() if key not in objections.records]
        records, keys = by_key(remaining, register)
        keys = replace(keys, entries={**keys.entries, **removed_keys(objections.records)})
    return Readings(records, unreadable, inputs, tuple(decisions), keys, objections.digest)


def _protected(tables: Iterable[tuple[str, bytes]], objections: Objections) -> list[tuple[str, bytes]]:
    return [(name, objections.protect_table(content)) for name, content in tables]


def _tables(files: Iterable[tuple[str, str]], most: int, unreadable: list[Finding]) -> list[tuple[str, bytes]]:
    """The names and bytes of a steward's tables; of those that cannot be read, `unreadable` says why."""
    tables: list[tuple[str, bytes]] = []
    for file, name in files:
        table = sources.content(file, most)
        if isinstance(table, bytes):
            tables.append((name, table))
        else:
            unreadable += [finding.at(source=name) for finding in table.findings]
    return tables


def read_records(data: Iterable[Path], settings: Settings) -> tuple[dict[str, PartnershipRecord], list[Finding]]:
    """Every record of these files and folders by key, and the findings on what gave none; nothing is kept.

    Raises UnreadableSource for a path that is not there.
    """
    with opened(None, "") as cache:
        readings = read_all(data, settings, cache)
        return {key: record_of(cache, row) for key, row in readings.records.items()}, readings.unreadable


def record_of(cache: Cache, row: SourceRow) -> PartnershipRecord:
    """The record of a row that has one."""
    assert row.record
    return PartnershipRecord.model_validate_json(cache.content(row.record))


def file_sums(files: Sequence[str], most: int) -> dict[str, str]:
    """The SHA-256 of each file, but of those that are not read, of which the reader says why."""

    def some(part: Sequence[str]) -> list[tuple[str, str]]:
        return [(file, sum_) for file in part if (sum_ := sources.digest(file, most))]

    # Reading and hashing leave the interpreter free, so threads share the work.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        parts = threads.map(some, (files[start : start + 500] for start in range(0, len(files), 500)))
        return dict(pair for part in parts for pair in part)


def read_files(
    files: Sequence[tuple[str, str]],
    *,
    most: int,
    mappings: Sequence[sources.TableMapping] = (),
    objections: Objections = _NO_OBJECTIONS,
) -> list[Made[SourceRow]]:
    """What each file gives; `files` are paths with the names by which findings call them."""
    return [_read_one(file, name, most, mappings, objections) for file, name in files]


def _read_one(
    file: str, name: str, most: int, mappings: Sequence[sources.TableMapping], objections: Objections
) -> Made[SourceRow]:
    try:
        readings = list(sources.read_file(Path(file), name, most=most, mappings=mappings))
        kept = [_row(objections.protect(reading.record)) for reading in readings if reading.record]
    except Exception as error:  # noqa: BLE001 - a reader that trips over one file must not stop the build
        return [SourceRow(findings=_json([failed(error, name)]))], ()
    told = [
        SourceRow(findings=_json([objections.protect_finding(finding) for finding in r.findings]))
        for r in readings
        if not r.record and r.findings
    ]
    return [*(row for row, _ in kept), *told] or [SourceRow()], [content for _, content in kept]


def _row(record: PartnershipRecord) -> tuple[SourceRow, Content]:
    told = record.model_dump_json(exclude_defaults=True).encode()
    row = SourceRow(
        record=hashlib.sha256(told).digest(),
        key=record.key,
        identity=sources.identity(record),
        described=json.dumps(describe(record), ensure_ascii=False),
        day=_day(record),
        who=short_hash("|".join(sorted(f"{p.role}:{p.name}:{p.country}" for p in record.participants))),
        ends=record.end_date.isoformat() if record.end_date else record.end_month,
        end_year=record.end_year,
    )
    assert row.record
    return row, Content(row.record, pack(told))


def _day(record: PartnershipRecord) -> str | None:
    days = [origin.retrieved for origin in record.origins if not origin.superseded]
    return max(day.isoformat() for day in days if day) if days and all(days) else None


def _json(findings: Sequence[Finding]) -> str | None:
    return FINDINGS.dump_json(list(findings), exclude_defaults=True).decode() if findings else None


def failed(error: Exception, source: str | None = None, record: str | None = None) -> Finding:
    kind = type(error).__name__
    return Finding(
        code="not-understood",
        severity=Severity.VIOLATION,
        fr=f"La lecture a échoué sur une valeur imprévue ({kind}). Simplifiez cette source, ou signalez-la-nous.",
        en=f"Reading failed on a value that nobody foresaw ({kind}). Simplify this source, or report it to us.",
        source=source,
        record=record,
    )


def merged_groups(rows: Iterable[SourceRow], cache: Cache) -> list[tuple[list[SourceRow], list[SourceRow]]]:
    """For each partnership its rows, and what they come to: one row, or why there is none. Those of which several
    sources tell are merged, and kept like a file."""
    # A file that is named twice gives the same rows twice.
    groups = _groups(list(dict.fromkeys(row for row in rows if row.record)))
    several = {_sum(group): group for group in groups if len(group) > 1}

    def merge(missing: list[str]) -> Iterator[Made[SourceRow]]:
        return (_merge(several[sum_], [record_of(cache, row) for row in several[sum_]]) for sum_ in missing)

    merged = cache.each("merging", SourceRow, several, merge)
    return [(group, group if len(group) == 1 else merged[_sum(group)]) for group in groups]


def _groups(rows: Sequence[SourceRow]) -> list[list[SourceRow]]:
    """Rows of one partnership together: those of one key and identity, and those of one page that was saved on several
    days, whose title or partners were corrected meanwhile."""
    groups: dict[tuple[str, str], list[SourceRow]] = {}
    for row in rows:
        groups.setdefault((row.key, row.identity), []).append(row)
    joined = {name: name for name in groups}
    for first, other in _saved_again(rows):
        joined[_last(joined, other)] = _last(joined, first)
    together: dict[tuple[str, str], list[SourceRow]] = {}
    for name, group in groups.items():
        together.setdefault(_last(joined, name), []).extend(group)
    return list(together.values())


def _last(joined: Mapping[tuple[str, str], tuple[str, str]], name: tuple[str, str]) -> tuple[str, str]:
    while joined[name] != name:
        name = joined[name]
    return name


def _saved_again(rows: Sequence[SourceRow]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Pairs of key and identity of pages that were saved again. Of an address from which several partnerships come on
    one day, nothing follows: it is that of a list."""
    pages: dict[str, list[tuple[Description, SourceRow]]] = {}
    for row in rows:
        if row.day:
            described = row.description
            for address in described.addresses:
                pages.setdefault(address, []).append((described, row))
    for some in pages.values():
        if 1 < len(some) == len({row.day for _, row in some}):
            (_, first), *others = sorted(some, key=lambda pair: pair[1].day or "")
            for _, other in others:
                one, two = Compared(first.description), Compared(other.description)
                if (first.key, first.identity) != (other.key, other.identity) and is_one_page(one, two):
                    yield (first.key, first.identity), (other.key, other.identity)


def _sum(group: Sequence[SourceRow]) -> str:
    return hashlib.sha256(b"".join(row.record or b"" for row in group)).hexdigest()


def _merge(rows: Sequence[SourceRow], records: Sequence[PartnershipRecord]) -> Made[SourceRow]:
    try:
        record = sources.merge_one(records)
    except ValueError as error:  # together they are more than one record may be
        return [SourceRow(findings=_json([failed(error, record=records[0].key)]))], ()
    row, content = _row(record)
    # A key that was given is kept: of a page whose title was corrected, that of the first title.
    return [row._replace(key=min(rows, key=lambda one: one.day or "").key)], [content]


def by_key(rows: Iterable[SourceRow], register: Register) -> tuple[dict[str, SourceRow], Assignment]:
    """Records by key, and what became of the keys of the register (docs/iri-policy.md)."""
    told = [row for row in rows if row.record]
    keys = assign((Unnamed(row.key, row.who, row.description) for row in told), register)
    return dict(sorted(zip(keys.keys, told, strict=True))), keys
