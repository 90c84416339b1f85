"""The server: one process that starts all others and does nothing else. It starts what ends, and changes releases.

One query service, for which the limits hold, and `settings.processes` processes that answer HTTP requests. These share
the listening socket, so that what waits to be accepted when one of them dies is another's. All end when this one does.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from atlas_ld.config import Settings
from atlas_ld.errors import AtlasError, ReleaseError
from atlas_ld.release.layout import Release, open_release
from atlas_ld.release.verify import check_files
from atlas_ld.sparql.launch import ServiceProcess
from atlas_ld.sparql.worker_process import import_path
from atlas_ld.web.server.web_process import READY

_log = logging.getLogger(__name__)

_LOOK = 0.1
"""Seconds between two looks at the processes."""
_START_SECONDS = 60.0
_LAST_SECONDS = 60.0
"""So long the processes of a release that is not served any more may finish what they have."""
_BACKLOG = 2048
_AGAIN = 1.0
"""Seconds between two starts of a process that ends before it is ready."""


def serve(settings: Settings) -> None:
    """Serves the current release until a signal ends it.

    On SIGHUP the release that is current then is opened by new processes beside the old ones, which end when the new
    ones are ready; where it cannot be opened, they serve on. Raises ReleaseError, and AtlasError where it cannot
    listen.
    """
    Supervisor(replace(settings, releases=settings.releases.resolve())).run()


class Supervisor:
    """All processes of a server."""

    def __init__(self, settings: Settings) -> None:
        """Listens, and opens the current release."""
        self._settings = settings
        self._release = checked_release(settings)
        self._listener = _listen(settings)
        self._folder = Path(tempfile.mkdtemp(prefix="atlas-ld-"))
        self._notice = self._folder / "notice.json"
        self._signals: list[int] = []
        self._signalled = threading.Event()
        self._leaving: list[_Generation] = []

    def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._note)
        served = _Generation(self._release, self._settings, self._listener, self._notice)
        coming: _Generation | None = None
        try:
            while not {signal.SIGTERM, signal.SIGINT} & set(self._signals):
                if signal.SIGHUP in self._signals:
                    while signal.SIGHUP in self._signals:
                        self._signals.remove(signal.SIGHUP)  # and no other, which may come this moment
                    if coming:
                        coming.kill()
                    coming = self._next()
                if not served.look() and not served.was_ready:
                    raise AtlasError(
                        "The server's processes end before they are ready; what they wrote above says why."
                    )
                if coming and not coming.look():
                    self._refuse(coming.release.id, "its processes end before they are ready; the log says why")
                    coming.kill()
                    coming = None
                if coming and coming.was_ready:
                    self._notice.unlink(missing_ok=True)
                    _log.info("Release %s is served now.", coming.release.id)
                    served.leave()
                    self._leaving.append(served)
                    served, coming = coming, None
                self._leaving = [generation for generation in self._leaving if not generation.has_left()]
                self._signalled.wait(_LOOK)
                self._signalled.clear()
        finally:
            generations = [served, *([coming] if coming else []), *self._leaving]
            for generation in generations:
                generation.leave()
            until = time.monotonic() + _LAST_SECONDS
            while time.monotonic() < until and not all(generation.has_left() for generation in generations):
                time.sleep(_LOOK)
            for generation in generations:
                generation.kill()
            self._listener.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _note(self, number: int, _: object) -> None:
        self._signals.append(number)
        self._signalled.set()

    def _next(self) -> _Generation | None:
        """The processes of the release that is current now; None where it cannot be opened."""
        try:
            release = checked_release(self._settings)
        except AtlasError as error:
            self._refuse(None, str(error))
            return None
        return _Generation(release, self._settings, self._listener, self._notice)

    def _refuse(self, release: str | None, reason: str) -> None:
        """Says why another release is not served, in the log and at /health."""
        _log.error("The release served before is served on, since %s cannot be: %s", release or "another", reason)
        temporary = self._notice.with_suffix(".new")
        temporary.write_text(json.dumps({"release": release, "reason": reason}), encoding="utf-8")
        temporary.replace(self._notice)


class _Generation:
    """The processes that serve one release."""

    def __init__(self, release: Release, settings: Settings, listener: socket.socket, notice: Path) -> None:
        self.release, self._settings, self._listener, self._notice = release, settings, listener, notice
        self.was_ready = False
        self._began = time.monotonic()
        self._service = ServiceProcess(release.store, release.manifest.base_iri, settings, columns=True)
        self._queries = self._service.start()
        self._web = [self._start() for _ in range(settings.web_processes)]
        self._left_at: float | None = None
        self._asked_again = 0.0

    def look(self) -> bool:
        """Starts again what has ended. False where they do not become ready."""
        if self._queries.poll() is not None and time.monotonic() - self._asked_again > _AGAIN:
            self._asked_again = time.monotonic()
            _log.error("The query service ended (%s) and is started again.", self._queries.returncode)
            self._queries = self._service.start()
        for place, process in enumerate(self._web):
            if process.poll() is None:
                continue
            ready = _is_ready(process)
            if not ready and not self.was_ready:
                return False
            if ready or time.monotonic() - self._began > _AGAIN:
                _log.error("A web process ended (%s) and is started again.", process.returncode)
                self._began = time.monotonic()
                _close(process)
                self._web[place] = self._start()
        self.was_ready = self.was_ready or all(_is_ready(process) for process in self._web)
        return self.was_ready or time.monotonic() - self._began < _START_SECONDS

    def leave(self) -> None:
        """Lets the processes finish what they have and end."""
        if self._left_at is None:
            self._left_at = time.monotonic()
            for process in self._web:
                process.terminate()

    def has_left(self) -> bool:
        """Whether they have ended, which they must within a minute."""
        assert self._left_at is not None
        if any(process.poll() is None for process in self._web) and time.monotonic() - self._left_at < _LAST_SECONDS:
            return False
        self.kill()
        return True

    def kill(self) -> None:
        """Ends every process, and waits until it is gone."""
        for process in self._web:
            process.kill()
            process.wait()
            _close(process)
        self._web = []
        self._service.close()

    def _start(self) -> subprocess.Popen[bytes]:
        descriptor = self._listener.fileno()
        process = subprocess.Popen(  # noqa: S603  # our own module, our own arguments
            [
                sys.executable,
                "-P",
                "-m",
                "atlas_ld.web.server.web_process",
                f"--listen={descriptor}",
                f"--release={self.release.id}",
                f"--queries={self._service.address}",
                f"--notice={self._notice}",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=self._settings.environment() | {"PYTHONPATH": import_path()},
            pass_fds=[descriptor],
            start_new_session=True,  # Ctrl-C is for this process, which tells the others
        )
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        return process


def checked_release(settings: Settings) -> Release:
    """The current release, if every file is there with its size. Raises ReleaseError."""
    release = open_release(settings.releases)
    if wrong := check_files(release.path):
        raise ReleaseError(f"Release {release.id} is damaged: {wrong[0]} Build it again, or choose another.")
    return release


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise AtlasError(
            f"Cannot listen on port {settings.port} of {settings.host}: {error.strerror or error}. Stop what does, or "
            "choose another one with --port."
        ) from error
    listener.setblocking(False)
    return listener


def _is_ready(process: subprocess.Popen[bytes]) -> bool:
    assert process.stdout is not None
    ready = getattr(process, "is_ready", False) or process.stdout.read(len(READY)) == READY
    process.is_ready = ready  # type: ignore[attr-defined]
    return ready


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
