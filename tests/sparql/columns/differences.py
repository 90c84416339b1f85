"""Compares the answers of the columns with Oxigraph's.

    python -m tests.sparql.columns.differences QUERIES [SEED [STORE]]

Random queries, each in a random spelling, over random graphs of difficult terms.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store

from atlas_ld.media import SPARQL_CSV, SPARQL_JSON, SPARQL_TSV, SPARQL_XML
from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.build import build
from atlas_ld.sparql.columns.engine import answer
from atlas_ld.sparql.columns.kinds import Kind, number
from atlas_ld.sparql.columns.layout import Columns
from atlas_ld.sparql.result_writer import csv_lines
from tests.sparql.columns.questions import XSD, Writer, graph
from tests.sparql.columns.spelling import DEMONSTRATION, Speller

_QUERIES_OF_A_GRAPH = 200
_FORMATS = {SPARQL_XML: QueryResultsFormat.XML, SPARQL_TSV: QueryResultsFormat.TSV}
_EXACT = (f"{XSD}integer", f"{XSD}decimal")
_TIMES = (f"{XSD}gYear", f"{XSD}date")
_SEPARATORS = {SPARQL_XML: b"<result>", SPARQL_CSV: b"\r\n", SPARQL_TSV: b"\n"}
Term = dict[str, str]
Rows = list[dict[str, Any]]


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
    left: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Question:
    """A query, and what else is asked to judge its answer (`questions.Writer`)."""

    query: str
    unordered: str
    key_rows: str
    keys: Sequence[str]
    concatenated: Sequence[str]
    is_paged: bool
    descends: bool
    """Whether the first key does."""

    @classmethod
    def random(cls, random: Random, names: Mapping[str, str] | None = None) -> Question:
        writer, speller = Writer(random), Speller(random, names)
        text = writer.query()
        names = [[speller.name(name) for name in names] for names in (writer.keys, writer.concatenated)]
        spelt = [speller.spelt(part) for part in (text, writer.unordered, writer.key_rows)]
        return cls(*spelt, *names, writer.is_paged, writer.descends)  # type: ignore[arg-type]


def differences(queries: int, seed: int, tally: Tally) -> Iterator[Difference]:
    """Asks random queries of random graphs; `tally` is kept up to date."""
    random = Random(seed)
    for start in range(0, queries, _QUERIES_OF_A_GRAPH):
        lines = graph(random)
        store = Store()
        store.load(lines.encode(), format=RdfFormat.N_TRIPLES)
        columns = columns_of(store)
        for _ in range(min(_QUERIES_OF_A_GRAPH, queries - start)):
            question = Question.random(random)
            if found := compare(store, columns, question, random, tally):
                yield Difference(question.query, lines, *found)


def differences_over(store: Store, queries: int, seed: int, tally: Tally) -> Iterator[Difference]:
    """The same over the data of a release, whose properties stand for those of the random graphs."""
    random, columns = Random(seed), columns_of(store)
    for _ in range(queries):
        question = Question.random(random, DEMONSTRATION)
        if found := compare(store, columns, question, random, tally):
            yield Difference(question.query, "", *found)


def columns_of(store: Store) -> Columns:
    with tempfile.TemporaryFile() as file:
        build(store, file.fileno())
        columns = Columns.open(file.fileno())
    assert columns is not None
    return columns


def compare(
    store: Store, columns: Columns, question: Question, random: Random, tally: Tally
) -> tuple[str, str, str] | None:
    """What differs, our answer and the reference's; None if nothing does, or the query is left to Oxigraph."""
    query = question.query
    try:
        ours = b"".join(answer(columns, query, SPARQL_JSON.name, {}))
    except Uncovered as why:
        tally.left[str(why)] += 1
        return None
    mine = json.loads(ours)
    rows = mine["results"]["bindings"]
    tally.answered += 1
    tally.rows += len(rows)
    try:
        all_rows = asked(store, question.unordered)
        keys = asked(store, question.key_rows)["results"]["bindings"] if question.keys else []
    except (SyntaxError, RuntimeError, ValueError) as error:
        return "Oxigraph fails", ours.decode(), str(error)
    has_order = all(_has_one_order([row.get(key) for row in keys]) for key in question.keys)
    if not has_order or any(key in question.concatenated for key in question.keys):
        return _mixed(rows, all_rows["results"]["bindings"], question, mine["head"]["vars"])
    theirs = asked(store, query) if question.keys or question.is_paged else all_rows
    expected = theirs["results"]["bindings"]
    bags = [_bag(some, question.concatenated) for some in (rows, expected)]
    if mine["head"] != theirs["head"]:
        return "head", json.dumps(mine["head"]), json.dumps(theirs["head"])
    if bags[0] != bags[1]:
        return "rows", str(bags[0] - bags[1]), str(bags[1] - bags[0])
    visible = all(key in mine["head"]["vars"] for key in question.keys)
    if visible and _keys(rows, question.keys) != _keys(expected, question.keys):
        return "order", str(_keys(rows, question.keys)), str(_keys(expected, question.keys))
    return None if question.concatenated else _in_another_format(store, columns, query, random, tally)


