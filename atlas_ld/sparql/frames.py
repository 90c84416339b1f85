"""What the pool and its workers say to each other over a pipe: a letter, a length, and that many bytes.

pool -> worker    OPEN      JSON: prefixes that queries may use undeclared; once, first
                  REQUEST   JSON: query, formats, dataset, limits
worker -> pool    READY     JSON: what could not be sealed off (a list of sentences)
                  HEAD      JSON: kind (bindings, boolean, graph), format; once the first bytes are there
                  DATA      bytes of the answer
                  END       JSON: worked
                  WHOLE     HEAD, DATA and END of a small answer: JSON (kind, format, worked), a line feed, its bytes
                  ERROR     JSON: error (syntax, format, large, failed), message, worked; line and column of syntax

`worked` are the seconds of processor time that the worker has taken since its start.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

OPEN, REQUEST, READY, HEAD, DATA, END, WHOLE, ERROR = b"O", b"Q", b"R", b"H", b"D", b"E", b"W", b"X"

_HEADER = struct.Struct(">cI")


def write(descriptor: int, kind: bytes, payload: bytes) -> None:
    """Writes one frame whole. Raises BrokenPipeError where nobody reads."""
    rest = memoryview(_HEADER.pack(kind, len(payload)) + payload)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_json(descriptor: int, kind: bytes, content: Any) -> None:
    write(descriptor, kind, json.dumps(content).encode())


def take(buffer: bytearray) -> tuple[bytes, bytes] | None:
    """Removes the first frame from `buffer`, or returns None where it is not whole yet."""
    if len(buffer) < _HEADER.size:
        return None
    kind, length = _HEADER.unpack_from(buffer)
    end = _HEADER.size + length
    if len(buffer) < end:
        return None
    payload = bytes(buffer[_HEADER.size : end])
    del buffer[:end]
    return kind, payload
