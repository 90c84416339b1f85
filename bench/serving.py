"""Dereferencing: documents, ready and cold, beside bounds (bare Python, nginx) and Trifid; start and memory.

All under wrk with 16 connections on the loopback, one after the other, with a mix of 200 entities in three formats.
"""

from __future__ import annotations

import contextlib
import getpass
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import NamedNode, Store

from atlas_ld.config import Settings
from atlas_ld.iris import Iris
from atlas_ld.media import HTML, JSONLD, TURTLE
from atlas_ld.release.layout import Release, open_release
from atlas_ld.vocabulary import ATLAS, RDF
from bench import peers
from bench.harness import Requests, Sample, Table, free_port, requests_per_second, server

FORMATS = (TURTLE, JSONLD, HTML)
ENTITIES = 200
CONNECTIONS = 16
_MOST = 20_000
"""Different documents in one load: more would not fit in a script of wrk."""
_CLASSES = (ATLAS.Partnership, ATLAS.TerritorialAuthority, ATLAS.OtherOrganisation, ATLAS.Territory)


def compare(releases: Path, work: Path, queries: Sequence[str], seconds: int = 5, repeats: int = 3) -> list[Table]:
    """Measures everything over the current release in `releases`; `queries` are what is asked beside documents."""
    release = open_release(releases)
    every = entities(release)
    step = max(1, len(every) // ENTITIES)
    chosen = every[::step][:ENTITIES]
    mix = [(f"/doc/{name}", f.media_type) for name in chosen for f in FORMATS]
    rest = [(f"/doc/{name}", FORMATS[place % 3].media_type) for place, name in enumerate(every[:_MOST])]
    note = (
        f"{len(chosen)} entities as Turtle, JSON-LD and HTML in turn, {CONNECTIONS} connections. Cold: nothing is "
        f"kept, and {len(rest)} different documents are asked for in turn."
    )
    table = Table("Dereferencing", "bare Flask, hello", note)
    missing: list[str] = []

    def rate(base: str, asked: Requests) -> Sample:
        return requests_per_second(base, asked, CONNECTIONS, seconds, repeats)

    with bare("flask") as base:
        table.add("bare Flask, hello", rate(base, [("/", "*/*")]), "granian, as many processes as ours")
    with bare("wsgi") as base:
        table.add("bare WSGI, 5 kB", rate(base, [("/", "*/*")]), "granian, as many processes as ours")
    with site(releases, access_log=0) as (base, _):
        settle(base)
        warm(base, mix)
        bodies = {asked: get(base, *asked) for asked in mix}
        table.add("atlas-ld, ready", rate(base, mix))
        for format_ in FORMATS:
            one = [asked for asked in mix if asked[1] == format_.media_type]
            table.add(f"atlas-ld, ready, {format_.label} alone", rate(base, one))
    with site(releases, access_log=1) as (base, _):
        settle(base)
        warm(base, mix)
        table.add("atlas-ld, ready, with its access log", rate(base, mix))
    with site(releases, access_log=0, document_cache_mb=0) as (base, _):
        settle(base)
        warm(base, mix[:3])
        table.add("atlas-ld, cold", rate(base, rest))
        for format_ in FORMATS:
            table.add(
                f"atlas-ld, cold, {format_.label} alone", rate(base, [(path, format_.media_type) for path, _ in rest])
            )
    try:
        for workers in ("1", "auto"):
            with nginx(work / "nginx", bodies, workers) as (base, files):
                table.add(
                    f"nginx, static files, workers: {workers}", rate(base, files), "the same bytes, no access log"
                )
    except peers.PeerMissing as why:
        missing.append(f"nginx: {why}")
    try:
        with trifid(release) as base:
            things = [(path.replace("/doc/", "/id/"), accept) for path, accept in mix]
            warm(base, things[:30])
            table.add("Trifid", rate(base, things), "over Oxigraph's server")
    except (peers.PeerMissing, ChildProcessError, TimeoutError, AssertionError) as why:
        missing.append(f"Trifid: {why}")
    if missing:
        table.note += f" Not measured: {'; '.join(missing)}."
    return [table, *footprint(releases, mix, queries)]


def footprint(releases: Path, mix: Requests, queries: Sequence[str], repeats: int = 3) -> list[Table]:
    """Seconds to the first answer, and memory after all of `mix` and `queries` was asked for."""
    started = Table("From starting `serve` to the first answer", "first document")
    for name, asked in (("first document", mix[0]), ("first page", mix[2])):
        started.add(name, start_seconds(releases, *asked, repeats=repeats))
    memory = Table("Memory of all processes of `serve`", "the store on disk", "Proportional set size (smaps_rollup).")
    memory.add("the store on disk", Sample((store_mb(open_release(releases)),), "MiB"))
    with site(releases, access_log=0) as (base, pid):
        get(base, *mix[0])
        memory.add("atlas-ld, after one document", Sample((memory_mb(pid),), "MiB"))
        most = max(memory_mb(pid) for _ in _until_settled(base))
        memory.add("atlas-ld, most while it prepares its columns", Sample((most,), "MiB"))
        warm(base, mix)
        for query in queries:
            get(base, f"/sparql?query={quote(query)}", "application/sparql-results+json")
        told = f"after {len(mix)} documents and {len(queries)} analytic queries"
        memory.add(f"atlas-ld, {told}", Sample((memory_mb(pid),), "MiB"))
    return [started, memory]


def start_seconds(releases: Path, path: str, accept: str, repeats: int = 3) -> Sample:
    """Seconds from starting the site to its answer to this request."""
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        with site(releases, access_log=0) as (base, _):
            get(base, path, accept)
            seconds.append(time.perf_counter() - began)
    return Sample(tuple(seconds))


def store_mb(release: Release) -> float:
    """The size of a release's store on disk, in MiB."""
    return sum(path.stat().st_size for path in release.store.rglob("*")) / 2**20


def entities(release: Release) -> list[str]:
    """`kind/key` of every partnership, territory and organisation, in an order that mixes them."""
    iris = Iris(release.manifest.base_iri)
    store = Store.read_only(str(release.store))
    found = set()
    for class_ in _CLASSES:
        for quad in store.quads_for_pattern(None, NamedNode(RDF.type), NamedNode(class_), None):
            iri = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
            parts = iris.split(iri)
            if parts and "#" not in iri:
                found.add("/".join(parts))
    return sorted(found, key=lambda name: (hash_of(name), name))


def hash_of(name: str) -> int:
    """A number that is the same in every run."""
    total = sum(ord(letter) * int(31**place) for place, letter in enumerate(name))
    return total * 2654435761 % 2**32


@contextlib.contextmanager
def site(releases: Path, **settings: int) -> Iterator[tuple[str, int]]:
    """The site as `atlas-ld serve` runs it: its address and its process."""
    port = free_port()
    program: list[str | Path] = [sys.executable, "-m", "atlas_ld", "serve", "--releases", releases, "--port", str(port)]
    variables = {f"ATLAS_LD_{name.upper()}": str(value) for name, value in settings.items()}
    base = f"http://127.0.0.1:{port}"
    with server(program, f"{base}/health", 60, **variables) as pid:
        yield base, pid


@contextlib.contextmanager
def bare(application: str) -> Iterator[str]:
    port = free_port()
    granian = Path(sys.executable).parent / "granian"
    program: list[str | Path] = [granian, "--interface", "wsgi", "--port", str(port), "--no-access-log"]
    program += ["--workers", str(Settings().web_processes), f"bench.peers.bare:{application}"]
    base = f"http://127.0.0.1:{port}"
    with server(program, base):
        yield base


@contextlib.contextmanager
def nginx(folder: Path, bodies: dict[tuple[str, str], bytes], workers: str) -> Iterator[tuple[str, Requests]]:
    """nginx with the bytes of `bodies` as files and this many workers, and how they are asked for."""
    program, port = peers.debian_program("nginx", "nginx-light"), free_port()
    extensions = {f.media_type: f.extension for f in FORMATS}
    asked = []
    for (path, accept), body in bodies.items():
        name = f"{path}.{extensions[accept]}"
        file = folder / "files" / name.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        asked.append((name, accept))
    text = (peers.CONFIGURATION / "nginx.conf").read_text("utf-8")
    filled = {"FOLDER": folder.resolve(), "PORT": port, "OWNER": getpass.getuser(), "WORKERS": workers}
    for place, value in filled.items():
        text = text.replace(place, str(value))
    (folder / "nginx.conf").write_text(text)
    base = f"http://127.0.0.1:{port}"
    with server([program, "-c", folder.resolve() / "nginx.conf", "-e", folder.resolve() / "error.log"], base):
        yield base, asked


@contextlib.contextmanager
def oxigraph(release: Release) -> Iterator[str]:
    """Oxigraph's own server over the release's store; the address of its endpoint."""
    port = free_port()
    program = peers.python_program("oxigraph")
    with server(
        [program, "serve-read-only", "--location", release.store, "--bind", f"127.0.0.1:{port}"],
        f"http://127.0.0.1:{port}/",
    ):
        yield f"http://127.0.0.1:{port}/query"


@contextlib.contextmanager
def trifid(release: Release) -> Iterator[str]:
    program, port = peers.npm_program("trifid"), free_port()
    with oxigraph(release) as endpoint:
        variables = {
            "SPARQL_ENDPOINT_URL": endpoint,
            "DATASET_BASE_URL": release.manifest.base_iri,
            "NODE_ENV": "production",
        }
        base = f"http://127.0.0.1:{port}"
        arguments: list[str | Path] = [program, "--config", peers.CONFIGURATION / "trifid.yaml", "--port", str(port)]
        with server(arguments, f"{base}/query", 60, **variables):
            yield base


def settle(base: str) -> None:
    """Wait until what `serve` prepares in the background is there, as other servers are measured when they have
    loaded."""
    for _ in _until_settled(base):
        pass
    time.sleep(1)


def _until_settled(base: str, seconds: float = 120) -> Iterator[None]:
    latest = time.monotonic() + seconds
    while b'"columns":true' not in get(base, "/health", "*/*") and time.monotonic() < latest:
        yield
        time.sleep(0.2)
    yield


def warm(base: str, asked: Requests) -> None:
    """Asks for everything on connections of their own, often enough that each process of a server has been asked."""
    for _ in range(4):
        for path, accept in asked:
            get(base, path, accept)


def get(base: str, path: str, accept: str) -> bytes:
    request = urllib.request.Request(base + path, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=120) as response:
        body: bytes = response.read()
    return body


def memory_mb(pid: int) -> float:
    """Proportional set size of a process and all that descend from it, in MiB (proc(5), smaps_rollup)."""
    total = 0
    for process in _family(pid):
        with contextlib.suppress(OSError):
            lines = (Path("/proc") / str(process) / "smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _family(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for path in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if path.name.isdecimal():
                parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(path.name))
    found = [pid]
    for process in found:
        found += children.get(process, [])
    return found
