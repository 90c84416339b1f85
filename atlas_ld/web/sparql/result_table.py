"""The rows of a SPARQL answer, for a page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import orjson

from atlas_ld.iris import Iris, shorten
from atlas_ld.vocabulary import PREFIXES, XSD
from atlas_ld.web.rendering.display import page_of
from atlas_ld.web.text.formatting import web_address

_MOST_ROWS, _MOST_COLUMNS, _MOST_CELLS = 1000, 200, 10_000
"""What a page shows of an answer; the files have the rest. A cell is some 20 microseconds of work and 100 bytes."""
_LONGEST = 2000
"""Characters of a value on a page."""
_NUMBERS = frozenset(str(XSD[name]) for name in ("integer", "decimal", "double", "float"))


@dataclass(frozen=True)
class Cell:
    """A term on a page: its text without quotes, its language, where its IRI leads, if anywhere, and whether it is a
    number."""

    text: str
    language: str | None = None
    href: str | None = None
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """`truth` is the answer of ASK and None for SELECT; `total` counts all rows, of which the first are in `rows`, and
    `columns` all variables, of which the first are in `variables`."""

    truth: bool | None
    variables: list[str]
    rows: list[list[Cell]]
    total: int
    columns: int


def read_table(content: bytes, iris: Iris) -> Table:
    """The first rows and columns of an answer in SPARQL 1.1 Query Results JSON."""
    document: dict[str, Any] = orjson.loads(content)
    every: list[str] = document["head"].get("vars", [])
    variables = every[:_MOST_COLUMNS]
    found = document.get("results", {}).get("bindings", [])
    shown = found[: min(_MOST_ROWS, _MOST_CELLS // max(1, len(variables)))]
    prefixes = PREFIXES | iris.prefixes
    rows = [[_cell(row.get(name), iris, prefixes) for name in variables] for row in shown]
    return Table(document.get("boolean"), variables, rows, len(found), len(every))


def _cell(term: dict[str, Any] | None, iris: Iris, prefixes: dict[str, str]) -> Cell:
    if term is None:
        return Cell("")
    if term["type"] == "uri":
        iri = term["value"][:_LONGEST]
        return Cell(shorten(iri, prefixes), href=page_of(iri, iris) or web_address(iri))
    if term["type"] == "literal":
        return Cell(_cut(term["value"]), term.get("xml:lang"), numeric=term.get("datatype") in _NUMBERS)
    return Cell(f"_:{term['value']}" if term["type"] == "bnode" else json.dumps(term["value"], ensure_ascii=False))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
