"""/queries/: the example queries as resources with parameters.

    /queries/                     what there is: a page, JSON, or RDF (sh:SPARQLExecutable)
    /queries/NAME?PARAMETER=      a page with form, query and answer; the answer alone by negotiation
    /queries/NAME.csv?PARAMETER=  the answer in one format

A parameter is typed text and becomes an RDF term (`queries.named`); nothing is put into a query but terms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any, NoReturn, cast

from flask import Response, abort, render_template, request, url_for

from atlas_ld import jsonld
from atlas_ld.errors import QueryError
from atlas_ld.iris import fold
from atlas_ld.media import (
    HTML,
    JSON,
    JSONLD,
    RDF_FORMATS,
    RESULT_FORMATS,
    SPARQL_CSV,
    SPARQL_JSON,
    SPARQL_TSV,
    SPARQL_XML,
    TURTLE,
    Format,
)
from atlas_ld.queries import declared
from atlas_ld.queries.description import describe_queries
from atlas_ld.queries.named import NamedQuery, Parameter, named_queries
from atlas_ld.rdf import NamedNode, write
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web.http.negotiation import Content, negotiated, represent
from atlas_ld.web.http.problems import problem
from atlas_ld.web.http.responses import Link
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.display import entity
from atlas_ld.web.sparql.endpoint import query_problem, run
from atlas_ld.web.sparql.result_table import read_table
from atlas_ld.web.text.i18n import current_language, t

blueprint = Routes("queries", __name__)

TABLES: Mapping[str, Format] = {"csv": SPARQL_CSV, "json": SPARQL_JSON, "xml": SPARQL_XML, "tsv": SPARQL_TSV}
GRAPHS: Mapping[str, Format] = {format_.extension: format_ for format_ in RDF_FORMATS}
"""The formats of answers by the extension of their addresses: of SELECT and ASK, and of CONSTRUCT."""

_PAGE_BYTES = 4 * 2**20
"""Largest answer that a page shows; the files have larger ones."""


def formats_of(query: NamedQuery) -> Mapping[str, Format]:
    """The formats of a named query's answer, by the extension of their addresses."""
    return GRAPHS if query.form == "CONSTRUCT" else TABLES


@negotiated(
    blueprint,
    "/queries/",
    (HTML, JSON, *RDF_FORMATS),
    fr="Liste des questions toutes prêtes, avec leurs paramètres",
    en="List of ready-made questions, with their parameters",
)
def index(format_: Format) -> Content:
    """Every named query, for people by their tags, for programs as JSON or RDF."""
    publication = current_publication()
    if format_ is HTML:
        return Content(_index_page)
    if format_ is JSON:
        return Content(partial(_index_json, publication))
    return Content(partial(_index_rdf, publication, format_))


def _index_page() -> str:
    """Each query once, under the first of its tags."""
    by_tag: dict[str, list[NamedQuery]] = {}
    for one in named_queries().values():
        by_tag.setdefault(one.query.tags[current_language()][0], []).append(one)
    ordered = sorted(by_tag.items(), key=lambda item: fold(item[0]))
    return render_template("sparql/named_queries.html", by_tag=ordered, files=(JSON, *RDF_FORMATS))


def _index_json(publication: Publication) -> str:
    """`{"queries": [{name, address, form, title, description, tags, parameters, formats}]}`."""
    base = publication.iris.base
    found = [
        {
            "name": one.name,
            "address": f"{base}queries/{one.name}",
            "form": one.form,
            "title": one.query.titles,
            "description": one.query.descriptions,
            "tags": one.query.tags,
            "parameters": [
                {"name": p.name, "kind": p.kind, "label": p.names, "pattern": p.pattern, "default": p.example}
                for p in one.parameters
            ],
            "formats": {e: f"{base}queries/{one.name}.{e}" for e in formats_of(one)},
        }
        for one in named_queries().values()
    ]
    return json.dumps({"queries": found}, ensure_ascii=False, indent=2) + "\n"


def _index_rdf(publication: Publication, format_: Format) -> bytes:
    triples, prefixes = describe_queries(publication.iris), PREFIXES | publication.iris.prefixes
    if format_ is JSONLD:
        return jsonld.dump(triples, {"id": "@id", "type": "@type", **prefixes})
    return write(triples, format_, prefixes)


