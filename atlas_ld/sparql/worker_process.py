"""One query worker, seen from the process that started it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from atlas_ld.sparql import frames

_log = logging.getLogger(__name__)
_START_SECONDS = 30.0
_LOWEST = 15
_TICKS = os.sysconf("SC_CLK_TCK")


class WorkerDiedError(Exception):
    """The process ended or closed its output. `signal` is the signal that ended it, 0 where it was none; `said` is
    what it wrote on its standard error last."""

    def __init__(self, signal: int, said: str = "") -> None:
        super().__init__(f"ended by signal {signal}" if signal else "ended by itself")
        self.signal, self.said = signal, said


def import_path() -> str:
    """PYTHONPATH for a process in another folder, with what this one can import."""
    return os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)


class WorkerProcess:
    """A handle on a running `sparql.worker`. For use by one thread at a time."""

    def __init__(self, store: Path, memory_mb: int, prefixes: Mapping[str, str], columns: int) -> None:
        """Starts the process and returns at once; `wait_until_ready` waits for it to have opened the store.

        `columns` is the descriptor of the file of columns (`column_file`).
        """
        options = [f"--memory-mb={memory_mb}", f"--columns={columns}"]
        self._process = subprocess.Popen(  # noqa: S603  # our own module, our own arguments
            [sys.executable, "-P", "-m", "atlas_ld.sparql.worker", str(store.resolve()), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            env={"PYTHONPATH": import_path()},
            pass_fds=[columns],
            start_new_session=True,  # Ctrl-C is for the server; a worker leaves when its input is closed
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self.output = self._process.stdin.fileno(), self._process.stdout.fileno()
        assert self._process.stderr is not None
        self._errors = self._process.stderr.fileno()
        os.set_blocking(self._errors, False)
        self._buffer = bytearray()
        self._poll = select.poll()
        self._poll.register(self.output, select.POLLIN)
        self._ready = False
        self.stepped_back = False
        self.worked = 0.0
        """Seconds of processor time that it had taken when it last said so."""
        with contextlib.suppress(BrokenPipeError):  # it has ended already, and the first query will tell
            frames.write_json(self._input, frames.OPEN, {"prefixes": dict(prefixes)})

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self, seconds: float = _START_SECONDS) -> None:
        """Raises WorkerDiedError where the worker cannot open its store, TimeoutError after so many seconds."""
        if self._ready:
            return
        kind, payload = self.receive(time.monotonic() + seconds)
        if kind != frames.READY:
            _log.error("A query worker did not start: %s", json.loads(payload)["message"])
            raise WorkerDiedError(0)
        for sentence in json.loads(payload):
            _log.warning("Query worker %d: %s", self.pid, sentence)
        self.worked = self.work_seconds() or 0.0
        self._ready = True

    def send(self, request: dict[str, Any]) -> None:
        """Raises WorkerDiedError where nobody reads."""
        self._log_errors()  # else a worker that warns a lot would wait for somebody to read
        try:
            frames.write_json(self._input, frames.REQUEST, request)
        except BrokenPipeError as error:
            raise self._death() from error

    def receive(self, deadline: float) -> tuple[bytes, bytes]:
        """The next frame. Raises TimeoutError when `time.monotonic()` passes `deadline`, and WorkerDiedError."""
        while (frame := frames.take(self._buffer)) is None:
            left = max(0.0, deadline - time.monotonic())
            if not self._poll.poll(left * 1000):
                raise TimeoutError
            self._read()
        return frame

    def received(self) -> Iterator[tuple[bytes, bytes]]:
        """The frames that are whole after one read of `output`, where there is something to read."""
        self._read()
        while frame := frames.take(self._buffer):
            yield frame

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
        """Ends the process, whatever it does. Any thread may call it: its user gets WorkerDiedError."""
        self._process.kill()

    def end(self) -> None:
        """Ends the process and waits until it is gone."""
        self._process.kill()
        self._process.wait()

    def discard(self) -> None:
        """Ends the process and frees its pipes. For its user alone."""
        self.end()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.stderr.close()

    def _read(self) -> None:
        data = os.read(self.output, 65536)
        if not data:
            raise self._death()
        self._buffer += data

    def _death(self) -> WorkerDiedError:
        signal = max(0, -self._process.wait())
        return WorkerDiedError(signal, self._log_errors())

    def _log_errors(self) -> str:
        """What the process has written on its standard error since the last time; the log gets it."""
        try:
            said = os.read(self._errors, 65536).decode(errors="replace").strip()
        except BlockingIOError:
            return ""
        if said:
            _log.warning("Query worker %d: %s", self.pid, said)
        return said
