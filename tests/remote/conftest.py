"""Real engines: Oxigraph's server (PyPI) and Virtuoso (Debian `virtuoso-opensource-7-bin`), each empty."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from atlas_ld.remote import Addresses
from tests.web.serving import free_port

ROWS = 10_000
"""The most rows that Virtuoso answers here; so it comes."""


@dataclass(frozen=True)
class Running:
    """An engine, and who may change it."""

    name: str
    addresses: Addresses
    user: str | None = None
    password: str | None = None


@pytest.fixture(scope="session")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [Path(sys.executable).parent / "oxigraph", "serve", "--location", tmp_path_factory.mktemp("oxigraph")]
    with _running([*command, "--bind", f"127.0.0.1:{port}"], f"{base}/query?query=ASK%7B%7D"):
        yield Running("oxigraph", Addresses(f"{base}/query", f"{base}/update", f"{base}/store"))


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    program, command = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if program is None or command is None:
        pytest.skip("needs Virtuoso (Debian virtuoso-opensource-7-bin)")
    folder, port, own = tmp_path_factory.mktemp("virtuoso"), free_port(), free_port()
    (folder / "virtuoso.ini").write_text(_CONFIGURATION.format(folder=folder, http=port, sql=own, rows=ROWS), "utf-8")
    base = f"http://127.0.0.1:{port}"
    started = [program, "+foreground", "+configfile", str(folder / "virtuoso.ini")]
    with _running(started, f"{base}/sparql?query=ASK%7B%7D"):
        grant = "DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 1);"
        subprocess.run([command, str(own), "dba", "dba", f"exec={grant}"], check=True, capture_output=True)
        addresses = Addresses(f"{base}/sparql", f"{base}/sparql-auth", f"{base}/sparql-graph-crud-auth")
        yield Running("virtuoso", addresses, "dba", "dba")


@pytest.fixture(params=["oxigraph", "virtuoso"])
def running(request: pytest.FixtureRequest) -> Running:
    found: Running = request.getfixturevalue(request.param)
    return found


@contextmanager
def _running(command: list[object], ready: str) -> Iterator[None]:
    with subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(ready, timeout=5).close()
                    break
                except OSError:
                    assert process.poll() is None, f"{command[0]} ended at its start"
                    time.sleep(0.1)
            yield
        finally:
            process.kill()


_CONFIGURATION = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = {rows}
"""
