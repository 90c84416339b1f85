"""The files of a release that are made from its graph alone: dumps, tables, indexes and the store.

Each is made by itself from download/atlas.nq, so that processes share the work where the graph is large.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path

import pyoxigraph as ox

from atlas_ld.iris import Iris
from atlas_ld.media import JSONLD, NQUADS, NTRIPLES, RDFXML, TRIG, TURTLE, Format
from atlas_ld.model import load_model
from atlas_ld.processes import Workers
from atlas_ld.rdf import Triple, node, parse_lines
from atlas_ld.release.dumps import compress, link, write_dump
from atlas_ld.release.facets import FACETS, write_facets
from atlas_ld.release.search import entries_of, write_index
from atlas_ld.release.tables import write_tables
from atlas_ld.vocabulary import PREFIXES

DOWNLOADS = "download"
ONTOLOGY = "ontology.ttl"
REPORT = "quality.ttl"
SEARCH = "search.sqlite"
STORE = "store"

_LARGE = 50_000
"""Triples from which on it pays to start processes."""


def write_parts(folder: Path, base_iri: str, triples: int, workers: Workers) -> None:
    """Make every part of the release in `folder`, which has its ontology, its report and download/atlas.{nt,nq}."""
    work = partial(_make, folder=folder, base_iri=base_iri)
    list(workers.spread(work, list(_PARTS), part=1, alone=0 if triples > _LARGE else len(_PARTS)))


def _make(names: Sequence[str], *, folder: Path, base_iri: str) -> list[None]:
    return [_PARTS[name](folder, base_iri) for name in names]


@lru_cache(maxsize=1)
def _graph(nquads: Path, _changed: int) -> list[Triple]:
    return parse_lines(nquads.read_bytes())


def _triples(folder: Path) -> list[Triple]:
    """The published graph in reading order, parsed once in each process."""
    nquads = folder / DOWNLOADS / f"atlas.{NQUADS.extension}"
    return _graph(nquads, nquads.stat().st_mtime_ns)


def _dump(folder: Path, base_iri: str, format_: Format) -> None:
    prefixes = PREFIXES | Iris(base_iri).prefixes
    path = folder / DOWNLOADS / f"atlas.{format_.extension}"
    write_dump(_triples(folder), format_, path, prefixes, load_model(base_iri).context(prefixes))
    compress(path)


def _turtle(folder: Path, base_iri: str) -> None:
    """TriG as well: a graph without name is the same in both."""
    _dump(folder, base_iri, TURTLE)
    turtle, trig = (folder / DOWNLOADS / f"atlas.{format_.extension}" for format_ in (TURTLE, TRIG))
    link(turtle, trig)


def _lines(folder: Path, _: str) -> None:
    for format_ in (NTRIPLES, NQUADS):
        compress(folder / DOWNLOADS / f"atlas.{format_.extension}")


def _tables(folder: Path, base_iri: str) -> None:
    for path in write_tables(_triples(folder), load_model(base_iri), Iris(base_iri), folder / DOWNLOADS):
        if path.suffix == ".csv":
            compress(path)


def _search(folder: Path, base_iri: str) -> None:
    write_index(folder / SEARCH, entries_of(_triples(folder), Iris(base_iri)))


def _facets(folder: Path, base_iri: str) -> None:
    write_facets(folder / FACETS, _triples(folder), Iris(base_iri))


def _store(folder: Path, base_iri: str) -> None:
    """What is published in the default graph, the SHACL report in a graph of its own."""
    store = ox.Store(str(folder / STORE))
    store.bulk_load(path=str(folder / DOWNLOADS / f"atlas.{NTRIPLES.extension}"), format=ox.RdfFormat.N_TRIPLES)
    store.bulk_load(path=str(folder / ONTOLOGY), format=ox.RdfFormat.TURTLE, base_iri=base_iri)
    quality = node(Iris(base_iri).quality_graph)
    store.bulk_load(path=str(folder / REPORT), format=ox.RdfFormat.TURTLE, to_graph=quality)
    store.flush()


_PARTS: Mapping[str, Callable[[Path, str], None]] = {
    "tables": _tables,
    "facets": _facets,
    "store": _store,
    "JSON-LD": partial(_dump, format_=JSONLD),
    "RDF/XML": partial(_dump, format_=RDFXML),
    "search": _search,
    "Turtle": _turtle,
    "lines": _lines,
}
"""The longest first, so that no process is left with one at the end."""
