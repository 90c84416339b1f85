"""Rows of the tables of an Atlas page that name no person: themes, goals, partners, authorities, funding.

A row has cells (HTML, or bars), or it is their texts joined by single spaces. Each function takes the row's line and
gives its value, or None with a finding that has the line's number.
"""

from __future__ import annotations

import re
from decimal import Decimal

from atlas_ld.countries import countries
from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold
from atlas_ld.records import Funding, GoalChoice, Participant, ThemeChoice
from atlas_ld.sources import themes as theme_tree
from atlas_ld.sources import values
from atlas_ld.sources.atlas_cut import Line, cells_of
from atlas_ld.sources.reading import excerpt, remark
from atlas_ld.themes import ThemeTree

_RAW_KEY = re.compile(r"\?{3}[^?\s]+\?{3}|\b(?:commun|menu|pagination|atlas)(?:\.[A-Za-z]+){2,}", re.IGNORECASE)
_GOAL = re.compile(r"(?P<number>[0-9]{1,3})\s*[-–]\s*(?P<label>.+?)\s+(?P<relevance>[0-9])")
_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)*")
_ALMOST_AMOUNT = re.compile(r"-?[0-9][0-9.,]*(?:[kKmM][€$]?|[.,$]+)")
_SCALED = re.compile(
    r"[0-9][0-9.,\u00a0\u202f ]*?[ \u00a0\u202f]?(?:k|M|Md|mill\w+|K)[ \u00a0\u202f]?(?:€|eur\w*)", re.IGNORECASE
)
_PRICED = re.compile(r"\s*(?:€|\b(?:euros?|eur)\b)(?:\s*(?:TTC|HT)\b)?", re.IGNORECASE)
_DATED = re.compile(
    r"(?<!\S)[(\[]?(?:(?:en|le|de|du|sur|pour)\s)?(?P<when>[0-9]{2}/[0-9]{2}/[0-9]{4}|"
    r"[0-9]{4}(?:\s?(?:[-–—/]|\bà\b|\bau\b|\bet\b)\s?[0-9]{4})?)[)\]]?\s*$"
)
_FIGURES = r"[0-9][0-9 \u00a0\u202f.,]*"
_CURRENCY = r"F\s?CFA|FCFA|CFA|XOF|XAF|USD|CHF|GBP|CAD|MAD|MGA|MRU|DZD|TND|Ar|DH|dollars?|dirhams?|francs?"
_ODD_AMOUNT = re.compile(
    rf"(?<![\w.,])(?P<amount>(?:[≈~±<>≤≥]\s?|(?:env|environ|approx)\b\.?\s|plus\sde\s|près\sde\s){_FIGURES}(?:€|euros?)?"
    rf"|{_FIGURES}\s?[-–]\s?{_FIGURES}(?<=[0-9])\s?(?:€|euros?)(?!\w)|[0-9]+(?<!\b[12][0-9]{{3}})[-–][0-9]+"
    rf"|{_FIGURES}(?:(?:{_CURRENCY})\b|[$£])"
    rf"|{_FIGURES}(?:€|euros?\b)?\s?(?:par\s(?:an|mois)\b|/\s?(?:an|mois)\b|annuels?\b))"
    r"[\s(]*(?P<year>(?:19|20)[0-9]{2})?\)?\s*$",
    re.IGNORECASE,
)
"""What stands in an amount's place and is none in euros: other currencies, ranges, by year, about."""
_NUMBERED = frozenset(
    ("departement", "departemental", "cd", "region", "arrondissement", "district", "lycee", "college", "paris", "lyon",
     "marseille", "secteur", "zone", "n", "no")
)  # fmt: skip
"""Words, folded, after which a number belongs to a name: `Département 46`."""
_FEWEST, _MOST = 1950, 2100
"""Between these, a lone four-digit number at the end of a funding row is a year rather than an amount."""


