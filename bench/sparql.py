"""SPARQL: light look-ups and analytic questions through /sparql, beside Oxigraph's server, Virtuoso, rdflib-endpoint
and the engine alone, over the same release. Our answers are computed each time; kept ones are a row of their own."""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlsplit

from pyoxigraph import DefaultGraph, QueryResultsFormat, QueryTriples, RdfFormat, Store

from atlas_ld.iris import Iris
from atlas_ld.release.layout import Release, open_release
from atlas_ld.vocabulary import PREFIXES
from bench import peers, serving
from bench.harness import Sample, Table, free_port, median_latency, requests_per_second, server

QUERIES = Path(__file__).parent / "queries"
ACCEPT = "application/sparql-results+json, text/turtle;q=0.9"
LOOK_UPS = 200
CLIENTS = 8
_PATIENCE = 120.0

Ask = Callable[[str], bytes]
"""Sends a query, gives the answer's bytes."""


@dataclass(frozen=True)
class Engine:
    """A contender: its name, how to ask it, and the address of its endpoint (None for the engine in process)."""

    name: str
    ask: Ask
    endpoint: str | None = None


def compare(releases: Path, work: Path, seconds: int = 5, repeats: int = 3) -> list[Table]:
    """Measures everything over the current release in `releases`; each engine runs alone."""
    release = open_release(releases)
    analytics = questions(release)
    light = look_ups(release)
    one = Table(
        "SPARQL: light look-ups, one client",
        "Oxigraph's server",
        f"The median of {len(light)} queries in turn, over one connection.",
    )
    many = Table(f"SPARQL: light look-ups, {CLIENTS} clients", "Oxigraph's server", "Queries answered each second.")
    tables = {name: Table(f"SPARQL: {text}", "Oxigraph's server") for name, (text, _) in analytics.items()}
    missing, answers = [], dict[str, dict[str, list[str]]]()
    for name, start in contenders(releases, release, work).items():
        try:
            with start() as engine:
                one.add(name, _latency(engine, light, seconds, repeats))
                for question, (_, query) in analytics.items():
                    times, answer = _repeated(engine.ask, query, repeats)
                    answers.setdefault(question, {})[name] = rows(answer)
                    tables[question].add(name, times, _remark(answers[question], name))
                if engine.endpoint:  # last: a server that does not bear it is measured in all else
                    base, asked = _requests(engine.endpoint, light)
                    many.add(name, requests_per_second(base, asked, CLIENTS, seconds, repeats))
        except (peers.PeerMissing, ChildProcessError, AssertionError, OSError, http.client.HTTPException) as why:
            missing.append(f"{name}: {type(why).__name__}, {str(why)[:120]}")
    if missing:
        one.note += f" Not measured, or not to the end: {'; '.join(missing)}."
    found = [one, many, *tables.values()]
    for table in found:
        if table.against not in table.rows:  # it could not be had: compare with whoever came first
            table.against = next(iter(table.rows))
    return found


def questions(release: Release) -> dict[str, tuple[str, str]]:
    """The analytic questions by file name: what they ask, and the query with its prefixes declared."""
    found = {}
    for path in sorted((QUERIES / "analytics").glob("*.rq")):
        comment, _, query = path.read_text("utf-8").partition("\n")
        found[path.stem] = (comment.removeprefix("# "), _declared(release, query))
    return found


