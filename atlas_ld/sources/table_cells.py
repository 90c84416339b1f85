"""Cells of a table of partnerships that hold more than one value: the little notations of `table_columns.COLUMNS`.

The functions take the parts of a cell, which `split` gives, or a mapping that cuts cells at another separator.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import words
from atlas_ld.privacy import FUNCTIONS
from atlas_ld.records import Funding, GoalChoice, Origin, Participant, Role, ThemeChoice
from atlas_ld.sources import values
from atlas_ld.sources.reading import quoted, remark

_RANKED_THEME = re.compile(r"(?P<path>.+?)\s*\(\s*(?P<priority>[0-9]{1,3})\s*\)")
_GOAL = re.compile(r"([0-9]{1,3})\s*:\s*([0-9]{1,3})")
_OUDIN = re.compile(r"#\s*oudin\s*(?:=(?P<part>[^#]*))?$", re.IGNORECASE)
_MONEY = re.compile(r"[0-9][0-9.,\s]*|€|\b(?:k?euros?|eur|ttc|ht)\b", re.IGNORECASE)
_BODIES: tuple[tuple[Role, str], ...] = (
    ("contracting-authority", "contracting_authorities"),
    ("implementer", "implementers"),
)


def bad_cell(code: str, line: int, field: str | None, fr: str, en: str) -> Finding:
    """A cell that its column cannot hold. It quarantines the record, since its author is there to mend it."""
    return remark(code, Severity.VIOLATION, fr, en, line=line, field=field)


def split(cell: str, separator: str = "|") -> tuple[str, ...]:
    return filled(cell.split(separator))


def filled(parts: Sequence[str]) -> tuple[str, ...]:
    """The parts without those that are empty."""
    return tuple(part for part in (piece.strip() for piece in parts) if part)


def theme_path(cell: str, field: str, findings: list[Finding], line: int) -> tuple[str, ...]:
    """`A > B > C` as labels, top level first; a fourth level is refused."""
    path = split(cell, ">")
    if len(path) > 3:
        findings.append(
            bad_cell(
                "too-deep-theme",
                line,
                field,
                "Une thématique a plus de trois niveaux.",
                "A theme has more than three levels.",
            )
        )
        return ()
    return path


def other_themes(parts: Sequence[str], findings: list[Finding], line: int) -> tuple[ThemeChoice, ...]:
    """`A > B (1)`, `C (2)`; a theme without a priority takes its place in the list."""
    choices = []
    for place, part in enumerate(filled(parts), start=1):
        ranked = _RANKED_THEME.fullmatch(" ".join(part.split()))
        path = theme_path(ranked["path"] if ranked else part, "other_themes", findings, line)
        if path:
            choices.append(ThemeChoice(path=path, priority=int(ranked["priority"]) if ranked else place))
    return tuple(choices)


def goals(parts: Sequence[str], findings: list[Finding], line: int) -> tuple[GoalChoice, ...]:
    """`8:2`, `13:1`. Whether 8 and 2 are possible is for the shapes to say."""
    choices = []
    for part in filled(parts):
        match = _GOAL.fullmatch(part)
        if match:
            choices.append(GoalChoice(number=int(match[1]), relevance=int(match[2])))
        else:
            fr, en = quoted(part)
            findings.append(
                bad_cell(
                    "bad-goal",
                    line,
                    "goals",
                    f"{fr} : ce n'est pas un objectif ; écrivez numéro:pertinence, comme 8:2.",
                    f"{en}: this is no goal; write number:relevance, such as 8:2.",
                )
            )
    return tuple(choices)


def funding(parts: Sequence[str], findings: list[Finding], line: int) -> tuple[Funding, ...]:
    """`Funder=10500@2019`, `Funder=3000@2020#oudin`, `Funder`: amount, year and Oudin share may each be left out."""
    lines = []
    for part in filled(parts):
        oudin = _OUDIN.search(part)
        rest = part[: oudin.start()] if oudin else part
        funder, equals, tail = rest.rpartition("=")
        if not equals:
            # `Ville : 12 000 € (2019)`, as people write it who have not read our notation.
            funder, _, tail = rest.rpartition(":")
            if not funder or not re.search("[0-9]", tail):
                funder, tail = rest, ""
        money, _, when = tail.partition("@")
        if values.is_total(funder):
            findings.append(values.total_left_out(line, "funding"))
            continue
        if not re.search(r"[^\W\d_]{2}", _MONEY.sub("", funder)):
            fr, en = quoted(part)
            findings.append(
                bad_cell(
                    "bad-funding",
                    line,
                    "funding",
                    f"{fr} : il manque le financeur ; écrivez Financeur=montant@année.",
                    f"{en}: the funder is missing; write Funder=amount@year.",
                )
            )
            continue
        told = values.money(money, findings, line=line, field="funding") if money.strip() else values.Money()
        amount, years = told.declared, told.years
        share = amount
        if oudin and oudin["part"] is not None:
            share = values.amount(oudin["part"], findings, line=line, field="funding")
        if when.strip():
            years = values.funding_years(when, findings, line=line, field="funding")
        amount, share = values.with_smaller_share(amount, share, findings, line=line)
        lines.append(
            Funding(
                funder=funder,
                amount=amount,
                committed=told.committed,
                paid=told.paid,
                oudin=share if oudin else None,
                **years._asdict(),
            )
        )
    return tuple(lines)


def participants(cell: Mapping[str, Sequence[str]], findings: list[Finding], line: int) -> tuple[Participant, ...]:
    """French authorities, foreign partners, contracting authorities, implementers, in this order, of the parts of each
    column."""
    french = filled(cell.get("french_authorities", ()))
    foreign = filled(cell.get("foreign_partners", ()))
    kinds = _one_each(french, cell.get("french_kinds", ()), "french_kinds", findings, line)
    countries = _one_each(foreign, cell.get("foreign_countries", ()), "foreign_countries", findings, line)
    sirens = _one_each(french, cell.get("french_sirens", ()), "french_sirens", findings, line, for_all=False)
    ours = _functions_each(french, cell, "french_contacts", findings, line)
    theirs = _functions_each(foreign, cell, "foreign_contacts", findings, line)
    found = [
        Participant(name=name, role="french-authority", kind=kind, siren=siren, contact_functions=functions)
        for name, kind, siren, functions in zip(french, kinds, sirens, ours, strict=True)
    ]
    for name, country, functions in zip(foreign, countries, theirs, strict=True):
        found.append(Participant(name=name, role="foreign-partner", country=country, contact_functions=functions))
    for role, column in _BODIES:
        found.extend(Participant(name=name, role=role) for name in filled(cell.get(column, ())))
    return tuple(found)


def functions(parts: Sequence[str], field: str, findings: list[Finding], line: int) -> tuple[str, ...]:
    """Those parts that are functions of a contact, by the word with which they begin: a name could stand there."""
    known = tuple(part for part in filled(parts) if words(part).split(" ")[0] in FUNCTIONS)
    if len(known) < len(filled(parts)):
        findings.append(
            remark(
                "not-a-function",
                Severity.WARNING,
                "Un contact n'est pas une fonction connue et n'a pas été repris : un nom peut s'y trouver.",
                "A contact is no known function and was left out: it may be a name.",
                line=line,
                field=field,
            )
        )
    return known


def _functions_each(
    names: tuple[str, ...], cell: Mapping[str, Sequence[str]], field: str, findings: list[Finding], line: int
) -> list[tuple[str, ...]]:
    given = _one_each(names, cell.get(field, ()), field, findings, line, for_all=False)
    return [functions((text or "").split(";"), field, findings, line) for text in given]


def whole_number(cell: str, findings: list[Finding], line: int) -> int | None:
    if not cell:
        return None
    if re.fullmatch(r"[0-9]{1,6}", cell):
        return int(cell)
    fr, en = quoted(cell)
    findings.append(
        bad_cell(
            "bad-number",
            line,
            "volunteer_count",
            f"{fr} : ce n'est pas un nombre entier.",
            f"{en}: this is no whole number.",
        )
    )
    return None


def digest(cell: str, findings: list[Finding], line: int) -> str | None:
    """A SHA-256 in hexadecimal, where it is one."""
    if not cell or re.fullmatch(r"[0-9a-f]{64}", cell):
        return cell or None
    findings.append(
        remark(
            "bad-digest",
            Severity.WARNING,
            "L'empreinte de la source n'est pas un SHA-256 : celle de la ligne est prise.",
            "The source's digest is no SHA-256: that of the row was taken.",
            line=line,
            field="source_sha256",
        )
    )
    return None


def address(cell: str, findings: list[Finding], line: int) -> str | None:
    """The address of the page that a row was taken from, where it is one."""
    if not cell:
        return None
    try:
        return Origin(title="-", address=values.web_address(cell) or cell).address
    except ValidationError:
        findings.append(
            remark(
                "bad-address",
                Severity.WARNING,
                "L'adresse de la source n'est pas une adresse http ou https valable.",
                "The source's address is no valid http or https address.",
                line=line,
                field="source_address",
            )
        )
        return None


def _one_each(
    names: tuple[str, ...],
    parts: Sequence[str],
    field: str,
    findings: list[Finding],
    line: int,
    *,
    for_all: bool = True,
) -> tuple[str | None, ...]:
    """The value of each name: its own, or, where that may be, the one given for all. An empty place between separators
    is unknown."""
    given = tuple(part.strip() or None for part in parts)
    if len(given) == len(names):
        return given
    if len(given) == 1 and for_all:
        if names:
            return given * len(names)
        given = (*given, None)  # a value for nobody: said below
    if given:
        findings.append(
            bad_cell(
                "unpaired-values",
                line,
                field,
                f"Il y a {len(names)} nom(s) pour {len(parts)} valeur(s) de {field} : "
                "donnez-en une par nom, ou une pour tous.",
                f"There are {len(names)} name(s) for {len(parts)} value(s) of {field}: "
                "give one per name, or one for all.",
            )
        )
    return (None,) * len(names)
