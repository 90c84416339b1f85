"""Records -> graphs, matched, mapped and validated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache as once
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator

from atlas_ld.config import Settings
from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import Iris
from atlas_ld.mapping import elapsed, map_partnership
from atlas_ld.media import NTRIPLES
from atlas_ld.model import load_model
from atlas_ld.pipeline.cache import Cache, key
from atlas_ld.pipeline.clock import Clock
from atlas_ld.pipeline.reading import Readings
from atlas_ld.processes import ALONE, Workers
from atlas_ld.rdf import Literal, Node, in_order, node, text, write
from atlas_ld.records import PartnershipRecord
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve
from atlas_ld.validation import Group, Result, load_shapes, validate_records


def _told(result: Result) -> list[Any]:
    term = result.term
    kept: list[Any] | None = None if term is None else [type(term).__name__, term.value]
    if isinstance(term, Literal):
        kept = ["Literal", term.value, term.language, term.datatype.value]
    return [*(getattr(result, name) for name in _FIELDS), kept]


def _untold(kept: Any) -> Result:
    if isinstance(kept, Result):
        return kept
    *values, term = kept
    told = dict(zip(_FIELDS, values, strict=True))
    return Result(**told | {"severity": Severity(told["severity"]), "term": _term(term)})


def _term(kept: Any) -> Node | None:
    if kept is None:
        return None
    kind, value, *more = kept
    if kind != "Literal":
        return node(value)
    language, datatype = more
    return text(value, language) if language else Literal(value, datatype=node(datatype))


_FIELDS = tuple(field.name for field in fields(Result) if field.name != "term")
KeptResult = Annotated[Result, PlainValidator(_untold), PlainSerializer(_told)]


class CheckedRecord(BaseModel):
    """One record as a graph. `own` are the N-Triples of what is this partnership's alone, in reading order; `shared`
    those of the entities that others may describe as well, by IRI. With the remarks of readers and matching, and the
    results of SHACL."""

    model_config = ConfigDict(frozen=True)

    own: bytes
    shared: dict[str, bytes]
    remarks: tuple[Finding, ...]
    results: tuple[KeptResult, ...]


@dataclass(frozen=True)
class Checked:
    """Every record as a graph, by key."""

    records: dict[str, CheckedRecord]

    @property
    def remarks(self) -> dict[str, tuple[Finding, ...]]:
        """The remarks of readers and matching on each record."""
        return {key: record.remarks for key, record in self.records.items()}

    def findings(self, key: str) -> list[Finding]:
        """Everything that was found on one record."""
        record = self.records[key]
        return [*record.remarks, *(result.to_finding().at(record=key) for result in record.results)]

    def distinct_results(self) -> list[Result]:
        """Each SHACL result once: one on a shared entity stands under every record that links to it."""
        return list(dict.fromkeys(result for record in self.records.values() for result in record.results))


def check(
    readings: Readings,
    settings: Settings,
    day: date,
    clock: Clock,
    cache: Cache | None = None,
    workers: Workers = ALONE,
) -> Checked:
    """Match, map and validate every record."""
    clock.begin("matching, mapping and validating", f"{len(readings.records)} records")
    told = {name: record.model_dump_json(exclude_defaults=True) for name, record in readings.records.items()}
    keys = {
        name: key("checking", settings.base_iri, name, str(elapsed(readings.records[name], day)), record)
        for name, record in told.items()
    }
    known = cache.get(list(keys.values())) if cache else {}
    missing = [(name, record) for name, record in told.items() if keys[name] not in known]
    work = partial(_check_part, base_iri=settings.base_iri, day=day)
    made = {keys[name]: kept for (name, _), kept in zip(missing, workers.spread(work, missing), strict=True)}
    if cache:
        cache.put(made.items())
    return Checked({name: CheckedRecord.model_validate_json(known.get(at) or made[at]) for name, at in keys.items()})


@once
def _gazetteer() -> Gazetteer:
    return Gazetteer.load()


def _check_part(records: Sequence[tuple[str, str]], *, base_iri: str, day: date) -> list[bytes]:
    """The CheckedRecord of each (key, record in JSON), as JSON."""
    iris, gazetteer, order = Iris(base_iri), _gazetteer(), load_model(base_iri).order
    remarks: dict[str, list[Finding]] = {}
    groups: dict[str, Group] = {}
    for name, told in records:
        record = PartnershipRecord.model_validate_json(told)
        resolution = resolve(record, gazetteer)
        mapped = map_partnership(record, name, resolution, gazetteer, iris, day)
        remarks[name] = [finding.at(record=name) for finding in (*record.findings, *resolution.findings)]
        groups[name] = Group(mapped.own, mapped.shared)
    results = validate_records(groups, load_shapes(base_iri))
    return [
        CheckedRecord(
            own=write(in_order(group.own, order), NTRIPLES),
            shared={iri: write(triples, NTRIPLES) for iri, triples in group.shared.items()},
            remarks=tuple(remarks[name]),
            results=tuple(results[name]),
        )
        .model_dump_json(exclude_defaults=True)
        .encode()
        for name, group in groups.items()
    ]
