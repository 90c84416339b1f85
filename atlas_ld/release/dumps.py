"""RDF dumps: the whole graph in every format, plain and gzipped, the same bytes for the same graph."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from typing import Any

from atlas_ld import jsonld
from atlas_ld.media import JSONLD, NTRIPLES, RDF_FORMATS
from atlas_ld.rdf import Triple, write


def write_dumps(
    triples: list[Triple], lines: list[bytes], folder: Path, prefixes: dict[str, str], context: dict[str, Any]
) -> None:
    """`atlas.<extension>` and `.gz` for each RDF format.

    `triples` come grouped by subject, in reading order; `lines` are the same as canonical, sorted N-Triples.
    """
    for format_ in RDF_FORMATS:
        path = folder / f"atlas.{format_.extension}"
        if format_ is JSONLD:
            path.write_bytes(jsonld.dump(triples, context))
        elif format_ is NTRIPLES:
            path.write_bytes(b"".join(lines))
        else:
            path.write_bytes(write(triples, format_, prefixes))
        compress(path)


def compress(path: Path) -> Path:
    """A gzip file beside `path`, without the time and name that gzip would note."""
    target = path.with_name(f"{path.name}.gz")
    with (
        path.open("rb") as source,
        target.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as packed,
    ):
        shutil.copyfileobj(source, packed)
    return target