_PAGER_WORDS = (
    r"pagination\.page\.[a-z]+|page|pages|sur|de|à|of|to|r[ée]sultats?|entr[ée]es?|[ée]l[ée]ments?|lignes?|affichage|afficher"
    r"|par|pr[ée]c[ée]dente?s?|suivante?s?|premi[èe]re?|derni[èe]re?|previous|next|first|last|results?|entries|showing"
)
_PAGER = re.compile(rf"(?:(?:[<>«»‹›…|/.:–—-]++|[0-9]++|(?:{_PAGER_WORDS})\b)\s*+)++", re.IGNORECASE)
_OF_MANY = re.compile(r"page\s*([0-9]+)\s*(?:sur|de|of|/)\s*([0-9]+)", re.IGNORECASE)
_RESULTS = re.compile(
    r"([0-9]+)\s*(?:r[ée]sultats?|entr[ée]es?|[ée]l[ée]ments?|lignes?|results?|entries)", re.IGNORECASE
)
_RANGE = re.compile(r"[0-9]+\s*(?:[-–—]|à|to)\s*[0-9]+\s*(?:sur|de|of|/)\s*([0-9]+)", re.IGNORECASE)
_PER_PAGE = re.compile(r"(?:\w+\s)?(?:par|per)\s+page\s*:?\s*[0-9]*", re.IGNORECASE)
_NEXT = re.compile(r"\b(?:suivante?s?|next)\b", re.IGNORECASE)
_MORE = re.compile(
    r"(?:[+▾▼»›>]\s*)?(?:(?:(?:voir|afficher|charger|lire|plus de|tout|en|show|load|see|view|read)\s+){1,2}"
    r"(?:(?:les?|la|de|the)\s+)?(?:[0-9]+\s+)?"
    r"(?:plus|suite|tou(?:te?s?|s)|autres?|r[ée]sultats?|more|all|savoir plus)"
    r"(?:\s\w+)?"
    r"|(?:\.\.\.|…|et|and|\+)\s*(?:et\s+)?[0-9]+\s+(?:autres?|de plus|more|others?)(?:\s\w+)?"
    r"|\.\.\.|…|\[\.\.\.\]|\[…\])"
    r"\s*(?:\.\.\.|…|[»›>▾▼+]|\([0-9]+\))?",
    re.IGNORECASE,
)
"""`Voir plus`, `Afficher les 12 autres`, `... et 3 autres`: there is more than was saved."""
_PAGE_NUMBER = re.compile(r"(?<![0-9])[0-9]{1,4}(?![0-9])")


def pager(text: str) -> bool:
    """Whether a line only leads to other pages of a list: `<< < 1 2 3 > >>`, `Page 1 sur 3`, `30 résultats`."""
    return is_more(text) or (bool(_PAGER.fullmatch(text)) and (not re.fullmatch(r"[0-9]+", text) or len(text) < 3))


def is_more(text: str) -> bool:
    """Whether a line says that the page had more to show: `Voir plus`, `... et 12 autres`."""
    return len(text) <= 60 and bool(_MORE.fullmatch(text))


def is_part(text: str, rows: int) -> bool:
    """Whether a pager says that there are more rows than these."""
    if is_more(text):
        return True
    text = _PER_PAGE.sub(" ", text)
    if of_many := _OF_MANY.search(text):
        return int(of_many[2]) > 1
    if of_rows := _RANGE.search(text):
        return int(of_rows[1]) > rows
    if results := _RESULTS.search(text):
        return int(results[1]) > rows
    numbers = _PAGE_NUMBER.findall(text)
    return any(int(number) > 1 for number in numbers) if numbers else bool(_NEXT.search(text))


def without_raw_keys(text: str) -> str:
    """A text without the message keys that the site prints in place of icons, such as `commun.ico.loupe.alter`."""
    return " ".join(_RAW_KEY.sub(" ", text).split())


def other_theme(line: Line, themes: ThemeTree, findings: list[Finding]) -> ThemeChoice | None:
    """A theme and its priority: the last filled cell, or the last word. Without cells the known themes cut it."""
    cells = [cell for cell in map(without_raw_keys, cells_of(line)) if cell]
    path: tuple[str, ...] | None
    if cells:
        path, priority = tuple(cells[:-1]), cells[-1]
    else:
        text, _, priority = without_raw_keys(line.text).rpartition(" ")
        path = theme_tree.cut(text, themes)
    if path and len(path) <= 3 and re.fullmatch(r"[0-9]{1,3}", priority):
        return ThemeChoice(path=path, priority=int(priority))
    findings.append(_uncut(line, "other_themes"))
    return None


def goal(line: Line, findings: list[Finding]) -> GoalChoice | None:
    """`8 - Travail décent et croissance économique 2`: the goal's number and its relevance."""
    text = " ".join(filter(None, cells_of(line))) or line.text
    match = _GOAL.fullmatch(without_raw_keys(text))
    if match is None:
        findings.append(_uncut(line, "goals"))
        return None
    return GoalChoice(number=int(match["number"]), relevance=int(match["relevance"]))


