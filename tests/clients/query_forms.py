"""Clients of other people and how each asks the four forms of query, with its own defaults.

`python -m tests.clients.query_forms` writes the table of docs/sparql.md anew.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import warnings
from collections.abc import Callable, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import rdflib
import rdflib.query
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import SPARQLWrapper

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "sparql.md"
BEGIN, END = "<!-- clients -->\n", "<!-- /clients -->\n"

FORMS = {
    "SELECT": "SELECT ?p {{ <{iri}> <http://purl.org/dc/terms/title> ?p }}",
    "ASK": "ASK {{ <{iri}> a ?class }}",
    "CONSTRUCT": "CONSTRUCT {{ <{iri}> a 'known' }} WHERE {{ <{iri}> a ?class }}",
    "DESCRIBE": "DESCRIBE <{iri}>",
}
Client = Callable[[str, str, str], int | bool]
"""Asks an endpoint: its address, the form, the query. Gives the number of rows or triples, or the truth value."""


def sparqlwrapper(endpoint: str, form: str, query: str) -> int | bool:
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setQuery(query)
    found: Any = wrapper.queryAndConvert()
    if isinstance(found, rdflib.Graph):
        return len(found)
    if form == "ASK":
        return bool(found.getElementsByTagName("boolean")[0].firstChild.data == "true")
    return len(found.getElementsByTagName("result"))


def rdflib_store(endpoint: str, form: str, query: str) -> int | bool:
    found = rdflib.Graph(SPARQLStore(endpoint)).query(query)
    return bool(found.askAnswer) if form == "ASK" else len(found)


def comunica(endpoint: str, form: str, query: str) -> int | bool:
    written = "application/n-triples" if form in ("CONSTRUCT", "DESCRIBE") else "application/sparql-results+json"
    text = _node(HERE / "node_modules" / ".bin" / "comunica-sparql", f"sparql@{endpoint}", query, "-t", written)
    return text.count("\n") if form in ("CONSTRUCT", "DESCRIBE") else _read(text.encode(), written, form)


def _node(*arguments: object) -> str:
    command = ["node", *(str(argument) for argument in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _of_npm(library: str) -> Client:
    def ask(endpoint: str, form: str, query: str) -> int | bool:
        said = _node(HERE / "query_forms.mjs", library, endpoint, form, query).strip()
        return said == "true" if form == "ASK" else int(said)

    return ask


def curl(endpoint: str, form: str, query: str) -> int | bool:
    with tempfile.NamedTemporaryFile() as body:
        command = [
            "curl",
            "-sf",
            "-o",
            body.name,
            "-w",
            "%{content_type}",
            endpoint,
            "--data-urlencode",
            f"query={query}",
        ]
        content_type = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return _read(Path(body.name).read_bytes(), content_type, form)


def _sending(rows: str | None, graphs: str | None, truth: str | None = None) -> Client:
    """A client whose Accept header is known: of SELECT, of CONSTRUCT and DESCRIBE, of ASK where it differs."""

    def ask(endpoint: str, form: str, query: str) -> int | bool:
        accept = graphs if form in ("CONSTRUCT", "DESCRIBE") else (truth or rows) if form == "ASK" else rows
        request = urllib.request.Request(f"{endpoint}?{urllib.parse.urlencode({'query': query})}")
        if accept is not None:
            request.add_header("Accept", accept)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return _read(answer.read(), answer.headers["Content-Type"], form)

    return ask


def _read(body: bytes, content_type: str, form: str) -> int | bool:
    """What is in an answer, read by rdflib."""
    media_type = content_type.partition(";")[0]
    if form in ("CONSTRUCT", "DESCRIBE"):
        return len(rdflib.Graph().parse(data=body, format=media_type))
    format_ = {"application/sparql-results+json": "json", "application/sparql-results+xml": "xml", "text/csv": "csv"}
    found = rdflib.query.Result.parse(format=format_[media_type], source=io.BytesIO(body))
    return bool(found.askAnswer) if form == "ASK" else len(found.bindings)


JENA = (
    "application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.7, "
    "text/csv;q=0.5, application/json;q=0.2, application/xml;q=0.2, */*;q=0.1"
)
JENA_GRAPH = "text/turtle, application/n-triples;q=0.9, application/ld+json;q=0.8, application/rdf+xml;q=0.7, */*;q=0.3"
RDF4J = (
    "application/x-binary-rdf-results-table;q=0.8, application/sparql-results+json, "
    "application/sparql-results+xml;q=0.8"
)
RDF4J_GRAPH = "application/n-triples;q=0.8, text/turtle;q=0.8, application/rdf+xml;q=0.8, application/x-binary-rdf"

LIBRARIES: Mapping[str, Client] = {
    f"SPARQLWrapper {version('SPARQLWrapper')}": sparqlwrapper,
    f"rdflib {version('rdflib')}, SPARQLStore": rdflib_store,
    "Comunica (npm `@comunica/query-sparql`)": comunica,
    "sparql-http-client (npm)": _of_npm("sparql-http-client"),
    "fetch-sparql-endpoint (npm)": _of_npm("fetch-sparql-endpoint"),
    "curl": curl,
}
"""Run as they are installed."""
AS_THEY_SEND: Mapping[str, Client] = {
    "urllib, no Accept": _sending(None, None),
    "Apache Jena 4": _sending(JENA, JENA_GRAPH),
    "Eclipse RDF4J 4": _sending(RDF4J, RDF4J_GRAPH),
    "YASQE (npm `@triply/yasqe` 4.2)": _sending(
        "application/sparql-results+json,*/*;q=0.9", "application/n-triples,*/*;q=0.9"
    ),
}
"""Their default header fields, sent by us."""
R_SPARQL = _sending("application/sparql-results+xml", None)
"""It reads tables and truth values alone."""


def write_table(endpoint: str, iri: str) -> str:
    """The table for docs/sparql.md: a row for each client, a column for each form."""
    lines = ["| client | how | " + " | ".join(FORMS) + " |", "|---|---|" + "---|" * len(FORMS)]
    rows = [
        (LIBRARIES, "run"),
        (AS_THEY_SEND, "its header fields"),
        ({"R, package SPARQL 1.16": R_SPARQL}, "its header fields"),
    ]
    for clients, how in rows:
        for name, client in clients.items():
            cells = []
            for form, query in FORMS.items():
                if client is R_SPARQL and form in ("CONSTRUCT", "DESCRIBE"):
                    cells.append("does not ask")
                    continue
                found = client(endpoint, form, query.format(iri=iri))
                unit = "rows" if form == "SELECT" else "triples"
                cells.append(str(found).lower() if form == "ASK" else f"{found} {unit if found != 1 else unit[:-1]}")
            lines.append(f"| {name} | {how} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    from atlas_ld import pipeline
    from atlas_ld.config import Settings
    from atlas_ld.resources import root
    from tests.web.serving import free_port, serving

    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        base = f"http://127.0.0.1:{port}/"
        settings = Settings(releases=Path(folder) / "releases", base_iri=base)
        pipeline.build([root() / "data" / "demonstration" / "crea-ocean.json"], settings, day=date(2026, 11, 23))
        with serving(Settings(releases=settings.releases), Path(folder) / "log", port):
            table = write_table(f"{base}sparql", f"{base}id/partnership/crea-ocean-2010")
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    PAGE.write_text(head + BEGIN + table + END + rest.partition(END)[2], encoding="utf-8")
    sys.stdout.write(table)


if __name__ == "__main__":
    main()
