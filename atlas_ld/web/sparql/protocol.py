"""What a client asks of /sparql, by the SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/), 2.1.

GET    query= and the rest in the address
POST   a form, or the query as the body with the dataset's graphs in the address
QUERY  as POST; the method is safe, so it may be repeated (https://datatracker.ietf.org/doc/draft-ietf-httpbis-safe-method-w-body/)

`read` knows nothing of Flask: the server's loop reads operations by the same rules.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NoReturn
from urllib.parse import parse_qsl

from flask import abort, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header

from atlas_ld.errors import QueryError
from atlas_ld.media import HTML, RDF_FORMATS, RESULT_FORMATS, SPARQL_JSON, TURTLE, Format, choose
from atlas_ld.rdf import NamedNode
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.web.http import rules
from atlas_ld.web.http.problems import problem
from atlas_ld.web.http.requests import Request
from atlas_ld.web.publication import current_publication
from atlas_ld.web.text.i18n import t

PATH = "/sparql"
METHODS = ("GET", "POST", "QUERY")

QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
ACCEPT_QUERY = f"{QUERY}, {FORM}"
PAGE_BYTES = 4 * 2**20
"""Largest answer that is shown as a table on a page; larger ones are offered as files."""

_UTF8 = ("", "utf-8", "utf8", "us-ascii")
_PARAMETERS = 1000
"""The most parameters of one request."""
_FORM_OF_A_QUERY = re.compile(
    r"(?>\s|\#[^\r\n]*|BASE\s*<[^>]*>|PREFIX\s*[^\s:<]*+:\s*<[^>]*>|VERSION\s*[\"'][^\"']*[\"'])*+(SELECT|ASK|CONSTRUCT|DESCRIBE)",
    re.IGNORECASE,
)
_SHORT = 256
"""Characters of an Accept field that is remembered."""
_LONGEST_IRI = 2048
"""Characters of the name of a graph."""


@dataclass(frozen=True)
class Operation:
    """A query as it came, whatever the method: its text (None for none), the dataset's graphs, a time limit, and
    the name of a format that goes before the Accept header."""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    seconds: float | None
    format: str | None

    def wanted(self, formats: Iterable[Format | None], base: str) -> QueryRequest:
        """What is asked of the pool. Relative IRIs are resolved against `base`."""
        return QueryRequest(
            query=self.query or "",
            accepted=tuple(format_ for format_ in formats if format_ is not None),
            default_graphs=self.default_graphs,
            named_graphs=self.named_graphs,
            seconds=self.seconds,
            base=base,
        )


@dataclass
class Asked:
    """A query that a client of /sparql asks, the formats that it accepts of rows and of graphs, and what came of it:
    an error, or an answer of this `kind` in this `format`. Relative IRIs are resolved against `base`."""

    operation: Operation
    formats: tuple[Format | None, ...]
    base: str
    error: QueryError | None = None
    content: bytes = b""
    kind: str = ""
    format: Format = SPARQL_JSON

    @property
    def is_page(self) -> bool:
        return HTML in self.formats

    @cached_property
    def wanted(self) -> QueryRequest:
        if self.is_page:
            return replace(self.operation.wanted((SPARQL_JSON, TURTLE), self.base), size=PAGE_BYTES)
        return self.operation.wanted(self.formats, self.base)


class UnfitError(Exception):
    """The request is none of the protocol's: the status to answer, and the name of the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def read_operation() -> Operation:
    """What the current client asks. Aborts where that is none of the protocol's ways, an update, or not one query."""
    most = current_publication().settings.query_length
    request.max_content_length = most_bytes(most)
    try:
        body = request.get_data() if request.method in ("POST", "QUERY") else b""
        return read(request.method, _utf8(request.query_string), request.content_type or "", body, most)
    except RequestEntityTooLarge:
        refuse(413, "length", limit=most)
    except UnfitError as error:
        refuse(error.status, error.reason, limit=most)


def plain(request: Request, body: bytes, most: int) -> Operation | None:
    """What a request for /sparql asks; None where the site is to say what is wrong with it."""
    fields, known = request.fields, (*METHODS, "HEAD")
    if request.method not in known or rules.oversized(
        len(request.query) + 8, fields.items(), rules.LONGEST_QUERY_ADDRESS
    ):
        return None
    try:
        address = _utf8(request.query.encode("latin-1"))
        return read(request.method, address, fields.get("content-type", ""), body, most)
    except UnfitError:
        return None


def most_bytes(characters: int) -> int:
    """Bytes of a body that may hold a query of so many characters, escaped in any way."""
    return 8 * characters + 16_384