def foreign_partner(line: Line, findings: list[Finding]) -> Participant | None:
    """A foreign partner and its country: the second cell, or the longest known country name at the end."""
    cells = [without_raw_keys(cell) for cell in cells_of(line)]
    if cells:
        name, country = cells[0], next(filter(None, cells[1:]), None)
    else:
        name, country = countries().at_end(without_raw_keys(line.text))
    if not name:
        findings.append(_uncut(line, "participants"))
        return None
    if country is None:
        findings.append(
            remark(
                "unknown-country",
                Severity.WARNING,
                f"Aucun pays connu à la fin de « {excerpt(name)} » ; le nom a été gardé entier.",
                f"No known country at the end of “{excerpt(name)}”; the name was kept whole.",
                line=line.number,
                field="participants",
            )
        )
    _perhaps_several(name, line, findings)
    return Participant(name=name, role="foreign-partner", country=country)


def french_authority(line: Line, findings: list[Finding]) -> Participant | None:
    """The authority's name; the row may end with the raw key of an icon."""
    name = without_raw_keys(next(filter(None, cells_of(line)), line.text))
    if not name:
        findings.append(_uncut(line, "participants"))
        return None
    _perhaps_several(name, line, findings)
    return Participant(name=name, role="french-authority")


_SEVERAL = re.compile(
    r"\S\s+(?:/|[-–—]|&|\+)\s+\S|\S\s*;\s*\S|\S\s+et\s+(?=(?i:(?:les? |la |l['’])?"
    r"(?:villes?|communes?|région|département|communauté|province|district|cercle|mairie))\b)"
)


def _perhaps_several(name: str, line: Line, findings: list[Finding]) -> None:
    """A name that may be a list is kept whole: which bodies there are is for the matching to know."""
    if _SEVERAL.search(name):
        findings.append(
            remark(
                "perhaps-several",
                Severity.INFO,
                "Ce nom réunit peut-être plusieurs organismes ; il a été gardé entier.",
                "This name may be that of several bodies; it was kept whole.",
                line=line.number,
                field="participants",
            )
        )


def bodies(text: str) -> list[str]:
    """Names of a list parted by commas or semicolons, but for those in brackets: `A, B (C, D)` is two."""
    depth, names = 0, [""]
    for piece in re.split(r"([,;()])", text):
        depth = max(0, depth + (piece == "(") - (piece == ")"))
        if piece in (",", ";") and depth == 0:
            names.append("")
        else:
            names[-1] += piece
    return [name.strip() for name in names if name.strip()]


def funding(line: Line, findings: list[Finding]) -> Funding | None:
    """Funder, amount, Oudin amounts, year.

    Three columns bear the same Oudin header. Where more than one is filled, equal amounts are one amount written
    again, different ones are added; a finding says which.
    """
    cells = [without_raw_keys(cell) for cell in cells_of(line)]
    if len(cells) >= 3:
        # The year is the sixth column; where empty cells have collapsed, the last filled one.
        filled = [cell for cell in cells[2:] if cell]
        has_year = (len(cells) >= 6 and bool(cells[5])) or bool(filled and _is_time(filled[-1]))
        funder, amount = cells[0], cells[1]
        year = filled.pop() if has_year else ""
        oudin = filled
        if not year and _is_year(amount):
            findings.append(_doubt(line, f"{amount} a été lu comme un montant", f"{amount} was read as an amount"))
    elif len(cells) == 2:
        funder, amount, oudin, year = cells[0], cells[1], [], ""
    else:
        funder, amount, oudin, year = _cut_funding(line, findings)
    if not funder:
        findings.append(_uncut(line, "funding"))
        return None
    if values.is_total(funder):
        findings.append(values.total_left_out(line.number, "funding"))
        return None
    told = values.money(amount, findings, line=line.number, field="funding") if amount else values.Money()
    money, share = values.with_smaller_share(told.declared, _oudin(oudin, line, findings), findings, line=line.number)
    years = values.funding_years(year, findings, line=line.number, field="funding") if year else told.years
    return Funding(
        funder=funder, amount=money, committed=told.committed, paid=told.paid, oudin=share, **years._asdict()
    )


