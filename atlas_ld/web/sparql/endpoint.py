"""/sparql: the SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/) for queries, and a page for people.

What a client gets is a whole answer, an error, or a broken connection: never a truncated answer that looks whole. The
server's loop reads and answers plain queries itself (`gateway`), and hands on what came of the others for a page or a
problem. Under a server that is not ours, queries are run here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from flask import Response, abort, render_template, request
from werkzeug.wsgi import ClosingIterator

from atlas_ld import queries
from atlas_ld.errors import (
    ClientBusy,
    EndpointBusy,
    QueryAbandoned,
    QueryError,
    QueryNotAcceptable,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
)
from atlas_ld.media import HTML, RDF_FORMATS, RESULT_FORMATS, Format
from atlas_ld.sparql import sentences
from atlas_ld.sparql.client import Answer
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web.http.problems import not_acceptable, problem, wants_page
from atlas_ld.web.http.requests import ENVIRON, Request
from atlas_ld.web.http.responses import address_with, answer, negotiate
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.http.rules import LONGEST_QUERY_ADDRESS
from atlas_ld.web.publication import current_publication
from atlas_ld.web.sparql import reply as sparql_answer
from atlas_ld.web.sparql.protocol import (
    ACCEPT_QUERY,
    METHODS,
    Asked,
    Operation,
    acceptable,
    by_name,
    problem_type,
    read_operation,
    refuse,
)
from atlas_ld.web.sparql.remarks import remarks
from atlas_ld.web.sparql.result_table import read_table
from atlas_ld.web.sparql.service_description import write_description
from atlas_ld.web.text.i18n import current_language, t
from atlas_ld.web.text.typography import french

blueprint = Routes("sparql", __name__)

_AT_ONCE = 4 * 2**20
"""Larger answers are sent in pieces, without an entity tag or a content coding."""

_REPEATED = 500
"""Longest query string that the addresses of a 406 repeat."""

# Status and name of each error. The name is the fragment of the problem's type, explained on the page at /sparql.
_PROBLEMS: dict[type[QueryError], tuple[int, str]] = {
    QueryRefused: (403, "refused"),
    QuerySyntaxError: (400, "syntax"),
    QueryTooLarge: (422, "large"),
    QueryTimeout: (503, "timeout"),
    ClientBusy: (429, "client-busy"),
    EndpointBusy: (503, "busy"),
    QueryAbandoned: (503, "busy"),  # which nobody reads
    QueryError: (422, "failed"),
}


@blueprint.route(
    "/sparql",
    methods=METHODS,
    fr="Point d’accès SPARQL 1.1, en lecture ; sans requête, sa description",
    en="SPARQL 1.1 endpoint, for reading; its description where there is no query",
    formats=(HTML, *RDF_FORMATS, *RESULT_FORMATS),
    parameters=("query", "default-graph-uri", "named-graph-uri", "timeout", "format"),
    queries=True,
    longest=LONGEST_QUERY_ADDRESS,
)
def endpoint() -> Response:
    """A query's answer; without a query the page for people, or the service description for machines."""
    response = _endpoint()
    response.headers["Accept-Query"] = ACCEPT_QUERY
    return response


def _endpoint() -> Response:
    operation = read_operation()
    if operation.query is not None:
        return _answer(operation, operation.query)
    if request.method not in ("GET", "HEAD"):
        refuse(400, "query")
    chosen = negotiate((*RDF_FORMATS, HTML), lambda format_: address_with(format=format_.extension))
    if operation.format:
        chosen = by_name(operation.format, (*RDF_FORMATS, HTML)) or _none_acceptable((*RDF_FORMATS, HTML))
    if chosen is HTML:
        return answer(lambda: _page(None), HTML)
    return answer(lambda: write_description(current_publication(), chosen), chosen, vary=("Accept",))


def _answer(operation: Operation, query: str) -> Response:
    formats = acceptable(operation, query, request.headers.get("Accept"))
    if not any(formats):
        _none_acceptable((*RESULT_FORMATS, *RDF_FORMATS, HTML))
    asked: Asked | None = request.environ.get("atlas.asked")
    try:
        if asked is None:  # under a server that is not ours
            asked = Asked(operation, formats, current_publication().iris.base)
            found = run(asked.wanted)
            if not asked.is_page:
                return sent(found)
            with found:
                asked.content, asked.kind, asked.format = found.content(), found.kind, found.format
        if asked.error:
            raise asked.error
        return _shown(asked, query) if asked.is_page else _whole(asked.content, asked.format)
    except QueryNotAcceptable as error:
        _none_acceptable((*(RDF_FORMATS if error.is_graph else RESULT_FORMATS), HTML))
    except QueryError as error:
        return _error(error, operation, query)


