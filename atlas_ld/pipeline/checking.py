"""Records -> graphs, matched, mapped and validated.

Of a record that has not changed, only its row in the cache is looked at: its triples are numbers of texts.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache as once
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from atlas_ld.config import Settings
from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import Iris
from atlas_ld.mapping import elapsed, map_partnership
from atlas_ld.model import load_model
from atlas_ld.pipeline import results, texts
from atlas_ld.pipeline.cache import opened, packed_record, unpack
from atlas_ld.pipeline.clock import Clock
from atlas_ld.pipeline.reading import FINDINGS, Readings, read_all
from atlas_ld.processes import ALONE, Workers
from atlas_ld.rdf import Triple
from atlas_ld.records import PartnershipRecord
from atlas_ld.reference.curation import Decisions, read_decisions
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve
from atlas_ld.validation import Group, Query, Result, SerializedResult, load_shapes, tell, validate_records

_PART = 1000
"""Records that a process takes at once: what many of them link to is mapped, checked and written once for all."""


class Checked(NamedTuple):
    """What every build looks at of a record that was checked.

    record       its SHA-256 as JSON
    elapsed      whether the partnership was over on the day of the check, the only thing that follows the day
    quarantined  whether a violation was found
    lines        how many triples are this partnership's alone
    own, shared  numbers of the texts of what is this partnership's alone, and of what others may describe as well
    findings     everything that was found, as JSON: remarks of readers and matching, then the results of SHACL
    results      the results of SHACL, as a JSON list; what is empty is None
    told         the same as the report tells them
    about        of a quarantined record, what the quality page shows of it, as JSON
    """

    record: str
    elapsed: bool | None
    quarantined: bool
    lines: int
    own: bytes
    shared: bytes
    findings: str | None
    results: str | None
    told: str | None
    about: str | None


class Change(NamedTuple):
    """What one record was to the last build and is to this one; None where it is not there."""

    before: Checked | None
    after: Checked | None


@dataclass(frozen=True)
class Checks:
    """Checked records by key, in the order of the keys, and those that have changed since the last build."""

    records: dict[str, Checked]
    changes: list[Change]
    remarks: list[Finding]
    """Findings on the steward's decisions."""


def check(
    readings: Readings, settings: Settings, day: date, clock: Clock, cache: Connection, workers: Workers = ALONE
) -> Checks:
    """Match, map and validate every record."""
    clock.begin("matching, mapping and validating", f"{len(readings.records)} records")
    known = {key: Checked(*row) for key, *row in cache.execute("SELECT * FROM checked")}
    decisions = read_decisions(readings.decisions, _gazetteer()) if readings.decisions else Decisions()
    # Any record may have a name that was decided about anew: decisions change seldom, so all are checked again.
    decided_anew = cache.execute("SELECT digest FROM decided").fetchone() != (decisions.digest,)
    over = {key: elapsed(told, day) for key, told in readings.records.items()}
    missing = [
        (key, told.record)
        for key, told in readings.records.items()
        if decided_anew or (kept := known.get(key)) is None or kept.record != told.record or kept.elapsed != over[key]
    ]
    records = ((key, packed_record(cache, digest)) for key, digest in missing)
    queries = _queries(cache, settings.base_iri) if missing else ()
    work = partial(_check_part, base_iri=settings.base_iri, day=day, queries=queries, decisions=decisions)
    changes = []
    for (key, digest), made in zip(missing, workers.spread(work, records, part=_PART), strict=True):
        checked = _keep(cache, key, digest, over[key], made)
        cache.execute("DELETE FROM ruled WHERE key = ?", (key,))
        cache.executemany("INSERT INTO ruled VALUES (?, ?, ?)", ((key, *ruling) for ruling in made.rulings))
        changes.append(Change(known.get(key), checked))
        known[key] = checked
    removed = known.keys() - readings.records.keys()
    changes += [Change(known[key], None) for key in sorted(removed)]
    cache.executemany("DELETE FROM checked WHERE key = ?", ((key,) for key in removed))
    cache.executemany("DELETE FROM ruled WHERE key = ?", ((key,) for key in removed))
    cache.execute("DELETE FROM decided")
    cache.execute("INSERT INTO decided VALUES (?)", (decisions.digest,))
    used = cache.execute("SELECT DISTINCT source, line FROM ruled").fetchall()
    remarks = [*decisions.findings, *decisions.unused(used)]
    return Checks({key: known[key] for key in readings.records}, changes, remarks)


def check_sources(data: Iterable[Path], settings: Settings, day: date) -> tuple[list[Finding], list[Result]]:
    """What readers and matching remark on these files and folders, and the results of SHACL; nothing is kept.

    Raises UnreadableSource for a path that is not there.
    """
    with opened(None, settings.base_iri) as cache:
        readings = read_all(data, settings, cache)
        checks = check(readings, settings, day, Clock(lambda _: None), cache)
        checked = checks.records
    remarked = [one for record in checked.values() for one in _remarks(record)]
    return [*readings.unreadable, *checks.remarks, *remarked], distinct_results(checked.values())


def findings(checked: Checked) -> list[Finding]:
    """Everything that was found on one record."""
    return FINDINGS.validate_json(checked.findings) if checked.findings else []


def _remarks(checked: Checked) -> list[Finding]:
    """What readers and matching remarked on one record."""
    found = findings(checked)
    return found[: len(found) - len(results.from_json(checked.results))]


