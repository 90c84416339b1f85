"""The steps in order: sources -> records -> graph -> validation -> release. Nothing else calls them all."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from atlas_ld import sources
from atlas_ld.config import Settings
from atlas_ld.errors import StrictBuildRefused
from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import Iris, short_hash
from atlas_ld.mapping import Mapped, map_partnership
from atlas_ld.mapping.entities import Description
from atlas_ld.model import load_model
from atlas_ld.queries.description import describe_queries
from atlas_ld.rdf import LABELS, Triple, in_order, object_of, parse_file
from atlas_ld.records import PartnershipRecord
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve
from atlas_ld.release import folder
from atlas_ld.release.writer import Content, write_release
from atlas_ld.resources import root, turtle_files
from atlas_ld.validation import Group, Result, load_shapes, report_triples, validate_records

Progress = Callable[[str], None]


@dataclass
class Clock:
    """Seconds spent in each step, and who is told when one begins."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    _step: str | None = None
    _since: float = 0.0

    def begin(self, step: str | None, detail: str = "") -> None:
        now = time.monotonic()
        if self._step:
            self.seconds[self._step] = self.seconds.get(self._step, 0.0) + now - self._since
        self._step, self._since = step, now
        if step:
            self.progress(f"{step} {detail}".rstrip())


