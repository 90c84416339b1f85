"""Whole builds: beside a bare bulk load of the same triples, and after one changed record."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from statistics import median

from atlas_ld.release.layout import open_release
from bench.harness import Run, Sample, Table, command

DAY = "2026-11-23"


def build(data: Path, releases: Path, day: str = DAY) -> Run:
    """Build a release with the command."""
    program: list[str | Path] = [sys.executable, "-m", "atlas_ld", "build", "--data", data / "records"]
    return command([*program, "--releases", releases, "--date", day], codes=(0, 2))  # 2: records were quarantined


def compare(data: Path, work: Path) -> Table:
    """Full builds from nothing, republications after one changed record, and bare loads."""
    releases = work / "releases"
    full: list[Run] = []
    bare: list[Run] = []
    for _ in range(2):  # in turn: a machine that others use too is faster at one time than at another
        shutil.rmtree(releases, ignore_errors=True)
        full.append(build(data, releases))
        first = open_release(releases)
        bare += [_bulk_load(first.path / "download" / "atlas.nt", work / "bare") for _ in range(2)]
    again = []
    for _ in range(3):
        before = open_release(releases).id
        change(data)
        again.append(build(data, releases))
        assert open_release(releases).id != before, "the changed record is not in the release"
    loads, whole, seconds = (Sample(tuple(run.seconds for run in runs)) for runs in (bare, full, again))
    load, build_, change_ = (median(run.processor for run in runs) for runs in (bare, full, again))
    table = Table(
        "A whole build: records to release, everything included",
        against="bare bulk load",
        note=f"{first.manifest.counts.records} records, {first.manifest.counts.triples} triples. Republishing one "
        f"changed record took {seconds.median / whole.median:.1%} of a full build. In work of all processors, which "
        f"other users of the machine hardly change: {build_ / load:.1f} times a bare load, and {change_ / build_:.1%}.",
    )
    table.add("bare bulk load", loads, f"Oxigraph's `bulk_load` of atlas.nt into an empty store; {remark(bare[-1])}")
    table.add("atlas-ld, full build", whole, remark(full[-1]))
    table.add("atlas-ld, one record changed", seconds, remark(again[-1]))
    return table


def remark(run: Run) -> str:
    """What a build took of the machine."""
    return f"{run.processor:.0f} s of work by all processes; {run.peak:.0f} MB in the largest"


def _bulk_load(lines: Path, into: Path) -> Run:
    """In a process of its own, as a build is."""
    shutil.rmtree(into, ignore_errors=True)
    load = (
        "import sys, pyoxigraph as ox; ox.Store(sys.argv[2]).bulk_load(path=sys.argv[1], format=ox.RdfFormat.N_TRIPLES)"
    )
    run = command([sys.executable, "-c", load, lines, into])
    shutil.rmtree(into)
    return run


def change(data: Path) -> None:
    """Another start year in the record in the middle."""
    files = sorted((data / "records").rglob("*.json"))
    path = files[len(files) // 2]
    record = json.loads(path.read_text("utf-8"))
    record["start_year"] -= 1
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
