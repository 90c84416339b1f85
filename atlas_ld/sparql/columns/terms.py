"""Terms by their numbers: those of the graph, and those that a query brings or makes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.kinds import ODD_CASE, Kind, number
from atlas_ld.sparql.columns.layout import NO_NUMBER, Columns, Ids

UNBOUND = -1


class Terms:
    """The terms of one query. Those that the graph does not have get numbers after those of the graph."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._kinds = list(columns.kinds)
        self._own: dict[tuple[Kind, str], int] = {}
        self._own_list: list[tuple[Kind, str]] = []
        self.computed = False
        """Whether there are computed terms, which may stand beside an equal term of the graph."""

    def known(self, kind: Kind, text: str) -> int:
        """The number of a term that the query names."""
        found = self.columns.find(kind, text)
        return self._add(kind, text) if found is None else found

    def make(self, kind: Kind, texts: Sequence[str]) -> Ids:
        """Numbers of computed terms. They are not looked up in the graph, so they can be shown and put in order,
        and not joined."""
        self.computed = True
        return np.array([self._add(kind, text) for text in texts], np.int32)

    def _add(self, kind: Kind, text: str) -> int:
        term = (kind, text)
        if term not in self._own:
            self._own[term] = self.columns.size + len(self._own)
            self._own_list.append(term)
            if kind not in self._kinds:
                self._kinds.append(kind)
        return self._own[term]

    def joinable(self, ids: Ids) -> Ids:
        """`ids`, if equal terms have equal numbers among them. Raises Uncovered."""
        if self.computed and len(ids) and int(ids.max()) >= self.columns.size:
            raise Uncovered("Computed values are compared.")
        return ids

    def text(self, term: int) -> str:
        size = self.columns.size
        return self.columns.text(term) if term < size else self._own_list[term - size][1]

    def texts(self, ids: Ids) -> list[str]:
        """The texts of bound terms."""
        size, ends, bytes_ = self.columns.size, self.columns.arrays["ends"], self.columns.arrays["texts"].data
        graph = np.minimum(ids, size - 1)
        places = zip(ends[graph].tolist(), ends[graph + 1].tolist(), strict=True)
        found = [str(bytes_[start:end], "utf-8") for start, end in places]
        for place in np.flatnonzero(ids >= size).tolist():
            found[place] = self._own_list[int(ids[place]) - size][1]
        return found

    def check_case(self, ids: Ids) -> None:
        """Raises Uncovered where a text has letters on whose case Python and Oxigraph may differ."""
        odd = np.isin(ids, self.columns.arrays["odd_case"]).any()
        if odd or any(ODD_CASE.search(self.text(term)) for term in ids[ids >= self.columns.size].tolist()):
            raise Uncovered("A text has letters whose case is no plain matter.")

    def kind(self, term: int) -> Kind:
        size = self.columns.size
        if term >= size:
            return self._own_list[term - size][0]
        return self._kinds[int(np.searchsorted(self.columns.arrays["starts"], term, "right")) - 1]

    def kinds_of(self, ids: Ids) -> dict[Kind, NDArray[np.bool_]]:
        """Which of `ids` are of which kind; unbound ones are of none."""
        places = np.searchsorted(self.columns.arrays["starts"], ids, "right") - 1
        own = ids >= self.columns.size
        if own.any():
            of_own = np.array([self._kinds.index(kind) for kind, _ in self._own_list])
            places[own] = of_own[ids[own] - self.columns.size]
        return {
            self._kinds[place]: places == place for place in np.flatnonzero(np.bincount(places[places >= 0])).tolist()
        }

    def numbers(self, ids: Ids) -> NDArray[np.int64]:
        """What literals stand for, in units of their scale. Raises Uncovered where one has no number."""
        graph = ids < self.columns.size
        values = self.columns.arrays["numbers"][np.where(graph, ids, 0)]
        if not graph.all():
            own = [number(kind, text) for kind, text in self._own_list]
            of_own = np.array([NO_NUMBER if value is None else value for value in own], np.int64)
            values[~graph] = of_own[ids[~graph] - self.columns.size]
        if (values == NO_NUMBER).any():
            raise Uncovered("A value has no exact number.")
        return values
