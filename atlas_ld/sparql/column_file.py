"""The file of columns that the query workers share: without a name, written by a process of its own.

The file goes with the last process that has it open, so nothing is left behind, however the server ends.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from atlas_ld.sparql.columns.attachment import is_written
from atlas_ld.sparql.worker_process import import_path


class ColumnFile:
    """A file that is empty until `fill` has been called and its process is done."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # open as long as workers may be started
        self.writer: subprocess.Popen[bytes] | None = None
        """The process that writes, or has written, the columns."""

    @property
    def descriptor(self) -> int:
        return self._file.fileno()

    @property
    def is_filled(self) -> bool:
        return is_written(self.descriptor)

    def fill(self) -> None:
        """Starts the process that writes the columns, at the lowest priority; without the extra `analytics`, nothing.

        The store of the whole Atlas takes it about ten seconds and 300 MB."""
        if self.writer or not importlib.util.find_spec("numpy"):
            return
        self.writer = subprocess.Popen(  # noqa: S603  # our own module, our own arguments
            [
                sys.executable,
                "-P",
                "-m",
                "atlas_ld.sparql.columns.build",
                str(self._store.resolve()),
                str(self.descriptor),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": import_path()},
            pass_fds=[self.descriptor],
            start_new_session=True,
        )

    def close(self) -> None:
        if self.writer:
            self.writer.kill()
            self.writer.wait()
        self._file.close()
