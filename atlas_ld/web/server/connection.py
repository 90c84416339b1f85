"""A client's own TCP connection: how much of an answer it has not taken yet, and how to break it.

HTTP says that a chunked body without its last chunk is incomplete (RFC 9112, 8), and that is how a failing answer must
end. granian ends every body as if it were whole, takes bytes without limit however slowly the client reads, and shows
neither; but the socket is this process's own. docs/decisions/0007-streaming-answers.md tells what was measured.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import struct
import sys
import termios
from pathlib import Path

_FILES = Path("/proc/self/fd")
_TCP_INFO_SIZE, _BYTES_ACKED = 256, 120  # struct tcp_info of linux/tcp.h, tcpi_bytes_acked (u64), Linux 4.1
_CLOSED = 7  # TCP_CLOSE of net/tcp_states.h, in the first byte, tcpi_state


class Connection:
    """A second handle on an open connection. Close it: as long as it is open, so is the connection."""

    def __init__(self, handle: socket.socket) -> None:
        self._handle = handle
        self._before = self._written()

    def behind(self, sent: int) -> int:
        """How many of `sent` bytes, handed to the server since this was made, wait in it (not in the system). Raises
        OSError where the client has gone."""
        return sent - (self._written() - self._before)

    def cut(self) -> None:
        """Breaks the connection: what was not sent is lost, and the client sees that it is."""
        with contextlib.suppress(OSError):  # the client may have gone
            self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._handle.close()

    def _written(self) -> int:
        """Bytes that the server gave to the system on this connection: acknowledged by the client, and still queued."""
        information = self._handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_SIZE)
        if information[0] == _CLOSED:
            raise ConnectionResetError("the client has gone")
        (acknowledged,) = struct.unpack_from("Q", information, _BYTES_ACKED)
        (queued,) = struct.unpack("i", fcntl.ioctl(self._handle, termios.TIOCOUTQ, bytes(4)))
        return int(acknowledged) + int(queued)


def find_connection(client: str) -> Connection | None:
    """The connection of this process whose other end is `client` (`address:port`), or None.

    None, too, where there are two, on systems other than Linux, and for Unix sockets.
    """
    host, _, port = client.rpartition(":")
    if sys.platform != "linux" or not port.isdigit():
        return None
    wanted = (host.strip("[]"), int(port))
    found: dict[int, socket.socket] = {}
    for entry in os.listdir(_FILES):  # noqa: PTH208  # names alone, and many
        handle = _handle(int(entry), wanted) if _peer(int(entry)) == wanted else None
        if handle:
            inode = os.fstat(handle.fileno()).st_ino
            if inode in found:
                handle.close()
            else:
                found[inode] = handle
    if len(found) == 1:
        with contextlib.suppress(OSError):  # the client has gone just now
            return Connection(next(iter(found.values())))
    for handle in found.values():
        handle.close()
    return None


def _peer(descriptor: int) -> tuple[str, int] | None:
    """The other end of a connection, where the descriptor is one. What it is may change any time."""
    try:
        probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=descriptor)
    except OSError:
        return None
    try:
        host, port = probe.getpeername()[:2]
    except (OSError, ValueError, TypeError):
        return None
    finally:
        probe.detach()
    return host, port


def _handle(descriptor: int, wanted: tuple[str, int]) -> socket.socket | None:
    """A duplicate of the descriptor if it is a connection to `wanted`. Duplicated first: it may be reused any time."""
    try:
        copy = os.dup(descriptor)
    except OSError:
        return None
    try:
        handle = socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        return None
    try:
        if handle.type == socket.SOCK_STREAM and handle.getpeername()[:2] == wanted:
            return handle
    except (OSError, ValueError, TypeError):
        pass
    handle.close()
    return None
