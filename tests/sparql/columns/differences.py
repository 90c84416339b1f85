"""Compares the answers of the columns with Oxigraph's: python -m tests.sparql.columns.differences QUERIES [SEED]"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from pyoxigraph import QueryResultsFormat, RdfFormat, Store

from atlas_ld.media import SPARQL_CSV, SPARQL_JSON, SPARQL_TSV, SPARQL_XML
from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.build import build
from atlas_ld.sparql.columns.engine import answer
from atlas_ld.sparql.columns.layout import Columns
from tests.sparql.columns.questions import XSD, Writer, graph

_QUERIES_OF_A_GRAPH = 200
_FORMATS = {
    SPARQL_JSON: QueryResultsFormat.JSON, SPARQL_XML: QueryResultsFormat.XML,
    SPARQL_CSV: QueryResultsFormat.CSV, SPARQL_TSV: QueryResultsFormat.TSV,
}  # fmt: skip
_EXACT = (f"{XSD}integer", f"{XSD}decimal")
_SEPARATORS = {SPARQL_XML: b"<result>", SPARQL_CSV: b"\r\n", SPARQL_TSV: b"\n"}


@dataclass(frozen=True)
class Difference:
    query: str
    graph: str
    what: str
    ours: str
    reference: str


@dataclass
class Tally:
    """Queries that the columns answered, and why they left others to Oxigraph."""

    answered: int = 0
    rows: int = 0
    left: Counter[str] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.left = Counter()


def differences(queries: int, seed: int, tally: Tally) -> Iterator[Difference]:
    """Asks random queries of random graphs; `tally` is kept up to date."""
    random = Random(seed)
    for start in range(0, queries, _QUERIES_OF_A_GRAPH):
        lines = graph(random)
        store = Store()
        store.load(lines.encode(), format=RdfFormat.N_TRIPLES)
        columns = columns_of(store)
        for _ in range(min(_QUERIES_OF_A_GRAPH, queries - start)):
            writer = Writer(random)
            query = writer.query()
            if found := compare(store, columns, query, writer.keys, random, tally):
                yield Difference(query, lines, *found)


def columns_of(store: Store) -> Columns:
    with tempfile.TemporaryFile() as file:
        build(store, file.fileno())
        columns = Columns.open(file.fileno())
    assert columns is not None
    return columns


def compare(
    store: Store, columns: Columns, query: str, keys: list[str], random: Random, tally: Tally
) -> tuple[str, str, str] | None:
    """What differs, our answer and the reference's; None if nothing does, or the query is left to Oxigraph."""
    other = random.choice(list(_SEPARATORS))
    try:
        ours = b"".join(answer(columns, query, SPARQL_JSON.name, {}))
    except Uncovered as why:
        tally.left[str(why)] += 1
        return None
    try:
        reference = store.query(query).serialize(format=QueryResultsFormat.JSON) or b""
    except (SyntaxError, RuntimeError, ValueError) as error:
        return "Oxigraph fails", ours.decode(), str(error)
    mine, theirs = json.loads(ours), json.loads(reference)
    rows, expected = mine["results"]["bindings"], theirs["results"]["bindings"]
    tally.answered += 1
    tally.rows += len(rows)
    if mine["head"] != theirs["head"] or _bag(rows) != _bag(expected) or len(ours) != len(reference):
        return "rows", ours.decode(), reference.decode()
    if all(key in mine["head"]["vars"] for key in keys) and _keys(rows, keys) != _keys(expected, keys):
        return "order", ours.decode(), reference.decode()
    try:
        ours = b"".join(answer(columns, query, other.name, {}))
    except Uncovered as why:
        tally.left[str(why)] += 1
        return None
    reference = store.query(query).serialize(format=_FORMATS[other]) or b""
    separator = _SEPARATORS[other]
    if sorted(_pieces(ours, separator)) != sorted(_pieces(reference, separator)):
        return other.name, ours.decode(), reference.decode()
    return None


def _pieces(document: bytes, separator: bytes) -> list[bytes]:
    return document.replace(b"</results></sparql>", b"").split(separator)


def _bag(rows: list[dict[str, Any]]) -> Counter[str]:
    return Counter(json.dumps(row, sort_keys=True) for row in rows)


def _keys(rows: list[dict[str, Any]], keys: list[str]) -> list[list[Any]]:
    return [[_rank(row.get(key)) for key in keys] for row in rows]


def _rank(term: dict[str, str] | None) -> Any:
    """A term, or the number that it stands for: equal numbers may stand in any order."""
    if term and term.get("datatype") in _EXACT:
        return Decimal(term["value"])
    return term and json.dumps(term, sort_keys=True)


def main() -> None:
    queries, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else int.from_bytes(os.urandom(4))
    tally, found = Tally(), 0
    for difference in differences(queries, seed, tally):
        found += 1
        print(
            f"DIFFERENCE in {difference.what}\n{difference.query}\nours      {difference.ours}\n"
            f"reference {difference.reference}\n"
        )
    for why, times in tally.left.most_common():
        print(f"{times:8} left to Oxigraph: {why}")
    print(
        f"{queries} queries with seed {seed}: {tally.answered} answered on columns with {tally.rows} rows, "
        f"{found} differences"
    )
    sys.exit(found > 0)


if __name__ == "__main__":
    main()
