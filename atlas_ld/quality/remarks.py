"""What was found in the data of a release (quality.json): each remark with its record and sources."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any, Literal, get_args

from atlas_ld.findings import Severity

State = Literal["published", "held-back", "unread"]
"""Of a record that is published, of one that is held back, or of a file or line that gave none."""
STATES: tuple[State, ...] = get_args(State)
_SEVERITIES = [severity.value for severity in Severity]


@dataclass(frozen=True)
class Remark:
    """One remark. `record` is the key of a partnership, empty where there is none; `title` is that of a record that is
    held back; `sources` are the titles of the record's sources, else the name of the file."""

    state: State
    record: str
    title: str
    severity: str
    code: str
    fr: str
    en: str
    field: str
    sources: tuple[str, ...]

    def told(self, language: str) -> str:
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True)
class Kind:
    """The remarks of one code: how many, on how many records, and the first of them as an example."""

    code: str
    severity: str
    count: int
    records: int
    example: Remark


@dataclass(frozen=True)
class SourceCount:
    """A source by its title: how many of its records are published and held back, and how many remarks it has."""

    title: str
    published: int
    held_back: int
    remarks: int


class Remarks:
    """The remarks of a release. `sources` are the titles of the sources of each published record, by key."""

    def __init__(self, quality: Mapping[str, Any], sources: Mapping[str, Sequence[str]]) -> None:
        self._quality, self._sources = quality, sources
        self.all = tuple(sorted(self._read(), key=_place))

    def _read(self) -> Iterator[Remark]:
        for record in self.held_back:
            origins = tuple(dict.fromkeys(origin["title"] for origin in record["sources"]))
            for found in record["findings"]:
                yield _remark("held-back", found, record["key"], record["title"] or record["key"], origins)
        for key, findings in self._quality["published"].items():
            for found in findings:
                yield _remark("published", found, key, "", tuple(self._sources.get(key, ())))
        for found in self._quality["unreadable"]:
            name = PurePath(found.get("source", "")).name
            yield _remark("unread", found, found.get("record", ""), "", (name,) if name else ())

    @property
    def held_back(self) -> Sequence[Mapping[str, Any]]:
        """The records that are held back: key, title, sources, findings."""
        found: Sequence[Mapping[str, Any]] = self._quality["quarantined"]
        return found

    @cached_property
    def kinds(self) -> list[Kind]:
        """By code, the worst and most frequent first."""
        groups: dict[tuple[str, str], list[Remark]] = defaultdict(list)
        for remark in self.all:
            groups[remark.severity, remark.code].append(remark)
        kinds = [
            Kind(code, severity, len(found), len({one.record for one in found if one.record}), found[0])
            for (severity, code), found in groups.items()
        ]
        return sorted(kinds, key=lambda kind: (_SEVERITIES.index(kind.severity), -kind.count, kind.code))

    @cached_property
    def by_source(self) -> list[SourceCount]:
        """By the title of the source, those with most records first. A record of several sources counts for each."""
        published = Counter(title for titles in self._sources.values() for title in set(titles))
        held = Counter(
            title for record in self.held_back for title in {origin["title"] for origin in record["sources"]}
        )
        remarks = Counter(title for remark in self.all for title in remark.sources)
        titles = published.keys() | held.keys() | remarks.keys()
        counts = [SourceCount(title, published[title], held[title], remarks[title]) for title in titles]
        return sorted(counts, key=lambda one: (-one.published - one.held_back, -one.remarks, one.title))

    def select(
        self, *, code: str = "", severity: str = "", source: str = "", record: str = "", state: str = ""
    ) -> list[Remark]:
        """The remarks with all of these; what is empty does not matter."""
        return [
            one
            for one in self.all
            if (not code or one.code == code)
            and (not severity or one.severity == severity)
            and (not source or source in one.sources)
            and (not record or one.record == record)
            and (not state or one.state == state)
        ]


def _remark(state: State, found: Mapping[str, Any], key: str, title: str, sources: tuple[str, ...]) -> Remark:
    told = {name: found.get(name, "") for name in ("severity", "code", "fr", "en", "field")}
    return Remark(state=state, record=key, title=title, sources=sources, **told)


def _place(remark: Remark) -> tuple[int, str, str, str]:
    return _SEVERITIES.index(remark.severity), remark.code, remark.record, remark.en


def titles_of(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Titles of sources by the key of the record, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, title in sorted(rows):
        found[key].append(title)
    return dict(found)
