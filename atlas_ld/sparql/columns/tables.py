"""Tables of term numbers: a column for each variable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.layout import Ids
from atlas_ld.sparql.columns.relations import MOST_ROWS, matches
from atlas_ld.sparql.columns.terms import UNBOUND, Terms

_MOST_COUNTED = 2_000_000
"""Up to this number, values are numbered by a table of all of them, which takes a tenth of the time of sorting."""

Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Table:
    """`rows` solutions. A variable without a column is unbound in all of them.

    `order` is there if they are in an order that was asked for: it grows, and is the same where rows tie.
    """

    rows: int
    columns: Mapping[str, Ids] = field(default_factory=dict)
    order: NDArray[np.int64] | None = None

    def column(self, name: str) -> Ids:
        found = self.columns.get(name)
        return np.full(self.rows, UNBOUND, np.int32) if found is None else found

    def bound(self, name: str) -> Ids:
        """A column without unbound values. Raises Uncovered where there are some."""
        column = self.column(name)
        if (column == UNBOUND).any():
            raise Uncovered(f"?{name} is not bound in every solution.")
        return column

    def take(self, places: Places | NDArray[np.bool_]) -> Table:
        """The rows at `places`, or those that a mask keeps."""
        rows = int(np.count_nonzero(places)) if places.dtype == np.bool_ else len(places)
        order = None if self.order is None else self.order[places]
        return Table(rows, {name: column[places] for name, column in self.columns.items()}, order)

    def with_columns(self, columns: Mapping[str, Ids]) -> Table:
        return Table(self.rows, {**self.columns, **columns}, self.order)

    def only(self, names: Iterable[str]) -> Table:
        return Table(self.rows, {name: self.columns[name] for name in names if name in self.columns}, self.order)


def group_codes(columns: Sequence[Ids], rows: int) -> tuple[NDArray[np.int64], Places]:
    """A number for each row, the same for the same values, from zero on, and the place of one row for each number."""
    codes, groups = np.zeros(rows, np.int64), min(rows, 1)
    if not columns:
        return codes, np.zeros(groups, np.int64)
    for column in columns:
        values, different = _numbered(column.astype(np.int64) - UNBOUND)
        codes, groups = _numbered(codes * different + values)
    places = np.zeros(groups, np.int64)
    places[codes[::-1]] = np.arange(rows)[::-1]  # the first row of each group is written last
    return codes, places


def _numbered(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Numbers from zero on in the order of the values (none negative), and how many different ones there are."""
    most = int(values.max(initial=0)) + 1
    if most > _MOST_COUNTED:
        different, numbers = np.unique(values, return_inverse=True)
        return numbers, len(different)
    seen = np.zeros(most, np.bool_)
    seen[values] = True
    number = np.cumsum(seen) - 1
    return number[values], int(np.count_nonzero(seen))


def distinct(table: Table, terms: Terms) -> Places:
    """The places of the first of each row that differs from all before it, in order."""
    return np.sort(group_codes([terms.joinable(column) for column in table.columns.values()], table.rows)[1])


def join(one: Table, other: Table, terms: Terms) -> Table:
    """The solutions that are compatible (SPARQL 1.1, 18.3).

    Raises Uncovered where a shared variable is unbound in some solution.
    """
    shared = [name for name in one.columns if name in other.columns]
    if not shared:
        if one.rows * other.rows > MOST_ROWS:
            raise Uncovered("A cross product has too many rows.")
        terms.spend(one.rows * other.rows)
        left, right = np.repeat(np.arange(one.rows), other.rows), np.tile(np.arange(other.rows), one.rows)
    else:
        ones = [terms.joinable(one.bound(name)) for name in shared]
        others = [terms.joinable(other.bound(name)) for name in shared]
        codes, _ = group_codes([np.concatenate(pair) for pair in zip(ones, others, strict=True)], one.rows + other.rows)
        order = np.argsort(codes[one.rows :], kind="stable")
        left, right = matches(codes[one.rows :][order], codes[: one.rows], terms)
        right = order[right]
    terms.spend(len(left) * (len(one.columns) + len(other.columns)))
    joined = {name: column[left] for name, column in one.columns.items()}
    joined |= {name: column[right] for name, column in other.columns.items() if name not in joined}
    return Table(len(left), joined)


def union(one: Table, other: Table) -> Table:
    names = dict.fromkeys([*one.columns, *other.columns])
    columns = {name: np.concatenate([one.column(name), other.column(name)]) for name in names}
    return Table(one.rows + other.rows, columns)
