"""Whether the tables of a folder are what their metadata say, by `csvw` and by `frictionless`: a line for each, and an
exit status of 1 where they are not. It runs in an environment of its own, which has both (`run.py` makes it)."""

from __future__ import annotations

import sys
from pathlib import Path

from csvw import CSVW
from frictionless import system, validate


def main(folder: Path, names: list[str]) -> None:
    wrong = []
    for name in names:
        read = CSVW(str(folder / f"{name}.csv-metadata.json"), validate=True)
        wrong += [f"{name}: {warning.message}" for warning in read.warnings]
        wrong += [] if read.is_valid else [f"{name} is not valid"]
    system.trusted = True  # absolute paths
    report = validate(str(folder / "datapackage.json"))
    wrong += [f"{task.name}: {error.message}" for task in report.tasks for error in task.errors]
    print(f"{len(names)} tables, each valid" if not wrong else "; ".join(wrong[:10]))
    print(f"{report.stats['tasks']} files, {report.stats['errors']} errors: sizes, sums, types of every cell")
    sys.exit(bool(wrong))


main(Path(sys.argv[1]), sys.argv[2:])
