"""Records of one partnership, made one: observations of one source first, then what several sources say.

One source observed twice (a page saved in 2019 and again in 2026) has two observations: the newest stands as a whole,
so what was removed is removed and money is never added up. Only a section that the newest does not show at all is taken
from the one before. Two sources complete each other, and where they disagree the one that comes first by a declared
rule stands (`_rank`), never the order of files: docs/decisions/0035.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold
from atlas_ld.records import Funding, Origin, Participant, PartnershipRecord, Section
from atlas_ld.sources.reading import excerpt, remark

T = TypeVar("T")

_SCALARS = ("identifier", "title", "form", "first_signature_year", "start_year", "end_date", "end_month", "status",
            "continues", "main_theme", "context", "history", "objectives", "local_objectives", "french_objectives",
            "description", "beneficiaries", "volunteer_count")  # fmt: skip
_TRI = ("triennial", "communication_in_france", "communication_abroad", "evaluation")
_SECTIONS: dict[Section, tuple[str, ...]] = {
    "partners": ("participants",),
    "funding": ("funding",),
    "texts": ("context", "history", "objectives", "local_objectives", "french_objectives", "description",
              "beneficiaries"),
    "follow-up": (*_TRI, "volunteer_count", "volunteer_missions"),
}  # fmt: skip
"""Which fields a section of a page holds."""
_ABOUT = frozenset(("undocumented", "origins", "findings"))
_VALUES = tuple(name for name in PartnershipRecord.model_fields if name not in _ABOUT)
_UNDATED = date.min


def merge(records: Iterable[PartnershipRecord]) -> tuple[tuple[PartnershipRecord, ...], tuple[Finding, ...]]:
    """Records of the same partnership as one, in the order in which they come; and what is to be told of it.

    The same identifier makes them the same; without one, the same key and participants: two towns may each have a
    “Jumelage” of 1990. Origins and findings are all kept. What was superseded, and each disagreement with both values,
    is a finding, here and in the record.
    """
    groups: dict[tuple[str, str], list[PartnershipRecord]] = {}
    for record in records:
        groups.setdefault((record.key, identity(record)), []).append(record)
    findings: list[Finding] = []
    merged = [_merge_all(group, findings) for group in groups.values()]
    return tuple(merged), tuple(findings)


def merge_one(records: Sequence[PartnershipRecord]) -> PartnershipRecord:
    """Records that are known to tell of one partnership as one, with what is to be told of it (see `merge`)."""
    return _merge_all(records, [])


def identity(record: PartnershipRecord) -> str:
    """What two records with one key share if they tell of the same partnership: see `merge`."""
    return "" if record.identifier else "\n".join(sorted({fold(p.name) for p in record.participants}))


def _merge_all(records: Sequence[PartnershipRecord], findings: list[Finding]) -> PartnershipRecord:
    """One record. Each source's observations become one; then the sources, in the order of precedence."""
    by_source: list[list[PartnershipRecord]] = []
    for record in records:
        same = next((some for some in by_source if any(_same_source(record, one) for one in some)), None)
        if same is None:
            by_source.append([record])
        else:
            same.append(record)
    told: list[Finding] = []
    sources = sorted((_newest(some, told) for some in by_source), key=_rank)
    merged = sources[0]
    for other in sources[1:]:
        merged = _merge_two(merged, other, told)
    findings += told
    kept = _united(merged.findings, told, lambda finding: finding)
    return merged if kept == merged.findings else merged.model_copy(update={"findings": kept})


def _same_source(record: PartnershipRecord, other: PartnershipRecord) -> bool:
    """Whether two records are observations of one source on two days: of one address, else of one title. Where no days
    tell them apart, as of rows of one table or two transcriptions of one page, they complete each other."""
    if _UNDATED in (_day(record), _day(other)) or _day(record) == _day(other):
        return False
    addresses = {o.address for o in record.origins if o.address}
    if addresses or any(o.address for o in other.origins):
        return not addresses.isdisjoint(o.address for o in other.origins if o.address)
    return not {o.title for o in record.origins}.isdisjoint(o.title for o in other.origins)


