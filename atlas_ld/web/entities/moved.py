"""Keys that no longer name anything here: merged into another, or withdrawn.

Tables, the first that has a key counting: `moved.csv` beside the releases, which is the publisher's own;
data/moved.csv, which ships; that of the release, which the build wrote of the register of keys (`release.moved`). After
these, the keys that the bodies of the release had before (`atlas:formerKey`), one that several bodies had names none
of them any more; and the codes of former communes in data/reference.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from pathlib import Path

from atlas_ld.iris import Iris
from atlas_ld.release.moved import MOVED, Moved, read_moved
from atlas_ld.release.reading.store import Reader
from atlas_ld.resources import root
from atlas_ld.vocabulary import ATLAS
from atlas_ld.web.text.i18n import Language

_LISTED = 5


def moved(release: Path, reader: Reader, iris: Iris) -> Mapping[tuple[str, str], Moved]:
    """What became of each (kind, key), by the tables that are shipped, that of the publisher in the folder of the
    releases, and what the release in the folder `release` says of its partnerships and bodies. Raises BrokenResource
    for a table that is not as it should be."""
    shipped = root() / "data"
    with (shipped / "reference" / "former-codes.csv").open(encoding="utf-8", newline="") as file:
        found = {
            ("territory", f"commune-{row['code'].lower()}"): Moved(f"commune-{row['now'].lower()}", {})
            for row in csv.DictReader(file)
        }
    found |= _of_bodies(reader, iris)
    for path in (release / MOVED, shipped / MOVED, release.parent / MOVED):
        if path.exists():
            found.update(read_moved(path))
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
