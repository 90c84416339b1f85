"""/api: what the site answers, as an OpenAPI 3.1 document for programs and as a page for people.

Made from the routes themselves (addresses, methods, what their parts may be) and from `api.toml` (what each is for,
its formats and parameters). A route without a row there is listed by its docstring.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, url_for
from werkzeug.routing import AnyConverter, Rule

from atlas_ld import __version__, media
from atlas_ld.iris import KINDS
from atlas_ld.media import HTML, OPENAPI, Format
from atlas_ld.rdf import subject_of
from atlas_ld.release.kinds import LISTS
from atlas_ld.vocabulary import ATLAS
from atlas_ld.web.http import problems
from atlas_ld.web.http.responses import answer, negotiate
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.sparql import named_queries_api
from atlas_ld.web.text.i18n import LANGUAGES, messages, translate

blueprint = Blueprint("api", __name__)

_GROUPS: Mapping[str, tuple[Format, ...]] = {
    "document": media.DOCUMENT_FORMATS,
    "rdf": media.RDF_FORMATS,
    "results": media.RESULT_FORMATS,
    "linksets": media.LINKSET_FORMATS,
    "citations": media.CITATION_FORMATS,
}


@dataclass(frozen=True)
class Route:
    """One route: its address with `{names}`, methods, names of its parts, those of its query string, what it writes."""

    endpoint: str
    path: str
    methods: tuple[str, ...]
    summary: Mapping[str, str]
    parts: Mapping[str, tuple[str, ...] | None]
    """Each name in the address, with the values that it may have where they are known."""
    parameters: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    """Names of parameters too: what the list of the route can be narrowed by."""
    media_types: tuple[str, ...] = ()
    others: tuple[int, ...] = ()


@blueprint.get("/api")
def document() -> Response:
    """The description of every route."""
    chosen = negotiate((OPENAPI, HTML), lambda f: url_for("api.file" if f is OPENAPI else "api.document"))
    if chosen is HTML:
        return answer(_page, HTML)
    return answer(partial(_json, current_publication()), OPENAPI)


@blueprint.get("/api.json")
def file() -> Response:
    """The same in JSON."""
    return answer(partial(_json, current_publication()), OPENAPI, vary=())


def _page() -> str:
    return render_template("pages/api.html", routes=list(routes()), parameters=_table()["parameters"])


def _json(publication: Publication) -> str:
    return json.dumps(openapi(publication, routes()), ensure_ascii=False, indent=1) + "\n"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "api.toml").read_text(encoding="utf-8"))


def routes() -> Iterator[Route]:
    """Every route of the current application but that of static files, by address."""
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint != "static":
            yield _route(rule)


def _route(rule: Rule) -> Route:
    view = current_app.view_functions[rule.endpoint]
    first = (view.__doc__ or rule.endpoint).strip().partition("\n")[0].rstrip(".")
    row = _table().get(rule.endpoint, {})
    converters = rule._converters  # the only place where werkzeug keeps them
    parts: dict[str, tuple[str, ...] | None] = {name: _values(name, converters.get(name)) for name in _names(rule)}
    return Route(
        endpoint=rule.endpoint,
        path=re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule),
        methods=tuple(sorted((rule.methods or set()) - {"HEAD", "OPTIONS", "QUERY"})),
        summary={language: row.get(language, first) for language in LANGUAGES},
        parts=parts,
        parameters=tuple(row.get("parameters", ())),
        facets=tuple(facet.name for facet in LISTS[row["list"]].facets) if "list" in row else (),
        media_types=tuple(media_type for name in row.get("formats", ()) for media_type in _media_types(name)),
        others=tuple(row.get("others", ())),
    )


def _names(rule: Rule) -> list[str]:
    return re.findall(r"<(?:[^:<>]+:)?([^<>]+)>", rule.rule)


def _values(name: str, converter: object) -> tuple[str, ...] | None:
    if isinstance(converter, AnyConverter):
        return tuple(sorted(converter.items))
    return KINDS if name == "kind" else None


def _media_types(name: str) -> list[str]:
    if name == "gzip":
        return ["application/gzip"]
    known = {f.name: f for f in vars(media).values() if isinstance(f, Format)}
    return [format_.media_type for format_ in _GROUPS.get(name) or (known[name],)]


# OpenAPI (https://spec.openapis.org/oas/v3.1.0)


def openapi(publication: Publication, described: Iterator[Route]) -> dict[str, Any]:
    """The OpenAPI document of these routes, with the words of the site in English."""
    paths: dict[str, dict[str, Any]] = {}
    for route in described:
        paths.setdefault(route.path, {}).update({m.lower(): _operation(publication, route, m) for m in route.methods})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": translate("base.site", "en"),
            "version": __version__,
            "license": {"name": translate("base.licence", "en"), "url": publication.settings.license},
            "contact": {"name": publication.settings.publisher, "email": publication.settings.contact},
        },
        "servers": [{"url": publication.iris.base.rstrip("/")}],
        "paths": paths | named_queries_api.paths(),
        "components": {
            "parameters": {name: _parameter(name) for name in _table()["parameters"]},
            "responses": {"problem": _PROBLEM_RESPONSE},
            "schemas": {"Problem": _PROBLEM_SCHEMA},
        },
    }


def _operation(publication: Publication, route: Route, method: str) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    if route.media_types:
        responses["200"] = {
            "description": route.summary["en"],
            "headers": {"ETag": {"schema": {"type": "string"}}} if method == "GET" else {},
            "content": {media_type: {} for media_type in route.media_types},
        }
    for status in route.others:
        responses[str(status)] = {"description": {206: "A part", 303: "See", 308: "Moved for good"}[status]}
    if method == "GET":
        responses["304"] = {"description": "The client holds it already"}
    responses["default"] = {"$ref": "#/components/responses/problem"}
    operation = {
        "operationId": f"{method.lower()}-{_identifier(route)}",
        "summary": route.summary["en"],
        "parameters": [
            *(_part(publication, route, name, values) for name, values in route.parts.items()),
            *({"$ref": f"#/components/parameters/{name}"} for name in route.parameters if method == "GET"),
            *(_facet(name) for name in route.facets),
        ],
        "responses": responses,
    }
    if method == "POST" and route.endpoint in ("sparql.endpoint", "saved.save"):
        operation["requestBody"] = {"required": True, "content": _SPARQL_BODY}
    return operation


def _identifier(route: Route) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{route.endpoint}-{route.path}".lower()).strip("-")


def _part(publication: Publication, route: Route, name: str, values: tuple[str, ...] | None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    found: dict[str, Any] = {"name": name, "in": "path", "required": True, "schema": schema}
    if values:
        schema["enum"] = list(values)
    if name in ("kind", "key", "name") and "kind" in route.parts:
        found["example"] = "partnership" if name == "kind" else _example(publication)
    return found


def _example(publication: Publication) -> str | None:
    """The key of some partnership. What points to the class besides them is the model: a few triples."""
    for triple in publication.reader.pointing_at(str(ATLAS.Partnership), 100):
        if parts := publication.iris.split(subject_of(triple)):
            return parts[1]
    return None


def _parameter(name: str) -> dict[str, Any]:
    row = _table()["parameters"][name]
    return {"name": name, "in": "query", "description": row["en"], "schema": row["schema"]}


def _facet(name: str) -> dict[str, Any]:
    key = f"facets.{name}"
    words = translate(key, "en") if key in messages() else name
    schema = {"type": "array", "items": {"type": "string"}}
    return {
        "name": name,
        "in": "query",
        "description": f"{words}: keys of values, any of which will do",
        "schema": schema,
    }


_STRINGS: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}
_SPARQL_BODY: Mapping[str, Any] = {
    "application/sparql-query": {"schema": {"type": "string"}},
    "application/x-www-form-urlencoded": {
        "schema": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
    },
}
_PROBLEM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "enum": sorted(problems.NAMES)},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "alternatives": {"type": "array", "items": {"type": "object"}},
    },
}
_PROBLEM_RESPONSE: Mapping[str, Any] = {
    "description": "What went wrong (RFC 9457), or a page that says it",
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        "text/html": {},
    },
}
