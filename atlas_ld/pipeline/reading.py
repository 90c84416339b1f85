"""Files -> records under their keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from atlas_ld import sources
from atlas_ld.findings import Finding
from atlas_ld.iris import short_hash
from atlas_ld.pipeline.cache import Cache, key
from atlas_ld.processes import ALONE, Workers
from atlas_ld.records import PartnershipRecord


@dataclass(frozen=True)
class Readings:
    """What the sources gave: records by key, findings on files that gave none, and the SHA-256 of each file."""

    records: dict[str, PartnershipRecord]
    unreadable: list[Finding]
    inputs: dict[str, str]


class _Kept(BaseModel):
    """A `sources.Reading` as it is kept and sent. The findings of a record are in the record."""

    model_config = ConfigDict(frozen=True)

    record: PartnershipRecord | None
    findings: tuple[Finding, ...] = ()


_KEPT = TypeAdapter(list[_Kept])


def read_all(data: Iterable[Path], cache: Cache | None = None, workers: Workers = ALONE) -> Readings:
    """Every record of these files and folders under its key; those that two sources tell of are merged.

    Raises UnreadableSource for a path that is not there.
    """
    files: list[tuple[Path, str]] = []
    sums: dict[Path, str] = {}
    inputs: dict[str, str] = {}
    for path in data:
        files += sources.files(path)
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                sums[file] = hashlib.sha256(file.read_bytes()).hexdigest()
                inputs[file.relative_to(path.parent).as_posix()] = sums[file]
    keys = [key("reading", name, sums.get(file, "")) for file, name in files]
    known = cache.get(keys) if cache else {}
    missing = [(at, found) for at, found in zip(keys, files, strict=True) if at not in known]
    read = dict(zip((at for at, _ in missing), workers.spread(_read, [found for _, found in missing]), strict=True))
    if cache:
        cache.put(read.items())
    records: list[PartnershipRecord] = []
    unreadable: list[Finding] = []
    for at in keys:
        for kept in _KEPT.validate_json(known.get(at) or read[at]):
            if kept.record is None:
                unreadable += kept.findings
            else:
                records.append(kept.record)
    merged, findings = sources.merge(records)
    return Readings(_by_key(merged), [*unreadable, *findings], inputs)


def _read(files: Sequence[tuple[Path, str]]) -> list[bytes]:
    """What each file gives, as it is kept."""
    return [
        _KEPT.dump_json(
            [
                _Kept(record=reading.record, findings=() if reading.record else reading.findings)
                for reading in sources.read_file(file, name)
            ],
            exclude_defaults=True,
        )
        for file, name in files
    ]


def _by_key(records: Iterable[PartnershipRecord]) -> dict[str, PartnershipRecord]:
    """Records by key; those that would share one get a hash of who takes part in them (docs/iri-policy.md)."""
    groups: dict[str, list[PartnershipRecord]] = {}
    for record in records:
        groups.setdefault(record.key, []).append(record)
    keyed: dict[str, PartnershipRecord] = {}
    for stem, group in groups.items():
        for record in group:
            who = "|".join(sorted(f"{p.role}:{p.name}:{p.country}" for p in record.participants))
            keyed[f"{stem}-{short_hash(who)}" if len(group) > 1 else stem] = record
    return dict(sorted(keyed.items()))
