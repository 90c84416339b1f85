"""French names as lists write them, taken apart: the name, and what stands in brackets, after a comma or a dash, or as
a number before or behind it.

Nothing of this is thrown away: it tells where the territory lies or what it is, or it is not understood, and then the
name alone decides nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from atlas_ld.iris import words
from atlas_ld.reference.gazetteer import FRANCE, Gazetteer
from atlas_ld.reference.names import french, without_article

_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_DASH = re.compile(r"\s+[-–—]\s+|\s*[,;]\s*")
_NUMBER = r"(?:0?[1-9]|[1-8]\d|9[0-5]|2[AaBb]|97[1-8]|98[4-8])"
_BEFORE = re.compile(rf"(?P<number>{_NUMBER})\s+(?P<rest>\D.*)")
_BEHIND = re.compile(rf"(?P<rest>.*\D)\s+(?P<number>{_NUMBER})")
_POSTCODE_BEFORE = re.compile(r"(?P<number>\d{5})\s+(?P<rest>\D.*)")
_POSTCODE_BEHIND = re.compile(r"(?P<rest>.*\D)\s+(?P<number>\d{5})")
_ARTICLES = frozenset({"le", "la", "les", "l"})
_FRANCE = frozenset({"france", "fr"})
_TOLD = re.compile(
    r"(?:dep|dept|dpt|departement|region|dep t)(?: (?:n|no|numero|du|de la|de l|de|des|d))* (?P<rest>.+)"
)
SLASH = re.compile(r"(?<=\w\w)/(?=\w)")
"""What lists write for `sur`: `Montigny/Loing`."""
_POSTCODE = re.compile(r"\d{5}")


@dataclass(frozen=True)
class Written:
    """A name taken apart: the `name` itself; the keys of départements and régions that it says the territory lies in
    (`within`); the `kind` that it adds; and what was `unread`."""

    name: str
    within: tuple[str, ...] = ()
    kind: str | None = None
    unread: bool = False
    year: int | None = None
    """The year in which the territory was there; None: today."""

    def fits(self, key: str, gazetteer: Gazetteer) -> bool:
        """Whether a territory was there in the year, and is, or lies in, everything that the name says."""
        place = gazetteer.place(key)
        if self.year is None:
            if place.exists_until:
                return False
        elif self.year < (place.exists_from.year if place.exists_from else place.not_before or 0) or (
            place.exists_until and self.year > place.exists_until.year
        ):
            return False
        return self.lies(key, gazetteer)

    def lies(self, key: str, gazetteer: Gazetteer) -> bool:
        """Whether a territory is, or lies in, everything that the name says."""
        return not self.within or all(told in around(key, gazetteer) for told in self.within)


def around(key: str, gazetteer: Gazetteer) -> frozenset[str]:
    """A territory, and every one that it lies in or spans."""
    place = gazetteer.place(key)
    above = (around(parent, gazetteer) for parent in (*place.within, *place.overlaps) if parent != FRANCE)
    return frozenset({key}).union(*above)


def take_apart(text: str, gazetteer: Gazetteer) -> Written:
    """What a French name says beside the name itself."""
    qualifiers = [found.strip() for found in _BRACKETS.findall(text)]
    name = " ".join(_BRACKETS.sub(" ", text).split()).strip(" ,;")
    parts = [part for part in _DASH.split(name) if part]
    numbered = [part for part in parts if _hint(part, gazetteer)]
    if len(parts) > 1 and re.search("[,;]", name):
        name, *rest = parts
        qualifiers += rest
    elif len(parts) == 2 and len(numbered) == 1 and (numbered[0] == parts[1] or words(numbered[0]).isalnum()):
        name = parts[1] if numbered[0] == parts[0] else parts[0]
        qualifiers += numbered
    for pattern in (_BEFORE, _BEHIND, _POSTCODE_BEFORE, _POSTCODE_BEHIND):
        found = pattern.fullmatch(name)
        # `CD 29` and `Conseil départemental du 29` are names of their own.
        if found and not _NUMBERED.fullmatch(words(found["rest"])):
            name = found["rest"].strip(" -–—,")
            qualifiers.append(found["number"])
    return _read(name, [words(one) for one in qualifiers if words(one)], text, gazetteer)


_NUMBERED = re.compile(r"(?:c[dg]|conseil (?:departemental|general)|departement)(?: (?:du|de la|de|n|no|numero))*")


def _read(name: str, qualifiers: list[str], text: str, gazetteer: Gazetteer) -> Written:
    within: list[str] = []
    kind: str | None = None
    unread = False
    for told in qualifiers:
        places = _hint(told, gazetteer)
        announced = french(f"{told} x").kind
        if told in _ARTICLES:
            name = f"{told.title()}' {name}" if told == "l" else f"{told.title()} {name}"
        elif places:
            within += places
        elif told in _FRANCE or _is_short_for(told, name):
            continue
        elif announced and french(f"{told} x").forms[-1] == "x" and kind in {None, announced}:
            kind = announced
        else:
            unread = True
    return Written(name, tuple(within), kind, unread)


def _hint(told: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """The keys of the département or région that a qualifier names by its number, name or a postcode; empty for none.
    A name that a département and a région have (La Réunion) is the département's, which lies in the région."""
    plain = words(told)
    found = _TOLD.fullmatch(plain)
    plain = found["rest"] if found else plain
    if _POSTCODE.fullmatch(plain):
        plain = plain[:3] if plain[:2] in {"97", "98"} else plain[:2]
        if plain == "20":  # Corsica's postcodes do not tell which of its two départements
            return ("region-94",)
    departement = gazetteer.departement(plain)
    if departement:
        return (departement,)
    bare = without_article(plain)
    regions = gazetteer.french("region", bare) or gazetteer.french("former-region", bare)
    return regions if len(regions) == 1 else ()


def _is_short_for(told: str, name: str) -> bool:
    """Whether a qualifier is made of first letters of the name: `CCPB`, Communauté de communes du Pays de Bray."""
    initials = "".join(word[0] for word in words(name).split())
    letters = iter(initials)
    return 2 <= len(told) <= 8 and told.isalpha() and all(letter in letters for letter in told)
