"""The file of columns, which processes share by mapping it.

Terms are numbered in the order of their kinds, and within a kind by text (code points), so that numbers order texts.
Triples stand twice, by property, subject, object and by property, object, subject.

    8 bytes    how long the head is; zero until the whole file is written
    head       JSON: kinds (datatype, language) and where each array stands
    starts     [kinds + 1] int32       number of the first term of each kind, and of terms in all
    ends       [terms + 1] int64       where each text begins; a text ends where the next begins
    texts      [bytes] uint8           UTF-8
    numbers    [terms] int64           what literals stand for (`kinds.number`), or NO_NUMBER
    odd_case   [some] int32            terms with letters whose case is no plain matter (`kinds.ODD_CASE`)
    properties [properties] int32, property_starts [properties + 1] int32, spread [properties, 2] int32
                                       distinct subjects and objects of each
    subjects, objects                  [triples] int32, by property, subject, object
    objects_first, subjects_second     [triples] int32, by property, object, subject
"""

from __future__ import annotations

import json
import mmap
import os
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atlas_ld.sparql.columns.kinds import Kind

Ids = NDArray[np.int32]
NO_NUMBER = np.iinfo(np.int64).min
_LENGTH = 8
_ALIGNED = 64


def write(descriptor: int, kinds: Sequence[Kind], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes the file; its first bytes last, so that nobody reads half a file."""
    places: dict[str, tuple[int, str, tuple[int, ...]]] = {}
    size = 0
    for name, values in arrays.items():
        places[name] = (size, values.dtype.str, values.shape)
        size += -(-values.nbytes // _ALIGNED) * _ALIGNED
    head = json.dumps({"kinds": [(kind.datatype, kind.language) for kind in kinds], "arrays": places}).encode()
    start = _first(len(head))
    os.pwrite(descriptor, head, _LENGTH)
    for name, values in arrays.items():
        _write_all(descriptor, memoryview(values.tobytes()), start + places[name][0])
    os.truncate(descriptor, start + size)
    os.pwrite(descriptor, len(head).to_bytes(_LENGTH, "little"), 0)


def _first(head: int) -> int:
    return -(-(_LENGTH + head) // _ALIGNED) * _ALIGNED


def _write_all(descriptor: int, data: memoryview, place: int) -> None:
    while data:
        written = os.pwrite(descriptor, data, place)
        data, place = data[written:], place + written


@dataclass(frozen=True, eq=False)
class Columns:
    """An open file of columns."""

    kinds: tuple[Kind, ...]
    arrays: Mapping[str, NDArray[Any]]

    @classmethod
    def open(cls, descriptor: int) -> Columns | None:
        """The columns in this file, or None where they are not written yet."""
        length = int.from_bytes(os.pread(descriptor, _LENGTH, 0), "little")
        if not length:
            return None
        mapped = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
        head = json.loads(mapped[_LENGTH : _LENGTH + length])
        start = _first(length)
        arrays = {
            name: np.frombuffer(mapped, kind, int(np.prod(shape)), start + place).reshape(shape)
            for name, (place, kind, shape) in head["arrays"].items()
        }
        return cls(tuple(Kind(*kind) for kind in head["kinds"]), arrays)

    @property
    def size(self) -> int:
        """How many terms there are."""
        return len(self.arrays["ends"]) - 1

    @property
    def triples(self) -> int:
        return len(self.arrays["subjects"])

    @cached_property
    def nodes(self) -> Ids:
        """The subjects and objects of the graph, in order."""
        return np.unique(np.concatenate([self.arrays["subjects"], self.arrays["objects"]]))

    def text(self, term: int) -> str:
        return self._bytes(term).decode()

    def find(self, kind: Kind, text: str) -> int | None:
        """The number of a term, or None where the graph does not have it."""
        if kind not in self.kinds:
            return None
        place, wanted = self.kinds.index(kind), text.encode()
        of_kind = range(int(self.arrays["starts"][place]), int(self.arrays["starts"][place + 1]))
        found = bisect_left(of_kind, wanted, key=self._bytes)
        return of_kind[found] if found < len(of_kind) and self._bytes(of_kind[found]) == wanted else None

    def _bytes(self, term: int) -> bytes:
        ends = self.arrays["ends"]
        return self.arrays["texts"][ends[term] : ends[term + 1]].tobytes()

    @cached_property
    def _properties(self) -> dict[int, int]:
        return {int(term): place for place, term in enumerate(self.arrays["properties"])}

    def triples_of(self, property_: int | None) -> tuple[slice, tuple[int, int]]:
        """Where the triples of a property stand, and how many different subjects and objects they have."""
        place = None if property_ is None else self._properties.get(property_)
        if place is None:
            return slice(0, 0), (0, 0)
        starts, spread = self.arrays["property_starts"], self.arrays["spread"]
        return slice(int(starts[place]), int(starts[place + 1])), (int(spread[place][0]), int(spread[place][1]))
