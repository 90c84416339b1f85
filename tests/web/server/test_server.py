"""web/server/server.py: releases change and processes are replaced, and nobody notices but who was in them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from http.client import HTTPException
from pathlib import Path

import pytest

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
    settings = Settings(releases=folder / "releases", processes=2)
    return settings, pipeline.build([data], settings, day=date(2026, 11, 23)).release.id


def served(server: Server) -> str:
    release: str = json.loads(server.ask("GET", "/health").body)["release"]
    return release


@contextlib.contextmanager
def visited(server: Server, *paths: str) -> Iterator[Counter[int | str]]:
    """How often somebody who asks for these paths in turn, all the time, gets each status, or `broken`."""
    statuses: Counter[int | str] = Counter()
    done = threading.Event()

    def visit() -> None:
        number = 0
        while not done.is_set():
            number += 1
            try:
                path = paths[number % len(paths)].replace("NUMBER", str(number))
                statuses[server.ask("GET", path).status] += 1
            except (OSError, HTTPException):
                statuses["broken"] += 1

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        yield statuses
    finally:
        done.set()
        visitor.join()


DOCUMENT, QUERY = "/doc/partnership/one.ttl", "/sparql?query=ASK%20%7B%20%23NUMBER%0A%7D"


def until(claim: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end
        time.sleep(0.1)


def processes(server: Server, module: str) -> list[int]:
    """The processes of a server that run this module."""
    parents, commands = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                commands[int(entry.name)] = (entry / "cmdline").read_bytes().split(b"\0")
    family = {server.pid}
    while more := {child for child, parent in parents.items() if parent in family and child not in family}:
        family |= more
    return sorted(pid for pid in family if module.encode() in commands.get(pid, []))


WEB, SERVICE, WORKER = "atlas_ld.web.server.web_process", "atlas_ld.sparql.service", "atlas_ld.sparql.worker"


def test_a_server_that_is_told_to_reload_serves_the_new_release_and_refuses_nobody(tmp_path: Path) -> None:
    settings, first = built(tmp_path, "Avant")
    with serving(settings, tmp_path / "log") as server:
        assert served(server) == first
        before = processes(server, WEB)
        _, second = built(tmp_path, "Après")
        assert served(server) == first != second
        with visited(server, DOCUMENT, QUERY) as statuses:
            os.kill(server.pid, signal.SIGHUP)
            until(lambda: served(server) == second and not set(before) & set(processes(server, WEB)))
        assert "Après" in server.ask("GET", DOCUMENT).body.decode()
        assert statuses.total() > 20
        assert set(statuses) == {200}


def test_a_release_that_cannot_be_opened_leaves_the_old_one_serving(tmp_path: Path) -> None:
    settings, first = built(tmp_path, "Avant")
    with serving(settings, tmp_path / "log") as server:
        assert "refused" not in json.loads(server.ask("GET", "/health").body)
        _, second = built(tmp_path, "Après")
        search = settings.releases / second / "search.sqlite"
        search.write_bytes(search.read_bytes()[:-1])
        with visited(server, DOCUMENT, QUERY) as statuses:
            os.kill(server.pid, signal.SIGHUP)
            until(lambda: "refused" in json.loads(server.ask("GET", "/health").body))
            time.sleep(1)
        told = json.loads(server.ask("GET", "/health").body)
        assert told["release"] == first
        assert f"Release {second} is damaged: search.sqlite has" in told["refused"]["reason"]
        assert "search.sqlite" in log_of(server)
        assert set(statuses) == {200}
    search.unlink()
    done = started(settings, 0)
    assert done.returncode == 1
    assert f"Release {second} is damaged: search.sqlite is missing." in done.stderr


def started(settings: Settings, port: int) -> subprocess.CompletedProcess[str]:
    """`atlas-ld serve` that refuses to."""
    command = [sys.executable, "-m", "atlas_ld", "serve", "--releases", str(settings.releases), "--port", str(port)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_second_server_on_a_port_that_is_taken_refuses_with_a_sentence(tmp_path: Path) -> None:
    settings, _ = built(tmp_path, "Avant")
    with serving(settings, tmp_path / "log") as server:
        done = started(settings, server.port)
        assert done.returncode == 1
        assert f"Cannot listen on port {server.port}" in done.stderr
        assert "Traceback" not in done.stderr
        assert server.ask("GET", "/health").status == 200


@pytest.mark.parametrize("module", [WEB, SERVICE, WORKER])
def test_a_process_that_is_killed_is_replaced_and_only_its_own_requests_notice(tmp_path: Path, module: str) -> None:
    settings, _ = built(tmp_path, "Avant")
    with serving(settings, tmp_path / "log") as server:
        until(lambda: server.ask("GET", QUERY).status == 200)
        before = processes(server, module)
        with visited(server, DOCUMENT, QUERY) as one, visited(server, QUERY) as other:
            time.sleep(1)
            os.kill(before[0], signal.SIGKILL)
            until(lambda: len(processes(server, module)) >= len(before) and before[0] not in processes(server, module))
            time.sleep(2)
        lost = {status: count for status, count in (one + other).items() if status != 200}
        assert sum(lost.values()) <= 2, "one request of each visitor may have been in the process"
        assert one[200] > 10
        assert other[200] > 10


def test_all_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    settings, _ = built(tmp_path, "Avant")
    with serving(settings, tmp_path / "log") as server:
        until(lambda: server.ask("GET", QUERY).status == 200)
        arguments = Path(f"/proc/{processes(server, WEB)[0]}/cmdline").read_text().split("\0")
        own = Path(next(text for text in arguments if text.startswith("--queries=")).partition("=")[2])
        assert own.exists()
        pids = [pid for module in (WEB, SERVICE, WORKER) for pid in processes(server, module)]
        assert len(pids) >= 4
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in pids))
        until(lambda: not own.exists())


def test_idle_connections_do_not_close_the_site(tmp_path: Path) -> None:
    """More of them than a process takes: those that say nothing are closed in time, and who waits has their place."""
    settings, _ = built(tmp_path, "Avant")
    few = replace(settings, connections=128, header_seconds=2, processes=1)
    with serving(few, tmp_path / "log") as server, contextlib.ExitStack() as idle:
        assert server.ask("GET", "/health").status == 200
        for number in range(160):
            connection = idle.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            if number % 2:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")  # and never the rest
        assert server.ask("GET", "/health").status == 200


def test_http_2_in_clear_text_is_not_spoken(tmp_path: Path) -> None:
    settings, _ = built(tmp_path, "Avant")
    with serving(settings, tmp_path / "log") as server:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.settimeout(20)
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))
            answer = connection.recv(100)
        assert not answer or answer.startswith(b"HTTP/1.1 4")


def test_who_sends_requests_here_is_told_whether_all_is_there(tmp_path: Path) -> None:
    settings, release = built(tmp_path, "Avant")
    with serving(settings, tmp_path / "log") as server:
        assert json.loads(server.ask("GET", "/ready").body) == {"ready": True}
        (settings.releases / release / "catalogue.ttl").unlink()
        answer = server.ask("GET", "/ready")
        assert answer.status == 503
        assert json.loads(answer.body) == {"ready": False, "wrong": ["catalogue.ttl is missing."]}
        assert json.loads(server.ask("GET", "/health").body)["status"] == "degraded"


def log_of(server: Server) -> str:
    return server.log.read_text("utf-8", "replace")
