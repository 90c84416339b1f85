"""Files -> records under their keys."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from atlas_ld import sources
from atlas_ld.config import Settings
from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import short_hash
from atlas_ld.pipeline.cache import Cache, Content, Made, opened, pack
from atlas_ld.processes import ALONE, Workers
from atlas_ld.records import PartnershipRecord

FINDINGS = TypeAdapter(list[Finding])


class SourceRow(NamedTuple):
    """What every build looks at of a record, or of what gave none.

    record      SHA-256 of the record in JSON (`record_of`); None where there is none
    key         the key that it would have alone
    identity    with the key, what makes records of several sources one: see `sources.merge`
    who         a hash of who takes part, for records that would share a key
    ends        the end date, in ISO 8601
    end_year    the end year
    findings    why there is no record, or what merged sources disagree on, as JSON
    """

    record: bytes | None = None
    key: str = ""
    identity: str = ""
    who: str = ""
    ends: str | None = None
    end_year: int | None = None
    findings: str | None = None

    @property
    def end_date(self) -> date | None:
        return date.fromisoformat(self.ends) if self.ends else None


@dataclass(frozen=True)
class Readings:
    """What the sources gave: records by key, findings on files that gave none, the SHA-256 of each file, and the tables
    of a steward's decisions, each with its name."""

    records: dict[str, SourceRow]
    unreadable: list[Finding]
    inputs: dict[str, str]
    decisions: tuple[tuple[str, bytes], ...]


def read_all(data: Iterable[Path], settings: Settings, cache: Cache, workers: Workers = ALONE) -> Readings:
    """Every record of these files and folders under its key; those that two sources tell of are merged.

    Raises UnreadableSource for a path that is not there.
    """
    most = settings.source_mb * 2**20
    files: dict[str, str] = {}
    inputs: dict[str, str] = {}
    tables: list[tuple[str, str]] = []
    for path in data:
        found = sources.files(path, hidden=True)
        sums = _sums([file for file, _ in found], most)
        above = f"{path.name}/" if path.is_dir() and path.name else ""
        inputs |= {f"{above}{name}": sums[file] for file, name in found if file in sums}
        tables += [(file, name) for file, name in found if Path(file).name == sources.DECISIONS]
        # What has no sum is not read, and nothing says that it is what it was: it is looked at each time.
        files |= {
            f"{sums.get(file, os.urandom(16).hex())} {name}": file for file, name in found if sources.is_visible(name)
        }

    def read(missing: list[str]) -> Iterator[Made[SourceRow]]:
        named = [(files[source], source.partition(" ")[2]) for source in missing]
        return workers.spread(partial(_read, most=most), named)

    rows = [row for given in cache.each("reading", SourceRow, files, read).values() for row in given]
    merged = _merged(rows, cache)
    kept = {digest for (digest,) in cache.execute("SELECT digest FROM content WHERE iri IS NULL")}
    cache.drop(kept - {row.record for row in (*rows, *merged)})
    remarks = [row.findings for row in (*(row for row in rows if not row.record), *merged) if row.findings]
    unreadable = [finding for told in remarks for finding in FINDINGS.validate_json(told)]
    decisions: list[tuple[str, bytes]] = []
    for file, name in tables:
        table = sources.content(file, most)
        if isinstance(table, bytes):
            decisions.append((name, table))
        else:
            unreadable += [finding.at(source=name) for finding in table.findings]
    return Readings(_by_key(merged), unreadable, inputs, tuple(decisions))


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


def _sums(files: Sequence[str], most: int) -> dict[str, str]:
    """The SHA-256 of each file, but of those that are not read, of which the reader says why."""

    def some(part: Sequence[str]) -> list[tuple[str, str]]:
        return [(file, sum_) for file in part if (sum_ := sources.digest(file, most))]

    # Reading and hashing leave the interpreter free, so threads share the work.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        parts = threads.map(some, (files[start : start + 500] for start in range(0, len(files), 500)))
        return dict(pair for part in parts for pair in part)


def _read(files: Sequence[tuple[str, str]], *, most: int) -> list[Made[SourceRow]]:
    """What each file gives; `files` are paths with the names by which findings call them."""
    return [_read_one(file, name, most) for file, name in files]


def _read_one(file: str, name: str, most: int) -> Made[SourceRow]:
    try:
        readings = list(sources.read_file(Path(file), name, most=most))
        kept = [_row(reading.record) for reading in readings if reading.record]
    except Exception as error:  # noqa: BLE001 - a reader that trips over one file must not stop the build
        return [SourceRow(findings=_json([failed(error, name)]))], ()
    told = [SourceRow(findings=_json(r.findings)) for r in readings if not r.record and r.findings]
    return [*(row for row, _ in kept), *told] or [SourceRow()], [content for _, content in kept]


def _row(record: PartnershipRecord, findings: Sequence[Finding] = ()) -> tuple[SourceRow, Content]:
    told = record.model_dump_json(exclude_defaults=True).encode()
    row = SourceRow(
        record=hashlib.sha256(told).digest(),
        key=record.key,
        identity=sources.identity(record),
        who=short_hash("|".join(sorted(f"{p.role}:{p.name}:{p.country}" for p in record.participants))),
        ends=record.end_date.isoformat() if record.end_date else None,
        end_year=record.end_year,
        findings=_json(findings),
    )
    assert row.record
    return row, Content(row.record, pack(told))


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


def _merged(rows: Iterable[SourceRow], cache: Cache) -> list[SourceRow]:
    """One row for each partnership; those of which several sources tell are merged, and kept like a file."""
    groups: dict[tuple[str, str], list[SourceRow]] = {}
    for row in rows:
        if row.record:
            groups.setdefault((row.key, row.identity), []).append(row)
    several = {_sum(group): group for group in groups.values() if len(group) > 1}

    def merge(missing: list[str]) -> Iterator[Made[SourceRow]]:
        return (_merge([record_of(cache, row) for row in several[sum_]]) for sum_ in missing)

    merged = cache.each("merging", SourceRow, several, merge)
    return [row for group in groups.values() for row in (group if len(group) == 1 else merged[_sum(group)])]


def _sum(group: Sequence[SourceRow]) -> str:
    return hashlib.sha256(b"".join(row.record or b"" for row in group)).hexdigest()


def _merge(records: Sequence[PartnershipRecord]) -> Made[SourceRow]:
    try:
        (record,), findings = sources.merge(records)
    except ValueError as error:  # together they are more than one record may be
        return [SourceRow(findings=_json([failed(error, record=records[0].key)]))], ()
    row, content = _row(record, findings)
    return [row], [content]


def _by_key(rows: Iterable[SourceRow]) -> dict[str, SourceRow]:
    """Records by key; those that would share one get a hash of who takes part in them (docs/iri-policy.md)."""
    groups: dict[str, list[SourceRow]] = {}
    for row in rows:
        if row.record:
            groups.setdefault(row.key, []).append(row)
    keyed = {f"{stem}-{row.who}" if len(group) > 1 else stem: row for stem, group in groups.items() for row in group}
    return dict(sorted(keyed.items()))
