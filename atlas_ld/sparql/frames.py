"""What processes say to each other: a letter, a length, and that many bytes. One framing for the pipes of query workers
and for the socket of the query service.

service -> worker   OPEN      JSON: prefixes that queries may use undeclared, limits of rows and bytes; once, first
                    REQUEST   JSON: the members of a `question.Question`, in order
worker -> service   READY     JSON: what could not be sealed off (a list of sentences)
                    HEAD      JSON: kind (bindings, boolean, graph), format; once the first bytes are there
                    DATA      bytes of the answer
                    END       JSON: worked
                    WHOLE     HEAD, DATA and END of a small answer: JSON (kind, format, worked), a line feed, its bytes
                    ERROR     JSON as `failures` has it, and worked

client -> service   REQUEST   a line of JSON that the service reads (`request.AskedQuery`), and the worker's REQUEST
                    ADMIT     JSON: client; answered by READY or ERROR
                    DONE      nothing: the answer that was held is sent
                    STATUS    nothing; answered by READY with JSON: columns, workers
service -> client   HEAD      JSON: kind, format, size (bytes, or null while the engine is at work)
                    DATA, WHOLE as above, and as the worker wrote it; END without content
                    ERROR     JSON as `failures` has it

`worked` are the seconds of processor time that the worker has taken since its start. A client has one query at a time
on a connection, and cancels it by closing the connection.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

OPEN, REQUEST, READY, HEAD, DATA, END, WHOLE, ERROR = b"O", b"Q", b"R", b"H", b"D", b"E", b"W", b"X"
ADMIT, DONE, STATUS = b"A", b"F", b"S"

_HEADER = struct.Struct(">cI")


def framed(kind: bytes, payload: bytes = b"") -> bytes:
    """One frame as it is sent."""
    return _HEADER.pack(kind, len(payload)) + payload


def framed_json(kind: bytes, content: Any) -> bytes:
    return framed(kind, json.dumps(content).encode())


def write(descriptor: int, kind: bytes, payload: bytes) -> None:
    """Writes one frame whole. Raises BrokenPipeError where nobody reads."""
    rest = memoryview(framed(kind, payload))
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_json(descriptor: int, kind: bytes, content: Any) -> None:
    write(descriptor, kind, json.dumps(content).encode())


def only(data: bytes) -> tuple[bytes, bytes] | None:
    """The frame that `data` is, if it is one and no more."""
    if len(data) < _HEADER.size:
        return None
    kind, length = _HEADER.unpack_from(data)
    return (kind, data[_HEADER.size :]) if len(data) == _HEADER.size + length else None


def take(buffer: bytearray) -> tuple[bytes, bytes] | None:
    """Removes the first frame from `buffer`, or returns None where it is not whole yet."""
    if len(buffer) < _HEADER.size:
        return None
    kind, length = _HEADER.unpack_from(buffer)
    end = _HEADER.size + length
    if len(buffer) < end:
        return None
    payload = bytes(memoryview(buffer)[_HEADER.size : end])
    del buffer[:end]
    return kind, payload
