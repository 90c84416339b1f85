"""Keys that no longer name anything here: merged into another, or withdrawn.

Three tables, the first that has a key counting: `moved.csv` beside the releases, which is the publisher's own;
data/moved.csv, which ships; and the codes of former communes in data/reference. A row of the first two
holds `kind,key,status,successor,reason_fr,reason_en`; its status is `merged` or `withdrawn`. After these, the keys that
the bodies of the release had before (`atlas:formerKey`): one that several bodies had names none of them any more.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from atlas_ld.errors import BrokenResource
from atlas_ld.iris import Iris
from atlas_ld.release.reading.store import Reader
from atlas_ld.resources import root
from atlas_ld.vocabulary import ATLAS
from atlas_ld.web.text.i18n import Language

OWN = "moved.csv"
_LISTED = 5


@dataclass(frozen=True)
class Moved:
    """What became of a key: its successor's key, of the same kind, or None where it was withdrawn, and why."""

    successor: str | None
    reason: Mapping[Language, str]


def moved(releases: Path, reader: Reader, iris: Iris) -> Mapping[tuple[str, str], Moved]:
    """What became of each (kind, key), by the tables that are shipped, that of the publisher in the folder of the
    releases, and what the release says of its bodies. Raises BrokenResource for a table that is not as it should be."""
    shipped = root() / "data"
    own = releases / OWN
    with (shipped / "reference" / "former-codes.csv").open(encoding="utf-8", newline="") as file:
        found = {
            ("territory", f"commune-{row['code'].lower()}"): Moved(f"commune-{row['now'].lower()}", {})
            for row in csv.DictReader(file)
        }
    found |= _of_bodies(reader, iris)
    for path in (shipped / OWN, own):
        if path.exists():
            found.update(_read(path))
    return found


def _of_bodies(reader: Reader, iris: Iris) -> dict[tuple[str, str], Moved]:
    """What became of the keys of bodies, as the release itself tells."""
    heirs: dict[str, set[str]] = {}
    for iri, key in reader.values(str(ATLAS.formerKey)):
        about = iris.split(iri)
        if about:
            heirs.setdefault(key, set()).add(about[1])
    return {
        ("organisation", key): Moved(next(iter(bodies)), {}) if len(bodies) == 1 else Moved(None, _shared(bodies))
        for key, bodies in heirs.items()
    }


def _shared(bodies: Collection[str]) -> dict[Language, str]:
    listed = ", ".join(sorted(bodies)[:_LISTED]) + (", …" if len(bodies) > _LISTED else "")
    return {
        "fr": f"Cette adresse valait pour plusieurs organismes que rien ne dit être le même : {listed}.",
        "en": f"This address stood for several bodies of which nothing says that they are one: {listed}.",
    }


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
