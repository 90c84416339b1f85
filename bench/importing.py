"""Imports of a full corpus of mixed files, and again after ten changes, beside mere reading: `-m bench.importing`.

Nine in ten partnerships are pages in the layouts of the tests, the others rows of tables of a hundred each.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from atlas_ld import sources
from atlas_ld.pipeline.reading import read_files
from atlas_ld.processes import Workers
from bench.corpus import SIZE, load_world, record
from bench.harness import Run, Sample, Table, command
from tests.sources.pages import LAYOUTS, page_of

_ROWS = 100
CHANGES = 10


def write(into: Path, size: int) -> None:
    """Pages and tables of `size` partnerships."""
    world = load_world()
    into.mkdir(parents=True)
    rows: list[dict[str, str]] = []
    for number in range(size):
        told = record(number, world).model_copy(update={"goals": ()})
        if number % 10:
            layout = LAYOUTS[number % len(LAYOUTS)]
            folder = into / f"{number // 1000:03}"
            folder.mkdir(exist_ok=True)
            name = f"{told.identifier}.{'html' if layout.startswith('html') else 'txt'}"
            (folder / name).write_text(page_of(told, layout), "utf-8")
            continue
        funding = "|".join(f"{line.funder}={line.amount}@{line.year}" for line in told.funding if line.amount)
        rows.append({"identifier": told.identifier or "", "title": told.title or "", "context": told.context or "",
                     "funding": funding})  # fmt: skip
        if len(rows) == _ROWS:
            _table(into / f"table-{number:06}.csv", rows)
            rows = []
    if rows:
        _table(into / "table-last.csv", rows)


def _table(path: Path, rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def import_(source: Path, records: Path) -> Run:
    """One import by the command."""
    program: list[str | Path] = [sys.executable, "-m", "atlas_ld", "import", source, "--into", records]
    return command([*program, "--report", records.parent / "report.json"], codes=(0, 2))


def again(source: Path, records: Path) -> Run:
    """One more import, without a report of what has not changed."""
    return command([sys.executable, "-m", "atlas_ld", "import", source, "--into", records], codes=(0, 2))


def change(source: Path, turn: int) -> None:
    """Another title in ten pages."""
    pages = sorted(source.rglob("*.txt"))
    for page in pages[:: max(1, len(pages) // CHANGES)][:CHANGES]:
        text = page.read_text("utf-8")
        page.write_text(text + f"\nPIED DE PAGE {turn}\n", "utf-8")


def compare(work: Path, size: int, repeats: int = 3) -> Table:
    """A full import of `size` partnerships, the same again with ten changes and with none, and its parts."""
    source, records = work / "source", work / "records"
    write(source, size)
    files = sum(path.is_file() for path in source.rglob("*"))
    full = import_(source, records)
    summary = json.loads((work / "report.json").read_text("utf-8"))["import"]
    assert summary["records"] == size, summary["records"]
    changed, unchanged = [], []
    for turn in range(repeats):
        change(source, turn)
        changed.append(again(source, records))
        unchanged.append(again(source, records))
    read_only = command([sys.executable, "-m", "bench.importing", "--read", source])
    ratio = Sample(tuple(run.seconds for run in changed)).median / full.seconds
    table = Table(
        "Import: a folder that is a source",
        against="reading alone",
        note=f"{size} partnerships in {files} files. After {CHANGES} changes an import took {ratio:.1%} of a full one; "
        f"its largest process held {full.peak:.0f} MB. A full one read {files / full.seconds:.0f} files a second.",
    )
    table.add("reading alone", Sample((read_only.seconds,)), "in as many processes, nothing kept")
    remark = f"{full.processor:.0f} s of work; {full.peak:.0f} MB in the largest"
    table.add("atlas-ld import", Sample((full.seconds,)), remark)
    table.add("after ten changes", Sample(tuple(run.seconds for run in changed)), f"{changed[-1].peak:.0f} MB")
    table.add("nothing changed", Sample(tuple(run.seconds for run in unchanged)), f"{unchanged[-1].peak:.0f} MB")
    return table


def read(source: Path) -> int:
    """How many records the files of a folder give, read in all processors."""
    with Workers() as workers:
        return sum(len(rows) for rows, _ in workers.spread(partial(read_files, most=2**26), sources.files(source)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        print(read(options.read))
        return
    work = Path(tempfile.mkdtemp())
    try:
        print(compare(work, options.size).markdown())
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
