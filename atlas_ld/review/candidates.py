"""What a name may be: places of its country, and other bodies that are known by name only.

Only names that share the beginning of a word are compared (blocking), with rapidfuzz. What is proposed is decided by a
steward: nothing is matched or joined here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from atlas_ld.iris import words
from atlas_ld.reference import foreign, french
from atlas_ld.reference.decision import Decision
from atlas_ld.reference.gazetteer import FRANCE, Gazetteer
from atlas_ld.reference.generic import distinctive, told_apart, without_between

_LETTERS = 3
"""Letters of a word that two names must share to be compared."""
_ALIKE_PLACES, _ALIKE_BODIES = 80, 88
"""How like two names must be, of 100. Bodies share words of their kind, so more is asked of them."""
_FEWEST_WORDS = 2
"""Words, besides articles, that both of two bodies must have: one word alone says too little."""
_COUNTRIES = 250
"""Countries whose names are kept in blocks: all that there are."""
_MOST = 3
"""Candidates of one name by likeness."""
_LARGEST_BLOCK = 2000
"""Names that begin alike, beyond which the beginning tells nothing (`saint`)."""


@dataclass(frozen=True)
class Candidate:
    """A place or a body that a name may be: `identifier` is its key, `value` what a decision for it says, the key of a
    place or the name of a body. `score` is how like the names are, 0 to 1; of the match that is doubted, its own."""

    label: str
    identifier: str
    value: str
    is_place: bool
    method: str
    score: str


class Places:
    """Places by their names, country by country."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._blocks = lru_cache(maxsize=_COUNTRIES)(self._index)

    def candidates(self, name: str, kind: str, country: str) -> list[Candidate]:
        """What matching takes a name for, or places that it fits equally well, else those whose names are like it, the
        likest first. `kind` is as written, `country` alpha-2; both may be empty."""
        decided = self._decided(name, kind or None, country)
        if decided.match:
            return [self.candidate(decided.match.place, decided.match.method, str(decided.match.score))]
        if decided.candidates:
            return [self.candidate(key, "same-name", "1") for key in decided.candidates]
        return [self.candidate(key, "similar-name", _of_one(score)) for key, score in self._alike(name, country)]

    def _decided(self, name: str, kind: str | None, country: str) -> Decision:
        if country == "FR":
            return french.decide(name, kind, self._gazetteer, None)
        return foreign.decide(name, kind, country or None, self._gazetteer, towns=False)

    def candidate(self, key: str, method: str, score: str) -> Candidate:
        """The place with this key."""
        place = self._gazetteer.place(key)
        above = [self._gazetteer.place(one).name for one in place.within[:1] if one != FRANCE]
        return Candidate(f"{place.name} ({above[0]})" if above else place.name, key, key, True, method, score)

    def _alike(self, name: str, country: str) -> list[tuple[str, float]]:
        if not country:
            return []
        blocks = self._blocks(country)
        best: dict[str, float] = {}
        for form in dict.fromkeys(told_apart(words(name))):
            near = (blocks.get(start, set()) for start in _starts(form))
            names = {one for block in near if len(block) <= _LARGEST_BLOCK for one in block}
            found = process.extract(form, sorted(names), scorer=fuzz.ratio, limit=_MOST, score_cutoff=_ALIKE_PLACES)
            for alike, score, _ in found:
                for key in blocks.keys_of(alike):
                    best[key] = max(best.get(key, 0), score)
        return sorted(best.items(), key=lambda one: (-one[1], one[0]))[:_MOST]

    def _index(self, country: str) -> _Blocks:
        return _Blocks(self._gazetteer.names_in(country))


class _Blocks(dict[str, set[str]]):
    """Names by the beginnings of their words."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self._keys: dict[str, list[str]] = defaultdict(list)
        for name, key in names:
            if name not in self._keys:
                for start in _starts(name):
                    self.setdefault(start, set()).add(name)
            if key not in self._keys[name]:
                self._keys[name].append(key)

    def keys_of(self, name: str) -> list[str]:
        return self._keys[name]


def _starts(name: str) -> set[str]:
    """The beginnings of the words of a name that are long enough to tell something, else of all of them."""
    told = name.split()
    return {word[:_LETTERS] for word in told if len(word) > _LETTERS} or set(told)


class Named(NamedTuple):
    """A body that is known by name: its name, its country (alpha-2, empty where it is not known), and how many
    partnerships have it."""

    name: str
    country: str
    partnerships: int


def duplicates(bodies: Sequence[Named]) -> Iterator[tuple[int, int, str]]:
    """Pairs that may be one body, by their positions: of one country, or one of no known country. Each pair once, the
    one with fewer partnerships first, with how like the names are (0 to 1)."""
    plain = [without_between(words(one.name)) for one in bodies]
    telling = [number for number, name in enumerate(plain) if len(name.split()) >= _FEWEST_WORDS]
    starts = {number: _starts(distinctive(words(bodies[number].name))) for number in telling}
    blocks: dict[str, list[int]] = defaultdict(list)
    for number, own in starts.items():  # by what tells a body apart, so not by `association`
        for start in own:
            blocks[start].append(number)
    for number, own in starts.items():
        near = {other for start in own if len(blocks[start]) <= _LARGEST_BLOCK for other in blocks[start]}
        names = {
            other: plain[other]
            for other in sorted(near)
            if other > number and _may_be_one(bodies[number], bodies[other])
        }
        for _, score, other in process.extract(
            plain[number], names, scorer=fuzz.token_set_ratio, limit=None, score_cutoff=_ALIKE_BODIES
        ):
            fewer, more = sorted((number, other), key=lambda one: (bodies[one].partnerships, bodies[one]))
            yield fewer, more, _of_one(score)


def _may_be_one(first: Named, second: Named) -> bool:
    return first.country == second.country or not first.country or not second.country


def _of_one(score: float) -> str:
    """A likeness of 0 to 100 as 0 to 1."""
    return format(Decimal(round(score)) / 100, "f")