def _day(record: PartnershipRecord) -> date:
    """The day of an observation, by what its source states; undated ones come before all."""
    return max((o.retrieved for o in record.origins if o.retrieved and not o.superseded), default=_UNDATED)


def _rank(record: PartnershipRecord) -> tuple[bool, int, list[str]]:
    """The declared precedence of sources: one that has an address of its own before one that has none, then the newer,
    then by title."""
    return (
        not any(o.address for o in record.origins),
        -_day(record).toordinal(),
        sorted(o.title for o in record.origins),
    )


# Observations of one source


def _newest(observations: Sequence[PartnershipRecord], findings: list[Finding]) -> PartnershipRecord:
    """The newest observation, with the sections that only older ones show, and the older ones among its origins."""
    newest, *older = sorted(observations, key=_day, reverse=True)  # stable: what is equally old keeps its order
    for before in older:
        newest = _supersede(newest, before, findings)
    return newest


def _supersede(new: PartnershipRecord, old: PartnershipRecord, findings: list[Finding]) -> PartnershipRecord:
    hidden = [section for section in new.undocumented if section not in old.undocumented]
    taken = [name for section in hidden for name in _SECTIONS[section] if not _said(getattr(new, name))]
    changed = [name for name in _VALUES if name not in taken and getattr(new, name) != getattr(old, name)]
    if changed:
        findings.append(_superseded(new, old, changed))
    fields = {name: getattr(old if name in taken else new, name) for name in _VALUES}
    past = tuple(o.model_copy(update={"superseded": True}) for o in old.origins if o not in new.origins)
    fields["undocumented"] = tuple(set(new.undocumented) - set(hidden))
    fields["origins"] = (*new.origins, *past)
    fields["findings"] = new.findings  # those of the old one are about what no longer stands
    return PartnershipRecord(**fields)


def _superseded(new: PartnershipRecord, old: PartnershipRecord, changed: Sequence[str]) -> Finding:
    name = changed[0]
    here, there = _shown(getattr(new, name)), _shown(getattr(old, name))
    fields, when = ", ".join(changed), (_day(new), _day(old))
    days = [day.isoformat() for day in when]
    return remark(
        "observation-superseded",
        Severity.INFO,
        f"Cette source a été observée deux fois ; la plus récente ({days[0]}) remplace la précédente ({days[1]}) : "
        f"{fields}. {name} : « {here} » (gardé) et « {there} ».",
        f"This source was observed twice; the newer ({days[0]}) replaces the one before ({days[1]}): {fields}. "
        f"{name}: “{here}” (kept) and “{there}”.",
        field=name,
    ).at(record=new.key)


# Several sources


def _merge_two(first: PartnershipRecord, second: PartnershipRecord, findings: list[Finding]) -> PartnershipRecord:
    fields: dict[str, Any] = {}
    for name in (*_SCALARS, *_TRI):
        fields[name] = _one(name, getattr(first, name), getattr(second, name), first, second, findings)
    if not any((first.end_date, first.end_month, second.end_date, second.end_month)):
        fields["end_year"] = _one("end_year", first.end_year, second.end_year, first, second, findings)
    elif first.end_year is not None and second.end_year is not None and first.end_year != second.end_year:
        # One gives a date, the other another year: the date stands, whichever source it is from.
        _one("end_year", first.end_year, second.end_year, first, second, findings)
    fields["other_themes"] = _united(first.other_themes, second.other_themes, lambda choice: choice.path)
    fields["goals"] = _united(first.goals, second.goals, lambda goal: goal.number)
    for name in ("keywords", "posts", "post_functions", "volunteer_missions"):
        fields[name] = _united(getattr(first, name), getattr(second, name), fold)
    fields["participants"] = _participants(first.participants, second.participants)
    fields["funding"] = _funding(first, second, findings)
    fields["undocumented"] = tuple(set(first.undocumented) & set(second.undocumented))
    fields["origins"] = _united(_contributed(first, first), _contributed(second, first), lambda origin: origin)
    fields["findings"] = _united(first.findings, second.findings, lambda finding: finding)
    return PartnershipRecord(**fields)


