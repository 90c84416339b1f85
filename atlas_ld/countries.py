"""The one table of countries' names: data/reference/countries.csv (CLDR's names and the ISO codes) and
aliases-countries.csv (the others that sources use). Readers, matching and labels ask here.

A name in the table may stand for no country: `Nouvelle-Guinée` is neither Guinée nor one State.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from atlas_ld.errors import BrokenResource
from atlas_ld.iris import words
from atlas_ld.resources import root

MOST_WORDS = 10
"""The most words of a name in the table, which a test holds."""
UNKNOWN = ""
_ACRONYM = 3
_BRACKETS = re.compile(r"(?P<outside>[^()]+)\((?P<inside>[^()]+)\)")
_LETTERS = re.compile(r"[a-z](?: [a-z])+")
_QUALIFYING = frozenset(
    ("arabe", "dem", "democratique", "est", "federale", "federation", "islamique", "nord", "nouveau", "nouvelle",
     "occidental", "oriental", "ouest", "papouasie", "pop", "populaire", "r", "rd", "rdc", "rep", "republique", "rpd",
     "socialiste", "sud")
)  # fmt: skip
"""Words that make another country of what follows them."""
_JOINING = frozenset(("a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"))


@dataclass(frozen=True)
class Countries:
    """Names of countries in words -> ISO 3166-1 alpha-2, None where the name is known and no country's; and the same
    by ISO codes of two and three letters, and by the adjectives of countries (`malien`).
    `parts` are the names that are a part of their country: Écosse, Gaza."""

    names: Mapping[str, str | None]
    codes: Mapping[str, str]
    adjectives: Mapping[str, str]
    parts: frozenset[str] = frozenset()

    def find(self, text: str) -> str | None:
        """The country (alpha-2) that a name or an ISO code stands for; with brackets, where both parts agree:
        `République démocratique du Congo (RDC)`."""
        found = self._named(text)
        return self.codes.get(_compared(text)) if found is UNKNOWN else found or None

    def at_end(self, text: str) -> tuple[str, str | None]:
        """What stands before a name of a country at the end of a text, and that name, both as written; the whole and
        None where there is none. `Technopole Canada` -> `Technopole`, `Canada`. The longest name counts; one that is
        tied to what precedes it does not: `Amis du Canada`, `Ferme Nouvelle Guinée`, `Mines Dém. Congo`."""
        parts = text.split()
        for start in range(max(1, len(parts) - MOST_WORDS), len(parts)):
            name = " ".join(parts[start:])
            found = self._named(name)
            if found is not UNKNOWN and _is_written_so(name):
                before = (words(parts[start - 1]).split() or [""])[-1]
                tied = before in _JOINING or (before in _QUALIFYING and words(name) in self._shared)
                if tied or not found:
                    break
                return " ".join(parts[:start]), name
        return " ".join(parts), None

    def told_in(self, text: str) -> str | None:
        """The country (alpha-2) that a name tells by an adjective, in brackets, or at its end after `de` or `à`:
        `Ministère malien de la Santé`, `Police (Togo)`, `Ministère de la Santé du Burkina Faso`. None where it tells
        none, or two."""
        plain = words(text)
        told = {self.adjectives[word] for word in plain.split() if word in self.adjectives}
        told |= {self.names.get(words(inside)) or "" for inside in re.findall(r"\(([^()]+)\)", text)}
        parts = words(re.sub(r"\([^()]*\)", " ", text)).split()
        for start in range(1, len(parts)):
            end = " ".join(parts[start:])
            if parts[start - 1] in _JOINING and len(end) > _ACRONYM and end in self.names:
                told.add(self.names[end] or "?")
                break
        told.discard("")
        found = told.pop() if len(told) == 1 else None
        return None if found == "?" else found

    def _named(self, text: str) -> str | None:
        """The country of a name, None where it is known and no country's, UNKNOWN where it is not known."""
        found = self.names.get(_compared(text), UNKNOWN)
        brackets = _BRACKETS.fullmatch(text.strip()) if found is UNKNOWN else None
        if brackets:
            outside, inside = (self.names.get(_compared(part), UNKNOWN) for part in brackets.groups())
            return outside if outside == inside else UNKNOWN
        return found

    @cached_property
    def _shared(self) -> frozenset[str]:
        """Names that are the end of another country's name: Congo, Corée, Guinée, Soudan."""
        ends = (
            (" ".join(name.split()[start:]), country)
            for name, country in self.names.items()
            for start in range(1, len(name.split()))
        )
        return frozenset(end for end, country in ends if end in self.names and self.names[end] != country)


def _compared(text: str) -> str:
    """A name in words, an acronym with full stops as one: `R.D.C.` -> `rdc`."""
    plain = words(text)
    return plain.replace(" ", "") if _LETTERS.fullmatch(plain) else plain


def _is_written_so(name: str) -> bool:
    """Whether a short name is written as the acronym that it is: EAU is a country, `eau` is water."""
    return len(words(name)) > _ACRONYM or name.isupper()


@cache
def countries(folder: Path | None = None) -> Countries:
    """The countries of `folder`, by default data/reference. Raises BrokenResource where a table is missing."""
    folder = folder or root() / "data" / "reference"
    names: dict[str, str | None] = {}
    codes: dict[str, str] = {}
    parts: set[str] = set()
    for row in _rows(folder / "aliases-countries.csv"):
        names[words(row["name"])] = row["country"] or None
        if row["part"]:
            parts.add(words(row["name"]))
    for row in _rows(folder / "countries.csv"):
        names |= {words(row["name_fr"]): row["alpha2"], words(row["name_en"]): row["alpha2"]}
        codes |= {row[column].lower(): row["alpha2"] for column in ("alpha2", "alpha3") if row[column]}
    adjectives = {words(row["adjective"]): row["country"] for row in _rows(folder / "adjectives-countries.csv")}
    return Countries(names, codes, adjectives, frozenset(parts))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
    except (OSError, ValueError) as error:
        raise BrokenResource(f"{path} is missing or unusable ({error}); install atlas-ld again.") from error
