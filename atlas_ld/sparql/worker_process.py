"""One query worker, seen from the query service."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from atlas_ld.sparql import failures, frames
from atlas_ld.sparql.streams import FrameProtocol, framed_json

_log = logging.getLogger(__name__)
_START_SECONDS = 30.0
_NICE, _LOWEST = 5, 15
"""Priorities of queries, below that of pages, and of heavy queries."""
_MOST_LOGGED = 4096
"""Bytes of what a worker writes on its standard error that are logged at a time."""
_TICKS = os.sysconf("SC_CLK_TCK")


class WorkerDiedError(Exception):
    """The process ended or closed its output. `signal` is the signal that ended it, 0 where it was none."""

    def __init__(self, signal: int) -> None:
        super().__init__(f"ended by signal {signal}" if signal else "ended by itself")
        self.signal = signal


def import_path() -> str:
    """PYTHONPATH for a process in another folder, with what this one can import."""
    return os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)


class WorkerProcess(FrameProtocol):
    """A handle on a running `sparql.worker`. Frames of an answer go to `listener`, its death to `on_death`."""

    def __init__(self, store: Path, memory_mb: int, columns: int, on_death: Callable[[WorkerProcess], object]) -> None:
        """Starts the process and returns at once; `connect` comes next.

        `columns` is the descriptor of the file of columns (`column_file`).
        """
        super().__init__()
        options = [f"--memory-mb={memory_mb}", f"--columns={columns}"]
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603  # our own module, our own arguments
                [sys.executable, "-P", "-m", "atlas_ld.sparql.worker", str(store.resolve()), *options],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd="/",
                env={"PYTHONPATH": import_path()},
                pass_fds=[columns],
                start_new_session=True,  # Ctrl-C is for the server; a worker leaves when its input is closed
            )
        with contextlib.suppress(OSError):  # it has ended at once
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _NICE)
        self._on_death = on_death
        assert self._process.stderr is not None
        self._errors = self._process.stderr
        os.set_blocking(self._errors.fileno(), False)
        self.said = ""
        """What it wrote on its standard error last."""
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.listener: Callable[[bytes, bytes], object] | None = None
        self.died: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.stepped_back = False
        self.worked = 0.0
        """Seconds of processor time that it had taken when it last said so."""

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_opened(self) -> bool:
        """Whether it has ever opened the store."""
        return self._ready.done()

    @property
    def is_ready(self) -> bool:
        """Whether it has opened the store and lives."""
        return self._ready.done() and self.transport is not None

    async def connect(self, opening: Mapping[str, Any]) -> None:
        """Tells it what it must know before the first query (`frames`, OPEN)."""
        loop = asyncio.get_running_loop()
        await loop.create_unix_connection(lambda: self, sock=self._ours)
        loop.add_reader(self._errors.fileno(), self._log_errors)
        self.send(framed_json(frames.OPEN, opening))

    async def until_ready(self) -> None:
        """Raises WorkerDiedError where the worker cannot open its store, TimeoutError after half a minute."""
        if not self._ready.done():
            async with asyncio.timeout(_START_SECONDS):
                await asyncio.wait((self._ready, self.died), return_when=asyncio.FIRST_COMPLETED)
        if not self.is_ready:
            raise WorkerDiedError(await self.signal())

    def frame_received(self, kind: bytes, payload: bytes) -> None:
        if self.listener:
            self.listener(kind, payload)
        elif kind == frames.READY:
            for sentence in orjson.loads(payload):
                _log.warning("Query worker %d: %s", self.pid, sentence)
            self.worked = self.work_seconds() or 0.0
            self._ready.set_result(None)
        elif kind == frames.ERROR:
            _log.error("A query worker did not start: %s", failures.from_json(orjson.loads(payload)))

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._process.kill()
        if not self._errors.closed:
            self._log_errors()
        self.died.set_result(None)
        self._on_death(self)

    def ask(self, question: bytes, listener: Callable[[bytes, bytes], object]) -> None:
        """Sends a question; the frames of its answer go to `listener` until `rest`."""
        self.listener = listener
        self.send(frames.framed(frames.REQUEST, question))

    def rest(self) -> None:
        """It is done with its query and can take another."""
        self.listener = None

    def work_seconds(self) -> float | None:
        """Processor time that the process has taken, or None where the system does not tell (proc_pid_stat(5))."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / _TICKS  # utime, stime

    def step_back(self) -> None:
        """Lets every other process go before this one, for good: only a privileged process could undo it."""
        self.stepped_back = True
        with contextlib.suppress(OSError):  # it has ended meanwhile
            os.setpriority(os.PRIO_PROCESS, self.pid, _LOWEST)

    def kill(self) -> None:
        """Ends the process, whatever it does."""
        self._process.kill()
        self.close()

    def _log_errors(self) -> None:
        said = self._errors.read(65536)
        if said:
            text = said.decode(errors="replace").strip()[-_MOST_LOGGED:]
            self.said = f"{self.said}\n{text}"[-_MOST_LOGGED:]  # what it says comes in parts
            _log.warning("Query worker %d: %s", self.pid, text)
        elif said == b"":  # it has ended
            asyncio.get_running_loop().remove_reader(self._errors.fileno())
            self._errors.close()

    async def signal(self) -> int:
        """The signal that ended the process, once it is gone; 0 where it ended by itself."""
        code = await asyncio.get_running_loop().run_in_executor(None, self._process.wait)
        if not self._errors.closed:
            self._log_errors()  # to the end
        if self.transport is None:
            self._ours.close()
        return max(0, -code)
