"""Rows in the four formats for results: JSON, XML, CSV and TSV (the W3C's SPARQL 1.1 results formats)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

import numpy as np

from atlas_ld.media import SPARQL_CSV, SPARQL_JSON, SPARQL_TSV, SPARQL_XML
from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.kinds import DATE, DECIMAL, INTEGER, LANGUAGE_STRING, STRING, YEAR, Kind
from atlas_ld.sparql.columns.tables import Table
from atlas_ld.sparql.columns.terms import UNBOUND, Terms

_QUOTES = {'"': "&quot;", "'": "&apos;"}
_PIECE = 2000
"""Rows that are written at once."""

_NOT_IN_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\r\ufffe\uffff]")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?[0-9]*\.[0-9]+")
_IN_QUOTES = (STRING, LANGUAGE_STRING, INTEGER, DECIMAL, YEAR, DATE)
_TSV = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"'})


def written(table: Table, variables: Sequence[str], terms: Terms, format_: str) -> Iterator[bytes]:
    """The bytes of a results document, in pieces. `format_` is the name of a format in `media`."""
    write = {
        SPARQL_JSON.name: _json, SPARQL_XML.name: _xml, SPARQL_CSV.name: _csv, SPARQL_TSV.name: _tsv
    }[format_]  # fmt: skip
    yield from (text.encode() for text in write(table, variables, terms))


def _rows(
    table: Table, variables: Sequence[str], terms: Terms, cell: Callable[[str, Kind, str], str]
) -> Iterator[Iterable[tuple[str, ...]]]:
    """Pieces of rows; `cell` writes the value of a variable, once for each different one. Unbound is empty."""
    columns = []
    for variable in variables:
        ids, places = np.unique(table.column(variable), return_inverse=True)
        bound = ids[ids != UNBOUND]
        texts = terms.texts(bound)
        kinds = [terms.kind(term) for term in bound.tolist()]
        cells = [""] * (len(ids) - len(bound)) + [
            cell(variable, kind, text) for kind, text in zip(kinds, texts, strict=True)
        ]
        columns.append((cells, places))
    for start in range(0, table.rows, _PIECE):
        parts = [[cells[place] for place in places[start : start + _PIECE].tolist()] for cells, places in columns]
        yield zip(*parts, strict=True)


def _json(table: Table, variables: Sequence[str], terms: Terms) -> Iterator[str]:
    def cell(variable: str, kind: Kind, text: str) -> str:
        value = json.dumps(text, ensure_ascii=False)
        if kind.is_iri:
            return f'"{variable}":{{"type":"uri","value":{value}}}'
        if kind.language:
            return f'"{variable}":{{"type":"literal","value":{value},"xml:lang":"{kind.language}"}}'
        if kind.datatype == STRING:
            return f'"{variable}":{{"type":"literal","value":{value}}}'
        return f'"{variable}":{{"type":"literal","value":{value},"datatype":{json.dumps(kind.datatype)}}}'

    names = json.dumps(list(variables), ensure_ascii=False, separators=(",", ":"))
    yield f'{{"head":{{"vars":{names}}},"results":{{"bindings":['
    before = ""
    for rows in _rows(table, variables, terms, cell):
        yield before + ",".join(["{" + ",".join(filter(None, row)) + "}" for row in rows])
        before = ","
    yield "]}}"


def _xml(table: Table, variables: Sequence[str], terms: Terms) -> Iterator[str]:
    def cell(variable: str, kind: Kind, text: str) -> str:
        if _NOT_IN_XML.search(text) or text != text.strip():
            raise Uncovered("A text has characters that XML cannot hold, or space at its ends.")
        value = escape(text, _QUOTES)
        if kind.is_iri:
            value = f"<uri>{value}</uri>"
        elif kind.language:
            value = f'<literal xml:lang="{kind.language}">{value}</literal>'
        elif kind.datatype == STRING:
            value = f"<literal>{value}</literal>"
        else:
            value = f'<literal datatype="{escape(kind.datatype, _QUOTES)}">{value}</literal>'
        return f'<binding name="{variable}">{value}</binding>'

    names = "".join(f'<variable name="{variable}"/>' for variable in variables)
    yield '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
    yield f"<head>{names}</head><results>"
    for rows in _rows(table, variables, terms, cell):
        yield "".join([f"<result>{''.join(row)}</result>" for row in rows])
    yield "</results></sparql>"


def _csv(table: Table, variables: Sequence[str], terms: Terms) -> Iterator[str]:
    def cell(_variable: str, _kind: Kind, text: str) -> str:
        if any(character in text for character in '",\n\r'):
            return '"' + text.replace('"', '""') + '"'
        return text

    yield ",".join(variables) + "\r\n"
    for rows in _rows(table, variables, terms, cell):
        yield "".join([",".join(row) + "\r\n" for row in rows])


def _tsv(table: Table, variables: Sequence[str], terms: Terms) -> Iterator[str]:
    def cell(_variable: str, kind: Kind, text: str) -> str:
        if kind.is_iri:
            return f"<{text}>"
        if kind.datatype == INTEGER and _INTEGER.fullmatch(text):
            return text
        if kind.datatype == DECIMAL and _DECIMAL.fullmatch(text):
            return text
        if kind.datatype not in _IN_QUOTES:
            raise Uncovered("A literal may have a short form in TSV.")
        value = '"' + text.translate(_TSV) + '"'
        if kind.language:
            return f"{value}@{kind.language}"
        return value if kind.datatype == STRING else f"{value}^^<{kind.datatype}>"

    yield "\t".join(f"?{variable}" for variable in variables) + "\n"
    for rows in _rows(table, variables, terms, cell):
        yield "".join(["\t".join(row) + "\n" for row in rows])
