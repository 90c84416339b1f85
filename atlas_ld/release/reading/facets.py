"""`facets.sqlite` read: which rows of a list have which values, as integers whose bit n stands for row number n.

A position is the number of a row in its list. It says nothing of the order, and stays when other rows come and go.

A selection is such an integer, so that to filter is `&`, to choose among several values `|`, and to count
`int.bit_count()`: a page with 400 facet values over 12,700 rows is counted in about a millisecond.
"""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, compress, count, islice
from pathlib import Path
from typing import Any, TypeVar

from atlas_ld.errors import ReleaseError
from atlas_ld.release.kinds import LISTS

T = TypeVar("T")

_ORDERS: Mapping[str, str] = {
    "title": "sort",
    "title-en": "en COLLATE NOCASE, sort",
    "year": "year IS NULL, year, sort",
    "-year": "year IS NULL, year DESC, sort",
    "-amount": "cents IS NULL, cents DESC, sort",
    "-partnerships": "partnerships DESC, sort",
}
_VALUES = (
    "SELECT value.value, item FROM value JOIN has ON has.value = value.id "
    "WHERE list = ? AND facet = ? ORDER BY value.value, item"
)


@dataclass(frozen=True)
class FacetRow:
    """One row as it is stored. Amounts in cents of a euro; `facts` is what the list shows beyond the label. A funding
    line for several years has a `last_year`."""

    iri: str
    fr: str
    en: str
    year: int | None
    last_year: int | None
    cents: int | None
    partnerships: int | None
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Lines:
    """Every funding line, by its position: year, last year of one for several, amount in cents, and its partnership's
    position (-1 where no line has this position)."""

    years: Sequence[int | None]
    last_years: Sequence[int | None]
    cents: Sequence[int | None]
    owners: Sequence[int]


@dataclass(frozen=True)
class Links:
    """The keys of every partnership's places in France and of those abroad, by its position."""

    here: Sequence[tuple[str, ...]]
    abroad: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Place:
    """A place of the map, in degrees (WGS 84)."""

    key: str
    lat: float
    long: float
    fr: str
    en: str

    @property
    def is_country(self) -> bool:
        """Whether no more than the country is known: its point is the capital's, which says nothing of the partner."""
        return self.key.startswith("country-")


_KEPT = 2048
"""Values and things whose rows are remembered: the same countries, themes and bodies are asked for all over. A set of
rows is 1.6 kB at most for the whole Atlas."""

_SUMMED = 64
"""Selections whose sums and places are remembered: a list and its map, its pages, in each language, ask the same."""

_FEW = 256
"""Selections of fewer rows are read bit by bit, others as a whole."""
_SORTED = 1000
"""Selections of fewer rows are sorted; others are looked for among all rows, which are in order."""
_FLAGS = bytes.maketrans(b"01", b"\0\1")


