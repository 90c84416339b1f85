"""Decisions of a steward about names: `decisions.csv` among the data (docs/matching.md).

One line says of one name what it is: a SIREN, a place, the same body as another name, or no body at all. Whoever
decided is told by role, never by name, with the day and the reason; all three are published with the body.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Literal, get_args

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import words
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.names import luhn
from atlas_ld.sources import steward_table

COLUMNS = ("name", "country", "partnership", "is", "value", "author", "date", "reason")
_REQUIRED = ("name", "is", "author", "date", "reason")

Kind = Literal["siren", "place", "same-as", "label"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Scope = tuple[str, str, str]
"""What a decision is about: a name in words, a country (alpha-2) and the key of a record; the last two may be empty,
for any."""


@dataclass(frozen=True)
class Ruling:
    """What was decided of a name. `value` is a SIREN, the key of a place, or the name of the body that it is."""

    name: str
    kind: Kind
    value: str
    author: str
    day: date
    reason: str
    source: str
    line: int
    """0 for what follows from another line: the body that `same-as` names is itself."""

    @property
    def note(self) -> str:
        return f"{self.day.isoformat()}, {self.author} : {self.reason}"


@dataclass(frozen=True)
class Decisions:
    """The rulings by what they are about, the findings on lines that are none, and the SHA-256 of all that was read."""

    rulings: Mapping[Scope, Ruling] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    digest: str = ""

    def of(self, name: str, country: str | None, record: str) -> Ruling | None:
        """The ruling on this name (in words): the most particular one, of this record before of this country."""
        if not self.rulings:
            return None
        places = (country or "", "") if country else ("",)
        scopes = ((name, place, one) for one in (record, "") for place in places)
        return next((self.rulings[scope] for scope in scopes if scope in self.rulings), None)

    def unused(self, used: Iterable[tuple[str, int]]) -> list[Finding]:
        """Findings on rulings about names that no record has; `used` are the files and lines of the others."""
        known = set(used)
        told = sorted(
            (ruling.source, ruling.line, ruling.name)
            for ruling in self.rulings.values()
            if ruling.line and (ruling.source, ruling.line) not in known
        )
        return [
            _fault(
                source,
                line,
                "unused-decision",
                f"Aucune notice ne porte le nom « {name} » dans ce pays et ce partenariat. Corrigez-le ou retirez la "
                "ligne.",
                f"No record has the name “{name}” in this country and partnership. Correct it or take the line out.",
            )
            for source, line, name in told
        ]


def read_decisions(files: Iterable[tuple[str, bytes]], gazetteer: Gazetteer) -> Decisions:
    """The decisions of files, each with its name (see COLUMNS). A line that is none is a finding with its number; the
    others count."""
    digest = hashlib.sha256()
    findings: list[Finding] = []
    rulings: dict[Scope, Ruling] = {}
    contradicted: set[Scope] = set()
    for source, content in files:
        digest.update(hashlib.sha256(content).digest())
        rows, found = steward_table.rows(content, COLUMNS, partial(_broken, source))
        findings += found
        for line, row in rows:
            problem = _problem(row, gazetteer)
            if problem:
                findings.append(_broken(source, line, *problem))
                continue
            scope, ruling = _ruling(source, line, row, gazetteer)
            other = rulings.setdefault(scope, ruling)
            if (other.kind, other.value) != (ruling.kind, ruling.value):
                contradicted.add(scope)
                findings.append(_contradiction(other, ruling))
    rulings = {scope: ruling for scope, ruling in rulings.items() if scope not in contradicted}
    rulings, circular = _followed(rulings)
    findings += [
        _fault(
            ruling.source,
            ruling.line,
            "contradictory-decisions",
            f"« {ruling.name} » est dit le même que « {ruling.value} », qui mène à lui. Dites-le une fois.",
            f"“{ruling.name}” is said to be “{ruling.value}”, which leads back to it. Say so once.",
        )
        for ruling in circular
    ]
    for (_, place, record), ruling in [*rulings.items()]:
        if ruling.kind == "same-as":
            itself = replace(ruling, name=ruling.value, line=0)
            rulings.setdefault((words(ruling.value), place, record), itself)
    return Decisions(
        rulings, tuple(sorted(findings, key=lambda one: (one.source or "", one.line or 0))), digest.hexdigest()
    )


def _ruling(source: str, line: int, row: Mapping[str, str], gazetteer: Gazetteer) -> tuple[Scope, Ruling]:
    """A line that `_problem` found none with."""
    country = gazetteer.country(row["country"]) if row["country"] else None
    scope = words(row["name"]), gazetteer.place(country.place).country if country else "", row["partnership"]
    kind = next(kind for kind in KINDS if kind == row["is"])
    day = date.fromisoformat(row["date"])
    return scope, Ruling(row["name"], kind, row["value"], row["author"], day, row["reason"], source, line)


def _contradiction(first: Ruling, second: Ruling) -> Finding:
    where = f"{first.source}:{first.line}" if first.source != second.source else str(first.line)
    return _fault(
        second.source,
        second.line,
        "contradictory-decisions",
        f"Les lignes {where} et {second.line} disent deux choses de « {second.name} » ; aucune ne compte. Gardez la "
        "bonne.",
        f"Lines {where} and {second.line} say two things of “{second.name}”; neither counts. Keep the right one.",
    )


def _problem(row: Mapping[str, str], gazetteer: Gazetteer) -> tuple[str, str] | None:
    """What is wrong with a line, in French and English; None where nothing is."""
    kind, value = row["is"], row["value"]
    missing = [column for column in _REQUIRED if not row[column]]
    if missing:
        return f"Il manque : {', '.join(missing)}.", f"Missing: {', '.join(missing)}."
    if kind not in KINDS:
        listed = ", ".join(KINDS)
        return f"« is » doit être l’un de : {listed}.", f"“is” must be one of: {listed}."
    if kind == "siren" and not luhn(value):
        return f"« {value} » n’est pas un SIREN (clé de Luhn).", f"“{value}” is no SIREN (Luhn check)."
    if kind == "place" and value not in gazetteer:
        return (
            f"« {value} » n’est pas un territoire des données de référence (commune-29019, geonames-2460596).",
            f"“{value}” is no territory of the reference data (commune-29019, geonames-2460596).",
        )
    if kind == "same-as" and not words(value):
        return "« value » doit être le nom de l’organisme.", "“value” must be the name of the body."
    if kind == "label" and value:
        return "Un intitulé (« label ») n’a pas de valeur.", "A label has no value."
    if row["country"] and not gazetteer.country(row["country"]):
        return f"Le pays « {row['country']} » n’est pas reconnu.", f"The country “{row['country']}” is not known."
    try:
        date.fromisoformat(row["date"])
    except ValueError:
        return f"« {row['date']} » n’est pas un jour (2026-11-20).", f"“{row['date']}” is no day (2026-11-20)."
    return None


def _followed(rulings: dict[Scope, Ruling]) -> tuple[dict[Scope, Ruling], list[Ruling]]:
    """`same-as` led to the end: a name that is another has what was decided of that other. And those in a circle."""
    followed: dict[Scope, Ruling] = {}
    circular: list[Ruling] = []
    for scope, ruling in rulings.items():
        last, seen = ruling, {scope}
        while last.kind == "same-as":
            _, country, record = scope
            plain = words(last.value)
            steps = [(plain, country, record), (plain, country, ""), (plain, "", record), (plain, "", "")]
            step = next((one for one in steps if one in rulings), None)
            if step is None or step in seen:
                break
            seen.add(step)
            last = rulings[step]
        else:
            step = None
        if step is not None and step in seen and last.kind == "same-as":
            circular.append(ruling)
            continue
        followed[scope] = replace(ruling, kind=last.kind, value=last.value)
    return followed, circular


def _broken(source: str, line: int | None, fr: str, en: str) -> Finding:
    return _fault(source, line, "broken-decision", fr, en)


def _fault(source: str, line: int | None, code: str, fr: str, en: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, fr=fr, en=en, source=source, line=line, field="decisions")
