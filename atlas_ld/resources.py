"""The files that ship with atlas-ld: ontology, shapes, data, docs. In a wheel they lie inside the package, in a
checkout at its root."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from atlas_ld.errors import BrokenResource


@cache
def root() -> Path:
    """The folder that holds `ontology/`, `shapes/`, `data/` and `docs/`. Raises BrokenResource where there is none."""
    package = Path(__file__).parent
    for folder in (package / "resources", package.parent):
        if (folder / "ontology" / "atlas.ttl").is_file():
            return folder
    raise BrokenResource(f"atlas-ld's own files are missing beside {package}; install the package again.")


def turtle_files(*folders: str) -> list[Path]:
    """Every Turtle file of these folders, in one order on every machine."""
    return sorted(path for folder in folders for path in (root() / folder).rglob("*.ttl"))
