"""Frames in an event loop: one end of a stream of them."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import orjson

from atlas_ld.sparql import frames


def framed_json(kind: bytes, content: Any) -> bytes:
    """One frame with JSON, as it is sent."""
    return frames.framed(kind, orjson.dumps(content))


def split(payload: bytes) -> tuple[dict[str, Any], bytes]:
    """The head of a WHOLE frame and the bytes of the answer."""
    head, _, content = payload.partition(b"\n")
    return orjson.loads(head), content


def whole(kind: str, format_: str, content: bytes) -> bytes:
    """What `split` takes apart."""
    return orjson.dumps({"kind": kind, "format": format_}) + b"\n" + content


class FrameProtocol(asyncio.Protocol):
    """One end of a stream of frames, in a loop: `frame_received` gets each one; `send` and `drained` write."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._full: asyncio.Future[None] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own is none by its class

    def data_received(self, data: bytes) -> None:
        if not self._buffer and (frame := frames.only(data)):  # as most come
            self.frame_received(*frame)
            return
        self._buffer += data
        while frame := frames.take(self._buffer):
            self.frame_received(*frame)

    def frame_received(self, kind: bytes, payload: bytes) -> None:
        raise NotImplementedError

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self.resume_writing()

    def pause_writing(self) -> None:
        self._full = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        full, self._full = self._full, None
        if full and not full.done():
            full.set_result(None)

    def send(self, frame: bytes) -> None:
        """Writes a frame as soon as the other side takes it; into the void where that is gone."""
        if self.transport:
            self.transport.write(frame)

    async def drained(self) -> None:
        """Waits until the other side has taken nearly all, or is gone."""
        if self._full:
            await asyncio.shield(self._full)

    def close(self) -> None:
        """Ends the connection at once; nothing more is received."""
        if self.transport:
            self.transport.abort()
