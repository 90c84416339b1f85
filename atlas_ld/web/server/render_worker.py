"""A process that renders documents: the site of one release, asked over a socket by the server (`renderers`).

Run as `python -m atlas_ld.web.server.render_worker RELEASE`, settings in the environment, the socket as its standard
input. It answers one request after the other and leaves when the server does.
"""

from __future__ import annotations

import gc
import marshal
import os
import socket
import sys
from dataclasses import dataclass
from typing import Any, BinaryIO

from atlas_ld.config import Settings
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication
from atlas_ld.web.server.wsgi_bridge import Application, call, environ_of

SIZE = 4
"""Bytes before each message that say its length, the most significant first; the message is in Python's marshal form,
which is quick, and safe between processes of one program."""

Asked = tuple[str, str, str, str, str, str, str, dict[str, str]]
"""Method, scheme, path, query, server, client, HTTP version, header fields by their names in lower case."""
Made = tuple[int, list[tuple[str, str]], bytes]
"""Status, header fields with their names in lower case, body."""


def framed(message: Asked | Made) -> bytes:
    """A message as it goes over the socket."""
    data = marshal.dumps(message)
    return len(data).to_bytes(SIZE, "big") + data


@dataclass(frozen=True)
class _Scope:
    """What `environ_of` looks at, of a request that came as a message."""

    method: str
    scheme: str
    path: str
    query_string: str
    server: str
    client: str
    http_version: str
    headers: dict[str, str]
    authority: str | None = None


def _made(site: Application, asked: Asked) -> Made:
    reply = call(site, environ_of(_Scope(*asked), b""))  # type: ignore[arg-type]  # it has all that is looked at
    try:
        return reply.status, reply.headers, b"".join((reply.begun, *(reply.rest or ())))
    finally:
        reply.close()


def _read(source: BinaryIO) -> Any:
    size = source.read(SIZE)
    return marshal.loads(source.read(int.from_bytes(size, "big"))) if size else None  # noqa: S302  # from our own parent


def main() -> None:
    """Says by an empty answer that the release is open, then answers until the socket is closed."""
    site = create_app(open_publication(Settings.read(os.environ), sys.argv[1])).wsgi_app
    gc.freeze()  # what is open now stays; looking at it and at the caches all over costs a twentieth of the time
    gc.set_threshold(10_000, 20, 50)
    with socket.socket(fileno=os.dup(0)) as connection, connection.makefile("rb") as source:
        connection.sendall(framed((0, [], b"")))
        while (asked := _read(source)) is not None:
            connection.sendall(framed(_made(site, asked)))


if __name__ == "__main__":
    main()
