"""Records -> graphs with findings: matched, mapped and validated."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache as once
from functools import partial
from pathlib import Path
from typing import NamedTuple

from atlas_ld.config import Settings
from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import Iris, words
from atlas_ld.mapping import elapsed, map_partnership
from atlas_ld.model import load_model
from atlas_ld.pipeline.cache import Cache, Content, Made, opened, unpack
from atlas_ld.pipeline.reading import Readings, failed, read_all, record_of
from atlas_ld.pipeline.texts import texts_of
from atlas_ld.processes import ALONE, Workers
from atlas_ld.rdf import Triple
from atlas_ld.records import PartnershipRecord
from atlas_ld.reference.curation import Decisions, read_decisions
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve
from atlas_ld.review.uses import Use, uses_of
from atlas_ld.validation import Group, Query, Result, Shapes, load_shapes, tell, validate_records

_PART = 1000
"""Records that a process takes at once: what many of them link to is mapped, checked and written once for all."""


@dataclass(frozen=True)
class CheckedGraph:
    """The graph of one record, what readers and matching remark on it, the results of SHACL, which of the steward's
    decisions were used for it (file and line), and its doubtful names."""

    record: PartnershipRecord
    graph: Group
    remarks: list[Finding]
    results: list[Result]
    rulings: Sequence[tuple[str, int]]
    uses: Sequence[Use]

    @property
    def findings(self) -> list[Finding]:
        return [*self.remarks, *(result.to_finding() for result in self.results)]


class CheckedRow(NamedTuple):
    """What is kept of the graph of a record.

    lines        how many triples are this partnership's alone
    own, shared  digests, joined, of the texts of what is this partnership's alone, and of what others may describe
    findings     everything that was found, as JSON: remarks of readers and matching, then the results of SHACL
    told         the results of SHACL as the report tells them, as a JSON list; what is empty is None
    about        of a record that is quarantined for a violation, what the quality page shows of it, as JSON
    rulings      which of the steward's decisions it used, as a JSON list of files and lines
    uses         its doubtful names (`review.uses.Use`), as a JSON list
    """

    lines: int
    own: bytes
    shared: bytes
    findings: str | None
    told: str | None
    about: str | None
    rulings: str | None
    uses: str | None

    @property
    def quarantined(self) -> bool:
        return self.about is not None


@dataclass(frozen=True)
class Checks:
    """Checked records by key, in the order of the keys, the steward's decisions, and findings on these."""

    records: dict[str, CheckedRow]
    remarks: list[Finding]
    decisions: Decisions


def check(readings: Readings, settings: Settings, day: date, cache: Cache, workers: Workers = ALONE) -> Checks:
    """Match, map and validate every record."""
    decisions = _decisions(readings)
    # What is found depends on the day by whether the partnership is over, and on the decisions: any record may have a
    # name that was decided about anew.
    inputs = {
        f"{row.record.hex()} {elapsed(row, day)} {decisions.digest} {key}": (key, row.record)
        for key, row in readings.records.items()
        if row.record
    }

    def make(missing: list[str]) -> Iterator[Made[CheckedRow]]:
        queries = _queries(cache, settings.base_iri)
        work = partial(_check_part, base_iri=settings.base_iri, day=day, queries=queries, decisions=decisions)
        packed = ((key, cache.packed(record)) for key, record in map(inputs.__getitem__, missing))
        return workers.spread(work, packed, part=_PART)

    rows = cache.each("checking", CheckedRow, inputs, make)
    records = {key: rows[input_][0] for input_, (key, _) in inputs.items()}
    used = {tuple(one) for row in records.values() if row.rulings for one in json.loads(row.rulings)}
    remarks = [*readings.keys.findings, *decisions.findings, *decisions.unused(used)]
    return Checks(records, remarks, decisions)


class CheckedSources(NamedTuple):
    """What readers and matching remark, the results of SHACL, and how many triples were checked, each once."""

    remarks: list[Finding]
    results: list[Result]
    triples: int


def check_sources(data: Iterable[Path], settings: Settings, day: date) -> CheckedSources:
    """What is to be said of these files and folders: a result on a shared entity is found under every record that links
    to it, and told once. Nothing is kept.

    Raises UnreadableSource for a path that is not there.
    """
    results: dict[Result, None] = {}
    used: set[tuple[str, int]] = set()
    own, shared = 0, dict[str, int]()
    with opened(None, settings.base_iri) as cache:
        readings = read_all(data, settings, cache)
        decisions, shapes = _decisions(readings), load_shapes(settings.base_iri)
        remarks = [*readings.unreadable, *readings.keys.findings, *decisions.findings]
        rows = list(readings.records.items())
        for start in range(0, len(rows), _PART):
            part = {key: record_of(cache, row) for key, row in rows[start : start + _PART]}
            for checked in checked_graphs(part, settings.base_iri, day, shapes, decisions).values():
                remarks += checked.remarks
                results |= dict.fromkeys(checked.results)
                used.update(checked.rulings)
                own += len(checked.graph.own)
                shared |= {iri: len(triples) for iri, triples in checked.graph.shared.items()}
    return CheckedSources([*remarks, *decisions.unused(used)], list(results), own + sum(shared.values()))


def _decisions(readings: Readings) -> Decisions:
    return read_decisions(readings.decisions, gazetteer()) if readings.decisions else Decisions()