def distinct_results(records: Iterable[Checked]) -> list[Result]:
    """Each SHACL result once: one on a shared entity stands under every record that links to it."""
    each = (result for record in records for result in results.from_json(record.results))
    return list(dict.fromkeys(each))


def told_results(checked: Checked) -> list[SerializedResult]:
    """The results of SHACL on one record as the report tells them."""
    return [SerializedResult(*told) for told in json.loads(checked.told)] if checked.told else []


class _Made(NamedTuple):
    """What a check gives, as it is kept, but for the texts: a text that an earlier record of the same part has as well
    comes without its N-Triples."""

    own: list[tuple[bytes, texts.NewText | None]]
    shared: list[tuple[bytes, texts.NewText | None]]
    lines: int
    findings: str | None
    results: str | None
    told: str | None
    about: str | None
    rulings: tuple[tuple[str, int], ...]


def _keep(cache: Connection, key: str, record: str, over: bool | None, made: _Made) -> Checked:
    own, shared = (
        array(texts.CODE, [texts.keep(cache, digest, new) for digest, new in said]).tobytes()
        for said in (made.own, made.shared)
    )
    rest = (made.lines, own, shared, made.findings, made.results, made.told, made.about)
    checked = Checked(record, over, made.about is not None, *rest)
    cache.execute("INSERT OR REPLACE INTO checked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (key, *checked))
    return checked


@once
def _gazetteer() -> Gazetteer:
    return Gazetteer.load()


def _queries(cache: Connection, base_iri: str) -> tuple[Query, ...]:
    """The queries of the shapes, compiled."""
    rows = cache.execute("SELECT * FROM query").fetchall()
    if rows:
        return tuple(
            Query(text, tuple(map(tuple, json.loads(prefixes))), frozenset(json.loads(properties)))
            for text, prefixes, properties in rows
        )
    queries = tuple(query for _, query in load_shapes(base_iri).compiled.queries)
    kept = ((one.text, json.dumps(one.prefixes), json.dumps(sorted(one.properties))) for one in queries)
    cache.executemany("INSERT INTO query VALUES (?, ?, ?)", kept)
    return queries


def _check_part(
    records: Sequence[tuple[str, bytes]], *, base_iri: str, day: date, queries: tuple[Query, ...], decisions: Decisions
) -> list[_Made]:
    """What each (key, record in JSON, packed) gives."""
    iris, gazetteer, order = Iris(base_iri), _gazetteer(), load_model(base_iri).order
    read: dict[str, PartnershipRecord] = {}
    remarked: dict[str, list[Finding]] = {}
    groups: dict[str, Group] = {}
    rulings: dict[str, tuple[tuple[str, int], ...]] = {}
    for key, packed in records:
        record = read[key] = PartnershipRecord.model_validate_json(unpack(packed))
        resolution = resolve(record, gazetteer, key, decisions)
        rulings[key] = resolution.rulings
        mapped = map_partnership(record, key, resolution, gazetteer, iris, day)
        remarked[key] = [finding.at(record=key) for finding in (*record.findings, *resolution.findings)]
        groups[key] = Group(mapped.own, mapped.shared)
    found = validate_records(groups, load_shapes(base_iri, queries))
    said = _Said(order)
    return [
        _Made(
            own=[said.new(*one) for one in texts.texts_of(group.own, order)],
            shared=[said.shared(iri, triples) for iri, triples in group.shared.items()],
            lines=len(group.own),
            findings=_findings([*remarked[key], *(one.to_finding().at(record=key) for one in found[key])]),
            results=results.to_json(found[key]),
            told=json.dumps([tell(one, iris) for one in found[key]], ensure_ascii=False) if found[key] else None,
            about=_about(key, read[key]) if _is_bad(remarked[key], found[key]) else None,
            rulings=rulings[key],
        )
        for key, group in groups.items()
    ]


class _Said:
    """The texts of one part: what several records say alike is written once."""

    def __init__(self, order: Mapping[str, int]) -> None:
        self._order = order
        self._given: set[bytes] = set()
        self._shared: dict[str, tuple[Sequence[Triple], bytes]] = {}

    def new(self, text: texts.Text, lines: bytes) -> tuple[bytes, texts.NewText | None]:
        if text.digest in self._given:
            return text.digest, None
        self._given.add(text.digest)
        return text.digest, texts.new_text(text, lines)

    def shared(self, iri: str, triples: Sequence[Triple]) -> tuple[bytes, texts.NewText | None]:
        before, digest = self._shared.get(iri, (None, b""))
        if before == triples:
            return digest, None
        ((text, lines),) = texts.texts_of(triples, self._order)
        self._shared[iri] = triples, text.digest
        return self.new(text, lines)


def _is_bad(remarked: Sequence[Finding], found: Sequence[Result]) -> bool:
    severities = [*(one.severity for one in remarked), *(one.severity for one in found)]
    return Severity.VIOLATION in severities


def _findings(found: Sequence[Finding]) -> str | None:
    plain = [finding.model_dump(mode="json", exclude_none=True) for finding in found]
    return json.dumps(plain, ensure_ascii=False, indent=2) if plain else None


def _about(key: str, record: PartnershipRecord) -> str:
    origins = [{"title": origin.title, "address": origin.address} for origin in record.origins]
    return json.dumps({"key": key, "title": record.title, "sources": origins}, ensure_ascii=False, indent=2)
