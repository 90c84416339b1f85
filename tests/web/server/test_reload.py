"""A server that is told to reload serves the release that is current now, and keeps nobody waiting."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from datetime import date
from pathlib import Path

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.records import PartnershipRecord
from tests.web.conftest import BREST, ORIGIN, RIMOUSKI
from tests.web.serving import Server, serving


def built(folder: Path, title: str) -> tuple[Settings, str]:
    """The current release has one partnership, of this title; its id."""
    data = folder / "records"
    data.mkdir(exist_ok=True)
    record = PartnershipRecord(
        identifier="one", title=title, start_year=2020, participants=(BREST, RIMOUSKI), origins=(ORIGIN,)
    )
    (data / "one.json").write_text(record.to_json(), encoding="utf-8")
    settings = Settings(releases=folder / "releases")
    return settings, pipeline.build([data], settings, day=date(2026, 11, 23)).release.id


def served(server: Server) -> str:
    release: str = json.loads(server.ask("GET", "/health").body)["release"]
    return release


def test_a_server_that_is_told_to_reload_serves_the_new_release_and_refuses_nobody(tmp_path: Path) -> None:
    settings, first = built(tmp_path, "Avant")
    with serving(settings, tmp_path / "log") as server:
        assert served(server) == first
        _, second = built(tmp_path, "Après")
        assert served(server) == first != second
        statuses: list[int] = []
        done = threading.Event()

        def visit() -> None:
            while not done.is_set():
                statuses.append(server.ask("GET", "/doc/partnership/one.ttl").status)

        visitor = threading.Thread(target=visit)
        visitor.start()
        os.kill(server.pid, signal.SIGHUP)
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until and (served(server) != second or "Stopped old" not in log_of(server)):
                time.sleep(0.2)
        finally:
            done.set()
            visitor.join()
        assert served(server) == second
        assert "Après" in server.ask("GET", "/doc/partnership/one.ttl").body.decode()
        assert len(statuses) > 20
        assert set(statuses) == {200}


def log_of(server: Server) -> str:
    return server.log.read_text("utf-8", "replace")
