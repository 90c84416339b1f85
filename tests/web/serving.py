"""The site behind its real server, for tests that need sockets."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path

from atlas_ld.config import Settings

_PROGRAM = """
import os
from atlas_ld.config import Settings
from atlas_ld.web.server.server import serve
serve(Settings.read(os.environ))
"""


@dataclass(frozen=True)
class Answer:
    """What the server answered; the names of `headers` are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Server:
    """A running server: its port, what it writes to its log, its process."""

    port: int
    log: Path
    pid: int

    def ask(self, method: str, target: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
        """One request on a connection of its own, with these headers, Host, and no others."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, fields, response.read())
        finally:
            connection.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def serving(settings: Settings, log: Path, port: int | None = None) -> Iterator[Server]:
    """The site of `settings`, served as `atlas-ld serve` does, at a free port. Its log goes to the file `log`."""
    port = port or free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            env=os.environ | replace(settings, port=port).environment(),
            cwd=Path(__file__).parents[2],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=0.1).close()
                break
            except OSError:
                assert process.poll() is None, log.read_text("utf-8", "replace")
                time.sleep(0.05)
        yield Server(port, log, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
