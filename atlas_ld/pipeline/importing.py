"""Sources -> a folder of records, one JSON file each, with a manifest of what came from which file.

A corrected file replaces its records, a withdrawn one is told, a file that cannot be read any more keeps what it gave
before, and what has not changed is not read again (docs/decisions/0044).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath

from atlas_ld import sources
from atlas_ld.config import Settings
from atlas_ld.findings import Finding, Severity
from atlas_ld.keys import Register, read_register
from atlas_ld.pipeline.cache import Cache, Made, opened
from atlas_ld.pipeline.clock import Progress
from atlas_ld.pipeline.import_changes import replaced_records, verdict
from atlas_ld.pipeline.import_files import Listed, SourceFile, check_mappings, source_files
from atlas_ld.pipeline.reading import (
    FINDINGS,
    SourceRow,
    by_key,
    merged_groups,
    read_files,
    record_of,
)
from atlas_ld.privacy.objections import Objections, read_objections
from atlas_ld.processes import ALONE, Workers
from atlas_ld.records import PartnershipRecord
from atlas_ld.sources import TableMapping
from atlas_ld.sources.reading import remark
from atlas_ld.sources.record_folder import Changes, FileEntry, Manifest, RecordEntry, importing, sums

CACHE = ".import.sqlite"
_EVERY = 500
"""Files after which progress is told."""


@dataclass(frozen=True)
class Imported:
    """What an import did.

    `records` are all keys that the folder holds by the sources; `written` those whose file is new or another now;
    `withdrawn` those that no source gives any more, which are there still, or (`pruned`) were removed; `replaced` those
    that a corrected file gives under another key. `findings` are those of what was read now, `counts` those of all
    records by severity, `kinds` how many files there are by their extension, of which `files_read` were read now.
    """

    records: Collection[str]
    written: Sequence[str]
    withdrawn: Sequence[str]
    pruned: Sequence[str]
    replaced: Mapping[str, str]
    findings: Sequence[Finding]
    titles: Mapping[str, str]
    counts: Mapping[str, int]
    kinds: Mapping[str, int]
    files_read: int
    files_known: int

    def summary(self) -> dict[str, object]:
        """The same for machines, but for the findings."""
        return {
            "files": {"read": self.files_read, "unchanged": self.files_known, "by_kind": dict(self.kinds)},
            "records": len(self.records),
            "written": list(self.written),
            "withdrawn": list(self.withdrawn),
            "pruned": list(self.pruned),
            "replaced": dict(self.replaced),
            "findings": dict(self.counts),
        }


Given = tuple[SourceFile, list[SourceRow], bool]
"""A file, what it gives, and whether that is what it gave before because it cannot be read now."""


def import_sources(
    paths: Sequence[Path],
    into: Path,
    settings: Settings,
    *,
    mappings: Sequence[TableMapping] = (),
    prune: bool = False,
    every: bool = False,
    progress: Progress = lambda _: None,
    workers: Workers = ALONE,
) -> Imported:
    """Read the files and folders `paths` and bring the records in the folder `into` up to date with them.

    With `prune`, records that no source gives any more are removed. With `every`, the findings of records that have not
    changed are among those that come back. Raises UnreadableSource for a path that is not there, BrokenMapping for a
    mapping that fits no table, AtlasError where another import is at work or the disk refuses.
    """
    with importing(into):
        manifest = Manifest.load(into)
        listed = [(path, sources.files(path, hidden=True)) for path in paths]
        objections = _objections(listed, into, settings)
        files = source_files(listed, into, settings, mappings, manifest, objections)
        check_mappings(mappings, [file for file in files if file.path], settings.source_mb * 2**20)
        with opened(into / CACHE, "") as cache:
            rows = _rows(files, into, settings, mappings, objections, cache, progress, workers)
            return _brought_up_to_date(files, rows, into, manifest, objections, cache, prune, every)


def _objections(listed: Sequence[Listed], into: Path, settings: Settings) -> Objections:
    """Those of the folder of records and of the sources."""
    found = [(str(into / sources.OBJECTIONS), sources.OBJECTIONS)] if (into / sources.OBJECTIONS).exists() else []
    found += [pair for _, files in listed for pair in files if pair[0].endswith(f"/{sources.OBJECTIONS}")]
    read = [(name, sources.content(file, settings.source_mb * 2**20)) for file, name in found]
    return read_objections((name, content) for name, content in read if isinstance(content, bytes))


# What they give


def _rows(
    files: Sequence[SourceFile],
    into: Path,
    settings: Settings,
    mappings: Sequence[TableMapping],
    objections: Objections,
    cache: Cache,
    progress: Progress,
    workers: Workers,
) -> list[Given]:
    """What each file gives."""
    inputs = {file: file.input for file in files}
    old = {file: file.input_before for file in files if file.input_before and not file.is_known}
    by_input = {input_: file for file, input_ in inputs.items() if file.path}
    kept = {input_: file.before for file, input_ in old.items() if file.before}
    kept |= {inputs[file]: file.before for file in files if file.path is None and file.before}

    def read(missing: list[str]) -> Iterator[Made[SourceRow]]:
        new = [by_input[input_] for input_ in missing if input_ in by_input]
        if len(new) >= _EVERY:
            progress(f"reading {len(new)} files")
        named = [(file.path or "", file.read_as) for file in new]
        most = settings.source_mb * 2**20
        made = workers.spread(partial(read_files, most=most, mappings=mappings, objections=objections), named)
        for number, input_ in enumerate(missing, start=1):
            yield next(made) if input_ in by_input else _from_records(kept[input_], into, objections)
            if number % _EVERY == 0:
                progress(f"read {number} of {len(missing)}")

    given = cache.each("reading", SourceRow, dict.fromkeys([*inputs.values(), *old.values()]), read)
    told = []
    for file in files:
        rows = given[inputs[file]]
        failed = file in old and not any(row.record for row in rows) and _is_refused(rows)
        before = given[old[file]] if failed else []
        if failed and any(row.record for row in before):
            told.append((file, [*before, *rows, _kept_row(file)], True))
        else:
            told.append((file, rows, False))
    return told


def _is_refused(rows: Iterable[SourceRow]) -> bool:
    return any(finding.severity is Severity.VIOLATION for finding in _without_record(rows))


def _from_records(entry: FileEntry | None, into: Path, objections: Objections) -> Made[SourceRow]:
    """What a file gave, out of the records that it gave: for one that is not there any more, or not readable."""
    files = [str(into / f"{key}.json") for key in (entry.records if entry else ())]
    there = [(file, "record.json") for file in files if Path(file).exists()]
    made = read_files(there, most=2**30, objections=objections)
    rows = [row for given, _ in made for row in given]
    return rows or [SourceRow()], [content for _, contents in made for content in contents]


def _kept_row(file: SourceFile) -> SourceRow:
    assert file.before
    day, number = file.before.read.date().isoformat(), len(file.before.records)
    finding = remark(
        "records-kept",
        Severity.INFO,
        f"Le fichier ne se lit plus ; ce qu'il a donné le {day} reste ({number} fiche(s)).",
        f"The file cannot be read now; what it gave on {day} is kept ({number} record(s)).",
        source=file.name,
    )
    return SourceRow(findings=FINDINGS.dump_json([finding], exclude_defaults=True).decode())


# What becomes of the records


def _brought_up_to_date(
    files: Sequence[SourceFile],
    rows: Sequence[Given],
    into: Path,
    manifest: Manifest,
    objections: Objections,
    cache: Cache,
    prune: bool,
    every: bool,
) -> Imported:
    groups = merged_groups((row for _, given, _ in rows for row in given), cache)
    final, _ = by_key((row for _, wholes in groups for row in wholes), _register(into))
    final = {key: row for key, row in final.items() if key not in objections.records}
    keys = {row: key for key, row in final.items()}
    whole = {row: keys.get(wholes[0]) for group, wholes in groups for row in group}
    of_file = {
        (file.source, file.name): tuple(dict.fromkeys(key for row in given if (key := whole.get(row))))
        for file, given, _ in rows
    }
    gone = {key: entry for key, entry in manifest.records.items() if key not in final}
    replaced = replaced_records(files, of_file, final, gone, into, cache)
    gone = {key: entry for key, entry in gone.items() if key not in replaced and (into / f"{key}.json").exists()}
    objected = [key for key in objections.records if (into / f"{key}.json").exists()]
    gone = {key: entry for key, entry in gone.items() if key not in objected}
    there = sums(into, final)
    changes = verdict(final, there, manifest)
    now = datetime.now(UTC).replace(microsecond=0)
    known = {key: manifest.records[key] for key in final if key in manifest.records}
    entries = {key: entry.model_copy(update={"withdrawn": None}) for key, entry in known.items()}
    if not prune:
        entries |= {
            key: e if e.withdrawn else e.model_copy(update={"withdrawn": now.date()}) for key, e in gone.items()
        }
    sources_ = _sources(rows, of_file, now)
    past = {old: new for old, new in {**manifest.replaced, **replaced}.items() if old not in final}
    removed = [*replaced, *objected, *(gone if prune else ())]
    findings = [f for file, given, _ in rows if file.path for f in _without_record(given)] + changes.findings
    findings += objections.findings
    titles: dict[str, str] = {}

    def told(key: str) -> PartnershipRecord:
        record = record_of(cache, final[key])
        findings.extend(record.findings)
        if record.title:
            titles[key] = record.title
        return record

    if changes.write or removed or (sources_, past, entries) != (manifest.sources, manifest.replaced, manifest.records):
        with Changes(into) as change:
            for key in changes.write:
                record = told(key)
                content = record.to_json().encode()
                entries[key] = _entry(final[key], record, content)
                change.write(key, content)
            for key in changes.set_aside:
                change.set_aside(key)
            for key in removed:
                change.remove(key)
            records = dict(sorted(entries.items()))
            change.seal(Manifest(sources=sources_, records=records, replaced=past))
    if every:
        for key in final.keys() - set(changes.write):
            told(key)
    used = {row.record for row in final.values()} | {row.record for _, given, _ in rows for row in given}
    kept = {digest for (digest,) in cache.execute("SELECT digest FROM content WHERE iri IS NULL")}
    cache.drop(kept - used)
    unchanged = sum(file.path is not None and file.is_known for file in files)
    total: Counter[str] = Counter(finding.severity.value for finding in findings if not finding.record)
    for entry in entries.values():
        total.update(entry.findings)
    return Imported(
        records=final.keys(),
        written=sorted(changes.write),
        withdrawn=[] if prune else sorted(gone),
        pruned=sorted(gone) if prune else [],
        replaced=replaced,
        findings=findings,
        titles=titles,
        counts={severity.value: total[severity.value] for severity in Severity},
        kinds=dict(sorted(Counter(_kind(file.name) for file in files if file.path).items())),
        files_read=sum(file.path is not None for file in files) - unchanged,
        files_known=unchanged,
    )


def _register(into: Path) -> Register:
    """The register of keys in the folder: a key that was given is kept."""
    path = into / sources.KEYS
    return read_register([(sources.KEYS, path.read_bytes())] if path.exists() else [])


def _kind(name: str) -> str:
    return PurePosixPath(name.partition("?")[0]).suffix.lower() or "-"


def _without_record(rows: Iterable[SourceRow]) -> list[Finding]:
    told = [row.findings for row in rows if row.findings and not row.record]
    return [finding for findings in told for finding in FINDINGS.validate_json(findings)]


def _hex(row: SourceRow) -> str:
    return (row.record or b"").hex()


def _entry(row: SourceRow, record: PartnershipRecord, content: bytes) -> RecordEntry:
    severities = Counter(finding.severity.value for finding in record.findings)
    sha256 = hashlib.sha256(content).hexdigest()
    return RecordEntry(content=_hex(row), sha256=sha256, findings=dict(sorted(severities.items())))


def _sources(
    rows: Iterable[tuple[SourceFile, list[SourceRow], bool]],
    of_file: Mapping[tuple[str, str], tuple[str, ...]],
    now: datetime,
) -> dict[str, dict[str, FileEntry]]:
    """The files by source. One that is kept for what it gave before stays as it was; one that is not read has no
    entry."""
    found: dict[str, dict[str, FileEntry]] = {}
    for file, _, was_kept in rows:
        entries = found.setdefault(file.source, {})
        records = of_file[file.source, file.name]
        if file.before and (was_kept or file.is_known):
            named = file.read_as if file.read_as != file.name else None
            entries[file.name] = file.before.model_copy(update={"records": records, "name": named})
        elif file.sha256:
            named = file.read_as if file.read_as != file.name else None
            entries[file.name] = FileEntry(
                sha256=file.sha256, read=now, mapping=file.mapping, name=named, records=records
            )
    return found
