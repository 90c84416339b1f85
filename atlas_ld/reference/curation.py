"""Decisions of a steward about names: `decisions.csv` among the data (docs/matching.md).

One line says of one name what it is: a SIREN, a place, the same body as another name, or no body at all; or what it is
not, that several bodies have it, or that it is another name of a place. Whoever decided is told by role, never by name,
with the day and the reason; all three are published with the body.
"""

from __future__ import annotations

import hashlib
import re
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
_PLACE = re.compile(r"(?:commune|epci|departement|region|com|country|geonames)-[0-9a-z-]+")
"""What the key of a place looks like. What a name is not may be another body as well, by its name."""
_REQUIRED = ("name", "is", "author", "date", "reason")

Kind = Literal["siren", "place", "same-as", "label", "not", "split", "exonym"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Scope = tuple[str, str, str]
"""What a decision is about: a name in words, a country (alpha-2) and the key of a record; the last two may be empty,
for any."""


@dataclass(frozen=True)
class Ruling:
    """What was decided of a name. `value` is a SIREN, the key of a place, or the name of the body that it is; of a
    `not`, what it is not, empty for nothing that anybody proposed."""

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
    """What was decided, the findings on lines that are no decision, and the SHA-256 of all that was read.

    rulings   what names are, or that they are known by name only, by what the ruling is about
    refusals  what names are not, likewise
    exonyms   other names of places, by country
    """

    rulings: Mapping[Scope, Ruling] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    digest: str = ""
    refusals: Mapping[Scope, tuple[Ruling, ...]] = field(default_factory=dict)
    exonyms: tuple[tuple[str, Ruling], ...] = ()

    @property
    def lines(self) -> list[tuple[Scope, Ruling]]:
        """Every line that counts with what it is about, in the order of the files."""
        refused = [(scope, ruling) for scope, rulings in self.refusals.items() for ruling in rulings]
        exonyms = [((words(ruling.name), country, ""), ruling) for country, ruling in self.exonyms]
        known = [(scope, ruling) for scope, ruling in self.rulings.items() if ruling.line]
        return sorted([*known, *refused, *exonyms], key=lambda one: (one[1].source, one[1].line))

    def __bool__(self) -> bool:
        return bool(self.rulings or self.refusals or self.exonyms)

    def of(self, name: str, country: str | None, record: str) -> Ruling | None:
        """The ruling on this name (in words): the most particular one, of this record before of this country."""
        if not self.rulings:
            return None
        return next((self.rulings[scope] for scope in _scopes(name, country, record) if scope in self.rulings), None)

    def refused(self, name: str, country: str | None, record: str) -> frozenset[str]:
        """What this name (in words) is not: keys of places, names of bodies."""
        if not self.refusals:
            return frozenset()
        scopes = _scopes(name, country, record)
        return frozenset(ruling.value for scope in scopes for ruling in self.refusals.get(scope, ()))

    def concerning(self, name: str, country: str | None, record: str) -> list[Ruling]:
        """Every line that has a say on this name (in words)."""
        ruling = self.of(name, country, record)
        refusals = [one for scope in _scopes(name, country, record) for one in self.refusals.get(scope, ())]
        exonyms = [
            one for place, one in self.exonyms if (country or place) == place and f" {words(one.name)} " in f" {name} "
        ]
        return [*([ruling] if ruling else []), *refusals, *exonyms]

    def unused(self, used: Iterable[tuple[str, int]]) -> list[Finding]:
        """Findings on rulings about names that no record has; `used` are the files and lines of the others."""
        known = set(used)
        told = [(one.source, one.line, one.name) for _, one in self.lines if (one.source, one.line) not in known]
        return [
            fault(
                source,
                line,
                "unused-decision",
                f"Aucune notice ne porte le nom « {name} » dans ce pays et ce partenariat. Corrigez-le ou retirez la "
                "ligne.",
                f"No record has the name “{name}” in this country and partnership. Correct it or take the line out.",
            )
            for source, line, name in told
        ]


def _scopes(name: str, country: str | None, record: str) -> list[Scope]:
    """What a line may be about to have a say on a name, the most particular first."""
    places = (country, "") if country else ("",)
    return [(name, place, one) for one in (record, "") for place in places]


def read_decisions(files: Iterable[tuple[str, bytes]], gazetteer: Gazetteer) -> Decisions:
    """The decisions of files, each with its name (see COLUMNS). A line that is none is a finding with its number; the
    others count."""
    digest = hashlib.sha256()
    findings: list[Finding] = []
    lines: list[tuple[Scope, Ruling]] = []
    for source, content in files:
        digest.update(hashlib.sha256(content).digest())
        rows, found = read_lines(source, content)
        findings += found
        for line, row in rows:
            read = read_line(source, line, row, gazetteer)
            if isinstance(read, Finding):
                findings.append(read)
            else:
                lines.append(read)
    rulings, contradicted, found = _agreeing(lines)
    findings += found
    refusals: dict[Scope, tuple[Ruling, ...]] = {}
    for scope, ruling in lines:
        if is_refusal(ruling) and scope not in contradicted:
            refusals[scope] = (*refusals.get(scope, ()), ruling)
    rulings, circular = _followed(rulings)
    findings += [
        fault(
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
        rulings,
        tuple(sorted(findings, key=lambda one: (one.source or "", one.line or 0))),
        digest.hexdigest(),
        refusals,
        tuple((scope[1], one) for scope, one in lines if one.kind == "exonym" and scope not in contradicted),
    )


def is_refusal(ruling: Ruling) -> bool:
    """Whether a ruling says of one thing that a name is not it, and leaves open what it is."""
    return ruling.kind == "not" and bool(ruling.value)


def contradicts(first: Ruling, second: Ruling) -> bool:
    """Whether two rulings on one name cannot both be meant: it is two things, or is and is not one."""
    if first.kind == "exonym" or second.kind == "exonym":
        return first.kind == second.kind and first.value != second.value
    if is_refusal(first) or is_refusal(second):
        return is_refusal(first) != is_refusal(second) and first.value == second.value
    return (first.kind, first.value) != (second.kind, second.value)


def _agreeing(lines: Iterable[tuple[Scope, Ruling]]) -> tuple[dict[Scope, Ruling], set[Scope], list[Finding]]:
    """What names are, by scope, and the scopes of which lines contradict each other, of which the findings tell."""
    told: dict[Scope, list[Ruling]] = {}
    contradicted: set[Scope] = set()
    findings = []
    for scope, ruling in lines:
        others = told.setdefault(scope, [])
        other = next((one for one in others if contradicts(one, ruling)), None)
        if other:
            contradicted.add(scope)
            findings.append(_contradiction(other, ruling))
        others.append(ruling)
    settled = {
        scope: next((one for one in rulings if one.kind != "exonym" and not is_refusal(one)), None)
        for scope, rulings in told.items()
        if scope not in contradicted
    }
    return {scope: ruling for scope, ruling in settled.items() if ruling}, contradicted, findings


def read_line(source: str, line: int, row: Mapping[str, str], gazetteer: Gazetteer) -> tuple[Scope, Ruling] | Finding:
    """A line of the table: what it is about and what it says; the finding on it where it is no decision."""
    problem = _problem(row, gazetteer)
    return fault(source, line, "broken-decision", *problem) if problem else _ruling(source, line, row, gazetteer)


def _ruling(source: str, line: int, row: Mapping[str, str], gazetteer: Gazetteer) -> tuple[Scope, Ruling]:
    """A line that `_problem` found none with."""
    country = gazetteer.country(row["country"]) if row["country"] else None
    place = gazetteer.place(row["value"]) if row["is"] == "exonym" else None
    told = gazetteer.place(country.place).country if country else place.country if place else ""
    scope = words(row["name"]), told, row["partnership"]
    kind = next(kind for kind in KINDS if kind == row["is"])
    day = date.fromisoformat(row["date"])
    return scope, Ruling(row["name"], kind, row["value"], row["author"], day, row["reason"], source, line)


def _contradiction(first: Ruling, second: Ruling) -> Finding:
    where = f"{first.source}:{first.line}" if first.source != second.source else str(first.line)
    return fault(
        second.source,
        second.line,
        "contradictory-decisions",
        f"Les lignes {where} et {second.line} disent deux choses de « {second.name} » ; aucune ne compte. Gardez la "
        "bonne.",
        f"Lines {where} and {second.line} say two things of “{second.name}”; neither counts. Keep the right one.",
    )


def read_lines(source: str, content: bytes) -> tuple[list[tuple[int, dict[str, str]]], list[Finding]]:
    """The lines of the table with their numbers, and findings on what is no line of it."""
    rows, findings = steward_table.rows(content, COLUMNS, partial(broken, source))
    return [(line, {name: _as_written(cell) for name, cell in row.items()}) for line, row in rows], findings


def _as_written(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it as a formula."""
    return cell[1:] if re.match(r"'[=+\-@\t\r]", cell) else cell


def _problem(row: Mapping[str, str], gazetteer: Gazetteer) -> tuple[str, str] | None:
    """What is wrong with a line, in French and English; None where nothing is."""
    kind, value = row["is"], row["value"]
    missing = [column for column in _REQUIRED if not row[column]]
    if missing:
        return f"Il manque : {', '.join(missing)}.", f"Missing: {', '.join(missing)}."
    if kind not in KINDS:
        listed = ", ".join(KINDS)
        return f"« is » doit être l’un de : {listed}.", f"“is” must be one of: {listed}."
    if not words(row["name"]):
        return "« name » doit être le nom d’un organisme.", "“name” must be the name of a body."
    if kind == "siren" and not luhn(value):
        return f"« {value} » n’est pas un SIREN (clé de Luhn).", f"“{value}” is no SIREN (Luhn check)."
    named = kind in ("place", "exonym") or (kind == "not" and bool(_PLACE.fullmatch(value)))
    if named and value not in gazetteer:
        return (
            f"« {value} » n’est pas un territoire des données de référence (commune-29019, geonames-2460596).",
            f"“{value}” is no territory of the reference data (commune-29019, geonames-2460596).",
        )
    if kind == "same-as" and not words(value):
        return "« value » doit être le nom de l’organisme.", "“value” must be the name of the body."
    if kind in ("label", "split") and value:
        return f"« {kind} » n’a pas de valeur.", f"“{kind}” has no value."
    if kind == "exonym" and row["partnership"]:
        told = "Un autre nom d’un lieu vaut partout : laissez « partnership » vide."
        return told, "Another name of a place holds everywhere: leave “partnership” empty."
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
            if plain == words(last.name):  # the bodies of this name are one
                step = None
                break
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


def broken(source: str, line: int | None, fr: str, en: str) -> Finding:
    """The finding on a line that is no decision."""
    return fault(source, line, "broken-decision", fr, en)


def fault(source: str, line: int | None, code: str, fr: str, en: str) -> Finding:
    """A finding on a line of decisions."""
    return Finding(code=code, severity=Severity.WARNING, fr=fr, en=en, source=source, line=line, field="decisions")
