"""What goes wrong around a build is one sentence, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from atlas_ld import pipeline, processes, sources
from atlas_ld.config import Settings
from atlas_ld.errors import ReleaseError
from atlas_ld.mapping import Mapped
from atlas_ld.pipeline import checking
from atlas_ld.records import Origin, Participant, PartnershipRecord
from atlas_ld.release.layout import open_release
from atlas_ld.release.verify import verify
from atlas_ld.resources import root
from bench import corpus
from tests.release.conftest import DAY, a_record

DATA = root() / "data" / "demonstration"


def command(data: Path, releases: Path) -> list[str]:
    return [sys.executable, "-m", "atlas_ld", "build", "--data", str(data), "--releases", str(releases)]


def children(process: int) -> list[int]:
    """The processes that this one started, and theirs."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = int(status.read_text().partition("PPid:")[2].split()[0])
        except (OSError, IndexError):
            continue  # it has ended
        if parent == process:
            own = int(status.parent.name)
            found += [own, *children(own)]
    return found


def is_at_work(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)


def test_a_build_that_is_killed_takes_its_processes_with_it(tmp_path: Path) -> None:
    corpus.write(tmp_path / "data", 2000)
    code = (
        "import os; os.cpu_count = lambda: 3\n"
        "from atlas_ld.cli import main; main()"
    )  # fmt: skip
    program = command(tmp_path / "data" / "records", tmp_path / "releases")
    build = subprocess.Popen([sys.executable, "-c", code, *program[3:]], stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: len(children(build.pid)) >= 3 or build.poll() is not None)
        started = children(build.pid)
        assert len(started) >= 3
    finally:
        build.kill()
        build.wait()
    wait_for(lambda: not any(map(is_at_work, started)))


def end(_: list[int]) -> list[int]:
    os._exit(9)


def test_a_build_whose_process_is_killed_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def spread(self: processes.Workers, *_: object, **__: object) -> Iterator[int]:
        return whole(self, end, [1, 2, 3], part=1, alone=1)

    whole = processes.Workers.spread
    monkeypatch.setattr(processes.Workers, "spread", spread)
    monkeypatch.setattr(processes.os, "cpu_count", lambda: 2)
    with pytest.raises(ReleaseError, match="ended from outside"):
        pipeline.build([DATA], Settings(releases=tmp_path / "releases"), day=DAY)


def test_a_full_disk_is_a_sentence_and_is_not_kept_full(tmp_path: Path) -> None:
    """With a disk of its own where that may be had, else with a limit on the size of a file."""
    releases, data = tmp_path / "releases", tmp_path / "data"
    releases.mkdir()
    data.mkdir()
    (data / "a.json").write_text(a_record().to_json(), encoding="utf-8")
    if os.geteuid() == 0:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", releases], check=True)
    try:
        subprocess.run(command(data, releases), check=True, capture_output=True)
        first = open_release(releases)
        (data / "b.json").write_text(a_record("Deux ports").to_json(), encoding="utf-8")
        for room in (2**13, 2**16, 2**18, 2**20):
            filled = releases / "filled"
            if os.geteuid() == 0:
                filled.write_bytes(b"")
                free = os.statvfs(releases)
                filled.write_bytes(bytes(max(free.f_bavail * free.f_frsize - room, 0)))
            tight = [] if os.geteuid() == 0 else ["prlimit", f"--fsize={room}"]
            failed = subprocess.run([*tight, *command(data, releases)], capture_output=True, text=True)
            assert failed.returncode == 1
            assert "could not be written" in failed.stderr.splitlines()[-1]
            assert "Traceback" not in failed.stderr
            filled.unlink(missing_ok=True)
            assert [path for path in releases.iterdir() if path.name.startswith(".building")] == []
            assert open_release(releases).id == first.id
            assert verify(first.path) == []
        again = subprocess.run(command(data, releases), check=True, capture_output=True, text=True)
        assert open_release(releases).manifest.counts.published == 2
        assert again.stdout.strip().endswith(open_release(releases).id)
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", releases], check=True)


