"""The register of keys: `keys.csv` among the data, which remembers which partnership has which key.

One line for each key that was ever given: what its partnership is recognised by, and, where it has none any more, what
became of it. It is plain text for version control; `atlas-ld keys` writes it, a steward may correct it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, get_args

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import KEY
from atlas_ld.keys.description import Description
from atlas_ld.sources import steward_table
from atlas_ld.sources.reading import excerpt, remark

COLUMNS = ("key", "status", "successors", "identifier", "addresses", "title", "year", "partners")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Status = Literal["kept", "merged", "split", "withdrawn"]
STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True)
class Entry:
    """A key, what its partnership is recognised by, and what became of it: `successors` are the key into which it was
    merged, or those into which it was split. `source` and `line` are where it stands; 0 for one that no file has."""

    key: str
    description: Description
    status: Status = "kept"
    successors: tuple[str, ...] = ()
    source: str = ""
    line: int = 0


@dataclass(frozen=True)
class Register:
    """The entries by key, in the order of the lines, and the findings on lines that are none."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def removed_keys(keys: Iterable[str]) -> dict[str, Entry]:
    """Entries of partnerships that were removed on request: remembered by their keys alone."""
    return {key: Entry(key, Description(), "withdrawn") for key in keys}


def read_register(files: Iterable[tuple[str, bytes]]) -> Register:
    """The register of files, each with its name. A line that is none is a finding with its number, the others count; of
    two that contradict the first."""
    entries: dict[str, Entry] = {}
    findings: list[Finding] = []
    for source, content in files:
        rows, found = steward_table.rows(content, COLUMNS, partial(_broken, source))
        findings += found
        for line, row in rows:
            problem = _problem(row)
            if problem:
                findings.append(_broken(source, line, *problem))
                continue
            entry = _entry(source, line, row)
            first = entries.setdefault(entry.key, entry)
            if first is not entry and _told(first) != _told(entry):
                findings.append(_contradiction(first, entry))
    findings += _led_astray(entries)
    return Register(entries, tuple(sorted(findings, key=lambda one: (one.source or "", one.line or 0))))


def write_register(entries: Iterable[Entry]) -> bytes:
    """The table in CSV, in the order of the keys. No cell begins a formula."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in sorted(entries, key=lambda one: one.key):
        told = entry.description
        cells = (
            entry.key,
            "" if entry.status == "kept" else entry.status,
            "|".join(entry.successors),
            told.identifier,
            "|".join(told.addresses),
            told.title,
            told.year,
            "|".join(told.partners),
        )
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return output.getvalue().encode()


def follow(entries: Mapping[str, Entry], key: str) -> tuple[str, ...]:
    """The keys of partnerships to which a key leads at last, in order; none where what it named is gone."""
    heirs: set[str] = set()
    seen: set[str] = set()
    pending = [key]
    while pending:
        entry = entries.get(pending.pop())
        if entry is None or entry.key in seen:
            continue
        seen.add(entry.key)
        if entry.status == "kept":
            heirs.add(entry.key)
        pending += entry.successors
    return tuple(sorted(heirs))


def _entry(source: str, line: int, row: Mapping[str, str]) -> Entry:
    cells = {name: cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell for name, cell in row.items()}
    description = Description(
        identifier=cells["identifier"],
        addresses=_several(cells["addresses"]),
        title=cells["title"],
        year=cells["year"],
        partners=_several(cells["partners"]),
    )
    status: Status = next((one for one in STATUSES if one == cells["status"]), "kept")
    return Entry(cells["key"], description, status, _several(cells["successors"]), source, line)


def _several(cell: str) -> tuple[str, ...]:
    return tuple(sorted({one.strip() for one in cell.split("|") if one.strip()}))


def _told(entry: Entry) -> tuple[object, ...]:
    return entry.description, entry.status, entry.successors


def _problem(row: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with a line, in French and English; None where nothing is."""
    key, status, successors = row["key"], row["status"] or "kept", _several(row["successors"])
    if not KEY.fullmatch(key):
        return (
            "« key » doit être une clé : lettres minuscules sans accent, chiffres et tirets.",
            "“key” must be a key: lower-case letters without accents, digits and hyphens.",
        )
    if status not in STATUSES:
        listed = ", ".join(STATUSES)
        return f"« status » doit être vide ou l’un de : {listed}.", f"“status” must be empty or one of: {listed}."
    if not all(KEY.fullmatch(one) for one in successors):
        return "« successors » doit nommer des clés, séparées par |.", "“successors” must name keys, parted by |."
    if (status == "merged" and len(successors) != 1) or (status == "split" and len(successors) < 2):
        return (
            "Une clé fusionnée (merged) a un successeur, une clé scindée (split) en a plusieurs.",
            "A key that was merged has one successor, one that was split has several.",
        )
    if status in ("kept", "withdrawn") and successors:
        return f"Une clé « {status} » n’a pas de successeur.", f"A key that is “{status}” has no successor."
    if status == "kept" and not any(row[name] for name in ("identifier", "addresses", "title", "partners")):
        return (
            "La ligne ne dit pas à quoi reconnaître le partenariat (identifier, addresses, title, partners).",
            "The line does not say what to recognise the partnership by (identifier, addresses, title, partners).",
        )
    return None


def _led_astray(entries: Mapping[str, Entry]) -> list[Finding]:
    """Findings on keys that lead to none of the register, or round in a circle."""
    return [
        _fault(
            "contradictory-keys",
            entry,
            f"La clé « {entry.key} » mène à « {'|'.join(entry.successors)} », que le registre n'a pas, ou qui mène "
            "à elle. Corrigez « successors ».",
            f"The key “{entry.key}” leads to “{'|'.join(entry.successors)}”, which the register does not have, or "
            "which leads back to it. Correct “successors”.",
        )
        for entry in entries.values()
        if not all(_ends(entries, one) for one in entry.successors)
    ]


def _ends(entries: Mapping[str, Entry], key: str) -> bool:
    """Whether a key leads to one that was kept or withdrawn, and not round in a circle."""
    pending, seen = [key], {key}
    while pending:
        entry = entries.get(pending.pop())
        if entry is None:
            return False
        new = set(entry.successors) - seen
        if not entry.successors:
            return True
        seen |= new
        pending += sorted(new)
    return False


def _contradiction(first: Entry, second: Entry) -> Finding:
    where = f"{first.source}:{first.line}" if first.source != second.source else str(first.line)
    return _fault(
        "contradictory-keys",
        second,
        f"Les lignes {where} et {second.line} disent deux choses de la clé « {second.key} » ; la première compte. "
        "Gardez la bonne.",
        f"Lines {where} and {second.line} say two things of the key “{second.key}”; the first counts. Keep the right "
        "one.",
    )


def _broken(source: str, line: int | None, fr: str, en: str) -> Finding:
    return _fault("broken-key", Entry("", Description(), source=source, line=line or 0), fr, en)


def _fault(code: str, entry: Entry, fr: str, en: str) -> Finding:
    return remark(code, Severity.WARNING, fr, en, line=entry.line or None, source=entry.source or None, field="keys")


def quoted_title(description: Description) -> str:
    """The title for a sentence; else its partners."""
    return excerpt(description.title or ", ".join(description.partners) or description.identifier or "?", 60)
