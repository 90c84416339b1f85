"""All benchmarks in one go: `make bench` at full size, `make bench-quick` for daily use. Writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import compileall
import tempfile
from collections.abc import Iterator
from pathlib import Path

import atlas_ld
from atlas_ld.release.layout import current_id, open_release
from bench import building, corpus, growth, serving, sparql, validation
from bench.harness import Table, machine

FULL = corpus.SIZE
QUICK = 1_000
FACTORS = (1, 3, 10)
"""How many times the corpus is measured for growth."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} records instead of {FULL}")
    parser.add_argument("--size", type=int, help="number of records")
    parser.add_argument("--only", choices=list(PARTS), action="append", help="these parts alone")
    parser.add_argument("--into", type=Path, help="folder to work in, kept afterwards (default: a temporary one)")
    parser.add_argument("--write", type=Path, help="Markdown file to write (default: standard output)")
    given = parser.parse_args()
    size = given.size or (QUICK if given.quick else FULL)
    compileall.compile_dir(Path(atlas_ld.__file__).parent, quiet=1)  # as pip leaves what it installs
    with tempfile.TemporaryDirectory() as temporary:
        work = given.into or Path(temporary)
        data = work / f"corpus-{size}"
        planted = corpus.write(data, size, faults=size // 50)
        described = [f"- {name}: {value}" for name, value in machine().items()]
        tables: list[Table] = []
        for name, part in PARTS.items():
            if not given.only or name in given.only:
                before = tables
                for measured in part(size, data, work):
                    tables = before + measured
                    if given.write:  # at once, so that what fails later loses nothing
                        given.write.write_text(_page(size, len(planted), described, tables), encoding="utf-8")
    if not given.write:
        print(_page(size, len(planted), described, tables))


def _page(size: int, faults: int, described: list[str], tables: list[Table]) -> str:
    head = f"""# Benchmarks

Written by `make bench`; do not edit. Everything below was measured in one run on one machine, on a generated corpus of
{size} partnerships with {faults} planted faults (`python -m bench.corpus`). The second column is the ratio to the
subject that a table compares with; times depend on the machine and on what else it does, ratios far less.

"""
    return head + "\n".join(described) + "\n\n" + "\n".join(table.markdown() for table in tables)


def _validation(size: int, data: Path, work: Path) -> Iterator[list[Table]]:
    yield [validation.compare(data)]


def _building(size: int, data: Path, work: Path) -> Iterator[list[Table]]:
    yield [building.compare(data, work)]


def _growth(size: int, data: Path, work: Path) -> Iterator[list[Table]]:
    return growth.compare([factor * size for factor in FACTORS], work)


def _serving(size: int, data: Path, work: Path) -> Iterator[list[Table]]:
    releases = _release(data, work)
    asked = [query for _, query in sparql.questions(open_release(releases)).values()]
    yield serving.compare(releases, work, asked, seconds=_seconds(size))


def _sparql(size: int, data: Path, work: Path) -> Iterator[list[Table]]:
    yield sparql.compare(_release(data, work), work, seconds=_seconds(size))


def _seconds(size: int) -> int:
    """How long each load lasts."""
    return 5 if size >= FULL else 2


def _release(data: Path, work: Path) -> Path:
    """The folder of a release of `data`, built if `building` has not left one."""
    releases = work / "releases"
    if current_id(releases) is None:
        building.build(data, releases)
    return releases


PARTS = {"validation": _validation, "building": _building, "serving": _serving, "sparql": _sparql, "growth": _growth}
"""The longest last."""


if __name__ == "__main__":
    main()
