"""The query service's process, seen from whoever starts it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from atlas_ld.config import Settings
from atlas_ld.sparql.worker_process import import_path

_BACKLOG = 1024


class ServiceProcess:
    """A query service over `store`, whose entities have `base`, at `address`: a Unix socket in a folder of its own.

    The socket outlives the process: when it has ended, `start` starts another, and who connects meanwhile waits.
    """

    def __init__(self, store: Path, base: str, settings: Settings, *, columns: bool = False) -> None:
        self._settings, self._columns = settings, columns
        self._arguments = [str(store.resolve()), f"--base={base}"]
        self._folder = Path(tempfile.mkdtemp(prefix="atlas-ld-"))  # for this user alone
        self.address = self._folder / "queries"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.address))
        self._listener.listen(_BACKLOG)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """Starts the process, which ends when this one does."""
        if self._process and self._process.stdin:
            self._process.stdin.close()  # of one that has ended
        columns = ["--columns"] if self._columns else []
        descriptor = self._listener.fileno()
        self._process = subprocess.Popen(  # noqa: S603  # our own module, our own arguments
            [
                sys.executable,
                "-P",
                "-m",
                "atlas_ld.sparql.service",
                *self._arguments,
                f"--listen={descriptor}",
                *columns,
            ],
            stdin=subprocess.PIPE,
            env=self._settings.environment() | {"PYTHONPATH": import_path()},
            pass_fds=[descriptor],
            start_new_session=True,  # Ctrl-C is for the server
        )
        return self._process

    def keep(self) -> None:
        """Starts the process unless it runs."""
        if self._process is None or self._process.poll() is not None:
            self.start()

    def close(self) -> None:
        """Ends the process and waits until it is gone, its workers too."""
        if self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._listener.close()
        with contextlib.suppress(OSError):
            shutil.rmtree(self._folder)
