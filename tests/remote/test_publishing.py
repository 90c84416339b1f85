"""remote/publishing.py and the command: a release in real engines is whole, or it is not served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from atlas_ld import pipeline
from atlas_ld.cli import main
from atlas_ld.config import Settings
from atlas_ld.errors import EngineError
from atlas_ld.iris import Iris
from atlas_ld.queries.named import named_queries
from atlas_ld.rdf import Node
from atlas_ld.release.layout import Release
from atlas_ld.remote import Engine, publish, published, release_graph
from atlas_ld.remote.pages import comparable
from atlas_ld.remote.publishing import control_graph
from atlas_ld.resources import root
from atlas_ld.vocabulary import PREFIXES
from tests.remote.conftest import Running

# urllib leaves the answer in which an engine asks for Digest to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

DIFFERENT = {
    # The SHACL report is in a graph of its own, which is not published.
    "oxigraph": {"quality-report"},
    "virtuoso": {
        "quality-report",
        "distance-between-partners",  # geof:distance is not there
        "organisations-with-several-roles",  # GROUP_CONCAT of fr texts is plain, as SPARQL 1.1 says; Oxigraph keeps fr
        "partnerships-signed-in-a-year",  # the same
        "partnerships-per-head",  # an integer divided by an integer is an integer
        "quality-coverage",  # the same
        "themes-together",  # a path with + within FILTER NOT EXISTS leaves pairs that it should take out
    },
}


def engine_of(running: Running) -> Engine:
    return Engine(running.addresses, running.user, running.password)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """One partnership, with what it links to."""
    settings = Settings(releases=tmp_path_factory.mktemp("small"))
    return pipeline.build(
        [root() / "data" / "demonstration" / "crea-ocean.json"], settings, day=date(2026, 11, 23)
    ).release


@pytest.fixture
def engine(running: Running, small: Release) -> Engine:
    """An engine that holds nothing of ours."""
    engine = engine_of(running)
    iris = Iris(small.manifest.base_iri)
    for graph in (control_graph(iris), release_graph(iris, small.id), *published(engine, iris).loaded):
        engine.update(f"CLEAR SILENT GRAPH <{graph}>")
    return engine


def rows(found: Iterable[Mapping[str, Node]]) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(tuple(sorted((name, comparable(term)) for name, term in row.items())) for row in found)


def test_a_published_release_is_served_and_asked_again_changes_nothing(engine: Engine, small: Release) -> None:
    iris = Iris(small.manifest.base_iri)
    first = publish(small, engine)
    assert first.triples == engine.count(first.graph) > small.manifest.counts.triples
    assert published(engine, iris).served == first.graph == release_graph(iris, small.id)
    again = publish(small, engine)
    assert (again.resumed, again.triples) == (first.triples, first.triples)


def test_what_was_stopped_goes_on_where_it_was(engine: Engine, small: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    iris = Iris(small.manifest.base_iri)
    monkeypatch.setattr("atlas_ld.remote.publishing.LOAD_LINES", 500)
    add, added = engine.add, []

    def broken(graph: str, lines: bytes) -> None:
        if len(added) == 2:
            raise EngineError("The engine died in the middle of a load.")
        add(graph, lines)
        added.append(lines)

    monkeypatch.setattr(engine, "add", broken)
    with pytest.raises(EngineError, match="died in the middle"):
        publish(small, engine)
    assert published(engine, iris).served is None
    monkeypatch.setattr(engine, "add", add)
    outcome = publish(small, engine)
    assert outcome.resumed == sum(lines.count(b"\n") for lines in added) > 0
    assert engine.count(outcome.graph) == outcome.triples


@pytest.mark.parametrize("spoilt", ["altered", "added"])
def test_a_graph_that_is_not_the_release_is_not_served(engine: Engine, small: Release, spoilt: str) -> None:
    iris = Iris(small.manifest.base_iri)
    graph = publish(small, engine).graph
    engine.update(f"CLEAR GRAPH <{control_graph(iris)}>")
    total = engine.count(graph)
    engine.update(
        f"INSERT DATA {{ GRAPH <{control_graph(iris)}> {{ <{graph}> <http://rdfs.org/ns/void#triples> {total} }} }}"
    )
    brest = f"{iris.base}id/territory/commune-29019"
    name = '<http://www.w3.org/2000/01/rdf-schema#label> "Brest"@fr'
    engine.update(f"INSERT DATA {{ GRAPH <{graph}> {{ <{brest}> {name.replace('Brest', 'Brast')} }} }}")
    if spoilt == "altered":
        engine.update(f"DELETE DATA {{ GRAPH <{graph}> {{ <{brest}> {name} }} }}")
    with pytest.raises(EngineError, match="it is not served"):
        publish(small, engine)
    assert published(engine, iris).served is None


def test_what_was_lost_since_is_loaded_again(engine: Engine, small: Release) -> None:
    outcome = publish(small, engine)
    engine.update(f"CLEAR GRAPH <{outcome.graph}>")
    assert publish(small, engine).resumed == 0
    assert engine.count(outcome.graph) == outcome.triples


def test_old_graphs_go_and_the_one_served_before_stays(engine: Engine, small: Release) -> None:
    iris = Iris(small.manifest.base_iri)
    control = control_graph(iris)
    old = [release_graph(iris, f"2020-01-0{day}-00000000") for day in (1, 2, 3)]
    for graph in old:
        engine.update(f'INSERT DATA {{ GRAPH <{graph}> {{ <{graph}> <{graph}> "old" }} }}')
        engine.update(f"INSERT DATA {{ GRAPH <{control}> {{ <{graph}> <http://rdfs.org/ns/void#triples> 1 }} }}")
    served = "http://www.w3.org/ns/sparql-service-description#defaultGraph"
    engine.update(f"INSERT DATA {{ GRAPH <{control}> {{ <{control}> <{served}> <{old[0]}> }} }}")
    outcome = publish(small, engine, keep=1)
    assert set(outcome.dropped) == {old[1], old[2]}
    assert [engine.count(graph) for graph in old] == [1, 0, 0]
    assert set(published(engine, iris).loaded) == {old[0], outcome.graph}


def test_example_queries_have_the_same_rows_as_on_the_release_s_own_store(
    running: Running, demonstration: Release
) -> None:
    """Multisets of rows, numbers by their value; what differs is listed with its reason, and differs indeed."""
    engine = engine_of(running)
    graph = publish(demonstration, engine).graph
    prefixes = {**PREFIXES, **Iris(demonstration.manifest.base_iri).prefixes}
    prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes.items())
    store = ox.Store.read_only(str(demonstration.store))
    differing = set()
    for name, named in named_queries().items():
        text = named.query.text
        own = store.query(text, prefixes=prefixes)
        if isinstance(own, ox.QueryBoolean):
            assert engine.ask(prologue + text, graph) == bool(own), name
        elif isinstance(own, ox.QuerySolutions):
            names = [variable.value for variable in own.variables]
            expected = rows({n: row[n] for n in names if row[n] is not None} for row in own)
            try:
                same = rows(engine.select(prologue + text, graph)) == expected
            except EngineError:
                same = False
            differing |= set() if same else {name}
    assert differing == DIFFERENT[running.name]


def run(running: Running, release: Release, *more: str, **environment: str) -> Result:
    addresses = running.addresses
    arguments = ["publish", "--to", addresses.query, "--update-url", addresses.update]
    arguments += ["--graph-store-url", addresses.graph_store or "", "--releases", str(release.path.parent), *more]
    return CliRunner().invoke(main, arguments, env=environment)


def test_the_command_publishes_with_a_user_s_password(running: Running, engine: Engine, small: Release) -> None:
    user = ["--user", running.user] if running.user else []
    planned = run(running, small, "--dry-run", *user)
    assert planned.exit_code == 0
    assert "Would load" in planned.output
    assert published(engine, Iris(small.manifest.base_iri)).loaded == {}
    done = run(running, small, *user, ATLAS_LD_STORE_PASSWORD=running.password or "")
    assert done.exit_code == 0, done.output
    assert done.output.rstrip().endswith(small.id)


def test_updates_alone_publish_too(running: Running, engine: Engine, small: Release) -> None:
    without = replace(running, addresses=replace(running.addresses, graph_store=None))
    outcome = publish(small, engine_of(without))
    assert engine.count(outcome.graph) == outcome.triples


def test_a_wrong_password_is_one_sentence_before_anything_is_sent(virtuoso: Running, small: Release) -> None:
    for user in ([], ["--user", "dba"]):
        refused = run(virtuoso, small, *user, ATLAS_LD_STORE_PASSWORD="wrong")
        assert refused.exit_code == 1
        assert "ATLAS_LD_STORE_PASSWORD" in refused.output
        assert "Traceback" not in refused.output
        assert "loading" not in refused.output
