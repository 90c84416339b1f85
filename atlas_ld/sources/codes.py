"""Values of coded fields that no code list knows: a form, a status, a role, an answer, a goal.

Such a value stays in the record as its source writes it, with a finding that names the nearest code
(docs/decisions/0043). One that may be a person's name is left out: a row with a column too many puts a contact where
the status should be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

from rapidfuzz import process

from atlas_ld import rdf, resources
from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold
from atlas_ld.privacy import redact
from atlas_ld.privacy.names import is_word_of_bodies
from atlas_ld.records import Form, PartnershipRecord, Role, Status, Tri
from atlas_ld.sources.reading import remark
from atlas_ld.vocabulary import SKOS

CODED: Mapping[str, tuple[str, frozenset[str]]] = {
    "form": ("form", frozenset(get_args(Form))),
    "status": ("status", frozenset(get_args(Status))),
    **{
        name: ("tri", frozenset(get_args(Tri)))
        for name in ("triennial", "communication_in_france", "communication_abroad", "evaluation")
    },
}
"""The code list of each coded field of a partnership, and its codes."""
_ROLES = frozenset(get_args(Role))
_LONGEST = 80
_PARTICLES = frozenset(("de", "du", "des", "la", "le", "van", "von", "ben", "el", "al", "ould"))
_WORDS_OF_FORMS = frozenset(
    ("abandon", "accord", "amitie", "attente", "charte", "contrat", "convention", "cooperation", "cours", "declaration",
     "encours", "entente", "financeur", "intention", "jumelage", "lettre", "membre", "memorandum", "observateur",
     "pacte", "parrainage", "partenariat", "pause", "plan", "projet", "protocole", "sommeil", "suspendu", "termine")
)  # fmt: skip
"""Words, folded, that stand in forms, statuses and roles, and in no person's name."""


def kept(text: str) -> str | None:
    """A value as written; None where it may be a person's name: capitalised words only, and none of another kind."""
    line = " ".join(text.split())
    words = re.findall(r"[^\W\d_]+", line)
    told = [word for word in words if len(word) > 1 and word.lower() not in _PARTICLES]
    may_be_a_name = (
        len(told) > 1
        and all(word[0].isupper() for word in told)
        and not any(fold(word) in _WORDS_OF_FORMS or is_word_of_bodies(fold(word)) for word in told)
    )
    return None if may_be_a_name or redact(line)[0] != line or len(line) > _LONGEST else line


def unknown(field: str, scheme: str, text: str, *, line: int | None = None) -> Finding:
    """The finding about a value that the code list `scheme` does not know."""
    near = nearest(text, scheme)
    fr, en = (f" La plus proche : {near[0]}.", f" The nearest: {near[1]}.") if near else ("", "")
    written = kept(text)
    quoted = (f"« {written} »", f"“{written}”") if written else (f"Une valeur de {len(text)} signes", "A value")
    rest = (
        ("elle est gardée telle quelle", "it is kept as written")
        if written
        else ("elle peut être un nom de personne et n'a pas été reprise", "it may be a person's name and was left out")
    )
    return remark(
        f"unknown-{field.replace('_', '-')}",
        Severity.WARNING,
        f"{quoted[0]} : ce n'est pas une valeur connue de {field} ; {rest[0]}.{fr}",
        f"{quoted[1]}: this is no known value of {field}; {rest[1]}.{en}",
        line=line,
        field=field,
    )


def settled(record: PartnershipRecord) -> tuple[PartnershipRecord, tuple[Finding, ...]]:
    """A record without values that may be a person's name, and a finding for each value that no code list knows and of
    which none was told where it was read."""
    told = {finding.code for finding in record.findings}
    changed: dict[str, Any] = {}
    findings = list(_of_goals(record))
    for name, (scheme, known) in CODED.items():
        value = getattr(record, name)
        if value is None or value in known:
            continue
        findings.append(unknown(name, scheme, value))
        if kept(value) is None:
            changed[name] = PartnershipRecord.model_fields[name].default
    for participant in record.participants:
        if participant.role not in _ROLES:
            findings.append(unknown("role", "role", participant.role))
    if any(kept(participant.role) is None for participant in record.participants):
        changed["participants"] = tuple(
            participant if kept(participant.role) else participant.model_copy(update={"role": "?"})
            for participant in record.participants
        )
    new = tuple(finding for finding in dict.fromkeys(findings) if finding.code not in told)
    return (record.model_copy(update=changed) if changed else record), new


def _of_goals(record: PartnershipRecord) -> Iterator[Finding]:
    for goal in record.goals:
        if 1 <= goal.number <= 17 and goal.relevance in {1, 2}:
            continue
        near = min(max(goal.number, 1), 17)
        yield remark(
            "unknown-goal",
            Severity.WARNING,
            f"Objectif {goal.number}, pertinence {goal.relevance} : les objectifs vont de 1 à 17, la pertinence est "
            f"1 ou 2 ; gardé tel quel. Le plus proche : {near}.",
            f"Goal {goal.number}, relevance {goal.relevance}: goals go from 1 to 17, relevance is 1 or 2; kept as "
            f"written. The nearest: {near}.",
            field="goals",
        )


def nearest(text: str, scheme: str) -> tuple[str, str] | None:
    """The labels, in French and English, of the code that is written most like a text."""
    labels = _labels(scheme)
    written = {fold(name): code for code, names in labels.items() for name in (code, *names.values())}
    found = process.extractOne(fold(text), written.keys(), score_cutoff=_ALIKE)
    code = written[found[0]] if found else None
    return (labels[code]["fr"], labels[code]["en"]) if code else None


_ALIKE = 45
"""How alike, of 100, a code must be to be named as the nearest."""


@cache
def _labels(scheme: str) -> dict[str, dict[str, str]]:
    """The codes of a list with their labels by language. Raises BrokenResource where the list is missing."""
    found: dict[str, dict[str, str]] = {}
    for triple in rdf.parse_file(resources.root() / "ontology" / "codes" / f"{scheme}.ttl", "http://codes.invalid/"):
        if triple.predicate.value == str(SKOS.prefLabel) and isinstance(triple.object, rdf.Literal):
            code = str(getattr(triple.subject, "value", "")).rpartition(f"/{scheme}-")[2]
            found.setdefault(code, {})[str(triple.object.language)] = triple.object.value
    return found