def asked(store: Store, query: str) -> Any:
    found = store.query(query)
    assert isinstance(found, QuerySolutions)
    return json.loads(found.serialize(format=QueryResultsFormat.JSON) or b"")


def _in_another_format(
    store: Store, columns: Columns, query: str, random: Random, tally: Tally
) -> tuple[str, str, str] | None:
    other = random.choice(list(_SEPARATORS))
    try:
        ours = b"".join(answer(columns, query, other.name, {}))
    except Uncovered as why:
        tally.left[str(why)] += 1
        return None
    found = store.query(query)
    assert isinstance(found, QuerySolutions)
    is_csv = other is SPARQL_CSV
    reference = b"".join(csv_lines(found)) if is_csv else found.serialize(format=_FORMATS[other]) or b""
    separator = _SEPARATORS[other]
    if sorted(_pieces(ours, separator)) != sorted(_pieces(reference, separator)):
        return other.name, ours.decode(), reference.decode()
    return None


def _pieces(document: bytes, separator: bytes) -> list[bytes]:
    return document.replace(b"</results></sparql>", b"").split(separator)


def _bag(rows: Rows, concatenated: Sequence[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        told = {
            name: term | {"value": sorted(term["value"].split(" "))} if name in concatenated else term
            for name, term in row.items()
        }
        found[json.dumps(told, sort_keys=True)] += 1
    return found


def _keys(rows: Rows, keys: Sequence[str]) -> list[list[Any]]:
    return [[_rank(row.get(key)) for key in keys] for row in rows]


def _rank(term: Term | None) -> Any:
    """A term, or the number that it stands for: equal numbers may stand in any order."""
    if term and term.get("datatype") in _EXACT:
        return _number(term) or term["value"]
    return term and json.dumps(term, sort_keys=True)


def _number(term: Term) -> Decimal | None:
    try:
        return Decimal(term["value"])
    except ArithmeticError:
        return None


def _kind(term: Term) -> str:
    """Terms of one kind have an order that SPARQL or Oxigraph gives."""
    if term["type"] == "uri":
        return "uri"
    datatype = term.get("datatype", "text")
    return "number" if datatype in _EXACT and _number(term) is not None else datatype


def _has_one_order(terms: Sequence[Term | None]) -> bool:
    """Whether Oxigraph can put these in order, and there is but one order: it fails on numbers beside texts."""
    literals = [term for term in terms if term and term["type"] != "uri"]
    if len({_kind(term) for term in literals}) > 1:
        return False
    languages = {(term["value"], term.get("xml:lang")) for term in literals}
    is_plain = all(
        number(Kind(term.get("datatype", "")), term["value"]) is not None
        for term in literals
        if term.get("datatype") in _TIMES
    )
    return is_plain and len({text for text, _ in languages}) == len(languages)


def _mixed(rows: Rows, all_rows: Rows, question: Question, names: Sequence[str]) -> tuple[str, str, str] | None:
    """Where the order is partly open, what is on a page is open too; but rows are those of the answer."""
    bags = [_bag(some, question.concatenated) for some in (rows, all_rows)]
    if bags[0] - bags[1] or (not question.is_paged and bags[0] != bags[1]):
        return "rows in an open order", str(bags[0] - bags[1]), str(bags[1] - bags[0])
    column = [row.get(question.keys[0]) for row in rows]
    if is_in_order(column[::-1] if question.descends else column) or question.keys[0] not in names:
        return None
    return "an open order", json.dumps(rows), ""


def is_in_order(terms: Sequence[Term | None]) -> bool:
    """Whether nothing in an ascending key contradicts SPARQL (15.1)."""
    return all(_is_before_or_beside(one, other) for one, other in pairwise(terms))


def _is_before_or_beside(one: Term | None, other: Term | None) -> bool:
    if one is None or other is None:
        return one is None
    if "uri" in (one["type"], other["type"]):
        return one["type"] == "uri" and (other["type"] != "uri" or one["value"] <= other["value"])
    if _kind(one) == _kind(other) == "number":
        return Decimal(one["value"]) <= Decimal(other["value"])
    simple = all(term.keys() == {"type", "value"} for term in (one, other))
    return not simple or one["value"] <= other["value"]


def main() -> None:
    queries, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else int.from_bytes(os.urandom(4))
    tally, found = Tally(), 0
    if len(sys.argv) > 3:
        some = differences_over(Store.read_only(sys.argv[3]), queries, seed, tally)
    else:
        some = differences(queries, seed, tally)
    for difference in some:
        found += 1
        print(
            f"DIFFERENCE in {difference.what}\n{difference.query}\nours      {difference.ours}\n"
            f"reference {difference.reference}\n",
            flush=True,
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
