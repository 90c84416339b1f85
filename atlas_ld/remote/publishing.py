"""A release into a SPARQL 1.1 engine: loaded into a graph of its own, checked by pages, then served by one update.

    {base}graph/releases          which graph is served (sd:defaultGraph), how far each is loaded (void:triples)
    {base}graph/releases/{id}     the triples of one release: those of the default graph of its own store

Readers that ask for the graph that `sd:defaultGraph` names see the old release or the new one, never half of one. A
load that was stopped goes on where it was: triples are added in a fixed order, and adding one twice changes nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from atlas_ld.errors import EngineError
from atlas_ld.iris import Iris
from atlas_ld.rdf import Literal, NamedNode
from atlas_ld.release.layout import Release
from atlas_ld.release.reading.store import Reader
from atlas_ld.remote.engine import Engine
from atlas_ld.remote.pages import differences, pages
from atlas_ld.vocabulary import VOID

LOAD_LINES = 20_000
"""Triples in one request of the Graph Store Protocol."""
UPDATE_LINES = 1_000
"""Triples in one update: Virtuoso compiles no more than some thousand."""
CHECK_LINES = 2_000
"""Triples in one request that checks: fewer than the rows that engines give at the most as they come (10,000)."""
_SERVED = "http://www.w3.org/ns/sparql-service-description#defaultGraph"
_HELD = str(VOID.triples)

Progress = Callable[[str, int, int], None]
"""Is told of a step, how many triples are done, and of how many."""


@dataclass(frozen=True)
class Published:
    """What an engine holds of the releases: the graph that is served, and how far each graph is loaded."""

    served: str | None
    loaded: dict[str, int]


@dataclass(frozen=True)
class Outcome:
    """What publishing did: the graph, its triples, those that were there already, and the graphs that went."""

    graph: str
    triples: int
    resumed: int
    dropped: tuple[str, ...]


def control_graph(iris: Iris) -> str:
    """The graph that says which release is served."""
    return f"{iris.base}graph/releases"


def release_graph(iris: Iris, release_id: str) -> str:
    """The graph of one release."""
    return f"{control_graph(iris)}/{release_id}"


def published(engine: Engine, iris: Iris) -> Published:
    """What the engine says that it holds. Raises EngineError."""
    rows = engine.select(f"SELECT ?s ?p ?o {{ GRAPH <{control_graph(iris)}> {{ ?s ?p ?o }} }}")
    served: str | None = None
    loaded: dict[str, int] = {}
    for row in rows:
        subject, property_, value = row["s"], row["p"], row["o"]
        if isinstance(value, NamedNode) and property_.value == _SERVED:
            served = value.value
        elif isinstance(value, Literal) and property_.value == _HELD:
            loaded[subject.value] = max(int(value.value), loaded.get(subject.value, 0))
    return Published(served, loaded)


def publish(release: Release, engine: Engine, keep: int = 2, progress: Progress = lambda *_: None) -> Outcome:
    """Loads a release, checks every triple of it, serves it, and drops all but the `keep` newest graphs before it.

    Raises EngineError; then the graph that was served is served still, and the next call goes on from where this one
    came to.
    """
    iris = Iris(release.manifest.base_iri)
    graph, control = release_graph(iris, release.id), control_graph(iris)
    before = published(engine, iris)
    engine.may_update()
    most = LOAD_LINES if engine.addresses.graph_store else UPDATE_LINES
    with _statements(release) as statements:
        total = sum(len(page.lines) for page in pages(statements, most))
        done = before.loaded.get(graph, 0)
        if done > engine.count(graph):
            done = 0  # somebody emptied the graph since
        noted = graph in before.loaded
        for page in pages(statements, most):
            if page.end > done:
                engine.add(graph, page.body)
                engine.update(_set(control, graph, _HELD, str(page.end), known=noted))
                noted = True
            progress("loading", page.end, total)
        _check(statements, total, engine, graph, progress)
    engine.update(_set(control, control, _SERVED, f"<{graph}>", known=before.served is not None))
    if published(engine, iris).served != graph:
        raise EngineError(f"{engine.addresses.update} took the update that serves {graph}, but does not serve it.")
    return Outcome(graph, total, done, _drop_old(engine, control, graph, before, keep))


def _check(statements: Path, total: int, engine: Engine, graph: str, progress: Progress) -> None:
    counted = engine.count(graph)
    if counted != total:
        raise EngineError(
            f"The engine counts {counted} triples in {graph}, and the release has {total}; it is not served. "
            f"Drop that graph and publish again."
        )
    for page in pages(statements, CHECK_LINES):
        if found := differences(page, engine, graph):
            raise EngineError(
                f"The engine's graph {graph} differs from the release in {len(found)} triples of one page; "
                f"it is not served. It {found[0]}"
            )
        progress("checking", page.end, total)


@contextmanager
def _statements(release: Release) -> Iterator[Path]:
    """A file of N-Triples with what the release's own endpoint has as its default graph."""
    with tempfile.TemporaryDirectory(prefix="atlas-ld-") as folder:
        path = Path(folder) / "release.nt"
        Reader(release.store).write_lines(path)
        yield path


def _set(graph: str, subject: str, property_: str, value: str, known: bool) -> str:
    """One update that gives a subject its only value of a property. `known` says that there is one to replace: Virtuoso
    inserts nothing where a deleted variable is unbound."""
    new = f"INSERT DATA {{ GRAPH <{graph}> {{ <{subject}> <{property_}> {value} }} }}"
    if not known:
        return new
    old = f"{{ GRAPH <{graph}> {{ <{subject}> <{property_}> ?old }} }}"
    return f"DELETE {old} {new.replace('INSERT DATA', 'INSERT')} WHERE {old}"


def _drop_old(engine: Engine, control: str, graph: str, before: Published, keep: int) -> tuple[str, ...]:
    """Release ids begin with their date, so the newest graph is the last by name; the one served before is kept."""
    others = sorted((other for other in before.loaded if other != graph), key=lambda g: (g == before.served, g))
    old = others[: max(0, len(others) - keep)]
    for one in old:
        engine.update(f"DROP SILENT GRAPH <{one}>")
        engine.update(f"DELETE WHERE {{ GRAPH <{control}> {{ <{one}> <{_HELD}> ?n }} }}")
    return tuple(old)