def run(wanted: QueryRequest) -> Answer:
    """The whole answer to a query of the current client, who may leave before it is there. Raises QueryError."""
    asked: Request = request.environ[ENVIRON]
    return current_publication().service.run(wanted, asked.counted, request.environ.get("atlas.cancel"))


def sent(found: Answer) -> Response:
    """A whole answer, which is closed when it has been sent."""
    if found.size is not None and found.size <= _AT_ONCE:
        with found:
            return _whole(found.content(), found.format)
    body: Iterator[bytes] = ClosingIterator(found.chunks, found.close)
    response = Response(body, content_type=found.content_type, direct_passthrough=True)
    response.headers["Content-Length"] = str(found.size)
    response.headers["Vary"] = "Accept"
    response.headers["Content-Disposition"] = sparql_answer.disposition(found.format)
    return response


def _whole(content: bytes, format_: Format) -> Response:
    made = sparql_answer.reply(request.method, dict(request.headers), content, format_)
    if made.status == 412:
        abort(problem(412))
    response = Response(made.body, status=made.status)
    del response.headers["Content-Type"]
    response.headers.update(made.headers)
    return response


def _shown(asked: Asked, query: str) -> Response:
    graph = asked.content.decode() if asked.kind == "graph" else None
    table = read_table(asked.content, current_publication().iris) if graph is None else None
    formats = RDF_FORMATS if asked.kind == "graph" else RESULT_FORMATS
    found_nothing = table is not None and table.truth is None and not table.rows
    noted = remarks(query, current_publication()) if found_nothing else []
    page = _page(query, formats=formats, graph=graph, table=table, remarks=noted)
    response = Response(page, content_type=HTML.content_type)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def _none_acceptable(formats: Sequence[Format]) -> NoReturn:
    # Each address repeats the query, and all of them stand in one header: a long query is left out.
    short = len(request.query_string) < _REPEATED
    addresses = [address_with(format=f.extension) if short else f"/sparql?format={f.extension}" for f in formats]
    not_acceptable(list(zip(addresses, (format_.media_type for format_ in formats), strict=True)))


def query_problem(error: QueryError) -> Response:
    """The problem that a query ended in, for programs and, in general words, for people."""
    status, reason = _problem_name(error)
    members: dict[str, Any] = {"type": problem_type(reason)}
    if isinstance(error, QuerySyntaxError):
        members |= {"line": error.line, "column": error.column}
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, EndpointBusy) else {}
    return problem(status, t(f"sparql.{reason}-title"), _told(error), headers=headers, **members)


def _told(error: QueryError) -> str:
    """What an error says, in the language of the request."""
    said = sentences.told(error, current_language())
    return french(said) if current_language() == "fr" else said


def _problem_name(error: QueryError) -> tuple[int, str]:
    return next(found for kind, found in _PROBLEMS.items() if isinstance(error, kind))


def _error(error: QueryError, operation: Operation, query: str) -> Response:
    response = query_problem(error)
    if wants_page():  # the query stays on the page, to be mended
        _, reason = _problem_name(error)
        large = isinstance(error, QueryTooLarge)
        formats = (*RESULT_FORMATS, *RDF_FORMATS) if large and operation.format in (None, "html") else ()
        failure: dict[str, Any] = {
            "title": t(f"sparql.{reason}-title"),
            "detail": _told(error),
            "advice": t(f"sparql.{reason}-detail"),
        }
        if isinstance(error, QuerySyntaxError):
            failure |= {"line": error.line, "column": error.column}
        response.set_data(_page(query, failure=failure, formats=formats))
    return response


def _page(query: str | None, **values: Any) -> str:
    """The page for people: the form, what came of the query, and examples to start from."""
    publication = current_publication()
    prefixes = PREFIXES | publication.iris.prefixes
    examples = [queries.load(name) for name in queries.names("examples")]
    return render_template(
        "sparql/endpoint.html",
        query=query,
        examples=[(example, example.example(prefixes)) for example in examples],
        settings=publication.settings,
        reasons=sorted({reason for _, reason in _PROBLEMS.values()}),
        **values,
    )