def _cut_funding(line: Line, findings: list[Finding]) -> tuple[str, str, list[str], str]:
    """Funder, amount, Oudin amounts and year of a row in plain text, read from its end."""
    text = _SCALED.sub(lambda found: str(values.parse_amount(found[0]) or found[0]), without_raw_keys(line.text))
    dated = ""
    if (odd := _ODD_AMOUNT.search(text)) and odd.start():
        # Its reader says that it is no amount in euros.
        year = odd["year"] or ""
        return text[: odd.start()].strip(" :,;–-"), odd["amount"], [], year
    text = _PRICED.sub(" ", text).rstrip()
    if (time := _DATED.search(text)) and not re.fullmatch("[0-9]{4}", time[0].strip()):
        text, dated = text[: time.start()], time["when"]
    words = text.split()
    first = len(words)
    while first > 1 and _NUMBER.fullmatch(words[first - 1]):
        first -= 1
    numbers, year = words[first:], dated
    if numbers and not year and _is_year(numbers[-1]):
        year = numbers.pop()
        if not numbers:
            findings.append(_doubt(line, f"{year} a été lu comme une année", f"{year} was read as a year"))
    amounts, joined = _amounts(numbers)
    if joined:
        findings.append(_doubt(line, f"{joined} a été lu comme un seul nombre", f"{joined} was read as one number"))
    if len(amounts) > 1 and _exceeds(amounts[1], amounts[0]) and fold(words[first - 1]).strip("°.") in _NUMBERED:
        # An Oudin amount is a share of the amount: a first number below the second may end the funder's name.
        words, first = [*words[:first], amounts.pop(0)], first + 1
        findings.append(
            _doubt(line, f"{words[-1]} a été lu comme la fin du nom", f"{words[-1]} was read as the end of the name")
        )
    if not amounts and first > 1 and _ALMOST_AMOUNT.fullmatch(words[first - 1]):
        amounts, first = [words[first - 1]], first - 1  # the amount's own reader says that it is no number
    return " ".join(words[:first]), amounts[0] if amounts else "", amounts[1:], year


def _amounts(numbers: list[str]) -> tuple[list[str], str]:
    """Numbers with their thousands joined: `120 000 12 000` is two. Also those that could as well be two."""
    amounts: list[str] = []
    doubtful = ""
    open_group = False
    for number in numbers:
        if open_group and re.fullmatch(r"[0-9]{3}(?:[.,][0-9]{1,2})?", number):
            amounts[-1] += f" {number}"
            doubtful = doubtful or (amounts[-1] if number[0] != "0" else "")
            open_group = number.isdigit()
        else:
            amounts.append(number)
            open_group = bool(re.fullmatch(r"-?[1-9][0-9]{0,2}", number))
    return amounts, doubtful


def _oudin(texts: list[str], line: Line, findings: list[Finding]) -> Decimal | None:
    amounts = [values.amount(text, findings, line=line.number, field="funding") for text in texts]
    known = [amount for amount in amounts if amount is not None]
    if len(known) < 2:
        return known[0] if known else None
    total = known[0] if len(set(known)) == 1 else sum(known, Decimal(0))
    findings.append(
        remark(
            "several-oudin-amounts",
            Severity.INFO,
            f"Plusieurs montants « loi Oudin » sur la ligne : {total} a été retenu.",
            f"Several Oudin amounts in the row: {total} was taken.",
            line=line.number,
            field="funding",
        )
    )
    return total


def _is_year(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{4}", text)) and _FEWEST <= int(text) <= _MOST


def _is_time(text: str) -> bool:
    return _is_year(text) or bool((found := _DATED.fullmatch(text)) and len(found["when"]) > 4)


def _exceeds(part: str, whole: str) -> bool:
    part_value, whole_value = values.parse_amount(part), values.parse_amount(whole)
    return part_value is not None and whole_value is not None and part_value > whole_value


def _doubt(line: Line, fr: str, en: str) -> Finding:
    return remark(
        "doubtful-funding", Severity.WARNING, f"Dans la ligne de financement, {fr} ; vérifiez-le.",
        f"In the funding row, {en}; check it.", line=line.number, field="funding",
    )  # fmt: skip


def _uncut(line: Line, field: str) -> Finding:
    length = len(line.text)
    return remark(
        "uncut-row",
        Severity.WARNING,
        f"La rangée ({length} signes) n'a pas pu être découpée et n'a pas été reprise.",
        f"The row ({length} characters) could not be cut and was left out.",
        line=line.number,
        field=field,
    )