def read(method: str, address: str, content_type: str, body: bytes, most: int) -> Operation:
    """What a request asks whose address has `address` after its `?`; `most` is the longest query, in characters.

    Raises UnfitError where that is none of the protocol's ways, an update, or not one query.
    """
    values, direct = _values(address), None
    if method in ("POST", "QUERY"):
        media_type, charset = _content_type(content_type)
        if media_type == FORM:
            for name, more in _values(_utf8(body)).items():
                values.setdefault(name, []).extend(more)
        elif media_type == QUERY and charset in _UTF8:
            direct = _utf8(body)
        else:
            raise UnfitError(*_WRONG_TYPES.get(media_type, (415, "media-type")))
    if "update" in values:
        raise UnfitError(403, "update")
    given = values.get("query", []) + ([direct] if direct is not None else [])
    if len(given) > 1:
        raise UnfitError(400, "one-query")
    if given and len(given[0]) > most:
        raise UnfitError(413, "length")
    if (given and not given[0].strip()) or (not given and _DATASET & values.keys()):
        raise UnfitError(400, "query")
    return Operation(
        query=given[0] if given else None,
        default_graphs=_graphs(values.get("default-graph-uri", ())),
        named_graphs=_graphs(values.get("named-graph-uri", ())),
        seconds=_seconds(_first(values, "timeout")),
        format=_first(values, "format"),
    )


_DATASET = {"default-graph-uri", "named-graph-uri"}
_WRONG_TYPES = {UPDATE: (403, "update"), QUERY: (400, "utf8")}


@lru_cache(maxsize=512)
def _accepted(accept: str | None) -> tuple[Format | None, Format | None]:
    return choose(accept, (*RESULT_FORMATS, HTML)), choose(accept, (*RDF_FORMATS, HTML))


def accepted(name: str | None, accept: str | None) -> tuple[Format | None, Format | None]:
    """The format of rows and that of graphs that `format=` names or the client accepts best, HTML included."""
    if name:
        return by_name(name, (*RESULT_FORMATS, HTML)), by_name(name, (*RDF_FORMATS, HTML))
    short = accept is None or len(accept) <= _SHORT
    return _accepted(accept) if short else _accepted.__wrapped__(accept)


def acceptable(operation: Operation, query: str, accept: str | None) -> tuple[Format | None, ...]:
    """The formats in which the query may be answered: of rows, of graphs, or of both where its kind is not known. All
    are None where nothing will do."""
    rows, graphs = accepted(operation.format, accept)
    return {False: (rows,), True: (graphs,), None: (rows, graphs)}[gives_graph(query)]


def gives_graph(query: str) -> bool | None:
    """Whether an answer to the query is a graph, by the first keyword after its prologue; None where there is none."""
    found = _FORM_OF_A_QUERY.match(query)
    return found[1].upper() in ("CONSTRUCT", "DESCRIBE") if found else None


def by_name(name: str, offered: Sequence[Format]) -> Format | None:
    """By extension (`csv`), name (`turtle`), media type, or what clients commonly write: `json`, `xml`."""
    wanted = name.lower()
    for format_ in offered:
        common = re.split(r"[/+]", format_.media_type)[-1]
        if wanted in (format_.extension, format_.name, format_.media_type, common, *format_.aliases):
            return format_
    return None


def refuse(status: int, reason: str, **values: int) -> NoReturn:
    """Abort with a problem whose title and detail are the messages `sparql.{reason}-title` and `-detail`."""
    title, detail = t(f"sparql.{reason}-title"), t(f"sparql.{reason}-detail", **values)
    abort(problem(status, title, detail, type=problem_type(reason)))


def problem_type(reason: str) -> str:
    """The address of a problem's explanation, on the page at /sparql."""
    return f"{current_publication().iris.base}sparql#problem-{reason}"


def _values(encoded: str) -> dict[str, list[str]]:
    """Name -> values of a query string or a form."""
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=_PARAMETERS)
    except UnicodeDecodeError:
        raise UnfitError(400, "utf8") from None
    except ValueError:
        raise UnfitError(400, "parameters") from None
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _utf8(given: bytes) -> str:
    try:
        return given.decode("utf-8")
    except UnicodeDecodeError:
        raise UnfitError(400, "utf8") from None


def _first(values: dict[str, list[str]], name: str) -> str | None:
    return values[name][0] if name in values else None


def _content_type(header: str) -> tuple[str, str]:
    """Media type and charset, in lower case."""
    media_type, parameters = parse_options_header(header)
    return media_type.lower(), parameters.get("charset", "").lower()


def _graphs(iris: Sequence[str]) -> tuple[str, ...]:
    for iri in iris:
        if len(iri) > _LONGEST_IRI:
            raise UnfitError(400, "graph")
        try:
            NamedNode(iri)
        except ValueError:
            raise UnfitError(400, "graph") from None
    return tuple(dict.fromkeys(iris))


def _seconds(text: str | None) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        raise UnfitError(400, "seconds") from None
    if not (math.isfinite(seconds) and seconds > 0):
        raise UnfitError(400, "seconds")
    return seconds
