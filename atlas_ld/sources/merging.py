"""Records of one partnership from several sources, made one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from typing import Any, TypeVar

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold
from atlas_ld.records import Funding, Participant, PartnershipRecord
from atlas_ld.sources.reading import excerpt, remark

T = TypeVar("T")

_SCALARS = ("identifier", "title", "form", "first_signature_year", "start_year", "end_date", "status", "continues",
            "main_theme", "context", "history", "objectives", "local_objectives", "french_objectives", "description",
            "beneficiaries", "volunteer_count")  # fmt: skip
_TRI = ("triennial", "communication_in_france", "communication_abroad", "evaluation")


def merge(records: Iterable[PartnershipRecord]) -> tuple[tuple[PartnershipRecord, ...], tuple[Finding, ...]]:
    """Records of the same partnership as one, in the order in which they come; and what the sources disagree on.

    The same identifier makes them the same; without one, the same key and participants: two towns may each have a
    “Jumelage” of 1990.

    What the first source says stands; what it leaves empty is taken from the next; lists are united; origins and
    findings are all kept. A section is undocumented only where no source shows it. Each disagreement is a finding
    that names both values, here and in the record.
    """
    merged: dict[tuple[str, str], PartnershipRecord] = {}
    findings: list[Finding] = []
    for record in records:
        who = (record.key, identity(record))
        first = merged.get(who)
        if first is None:
            merged[who] = record
        else:
            merged[who], found = _merge_two(first, record)
            findings.extend(found)
    return tuple(merged.values()), tuple(findings)


def identity(record: PartnershipRecord) -> str:
    """What two records with one key share if they tell of the same partnership: see `merge`."""
    return "" if record.identifier else "\n".join(sorted({fold(p.name) for p in record.participants}))


def _merge_two(first: PartnershipRecord, second: PartnershipRecord) -> tuple[PartnershipRecord, list[Finding]]:
    findings: list[Finding] = []
    fields: dict[str, Any] = {}
    for name in (*_SCALARS, *_TRI):
        empty = "unknown" if name in _TRI else None
        fields[name] = _one(name, getattr(first, name), getattr(second, name), empty, first.key, findings)
    if first.end_date is None and second.end_date is None:
        fields["end_year"] = _one("end_year", first.end_year, second.end_year, None, first.key, findings)
    elif first.end_year is not None and second.end_year is not None and first.end_year != second.end_year:
        # One gives a date, the other another year: the date stands, whichever source it is from.
        _one("end_year", first.end_year, second.end_year, None, first.key, findings)
    fields["other_themes"] = _united(first.other_themes, second.other_themes, lambda choice: choice.path)
    fields["goals"] = _united(first.goals, second.goals, lambda goal: goal.number)
    for name in ("keywords", "posts", "volunteer_missions"):
        fields[name] = _united(getattr(first, name), getattr(second, name), fold)
    fields["participants"] = _participants(first.participants, second.participants)
    fields["funding"] = _funding(first.funding, second.funding)
    fields["undocumented"] = tuple(set(first.undocumented) & set(second.undocumented))
    fields["origins"] = _united(first.origins, second.origins, lambda origin: origin)
    fields["findings"] = _united((*first.findings, *second.findings), findings, lambda finding: finding)
    return PartnershipRecord(**fields), findings


def _one(name: str, first: Any, second: Any, empty: str | None, key: str, findings: list[Finding]) -> Any:
    """The first value, or the second where the first says nothing; a finding where both say something else."""
    if first in (None, empty, ()):
        return second
    if second not in (None, empty, (), first):
        here, there = _shown(first), _shown(second)
        findings.append(
            remark(
                "sources-disagree",
                Severity.INFO,
                f"Deux sources donnent {name} autrement : « {here} » (gardé) et « {there} ».",
                f"Two sources give {name} differently: “{here}” (kept) and “{there}”.",
                field=name,
            ).at(record=key)
        )
    return first


def _shown(value: Any) -> str:
    return excerpt(" > ".join(value) if isinstance(value, tuple) else str(value))


def _united(first: Iterable[T], second: Iterable[T], key: Callable[[T], Hashable]) -> tuple[T, ...]:
    by_key: dict[Hashable, T] = {}
    for item in (*first, *second):
        by_key.setdefault(key(item), item)
    return tuple(by_key.values())


def _participants(first: tuple[Participant, ...], second: tuple[Participant, ...]) -> tuple[Participant, ...]:
    """Each body once per role, what one source leaves out of it taken from the other."""
    by_name: dict[tuple[str, str], Participant] = {}
    for participant in (*first, *second):
        name = (participant.role, fold(participant.name))
        known = by_name.get(name)
        if known is None:
            by_name[name] = participant
            continue
        by_name[name] = Participant(
            name=known.name,
            role=known.role,
            kind=known.kind or participant.kind,
            country=known.country or participant.country,
            siren=known.siren or participant.siren,
            contact_functions=(*known.contact_functions, *participant.contact_functions),
        )
    return tuple(by_name.values())


def _funding(first: tuple[Funding, ...], second: tuple[Funding, ...]) -> tuple[Funding, ...]:
    """Every line as often as the source that has it most often: twice in one source is two payments.

    A line without an amount says nothing where the other source gives that funder's amounts.
    """
    here, there = _without_empty(first, second), _without_empty(second, first)
    lines = {_line(line): line for line in (*there, *here)}
    most = Counter(map(_line, here)) | Counter(map(_line, there))
    return tuple(lines[line] for line in most.elements())


def _line(line: Funding) -> tuple[str, Decimal | None, int | None, Decimal | None]:
    return fold(line.funder), line.amount, line.year, line.oudin


def _without_empty(lines: tuple[Funding, ...], others: tuple[Funding, ...]) -> list[Funding]:
    known = {(fold(line.funder), year) for line in others if line.amount is not None for year in (line.year, None)}
    same = set(map(_line, others))
    return [
        line
        for line in lines
        if line.amount is not None or _line(line) in same or (fold(line.funder), line.year) not in known
    ]