def _contributed(record: PartnershipRecord, first: PartnershipRecord) -> tuple[Origin, ...]:
    """The origins of a record, those that stand with the fields that come from them. The first has all that it says;
    another has what the first leaves empty, and its part of what is united."""
    united = ("other_themes", "goals", "keywords", "posts", "post_functions", "volunteer_missions", "participants",
              "funding")  # fmt: skip
    names = tuple(
        name
        for name in _VALUES
        if _said(getattr(record, name)) and (record is first or name in united or not _said(getattr(first, name)))
    )
    return tuple(o if o.superseded or o.fields else o.model_copy(update={"fields": names}) for o in record.origins)


def _said(value: Any) -> bool:
    return value not in (None, (), "unknown")


def _one(
    name: str, here: Any, there: Any, first: PartnershipRecord, second: PartnershipRecord, findings: list[Finding]
) -> Any:
    """The first value, or the second where the first says nothing; a finding where both say something else."""
    if not _said(here):
        return there
    if _said(there) and there != here:
        findings.append(_disagree(name, _shown(here), _shown(there), first, second))
    return here


def _disagree(name: str, here: str, there: str, first: PartnershipRecord, second: PartnershipRecord) -> Finding:
    who = [excerpt(one.origins[0].title, 60) if one.origins else "?" for one in (first, second)]
    return remark(
        "sources-disagree",
        Severity.INFO,
        f"Deux sources donnent {name} autrement : « {here} » (gardé, {who[0]}) et « {there} » ({who[1]}). Une source "
        "qui a une adresse l'emporte, puis la plus récente.",
        f"Two sources give {name} differently: “{here}” (kept, {who[0]}) and “{there}” ({who[1]}). A source with an "
        "address stands first, then the newer one.",
        field=name,
    ).at(record=first.key)


def _shown(value: Any) -> str:
    """A value for a sentence; of lists, how many there are, and of money their sum."""
    if isinstance(value, tuple) and value and isinstance(value[0], Funding):
        return f"{sum((line.amount or Decimal(0) for line in value), Decimal(0))} EUR ({len(value)})"
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return excerpt(" > ".join(value)) or "-"
    if isinstance(value, tuple):
        return str(len(value))
    return excerpt(str(value)) if _said(value) else "-"


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


def _funding(first: PartnershipRecord, second: PartnershipRecord, findings: list[Finding]) -> tuple[Funding, ...]:
    """The lines of each funder from one source: from the first, unless it gives no amount and the second does."""
    here, there = _by_funder(first.funding), _by_funder(second.funding)
    lines: list[Funding] = []
    for funder in {**here, **there}:
        mine, others = here.get(funder, []), there.get(funder, [])
        known = [any(line.amount is not None for line in some) for some in (mine, others)]
        if mine and (known[0] or not known[1]):
            lines += mine
            if known[1] and sorted(map(_line, mine)) != sorted(map(_line, others)):
                findings.append(_disagree("funding", _money(mine), _money(others), first, second))
        else:
            lines += others
    return tuple(lines)


def _by_funder(lines: Iterable[Funding]) -> dict[str, list[Funding]]:
    found: dict[str, list[Funding]] = {}
    for line in lines:
        found.setdefault(fold(line.funder), []).append(line)
    return found


def _line(line: Funding) -> tuple[str, ...]:
    told = (line.amount, line.committed, line.paid, line.when, line.oudin)
    return tuple("" if value is None else str(value) for value in told)


def _money(lines: Sequence[Funding]) -> str:
    said = "; ".join(f"{line.amount if line.amount is not None else '?'} EUR, {line.when or '?'}" for line in lines)
    return excerpt(f"{lines[0].funder}: {said}", 120)
