"""What changed between two releases: which entities came, went or changed.

The notes of a release have a digest of each entity (`writing.ledger`), so that only those that differ are read. Where
one has no notes, the canonical dumps are read whole, which are sorted by entity.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

from atlas_ld.iris import Iris
from atlas_ld.release.layout import Release
from atlas_ld.release.reading.dump import Dump
from atlas_ld.release.writing import ledger
from atlas_ld.release.writing.entities import entity_of


@dataclass(frozen=True)
class Change:
    """An entity of either release, with its lines of N-Triples that are in one of them alone."""

    iri: str
    removed: tuple[bytes, ...]
    added: tuple[bytes, ...]


@dataclass(frozen=True)
class Difference:
    """From `before` to `after`, by id. Changes in the order of their IRIs. What is said of things that are no entities
    of ours (the vocabulary, other data sets) is in `others`."""

    before: str
    after: str
    entities_added: tuple[Change, ...]
    entities_removed: tuple[Change, ...]
    entities_changed: tuple[Change, ...]
    others: tuple[Change, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """All of them."""
        return (*self.entities_removed, *self.entities_added, *self.entities_changed, *self.others)

    @property
    def triples_added(self) -> int:
        return sum(len(change.added) for change in self.changes)

    @property
    def triples_removed(self) -> int:
        return sum(len(change.removed) for change in self.changes)

    @property
    def same(self) -> bool:
        return not self.changes


def compare(before: Release, after: Release) -> Difference:
    """The difference of two releases. Memory grows with what differs. Raises ReleaseError for a dump that is gone."""
    old, new = _digests(before, after)
    touched = sorted(iri for iri in old.keys() | new.keys() if old.get(iri) != new.get(iri))
    dumps = Dump(before.dump), Dump(after.dump)
    bases = {Iris(release.manifest.base_iri) for release in (before, after)}
    parts: dict[str, list[Change]] = {"added": [], "removed": [], "changed": [], "others": []}
    for iri in touched:
        was, now = (dump.entity(iri).splitlines(keepends=True) for dump in dumps)
        kept = set(was) & set(now)
        change = Change(iri, tuple(line for line in was if line not in kept), tuple(x for x in now if x not in kept))
        if not any(base.split(iri) for base in bases):
            kind = "others"
        else:
            kind = "added" if iri not in old else "removed" if iri not in new else "changed"
        parts[kind].append(change)
    added, removed, changed, others = (tuple(parts[kind]) for kind in ("added", "removed", "changed", "others"))
    return Difference(before.id, after.id, added, removed, changed, others)


def _digests(before: Release, after: Release) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """A digest of each entity by IRI, of both releases by the same rule."""
    try:
        return ledger.digests(before.path), ledger.digests(after.path)
    except sqlite3.DatabaseError:
        return _of_dump(before), _of_dump(after)


def _of_dump(release: Release) -> Mapping[str, str]:
    with release.dump.open("rb") as file:
        grouped = groupby(file, key=lambda line: entity_of(line.partition(b"> ")[0][1:].decode()))
        return {iri: sha256(b"".join(lines)).hexdigest() for iri, lines in grouped}
