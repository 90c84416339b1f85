"""What changed between two releases, from their canonical N-Triples, which are sorted by entity and then by line, and
hold no blank nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter

from atlas_ld.iris import Iris
from atlas_ld.release.layout import Release


@dataclass(frozen=True)
class Change:
    """An entity of both releases: how many triples about it, or about its parts, came and went."""

    iri: str
    added: int
    removed: int


@dataclass(frozen=True)
class Difference:
    """From `before` to `after`, by id. Counts of triples; IRIs in order. What is said of things that are no entities
    of ours (the vocabulary, other data sets) counts among the triples alone."""

    before: str
    after: str
    triples_added: int
    triples_removed: int
    entities_added: tuple[str, ...]
    entities_removed: tuple[str, ...]
    entities_changed: tuple[Change, ...]

    @property
    def same(self) -> bool:
        return not self.triples_added and not self.triples_removed


def compare(before: Release, after: Release) -> Difference:
    """The difference of two releases. Reads both dumps side by side, line by line: memory grows with the number of
    entities, not of triples."""
    added: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    kept: set[str] = set()
    entities = _Entities(before, after)
    for line, is_old, is_new in _merged(_lines(before), _lines(after)):
        entity = entities.of(line)
        if is_old and is_new:
            kept.add(entity)
        elif is_new:
            added[entity] += 1
        else:
            removed[entity] += 1
    touched = (added.keys() | removed.keys()) - {""}
    new = {iri for iri in touched if iri not in kept and iri not in removed}
    gone = {iri for iri in touched if iri not in kept and iri not in added}
    return Difference(
        before=before.id,
        after=after.id,
        triples_added=added.total(),
        triples_removed=removed.total(),
        entities_added=tuple(sorted(new)),
        entities_removed=tuple(sorted(gone)),
        entities_changed=tuple(Change(iri, added[iri], removed[iri]) for iri in sorted(touched - new - gone)),
    )


class _Entities:
    """Which entity a line is about. Lines of one subject follow each other, so the last answer is kept."""

    def __init__(self, *releases: Release) -> None:
        self._iris = tuple({Iris(release.manifest.base_iri) for release in releases})
        self._subject, self._entity = "", ""

    def of(self, line: str) -> str:
        """The IRI of the entity, the part left aside; empty for a thing that is none of ours."""
        subject = line.partition("> ")[0].removeprefix("<")
        if subject != self._subject:
            whole = subject.partition("#")[0]
            self._subject, self._entity = subject, whole if any(iris.split(whole) for iris in self._iris) else ""
        return self._entity


def _lines(release: Release) -> Iterator[str]:
    with release.dump.open(encoding="utf-8") as file:
        yield from file


def _merged(old: Iterator[str], new: Iterator[str]) -> Iterator[tuple[str, bool, bool]]:
    """Each line of two sorted texts, once, and in which of them it stands."""
    lines = merge(
        ((_place(line), line, False) for line in old),
        ((_place(line), line, True) for line in new),
    )
    for line, found in groupby(lines, key=itemgetter(1)):
        ages = {is_new for _, _, is_new in found}
        yield line, False in ages, True in ages


def _place(line: str) -> str:
    """The entity of a line, with the `<` before it."""
    return line.partition(">")[0].partition("#")[0]
