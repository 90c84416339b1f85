"""/sparql: the SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/) for queries, and a page for people.

What a client gets is a whole answer with its Content-Length, or an error: never a truncated answer that looks whole.
So an answer is written to a spool (memory, then a temporary file) before its first byte is sent. Passing the bytes on
as they come would be faster for large answers, but a WSGI server has to end a chunked body somehow when the query
fails half way, and granian 2.8 ends it as if it were whole (docs/sparql.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import FileWrapper

from atlas_ld import queries
from atlas_ld.errors import (
    EndpointBusy,
    QueryError,
    QueryNotAcceptable,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
)
from atlas_ld.media import HTML, RDF_FORMATS, RESULT_FORMATS, SPARQL_JSON, TURTLE, Format, choose
from atlas_ld.rdf import node
from atlas_ld.store.pool import Answer, QueryRequest
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web.i18n import t
from atlas_ld.web.problems import not_acceptable, problem, wants_page
from atlas_ld.web.publication import publication
from atlas_ld.web.responses import address_with, answer, negotiate
from atlas_ld.web.sparql_description import write_description
from atlas_ld.web.sparql_table import read_table

blueprint = Blueprint("sparql", __name__)

_QUERY, _UPDATE = "application/sparql-query", "application/sparql-update"
_FORM = "application/x-www-form-urlencoded"
_PAGE_BYTES = 4 * 2**20
"""Largest answer that is shown as a table on a page; larger ones are offered as files."""

_REPEATED = 500
"""Longest query string that the addresses of a 406 repeat."""

# Status and name of each error. The name is the fragment of the problem's type, explained on the page at /sparql.
_PROBLEMS: dict[type[QueryError], tuple[int, str]] = {
    QueryRefused: (403, "refused"),
    QuerySyntaxError: (400, "syntax"),
    QueryTooLarge: (422, "large"),
    QueryTimeout: (503, "timeout"),
    EndpointBusy: (503, "busy"),
    QueryError: (422, "failed"),
}


@dataclass(frozen=True)
class Operation:
    """A query as it came, whatever the method: its text (None for none), the dataset's graphs, a time limit, and
    the name of a format that goes before the Accept header."""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    seconds: float | None
    format: str | None


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """A query's answer; without a query the page for people, or the service description for machines."""
    operation = _operation()
    if operation.query is not None:
        return _answer(operation, operation.query)
    if request.method == "POST":
        _refuse(400, "query")
    chosen = negotiate((*RDF_FORMATS, HTML), lambda format_: address_with(format=format_.extension))
    if operation.format:
        chosen = _named(operation.format, (*RDF_FORMATS, HTML))
    if chosen is HTML:
        return answer(lambda: _page(None), HTML)
    return answer(lambda: write_description(publication(), chosen), chosen, vary=("Accept",))


def _operation() -> Operation:
    """What the client asks, by the protocol's three ways. Aborts where it is none of them, or not one query."""
    most = publication().settings.query_length
    request.max_content_length = request.max_form_memory_size = 8 * most + 16_384
    values, query = request.args, None
    if request.method == "POST":
        try:
            if request.mimetype == _FORM:
                values = request.form
            elif request.mimetype == _QUERY:
                query = request.get_data().decode("utf-8")
            else:
                _refuse(*((403, "update") if request.mimetype == _UPDATE else (415, "media-type")))
        except UnicodeDecodeError:
            _refuse(400, "utf8")
        except RequestEntityTooLarge:
            _refuse(413, "length", limit=most)
    if "update" in values or "update" in request.args:
        _refuse(403, "update")
    given = values.getlist("query") + ([query] if query is not None else [])
    if len(given) > 1:
        _refuse(400, "one-query")
    if given and len(given[0]) > most:
        _refuse(413, "length", limit=most)
    return Operation(
        query=given[0] if given and given[0].strip() else None,
        default_graphs=_graphs(values.getlist("default-graph-uri")),
        named_graphs=_graphs(values.getlist("named-graph-uri")),
        seconds=_seconds(values.get("timeout") or request.args.get("timeout")),
        format=values.get("format") or request.args.get("format"),
    )


def _graphs(iris: Sequence[str]) -> tuple[str, ...]:
    for iri in iris:
        try:
            node(iri)
        except ValueError:
            _refuse(400, "graph")
    return tuple(dict.fromkeys(iris))


def _seconds(text: str | None) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        _refuse(400, "seconds")
    if not (math.isfinite(seconds) and seconds > 0):
        _refuse(400, "seconds")
    return seconds


