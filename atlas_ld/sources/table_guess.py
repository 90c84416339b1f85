"""A mapping proposed for a table: from its headers, and from what a sample of its cells looks like. It is a file for a
person to check: what is uncertain is marked so, and what nothing fills is listed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from atlas_ld.countries import countries
from atlas_ld.errors import UnreadableSource
from atlas_ld.findings import Language
from atlas_ld.iris import fold
from atlas_ld.sources import values
from atlas_ld.sources.files import content
from atlas_ld.sources.reading import Reading
from atlas_ld.sources.table import nearest_columns
from atlas_ld.sources.table_columns import COLUMNS, LISTS, plain
from atlas_ld.sources.table_files import HEADER_WITHIN, MAX_BYTES, BrokenTableError, Row, table_rows

_SAMPLE = 200
_SURE = 90
"""Of 100, how near a header is to a column that is proposed without a question."""
_MOST = 0.8
"""The share of the filled cells of a sample that must look like what a column holds."""
_PERSONAL = re.compile(
    r"\b(?:contacts?|referente?s?|interlocut\w+|chef de (?:file|projet)|responsable|charge\w* de mission|elue?s?|nom"
    r"|prenom|e ?-?mails?|mail|courriel|tel|telephone|portable|fax|signataires?|redacteur|auteur)\b"
)
_YEARLY = re.compile(r"(?P<before>.*?)(?P<year>(?:19|20)[0-9]{2})(?P<after>.*)")
_NUMBERED = re.compile(r"(?P<before>.*?[^0-9])(?P<n>[0-9]{1,2})(?P<after>[^0-9]*)")
_FUNDER = re.compile(r"\b(?:financeur|bailleur|funder|organisme financeur|cofinanceur)s?\b")
_AMOUNT = re.compile(r"\b(?:montant|budget|subvention|cout|depense|amount|cost|grant)s?\b")
_MONEY_YEAR = re.compile(r"\b(?:exercice|annee|year|millesime)\b")
_DATED = ("first_signature_year", "start_year", "end_year", "end_date", "retrieved")
_SEPARATORS = ("|", ";", " / ", "\n")
_HEAD: dict[Language, str] = {
    "fr": "# Proposition, à vérifier. Une ligne qui commence par # n'est pas lue : complétez-la ou supprimez-la.",
    "en": "# A proposal, to be checked. A line that begins with # is not read: complete or remove it.",
}
_NOTHING: dict[Language, str] = {
    "fr": "# Rien ne remplit (ce sera « non documenté ») : ",
    "en": "# Nothing fills (it will be “not documented”): ",
}


@dataclass(frozen=True)
class _Guess:
    """What a column may be: a field or a reason to leave it; `doubt` is why a person should look."""

    header: str
    to: str | None = None
    ignore: str | None = None
    separator: str | None = None
    date_format: str | None = None
    doubt: str | None = None


def guess_mapping(path: Path, language: Language) -> str:
    """A mapping in TOML for the table in a file, with remarks in one language. Raises UnreadableSource."""
    read = content(path, MAX_BYTES)
    try:
        if isinstance(read, Reading):
            raise UnreadableSource(f"{path.name}: {read.findings[0].en}")
        header, rows = _sample(read)
    except BrokenTableError as error:
        raise UnreadableSource(f"{path.name}: {error.en or 'The file is no readable text.'}") from error
    columns = {place: [row.cells[place] for row in rows if place < len(row.cells) and row.cells[place]]
               for place, cell in enumerate(header.cells) if cell}  # fmt: skip
    return "\n".join(_written(header, columns, language)) + "\n"


def _sample(read: bytes) -> tuple[Row, list[Row]]:
    """The header, which is the first row of which most cells are near a column, else the first that is as wide as any;
    and rows below it."""
    table = table_rows(read, _near)
    rows = [row for row in islice(table.rows, _SAMPLE) if any(row.cells)]
    if not rows:
        raise BrokenTableError("Le tableau est vide.", "The table is empty.")
    top = rows[:HEADER_WITHIN]
    header = max(top, key=lambda row: (_headings(row), -row.line))
    return header, [row for row in rows if row.line > header.line]


def _headings(row: Row) -> float:
    """How much the cells of a row look like headers: known ones count more than those that are merely near."""
    cells = [cell for cell in row.cells if cell]
    if len(cells) != len({plain(cell) for cell in cells}):
        return 0
    points = [100.0 if _PERSONAL.search(plain(cell)) else _points(cell) for cell in cells]
    short = sum(len(cell) < 60 and not re.search(r"[0-9]{2}", _YEARLY.sub("", cell)) for cell in cells)
    return sum(3 if one >= _SURE else one / 100 for one in points) + short / 100


def _near(cells: Sequence[str]) -> int:
    """How many cells are near a header that we know."""
    return sum(_points(cell) > 0 or bool(_PERSONAL.search(plain(cell))) for cell in cells if cell)


def _points(header: str) -> float:
    near = nearest_columns(header)
    return near[1] if near else 0


# What each column may be


def _guesses(header: Row, columns: dict[int, list[str]], language: Language) -> list[_Guess]:
    """One guess per column; of two for one field that holds one value, the nearer one."""
    fr = language == "fr"
    ranked: dict[str, tuple[float, int]] = {}
    found: dict[int, _Guess] = {}
    for place, sample in columns.items():
        name = header.cells[place]
        guess, points = _guess(name, sample, fr)
        found[place] = guess
        if guess.to and guess.to not in LISTS:
            best = ranked.get(guess.to)
            if best and best[0] >= points:
                found[place] = _rival(name, guess.to, fr)
            else:
                if best:
                    found[best[1]] = _rival(header.cells[best[1]], guess.to, fr)
                ranked[guess.to] = (points, place)
    return list(found.values())


def _rival(header: str, field: str, fr: bool) -> _Guess:
    return _Guess(header, doubt=f"« {field} » ? déjà rempli par une autre colonne" if fr
                  else f"“{field}”? another column fills it")  # fmt: skip


def _guess(header: str, sample: Sequence[str], fr: bool) -> tuple[_Guess, float]:
    name = plain(header)
    numbered = _NUMBERED.fullmatch(name)
    near = nearest_columns(numbered["before"] if numbered and not _YEARLY.fullmatch(name) else header)
    if _PERSONAL.search(name) and not (near and near[1] >= _SURE and near[0] in ("title", "contracting_authorities")):
        return _Guess(header, ignore="nomme une personne" if fr else "names a person"), 100
    if near is None:
        return _by_content(header, sample, fr), 0
    field, points = near
    contradiction = _contradiction(field, sample, fr)
    doubt = contradiction
    if points < _SURE and not doubt:
        told = f"l'en-tête lui ressemble à {points:.0f} sur 100", f"the header is {points:.0f} of 100 like it"
        doubt = told[0] if fr else told[1]
    separator = next((sign for sign in _SEPARATORS if _is_separator(sign, sample)), None) if field in LISTS else None
    if separator and separator.strip() == LISTS[field]:
        separator = None
    date_format = _date_format(sample) if field in _DATED else None
    return _Guess(header, field, None, separator and (separator.strip() or separator), date_format, doubt), points


def _by_content(header: str, sample: Sequence[str], fr: bool) -> _Guess:
    """A column whose header says nothing, by its cells."""
    looks = [
        ("foreign_countries", lambda cell: countries().find(cell) is not None),
        ("status", lambda cell: fold(cell) in values.STATUSES),
        ("form", lambda cell: fold(cell) in values.FORMS),
        ("source_address", lambda cell: cell.lower().startswith(("http://", "https://"))),
    ]
    for field, is_such in looks:
        if sample and sum(map(is_such, sample)) >= _MOST * len(sample):
            told = "d'après le contenu seul" if fr else "by its content alone"
            return _Guess(header, field, doubt=told)
    return _Guess(header, doubt="non reconnue" if fr else "not recognised")


def _contradiction(field: str, sample: Sequence[str], fr: bool) -> str | None:
    """What of the cells does not fit a field."""
    tests = {
        "first_signature_year": _is_year, "start_year": _is_year, "end_year": _is_year,
        "end_date": _is_date, "retrieved": _is_date,
        "status": lambda cell: fold(cell) in values.STATUSES, "form": lambda cell: fold(cell) in values.FORMS,
        "foreign_countries": lambda cell: countries().find(re.split(r"[|;/\n]", cell)[0].strip()) is not None,
        "triennial": _is_yes_or_no, "evaluation": _is_yes_or_no, "communication_in_france": _is_yes_or_no,
        "communication_abroad": _is_yes_or_no,
    }  # fmt: skip
    test = tests.get(field)
    wrong = sum(not test(cell) for cell in sample if not values.untold(cell)) if test else 0
    if not wrong:
        return None
    return f"{wrong} cellule(s) sur {len(sample)} n'en sont pas" if fr else f"{wrong} of {len(sample)} cells are none"


def _is_year(cell: str) -> bool:
    return values.year(cell, [], line=None, field="") is not None or _date_format([cell]) is not None


def _is_date(cell: str) -> bool:
    return values.graded_date(cell, [], line=None, field="").year is not None or _date_format([cell]) is not None


def _is_yes_or_no(cell: str) -> bool:
    return fold(cell).strip() in values.TRI


def _is_separator(sign: str, sample: Sequence[str]) -> bool:
    return any(sign in cell for cell in sample)


def _date_format(sample: Sequence[str]) -> str | None:
    """MM/DD/YYYY where a second number is above 12 and no first one is: our own reading is day first."""
    parts = [re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/[0-9]{4}", cell) for cell in sample]
    days = [(int(match[1]), int(match[2])) for match in parts if match]
    if any(second > 12 for _, second in days) and all(first <= 12 for first, _ in days):
        return "MM/DD/YYYY"
    return None


# Written out


def _written(header: Row, columns: dict[int, list[str]], language: Language) -> Iterator[str]:
    fr = language == "fr"
    funding, money = _funding(
        header, columns, "incertain : nommez le financeur" if fr else "uncertain: name the funder"
    )
    guesses = _guesses(header, {place: cells for place, cells in columns.items() if place not in money}, language)
    yield _HEAD[language]
    if header.line > 1:
        yield f"header_row = {header.line}"
    key = next((guess.header for guess in guesses if guess.to == "identifier"), None)
    cells = columns[header.cells.index(key)] if key else []
    if len(set(cells)) < len(cells):
        yield f"group_by = {json.dumps(key, ensure_ascii=False)}"
    yield ""
    yield "[columns]"
    patterns: set[str] = set()
    for guess in guesses:
        name = _pattern(guess, header)
        if name not in patterns:
            patterns.add(name)
            yield _line(guess, name, fr)
    yield from funding
    filled = {guess.to for guess in guesses} | ({"funding"} if funding else set())
    missing = [column.name for column in COLUMNS if column.name not in filled]
    if "title" in missing:
        missing.remove("title")
        needed = "aucune colonne ne le remplit ; il le faut" if fr else "no column fills it; it is needed"
        yield f'\n[constants]\n# title = ""  # {needed}'
    yield f"\n{_NOTHING[language]}{', '.join(missing)}"


def _pattern(guess: _Guess, header: Row) -> str:
    """The header, with {n} for its number where others differ by it alone."""
    match = _NUMBERED.fullmatch(guess.header)
    if match and guess.to in LISTS:
        others = [_NUMBERED.fullmatch(cell) for cell in header.cells]
        alike = [o for o in others if o and (o["before"], o["after"]) == (match["before"], match["after"])]
        if len(alike) > 1:
            return f"{match['before']}{{n}}{match['after']}"
    return guess.header


def _line(guess: _Guess, name: str, fr: bool) -> str:
    quoted = json.dumps(name, ensure_ascii=False)
    doubt = f"  # {'incertain' if fr else 'uncertain'}: {guess.doubt}" if guess.doubt else ""
    if guess.ignore:
        return f"{quoted} = {{ ignore = {json.dumps(guess.ignore, ensure_ascii=False)} }}"
    if guess.to is None:
        return f'# {quoted} = {{ ignore = "" }}{doubt}'
    options = {"separator": guess.separator, "date_format": guess.date_format}
    given = "".join(f", {key} = {json.dumps(value)}" for key, value in options.items() if value)
    target = f'{{ to = "{guess.to}"{given} }}' if given else f'"{guess.to}"'
    return f"{quoted} = {target}{doubt}"


def _funding(header: Row, columns: dict[int, list[str]], doubt: str) -> tuple[list[str], set[int]]:
    """Blocks of funding: amounts whose headers bear a year, or an amount beside a funder; and their places. `doubt` is
    told where no column names the funder."""
    names = {place: plain(header.cells[place]) for place in columns}
    amounts = {place for place, name in names.items() if _AMOUNT.search(name) and _looks_like_money(columns[place])}
    funders = [place for place, name in names.items() if _FUNDER.search(name) and not _AMOUNT.search(name)]
    yearly = {place: match for place in amounts if (match := _YEARLY.fullmatch(header.cells[place]))}
    lines: list[str] = []
    funder = f"funder_column = {json.dumps(header.cells[funders[0]], ensure_ascii=False)}" if funders else ""
    for pattern in dict.fromkeys(f"{m['before']}{{year}}{m['after']}" for m in yearly.values()):
        lines += _block(funder, doubt, f"amount_column = {json.dumps(pattern, ensure_ascii=False)}")
    rest = sorted(amounts - yearly.keys())
    years = [place for place, name in names.items() if _MONEY_YEAR.fullmatch(name) and (funders or rest)]
    if rest and not yearly:
        year = [f"year_column = {json.dumps(header.cells[years[0]], ensure_ascii=False)}"] if years else []
        lines += _block(
            funder, doubt, f"amount_column = {json.dumps(header.cells[rest[0]], ensure_ascii=False)}", *year
        )
    else:
        years = []
    used = {*yearly, *(rest[:1] if not yearly else ()), *(years[:1] if lines else ()), *(funders[:1] if lines else ())}
    return lines, used


def _block(funder: str, doubt: str, *lines: str) -> list[str]:
    if not funder:  # without a funder the block is none: it is for the steward to name it
        return ["", "# [[funding]]", f'# funder = ""  # {doubt}', *(f"# {line}" for line in lines)]
    return ["", "[[funding]]", funder, *lines]


def _looks_like_money(sample: Sequence[str]) -> bool:
    told = [cell for cell in sample if not values.untold(cell) and not values.none_at_all(cell)]
    money = [cell for cell in told if values.money(cell, [], line=None, field="").declared is not None]
    return len(money) >= _MOST * len(told)
