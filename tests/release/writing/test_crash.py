"""Killing a build at any moment leaves the previous release serving."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from atlas_ld.release.layout import make_current, open_release
from atlas_ld.release.reading.store import Reader
from atlas_ld.release.verify import verify
from tests.release.conftest import Build, a_record

KILLS = 20


def test_a_build_killed_at_a_random_moment_leaves_the_previous_release_serving(build: Build, tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    previous = build().release
    data = tmp_path / "data-for-releases"
    (data / "second.json").write_text(a_record("Deux ports").to_json(), encoding="utf-8")
    command = [sys.executable, "-m", "atlas_ld", "build", "--data", str(data), "--releases", str(releases)]

    began = time.monotonic()
    subprocess.run([*command, "--releases", str(tmp_path / "whole")], check=True, capture_output=True)
    duration = time.monotonic() - began

    moments = random.Random(20261123)
    finished = 0
    for _ in range(KILLS):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0, duration))
        process.kill()
        process.wait()
        current = open_release(releases)
        assert verify(current.path) == []
        assert len(Reader(current.store)) > 0
        if current.id != previous.id:  # a build that ended before its kill: back to where we were
            finished += 1
            make_current(releases, previous.id)
            shutil.rmtree(current.path)
    # A build that ended before its kill switches to its own release; nothing else may.
    assert len([p for p in releases.iterdir() if p.is_dir() and not p.name.startswith(".")]) <= 3
    subprocess.run(command, check=True, capture_output=True)
    assert open_release(releases).manifest.counts.published == 2
    assert not list(releases.glob(".building-*"))
    assert finished < KILLS
