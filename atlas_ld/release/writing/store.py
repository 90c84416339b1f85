"""The store of a release: loaded whole, or taken over from the release before with what has changed.

What is published is in the default graph, with the ontology, the catalogue and the example queries; the SHACL report is
in a graph of its own. docs/decisions/0018 has the reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox

from atlas_ld.iris import Iris
from atlas_ld.rdf import Quad, Triple, node, parse_file, parse_lines, subject_of
from atlas_ld.release.layout import CANONICAL, CATALOGUE, ONTOLOGY, REPORT, STORE
from atlas_ld.release.reading.dump import Dump
from atlas_ld.release.writing.entities import Changes, Entities, entity_of

_MOST = 0.2
"""Of all entities, how many may change before it costs less to load all of them again."""


def write_store(folder: Path, entities: Entities, changes: Changes, base_iri: str, queries: Sequence[Triple]) -> None:
    """Write the store of the release in `folder`, which has what goes into it: dump, ontology, catalogue and report.

    It holds the same quads whatever was taken over; its files differ.
    """
    touched = len(changes.added) + len(changes.changed) + len(changes.removed)
    if changes.previous and touched < _MOST * len(entities.digests):
        store = _followed(folder, changes.previous, entities, changes, base_iri)
    else:
        store = _loaded(folder, base_iri)
    store.extend(map(_quad, [*parse_file(folder / CATALOGUE, base_iri), *queries]))
    store.flush()
    del store  # RocksDB writes its last files as it closes


def _loaded(folder: Path, base_iri: str) -> ox.Store:
    store = ox.Store(str(folder / STORE))
    store.bulk_load(path=str(folder / CANONICAL), format=ox.RdfFormat.N_TRIPLES)
    store.bulk_load(path=str(folder / ONTOLOGY), format=ox.RdfFormat.TURTLE, base_iri=base_iri)
    quality = node(Iris(base_iri).quality_graph)
    store.bulk_load(path=str(folder / REPORT), format=ox.RdfFormat.TURTLE, to_graph=quality)
    store.optimize()
    return store


def _followed(folder: Path, previous: Path, entities: Entities, changes: Changes, base_iri: str) -> ox.Store:
    """The store of the previous release, which is only read, with the quads of what has changed.

    The files that both have are hard links. RocksDB writes each table file once and removes it by its name, so that
    neither store can alter the other.
    """
    ox.Store.read_only(str(previous / STORE)).backup(str(folder / STORE))
    store = ox.Store(str(folder / STORE))
    said = Dump(previous / CANONICAL)
    gone = parse_lines(b"".join(said.entity(iri) for iri in (*changes.changed, *changes.removed)))
    gone += [*parse_file(previous / CATALOGUE, base_iri), *parse_file(previous / ONTOLOGY, base_iri)]
    for triple in gone:
        store.remove(_quad(triple))
    # What is gone of one entity may be said by another graph too, and what stays is put in again without harm.
    come = {entity_of(subject_of(triple)) for triple in gone}.union(changes.added) & entities.digests.keys()
    store.extend(map(_quad, parse_lines(b"".join(entities.lines(sorted(come))))))
    store.extend(map(_quad, parse_file(folder / ONTOLOGY, base_iri)))
    _follow_report(store, previous / REPORT, folder / REPORT, base_iri)
    return store


def _follow_report(store: ox.Store, before: Path, after: Path, base_iri: str) -> None:
    """Only the results that come or go are parsed: a subject's statements stand between empty lines, and the prefixes
    before the first."""
    graph = node(Iris(base_iri).quality_graph)
    old, new = (path.read_bytes().rstrip(b"\n").split(b"\n\n") for path in (before, after))
    for (prefixes, *blocks), others, act in ((old, set(new), store.remove), (new, set(old), store.add)):
        differing = b"\n\n".join((prefixes, *(block for block in blocks if block not in others)))
        for quad in ox.parse(differing, format=ox.RdfFormat.TURTLE, base_iri=base_iri):
            act(Quad(quad.subject, quad.predicate, quad.object, graph))


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object)
