"""The folder that holds the releases, and which of them is current."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from atlas_ld.errors import ReleaseError
from atlas_ld.release.manifest import MANIFEST, Manifest

_ID = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{8}")
CURRENT = "current"
UNFINISHED = ".building-"
REMOVED = "removed.txt"
"""Beside the releases: the ids of those that were removed, a line each. Their addresses are gone, not unknown."""

CANONICAL = "download/atlas.nt"
"""The dump of which others are made: N-Triples sorted by entity, then by line."""
CATALOGUE = "catalogue.ttl"
ONTOLOGY = "ontology.ttl"
REPORT = "quality.ttl"
REVIEW = "review.json"
STORE = "store"


@dataclass(frozen=True)
class Release:
    """An existing release: where it is and what its manifest says."""

    path: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def store(self) -> Path:
        return self.path / STORE

    @property
    def dump(self) -> Path:
        """The canonical dump (`canonical.Dump` reads it)."""
        return self.path / CANONICAL

    @property
    def ontology(self) -> Path:
        return self.path / ONTOLOGY


def open_release(releases: Path, release_id: str | None = None) -> Release:
    """The release with this id, or the current one. Raises ReleaseError."""
    if release_id is None:
        path = releases / CURRENT
        if not path.exists():
            raise ReleaseError(f"There is no current release in {releases}; make one with `atlas-ld build`.")
        path = path.resolve()
    else:
        path = releases / release_id
        if not _ID.fullmatch(release_id) or not path.is_dir():
            raise ReleaseError(f"There is no release {release_id} in {releases}; see `atlas-ld releases list`.")
    return Release(path, Manifest.load(path))


def release_ids(releases: Path, *, candidates: bool = False) -> list[str]:
    """The ids of every release, newest first: by their dates, those of one day by the time of their manifests. A folder
    that does not exist holds none. `candidates` too: releases that have never been current, which nobody shows."""
    found = [path for path in releases.iterdir() if _ID.fullmatch(path.name)] if releases.is_dir() else []
    shown = found if candidates else [path for path in found if not is_candidate(releases, path.name)]
    return [name for _, _, name in sorted(((p.name[:10], written_at(p), p.name) for p in shown), reverse=True)]


def is_candidate(releases: Path, release_id: str) -> bool:
    """Whether a release was built to be looked at first, and has not been current since."""
    return _candidate(releases, release_id).exists()


def mark_candidate(releases: Path, release_id: str) -> None:
    """Note that a release is a candidate: beside it, since a release never changes. `make_current` ends that."""
    _candidate(releases, release_id).touch()


def _candidate(releases: Path, release_id: str) -> Path:
    return releases / f".candidate-{release_id}"


def written_at(release: Path) -> float:
    """When the release in this folder was written, in seconds since 1970; 0 where it has no manifest."""
    try:
        return (release / MANIFEST).stat().st_mtime
    except OSError:
        return 0.0


def to_prune(releases: Path, keep: int, since: float | None = None, ids: Iterable[str] = ()) -> list[str]:
    """The ids of all releases but the newest `keep`, the current one, those written at `since` (seconds since 1970) or
    later, and those of `ids`."""
    kept = {current_id(releases), *ids}
    return [
        name
        for name in release_ids(releases, candidates=True)[keep:]
        if name not in kept and (since is None or written_at(releases / name) < since)
    ]


def remove(releases: Path, ids: Iterable[str]) -> None:
    """Remove releases. The caller holds `building`.

    Each is renamed first: what a removal leaves that was stopped is no release, and the next build removes it. Files of
    the store that other releases have as well are hard links, and stay.
    """
    for name in ids:
        with (releases / REMOVED).open("a", encoding="ascii") as told:
            told.write(f"{name}\n")
        going = releases / f"{UNFINISHED}pruned-{name}"
        (releases / name).rename(going)
        shutil.rmtree(going)
        _candidate(releases, name).unlink(missing_ok=True)


def was_removed(releases: Path, release_id: str) -> bool:
    """Whether there was a release of this id, which `remove` took away."""
    path = releases / REMOVED
    return path.is_file() and release_id in path.read_text(encoding="ascii").split()


def list_releases(releases: Path) -> list[Release]:
    """Every release, newest first, candidates too."""
    known = release_ids(releases, candidates=True)
    return [Release(releases / name, Manifest.load(releases / name)) for name in known]


def current_id(releases: Path) -> str | None:
    link = releases / CURRENT
    return link.resolve().name if link.exists() else None


def make_current(releases: Path, release_id: str) -> None:
    """Point `current` at a release. A reader sees the old one or the new one, never neither (rename(2) is atomic).

    A link that points there already stays: its time tells clients since when the release has been current.
    """
    _candidate(releases, release_id).unlink(missing_ok=True)
    if current_id(releases) == release_id:
        return
    temporary = releases / f".{CURRENT}-{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(release_id)
    temporary.replace(releases / CURRENT)
    sync_folder(releases)


def sync(folder: Path) -> None:
    """Ask the disk to keep a folder and all in it."""
    paths = list(folder.rglob("*"))
    with ThreadPoolExecutor() as threads:
        list(threads.map(_sync_file, (path for path in paths if path.is_file())))
    for path in (*(path for path in paths if path.is_dir()), folder):
        sync_folder(path)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Ask the disk to keep what was renamed or made in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def building(releases: Path) -> Iterator[None]:
    """Hold the folder for one build at a time. The lock goes with the process, however it ends."""
    releases.mkdir(parents=True, exist_ok=True)
    with (releases / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReleaseError(f"Another build is at work in {releases}; wait for it, or choose --releases.") from None
        yield