@blueprint.get(
    "/queries/<name>",
    fr="Une question toute prête : sa page ou sa réponse ; chacune est décrite avec ses paramètres à sa propre adresse",
    en="A ready-made question: its page or its answer; each is described with its parameters at its own address",
    formats=(HTML, *RESULT_FORMATS, *RDF_FORMATS),
    queries=True,
)
def named(name: str) -> Response:
    """A named query's page or answer: in the format that the extension names, or else by negotiation."""
    stem, dot, extension = name.partition(".")
    query = named_queries().get(stem) or abort(404)
    values = _values(query)
    formats = {HTML.extension: HTML, **formats_of(query)}
    chosen = (formats.get(extension) or abort(404)) if dot else None
    try:
        return represent(
            tuple(formats.values()), chosen, partial(_address, query, values), partial(_named, query, values)
        )
    except QueryError as error:
        return query_problem(error)


def _named(query: NamedQuery, values: Mapping[str, str], format_: Format) -> Content:
    publication = current_publication()
    text = query.bound(values, publication.iris)
    links = [
        Link(f"{publication.iris.base}queries/", "describedby"),
        Link(_address(query, values, None), "canonical"),
    ]
    make = partial(_page, publication, query, values, text) if format_ is HTML else partial(_answer, text, format_)
    return Content(make, links)


def _answer(text: str, format_: Format) -> bytes:
    """The whole answer. Our own queries are bounded by the data, and each has one order of rows, so that the entity
    tag can stand for the bytes before they are made."""
    with run(QueryRequest(text, accepted=(format_,))) as found:
        return found.content()


def _page(publication: Publication, query: NamedQuery, values: Mapping[str, str], text: str) -> str:
    graph = query.form == "CONSTRUCT"
    with run(QueryRequest(text, accepted=(TURTLE if graph else SPARQL_JSON,), size=_PAGE_BYTES)) as found:
        content = found.content()
    written = declared(text, PREFIXES | publication.iris.prefixes)
    terms = {parameter.name: parameter.term(values[parameter.name], publication.iris) for parameter in query.parameters}
    return render_template(
        "sparql/named_query.html",
        named=query,
        values=values,
        entities={name: entity(term.value) for name, term in terms.items() if isinstance(term, NamedNode)},
        text=written,
        graph=content.decode() if graph else None,
        table=None if graph else read_table(content, publication.iris),
        files=[(format_, _address(query, values, format_)) for format_ in formats_of(query).values()],
    )


def _values(query: NamedQuery) -> dict[str, str]:
    """The typed value of each parameter, or its example. Aborts where one cannot be, or is no parameter."""
    publication = current_publication()
    known = {parameter.name: parameter for parameter in query.parameters}
    for name, given in request.args.lists():
        if name not in known and name != "lang":
            _bad_parameter("unknown-parameter", name=name, names=", ".join(known) or "–")
        if len(given) > 1:
            _bad_parameter("repeated-parameter", name=name)
    values = {name: request.args.get(name, parameter.example) for name, parameter in known.items()}
    for name, parameter in known.items():
        try:
            term = parameter.term(values[name], publication.iris)
        except ValueError:
            _bad_parameter(f"bad-{_kind(parameter)}", name=name, example=parameter.example)
        # The example may be missing from other data; an empty answer is right there, and the page must open.
        if isinstance(term, NamedNode) and name in request.args and not publication.reader.exists(term.value):
            abort(404, t("queries.no-entity", name=name, value=values[name]))
    return values


def _kind(parameter: Parameter) -> str:
    return parameter.kind if parameter.kind in ("year", "text") else "key"


def _bad_parameter(message: str, **values: str) -> NoReturn:
    abort(problem(400, t("queries.parameter-title"), t(f"queries.{message}", **values)))


def _address(query: NamedQuery, values: Mapping[str, str], format_: Format | None) -> str:
    """The permanent address of an answer, in one format or to be negotiated: with every parameter, those that were
    not given too."""
    extension = next((f".{name}" for name, one in formats_of(query).items() if one is format_), "")
    arguments: dict[str, str | None] = {"name": f"{query.name}{extension}", **values}
    if format_ is HTML:
        arguments["name"] = f"{query.name}.{HTML.extension}"
    else:
        arguments["lang"] = None  # data has no language
    return url_for("queries.named", **cast(dict[str, Any], arguments))
