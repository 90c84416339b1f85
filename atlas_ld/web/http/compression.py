"""Content codings: gzip, Brotli (RFC 7932) and Zstandard (RFC 8878), whole bodies and streams.

Levels are those of answers made on the fly: a page is compressed in about the time that it takes to render it, or
less. The same bytes always give the same bytes, since each coding has a strong entity tag.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli
import zstandard

CODINGS = ("zstd", "br", "gzip")
"""In our order: Zstandard costs least for about the same size."""

SMALLEST = 1024
"""Bytes below which a body is sent as it is: it fits in one packet either way."""

_ZSTD, _BROTLI, _GZIP = 6, 4, 6
_GZIP_WRAPPER = 31  # zlib's window bits for a gzip wrapper, whose time is 0

_COMPRESSIBLE = ("text/", "application/json", "application/xml", "application/javascript", "image/svg+xml")
_STRUCTURED = ("+json", "+xml", "/n-triples", "/n-quads", "/trig", "/linkset")


def is_compressible(content_type: str) -> bool:
    """Whether bodies of this media type shrink: text of any kind does, what is packed already does not."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type.startswith(_COMPRESSIBLE) or media_type.endswith(_STRUCTURED)


def encode(body: bytes, coding: str) -> bytes:
    """`body` in a coding of CODINGS. Raises KeyError for any other."""
    return b"".join(encode_stream([body], coding))


def encode_stream(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The same for a body that comes in chunks. Raises KeyError for a coding that is not in CODINGS."""
    compress, flush = {"zstd": _zstd, "br": _brotli, "gzip": _gzip}[coding]()
    for chunk in chunks:
        if made := compress(chunk):
            yield made
    yield flush()


_Compressor = tuple[Callable[[bytes], bytes], Callable[[], bytes]]


def _zstd() -> _Compressor:
    made = zstandard.ZstdCompressor(level=_ZSTD).compressobj()
    return made.compress, made.flush


def _brotli() -> _Compressor:
    made = brotli.Compressor(quality=_BROTLI)
    return made.process, made.finish


def _gzip() -> _Compressor:
    made = zlib.compressobj(_GZIP, zlib.DEFLATED, _GZIP_WRAPPER)
    return made.compress, made.flush
