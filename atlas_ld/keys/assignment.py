"""A key for every partnership: the one that the register remembers, else a new one. And what became of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from atlas_ld.findings import Finding, Severity
from atlas_ld.keys.description import Description
from atlas_ld.keys.recognition import recognise
from atlas_ld.keys.register import Entry, Register, Status, quoted_title
from atlas_ld.sources.reading import remark


class Unnamed(NamedTuple):
    """A partnership without its key: the one that its title and year would give (or the source's number), a hash of who
    takes part in it for partnerships that would share one, and what it is recognised by."""

    stem: str
    who: str
    description: Description


@dataclass(frozen=True)
class Assignment:
    """The key of each partnership, in their order; the register as it is with them, which remembers all that was
    given before as well; and what is to be told. `new` are the keys that the register does not remember yet."""

    keys: tuple[str, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)
    new: Collection[str] = ()
    findings: tuple[Finding, ...] = ()


def assign(unnamed: Iterable[Unnamed], register: Register) -> Assignment:
    """Keys for all of these, of which no two share one. The same partnerships and register give the same keys, whatever
    the order. A key that the register has is never given to another partnership, not even once it has none."""
    told = list(unnamed)
    records = {str(number): one.description for number, one in enumerate(told)}
    # What was withdrawn may come back.
    known = {key: e.description for key, e in register.entries.items() if e.status in ("kept", "withdrawn")}
    found = recognise(known, records)
    new = _new_keys({name: told[int(name)] for name in records if name not in found.kept}, register.entries)
    keys = found.kept | new
    entries = dict(register.entries)
    findings = list(register.findings)
    for name, key in keys.items():
        before, now = register.entries.get(key), records[name]
        entries[key] = Entry(key, now, source=before.source if before else "", line=before.line if before else 0)
        if before and before.description != now:
            findings += _kept(before, now)
    for key, name in found.merged.items():
        entries[key] = _ended(register.entries[key], "merged", (keys[name],))
        findings.append(_merged(entries[key]))
    for key, names in found.split.items():
        entries[key] = _ended(register.entries[key], "split", tuple(sorted(keys[name] for name in names)))
        findings.append(_split(entries[key]))
    for key, names in found.beside.items():
        if others := [keys[name] for name in names if name in new]:
            findings.append(_beside(entries[key], others))
    for key in known.keys() - set(keys.values()) - found.merged.keys() - found.split.keys():
        if register.entries[key].status == "withdrawn":
            continue
        entries[key] = _ended(register.entries[key], "withdrawn", ())
        findings.append(_withdrawn(entries[key]))
    ordered = sorted(findings, key=lambda one: (one.source or "", one.line or 0, one.code, one.record or ""))
    return Assignment(tuple(keys[name] for name in records), entries, frozenset(new.values()), tuple(ordered))


def _new_keys(unnamed: Mapping[str, Unnamed], taken: Collection[str]) -> dict[str, str]:
    """A key for each: its stem, where nobody else has or would have it; else with the hash of who takes part."""
    stems = Counter(one.stem for one in unnamed.values())
    given: dict[str, str] = {}
    used = set(taken)
    for name, one in sorted(unnamed.items(), key=lambda item: (item[1].stem, item[1].who, item[1].description)):
        key = one.stem if stems[one.stem] == 1 and one.stem not in used else f"{one.stem}-{one.who}"
        number = 1
        while key in used:
            number += 1
            key = f"{one.stem}-{one.who}-{number}"
        given[name] = key
        used.add(key)
    return given


def _ended(entry: Entry, status: Status, successors: tuple[str, ...]) -> Entry:
    return replace(entry, status=status, successors=successors)


def _kept(before: Entry, now: Description) -> list[Finding]:
    """That a partnership was recognised though its title has changed; of other changes nothing is to be told."""
    if before.description.title == now.title:
        return []
    here, there = quoted_title(now), quoted_title(before.description)
    return [
        _told(
            "key-kept",
            Severity.INFO,
            before,
            f"« {here} » est reconnu comme « {there} » et garde sa clé. Si c'est un autre partenariat, corrigez le "
            "registre des clés.",
            f"“{here}” is recognised as “{there}” and keeps its key. If it is another partnership, correct the "
            "register of keys.",
        )
    ]


def _merged(entry: Entry) -> Finding:
    (into,) = entry.successors
    return _told(
        "records-merged",
        Severity.INFO,
        entry,
        f"« {quoted_title(entry.description)} » ({entry.key}) a été réuni avec {into} ; son adresse y mène.",
        f"“{quoted_title(entry.description)}” ({entry.key}) was merged into {into}; its address leads there.",
    )


def _split(entry: Entry) -> Finding:
    listed = ", ".join(entry.successors)
    return _told(
        "record-split",
        Severity.WARNING,
        entry,
        f"« {quoted_title(entry.description)} » ({entry.key}) a été scindé : {listed}. Son adresse les nomme tous ; "
        "pour qu'elle soit celle de l'un d'eux, corrigez le registre des clés.",
        f"“{quoted_title(entry.description)}” ({entry.key}) was split: {listed}. Its address names them all; for it to "
        "be that of one, correct the register of keys.",
    )


def _beside(entry: Entry, others: Iterable[str]) -> Finding:
    listed = ", ".join(sorted(others))
    return _told(
        "record-split",
        Severity.INFO,
        entry,
        f"« {quoted_title(entry.description)} » garde la clé {entry.key} ; ce qui lui ressemble en a une nouvelle : "
        f"{listed}. Si le partenariat a été scindé autrement, corrigez le registre des clés.",
        f"“{quoted_title(entry.description)}” keeps the key {entry.key}; what is like it has a new one: {listed}. If "
        "the partnership was split otherwise, correct the register of keys.",
    )


def _withdrawn(entry: Entry) -> Finding:
    return _told(
        "key-without-record",
        Severity.WARNING,
        entry,
        f"Aucune notice n'est plus « {quoted_title(entry.description)} » ({entry.key}) ; son adresse répondra qu'elle "
        "a été retirée. Si elle a un successeur, dites-le dans le registre des clés.",
        f"No record is “{quoted_title(entry.description)}” ({entry.key}) any more; its address will answer that it was "
        "withdrawn. If it has a successor, say so in the register of keys.",
    )


def _told(code: str, severity: Severity, entry: Entry, fr: str, en: str) -> Finding:
    return remark(code, severity, fr, en, line=entry.line or None, source=entry.source or None, field="keys").at(
        record=entry.key
    )
