"""Writes a file of columns from a store: python -m atlas_ld.sparql.columns.build STORE DESCRIPTOR

A process of its own, since it takes seconds and a few hundred MB. The file is an open one, given by its descriptor.
"""

from __future__ import annotations

import argparse
import os
import sys
from array import array
from functools import cache
from itertools import pairwise
from typing import IO, cast

import numpy as np
from pyoxigraph import DefaultGraph, RdfFormat, Store

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.kinds import IRI, LANGUAGE_STRING, ODD_CASE, SIMPLE, Kind, number
from atlas_ld.sparql.columns.layout import NO_NUMBER, Ids, write

_NICE = 19
_ESCAPES = {b"t": b"\t", b"b": b"\b", b"n": b"\n", b"r": b"\r", b"f": b"\f", b'"': b'"', b"\\": b"\\"}


class _Triples:
    """The file that the store writes N-Triples to: terms get numbers in the order in which they come."""

    def __init__(self) -> None:
        self.terms: dict[bytes, int] = {}
        self.numbers = array("i")
        self._rest = b""

    def write(self, data: bytes) -> int:
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        terms, numbers = self.terms, self.numbers
        for line in lines:
            for term in line[:-2].split(b" ", 2):
                numbers.append(terms.setdefault(term, len(terms)))
        return len(data)

    def flush(self) -> None:
        """Lines are read as they come."""


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="atlas_ld.sparql.columns.build")
    parser.add_argument("store")
    parser.add_argument("descriptor", type=int)
    options = parser.parse_args(arguments)
    os.nice(_NICE)
    try:
        build(Store.read_only(options.store), options.descriptor)
    except (Uncovered, OSError) as error:
        sys.exit(f"No columns: {error}")


def build(store: Store, descriptor: int) -> None:
    """Writes the columns of the store's default graph. Raises Uncovered for a graph with blank nodes or triple terms,
    OSError where the file cannot be written."""
    read = _Triples()
    store.dump(cast(IO[bytes], read), RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    texts_of: dict[Kind, list[tuple[bytes, int]]] = {}
    kind_of = cache(_kind)
    rank = np.empty(len(read.terms), np.int32)
    while read.terms:  # what is taken is freed
        term, place = read.terms.popitem()
        text, end = _split(term)
        texts_of.setdefault(kind_of(end), []).append((text, place))
    kinds = sorted(texts_of)
    counts = [0]
    texts: list[bytes] = []
    numbers: list[int] = []
    odd: list[int] = []
    for kind in kinds:
        for text, place in sorted(texts_of.pop(kind)):
            rank[place] = len(texts)
            decoded = text.decode()
            value = number(kind, decoded)
            if not decoded.isascii() and ODD_CASE.search(decoded):
                odd.append(len(texts))
            texts.append(text)
            numbers.append(NO_NUMBER if value is None else value)
        counts.append(len(texts))
    arrays = {
        "starts": np.array(counts, np.int32),
        "ends": np.concatenate([[0], np.cumsum([len(text) for text in texts], dtype=np.int64)]),
        "texts": np.frombuffer(b"".join(texts), np.uint8),
        "numbers": np.array(numbers, np.int64),
        "odd_case": np.array(odd, np.int32),
    }
    texts.clear()
    numbers.clear()
    write(descriptor, kinds, arrays | _triple_columns(rank[np.frombuffer(read.numbers, np.int32).reshape(-1, 3)]))


def _triple_columns(triples: Ids) -> dict[str, Ids]:
    """`triples` is [n, 3] int32: subject, property, object."""
    subject, property_, object_ = (np.ascontiguousarray(triples[:, place]) for place in range(3))
    forward, backward = np.lexsort((object_, subject, property_)), np.lexsort((subject, object_, property_))
    properties, starts = np.unique(property_[forward], return_index=True)
    edges = np.append(starts, len(property_)).astype(np.int32)
    columns = {
        "properties": properties.astype(np.int32),
        "property_starts": edges,
        "subjects": subject[forward],
        "objects": object_[forward],
        "objects_first": object_[backward],
        "subjects_second": subject[backward],
    }
    spread = [
        (len(np.unique(columns["subjects"][start:end])), len(np.unique(columns["objects"][start:end])))
        for start, end in pairwise(edges.tolist())
    ]
    return columns | {"spread": np.array(spread, np.int32).reshape(-1, 2)}


def _split(term: bytes) -> tuple[bytes, bytes]:
    """A term in N-Triples as its text and what comes after the text. Raises Uncovered for what is no IRI and no
    literal."""
    if term.startswith(b"<") and not term.startswith(b"<<"):
        return _plain(term[1:-1]), b">"
    if not term.startswith(b'"'):
        raise Uncovered("The graph has blank nodes or triple terms.")
    text, _, end = term[1:].rpartition(b'"')
    return _plain(text), end


def _kind(end: bytes) -> Kind:
    if end == b">":
        return IRI
    if end.startswith(b"^^"):
        return Kind(end[3:-1].decode())
    return Kind(LANGUAGE_STRING, end[1:].decode()) if end else SIMPLE


def _plain(text: bytes) -> bytes:
    """Text without the escapes of N-Triples (the store writes no others than these and \\u)."""
    if b"\\" not in text:
        return text
    parts, place = [], 0
    while (found := text.find(b"\\", place)) >= 0:
        parts.append(text[place:found])
        letter = text[found + 1 : found + 2]
        digits = {b"u": 4, b"U": 8}.get(letter, 0)
        place = found + 2 + digits
        parts.append(chr(int(text[found + 2 : place], 16)).encode() if digits else _ESCAPES[letter])
    return b"".join([*parts, text[place:]])


if __name__ == "__main__":
    main()
