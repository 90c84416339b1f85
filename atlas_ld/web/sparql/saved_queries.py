"""/queries/saved: a long query gets a short address.

POST /queries/saved          a form with query=, or a body of application/sparql-query: 303 to its address
/queries/saved/KEY           a page with the query and a button; the query itself as application/sparql-query
/queries/saved/KEY.csv       its answer on the current release, in the formats that hold one
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar, cast

from flask import Response, abort, redirect, render_template, request, url_for

from atlas_ld.errors import QueryError
from atlas_ld.media import HTML, RDF_FORMATS, RESULT_FORMATS, SPARQL_QUERY, Format, by_extension
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.web.http.access_log import network
from atlas_ld.web.http.negotiation import Content, represent
from atlas_ld.web.http.problems import problem
from atlas_ld.web.http.requests import ENVIRON
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import current_publication
from atlas_ld.web.sparql.endpoint import query_problem, run, sent
from atlas_ld.web.sparql.named_queries import GRAPHS, TABLES
from atlas_ld.web.sparql.protocol import read_operation, refuse
from atlas_ld.web.sparql.saved_store import Saved, SavedQueries, normal
from atlas_ld.web.text.i18n import t

blueprint = Routes("saved", __name__)

_TRIAL_SECONDS = 2.0
_NOTHING = "urn:x-atlas-ld:nothing"
"""A graph that is not there. A query is tried over it before it is saved: its faults show, and it costs next to
nothing."""

_Result = TypeVar("_Result")


@blueprint.post(
    "/queries/saved",
    fr="Enregistre une requête sous une adresse courte",
    en="Saves a query under a short address",
    formats=(),
    parameters=("lang",),
    others=(303,),
    queries=True,
)
def save() -> Response:
    """303 to the address of a query that the endpoint would take; the endpoint's own error for any other."""
    given = read_operation().query
    if given is None:
        refuse(400, "query")
    query, saved = normal(given), _saved()
    if not saved.fits(query):
        abort(problem(413, t("saved.full-title"), t("saved.full-detail")))
    try:
        with run(QueryRequest(query, default_graphs=(_NOTHING,), seconds=_TRIAL_SECONDS)) as found:
            found.content()
            kind = found.kind
    except QueryError as error:
        return query_problem(error)
    key = _try(lambda: saved.save(query, kind, network(request.environ[ENVIRON].client) or ""))
    return cast(Response, redirect(url_for("saved.query", name=key), 303, Response))


@blueprint.get(
    "/queries/saved/<name>",
    fr="Une requête enregistrée : sa page, son texte, ou sa réponse",
    en="A saved query: its page, its text, or its answer",
    formats=(HTML, SPARQL_QUERY, *RESULT_FORMATS, *RDF_FORMATS),
    queries=True,
)
def query(name: str) -> Response:
    """A saved query: its page, its text, or its answer in the format that the extension names."""
    key, dot, extension = name.partition(".")
    saved = _try(lambda: _saved().read(key)) or abort(404, t("saved.unknown"))
    answers = _answers(saved)
    if extension in answers:
        return _answer(saved, answers[extension])
    shown = (HTML, SPARQL_QUERY)
    named = (by_extension(extension, shown) or abort(404)) if dot else None

    def content(format_: Format) -> Content:
        return Content(partial(_page, saved) if format_ is HTML else lambda: saved.query)

    response = represent(shown, named, partial(_address, saved), content)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _page(saved: Saved) -> str:
    files = [(format_, _address(saved, format_)) for format_ in _answers(saved).values()]
    return render_template("sparql/saved_query.html", saved=saved, files=files)


def _answer(saved: Saved, format_: Format) -> Response:
    try:
        response = sent(run(QueryRequest(saved.query, accepted=(format_,))))
    except QueryError as error:
        return query_problem(error)
    del response.headers["Vary"]  # the address names the format
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _answers(saved: Saved) -> Mapping[str, Format]:
    return GRAPHS if saved.kind == "graph" else TABLES


def _address(saved: Saved, format_: Format) -> str:
    formats = {HTML.extension: HTML, SPARQL_QUERY.extension: SPARQL_QUERY, **_answers(saved)}
    extension = next(name for name, one in formats.items() if one is format_)
    language = {} if format_ is HTML else {"lang": None}  # data has no language
    return url_for("saved.query", name=f"{saved.key}.{extension}", **language)


def _saved() -> SavedQueries:
    settings = current_publication().settings
    return SavedQueries(settings.releases, settings.saved_queries_mb * 2**20)


def _try(act: Callable[[], _Result]) -> _Result:
    """What `act` gives. Aborts with 503 where the file of saved queries cannot be used, for which nobody else pays."""
    try:
        return act()
    except sqlite3.Error:
        abort(problem(503, t("saved.unavailable-title"), t("saved.unavailable-detail"), headers={"Retry-After": "60"}))
