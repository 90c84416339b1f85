"""The lines of a filled sheet as lines of decisions.csv, each checked first: what is already decided is told, what
contradicts is refused, the others are kept."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import atlas_ld
from atlas_ld.errors import AtlasError, UnreadableSource
from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import words
from atlas_ld.privacy import redact
from atlas_ld.reference import curation
from atlas_ld.reference.curation import Ruling, Scope
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.names import luhn
from atlas_ld.release.tables import harmless
from atlas_ld.resources import root
from atlas_ld.review.sheet import DECISIONS, Filled
from atlas_ld.sources import values

_FRENCH = {
    "accepter": "accept", "accepte": "accept", "rejeter": "reject", "rejete": "reject", "refuser": "reject",
    "aucun": "none", "meme que": "same-as", "meme": "same-as", "same as": "same-as", "scinder": "split",
    "exonyme": "exonym", "intitule": "label", "no name": "label",
}  # fmt: skip
"""Other words for decisions, in words."""

Line = dict[str, str]
"""A line of decisions.csv, by column."""


@dataclass(frozen=True)
class Applied:
    """The lines to add, and findings: on lines that are refused (violations), and on those already decided (infos)."""

    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]


def decide(filled: Iterable[Filled], source: str, existing: bytes, target: str, gazetteer: Gazetteer) -> Applied:
    """The decisions of the filled sheet `source`, beside the `existing` ones of the file `target`."""
    held: dict[Scope, list[Ruling]] = {}
    for number, row in curation.read_lines(target, existing)[0] if existing.strip() else ():
        known = curation.read_line(target, number, row, gazetteer)
        if not isinstance(known, Finding):
            held.setdefault(known[0], []).append(known[1])
    lines: list[Line] = []
    findings: list[Finding] = []
    for one in filled:
        read = _line(one, source, gazetteer)
        ruled = read if isinstance(read, Finding) else curation.read_line(source, one.line, read, gazetteer)
        if isinstance(ruled, Finding):
            findings.append(_refused(ruled))
            continue
        scope, ruling = ruled
        others = held.setdefault(scope, [])
        problem = _already(ruling, others) or _against(scope, ruling, others, held)
        if problem:
            findings.append(problem)
            continue
        assert not isinstance(read, Finding)
        others.append(ruling)
        lines.append(read)
    return Applied(tuple(lines), tuple(findings))


def _line(one: Filled, source: str, gazetteer: Gazetteer) -> Line | Finding:
    """A filled row as a line of decisions.csv; the finding on it where it says nothing that can be decided."""

    def fault(fr: str, en: str) -> Finding:
        return curation.broken(source, one.line, fr, en)

    cells = one.cells
    told = words(cells["decision"])
    decision = _FRENCH.get(told, told.replace(" ", "-"))
    if decision not in DECISIONS:
        listed = ", ".join(DECISIONS)
        return fault(f"« decision » doit être l’un de : {listed}.", f"“decision” must be one of: {listed}.")
    missing = [name for name in ("role", "date", "reason") if not cells[name]]
    if missing:
        return fault(f"Il manque : {', '.join(missing)}.", f"Missing: {', '.join(missing)}.")
    dated: list[Finding] = []
    day = values.day(cells["date"], dated, line=one.line, field="date")
    if dated or day is None:
        return next(iter(dated), fault("« date » n’est pas un jour.", "“date” is no day.")).at(source=source)
    for name in ("role", "reason"):
        if redact(cells[name])[1]:
            return fault(
                f"« {name} » est publié : dites une fonction et un motif sans nom, adresse ni téléphone.",
                f"“{name}” is published: give a function and a reason without a name, address or telephone.",
            )
    value = cells["value"] or cells["identifier"]
    said = _said(decision, cells["value"], cells["identifier"], gazetteer)
    if said is None:
        return fault(
            f"« {value} » n’est ni un SIREN, ni la clé d’un lieu (commune-29019, geonames-2460596). Pour un autre "
            "organisme, décidez « same-as » et donnez son nom.",
            f"“{value}” is neither a SIREN nor the key of a place (commune-29019, geonames-2460596). For another body, "
            "decide “same-as” and give its name.",
        )
    kind, value = said
    return {
        "name": cells["name"],
        "country": cells["country"],
        "partnership": cells["partnership"],
        "is": kind,
        "value": value,
        "author": cells["role"],
        "date": day.isoformat() if day else "",
        "reason": cells["reason"],
    }


def _said(decision: str, value: str, identifier: str, gazetteer: Gazetteer) -> tuple[str, str] | None:
    """What a line of decisions.csv says, `is` and `value`; None where nothing can be accepted."""
    if decision == "accept":
        siren = value.replace(" ", "").replace("\u00a0", "")
        if luhn(siren):
            return "siren", siren
        accepted = value or identifier
        if accepted in gazetteer:
            return "place", accepted
        return ("same-as", identifier) if identifier and value in ("", identifier) else None
    if decision == "same-as":
        return "same-as", value or identifier
    if decision == "exonym":
        return "exonym", value or identifier
    if decision == "reject":
        return ("not", value or identifier) if value or identifier else None
    return ("not" if decision == "none" else decision), ""


def _refused(finding: Finding) -> Finding:
    return finding.model_copy(update={"severity": Severity.VIOLATION})


def _already(ruling: Ruling, others: Sequence[Ruling]) -> Finding | None:
    """The finding on what was decided before."""
    same = next((one for one in others if (one.kind, one.value) == (ruling.kind, ruling.value)), None)
    if not same:
        return None
    return Finding(
        code="already-decided",
        severity=Severity.INFO,
        fr=f"C’est déjà décidé pour « {ruling.name} » ({same.source}, ligne {same.line}) ; rien n’a été ajouté.",
        en=f"That is decided already of “{ruling.name}” ({same.source}, line {same.line}); nothing was added.",
        source=ruling.source,
        line=ruling.line,
        field="decisions",
    )


def _against(
    scope: Scope, ruling: Ruling, others: Sequence[Ruling], held: Mapping[Scope, Sequence[Ruling]]
) -> Finding | None:
    """The finding on a decision that another one contradicts, or that leads in a circle."""
    other = next((one for one in others if curation.contradicts(one, ruling)), None)
    if other:
        where = f"{other.source}, {{}} {other.line}"
        return _refused(
            curation.fault(
                ruling.source,
                ruling.line,
                "contradictory-decisions",
                f"« {ruling.name} » est déjà « {other.kind} {other.value} » ({where.format('ligne')}). Choisissez.",
                f"“{ruling.name}” is “{other.kind} {other.value}” already ({where.format('line')}). Keep one of them.",
            )
        )
    if ruling.kind == "same-as" and _leads_back(scope, ruling, held):
        return _refused(
            curation.fault(
                ruling.source,
                ruling.line,
                "contradictory-decisions",
                f"« {ruling.value} » est déjà dit le même que « {ruling.name} ». Dites-le une fois.",
                f"“{ruling.value}” is said to be “{ruling.name}” already. Say so once.",
            )
        )
    return None


def _leads_back(scope: Scope, ruling: Ruling, held: Mapping[Scope, Sequence[Ruling]]) -> bool:
    """Whether what a name is said to be is said to be that name, by however many steps. A name that is itself gathers
    the bodies of that name, which is no circle."""
    own, country, record = scope
    name, seen = words(ruling.value), {own}
    if name == own:
        return False
    while name not in seen:
        seen.add(name)
        scopes = [(name, country, record), (name, country, ""), (name, "", record), (name, "", "")]
        following = (one for at in scopes for one in held.get(at, ()) if one.kind == "same-as")
        step = next(following, None)
        if step is None or words(step.value) == name:
            return False
        name = words(step.value)
    return True


def add_lines(path: Path, existing: bytes, lines: Sequence[Line]) -> None:
    """Add lines to a table of decisions, made where there is none: written beside it, then put in its place.

    Raises AtlasError where it may not or cannot be written, UnreadableSource where it is no table of decisions.
    """
    for own in (Path(atlas_ld.__file__).parent, root() / "data"):
        if path.resolve().is_relative_to(own.resolve()):
            raise AtlasError(
                f"Decisions are the steward's and do not belong into the installed package ({path}). "
                "Name the folder of your own data with --data."
            )
    text = existing.decode("utf-8-sig", errors="replace")
    header = next(csv.reader(io.StringIO(text)), None) if text.strip() else list(curation.COLUMNS)
    columns = [cell.strip() for cell in header or ()]
    if sorted(columns) != sorted(curation.COLUMNS):
        raise UnreadableSource(f"{path} is no table of decisions: its columns must be {','.join(curation.COLUMNS)}.")
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator="\n")
    if not text.strip():
        writer.writerow(columns)
    writer.writerows([harmless(line[name], number=False) for name in columns] for line in lines)
    kept = existing if text.strip() else b""
    separator = b"" if not kept or kept.endswith(b"\n") else b"\n"
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(kept + separator + output.getvalue().encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise AtlasError(f"{path} cannot be written: {error.strerror}.") from error
