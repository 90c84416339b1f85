"""Years, dates, amounts and code words as people write them in French sources.

Each reader of a value takes the list that collects findings; a value that cannot be read is None and a finding.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold
from atlas_ld.records import Form, Status, Tri
from atlas_ld.sources.reading import excerpt, remark

_FIRST_YEAR, _LAST_YEAR = 1800, 2199
_SPACES = re.compile(r"[\s\u00a0\u202f'’]+")
_CURRENCY = re.compile(r" ?(?:€|euros?|eur)$", re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,2})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?P<group>[., ])[0-9]{3}(?:(?P=group)[0-9]{3})*(?:[.,][0-9]{1,2})?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")

STATUSES: dict[str, Status] = {
    "en cours": "under-way",
    "under way": "under-way",
    "under-way": "under-way",
    "termine": "ended",
    "terminee": "ended",
    "ended": "ended",
    "en sommeil": "dormant",
    "dormant": "dormant",
}
FORMS: dict[str, Form] = {
    "projet de cooperation decentralisee": "decentralised-cooperation-project",
    "cooperation decentralisee": "decentralised-cooperation-project",
    "projet": "decentralised-cooperation-project",
    "decentralised-cooperation-project": "decentralised-cooperation-project",
    "jumelage": "twinning",
    "twinning": "twinning",
    "accord-cadre": "framework-agreement",
    "accord cadre": "framework-agreement",
    "convention-cadre": "framework-agreement",
    "convention cadre": "framework-agreement",
    "framework-agreement": "framework-agreement",
    "aide humanitaire": "humanitarian",
    "action humanitaire": "humanitarian",
    "aide d'urgence": "humanitarian",
    "humanitarian": "humanitarian",
    "autre action": "other-action",
    "autre action exterieure": "other-action",
    "other-action": "other-action",
}
TRI: dict[str, Tri] = {
    "oui": "yes", "yes": "yes", "vrai": "yes", "true": "yes", "x": "yes", "1": "yes",
    "non": "no", "no": "no", "faux": "no", "false": "no", "0": "no",
    "": "unknown", "inconnu": "unknown", "unknown": "unknown", "?": "unknown",
}  # fmt: skip


def year(text: str, findings: list[Finding], *, line: int | None, field: str) -> int | None:
    """A year of four digits, 1800 to 2199. Whether it is likely is for the shapes to say."""
    value = text.strip()
    if re.fullmatch(r"[0-9]{4}", value) and _FIRST_YEAR <= int(value) <= _LAST_YEAR:
        return int(value)
    findings.append(
        remark(
            "impossible-year",
            Severity.VIOLATION,
            f"« {excerpt(value)} » n'est pas une année. Écrivez quatre chiffres, comme 2019.",
            f"“{excerpt(value)}” is no year. Write four digits, such as 2019.",
            line=line,
            field=field,
        )
    )
    return None


def day(text: str, findings: list[Finding], *, line: int | None, field: str) -> date | None:
    """A date of the calendar, written 31/12/2020 or 2020-12-31."""
    value = text.strip()
    french, iso = _DAY_FIRST.fullmatch(value), _ISO.fullmatch(value)
    try:
        if french:
            return date(int(french[3]), int(french[2]), int(french[1]))
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        pass  # 31/02/2020 has the form of a date: said below like any other text that is none
    findings.append(
        remark(
            "impossible-date",
            Severity.VIOLATION,
            f"« {excerpt(value)} » n'est pas une date. Écrivez le jour, le mois et l'année, comme 31/12/2020.",
            f"“{excerpt(value)}” is no date. Write day, month and year, such as 31/12/2020.",
            line=line,
            field=field,
        )
    )
    return None


def parse_amount(text: str) -> Decimal | None:
    """An amount in euros, or None for a text that is none.

    `120000,50`, `12 000`, `1 234,56 €`, `10.500,00`, `1,234.56`. Three digits after the only separator are
    thousands, since euros have two decimals: `10.500` is ten thousand five hundred.
    """
    value = _CURRENCY.sub("", _SPACES.sub(" ", text.replace("\u2212", "-")).strip())
    grouped = _GROUPED.fullmatch(value)
    if grouped:
        value = value.replace(grouped["group"], "")
        if value.lstrip("+-").startswith("0") and grouped["group"] != " ":
            return None  # 0.500 and 0,500 are no grouped thousands
    elif not _PLAIN.fullmatch(value):
        return None
    return Decimal(value.replace(",", "."))


def amount(text: str, findings: list[Finding], *, line: int | None, field: str) -> Decimal | None:
    """An amount in euros; a negative one is kept, for the shapes to refuse."""
    value = parse_amount(text)
    if value is None:
        findings.append(
            remark(
                "impossible-amount",
                Severity.VIOLATION,
                f"« {excerpt(text)} » n'est pas un montant en euros. Écrivez un nombre, comme 10500 ou 120000,50.",
                f"“{excerpt(text)}” is no amount in euros. Write a number, such as 10500 or 120000,50.",
                line=line,
                field=field,
            )
        )
    return value


def status(text: str, findings: list[Finding], *, line: int | None) -> Status | None:
    found = STATUSES.get(_word(text))
    if found is None:
        findings.append(_unknown_word("status", text, "En cours, Terminé, En sommeil", line))
    return found


def form(text: str, findings: list[Finding], *, line: int | None) -> Form | None:
    found = FORMS.get(_word(text))
    if found is None:
        known = "Projet de coopération décentralisée, Jumelage, Accord-cadre, Aide humanitaire, Autre action"
        findings.append(_unknown_word("form", text, known, line))
    return found


def tri(text: str, findings: list[Finding], *, line: int | None, field: str) -> Tri:
    """Yes, no or, where nothing or nothing that we know is said, unknown."""
    found = TRI.get(_word(text))
    if found is None:
        findings.append(_unknown_word(field, text, "oui, non", line))
    return found or "unknown"


def _word(text: str) -> str:
    return " ".join(fold(text.replace("’", "'")).rstrip(" .:").split())


def _unknown_word(field: str, text: str, known: str, line: int | None) -> Finding:
    return remark(
        f"unknown-{field.replace('_', '-')}",
        Severity.WARNING,
        f"« {excerpt(text)} » n'est pas une valeur connue de {field} et n'a pas été repris. Valeurs connues : {known}.",
        f"“{excerpt(text)}” is no known value of {field} and was left out. Known values: {known}.",
        line=line,
        field=field,
    )
