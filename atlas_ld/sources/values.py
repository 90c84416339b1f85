"""Years, dates, amounts and code words as people write them in French sources.

Each reader of a value takes the list that collects findings; a value that cannot be read is None and a finding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import quote

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold
from atlas_ld.records import Form, Status, Tri
from atlas_ld.sources import codes
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
_BEFORE_TIMES = re.compile(
    r"^(?:(?:en|le|au|du|de|des|pour|sur|la|les|l|annees?|exercices?|periodes?|entre|depuis|verse(?:e?s?)|budget|programme|"
    r"convention|plan|triennale?|pluriannuelle?)\b[ :']*)+"
)
"""Words, folded, that stand before a time and say nothing of it."""
_BETWEEN = re.compile(
    r" ?(?:\b(?:a|au|aux|et|to|until|jusqu(?:'| )?(?:a|au|en))\b|->|→|,|;| [-–—/] |(?<=-[0-9]{2})/(?=[0-9]{4})|"
    r"(?<=[0-9]{4}) ?[-–—/](?= ?(?:[0-9]{4}|[0-9]{1,2}[/.]|[a-z]))) ?"
)
"""What stands between the times of a period, folded. A hyphen or a stroke only after a year."""
_ENUMERATED = re.compile(r"^(?!.*\bentre\b).*(?:\bet\b|[,;&])")
_ENDS_WITH_YEARS = re.compile(
    r"[ ,(]+(?:en |le |sur |pour |periode |exercice |annee )*"
    r"(?P<years>(?:[0-9]{1,2}[/.]){0,2}[0-9]{4}(?: ?(?:[-–—/]|a|au|et) ?[0-9]{2,4})?) ?\)?$"
)
_BEFORE_DATE = re.compile(
    r"^(?:jusqu'(?:en|au|a) |depuis |a partir d[eu'] ?|(?:(?:lun|mar|mercre|jeu|vendre|same)di|dimanche),? )+"
)
_ABOUT = re.compile(
    r"(?:vers|environ|env\.?|circa|ca\.?|courant|fin|debut|mi|milieu|automne|hiver|printemps|ete|"
    r"(?:1er|2e|2eme|3e|3eme|4e|4eme|premier|second|deuxieme|troisieme|quatrieme|dernier) (?:trimestre|semestre)|"
    r"[st][1-4]|q[1-4])[ -]+(?:de l'annee |de |d'|l'annee )?(?P<rest>.*[0-9]{4})"
)
"""What a time is about, folded: `fin 2020`, `vers 2019`, `1er trimestre 2020`."""
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/. -]{1,3}([0-9]{1,2})[/. -]{1,3}([0-9]{4}|[0-9]{2})")
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[t ][0-9:.,z+-]*)?")
_IN_WORDS = re.compile(r"(?:le )?(?:([0-9]{1,2})(?:er|ere|e)? )?([a-z]{3,9})\.? ([0-9]{4})")
_MONTH_YEAR = re.compile(r"([0-9]{1,2})[/. -]([0-9]{4})|([0-9]{4})[-/.]([0-9]{1,2})")
_YEAR_ALONE = re.compile(r"(?:annee |en |an )?([0-9]{4})(?:[.,]0+)?")
_MONTHS = (
    ("janvier", "january"), ("fevrier", "february"), ("mars", "march"), ("avril", "april"), ("mai", "may"),
    ("juin", "june"), ("juillet", "july"), ("aout", "august"), ("septembre", "september"), ("octobre", "october"),
    ("novembre", "november"), ("decembre", "december"),
)  # fmt: skip
_SHORTEST_MONTH = 3
_LONGEST_TIME = 200
"""Characters of a text that may be a time or an amount; what is longer is neither, and is not looked into."""
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
    """A year of four digits, 1800 to 2199, also out of a date. Whether it is likely is for the shapes to say. Of a
    period the first year, which a finding says."""
    found = _graded(text)
    span = None if found.year else _span(text)
    if span and not untold(text):
        findings.append(_of_period(text, line, field, kept=span[0]))
    number = span[0] if span else found.year
    if number is not None and _is_likely(number):
        if found.is_about:
            findings.append(_about(text, line, field, kept=str(number)))
        return number
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
        findings.append(_no_date(text, line, field))
    return found.day


class GradedDate(NamedTuple):
    """What a text tells of a date, as closely as it does: a day, a month (`2020-12`) or a year; nothing where it tells
    none. `is_about` is one that tells more than can be kept: `fin 2020`, `vers 2020`."""

    day: date | None = None
    month: str | None = None
    year: int | None = None
    is_about: bool = False


def graded_date(text: str, findings: list[Finding], *, line: int | None, field: str) -> GradedDate:
    """A date as closely as it is told: `31/12/2020`, `12/2020`, `décembre 2020`, `2020`. Of a period the end, which a
    finding says; what is no date is a finding."""
    found = _graded(text)
    if found.year is None and (span := _span(text)):
        findings.append(_of_period(text, line, field, kept=span[1]))
        return _last_time(text) or GradedDate(year=span[1])
    if not _is_likely(found.year):
        findings += [] if untold(text) else [_no_date(text, line, field)]
        return GradedDate()
    if found.is_about:
        findings.append(_about(text, line, field, kept=found.month or str(found.year)))
    return found


def _no_date(text: str, line: int | None, field: str) -> Finding:
    fr, en = quoted(text)
    return remark(
        "impossible-date",
        Severity.WARNING,
        f"{fr} n'est pas une date. Écrivez le jour, le mois et l'année, comme 31/12/2020.",
        f"{en} is no date. Write day, month and year, such as 31/12/2020.",
        line=line,
        field=field,
    )


def _about(text: str, line: int | None, field: str, kept: str) -> Finding:
    fr, en = quoted(text)
    return remark(
        "date-about",
        Severity.INFO,
        f"{fr} n'est pas une date précise ; {kept} a été repris.",
        f"{en} is no precise date; {kept} was kept.",
        line=line,
        field=field,
    )


def _of_period(text: str, line: int | None, field: str, kept: int) -> Finding:
    fr, en = quoted(text)
    return remark(
        "date-of-period",
        Severity.INFO,
        f"{fr} est une période ; {kept} a été repris.",
        f"{en} is a period; {kept} was kept.",
        line=line,
        field=field,
    )


def _graded(text: str) -> GradedDate:
    if len(text) > _LONGEST_TIME:
        return GradedDate()
    value = _BEFORE_DATE.sub("", " ".join(fold(text).split()))
    if about := _ABOUT.fullmatch(value):
        return _graded(about["rest"])._replace(is_about=True)
    if plain := _YEAR_ALONE.fullmatch(value):
        return GradedDate(year=int(plain[1]))
    if iso := _ISO.fullmatch(value):
        return _calendar(iso[3], iso[2], iso[1])
    if french := _DAY_FIRST.fullmatch(value):
        return _calendar(french[1], french[2], french[3])
    if month := _MONTH_YEAR.fullmatch(value):
        return _month(month[1], month[2]) if month[1] else _month(month[4], month[3])
    if words := _IN_WORDS.fullmatch(value):
        number = _month_number(words[2])
        if number and words[1]:
            return _calendar(words[1], str(number), words[3])
        return _month(str(number), words[3]) if number else GradedDate()
    return GradedDate()


def _is_likely(year: int | None) -> bool:
    return year is not None and _FIRST_YEAR <= year <= _LAST_YEAR


def _month_number(word: str) -> int | None:
    """The month of a name, or of the beginning of one that only one month has: `janv`, `sept`."""
    found = {number for number, names in enumerate(_MONTHS, 1) if any(name.startswith(word) for name in names)}
    return found.pop() if len(found) == 1 and len(word) >= _SHORTEST_MONTH else None


def _month(number: str, of: str) -> GradedDate:
    return GradedDate(None, f"{of}-{int(number):02d}", int(of)) if 1 <= int(number) <= 12 else GradedDate()


def _calendar(day_: str, month: str, year_: str) -> GradedDate:
    number = int(year_)
    if len(year_) == 2:
        number += 2000 if number < _CENTURY_TURN else 1900
    try:
        found = date(number, int(month), int(day_))
    except ValueError:  # 31/02/2020 has the form of a date
        return GradedDate()
    return GradedDate(found, found.isoformat()[:7], number)


def _span(text: str) -> tuple[int, int] | None:
    """The first and last year of a period: `2019-2021`, `de 2019 à 2021`, `2019/2021`, `2019, 2020 et 2021`,
    `du 01/09/2019 au 31/08/2021`, `2019-21`. None where the text is none, or the last comes before the first."""
    times = _spelled_times(text)
    if not times or len(times) < 2:
        return None
    first, last = times[0], times[-1]
    if (len(times) > 2 or _ENUMERATED.search(fold(text))) and times != list(range(first, last + 1)):
        return None  # 2019 and 2021 are not 2019 to 2021
    return (first, last) if first <= last and _is_likely(first) and _is_likely(last) else None


def _last_time(text: str) -> GradedDate | None:
    """The last of the times of a period, as closely as it is told."""
    found = _graded([piece for piece in _BETWEEN.split(_bare(text)) if piece][-1])
    return found if found.year else None


def _bare(text: str) -> str:
    """A text of times, folded, without brackets and the words before them."""
    value = " ".join(fold(text).replace("(", " ").replace(")", " ").replace("[", " ").replace("]", " ").split())
    return _BEFORE_TIMES.sub("", value)


def _spelled_times(text: str) -> list[int] | None:
    """The years that a text names one after the other; None where there is anything else in it."""
    if len(text) > _LONGEST_TIME:
        return None
    value = _bare(text)
    short = re.fullmatch(r"([0-9]{4}) ?[-–—/] ?([0-9]{2})", value)
    if short:
        # 2019-21 is a period; 2019-12 is a month, and 2021-19 nothing.
        first, last = int(short[1]), int(short[1][:2] + short[2])
        return [first, last] if int(short[2]) > 12 and first < last else None
    pieces = [piece.strip() for piece in _BETWEEN.split(value)]
    years = [_graded(piece).year for piece in pieces]
    return [year for year in years if year is not None] if all(years) else None


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
    found = money(text, findings, line=line, field=field)
    if found.years.told:
        findings.append(
            remark(
                "year-in-amount",
                Severity.INFO,
                f"L'année {found.years.told} est écrite dans la case du montant.",
                f"The year {found.years.told} is written in the amount's place.",
                line=line,
                field=field,
            )
        )
    return found.declared


class Years(NamedTuple):
    """When money was given: in one year, or over several."""

    year: int | None = None
    first_year: int | None = None
    last_year: int | None = None

    @property
    def told(self) -> str:
        """`2019`, or `2019-2021`; empty where nothing is known."""
        return str(self.year) if self.year else f"{self.first_year}-{self.last_year}" if self.first_year else ""


class Money(NamedTuple):
    """What a text tells of money: the amount, or what was committed and what was paid where it tells them apart, in
    euros; and when."""

    amount: Decimal | None = None
    committed: Decimal | None = None
    paid: Decimal | None = None
    years: Years = Years()

    @property
    def declared(self) -> Decimal | None:
        """The one that counts: see `records.Funding`."""
        return next((one for one in (self.amount, self.committed, self.paid) if one is not None), None)

    def times(self, unit: int) -> Money:
        """The same where a 1 stands for so many euros."""
        told = (self.amount, self.committed, self.paid)
        amount, committed, paid = (one if one is None else one * unit for one in told)
        return Money(amount, committed, paid, self.years)


def money(text: str, findings: list[Finding], *, line: int | None, field: str) -> Money:
    """Amounts in euros, and the years that the same text may tell: `12 000 € (2019)`, `30 000 € sur 2019-2021`,
    `voté : 12 000 €, versé : 10 000 €`."""
    if several := _SEVERAL_YEARS.search(text):
        findings.append(_untold_years(line, field))
        text = text[: several.start()]
    found = _in_stages(text) or _amount_and_years(text)
    if found:
        return found
    if not untold(text):
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
    return Money()


def _untold_years(line: int | None, field: str) -> Finding:
    return remark(
        "funding-period",
        Severity.INFO,
        "Le montant vaut pour plusieurs années, que la source ne dit pas. Écrivez-les, comme 2019-2021.",
        "The amount is for several years, which the source does not tell. Write them, such as 2019-2021.",
        line=line,
        field=field,
    )


def _amount_and_years(text: str) -> Money | None:
    value = _spaced(text)
    whole = parse_amount(value)
    if whole is not None:
        return Money(whole)
    first, priced = _AMOUNT.match(value), next((m for m in _AMOUNT.finditer(value) if m["currency"]), None)
    for match in filter(None, (first, priced)):
        before, after = value[: match.start()].rstrip(" :,;-"), value[match.end() :]
        if before and after:
            continue
        years = _years((before or after).lstrip(" ,;:/-"))
        if years and (match["currency"] or after[:1] in " ,;("):
            number = _value(match)
            if number is not None:
                return Money(number, years=years)
    return None


def _years(text: str) -> Years | None:
    """The year or years of a text that names nothing else."""
    found = _graded(_bare(text)).year
    if _is_likely(found):
        return Years(found)
    span = _span(text)
    if span is None:
        return None
    return Years(span[0]) if span[0] == span[1] else Years(None, *span)


_SEVERAL_YEARS = re.compile(
    r"[ ,(]+(?:sur|pour|pendant|en) (?:[2-9]|1[0-9]|deux|trois|quatre|cinq|six) (?:ans|années|exercices)[ )]*$",
    re.IGNORECASE,
)
_COMMITTED = (
    r"(?:engage|vote|prevu|budgete|budget|alloue|attribue|accorde|notifie|inscrit|programme|previsionnel)"
    r"(?:e|s|es|le|les)?"
)
_PAID = r"(?:paye|verse|realise|mandate|decaisse|execute|depense|consomme|regle)(?:e|s|es)?"
_STAGE = re.compile(rf"\b(?:(?P<committed>{_COMMITTED})|(?P<paid>{_PAID}))\b")
_BESIDE_STAGES = re.compile(
    r"[\s:,;/|+()\[\].=-]|\b(?:montants?|credits?|subventions?|aides?|participations?|sommes?|total|dont|et|puis|soit|de|a|ete|mais)\b"
)


def _in_stages(text: str) -> Money | None:
    """What a text says was committed and what was paid; None where it tells no stages, or more than one amount of
    one."""
    if len(text) > _LONGEST_TIME:
        return None
    value = fold(_spaced(text))
    stages = [("committed" if stage["committed"] else "paid", stage.start()) for stage in _STAGE.finditer(value)]
    if not stages or len(stages) > 2:
        return None
    bare = _STAGE.sub(lambda stage: " " * len(stage[0]), value)
    years = Years()
    if times := _ENDS_WITH_YEARS.search(bare):
        years = _years(times["years"]) or years
        bare = bare[: times.start()] if years.told else bare
    amounts = [match for match in _AMOUNT.finditer(bare) if _value(match) is not None]
    rest = _AMOUNT.sub(" ", bare)
    if len(amounts) != len(stages) or _BESIDE_STAGES.sub("", rest) or len({name for name, _ in stages}) < len(stages):
        return None
    told = {name: _value(match) for (name, _), match in zip(stages, amounts, strict=True)}
    return Money(None, told.get("committed"), told.get("paid"), years)


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


def funding_years(text: str, findings: list[Finding], *, line: int | None, field: str) -> Years:
    """The year of a line of funding, or the years of one for several: `2019`, `2019-2021`, `de 2019 à 2021`."""
    years = _years(text)
    if years is not None:
        return years
    return Years(year(text, findings, line=line, field=field))


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


def coded(field: str, text: str) -> str:
    """The code that a word stands for in a coded field; the word itself where it stands for none."""
    words: dict[str, Mapping[str, str]] = {"form": FORMS, "status": STATUSES}
    return words.get(field, TRI).get(_word(text), text)


def status(text: str, findings: list[Finding], *, line: int | None) -> str | None:
    """The code of a status; one that no list knows as it is written."""
    return STATUSES.get(_word(text)) or _unknown("status", "status", text, findings, line)


def form(text: str, findings: list[Finding], *, line: int | None) -> str | None:
    """The code of a form; one that no list knows as it is written."""
    return FORMS.get(_word(text)) or _unknown("form", "form", text, findings, line)


def tri(text: str, findings: list[Finding], *, line: int | None, field: str) -> str:
    """Yes, no or, where nothing is said, unknown; an answer that is none of these as it is written."""
    return TRI.get(_word(text)) or _unknown(field, "tri", text, findings, line) or "unknown"


def _unknown(field: str, scheme: str, text: str, findings: list[Finding], line: int | None) -> str | None:
    if untold(text):
        return None
    findings.append(codes.unknown(field, scheme, text, line=line))
    return codes.kept(text)


def _word(text: str) -> str:
    return " ".join(fold(text.replace("’", "'")).rstrip(" .:").split())
