"""quality.json: what was found, for the quality page. It is joined from what is kept of each record."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atlas_ld.findings import Finding, Severity
from atlas_ld.pipeline.checking import CheckedRow
from atlas_ld.reference.curation import COLUMNS, Decisions, Ruling, Scope


@dataclass(frozen=True)
class Quality:
    """What was found in a build: how many findings of each severity, how many records were left out, and quality.json:

    counts        findings by severity
    by_code       findings by severity and code, the most frequent first, with the sentence of the first of each code
    quarantined   the records that were left out: key, title, sources, findings
    published     the findings of each other record, by key
    unreadable    the findings on files that gave no record, on keys and on decisions
    decisions     what a steward decided about names: the columns of decisions.csv, countries as codes
    """

    counts: Mapping[str, int]
    quarantined: int
    json: bytes


def quality(checked: Mapping[str, CheckedRow], unreadable: Sequence[Finding], decisions: Decisions) -> Quality:
    """The quality of checked records, which come by key in the order of the keys."""
    plain = [finding.model_dump(mode="json", exclude_none=True) for finding in unreadable]
    every = [*plain, *(one for record in checked.values() if record.findings for one in json.loads(record.findings))]
    severities = Counter(finding["severity"] for finding in every)
    counts = {severity.value: severities[severity.value] for severity in Severity}
    quarantined = [_quarantined(record) for record in checked.values() if record.quarantined]
    members = {
        "counts": _indented(counts),
        "by_code": _indented(_by_code(every)),
        "quarantined": _joined("[", quarantined, "]"),
        "published": _joined(
            "{",
            [
                f"{_indented(key)}: {record.findings}"
                for key, record in checked.items()
                if record.findings and not record.quarantined
            ],
            "}",
        ),
        "unreadable": _indented(plain),
        "decisions": _indented([dict(zip(COLUMNS, _decided(*line), strict=True)) for line in decisions.lines]),
    }
    told = _joined("{", [f"{_indented(name)}: {member}" for name, member in members.items()], "}")
    return Quality(counts, len(quarantined), told.encode() + b"\n")


def _decided(scope: Scope, ruling: Ruling) -> tuple[str, ...]:
    _, country, partnership = scope
    said = (ruling.kind, ruling.value, ruling.author, ruling.day.isoformat(), ruling.reason)
    return (ruling.name, country, partnership, *said)


def _by_code(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    codes = Counter((finding["severity"], finding["code"]) for finding in findings)
    samples = {finding["code"]: finding for finding in reversed(findings)}
    return [
        {"severity": severity, "code": code, "count": count, "fr": samples[code]["fr"], "en": samples[code]["en"]}
        for (severity, code), count in sorted(codes.items(), key=lambda item: (-item[1], item[0]))
    ]


def _quarantined(record: CheckedRow) -> str:
    assert record.about is not None
    return record.about.removesuffix("\n}") + f',\n  "findings": {_deeper(record.findings or "[]")}\n}}'


def _joined(opening: str, members: Iterable[str], closing: str) -> str:
    """Members in JSON as an object or array, indented as `json.dumps` would."""
    inside = ",\n".join(members)
    return f"{opening}\n  {_deeper(inside)}\n{closing}" if inside else opening + closing


def _deeper(value: str) -> str:
    return value.replace("\n", "\n  ")  # line feeds of texts are escaped in JSON


def _indented(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