def _answer(operation: Operation, query: str) -> Response:
    rows, graph = _accepted(operation.format, RESULT_FORMATS), _accepted(operation.format, RDF_FORMATS)
    if rows is None and graph is None:
        _none_acceptable((*RESULT_FORMATS, *RDF_FORMATS, HTML))
    page = HTML in (rows, graph)
    wanted = QueryRequest(
        query=query,
        accepted=(SPARQL_JSON, TURTLE) if page else tuple(f for f in (rows, graph) if f is not None),
        default_graphs=operation.default_graphs,
        named_graphs=operation.named_graphs,
        seconds=operation.seconds,
        size=_PAGE_BYTES if page else None,
    )
    try:
        found = publication().pool.run(wanted)
        file, size = found.spool()
    except QueryNotAcceptable as error:
        _none_acceptable((*(RDF_FORMATS if error.is_graph else RESULT_FORMATS), HTML))
    except QueryError as error:
        return _error(error, operation, query)
    return _shown(operation, query, found, file) if page else _sent(found, file, size)


def _sent(found: Answer, file: IO[bytes], size: int) -> Response:
    if found.complete:
        with file:
            response = Response(file.read(), content_type=found.content_type)
    else:
        response = Response(FileWrapper(file, 65536), content_type=found.content_type, direct_passthrough=True)
        response.content_length = size
        response.call_on_close(file.close)
    response.headers["Vary"] = "Accept"
    response.headers["Content-Disposition"] = f'inline; filename="sparql.{found.format.extension}"'
    return response


def _shown(operation: Operation, query: str, found: Answer, file: IO[bytes]) -> Response:
    with file:
        content = file.read()
    graph = content.decode() if found.kind == "graph" else None
    table = read_table(content, publication().iris) if graph is None else None
    formats = RDF_FORMATS if found.kind == "graph" else RESULT_FORMATS
    response = Response(_page(query, formats=formats, graph=graph, table=table), content_type=HTML.content_type)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def _accepted(name: str | None, formats: Sequence[Format]) -> Format | None:
    """The format of this kind that `format=` names or the client accepts best, HTML included; None for none."""
    offered = (*formats, HTML)
    return _by_name(name, offered) if name else choose(request.headers.get("Accept"), offered)


def _named(name: str, offered: Sequence[Format]) -> Format:
    return _by_name(name, offered) or _none_acceptable(offered)


def _by_name(name: str, offered: Sequence[Format]) -> Format | None:
    """By extension (`csv`), name (`turtle`), media type, or what clients commonly write: `json`, `xml`."""
    wanted = name.lower()
    for format_ in offered:
        common = format_.media_type.rpartition("/")[2].removeprefix("sparql-results+")
        if wanted in (format_.extension, format_.name, format_.media_type, common, *format_.aliases):
            return format_
    return None


def _none_acceptable(formats: Sequence[Format]) -> NoReturn:
    # Each address repeats the query, and all of them stand in one header: a long query is left out.
    short = len(request.query_string) < _REPEATED
    addresses = [address_with(format=f.extension) if short else f"/sparql?format={f.extension}" for f in formats]
    not_acceptable(list(zip(addresses, (format_.media_type for format_ in formats), strict=True)))


def _refuse(status: int, reason: str, **values: int) -> NoReturn:
    """Abort with a problem whose title and detail are the messages `sparql.{reason}-title` and `-detail`."""
    title, detail = t(f"sparql.{reason}-title"), t(f"sparql.{reason}-detail", **values)
    abort(problem(status, title, detail, type=_type(reason)))


def _type(reason: str) -> str:
    return f"{publication().iris.base}sparql#problem-{reason}"


def _error(error: QueryError, operation: Operation, query: str) -> Response:
    status, reason = next(found for kind, found in _PROBLEMS.items() if isinstance(error, kind))
    title, detail = t(f"sparql.{reason}-title"), str(error)
    members: dict[str, Any] = {"type": _type(reason)}
    if isinstance(error, QuerySyntaxError):
        members |= {"line": error.line, "column": error.column}
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, EndpointBusy) else {}
    response = problem(status, title, detail, headers=headers, **members)
    if wants_page():  # the query stays on the page, to be mended
        advice = t(f"sparql.{reason}-detail")
        large = isinstance(error, QueryTooLarge)
        formats = (*RESULT_FORMATS, *RDF_FORMATS) if large and operation.format in (None, "html") else ()
        failure = {"title": title, "detail": detail, "advice": advice, **members}
        response.set_data(_page(query, failure=failure, formats=formats))
    return response


def _page(query: str | None, **values: Any) -> str:
    """The page for people: the form, what came of the query, and examples to start from."""
    opened = publication()
    prefixes = PREFIXES | opened.iris.prefixes
    examples = [queries.load(name) for name in queries.names("examples")]
    return render_template(
        "sparql/endpoint.html",
        query=query,
        examples=[(example, example.example(prefixes)) for example in examples],
        settings=opened.settings,
        reasons=sorted({reason for _, reason in _PROBLEMS.values()}),
        **values,
    )
