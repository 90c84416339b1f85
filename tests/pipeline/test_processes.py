"""Processes share the work of a large build; their number shows nowhere in the release."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from atlas_ld import pipeline, processes
from atlas_ld.config import Settings
from atlas_ld.pipeline.building import CACHE
from atlas_ld.processes import Workers
from bench import corpus

DAY = date(2026, 11, 23)


def doubled(numbers: list[int]) -> list[int]:
    return [2 * number for number in numbers]


@pytest.mark.parametrize("processes_", [1, 2])
def test_results_come_in_the_order_of_the_items(processes_: int) -> None:
    with Workers(processes_) as workers:
        assert list(workers.spread(doubled, list(range(20)), part=3, alone=5)) == [2 * n for n in range(20)]


def test_the_number_of_processes_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus.write(tmp_path / "data", 420, faults=10)
    releases = tmp_path / "releases"
    made = []
    for number in (1, 2):
        monkeypatch.setattr(processes.os, "cpu_count", lambda number=number: number)
        release = pipeline.build([tmp_path / "data" / "records"], Settings(releases=releases), day=DAY).release
        assert release.manifest.counts.triples > 50_000
        made.append({name: (release.path / name).read_bytes() for name in release.manifest.files})
        (releases / CACHE).unlink()
        release.path.rename(tmp_path / f"made-by-{number}")
    assert made[0] == made[1]
