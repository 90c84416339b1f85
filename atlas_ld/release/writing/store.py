"""The store of a release: loaded whole, or taken over from the release before with what has changed.

What is published is in the default graph, with the ontology, the catalogue and the example queries; the SHACL report is
in a graph of its own. docs/decisions/0018 has the reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox

from atlas_ld.iris import Iris
from atlas_ld.rdf import Quad, Triple, node, parse_file
from atlas_ld.release.layout import CANONICAL, CATALOGUE, ONTOLOGY, REPORT, STORE
from atlas_ld.release.writing.entities import Entities
from atlas_ld.release.writing.following import Changes, follow_store

_PORTION = 2**25
"""Bytes of the dump that are loaded at once. Oxigraph would gather a million quads, more than a gigabyte, before it
writes (docs/decisions/0036)."""


def write_store(folder: Path, entities: Entities, changes: Changes, base_iri: str, queries: Sequence[Triple]) -> None:
    """Write the store of the release in `folder`, which has what goes into it: dump, ontology, catalogue and report.

    It holds the same quads whatever was taken over; its files differ.
    """
    store = follow_store(folder, entities, changes, base_iri) or _loaded(folder, base_iri)
    store.extend(map(_quad, [*parse_file(folder / CATALOGUE, base_iri), *queries]))
    store.flush()
    del store  # RocksDB writes its last files as it closes


def _loaded(folder: Path, base_iri: str) -> ox.Store:
    store = ox.Store(str(folder / STORE))
    for lines in _portions(folder / CANONICAL):
        store.bulk_load(lines, format=ox.RdfFormat.N_TRIPLES)
    store.bulk_load(path=str(folder / ONTOLOGY), format=ox.RdfFormat.TURTLE, base_iri=base_iri)
    quality = node(Iris(base_iri).quality_graph)
    store.bulk_load(path=str(folder / REPORT), format=ox.RdfFormat.TURTLE, to_graph=quality)
    store.optimize()
    return store


def _portions(path: Path) -> Iterator[bytes]:
    """Whole lines of a file, some 32 MB at a time."""
    with path.open("rb") as file:
        while lines := file.read(_PORTION):
            yield lines + file.readline()


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object)
