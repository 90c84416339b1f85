"""RDF dumps: the whole graph in every format, plain and gzipped, the same bytes for the same graph."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from typing import Any

from atlas_ld import jsonld
from atlas_ld.media import JSONLD, Format
from atlas_ld.rdf import Triple, write


def write_dump(
    triples: list[Triple], format_: Format, path: Path, prefixes: dict[str, str], context: dict[str, Any]
) -> None:
    """The graph in one RDF format; `triples` come grouped by subject, in reading order."""
    path.write_bytes(jsonld.dump(triples, context) if format_ is JSONLD else write(triples, format_, prefixes))


def compress(path: Path) -> Path:
    """A gzip file beside `path`, without the time and name that gzip would note."""
    target = path.with_name(f"{path.name}.gz")
    with (
        path.open("rb") as source,
        target.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as packed,
    ):
        shutil.copyfileobj(source, packed, 2**20)
    return target


def link(path: Path, other: Path) -> None:
    """Make `other` the same as `path`, and so their gzip files. Hard links: files of a release never change."""
    other.hardlink_to(path)
    other.with_name(f"{other.name}.gz").hardlink_to(path.with_name(f"{path.name}.gz"))