@dataclass(frozen=True)
class Readings:
    """What the sources gave: records by key, findings on files that gave none, and the SHA-256 of each file."""

    records: dict[str, PartnershipRecord]
    unreadable: list[Finding]
    inputs: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What a build did. `findings` are all of them, those of published records too."""

    release: folder.Release
    findings: list[Finding]
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class Checked:
    """Records as graphs, with the remarks of readers and matching and the results of SHACL, all by record."""

    mapped: dict[str, Mapped]
    remarks: dict[str, list[Finding]]
    results: dict[str, list[Result]]

    def findings(self, key: str) -> list[Finding]:
        """Everything that was found on one record."""
        return [*self.remarks[key], *(result.to_finding().at(record=key) for result in self.results.get(key, ()))]

    def distinct_results(self) -> list[Result]:
        """Each SHACL result once: one on a shared entity stands under every record that links to it."""
        return list(dict.fromkeys(result for found in self.results.values() for result in found))


def build(
    data: Sequence[Path], settings: Settings, *, day: date, strict: bool = False, progress: Progress = lambda _: None
) -> Outcome:
    """Build a release from the files and folders of `data` and make it current.

    Records with a violation are quarantined; with `strict` they stop the build instead (StrictBuildRefused).
    Raises UnreadableSource for a path that is not there, ReleaseError where a release cannot be written.
    """
    clock = Clock(progress)
    with folder.building(settings.releases):
        clock.begin("reading the sources")
        readings = read_all(data)
        checked = check(readings, settings, day, clock)
        findings = {key: checked.findings(key) for key in checked.mapped}
        quarantined = {key for key, found in findings.items() if _has_violation(found)}
        if strict and (quarantined or readings.unreadable):
            raise StrictBuildRefused(_refusal(quarantined, readings, findings))
        clock.begin("gathering the graph")
        content = _content(readings, checked, findings, quarantined, settings)
        clock.begin("writing the release")
        release = write_release(
            content, load_model(settings.base_iri), settings.releases, settings, day, lambda step: clock.begin(step)
        )
        clock.begin(None)
    every = [*readings.unreadable, *(one for found in findings.values() for one in found)]
    return Outcome(release, every, clock.seconds)


def read_all(data: Iterable[Path]) -> Readings:
    """Every record of these files and folders under its key; those that two sources tell of are merged."""
    records: list[PartnershipRecord] = []
    unreadable: list[Finding] = []
    inputs: dict[str, str] = {}
    for path in data:
        for reading in sources.read(path):
            if reading.record is None:
                unreadable += reading.findings
            else:
                records.append(reading.record)
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        inputs |= {
            file.relative_to(path.parent).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in files
            if file.is_file()
        }
    merged, findings = sources.merge(records)
    return Readings(_by_key(merged), [*unreadable, *findings], inputs)


def _by_key(records: Iterable[PartnershipRecord]) -> dict[str, PartnershipRecord]:
    """Records by key; those that would share one get a hash of who takes part in them (docs/iri-policy.md)."""
    groups: dict[str, list[PartnershipRecord]] = {}
    for record in records:
        groups.setdefault(record.key, []).append(record)
    keyed: dict[str, PartnershipRecord] = {}
    for key, group in groups.items():
        for record in group:
            who = "|".join(sorted(f"{p.role}:{p.name}:{p.country}" for p in record.participants))
            keyed[f"{key}-{short_hash(who)}" if len(group) > 1 else key] = record
    return dict(sorted(keyed.items()))


def check(readings: Readings, settings: Settings, day: date, clock: Clock) -> Checked:
    """Match, map and validate every record."""
    iris = Iris(settings.base_iri)
    clock.begin("matching and mapping", f"{len(readings.records)} records")
    gazetteer = Gazetteer.load()
    mapped: dict[str, Mapped] = {}
    remarks: dict[str, list[Finding]] = {}
    for key, record in readings.records.items():
        resolution = resolve(record, gazetteer)
        mapped[key] = map_partnership(record, key, resolution, gazetteer, iris, day)
        remarks[key] = [finding.at(record=key) for finding in (*record.findings, *resolution.findings)]
    clock.begin("validating", f"{len(mapped)} records")
    groups = {key: Group(one.own, one.shared) for key, one in mapped.items()}
    results = validate_records(groups, load_shapes(settings.base_iri))
    return Checked(mapped, remarks, results)


def _has_violation(findings: Iterable[Finding]) -> bool:
    return any(finding.severity is Severity.VIOLATION for finding in findings)


def _refusal(quarantined: set[str], readings: Readings, findings: Mapping[str, list[Finding]]) -> str:
    first = next(
        finding
        for finding in (*readings.unreadable, *(f for key in sorted(quarantined) for f in findings[key]))
        if finding.severity is Severity.VIOLATION or not quarantined
    )
    return (
        f"{len(quarantined)} records and {len(readings.unreadable)} files would be left out, so nothing was built "
        f"(--strict). The first: {first}"
    )


def _content(
    readings: Readings,
    checked: Checked,
    findings: Mapping[str, list[Finding]],
    quarantined: set[str],
    settings: Settings,
) -> Content:
    iris = Iris(settings.base_iri)
    order = load_model(settings.base_iri).order
    published = {key: mapped for key, mapped in checked.mapped.items() if key not in quarantined}
    data: list[Triple] = []
    for mapped in published.values():
        data += in_order(mapped.own, order)
    lists = turtle_files("ontology/codes") + [root() / "ontology" / name for name in ("themes.ttl", "goals.ttl")]
    described = _described(mapped.shared for mapped in published.values())
    entities = [triple for triples in described.values() for triple in triples]
    entities += [triple for path in lists for triple in parse_file(path, iris.base)]
    data += in_order(entities, order)
    return Content(
        data=list(dict.fromkeys(data)),
        ontology=_together([root() / "ontology" / name for name in ("atlas.ttl", "alignments.ttl")], iris),
        shapes=_together(turtle_files("shapes"), iris),
        report=report_triples(checked.distinct_results(), iris),
        quality=_quality(readings, findings, quarantined),
        inputs=readings.inputs,
        records=len(readings.records),
        example=_example(published, iris),
        queries=describe_queries(iris),
    )


def _together(paths: Iterable[Path], iris: Iris) -> str:
    """Turtle files as one, with the base against which their relative IRIs are resolved."""
    return f"@base <{iris.base}> .\n\n" + "\n".join(path.read_text("utf-8") for path in paths)


def _described(descriptions: Iterable[Description]) -> Description:
    """One description of each shared entity: the fullest, then the one not in capitals, then the first by text."""

    def rank(triples: list[Triple]) -> tuple[int, bool, str]:
        label = next((object_of(t).value for t in triples if t.predicate.value in LABELS), "")
        return (-len(triples), label.isupper(), " ".join(map(str, triples)))

    best: Description = {}
    for description in descriptions:
        for iri, triples in description.items():
            if iri not in best or rank(triples) < rank(best[iri]):
                best[iri] = triples
    return best


def _example(published: Mapping[str, Mapped], iris: Iris) -> str | None:
    """The partnership of which most is told."""
    key = max(published, key=lambda k: (len(published[k].own), k), default=None)
    return iris.entity("partnership", key) if key else None


def _quality(readings: Readings, findings: Mapping[str, list[Finding]], quarantined: set[str]) -> dict[str, Any]:
    """What the quality page shows; see docs/architecture.md."""
    every = [*readings.unreadable, *(finding for found in findings.values() for finding in found)]
    severities = Counter(finding.severity.value for finding in every)
    codes = Counter((finding.severity.value, finding.code) for finding in every)
    samples = {finding.code: finding for finding in reversed(every)}
    return {
        "counts": {severity.value: severities.get(severity.value, 0) for severity in Severity},
        "by_code": [
            {"severity": severity, "code": code, "count": count, "fr": samples[code].fr, "en": samples[code].en}
            for (severity, code), count in sorted(codes.items(), key=lambda item: (-item[1], item[0]))
        ],
        "quarantined": [
            {
                "key": key,
                "title": readings.records[key].title,
                "sources": [
                    {"title": origin.title, "address": origin.address} for origin in readings.records[key].origins
                ],
                "findings": [_plain(finding) for finding in findings[key]],
            }
            for key in sorted(quarantined)
        ],
        "published": {
            key: [_plain(finding) for finding in found]
            for key, found in sorted(findings.items())
            if found and key not in quarantined
        },
        "unreadable": [_plain(finding) for finding in readings.unreadable],
    }


def _plain(finding: Finding) -> dict[str, Any]:
    return finding.model_dump(mode="json", exclude_none=True)