class FacetIndex:
    """An index opened read-only. What a facet's values are is read once and kept: some MB for the whole Atlas."""

    def __init__(self, path: Path) -> None:
        """Raises ReleaseError where the release has none: it was built by an earlier version."""
        if not path.is_file():
            raise ReleaseError(f"{path} is missing; build the release again.")
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._idle: list[sqlite3.Connection] = []
        weakref.finalize(self, _close, self._idle)
        try:
            self._sizes: dict[str, int] = dict(self._rows("SELECT list, max(id) + 1 FROM item GROUP BY list"))
        except ReleaseError as error:
            raise ReleaseError(f"{path} was written by another version; build the release again.") from error
        self._every: dict[str, int] = {}
        self._bits: dict[tuple[str, str], Mapping[str, int]] = {}
        self._orders: dict[tuple[str, str], tuple[Sequence[int], Sequence[int]]] = {}
        self._lines: Lines | None = None
        self._owned: Mapping[int, Sequence[int]] | None = None
        self._links: Links | None = None
        self._having = lru_cache(maxsize=_KEPT)(self._read_having)
        self._amounts_by_year = lru_cache(maxsize=_SUMMED)(self._sum_by_year)
        self._places_of = lru_cache(maxsize=_SUMMED)(self._count_places)

    def everything(self, name: str) -> int:
        """The selection of every row of a list."""
        known = self._every.get(name)
        if known is None:
            rows = self._rows("SELECT id FROM item WHERE list = ?", (name,))
            known = self._every[name] = bits_of([position for (position,) in rows])
        return known

    def facet(self, name: str, facet: str) -> Mapping[str, int]:
        """The rows of a list that have each value of a facet."""
        known = self._bits.get((name, facet))
        if known is None:
            if _through_owner(name, facet):
                known = {v: self.lines_of(bits) for v, bits in self.facet("partnerships", facet).items()}
            else:
                found: dict[str, list[int]] = {}
                for value, item in self._rows(_VALUES, (name, facet)):
                    found.setdefault(value, []).append(item)
                known = {value: bits_of(items) for value, items in found.items()}
            self._bits[name, facet] = known
        return known

    def counts(self, name: str, facet: str, selection: int) -> Mapping[str, int]:
        """How many rows of a selection have each value of a facet; values that none has are left out."""
        values = self.facet(name, facet).items()
        return {value: count for value, bits in values if (count := (bits & selection).bit_count())}

    def having(self, name: str, facet: str, value: str) -> int:
        """The rows that have one value; without reading the whole facet, which may have ten thousand."""
        return self._having(name, facet, value)

    def _read_having(self, name: str, facet: str, value: str) -> int:
        if _through_owner(name, facet):
            return self.lines_of(self.having("partnerships", facet, value))
        sql = "SELECT item FROM value JOIN has ON has.value = value.id WHERE list = ? AND facet = ? AND value.value = ?"
        return bits_of([item for (item,) in self._rows(sql, (name, facet, value))])

    def with_iris(self, name: str, iris: Iterable[str]) -> int:
        """The rows of these IRIs; those that the list does not have are passed over."""
        sql = "SELECT id FROM item WHERE iri IN (SELECT value FROM json_each(?)) AND list = ?"
        return bits_of([position for (position,) in self._rows(sql, (json.dumps(list(iris)), name))])

    def beginning(self, name: str, words: Sequence[str]) -> int:
        """The rows in whose label each of these words, folded as `iris.fold` does, begins a word."""
        sql = "SELECT id FROM item WHERE list = ? AND instr(folded, ?) > 0"
        found = self.everything(name)
        for word in words:
            found &= bits_of([position for (position,) in self._rows(sql, (name, f" {word}"))])
        return found

    def ordered(self, name: str, selection: int, order: str) -> list[int]:
        """The positions of a selection in an order: title, title-en, year, -year, -amount, -partnerships."""
        return self.part(name, selection, order, 0, selection.bit_count())

    def part(self, name: str, selection: int, order: str, start: int, stop: int) -> list[int]:
        """Those of `ordered` from `start` to before `stop`. What lies on the other side of them is not looked at, so
        that a page at either end of a long list is found as soon as one of a short list."""
        known, ranks = self._order(name, order)
        size = selection.bit_count()
        start, stop = min(start, size), min(stop, size)
        if size < _SORTED:
            return sorted(positions_of(selection), key=ranks.__getitem__)[start:stop]
        has = flags_of(selection, len(ranks)).__getitem__
        if start < size - stop:
            return list(islice(compress(known, map(has, known)), start, stop))
        backwards = islice(compress(reversed(known), map(has, reversed(known))), size - stop, size - start)
        return list(backwards)[::-1]

    def _order(self, name: str, order: str) -> tuple[Sequence[int], Sequence[int]]:
        """The positions of a list in an order, and the rank of each position."""
        found = self._orders.get((name, order))
        if found is None:
            sql = f"SELECT id FROM item WHERE list = ? ORDER BY {_ORDERS[order]}"  # noqa: S608  # a table of ours
            known = [position for (position,) in self._rows(sql, (name,))]
            ranks = [0] * self._sizes.get(name, 0)
            for rank, position in enumerate(known):
                ranks[position] = rank
            found = self._orders[name, order] = (known, ranks)
        return found

    def rows(self, name: str, positions: Sequence[int]) -> list[FacetRow]:
        """The rows at these positions, in their order."""
        sql = (
            "SELECT id, iri, fr, en, year, last_year, cents, partnerships, facts FROM item "
            "WHERE list = ? AND id IN (SELECT value FROM json_each(?))"
        )
        rows = self._rows(sql, (name, json.dumps(list(positions))))
        found = {row[0]: FacetRow(*row[1:-1], facts=json.loads(row[-1])) for row in rows}  # type: ignore[misc]
        return [found[position] for position in positions]

    def iris(self, name: str, positions: Sequence[int]) -> list[str]:
        """The IRIs at these positions, in their order."""
        sql = "SELECT id, iri FROM item WHERE list = ? AND id IN (SELECT value FROM json_each(?))"
        found = dict(self._rows(sql, (name, json.dumps(list(positions)))))
        return [found[position] for position in positions]

    def lines(self) -> Lines:
        if self._lines is None:
            size = self._sizes.get("funding", 0)
            years: list[int | None] = [None] * size
            last_years: list[int | None] = [None] * size
            cents: list[int | None] = [None] * size
            owners = [-1] * size
            for line, *told in self._rows("SELECT id, year, last_year, cents, owner FROM item WHERE list = 'funding'"):
                years[line], last_years[line], cents[line], owners[line] = told
            self._lines = Lines(years, last_years, cents, owners)
        return self._lines

    def amounts_by_year(self, lines: int) -> Mapping[tuple[int, int] | None, int]:
        """Cents of the funding lines of a selection by first and last year, which are one for most lines; None is for
        those without a year. Money for several years is not divided; lines whose amount is not known are left aside."""
        return self._amounts_by_year(lines)

    def _sum_by_year(self, lines: int) -> Mapping[tuple[int, int] | None, int]:
        known = self.lines()
        found: dict[tuple[int, int] | None, int] = {}
        told = zip(at(known.years, lines), at(known.last_years, lines), at(known.cents, lines), strict=True)
        for first, last, cents in told:
            if cents is not None:
                years = None if first is None else (first, last or first)
                found[years] = found.get(years, 0) + cents
        return found

    def lines_of(self, partnerships: int) -> int:
        """The funding lines of a selection of partnerships."""
        owned = self._lines_by_owner()
        return bits_of(list(chain.from_iterable(owned.get(owner, ()) for owner in positions_of(partnerships))))

    def _lines_by_owner(self) -> Mapping[int, Sequence[int]]:
        if self._owned is None:
            owned: dict[int, list[int]] = {}
            for line, owner in enumerate(self.lines().owners):
                owned.setdefault(owner, []).append(line)
            self._owned = owned
        return self._owned

    def links(self) -> Links:
        if self._links is None:
            here: list[list[str]] = [[] for _ in range(self._sizes.get("partnerships", 0))]
            abroad: list[list[str]] = [[] for _ in here]
            for facet, side in (("here", here), ("abroad", abroad)):
                for value, item in self._rows(_VALUES, ("partnerships", facet)):
                    side[item].append(value)
            self._links = Links([*map(tuple, here)], [*map(tuple, abroad)])
        return self._links

    def places_of(self, partnerships: int) -> tuple[Counter[str], Counter[str]]:
        """How many of a selection of partnerships are at each place in France, and at each place abroad."""
        return self._places_of(partnerships)

    def _count_places(self, partnerships: int) -> tuple[Counter[str], Counter[str]]:
        links = self.links()
        here, abroad = (Counter(chain.from_iterable(at(side, partnerships))) for side in (links.here, links.abroad))
        return here, abroad

    def places(self, keys: Iterable[str]) -> dict[str, Place]:
        sql = "SELECT key, lat, long, fr, en FROM place WHERE key IN (SELECT value FROM json_each(?))"
        return {row[0]: Place(*row) for row in self._rows(sql, (json.dumps(sorted(set(keys))),))}

    def _rows(self, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = sqlite3.connect(self._uri, uri=True, check_same_thread=False)
        try:
            return connection.execute(sql, parameters).fetchall()
        except sqlite3.OperationalError as error:
            raise ReleaseError(
                f"The lists were written by another version ({error}); build the release again."
            ) from error
        finally:
            self._idle.append(connection)  # as many as threads ever read at once


def _through_owner(name: str, facet: str) -> bool:
    """Whether a row has the values of a facet by way of its owner: a funding line by way of its partnership."""
    known = LISTS[name].facet(facet)
    return bool(LISTS[name].owner) and not (known and known.own)


def _close(connections: list[sqlite3.Connection]) -> None:
    for connection in connections:
        connection.close()


def bits_of(positions: Sequence[int]) -> int:
    """The selection of these positions."""
    if not positions:
        return 0
    digits = bytearray(b"0" * (max(positions) + 1))
    for position in positions:
        digits[-1 - position] = 49
    return int(digits, 2)


def flags_of(selection: int, size: int = 0) -> bytes:
    """A byte for each position, at least `size` of them: 1 where the selection has it, else 0."""
    return bin(selection)[:1:-1].encode().translate(_FLAGS).ljust(size, b"\0")


def at(values: Sequence[T], selection: int) -> Iterator[T]:
    """The values at the positions of a selection, in their order."""
    if selection.bit_count() < _FEW:
        return map(values.__getitem__, positions_of(selection))
    return compress(values, flags_of(selection))


def positions_of(selection: int) -> list[int]:
    """The positions of a selection, in order."""
    if selection.bit_count() < _FEW:
        found = []
        while selection:
            lowest = selection & -selection
            found.append(lowest.bit_length() - 1)
            selection ^= lowest
        return found
    return list(compress(count(), flags_of(selection)))
