"""The demonstration release, built once for all test processes."""

from __future__ import annotations

import fcntl
import os
from datetime import date

import pytest

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.release.layout import Release, current_id, open_release
from atlas_ld.resources import root

DAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The release of the demonstration data, at base http://localhost:8000/."""
    # Of this run alone; pytest-xdist gives each process a folder of its own, so one level up where it is at work.
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "demonstration"
    shared.mkdir(exist_ok=True)
    with (shared / ".test-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if current_id(shared) is None:
            pipeline.build([root() / "data" / "demonstration"], Settings(releases=shared), day=DAY)
    return open_release(shared)
