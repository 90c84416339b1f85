"""Keys that no longer name anything here: merged into another, or withdrawn.

Three tables, the first that has a key counting: `moved.csv` beside the releases, which is the publisher's own;
data/moved.csv, which ships; and the codes of former communes in data/reference. A row of the first two
holds `kind,key,status,successor,reason_fr,reason_en`; its status is `merged` or `withdrawn`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from atlas_ld.errors import BrokenResource
from atlas_ld.resources import root
from atlas_ld.web.publication import Publication
from atlas_ld.web.text.i18n import Language

OWN = "moved.csv"


@dataclass(frozen=True)
class Moved:
    """What became of a key: its successor's key, of the same kind, or None where it was withdrawn, and why."""

    successor: str | None
    reason: Mapping[Language, str]


@lru_cache(maxsize=4)
def moved(publication: Publication) -> Mapping[tuple[str, str], Moved]:
    """What became of each (kind, key). Raises BrokenResource for a table that is not as it should be."""
    shipped = root() / "data"
    own = publication.release.path.parent / OWN
    with (shipped / "reference" / "former-codes.csv").open(encoding="utf-8", newline="") as file:
        found = {
            ("territory", f"commune-{row['code'].lower()}"): Moved(f"commune-{row['now'].lower()}", {})
            for row in csv.DictReader(file)
        }
    for path in (shipped / OWN, own):
        if path.exists():
            found.update(_read(path))
    return found


def _read(path: Path) -> Iterator[tuple[tuple[str, str], Moved]]:
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                status, successor = row["status"], row["successor"] or None
                reason: dict[Language, str] = {"fr": row["reason_fr"], "en": row["reason_en"]}
                key = row["kind"], row["key"]
            except KeyError as error:
                raise BrokenResource(f"{path} has no column {error}; docs/http.md lists them.") from None
            if (status, successor is None) not in (("merged", False), ("withdrawn", True)):
                raise BrokenResource(f"{path}, line {number}: a merged key has a successor, a withdrawn one has none.")
            yield key, Moved(successor, reason)