def checked_graphs(
    records: Mapping[str, PartnershipRecord], base_iri: str, day: date, shapes: Shapes, decisions: Decisions
) -> dict[str, CheckedGraph]:
    """The graph of each of some records, by key. A record that cannot be mapped has none, and says so."""
    iris, known = Iris(base_iri), gazetteer(tuple((words(one.name), one.value) for _, one in decisions.exonyms))
    graphs: dict[str, tuple[Group, list[Finding], Sequence[tuple[str, int]], Sequence[Use]]] = {}
    for key, record in records.items():
        try:
            resolution = resolve(record, known, key, decisions)
            mapped = map_partnership(record, key, resolution, known, iris, day)
            remarks = [*record.findings, *resolution.findings]
            uses = uses_of(record, resolution, known)
            graphs[key] = Group(mapped.own, mapped.shared), remarks, resolution.rulings, uses
        except Exception as error:  # noqa: BLE001 - one record must not stop the build
            graphs[key] = Group(()), [*record.findings, failed(error)], (), ()
    found = validate_records({key: graph for key, (graph, *_) in graphs.items()}, shapes)
    # Readers knew the key that a record would have alone, which is not always its own.
    return {
        key: CheckedGraph(
            records[key], graph, [one.model_copy(update={"record": key}) for one in remarks], found[key], rulings, uses
        )
        for key, (graph, remarks, rulings, uses) in graphs.items()
    }


@once
def gazetteer(exonyms: tuple[tuple[str, str], ...] = ()) -> Gazetteer:
    """The gazetteer, with other names of places (in words) that a steward gave."""
    return gazetteer().with_names(exonyms) if exonyms else Gazetteer.load()


class _QueryRow(NamedTuple):
    text: str
    prefixes: str
    properties: str


def _queries(cache: Cache, base_iri: str) -> tuple[Query, ...]:
    """The queries of the shapes, compiled: rdflib takes longer to read one than a record takes to be checked."""

    def compile_(_: list[str]) -> Iterator[Made[_QueryRow]]:
        queries = [query for _, query in load_shapes(base_iri).compiled.queries]
        yield [_QueryRow(q.text, json.dumps(q.prefixes), json.dumps(sorted(q.properties))) for q in queries], ()

    return tuple(
        Query(row.text, tuple(map(tuple, json.loads(row.prefixes))), frozenset(json.loads(row.properties)))
        for row in cache.each("compiling", _QueryRow, [""], compile_)[""]
    )


def _check_part(
    records: Sequence[tuple[str, bytes]], *, base_iri: str, day: date, queries: tuple[Query, ...], decisions: Decisions
) -> list[Made[CheckedRow]]:
    """What is kept of each (key, record in JSON, packed), and the texts that no earlier one has."""
    read = {key: PartnershipRecord.model_validate_json(unpack(packed)) for key, packed in records}
    graphs = checked_graphs(read, base_iri, day, load_shapes(base_iri, queries), decisions)
    writing = _Writing(load_model(base_iri).order)
    return [writing.kept(key, checked, Iris(base_iri)) for key, checked in graphs.items()]


class _Writing:
    """Graphs written as texts. What several records of a part say alike is written once."""

    def __init__(self, order: Mapping[str, int]) -> None:
        self._order = order
        self._given: set[bytes] = set()
        self._shared: dict[str, tuple[Sequence[Triple], bytes]] = {}

    def kept(self, key: str, checked: CheckedGraph, iris: Iris) -> Made[CheckedRow]:
        texts = texts_of(checked.graph.own, self._order)
        own = b"".join(text.digest for text in texts)
        shared = b"".join(self._digest(iri, said, texts) for iri, said in checked.graph.shared.items())
        new = [text for text in texts if text.digest not in self._given]
        self._given.update(text.digest for text in new)
        told = [tell(result, iris) for result in checked.results]
        bad = any(finding.severity is Severity.VIOLATION for finding in checked.findings)
        row = CheckedRow(
            lines=len(checked.graph.own),
            own=own,
            shared=shared,
            findings=_findings([finding.at(record=key) for finding in checked.findings]),
            told=json.dumps(told, ensure_ascii=False) if told else None,
            about=_about(key, checked.record) if bad else None,
            rulings=json.dumps(checked.rulings) if checked.rulings else None,
            uses=json.dumps(checked.uses, ensure_ascii=False) if checked.uses else None,
        )
        return [row], new

    def _digest(self, iri: str, triples: Sequence[Triple], texts: list[Content]) -> bytes:
        """The digest of the text of a shared entity, which is added to `texts` where it is new."""
        before, digest = self._shared.get(iri, (None, b""))
        if before != triples:
            (text,) = texts_of(triples, self._order)
            texts.append(text)
            digest = text.digest
            self._shared[iri] = triples, digest
        return digest


def _findings(found: Sequence[Finding]) -> str | None:
    plain = [finding.model_dump(mode="json", exclude_none=True) for finding in found]
    return json.dumps(plain, ensure_ascii=False, indent=2) if plain else None


def _about(key: str, record: PartnershipRecord) -> str:
    origins = [{"title": origin.title, "address": origin.address} for origin in record.origins]
    return json.dumps({"key": key, "title": record.title, "sources": origins}, ensure_ascii=False, indent=2)