def look_ups(release: Release) -> list[str]:
    """Light queries, every one about a thing of its own."""
    templates = [path.read_text("utf-8").partition("\n")[2] for path in sorted((QUERIES / "light").glob("*.rq"))]
    iris = Iris(release.manifest.base_iri)
    names = serving.entities(release)
    chosen = names[:: max(1, len(names) // LOOK_UPS)][:LOOK_UPS]
    return [
        _declared(release, templates[place % len(templates)].replace("$THING", f"<{iris.base}id/{name}>"))
        for place, name in enumerate(chosen)
    ]


def _declared(release: Release, query: str) -> str:
    prefixes = PREFIXES | Iris(release.manifest.base_iri).prefixes
    used = [f"PREFIX {name}: <{iri}>" for name, iri in prefixes.items() if f"{name}:" in query]
    return "\n".join([*used, query])


def contenders(
    releases: Path, release: Release, work: Path
) -> dict[str, Callable[[], contextlib.AbstractContextManager[Engine]]]:
    statements = work / "statements.nt"  # with the ontology, the catalogue and the queries, which atlas.nt has not
    Store.read_only(str(release.store)).dump(str(statements), RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    return {
        "Oxigraph's server": lambda: _oxigraph(release),
        "atlas-ld": lambda: _ours(releases, kept=0),
        "atlas-ld, asked before": lambda: _ours(releases, kept=64),
        "pyoxigraph in process, store on disk": lambda: _in_process(release),
        "pyoxigraph in process, store in memory": lambda: _in_memory(statements),
        "Virtuoso": lambda: _virtuoso(statements, work),
        "rdflib-endpoint": lambda: _rdflib(statements),
    }


@contextlib.contextmanager
def _ours(releases: Path, kept: int) -> Iterator[Engine]:
    settings = {"query_cache_mb": kept, "document_cache_mb": kept, "query_per_client": 64, "query_seconds": 60}
    settings |= {"access_log": 0}
    with serving.site(releases, **settings) as (base, _), _over_http(f"{base}/sparql") as ask:
        serving.settle(base)
        yield Engine("atlas-ld", ask, f"{base}/sparql")


@contextlib.contextmanager
def _oxigraph(release: Release) -> Iterator[Engine]:
    with serving.oxigraph(release) as endpoint, _over_http(endpoint) as ask:
        yield Engine("Oxigraph's server", ask, endpoint)


@contextlib.contextmanager
def _in_process(release: Release) -> Iterator[Engine]:
    yield Engine("pyoxigraph", _direct(Store.read_only(str(release.store))))


@contextlib.contextmanager
def _in_memory(statements: Path) -> Iterator[Engine]:
    store = Store()
    store.bulk_load(path=str(statements), format=RdfFormat.N_TRIPLES)
    yield Engine("pyoxigraph in memory", _direct(store))


def _direct(store: Store) -> Ask:
    def ask(query: str) -> bytes:
        answer = store.query(query)
        if isinstance(answer, QueryTriples):
            return answer.serialize(format=RdfFormat.TURTLE) or b""
        return answer.serialize(format=QueryResultsFormat.JSON) or b""

    return ask


@contextlib.contextmanager
def _rdflib(statements: Path) -> Iterator[Engine]:
    """rdflib's own store in memory, which is its default."""
    program, port = peers.python_program("rdflib-endpoint"), free_port()
    base = f"http://127.0.0.1:{port}"
    arguments: list[str | Path] = [program, "serve", "--host", "127.0.0.1", "--port", str(port), statements]
    with server(arguments, f"{base}/docs", seconds=600), _over_http(f"{base}/") as ask:
        yield Engine("rdflib-endpoint", ask, f"{base}/")


@contextlib.contextmanager
def _virtuoso(statements: Path, work: Path) -> Iterator[Engine]:
    """Virtuoso with the release loaded into one graph, which is its default graph."""
    program = peers.debian_program("virtuoso-t", "virtuoso-opensource-7-bin")
    query = peers.debian_program("isql-vt", "virtuoso-opensource-7-bin")
    folder, port, own = (work / "virtuoso").resolve(), free_port(), free_port()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "atlas.nt").symlink_to(statements.resolve())
    text = (peers.CONFIGURATION / "virtuoso.ini").read_text("utf-8")
    filled = {"FOLDER": str(folder), "HTTP_PORT": str(port), "SQL_PORT": str(own)}
    for name, value in filled.items():
        text = text.replace(name, value)
    (folder / "virtuoso.ini").write_text(text, encoding="utf-8")
    base = f"http://127.0.0.1:{port}/sparql"
    with server([program, "+foreground", "+configfile", folder / "virtuoso.ini"], base, seconds=120):
        load = (
            f"ld_dir('{folder}', 'atlas.nt', 'http://localhost:8890/atlas'); rdf_loader_run(); checkpoint; "
            "grant select on DB.DBA.RDF_QUAD to SPARQL;"
        )
        subprocess.run([query, str(own), "dba", "dba", f"exec={load}"], check=True, capture_output=True)
        with _over_http(base, default_graph="http://localhost:8890/atlas") as ask:
            yield Engine("Virtuoso", ask, f"{base}?default-graph-uri={quote('http://localhost:8890/atlas', safe='')}")


@contextlib.contextmanager
def _over_http(endpoint: str, default_graph: str | None = None) -> Iterator[Ask]:
    """Queries by GET over one connection that is kept."""
    address = urlsplit(endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_PATIENCE)

    def ask(query: str) -> bytes:
        graph = f"&default-graph-uri={quote(default_graph, safe='')}" if default_graph else ""
        connection.request("GET", f"{address.path}?query={quote(query)}{graph}", headers={"Accept": ACCEPT})
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise ChildProcessError(f"{response.status}: {body[:200].decode(errors='replace')}")
        return body

    try:
        yield ask
    finally:
        connection.close()


def _latency(engine: Engine, queries: Sequence[str], seconds: int, repeats: int) -> Sample:
    if engine.endpoint:
        return median_latency(*_requests(engine.endpoint, queries), seconds, repeats)
    return Sample(tuple(median(_each(engine.ask, queries)) for _ in range(repeats)), "ms")


def _each(ask: Ask, queries: Sequence[str]) -> list[float]:
    """Milliseconds of each query."""
    return [_repeated(ask, query, 1)[0].median for query in queries]


def _repeated(ask: Ask, query: str, repeats: int) -> tuple[Sample, bytes]:
    times, answer = [], b""
    for _ in range(repeats):
        began = time.perf_counter()
        answer = ask(query)
        times.append(1000 * (time.perf_counter() - began))
    return Sample(tuple(times), "ms"), answer


def _requests(endpoint: str, queries: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
    """The server of an endpoint, and what it is asked."""
    address = urlsplit(endpoint)
    graph = f"{address.query}&" if address.query else ""
    asked = [(f"{address.path}?{graph}query={quote(query)}", ACCEPT) for query in queries]
    return f"http://{address.netloc}", asked


def rows(answer: bytes) -> list[str]:
    """The rows of an answer in a form that can be compared: values alone, numbers as such, in no order."""
    try:
        bindings = json.loads(answer)["results"]["bindings"]
    except (ValueError, KeyError):
        return [answer.decode(errors="replace")]
    return sorted(
        json.dumps({name: _value(term["value"]) for name, term in row.items()}, sort_keys=True) for row in bindings
    )


def _value(text: str) -> str:
    try:
        return f"{float(text):.6g}"
    except ValueError:
        return text


def _remark(answers: dict[str, list[str]], name: str) -> str:
    first = next(iter(answers.values()))
    return f"{len(answers[name])} rows" + ("" if answers[name] == first else ", which differ")
