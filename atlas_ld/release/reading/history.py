"""The releases that are kept, by time, and which entities changed from one to the next.

Each release notes the digest of every entity (`writing.ledger`), so that two releases are compared without reading
what they say.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from sqlite3 import Connection
from typing import Literal
from urllib.parse import quote

from atlas_ld.errors import ReleaseError
from atlas_ld.release.layout import release_ids, written_at
from atlas_ld.release.writing import ledger

Kind = Literal["created", "updated", "deleted"]

_CHANGES = """
SELECT new.iri, iif(old.iri IS NULL, 'created', 'updated') FROM main.entity new LEFT JOIN old.entity old USING (iri)
WHERE old.digest IS NOT new.digest AND new.iri >= :first AND new.iri < :after
UNION ALL
SELECT old.iri, 'deleted' FROM old.entity old LEFT JOIN main.entity new USING (iri)
WHERE new.iri IS NULL AND old.iri >= :first AND old.iri < :after
ORDER BY 1
"""
_ALL = {"first": "", "after": "\U0010ffff"}


@dataclass(frozen=True)
class Kept:
    """A release that is kept, and since when what it says was said, in UTC and whole seconds."""

    id: str
    path: Path
    moment: datetime


@dataclass(frozen=True)
class Change:
    """What became of an entity from one release to the next."""

    iri: str
    kind: Kind


def kept(releases: Path) -> tuple[Kept, ...]:
    """Every release, the oldest first. Each has a later moment than the one before.

    A release says only its day. If it was written on that day, that is its moment, else the day's beginning.
    """
    found: list[Kept] = []
    for name in reversed(release_ids(releases)):
        moment = _moment(name, written_at(releases / name))
        if found:
            moment = max(moment, found[-1].moment + timedelta(seconds=1))
        found.append(Kept(name, releases / name, moment))
    return tuple(found)


def _moment(release_id: str, written: float) -> datetime:
    day = datetime.fromisoformat(f"{release_id[:10]}T00:00:00+00:00")
    moment = datetime.fromtimestamp(int(written), UTC)
    return moment if moment.date() == day.date() else day


def at(releases: Sequence[Kept], moment: datetime) -> Kept | None:
    """The release that was current at a moment; the oldest for one before it, None where there is no release."""
    earlier = [release for release in releases if release.moment <= moment]
    return earlier[-1] if earlier else next(iter(releases), None)


def holds(release: Kept, iri: str) -> bool:
    """Whether a release describes an entity. Raises ReleaseError."""
    with _notes(release, None) as notes:
        return notes.execute("SELECT 1 FROM main.entity WHERE iri = ?", [iri]).fetchone() is not None


def page_starts(release: Kept, before: Kept | None, size: int) -> tuple[str, ...]:
    """The first IRI of each page of `size` changes, in the order of IRIs. Raises ReleaseError."""
    with _notes(release, before) as notes:
        return tuple(iri for number, (iri, _) in enumerate(notes.execute(_CHANGES, _ALL)) if number % size == 0)


def changes(release: Kept, before: Kept | None, first: str = "", after: str = "\U0010ffff") -> list[Change]:
    """What changed in `release` since `before` (None: since there was nothing), in the order of IRIs: from the IRI
    `first` up to, but without, `after`. Raises ReleaseError."""
    with _notes(release, before) as notes:
        return [Change(*row) for row in notes.execute(_CHANGES, {"first": first, "after": after})]


@dataclass(frozen=True)
class Ages:
    """When entities came to be as they are: those that changed lately, and since when all others are so, at least."""

    changed: Mapping[str, datetime]
    others: datetime

    def of(self, iri: str) -> datetime:
        return self.changed.get(iri, self.others)


def ages(releases: Sequence[Kept]) -> Ages:
    """Since when the entities of the last of these releases, which are oldest first, are as they are. Looks as far back
    as releases have notes."""
    found: dict[str, datetime] = {}
    for before, release in reversed(list(pairwise(releases))):
        try:
            changed = changes(release, before)
        except ReleaseError:
            return Ages(found, release.moment)
        for change in changed:
            found.setdefault(change.iri, release.moment)
    return Ages(found, releases[0].moment)


@contextmanager
def _notes(release: Kept, before: Kept | None) -> Iterator[Connection]:
    """The notes of a release, and those of the one before as the schema `old`, which is empty without one."""
    try:
        with ledger.reading(release.path) as notes:
            if before:
                notes.execute("ATTACH ? AS old", [f"file:{quote(str(before.path / ledger.NOTES))}?mode=ro"])
            else:
                notes.execute("ATTACH ':memory:' AS old")
                notes.execute("CREATE TABLE old.entity (iri TEXT PRIMARY KEY, digest TEXT) WITHOUT ROWID")
            yield notes
    except sqlite3.DatabaseError as error:
        raise ReleaseError(f"The notes of release {release.id} cannot be read ({error}); build it again.") from error
