"""Kinds of terms, and the numbers that some literals stand for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from atlas_ld.vocabulary import RDF, XSD

STRING, INTEGER, DECIMAL, YEAR, DATE, BOOLEAN = map(
    str, (XSD.string, XSD.integer, XSD.decimal, XSD.gYear, XSD.date, XSD.boolean)
)
LANGUAGE_STRING = str(RDF.langString)

MOST = 2**61
"""Numbers of literals are below this: sums and orders of them fit 64 bits twice over."""

MOST_DIGITS = 6
"""Decimals with more digits after the point have no number here."""


@dataclass(frozen=True, order=True)
class Kind:
    """What terms have in common apart from their text. IRIs have no datatype, and come first."""

    datatype: str = ""
    language: str = ""

    @property
    def is_iri(self) -> bool:
        return not self.datatype

    @property
    def scale(self) -> str:
        """Terms of one scale can be compared by their numbers; no scale, no numbers."""
        return _SCALES.get(self.datatype, "")


IRI, SIMPLE = Kind(), Kind(STRING)


def number(kind: Kind, text: str) -> int | None:
    """The number of a literal in the units of its scale (10^-6 for `exact`), or None where it has none, is not
    valid, or is past `MOST`."""
    read = _READERS.get(kind.datatype)
    found = read(text) if read else None
    return found if found is not None and abs(found) < MOST else None


def fraction(units: int, digits: int) -> str:
    """`units` of 10^-`digits` as a canonical decimal (XSD 1.1, part 2, E.1)."""
    whole, rest = divmod(abs(units), 10**digits)
    decimals = f"{rest:0{digits}}".rstrip("0")
    return f"{'-' if units < 0 else ''}{whole}{'.' if decimals else ''}{decimals}"


DIGITS = 18
"""Digits after the point of Oxigraph's decimals, which are whole numbers of 10^-18 in 128 bits."""

UNIT, LONGEST_INTEGER, LONGEST_DECIMAL = 10**DIGITS, 2**63, 2**127

_ANY_INTEGER = re.compile(r"[+-]?\d{1,60}", re.ASCII)
_ANY_DECIMAL = re.compile(r"([+-]?)(?=\.?\d)(\d{0,60})(?:\.(\d{0,60}))?", re.ASCII)


def canonical_integer(text: str) -> str | None:
    """An integer as Oxigraph writes it; None where it is none to it."""
    if not _ANY_INTEGER.fullmatch(text):
        return None
    value = int(text)
    return str(value) if -LONGEST_INTEGER <= value < LONGEST_INTEGER else None


def decimal_units(text: str) -> int | None:
    """A decimal or an integer in units of 10^-18; None where it has none, or more digits than Oxigraph keeps."""
    match = _ANY_DECIMAL.fullmatch(text)
    if not match:
        return None
    sign, whole, decimals = match.groups()
    decimals = (decimals or "").rstrip("0")
    if len(decimals) > DIGITS:
        return None
    units = int(f"{sign}{whole}{decimals:0<{DIGITS}}")
    return units if -LONGEST_DECIMAL <= units < LONGEST_DECIMAL else None


def canonical_decimal(text: str) -> str | None:
    """A decimal as Oxigraph writes it; None where it is none to it."""
    units = decimal_units(text)
    return None if units is None else fraction(units, DIGITS)


_DECIMAL = re.compile(r"([+-]?)(\d{1,19})(?:\.(\d{1,6}))?", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _decimal(text: str) -> int | None:
    match = _DECIMAL.fullmatch(text)
    if not match:
        return None
    sign, whole, decimals = match.groups()
    return int(f"{sign}{whole}{decimals or '':0<{MOST_DIGITS}}")


def _integer(text: str) -> int | None:
    return None if "." in text else _decimal(text)


def _year(text: str) -> int | None:
    """Years without a time zone."""
    return int(text) if _YEAR.fullmatch(text) and text != "0000" else None


def _date(text: str) -> int | None:
    """Dates without a time zone, as days."""
    try:
        return date.fromisoformat(text).toordinal() if _DATE.fullmatch(text) else None
    except ValueError:
        return None


_READERS: dict[str, Callable[[str], int | None]] = {INTEGER: _integer, DECIMAL: _decimal, YEAR: _year, DATE: _date}
_SCALES = {INTEGER: "exact", DECIMAL: "exact", YEAR: "year", DATE: "date"}


ODD_CASE = re.compile("[\u019b\u0264\u03a3\u1c80-\u1c8f\ua7c0-\ua7ff\U00010d40-\U00010d8f\U00016e80-\U00016eff]")
"""Letters whose other case depends on their neighbours (sigma), or on the version of Unicode."""
