"""The build: every step, in order."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from atlas_ld.config import Settings
from atlas_ld.errors import ReleaseError, StrictBuildRefused
from atlas_ld.findings import Finding, Severity
from atlas_ld.keys import Assignment, Register
from atlas_ld.model import load_model
from atlas_ld.pipeline.cache import opened
from atlas_ld.pipeline.checking import check
from atlas_ld.pipeline.clock import Clock, Progress
from atlas_ld.pipeline.gathering import gather
from atlas_ld.pipeline.reading import FINDINGS, Readings, read_all
from atlas_ld.processes import Workers, no_collector
from atlas_ld.release import layout
from atlas_ld.release.moved import KeyChanges, key_changes, keys_of
from atlas_ld.release.writing.writer import remove_unfinished, sound_current, write_release

CACHE = ".cache.sqlite"


@dataclass(frozen=True)
class Outcome:
    """What a build did. `findings` are all of them, those of published records too; `keys` says what became of the keys
    of partnerships that the release before had, and `unregistered` which ones no register among the data remembers."""

    release: layout.Release
    findings: list[Finding]
    seconds: Mapping[str, float]
    keys: KeyChanges
    unregistered: tuple[str, ...]


def build(
    data: Sequence[Path],
    settings: Settings,
    *,
    day: date,
    strict: bool = False,
    candidate: bool = False,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Build a release from the files and folders of `data` and make it current.

    Records with a violation are quarantined; with `strict` they stop the build instead, and so do addresses of the
    current release that would be lost (StrictBuildRefused). A `candidate` is built and not made current: what it
    changes can be looked at first (`comparison`).
    Raises UnreadableSource for a path that is not there, ReleaseError where a release cannot be written, of which
    nothing is left then.
    """
    clock = Clock(progress)
    with (
        _in_sentences(settings.releases),
        layout.building(settings.releases),
        Workers() as workers,
        no_collector(),
        ThreadPoolExecutor(1) as beside,
    ):
        remove_unfinished(settings.releases)
        previous = beside.submit(sound_current, settings.releases)  # hashing needs little of Python
        clock.begin("reading the sources")
        with opened(settings.releases / CACHE, settings.base_iri) as cache:
            readings = read_all(data, settings, cache, workers)
            changed = key_changes(_published(settings.releases).entries, readings.keys.entries)
            if changed.lost:
                progress(_lost(changed))
            clock.begin("matching, mapping and validating", f"{len(readings.records)} records")
            checks = check(readings, settings, day, cache, workers)
            clock.begin("gathering the graph")
            content = gather(readings, checks, settings, cache, workers)
        every = [*readings.unreadable, *checks.remarks] + [
            one for row in checks.records.values() if row.findings for one in FINDINGS.validate_json(row.findings)
        ]
        if strict and (content.quarantined or readings.unreadable):
            raise StrictBuildRefused(_refusal(content.quarantined, readings, every))
        if strict and changed.lost:
            raise StrictBuildRefused(f"{_lost(changed)} Nothing was built (--strict).")
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
            candidate,
        )
        clock.begin(None)
    return Outcome(release, every, clock.seconds, changed, tuple(sorted(readings.keys.new)))


def register(data: Sequence[Path], settings: Settings) -> Assignment:
    """The keys of the partnerships of these files and folders: as the registers among them remember, else as the
    current release has them, else new ones. Raises UnreadableSource for a path that is not there."""
    with opened(None, "") as cache:
        return read_all(data, settings, cache, published=_published(settings.releases)).keys


def _published(releases: Path) -> Register:
    """The register of the current release."""
    current = layout.current_id(releases)
    return keys_of(releases / current) if current else Register()


def _lost(changed: KeyChanges) -> str:
    most = 5
    listed = ", ".join(changed.lost[:most]) + (", …" if len(changed.lost) > most else "")
    return (
        f"{len(changed.lost)} addresses of partnerships of the current release would answer 404: {listed}. `atlas-ld "
        "keys --write` keeps them: it recognises what was corrected, and notes the rest as withdrawn."
    )


@contextmanager
def _in_sentences(releases: Path) -> Iterator[None]:
    """What the disk, the store or the system refuses, as ReleaseError."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        full = getattr(error, "errno", None) == errno.ENOSPC or "full" in reason or "No space" in reason
        advice = "Make room there" if full else "Check that the disk is sound and the folder may be written"
        raise ReleaseError(
            f"The release could not be written to {releases}: {reason.rstrip('.')}. {advice}, and build again; "
            "the current release is as it was."
        ) from error
    except BrokenExecutor as error:
        raise ReleaseError(
            "A process of the build was ended from outside, perhaps for want of memory. Build again with more memory "
            "to spare; the current release is as it was."
        ) from error


def _refusal(quarantined: int, readings: Readings, findings: Sequence[Finding]) -> str:
    first = next(one for one in findings if one.severity is Severity.VIOLATION or not quarantined)
    return (
        f"{quarantined} records and {len(readings.unreadable)} files would be left out, so nothing was built "
        f"(--strict). The first: {first}"
    )