def test_releases_that_cannot_be_a_folder_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReleaseError, match="could not be written"):
        pipeline.build([tmp_path], Settings(releases=tmp_path / "file" / "releases"), day=DAY)


VALUES = (
    '"funding": [{"funder": "Brest", "amount": 1E+999999999}]',
    '"funding": [{"funder": "Brest", "amount": "1E+999999999"}]',
    '"funding": [{"funder": "Brest", "oudin": "1E-999999999"}]',
    '"funding": [{"funder": "Brest", "amount": "0E+999999999", "year": 9223372036854775808}]',
    '"funding": [{"funder": "Brest", "amount": 1' + "0" * 4400 + "}]",
    '"start_year": 9223372036854775808',
    '"end_year": -9223372036854775809',
    '"volunteer_count": 340282366920938463463374607431768211456',
    '"goals": [{"number": 1, "relevance": 99999999999999999999}]',
    '"other_themes": [{"path": ["Eau"], "priority": 99999999999999999999}]',
    '"participants": [' + ",".join(['{"name": "Brest", "role": "implementer"}'] * 1001) + "]",
    '"context": ' + "[" * 100_000,
)


def test_a_value_without_measure_costs_its_own_record_and_no_other(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "sound.json").write_text(a_record().to_json(), encoding="utf-8")
    for number, value in enumerate(VALUES):
        (data / f"{number}.json").write_text(f'{{"title": "Puits {number}", {value}}}', encoding="utf-8")
    outcome = pipeline.build([data], Settings(releases=tmp_path / "releases"), day=DAY)
    assert outcome.release.manifest.counts.published == 1
    told = {finding.source for finding in outcome.findings if finding.severity == "violation"}
    assert told == {f"{number}.json" for number in range(len(VALUES))}
    assert verify(outcome.release.path) == []


def test_what_a_step_trips_over_is_told_and_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for title in ("Lu", "Non lu", "Hors carte"):
        (data / f"{title}.json").write_text(a_record(title).to_json(), encoding="utf-8")
    read, map_ = sources.read_file, checking.map_partnership

    def reading(path: Path, *rest: Any, **more: Any) -> Iterator[sources.Reading]:
        if path.name == "Non lu.json":
            raise RecursionError("too deep")
        return read(path, *rest, **more)

    def mapping(record: PartnershipRecord, *rest: Any) -> Mapped:
        if record.title == "Hors carte":
            raise OverflowError("too far")
        return map_(record, *rest)

    monkeypatch.setattr(sources, "read_file", reading)
    monkeypatch.setattr(checking, "map_partnership", mapping)
    outcome = pipeline.build([data], Settings(releases=tmp_path / "releases"), day=DAY)
    counts = outcome.release.manifest.counts
    assert (counts.published, counts.quarantined) == (1, 1)
    told = [(f.source, f.record, f.severity.value) for f in outcome.findings if f.code == "not-understood"]
    assert told == [("Non lu.json", None, "violation"), (None, "hors-carte-1999", "violation")]


def test_sources_that_are_too_much_together_are_left_out_and_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for number in range(2):
        names = (f"Ville {number} {other}" for other in range(600))
        towns = tuple(Participant(name=name, role="implementer") for name in names)
        origin = Origin(title="Page", address=f"https://atlas.example/{number}")
        record = a_record("Grand", identifier="7", participants=towns, origins=(origin,))
        (data / f"{number}.json").write_text(record.to_json(), encoding="utf-8")
    (data / "sound.json").write_text(a_record().to_json(), encoding="utf-8")
    outcome = pipeline.build([data], Settings(releases=tmp_path / "releases"), day=DAY)
    assert outcome.release.manifest.counts.published == 1
    assert [(f.record, f.severity.value) for f in outcome.findings if f.code == "not-understood"] == [
        ("7", "violation")
    ]
