"""The changes of each record between two releases, by field and with values in words.

A record is an entity: a partnership with its parts and funding lines, an organisation, a territory, a theme. Parts have
numbers that shift when one is put in, so they are compared by what is said of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from atlas_ld.comparison.wording import POINTS_BACK, Words
from atlas_ld.findings import Language
from atlas_ld.iris import KINDS, Iris
from atlas_ld.keys.register import follow
from atlas_ld.model import load_model
from atlas_ld.rdf import RDF_TYPE, Properties
from atlas_ld.release.diff import Change, Difference, compare
from atlas_ld.release.layout import Release
from atlas_ld.release.moved import keys_of
from atlas_ld.vocabulary import ATLAS, PROV

How = Literal["renamed", "removed", "added", "changed"]
HOW: tuple[How, ...] = ("renamed", "removed", "added", "changed")
"""In the order in which they are told."""
_LINE = str(ATLAS.fundingLine)
_PROPERTIES_OF_PARTS = frozenset(
    str(term) for term in (ATLAS.participation, ATLAS.themeAssignment, ATLAS.goalAssignment, PROV.qualifiedDerivation)
)
"""What leads to parts: these are told by what is said of them."""


@dataclass(frozen=True)
class FieldChange:
    """Values of one field that went and came, in words. `part`: the part or funding line that has the field, in words;
    empty for the record itself."""

    part: str
    field: str
    property: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class RecordChange:
    """What became of one record. `kind` is its class in words, `successors` what a renamed one is now: IRIs, several
    where it was split."""

    iri: str
    how: How
    kind: str
    label: str
    fields: tuple[FieldChange, ...] = ()
    successors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """From `before` to `after`: `records` with key changes first, then removals, and within each partnerships first."""

    before: Release
    after: Release
    difference: Difference
    records: tuple[RecordChange, ...]

    def of(self, how: How, kind: str | None = None) -> list[RecordChange]:
        """The records that changed in a way; of those, the entities of a kind."""
        iris = Iris(self.before.manifest.base_iri), Iris(self.after.manifest.base_iri)
        return [
            record
            for record in self.records
            if record.how == how and (kind is None or kind in {base.kind(record.iri) for base in iris})
        ]

    @property
    def removed_share(self) -> float:
        """Of the partnerships that were there before, how many are gone without a successor: 0 to 1."""
        return len(self.of("removed", "partnership")) / max(1, self.before.manifest.counts.published)


def compare_records(before: Release, after: Release, language: Language) -> Comparison:
    """What changed from one release to another. Reads what differs only. Raises ReleaseError."""
    difference = compare(before, after)
    model = load_model(after.manifest.base_iri)
    told = _Telling(before, after, Words(before, model, language), Words(after, model, language))
    return Comparison(before, after, difference, tuple(told.records(difference)))


class _Telling:
    """Changes of entities in words; `old` and `new` are those of the two releases."""

    def __init__(self, before: Release, after: Release, old: Words, new: Words) -> None:
        self.old, self.new, self._after = old, new, after
        self._was, self._is = Iris(before.manifest.base_iri), Iris(after.manifest.base_iri)

    def records(self, difference: Difference) -> list[RecordChange]:
        renamed = self._renamed(difference.entities_removed) if difference.entities_removed else {}
        found = [self._gone(change, renamed.get(change.iri, ())) for change in self._own(difference.entities_removed)]
        found += [self._told(change, "added", self.new) for change in self._own(difference.entities_added)]
        changed = {
            change.iri: self._told(change, "changed", self.new) for change in self._own(difference.entities_changed)
        }
        for owner, fields in self._of_lines(difference.entities_changed).items():
            known = changed.get(owner) or RecordChange(owner, "changed", self._kind(owner), self._label(owner))
            changed[owner] = replace(known, fields=(*known.fields, *fields))
        # Of what changed, only what can be told: a line that went with its partnership changes no other record.
        found += [change for change in changed.values() if change.fields]
        return sorted(found, key=self._place)

    def _own(self, changes: Iterable[Change]) -> list[Change]:
        """The changes of entities that are records; funding lines are told with their partnership."""
        return [change for change in changes if self._kind_of(change.iri) != "funding"]

    def _kind_of(self, iri: str) -> str | None:
        return self._is.kind(iri) or self._was.kind(iri)

    def _place(self, record: RecordChange) -> tuple[int, int, str]:
        kinds: list[str | None] = list(KINDS)
        return HOW.index(record.how), kinds.index(self._kind_of(record.iri)), record.iri

    def _kind(self, iri: str) -> str:
        types = [one for words in (self.new, self.old) for one in words.entity(iri).objects(iri, RDF_TYPE.value)]
        return self.new.kind(types)

    def _label(self, iri: str) -> str:
        return self.new.label(iri) or self.old.label(iri) or iri

    def _renamed(self, removed: Iterable[Change]) -> dict[str, tuple[str, ...]]:
        """What was removed -> what it is now: partnerships by the register of keys, others by the entities of the same
        kind that say that they had this key (`atlas:formerKey`)."""
        gone = {split: change.iri for change in removed if (split := self._was.split(change.iri))}
        entries = keys_of(self._after.path).entries
        heirs: dict[str, set[str]] = defaultdict(set)
        for (kind, key), iri in gone.items():
            if kind == "partnership" and key in entries:
                heirs[iri].update(self._is.entity(kind, heir) for heir in follow(entries, key))
        for iri, key in self.new.reader.values(str(ATLAS.formerKey)):
            kind_now = self._is.kind(iri)
            if kind_now and (kind_now, key) in gone:
                heirs[gone[kind_now, key]].add(iri)
        return {old: tuple(sorted(found)) for old, found in heirs.items() if found}

    def _gone(self, change: Change, successors: tuple[str, ...]) -> RecordChange:
        told = self._told(change, "removed", self.old)
        return replace(told, how="renamed", successors=successors) if successors else told

    def _told(self, change: Change, how: How, words: Words) -> RecordChange:
        label = words.label(change.iri) or change.iri
        return RecordChange(change.iri, how, self._kind(change.iri), label, tuple(self._fields(change.iri)))

    def _fields(self, iri: str, part: str = "") -> list[FieldChange]:
        """What differs in an entity, its parts last."""
        was, now = self.old.entity(iri), self.new.entity(iri)
        fields = self._differing(was.properties(iri), now.properties(iri), part)
        for before, after in _paired(
            [properties for subject, properties in was.items() if subject != iri],
            [properties for subject, properties in now.items() if subject != iri],
        ):
            kind = self.old.kind(before.get(RDF_TYPE.value, ())) or self.new.kind(after.get(RDF_TYPE.value, ()))
            if before and after:
                fields += self._differing(before, after, self.new.titled(kind, self.old.part(before)))
            else:
                told = tuple(filter(None, (self.old.part(before),))), tuple(filter(None, (self.new.part(after),)))
                fields.append(FieldChange("", kind, RDF_TYPE.value, *told))
        return fields

    def _differing(self, was: Properties, now: Properties, part: str) -> list[FieldChange]:
        names = dict.fromkeys([*was, *now])
        return [
            FieldChange(
                part,
                self.new.field(name),
                name,
                tuple(self.old.value(term) for term in was.get(name, ()) if term not in now.get(name, ())),
                tuple(self.new.value(term) for term in now.get(name, ()) if term not in was.get(name, ())),
            )
            for name in names
            if name not in _PROPERTIES_OF_PARTS and set(was.get(name, ())) != set(now.get(name, ()))
        ]

    def _of_lines(self, changed: Iterable[Change]) -> Mapping[str, list[FieldChange]]:
        """What changed in funding lines, by partnership."""
        found: dict[str, list[FieldChange]] = defaultdict(list)
        for change in changed:
            if self._kind_of(change.iri) == "funding":
                part = self.new.titled(self._kind(change.iri), self.old.label(change.iri) or change.iri)
                for owner in self.new.reader.subjects(_LINE, change.iri):
                    found[owner] += self._fields(change.iri, part)
        return found


def _paired(was: Sequence[Properties], now: Sequence[Properties]) -> Iterator[tuple[Properties, Properties]]:
    """Parts before and after, those that did not change left out; nothing stands for a part that is not there. Two are
    the same part if they are of one class and most is said of both, the likest first."""
    old, new = [part for part in was if part not in now], [part for part in now if part not in was]
    likeness = [(-_shared(before, after), i, j) for i, before in enumerate(old) for j, after in enumerate(new)]
    pairs: dict[int, int] = {}
    for score, i, j in sorted(likeness):
        if score < 0 and i not in pairs and j not in pairs.values():
            pairs[i] = j
    for i, before in enumerate(old):
        yield before, new[pairs[i]] if i in pairs else {}
    yield from (({}, after) for j, after in enumerate(new) if j not in pairs.values())


def _shared(was: Properties, now: Properties) -> int:
    """How many values two parts of one class share, beyond their class and what both point back to; 0 for others."""
    if was.get(RDF_TYPE.value) != now.get(RDF_TYPE.value):
        return 0
    names = (was.keys() & now.keys()) - {RDF_TYPE.value} - POINTS_BACK
    return sum(term in now[name] for name in names for term in was[name])
