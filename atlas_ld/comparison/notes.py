"""Release notes drafted from a comparison, in Markdown: a steward reads, mends and publishes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from atlas_ld.comparison.records import HOW, Comparison, RecordChange
from atlas_ld.comparison.text import HEADINGS, one_line, values
from atlas_ld.comparison.wording import COLON
from atlas_ld.findings import Language
from atlas_ld.model import load_model

_MOST = 100
"""Records that are listed under one heading, and fields."""
_TEXTS: dict[Language, dict[str, str]] = {
    "fr": {
        "title": "Version {after}",
        "lead": "Ce qui change depuis la version {before}.",
        "same": "Rien n’a changé.",
        "figure": "Chiffre",
        "before": "avant",
        "after": "après",
        "published": "fiches publiées",
        "quarantined": "fiches écartées",
        "warnings": "avertissements",
        "triples": "triplets",
        "fields": "Champs modifiés, et combien de fois",
        "now": "devient",
        "more": "… et {count} autres.",
    },
    "en": {
        "title": "Release {after}",
        "lead": "What changes since release {before}.",
        "same": "Nothing has changed.",
        "figure": "Figure",
        "before": "before",
        "after": "after",
        "published": "records published",
        "quarantined": "records held back",
        "warnings": "warnings",
        "triples": "triples",
        "fields": "Fields changed, and how often",
        "now": "is now",
        "more": "… and {count} more.",
    },
}


def as_markdown(comparison: Comparison, language: Language) -> str:
    """Counts before and after, keys that changed, what was removed, added and changed, and which fields changed how
    often."""
    return "\n".join(_lines(comparison, language)) + "\n"


def _lines(comparison: Comparison, language: Language) -> Iterator[str]:
    texts = _TEXTS[language]
    before, after = comparison.before, comparison.after
    yield f"# {texts['title'].format(after=after.id)}"
    yield ""
    yield texts["lead"].format(before=before.id)
    yield ""
    yield f"| {texts['figure']} | {texts['before']} | {texts['after']} |"
    yield "|---|---|---|"
    for name in ("published", "quarantined", "warnings", "triples"):
        was, now = (getattr(release.manifest.counts, name) for release in (before, after))
        yield f"| {texts[name]} | {was} | {now} |"
    for class_ in load_model(after.manifest.base_iri).classes:
        was, now = (release.manifest.counts.entities.get(class_.iri, 0) for release in (before, after))
        if was != now:
            yield f"| {class_.label[language]} | {was} | {now} |"
    if comparison.difference.same:
        yield ""
        yield texts["same"]
    for how in HOW:
        yield from _section(f"{HEADINGS[language][how]}", comparison.of(how), language)
    fields = Counter(field.field for record in comparison.of("changed") for field in record.fields)
    if fields:
        yield ""
        yield f"## {texts['fields']}"
        yield ""
        for name, count in fields.most_common(_MOST):
            yield f"- {_escaped(name)}{COLON[language]}{count}"


def _section(heading: str, records: list[RecordChange], language: Language) -> Iterator[str]:
    if not records:
        return
    texts = _TEXTS[language]
    yield ""
    yield f"## {heading} ({len(records)})"
    yield ""
    for record in records[:_MOST]:
        now = ", ".join(f"<{successor}>" for successor in record.successors)
        successor = f" {texts['now']} {now}" if now else ""
        yield f"- {record.kind}{COLON[language]}[{_escaped(record.label)}](<{record.iri}>){successor}"
        for field in record.fields if record.how == "changed" else ():
            part = f"{_escaped(field.part)} / " if field.part else ""
            told = f"{values(field.before, language)} → {values(field.after, language)}"
            yield f"  - {part}{_escaped(field.field)}{COLON[language]}{_escaped(told)}"
    if len(records) > _MOST:
        yield f"- {texts['more'].format(count=len(records) - _MOST)}"


def _escaped(value: str) -> str:
    """A text as Markdown that shows it as it is: what a source says is no markup, and no link."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", one_line(value))
