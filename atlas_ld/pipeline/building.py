"""The build: every step, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from atlas_ld.config import Settings
from atlas_ld.errors import StrictBuildRefused
from atlas_ld.findings import Finding, Severity
from atlas_ld.model import load_model
from atlas_ld.pipeline import cache
from atlas_ld.pipeline.checking import check, findings
from atlas_ld.pipeline.clock import Clock, Progress
from atlas_ld.pipeline.gathering import gather
from atlas_ld.pipeline.reading import Readings, read_all
from atlas_ld.processes import Workers, no_collector
from atlas_ld.release import layout
from atlas_ld.release.writing.writer import sound_current, write_release

CACHE = ".cache.sqlite"


@dataclass(frozen=True)
class Outcome:
    """What a build did. `findings` are all of them, those of published records too."""

    release: layout.Release
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
    path = settings.releases / CACHE
    with layout.building(settings.releases), Workers() as workers, no_collector(), ThreadPoolExecutor(1) as beside:
        previous = beside.submit(sound_current, settings.releases)  # hashing needs little of Python
        clock.begin("reading the sources")
        with cache.opened(path, settings.base_iri) as kept:
            readings = read_all(data, kept, workers)
            checks = check(readings, settings, day, clock, kept, workers)
            clock.begin("gathering the graph")
            content = gather(readings, checks, settings, kept, path)
        every = [*readings.unreadable, *(one for record in checks.records.values() for one in findings(record))]
        if strict and (content.quarantined or readings.unreadable):
            raise StrictBuildRefused(_refusal(content.quarantined, readings, every))
        clock.begin("writing the release")
        release = write_release(
            content,
            load_model(settings.base_iri),
            settings.releases,
            settings,
            day,
            lambda step: clock.begin(step),
            workers,
            previous.result(),
        )
        clock.begin(None)
    return Outcome(release, every, clock.seconds)


def _refusal(quarantined: int, readings: Readings, findings: Sequence[Finding]) -> str:
    first = next(one for one in findings if one.severity is Severity.VIOLATION or not quarantined)
    return (
        f"{quarantined} records and {len(readings.unreadable)} files would be left out, so nothing was built "
        f"(--strict). The first: {first}"
    )
