"""The files of a release that are made from its graph as a whole: indexes and the store.

Each is made by itself, so that processes share the work where the graph is large.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from atlas_ld.iris import Iris
from atlas_ld.media import NTRIPLES
from atlas_ld.processes import Workers
from atlas_ld.rdf import Triple, node, parse_lines
from atlas_ld.release.downloads import DOWNLOADS
from atlas_ld.release.dumps import dump_name
from atlas_ld.release.entities import Entities
from atlas_ld.release.facets import FACETS, write_facets
from atlas_ld.release.search import entries_of, write_index

ONTOLOGY = "ontology.ttl"
REPORT = "quality.ttl"
SEARCH = "search.sqlite"
STORE = "store"

_LARGE = 50_000
"""Triples from which on it pays to start processes."""


def write_parts(folder: Path, base_iri: str, entities: Entities, triples: int, workers: Workers) -> None:
    """Make every part of the release in `folder`, which has its ontology, its report and its dumps."""
    work = partial(_make, folder=folder, base_iri=base_iri, entities=entities)
    list(workers.spread(work, list(_PARTS), part=1, alone=0 if triples > _LARGE else len(_PARTS)))


def _make(names: Sequence[str], *, folder: Path, base_iri: str, entities: Entities) -> list[None]:
    return [_PARTS[name](folder, base_iri, entities) for name in names]


def _graph(entities: Entities) -> list[Triple]:
    """The published graph in reading order."""
    return parse_lines(b"".join(entities.lines(list(entities.digests))))


def _search(folder: Path, base_iri: str, entities: Entities) -> None:
    write_index(folder / SEARCH, entries_of(_graph(entities), Iris(base_iri)))


def _facets(folder: Path, base_iri: str, entities: Entities) -> None:
    write_facets(folder / FACETS, _graph(entities), Iris(base_iri))


def _store(folder: Path, base_iri: str, _: Entities) -> None:
    """What is published in the default graph, the SHACL report in a graph of its own."""
    store = ox.Store(str(folder / STORE))
    store.bulk_load(path=str(folder / DOWNLOADS / dump_name(NTRIPLES)), format=ox.RdfFormat.N_TRIPLES)
    store.bulk_load(path=str(folder / ONTOLOGY), format=ox.RdfFormat.TURTLE, base_iri=base_iri)
    quality = node(Iris(base_iri).quality_graph)
    store.bulk_load(path=str(folder / REPORT), format=ox.RdfFormat.TURTLE, to_graph=quality)
    store.flush()


_PARTS: Mapping[str, Callable[[Path, str, Entities], None]] = {"facets": _facets, "search": _search, "store": _store}
