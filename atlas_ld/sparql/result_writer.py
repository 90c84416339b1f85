"""What a query worker sends of an answer while the engine writes it, within limits of rows and bytes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

from pyoxigraph import Literal, NamedNode, QuerySolutions

from atlas_ld.errors import QueryError, QueryTooLarge
from atlas_ld.media import RDFXML, SPARQL_CSV, SPARQL_JSON, SPARQL_TSV, SPARQL_XML
from atlas_ld.sparql import frames, sentences

_HELD_BYTES, _HELD_SECONDS = 65_536, 0.05
"""So much of an answer, and so long, waits for its end: most are sent in one frame."""

# What stands at each row and cannot stand within a value, and how many rows there are before the first mark: in JSON
# a value's quotes are escaped, in XML its `<`, in TSV its line feeds. CSV quotes values that hold a line feed, so
# there it counts outside quotes alone. JSON has its mark between rows; CSV and TSV have one more, at the header.
_ROW_MARKS = {
    SPARQL_JSON.name: (b'},{"', 1),
    SPARQL_XML.name: (b"<result>", 0),
    SPARQL_TSV.name: (b"\n", -1),
    SPARQL_CSV.name: (b"\n", -1),
}


_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""What is no character of XML 1.0 (2.2), in UTF-8."""

_CSV_QUOTED = re.compile('[",\r\n]')


class Output:
    """The file that the engine writes an answer to: one WHOLE frame, or a HEAD, and a DATA frame for each write."""

    def __init__(self, descriptor: int, head: dict[str, str], rows: int, size: int) -> None:
        self._descriptor, self._head = descriptor, head
        self._held: bytearray | None = bytearray()
        self._hold_until = time.monotonic() + _HELD_SECONDS
        self._most_rows, self._most_bytes = rows, size
        self._mark, self._rows = _ROW_MARKS.get(head["format"], (b"", 0))
        self._tail, self._quoted = b"", False
        self._bytes = 0
        self._is_xml, self._end = head["format"] in (SPARQL_XML.name, RDFXML.name), b""

    def write(self, data: bytes) -> int:
        given = len(data)
        if self._is_xml:
            data = self._as_xml(data)
        self._bytes += len(data)
        if self._bytes > self._most_bytes:
            raise sentences.error(QueryTooLarge, "bytes", {"most": self._most_bytes})
        if self._head["kind"] == "bindings":
            self.count(self._marks_in(data))
        if self._held is None:
            frames.write(self._descriptor, frames.DATA, data)
            return given
        self._held += data
        if len(self._held) > _HELD_BYTES or time.monotonic() > self._hold_until:
            frames.write_json(self._descriptor, frames.HEAD, self._head)
            frames.write(self._descriptor, frames.DATA, bytes(self._held))
            self._held = None
        return given

    def end(self) -> None:
        """Sends what was held, and that this was all."""
        worked = time.process_time()
        if self._held is None:
            frames.write_json(self._descriptor, frames.END, {"worked": worked})
        else:
            head = json.dumps(self._head | {"worked": worked}).encode()
            frames.write(self._descriptor, frames.WHOLE, head + b"\n" + self._held)

    def flush(self) -> None:
        """The engine's word for the end, or for nothing: `end` is what counts."""

    def count(self, rows: int) -> None:
        self._rows += rows
        if self._rows > self._most_rows:
            raise sentences.error(QueryTooLarge, "rows", {"most": self._most_rows})

    def _as_xml(self, data: bytes) -> bytes:
        """`data` with what a reader of XML would otherwise take for the end of a line. The engine writes characters
        that XML has not as they are. Raises QueryError."""
        if found := _NOT_XML.search(self._end + data):
            raise sentences.error(QueryError, "no-character", {"character": f"U+{ord(found[0].decode()):04X}"})
        self._end = data[-2:]  # a character may be cut by the end of a write
        return data.replace(b"\r", b"&#13;")

    def _marks_in(self, data: bytes) -> int:
        if self._head["format"] == SPARQL_CSV.name:
            parts = data.split(b'"')
            marks = sum(part.count(self._mark) for part in parts[self._quoted :: 2])
            self._quoted ^= len(parts) % 2 == 0
            return marks
        joined = self._tail + data
        self._tail = joined[max(0, len(joined) - len(self._mark) + 1) :]  # a mark may be cut by the end of a write
        return joined.count(self._mark)


def csv_lines(solutions: QuerySolutions) -> Iterator[bytes]:
    """The lines of a table in CSV (SPARQL 1.1 Query Results CSV and TSV Formats, 3): the engine's own writer quotes no
    IRI, so that one with a comma is read as two cells."""
    yield ",".join(variable.value for variable in solutions.variables).encode() + b"\r\n"
    for solution in solutions:
        yield ",".join(map(_csv_cell, solution)).encode() + b"\r\n"


def _csv_cell(term: Any) -> str:
    if term is None:
        return ""
    text: str = term.value if isinstance(term, NamedNode | Literal) else str(term)
    return '"' + text.replace('"', '""') + '"' if _CSV_QUOTED.search(text) else text
