"""The changes for a terminal, in French or English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from atlas_ld.comparison.records import HOW, Comparison, FieldChange, How, RecordChange
from atlas_ld.comparison.wording import COLON
from atlas_ld.findings import Language

HEADINGS: dict[Language, dict[How, str]] = {
    "fr": {"renamed": "Clés changées", "removed": "Retirés", "added": "Ajoutés", "changed": "Modifiés"},
    "en": {"renamed": "Keys changed", "removed": "Removed", "added": "Added", "changed": "Changed"},
}
_MARKS: dict[How, str] = {"renamed": ">", "removed": "-", "added": "+", "changed": "~"}
_NONE: dict[Language, str] = {"fr": "(rien)", "en": "(nothing)"}
_SAME: dict[Language, str] = {"fr": "Rien n’a changé.", "en": "Nothing has changed."}
_LONGEST = 160


def as_text(comparison: Comparison, language: Language) -> Iterator[str]:
    """One line for each record, one for each of its fields; values longer than 160 characters are cut."""
    yield f"{comparison.before.id} → {comparison.after.id}"
    if comparison.difference.same:
        yield _SAME[language]
    for how in HOW:
        records = comparison.of(how)
        if records:
            yield ""
            yield f"{HEADINGS[language][how]} ({len(records)})"
        for record in records:
            yield f"{_MARKS[how]} {record.kind}  {one_line(record.label)}  <{record.iri}>{_now(record)}"
            if how == "changed":
                yield from (f"    {_field(field, language)}" for field in record.fields)


def _now(record: RecordChange) -> str:
    return "".join(f" → <{successor}>" for successor in record.successors)


def _field(change: FieldChange, language: Language) -> str:
    part = f"{one_line(change.part)} / " if change.part else ""
    before, after = values(change.before, language), values(change.after, language)
    return f"{part}{change.field}{COLON[language]}{before} → {after}"


def values(told: Sequence[str], language: Language) -> str:
    """Values of a field in one line; in words where there are none."""
    return " | ".join(map(one_line, told)) or _NONE[language]


def one_line(value: Any) -> str:
    """A text in one line without control characters, cut at 160 characters."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in str(value)).split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
