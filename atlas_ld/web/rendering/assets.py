"""The browser libraries that ship with the site: what they are, under which licence, which files.

They are fetched when the package is built (frontend/install.py), never by the browser from somebody else's host.
Templates link them like every static file: `asset("vendor/leaflet/leaflet.js")`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from atlas_ld.errors import BrokenResource

_VENDOR = Path(__file__).parents[1] / "static" / "vendor"


@dataclass(frozen=True)
class Library:
    """A library as npm publishes it. `licence` is an SPDX expression; `files` and `notice` are static file names."""

    name: str
    version: str
    licence: str
    homepage: str
    notice: str
    files: tuple[str, ...]
    size: int
    """Bytes of all its files, uncompressed."""


@cache
def libraries() -> tuple[Library, ...]:
    """Every library, in the order of frontend/packages.toml. Raises BrokenResource where none was installed."""
    path = _VENDOR / "manifest.json"
    try:
        packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
    except FileNotFoundError:
        raise BrokenResource(f"{path} is missing; install the package again, or run frontend/install.py.") from None
    return tuple(
        Library(
            name=package["name"],
            version=package["version"],
            licence=package["licence"],
            homepage=package["homepage"],
            notice=f"vendor/{package['folder']}/{package['notice']}",
            files=tuple(f"vendor/{package['folder']}/{file['name']}" for file in package["files"]),
            size=sum(file["size"] for file in package["files"]),
        )
        for package in packages
    )
