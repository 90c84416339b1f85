"""The build: every step, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from atlas_ld.config import Settings
from atlas_ld.errors import StrictBuildRefused
from atlas_ld.findings import Finding, Severity
from atlas_ld.model import load_model
from atlas_ld.pipeline import cache
from atlas_ld.pipeline.checking import check
from atlas_ld.pipeline.clock import Clock, Progress
from atlas_ld.pipeline.gathering import gather
from atlas_ld.pipeline.reading import Readings, read_all
from atlas_ld.processes import Workers, no_collector
from atlas_ld.release import folder
from atlas_ld.release.writer import write_release

CACHE = ".cache.sqlite"


@dataclass(frozen=True)
class Outcome:
    """What a build did. `findings` are all of them, those of published records too."""

    release: folder.Release
    findings: list[Finding]
    seconds: Mapping[str, float]


def build(
    data: Sequence[Path], settings: Settings, *, day: date, strict: bool = False, progress: Progress = lambda _: None
) -> Outcome:
    """Build a release from the files and folders of `data` and make it current.

    Records with a violation are quarantined; with `strict` they stop the build instead (StrictBuildRefused).
    Raises UnreadableSource for a path that is not there, ReleaseError where a release cannot be written.
    """
    clock = Clock(progress)
    with folder.building(settings.releases), Workers() as workers, no_collector():
        clock.begin("reading the sources")
        with cache.opened(settings.releases / CACHE) as kept:
            readings = read_all(data, kept, workers)
            checked = check(readings, settings, day, clock, kept, workers)
            kept.forget()
        findings = {key: checked.findings(key) for key in checked.records}
        quarantined = {
            key for key, found in findings.items() if any(one.severity is Severity.VIOLATION for one in found)
        }
        if strict and (quarantined or readings.unreadable):
            raise StrictBuildRefused(_refusal(quarantined, readings, findings))
        clock.begin("gathering the graph")
        content = gather(readings, checked, findings, quarantined, settings)
        clock.begin("writing the release")
        release = write_release(
            content,
            load_model(settings.base_iri),
            settings.releases,
            settings,
            day,
            lambda step: clock.begin(step),
            workers,
        )
        clock.begin(None)
    every = [*readings.unreadable, *(one for found in findings.values() for one in found)]
    return Outcome(release, every, clock.seconds)


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
