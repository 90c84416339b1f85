"""What passed -> the content of a release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from atlas_ld.config import Settings
from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import Iris
from atlas_ld.model import load_model
from atlas_ld.pipeline.checking import Checked, CheckedRecord
from atlas_ld.pipeline.reading import Readings
from atlas_ld.queries.description import describe_queries
from atlas_ld.rdf import LABELS, in_order, object_of, parse_file, parse_lines
from atlas_ld.release.writer import Content
from atlas_ld.resources import root, turtle_files
from atlas_ld.validation import report_triples


def gather(
    readings: Readings,
    checked: Checked,
    findings: Mapping[str, list[Finding]],
    quarantined: set[str],
    settings: Settings,
) -> Content:
    """The content of a release of every record that is not quarantined."""
    iris = Iris(settings.base_iri)
    published = {key: record for key, record in checked.records.items() if key not in quarantined}
    lists = turtle_files("ontology/codes") + [root() / "ontology" / name for name in ("themes.ttl", "goals.ttl")]
    described = _described(record.shared for record in published.values())
    entities = parse_lines(b"".join(described.values()))
    entities += [triple for path in lists for triple in parse_file(path, iris.base)]
    data = parse_lines(b"".join(record.own for record in published.values()))
    data += in_order(entities, load_model(settings.base_iri).order)
    return Content(
        data=list(dict.fromkeys(data)),
        ontology=_together([root() / "ontology" / name for name in ("atlas.ttl", "alignments.ttl")], iris),
        shapes=_together(turtle_files("shapes"), iris),
        report=report_triples(checked.distinct_results(), iris),
        quality=_quality(readings, findings, quarantined),
        inputs=readings.inputs,
        records=len(readings.records),
        example=_example(published, iris),
        queries=describe_queries(iris),
    )


def _together(paths: Iterable[Path], iris: Iris) -> str:
    """Turtle files as one, with the base against which their relative IRIs are resolved."""
    return f"@base <{iris.base}> .\n\n" + "\n".join(path.read_text("utf-8") for path in paths)


def _described(descriptions: Iterable[Mapping[str, bytes]]) -> dict[str, bytes]:
    """One description of each shared entity: the fullest, then the one not in capitals, then the first by text."""
    best: dict[str, bytes] = {}
    for description in descriptions:
        for iri, lines in description.items():
            if iri not in best or (best[iri] != lines and _rank(lines) < _rank(best[iri])):
                best[iri] = lines
    return best


def _rank(lines: bytes) -> tuple[int, bool, bytes]:
    triples = parse_lines(lines)
    label = next((object_of(t).value for t in triples if t.predicate.value in LABELS), "")
    return (-len(triples), label.isupper(), lines)


def _example(published: Mapping[str, CheckedRecord], iris: Iris) -> str | None:
    """The partnership of which most is told."""
    key = max(published, key=lambda k: (published[k].own.count(b"\n"), k), default=None)
    return iris.entity("partnership", key) if key else None


def _quality(readings: Readings, findings: Mapping[str, list[Finding]], quarantined: set[str]) -> dict[str, Any]:
    """What the quality page shows; see docs/architecture.md."""
    every = [*readings.unreadable, *(finding for found in findings.values() for finding in found)]
    severities = Counter(finding.severity.value for finding in every)
    codes = Counter((finding.severity.value, finding.code) for finding in every)
    samples = {finding.code: finding for finding in reversed(every)}
    return {
        "counts": {severity.value: severities.get(severity.value, 0) for severity in Severity},
        "by_code": [
            {"severity": severity, "code": code, "count": count, "fr": samples[code].fr, "en": samples[code].en}
            for (severity, code), count in sorted(codes.items(), key=lambda item: (-item[1], item[0]))
        ],
        "quarantined": [
            {
                "key": key,
                "title": readings.records[key].title,
                "sources": [
                    {"title": origin.title, "address": origin.address} for origin in readings.records[key].origins
                ],
                "findings": [_plain(finding) for finding in findings[key]],
            }
            for key in sorted(quarantined)
        ],
        "published": {
            key: [_plain(finding) for finding in found]
            for key, found in sorted(findings.items())
            if found and key not in quarantined
        },
        "unreadable": [_plain(finding) for finding in readings.unreadable],
    }


def _plain(finding: Finding) -> dict[str, Any]:
    return finding.model_dump(mode="json", exclude_none=True)
