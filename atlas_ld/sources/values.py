"""Years, dates, amounts and code words as people write them in French sources.

Each reader of a value takes the list that collects findings; a value that cannot be read is None and a finding.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import quote

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold
from atlas_ld.records import Form, Status, Tri
from atlas_ld.sources.reading import quoted, remark

_FIRST_YEAR, _LAST_YEAR = 1800, 2199
_SPACES = re.compile(r"[\s\u00a0\u202f'’]+")
_NUMBER = (
    r"[+-]?(?:[0-9]{1,3}(?P<group>[., ])[0-9]{3}(?:(?P=group)[0-9]{3})*(?:[.,][0-9]{1,2})?"
    r"|[0-9]{1,15}(?:[.,][0-9]{1,6})?)"
)
_UNIT = (
    r"(?: ?(?P<scale>k|m|mds?|mille|milliers?|millions?|milliards?)(?: d )?(?= ?(?:€|eur)|\Z))?"
    r"(?: ?(?P<currency>€|euros?|eur))?(?: ?(?:ttc|ht|htva|net)\b)?(?:[,.][-–])?"
)
_AMOUNT = re.compile(rf"(?:(?:€|eur) ?)?(?P<number>{_NUMBER}){_UNIT}", re.IGNORECASE)
_SCALES = {"k": 3, "mill": 3, "m": 6, "million": 6, "md": 9, "milliard": 9}
_TIMES = re.compile(
    r"[ ,;:(\[/-]*(?:(?:en|le|au|du|de|pour|sur|année|exercice|période|versés? en|versés? le) ?)*"
    r"(?P<when>[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}|[0-9]{1,2}/[0-9]{4}|[0-9]{4})"
    r"(?: ?(?:-|–|/|à|au|et) ?(?P<last>[0-9]{4}))? ?[)\]]?",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/. -]{1,3}([0-9]{1,2})[/. -]{1,3}([0-9]{4}|[0-9]{2})")
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ][0-9:.,Z+-]*)?")
_IN_WORDS = re.compile(r"(?:le )?(?:([0-9]{1,2})(?:er|ere|e)? )?([a-z]{3,9})\.? ([0-9]{4})")
_MONTH_YEAR = re.compile(r"([0-9]{1,2})[/. -]([0-9]{4})|([0-9]{4})-([0-9]{1,2})")
_YEAR_ALONE = re.compile(r"(?:annee |en |an )?([0-9]{4})(?:[.,]0+)?")
_MONTHS = ("janv", "fevr", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "dec")
_CENTURY_TURN = 50
"""A year of two digits below this one is of the 21st century."""
_UNTOLD = frozenset(
    ("n/a", "na", "n.a", "nd", "n.d", "nc", "n.c", "n/c", "ns", "-", "--", "---", "–", "—", "?", "??", "???", "/",
     "null", "non communique", "non renseigne", "non renseignee", "non precise", "non precisee", "non connu",
     "non connue", "non determine", "non determinee", "non disponible", "inconnu", "inconnue", "indetermine",
     "indeterminee", "unknown", "a definir", "a determiner", "a preciser", "a completer", "a confirmer", "en attente",
     "sans objet", "s.o", "tbd")
)  # fmt: skip
_NONE = frozenset(("aucun", "aucune", "neant", "rien", "none", "pas de financement", "aucun financement", "0 €"))


_NONE_OF = re.compile(
    r"(?:aucune?s?(?:\(e\))?|pas (?:de|d'|d')|il n'y a (?:pas|aucune?)(?: de| d')?) ?"
    r"(?:financements?|financeurs?|cofinancements?|subventions?|partenaires?|partenariats?|collectivites?|communes?"
    r"|resultats?|elements?|donnees?|enregistrements?|lignes?|volontaires?|contacts?|themes?|thematiques?|objectifs?"
    r"|evaluations?|communications?|poste|maitre d'\w+)(?: [\w'-]+){0,4}"
)
_TOTAL = re.compile(
    r"(?:(?:sous|s)[ -/]?)?(?:total|totaux)"
    r"(?: (?:general|generaux|partiel|global|cumule|des? [\w' ]{1,40}|en euros|[0-9]{4}|ttc|ht))*"
    r"|(?:somme|moyenne|cumul|montant total|grand total)(?: (?:des? [\w' ]{1,40}|[0-9]{4}))*"
)


def untold(text: str) -> bool:
    """Whether a value says that its author does not know or tell: `N/A`, `non renseigné`, `-`."""
    return _word(text) in _UNTOLD or text.strip() in _UNTOLD


def none_at_all(text: str) -> bool:
    """Whether a value says that there is nothing: `Aucun`, `Néant`, `Aucun résultat`, `Pas de financement`."""
    word = _word(text)
    return word in _NONE or bool(_NONE_OF.fullmatch(word))


def is_total(name: str) -> bool:
    """Whether a name is that of a sum that a table prints below its rows: `Total`, `Sous-total 2019`, `TOTAUX`."""
    return bool(_TOTAL.fullmatch(_word(name)))


def total_left_out(line: int | None, field: str | None) -> Finding:
    return remark(
        "total-row",
        Severity.INFO,
        "Cette ligne est un total du tableau ; elle n'a pas été reprise.",
        "This row is a total of the table; it was left out.",
        line=line,
        field=field,
    )


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
    "decentralised cooperation project": "decentralised-cooperation-project",
    "cooperation decentralisee": "decentralised-cooperation-project",
    "projet": "decentralised-cooperation-project",
    "decentralised-cooperation-project": "decentralised-cooperation-project",
    "jumelage": "twinning",
    "twinning": "twinning",
    "accord-cadre": "framework-agreement",
    "accord cadre": "framework-agreement",
    "framework agreement": "framework-agreement",
    "convention-cadre": "framework-agreement",
    "convention cadre": "framework-agreement",
    "framework-agreement": "framework-agreement",
    "aide humanitaire": "humanitarian",
    "action humanitaire": "humanitarian",
    "aide d'urgence": "humanitarian",
    "humanitarian": "humanitarian",
    "humanitarian action": "humanitarian",
    "autre action": "other-action",
    "autre action exterieure": "other-action",
    "other-action": "other-action",
    "other external action": "other-action",
}
TRI: dict[str, Tri] = {
    "oui": "yes", "o": "yes", "yes": "yes", "y": "yes", "vrai": "yes", "true": "yes", "x": "yes", "1": "yes",
    "☑": "yes", "☒": "yes", "✓": "yes", "✔": "yes", "☐": "unknown",
    "non": "no", "n": "no", "no": "no", "faux": "no", "false": "no", "0": "no",
    "": "unknown", "inconnu": "unknown", "unknown": "unknown", "?": "unknown",
}  # fmt: skip


def year(text: str, findings: list[Finding], *, line: int | None, field: str) -> int | None:
    """A year of four digits, 1800 to 2199, also out of a date. Whether it is likely is for the shapes to say."""
    found = _graded(text)
    if found.year is not None and _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return found.year
    if not untold(text):
        fr, en = quoted(text)
        findings.append(
            remark(
                "impossible-year",
                Severity.WARNING,
                f"{fr} n'est pas une année. Écrivez quatre chiffres, comme 2019.",
                f"{en} is no year. Write four digits, such as 2019.",
                line=line,
                field=field,
            )
        )
    return None


def day(text: str, findings: list[Finding], *, line: int | None, field: str) -> date | None:
    """A date of the calendar: 31/12/2020, 31/12/20, 2020-12-31, 31 décembre 2020."""
    found = _graded(text)
    if found.day is None and not untold(text):
        findings.append(_no_date(text, line, field, kept=None))
    return found.day


def day_or_year(text: str, findings: list[Finding], *, line: int | None, field: str) -> tuple[date | None, int | None]:
    """A date, or the year alone of one that has no day (`12/2020`, `2020`), which a finding says."""
    found = _graded(text)
    if found.day is None and not untold(text):
        findings.append(_no_date(text, line, field, kept=found.year))
    return found.day, found.year


def _no_date(text: str, line: int | None, field: str, kept: int | None) -> Finding:
    fr, en = quoted(text)
    if kept is None:
        return remark(
            "impossible-date",
            Severity.WARNING,
            f"{fr} n'est pas une date. Écrivez le jour, le mois et l'année, comme 31/12/2020.",
            f"{en} is no date. Write day, month and year, such as 31/12/2020.",
            line=line,
            field=field,
        )
    return remark(
        "date-without-day",
        Severity.INFO,
        f"{fr} n'a pas de jour ; l'année {kept} a été reprise.",
        f"{en} has no day; the year {kept} was kept.",
        line=line,
        field=field,
    )


class _Graded(NamedTuple):
    """What a text tells of a date: a day and its year, a year alone, or nothing."""

    day: date | None = None
    year: int | None = None


def _graded(text: str) -> _Graded:
    value = " ".join(fold(text).split())
    if plain := _YEAR_ALONE.fullmatch(value):
        return _Graded(None, int(plain[1]))
    if iso := _ISO.fullmatch(value):
        return _calendar(iso[3], iso[2], iso[1])
    if french := _DAY_FIRST.fullmatch(value):
        return _calendar(french[1], french[2], french[3])
    if month := _MONTH_YEAR.fullmatch(value):
        number, of = (month[1], month[2]) if month[1] else (month[4], month[3])
        return _Graded(None, int(of)) if 1 <= int(number) <= 12 else _Graded()
    if words := _IN_WORDS.fullmatch(value):
        number = next((str(n) for n, name in enumerate(_MONTHS, 1) if words[2].startswith(name)), "")
        if number and words[1]:
            return _calendar(words[1], number, words[3])
        return _Graded(None, int(words[3])) if number else _Graded()
    return _Graded()


def _calendar(day_: str, month: str, year_: str) -> _Graded:
    number = int(year_)
    if len(year_) == 2:
        number += 2000 if number < _CENTURY_TURN else 1900
    try:
        found = date(number, int(month), int(day_))
    except ValueError:  # 31/02/2020 has the form of a date
        return _Graded()
    return _Graded(found, number)


def parse_amount(text: str) -> Decimal | None:
    """An amount in euros, or None for a text that is none.

    `120000,50`, `12 000`, `1 234,56 €`, `10.500,00`, `1,234.56`, `EUR 500 TTC`, `10 k€`, `1,2 M€`. Three digits after
    the only separator are thousands, since euros have two decimals: `10.500` is ten thousand five hundred; before `k€`
    and `M€` they are decimals.
    """
    match = _AMOUNT.fullmatch(_spaced(text))
    return _value(match) if match else None


def _spaced(text: str) -> str:
    return _SPACES.sub(" ", text.replace("\u2212", "-")).strip()


def _value(match: re.Match[str]) -> Decimal | None:
    number, group, scale = match["number"], match["group"], (match["scale"] or "").lower()
    if scale:
        if group and (group == " " or number.count(group) > 1 or re.search(r"[.,][0-9]{1,2}$", number)):
            number = number.replace(group, "")
        exponent = next(power for name, power in reversed(_SCALES.items()) if scale.startswith(name))
        value = Decimal(number.replace(",", ".")).scaleb(exponent)
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value
    if group:
        number = number.replace(group, "")
        if number.lstrip("+-").startswith("0") and group != " ":
            return None  # 0.500 and 0,500 are no grouped thousands
    elif re.search(r"[.,][0-9]{3,}$", number):
        return None
    return Decimal(number.replace(",", "."))


def amount(text: str, findings: list[Finding], *, line: int | None, field: str) -> Decimal | None:
    """An amount in euros; a negative one is kept, for the shapes to refuse."""
    value, when = amount_and_year(text, findings, line=line, field=field)
    if when is not None:
        findings.append(
            remark(
                "year-in-amount",
                Severity.INFO,
                f"L'année {when} est écrite dans la case du montant.",
                f"The year {when} is written in the amount's place.",
                line=line,
                field=field,
            )
        )
    return value


def amount_and_year(
    text: str, findings: list[Finding], *, line: int | None, field: str
) -> tuple[Decimal | None, int | None]:
    """An amount in euros, and the year that the same text may tell: `12 000 € (2019)`. Of a period, which a line of
    funding cannot hold, the finding tells the years."""
    value, when, last = _amount_and_times(text)
    if value is None and not untold(text):
        fr, en = quoted(text)
        findings.append(
            remark(
                "impossible-amount",
                Severity.VIOLATION,
                f"{fr} n'est pas un montant en euros. Écrivez un nombre, comme 10500 ou 120000,50.",
                f"{en} is no amount in euros. Write a number, such as 10500 or 120000,50.",
                line=line,
                field=field,
            )
        )
    if last is not None:
        findings.append(period(when, last, line, field))
        when = None
    return value, when


def _amount_and_times(text: str) -> tuple[Decimal | None, int | None, int | None]:
    value = _spaced(text)
    whole = parse_amount(value)
    if whole is not None:
        return whole, None, None
    first, priced = _AMOUNT.match(value), next((m for m in _AMOUNT.finditer(value) if m["currency"]), None)
    for match in filter(None, (first, priced)):
        before, after = value[: match.start()].rstrip(" :,;-"), value[match.end() :]
        if before and after:
            continue
        times = _TIMES.fullmatch(before or after)
        if times and (match["currency"] or after[:1] in " ,;("):
            number = _value(match)
            if number is not None:
                return number, int(times["when"][-4:]), int(times["last"]) if times["last"] else None
    return None, None, None


def with_smaller_share(
    amount: Decimal | None, share: Decimal | None, findings: list[Finding], *, line: int | None
) -> tuple[Decimal | None, Decimal | None]:
    """Amount and Oudin amount. The latter is a share of the former, so that the smaller one is the share, whatever the
    order in which they are written, which a finding says."""
    if amount is None or share is None or share <= amount:
        return amount, share
    findings.append(
        remark(
            "oudin-above-amount",
            Severity.WARNING,
            f"Le montant « loi Oudin » ({share}) dépasse le montant ({amount}) : le plus petit a été lu comme la part.",
            f"The Oudin amount ({share}) is above the amount ({amount}): the smaller one was read as the share.",
            line=line,
            field="funding",
        )
    )
    return share, amount


def funding_year(text: str, findings: list[Finding], *, line: int | None, field: str) -> int | None:
    """The year of a line of funding; a period is told in a finding."""
    times = _TIMES.fullmatch(_spaced(text))
    if times and times["last"]:
        findings.append(period(int(times["when"][-4:]), int(times["last"]), line, field))
        return None
    return year(text, findings, line=line, field=field)


def period(first: int | None, last: int, line: int | None, field: str) -> Finding:
    return remark(
        "funding-period",
        Severity.WARNING,
        f"Le financement couvre la période {first}-{last} ; une ligne n'a qu'une année, qui a été laissée vide.",
        f"The funding covers the period {first}-{last}; a line has one year only, which was left empty.",
        line=line,
        field=field,
    )


def web_address(text: str) -> str | None:
    """The address with what no IRI holds percent-encoded and its scheme in lower case; None where it is no address of
    the web."""
    scheme, sign, rest = text.strip().partition("://")
    if scheme.lower() not in ("http", "https") or not rest.strip():
        return None
    host, slash, path = re.match(r"([^/?#]*)([/?#]?)(.*)", rest.strip(), re.DOTALL).groups()  # type: ignore[union-attr]
    if not re.fullmatch(r"(?:[^\s<>\"{}|\\^`\[\]]+|(?:[^\s@]*@)?\[[0-9A-Fa-f:.]+\](?::[0-9]*)?)", host):
        return None
    encoded = re.sub(r"[\s<>\"{}|\\^`\[\]\x00-\x20]", lambda found: quote(found[0], safe=""), path)
    encoded = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", encoded)
    return f"{scheme.lower()}{sign}{host}{slash}{encoded}"


def status(text: str, findings: list[Finding], *, line: int | None) -> Status | None:
    found = STATUSES.get(_word(text))
    if found is None and not untold(text):
        findings.append(_unknown_word("status", text, "En cours, Terminé, En sommeil", line))
    return found


def form(text: str, findings: list[Finding], *, line: int | None) -> Form | None:
    found = FORMS.get(_word(text))
    if found is None and not untold(text):
        known = "Projet de coopération décentralisée, Jumelage, Accord-cadre, Aide humanitaire, Autre action"
        findings.append(_unknown_word("form", text, known, line))
    return found


def tri(text: str, findings: list[Finding], *, line: int | None, field: str) -> Tri:
    """Yes, no or, where nothing or nothing that we know is said, unknown."""
    found = TRI.get(_word(text))
    if found is None and not untold(text):
        findings.append(_unknown_word(field, text, "oui, non", line))
    return found or "unknown"


def _word(text: str) -> str:
    return " ".join(fold(text.replace("’", "'")).rstrip(" .:").split())


def _unknown_word(field: str, text: str, known: str, line: int | None) -> Finding:
    fr, en = quoted(text)
    return remark(
        f"unknown-{field.replace('_', '-')}",
        Severity.WARNING,
        f"{fr} : ce n'est pas une valeur connue de {field}, et elle n'a pas été reprise. Valeurs connues : {known}.",
        f"{en}: this is no known value of {field}, and was left out. Known values: {known}.",
        line=line,
        field=field,
    )
