"""The tables of data/reference: CSV, UTF-8, one header line."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from atlas_ld.errors import BrokenResource

Row = dict[str, str]
Index = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Table:
    """A table as read. Its lines become rows by name only when asked for, which is what makes reading quick."""

    columns: list[str]
    lines: list[list[str]]

    def row(self, line: list[str]) -> Row:
        return dict(zip(self.columns, line, strict=True))

    def rows(self) -> Iterable[Row]:
        return map(self.row, self.lines)

    def column(self, name: str) -> list[str]:
        place = self.columns.index(name)
        return [line[place] for line in self.lines]


def read(path: Path) -> Table:
    """The table at `path`. Raises BrokenResource where it is missing or no table."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            columns, *lines = csv.reader(file)
    except (OSError, ValueError) as error:
        raise BrokenResource(f"{path} is missing or unusable ({error}); install atlas-ld again.") from error
    if not set(map(len, lines)) <= {len(columns)}:
        raise BrokenResource(f"{path} has lines of different lengths; install atlas-ld again.")
    return Table(columns, lines)


def index(pairs: Iterable[tuple[str, str]]) -> Index:
    """Name -> the keys that have it, each once, in order."""
    found: dict[str, dict[str, None]] = {}
    for name, key in pairs:
        found.setdefault(name, {})[key] = None
    return {name: tuple(keys) for name, keys in found.items()}
