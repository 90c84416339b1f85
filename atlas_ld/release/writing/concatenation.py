"""Files that are joined from pieces, plain and deflated, so that an unchanged piece is copied and not made again.

A deflated piece ends in a full flush (RFC 1951; `Z_FULL_FLUSH` in zlib's manual): it needs nothing of the pieces before
it, and pieces put one after the other are one deflate stream. So `x.gz` is a single gzip member, as every client
reads it: browsers stop after the first member of a coded response.
"""

from __future__ import annotations

import struct
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import NamedTuple, Self

_LEVEL = 6
_GZIP_HEAD = bytes.fromhex("1f8b08000000000000ff")  # no name, no time, no system (RFC 1952, section 2.3)
_END = b"\x03\x00"
"""An empty last block, which ends a deflate stream."""
_PORTION, _AHEAD = 2**21, 2
"""Bytes that are written at once, and portions that may wait for it."""


class Piece(NamedTuple):
    """Some bytes of a file, plain and deflated."""

    plain: bytes
    packed: bytes


class ByteRange(NamedTuple):
    """Where a piece is: its first byte in the plain file and in the deflated one, and its lengths."""

    at: int
    length: int
    packed_at: int
    packed_length: int


def piece(plain: bytes) -> Piece:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH)
    return Piece(plain, packed)


class Joined:
    """A file that grows by pieces, plain at `path` and gzipped at `path`.gz, with `separator` between the pieces."""

    def __init__(self, path: Path, head: bytes, separator: bytes, tail: bytes) -> None:
        packed = packed_path(path)
        self._plain = _Growing(path)
        self._packed = _Growing(packed)
        self._separator, self._tail = piece(separator), piece(tail)
        self._crc, self._pieces = 0, 0
        self._packed.write(_GZIP_HEAD)
        self._write(piece(head))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            self._write(self._tail)
            self._packed.write(_END + struct.pack("<LL", self._crc, self._plain.size % 2**32))
        with suppress(*(() if error is None else (OSError,))):  # of a disk that is full, one error is enough
            try:
                self._plain.close()
            finally:
                self._packed.close()

    def add(self, made: Piece) -> ByteRange:
        """Write a new piece; where it is."""
        if self._pieces and self._separator.plain:
            self._write(self._separator)
        self._pieces += 1
        return self._write(made)

    def _write(self, made: Piece) -> ByteRange:
        place = ByteRange(self._plain.size, len(made.plain), self._packed.size, len(made.packed))
        self._crc = zlib.crc32(made.plain, self._crc)
        self._plain.write(made.plain)
        self._packed.write(made.packed)
        return place


class _Growing:
    """A file that is written from its beginning, by a thread of its own, beside one that is read here and there.

    To copy an unchanged dump is to ask the system for new memory, page by page, which takes longer than all else that
    is done for it: so several files are copied at once.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self._writer = ThreadPoolExecutor(1)  # its thread starts with the first portion
        self._under_way: deque[Future[None]] = deque()
        self._held: list[bytes] = []
        self._held_bytes = 0
        self.size = 0

    def write(self, data: bytes) -> None:
        self._held.append(data)
        self._held_bytes += len(data)
        self.size += len(data)
        if self._held_bytes >= _PORTION:
            self._flush()

    def _flush(self) -> None:
        while len(self._under_way) > _AHEAD:
            self._under_way.popleft().result()
        self._under_way.append(self._writer.submit(_write, self._file, self._held))
        self._held, self._held_bytes = [], 0

    def close(self) -> None:
        """Raises OSError where something could not be written."""
        try:
            self._flush()
        finally:
            self._writer.shutdown()
            self._file.close()
        for written in self._under_way:
            written.result()


def _write(file: FileIO, pieces: list[bytes]) -> None:
    rest = memoryview(b"".join(pieces))
    while rest:
        rest = rest[file.write(rest) :]


def packed_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.gz")
