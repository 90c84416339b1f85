"""Files -> records under their keys.

Of a file that has not changed, only its bytes and its rows in the cache are looked at: no record is made of it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from pydantic import TypeAdapter

from atlas_ld import sources
from atlas_ld.config import Settings
from atlas_ld.findings import Finding
from atlas_ld.iris import short_hash
from atlas_ld.pipeline.cache import forget, opened, pack, record_of
from atlas_ld.processes import ALONE, Workers
from atlas_ld.records import PartnershipRecord

FINDINGS = TypeAdapter(list[Finding])


class RecordSummary(NamedTuple):
    """What every build looks at of a record.

    record      SHA-256 of the record in JSON; the record itself is `cache.record_of`
    key         the key that it would have alone
    identity    with the key, what makes records of several sources one: see `sources.merge`
    who         a hash of who takes part, for records that would share a key
    ends        the end date, in ISO 8601
    end_year    the end year
    """

    record: str
    key: str
    identity: str
    who: str
    ends: str | None
    end_year: int | None

    @property
    def end_date(self) -> date | None:
        return date.fromisoformat(self.ends) if self.ends else None


class Row(NamedTuple):
    """A row of the cache: a record, or findings on what gave none, or on records that were merged to one."""

    told: RecordSummary | None
    findings: str | None


@dataclass(frozen=True)
class Readings:
    """What the sources gave: records by key, findings on files that gave none, the SHA-256 of each file, and the tables
    of decisions, each with its name."""

    records: dict[str, RecordSummary]
    unreadable: list[Finding]
    inputs: dict[str, str]
    decisions: tuple[tuple[str, bytes], ...] = ()


def read_all(data: Iterable[Path], settings: Settings, cache: Connection, workers: Workers = ALONE) -> Readings:
    """Every record of these files and folders under its key; those that two sources tell of are merged.

    Raises UnreadableSource for a path that is not there.
    """
    files: list[tuple[str, str]] = []
    most = settings.source_mb * 2**20
    inputs: dict[str, str] = {}
    tables: list[tuple[str, str]] = []
    for path in data:
        found = sources.files(path, hidden=True)
        sums = _sums([file for file, _ in found], most)
        above = f"{path.name}/" if path.is_dir() and path.name else ""
        inputs |= {f"{above}{name}": sums[file] for file, name in found if file in sums}
        tables += [(file, name) for file, name in found if Path(file).name == sources.DECISIONS]
        files += [(file, f"{sums.get(file)} {name}") for file, name in found if sources.is_visible(name)]
    known = _known(cache)
    missing = [(file, source) for file, source in files if source not in known]
    for (_, source), made in zip(missing, workers.spread(partial(_read, most=most), missing), strict=True):
        known[source] = list(_keep(cache, source, made))
    rows = [row for _, source in files for row in known[source]]
    used = {source for _, source in files}
    merged = _merged((row.told for row in rows if row.told), cache, known, used)
    forget(cache, "reading", "source", used)
    forget(cache, "record", "digest", {row.told.record for source in used for row in known[source] if row.told})
    remarks = [row.findings for row in (*rows, *merged) if row.findings]
    unreadable = [finding for told in remarks for finding in FINDINGS.validate_json(told)]
    decisions: list[tuple[str, bytes]] = []
    for file, name in tables:
        told = sources.content(file, most)
        if isinstance(told, bytes):
            decisions.append((name, told))
        else:
            unreadable += [finding.at(source=name) for finding in told.findings]
    return Readings(_by_key(row.told for row in merged if row.told), unreadable, inputs, tuple(decisions))


def read_records(data: Iterable[Path], settings: Settings) -> tuple[dict[str, PartnershipRecord], list[Finding]]:
    """Every record of these files and folders by key, and the findings on what gave none; nothing is kept.

    Raises UnreadableSource for a path that is not there.
    """
    with opened(None, "") as cache:
        readings = read_all(data, settings, cache)
        return {key: record_of(cache, told.record) for key, told in readings.records.items()}, readings.unreadable


def _sums(files: Sequence[str], most: int) -> dict[str, str]:
    """The SHA-256 of each file, but of those that are not read, of which the reader says why."""

    def some(part: Sequence[str]) -> list[tuple[str, str]]:
        return [(file, sum_) for file in part if (sum_ := sources.digest(file, most))]

    # Reading and hashing leave the interpreter free, so threads share the work.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        parts = threads.map(some, (files[start : start + 500] for start in range(0, len(files), 500)))
        return dict(pair for part in parts for pair in part)


def _known(cache: Connection) -> dict[str, list[Row]]:
    known: dict[str, list[Row]] = {}
    for source, _, record, *told, findings in cache.execute("SELECT * FROM reading ORDER BY source, number"):
        known.setdefault(source, []).append(Row(RecordSummary(record, *told) if record else None, findings))
    return known


class _Made(NamedTuple):
    """A row to be kept, and the record in JSON, packed."""

    row: Row
    packed: bytes | None


def _read(files: Sequence[tuple[str, str]], *, most: int) -> list[list[_Made]]:
    """What each file (its path, and its SHA-256 with its name) gives."""
    return [
        [
            _made(reading.record) if reading.record else _Made(Row(None, _json(reading.findings)), None)
            for reading in sources.read_file(Path(file), source.partition(" ")[2], most=most)
        ]
        or [_Made(Row(None, None), None)]
        for file, source in files
    ]


def _made(record: PartnershipRecord, findings: Sequence[Finding] = ()) -> _Made:
    told = record.model_dump_json(exclude_defaults=True).encode()
    row = RecordSummary(
        record=hashlib.sha256(told).hexdigest(),
        key=record.key,
        identity=sources.identity(record),
        who=short_hash("|".join(sorted(f"{p.role}:{p.name}:{p.country}" for p in record.participants))),
        ends=record.end_date.isoformat() if record.end_date else None,
        end_year=record.end_year,
    )
    return _Made(Row(row, _json(findings)), pack(told))


def _json(findings: Sequence[Finding]) -> str | None:
    return FINDINGS.dump_json(list(findings), exclude_defaults=True).decode() if findings else None


def _keep(cache: Connection, source: str, made: Sequence[_Made]) -> Iterator[Row]:
    for number, (row, packed) in enumerate(made):
        told = row.told or (None,) * len(RecordSummary._fields)
        cache.execute("INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (source, number, *told, row.findings))
        if row.told:
            cache.execute("INSERT OR IGNORE INTO record VALUES (?, ?)", (row.told.record, packed))
        yield row


def _merged(
    records: Iterable[RecordSummary], cache: Connection, known: dict[str, list[Row]], used: set[str]
) -> list[Row]:
    """One row for each partnership; those of which several sources tell are merged, and kept like a source."""
    groups: dict[tuple[str, str], list[RecordSummary]] = {}
    for told in records:
        groups.setdefault((told.key, told.identity), []).append(told)
    merged: list[Row] = []
    for group in groups.values():
        if len(group) == 1:
            merged.append(Row(group[0], None))
            continue
        source = "merged " + hashlib.sha256(" ".join(told.record for told in group).encode()).hexdigest()
        if source not in known:
            (record,), findings = sources.merge(record_of(cache, told.record) for told in group)
            known[source] = list(_keep(cache, source, [_made(record, findings)]))
        used.add(source)
        merged += known[source]
    return merged


def _by_key(records: Iterable[RecordSummary]) -> dict[str, RecordSummary]:
    """Records by key; those that would share one get a hash of who takes part in them (docs/iri-policy.md)."""
    groups: dict[str, list[RecordSummary]] = {}
    for told in records:
        groups.setdefault(told.key, []).append(told)
    keyed = {f"{stem}-{told.who}" if len(group) > 1 else stem: told for stem, group in groups.items() for told in group}
    return dict(sorted(keyed.items()))
