"""Problems in the data are values: where, what, how bad, and from which source. Here is also how they are told: one
line each in one language, and all of them as a report in JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

Language = Literal["fr", "en"]
_LONGEST_TITLE = 60


class Severity(StrEnum):
    """The three severities of SHACL (https://www.w3.org/TR/shacl/#severity), worst first."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


_SEVERITIES: dict[Language, dict[Severity, str]] = {
    "en": {severity: severity.value for severity in Severity},
    "fr": {Severity.VIOLATION: "erreur", Severity.WARNING: "avertissement", Severity.INFO: "information"},
}


class Finding(BaseModel):
    """One remark on one place of one source.

    `code` is stable and short (`impossible-date`), for counting and for tests; `fr` and `en` are one sentence
    each that says what is wrong and how to mend it. `line` starts at 1. `record` is the key of the partnership
    concerned, once it is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    severity: Severity
    fr: str
    en: str
    source: str | None = None
    line: int | None = None
    field: str | None = None
    record: str | None = None

    def at(self, *, source: str | None = None, record: str | None = None, line: int | None = None) -> Self:
        """The same finding with its source, record or line filled in where it had none."""
        return self.model_copy(
            update={"source": self.source or source, "record": self.record or record, "line": self.line or line},
        )

    def told(self, language: Language, titles: Mapping[str, str] = MappingProxyType({})) -> str:
        """One line: file and line, severity, record and title, what is wrong and how to mend it, and the code. `titles`
        are those of records, by key."""
        place = ":".join(str(part) for part in (self.source, self.line) if part is not None)
        title = titles.get(self.record or "")
        record = f"{self.record} ({title[:_LONGEST_TITLE]})" if title else self.record
        parts = (place, _SEVERITIES[language][self.severity], record, self.fr if language == "fr" else self.en)
        return (" : " if language == "fr" else ": ").join(part for part in parts if part) + f" [{self.code}]"

    def __str__(self) -> str:
        return self.told("en")


def by_kind(findings: Iterable[Finding], language: Language) -> list[str]:
    """How many findings there are of each kind, one line each, worst and most first; nothing where there are none."""
    counts = Counter((list(Severity).index(f.severity), f.code) for f in findings)
    ranked = sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return [f"  {count:5}  {code} ({_SEVERITIES[language][list(Severity)[rank]]})" for (rank, code), count in ranked]


def report_json(
    findings: Iterable[Finding], titles: Mapping[str, str], summary: Mapping[str, object] = MappingProxyType({})
) -> str:
    """`{"counts": {kind: n}, "findings": [...]}`: each finding with its fields and the title of its record; before
    them the `summary` of what was done."""
    told = list(findings)
    counts = dict(sorted(Counter(finding.code for finding in told).items()))
    rows = [{**f.model_dump(mode="json"), "title": titles.get(f.record or "")} for f in told]
    return json.dumps({**summary, "counts": counts, "findings": rows}, ensure_ascii=False, indent=1) + "\n"


def report_csv(findings: Iterable[Finding], titles: Mapping[str, str]) -> str:
    """One row per finding, the columns its fields and the title of its record. No cell begins a formula."""
    columns = [*Finding.model_fields, "title"]
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    writer.writerow(columns)
    for finding in findings:
        row = {**finding.model_dump(mode="json"), "title": titles.get(finding.record or "")}
        writer.writerow([_plain(row[column]) for column in columns])
    return output.getvalue()


def _plain(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
