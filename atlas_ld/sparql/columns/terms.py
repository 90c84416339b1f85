"""Terms by their numbers: those of the graph, and those that a query brings or makes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.kinds import ODD_CASE, Kind, number
from atlas_ld.sparql.columns.layout import NO_NUMBER, Columns, Ids
from atlas_ld.sparql.columns.nodes import Term

UNBOUND = -1

_WORK = 60_000_000
"""Rows that one query may cost, all its steps together: one or two seconds. Past it, Oxigraph answers."""

_MOST_MADE = 100_000
"""Computed terms that are looked up in the graph at most, each in some ten microseconds."""


class Terms:
    """The terms of one query. Those that the graph does not have get numbers after those of the graph."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._kinds = list(columns.kinds)
        self._own: dict[Term, int] = {}
        self._own_list: list[Term] = []
        self._settled: list[int] = []
        """For each own term its number in the graph, if it is there, else its own: as far as it was needed."""
        self._work = 0

    def spend(self, rows: int) -> None:
        """Counts the work of a step. Raises Uncovered past the most that a query may cost."""
        self._work += rows
        if self._work > _WORK:
            raise Uncovered("The query costs too much.")

    def known(self, term: Term) -> int:
        """The number of a term that the query names."""
        found = self.columns.find(term.kind, term.text)
        return self._add(term) if found is None else found

    def make(self, terms: Iterable[Term | None]) -> Ids:
        """Numbers of computed terms; None is unbound."""
        return np.array([UNBOUND if term is None else self._add(term) for term in terms], np.int32)

    def _add(self, term: Term) -> int:
        found = self._own.get(term)
        if found is None:
            found = self._own[term] = self.columns.size + len(self._own)
            self._own_list.append(term)
            if term.kind not in self._kinds:
                self._kinds.append(term.kind)
        return found

    def joinable(self, ids: Ids) -> Ids:
        """`ids` with one number for each term: computed ones may stand in the graph too. Raises Uncovered."""
        size = self.columns.size
        if not len(ids) or int(ids.max()) < size:
            return ids
        for term in self._own_list[len(self._settled) :]:
            if len(self._settled) > _MOST_MADE:
                raise Uncovered("Too many computed values are compared.")
            found = self.columns.find(term.kind, term.text)
            self._settled.append(size + len(self._settled) if found is None else found)
        own = ids >= size
        settled = ids.copy()
        settled[own] = np.array(self._settled, np.int32)[ids[own] - size]
        return settled

    def term(self, number_: int) -> Term:
        size = self.columns.size
        return self._own_list[number_ - size] if number_ >= size else Term(self.kind(number_), self.text(number_))

    def terms(self, ids: Ids) -> list[Term | None]:
        """The terms themselves; None for unbound."""
        bound = ids != UNBOUND
        texts = iter(self.texts(ids[bound]))
        own = [term.kind for term in self._own_list]
        places = np.searchsorted(self.columns.arrays["starts"], ids, "right") - 1
        size, kinds = self.columns.size, self._kinds
        return [
            None if term == UNBOUND else Term(own[term - size] if term >= size else kinds[place], next(texts))
            for term, place in zip(ids.tolist(), places.tolist(), strict=True)
        ]

    def text(self, term: int) -> str:
        size = self.columns.size
        return self.columns.text(term) if term < size else self._own_list[term - size].text

    def texts(self, ids: Ids) -> list[str]:
        """The texts of bound terms."""
        size, ends, bytes_ = self.columns.size, self.columns.arrays["ends"], self.columns.arrays["texts"].data
        graph = np.minimum(ids, size - 1)
        places = zip(ends[graph].tolist(), ends[graph + 1].tolist(), strict=True)
        found = [str(bytes_[start:end], "utf-8") for start, end in places]
        for place in np.flatnonzero(ids >= size).tolist():
            found[place] = self._own_list[int(ids[place]) - size].text
        return found

    def check_case(self, ids: Ids) -> None:
        """Raises Uncovered where a text has letters on whose case Python and Oxigraph may differ."""
        odd = np.isin(ids, self.columns.arrays["odd_case"]).any()
        if odd or any(ODD_CASE.search(self.text(term)) for term in ids[ids >= self.columns.size].tolist()):
            raise Uncovered("A text has letters whose case is no plain matter.")

    def kind(self, term: int) -> Kind:
        size = self.columns.size
        if term >= size:
            return self._own_list[term - size].kind
        return self._kinds[int(np.searchsorted(self.columns.arrays["starts"], term, "right")) - 1]

    def kinds_of(self, ids: Ids) -> dict[Kind, NDArray[np.bool_]]:
        """Which of `ids` are of which kind; unbound ones are of none."""
        places = np.searchsorted(self.columns.arrays["starts"], ids, "right") - 1
        own = ids >= self.columns.size
        if own.any():
            of_own = np.array([self._kinds.index(term.kind) for term in self._own_list])
            places[own] = of_own[ids[own] - self.columns.size]
        return {
            self._kinds[place]: places == place for place in np.flatnonzero(np.bincount(places[places >= 0])).tolist()
        }

    def numbers(self, ids: Ids) -> NDArray[np.int64]:
        """What literals stand for, in units of their scale, or NO_NUMBER."""
        graph = ids < self.columns.size
        values = self.columns.arrays["numbers"][np.where(graph, ids, 0)]
        if not graph.all():
            own = [number(term.kind, term.text) for term in self._own_list]
            of_own = np.array([NO_NUMBER if value is None else value for value in own], np.int64)
            values[~graph] = of_own[ids[~graph] - self.columns.size]
        return values

    def exact_numbers(self, ids: Ids) -> NDArray[np.int64]:
        """The same. Raises Uncovered where a literal has no number."""
        values = self.numbers(ids)
        if (values == NO_NUMBER).any():
            raise Uncovered("A value has no exact number.")
        return values
