"""What a client asks of /sparql, by the SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/), 2.1.

GET    query= and the rest in the address
POST   a form, or the query as the body with the dataset's graphs in the address
QUERY  as POST; the method is safe, so it may be repeated (https://datatracker.ietf.org/doc/draft-ietf-httpbis-safe-method-w-body/)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from flask import abort, request
from werkzeug.exceptions import RequestEntityTooLarge

from atlas_ld.rdf import node
from atlas_ld.web.i18n import t
from atlas_ld.web.problems import problem
from atlas_ld.web.publication import publication

METHODS = ("GET", "POST", "QUERY")

QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
_UTF8 = ("", "utf-8", "utf8", "us-ascii")


@dataclass(frozen=True)
class Operation:
    """A query as it came, whatever the method: its text (None for none), the dataset's graphs, a time limit, and
    the name of a format that goes before the Accept header."""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    seconds: float | None
    format: str | None


def read_operation() -> Operation:
    """What the client asks. Aborts where that is none of the protocol's ways, an update, or not one query."""
    most = publication().settings.query_length
    request.max_content_length = request.max_form_memory_size = 8 * most + 16_384
    values, query = request.args, None
    if request.method in ("POST", "QUERY"):
        try:
            if request.mimetype == FORM:
                values = request.form
            elif request.mimetype == QUERY:
                if request.mimetype_params.get("charset", "").lower() not in _UTF8:
                    refuse(400, "utf8")
                query = request.get_data().decode("utf-8")
            else:
                refuse(*((403, "update") if request.mimetype == UPDATE else (415, "media-type")))
        except UnicodeDecodeError:
            refuse(400, "utf8")
        except RequestEntityTooLarge:
            refuse(413, "length", limit=most)
    if "update" in values or "update" in request.args:
        refuse(403, "update")
    given = values.getlist("query") + ([query] if query is not None else [])
    if len(given) > 1:
        refuse(400, "one-query")
    if given and len(given[0]) > most:
        refuse(413, "length", limit=most)
    return Operation(
        query=given[0] if given and given[0].strip() else None,
        default_graphs=_graphs(values.getlist("default-graph-uri")),
        named_graphs=_graphs(values.getlist("named-graph-uri")),
        seconds=_seconds(values.get("timeout") or request.args.get("timeout")),
        format=values.get("format") or request.args.get("format"),
    )


def refuse(status: int, reason: str, **values: int) -> NoReturn:
    """Abort with a problem whose title and detail are the messages `sparql.{reason}-title` and `-detail`."""
    title, detail = t(f"sparql.{reason}-title"), t(f"sparql.{reason}-detail", **values)
    abort(problem(status, title, detail, type=problem_type(reason)))


def problem_type(reason: str) -> str:
    """The address of a problem's explanation, on the page at /sparql."""
    return f"{publication().iris.base}sparql#problem-{reason}"


def _graphs(iris: Sequence[str]) -> tuple[str, ...]:
    for iri in iris:
        try:
            node(iri)
        except ValueError:
            refuse(400, "graph")
    return tuple(dict.fromkeys(iris))


def _seconds(text: str | None) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        refuse(400, "seconds")
    if not (math.isfinite(seconds) and seconds > 0):
        refuse(400, "seconds")
    return seconds
