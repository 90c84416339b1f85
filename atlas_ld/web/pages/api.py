"""/api: what the site answers, as an OpenAPI 3.1 document for programs and as a page for people.

Made from the routes themselves: their addresses, methods and parts, and what each says of itself (`http.routes`). The
words for the parameters, which many routes share, stand in `api.toml`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from apispec import APISpec
from flask import current_app, render_template
from werkzeug.routing import AnyConverter, Rule

from atlas_ld import __version__
from atlas_ld.iris import KINDS
from atlas_ld.media import HTML, OPENAPI, Format
from atlas_ld.rdf import subject_of
from atlas_ld.release.kinds import LISTS
from atlas_ld.vocabulary import ATLAS
from atlas_ld.web.http import problems
from atlas_ld.web.http.negotiation import Content, negotiated
from atlas_ld.web.http.routes import Route, Routes, table
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rest.schemas import schemas
from atlas_ld.web.rest.views import example
from atlas_ld.web.sparql import named_queries_api
from atlas_ld.web.text.i18n import messages, translate

blueprint = Routes("api", __name__)

_OTHERS = {206: "A part", 302: "Found", 303: "See", 308: "Moved for good", 410: "No longer kept"}


@dataclass(frozen=True)
class Address:
    """One address of a route, with `{names}`, its methods, and each name with the values that it may have where they
    are known."""

    route: Route
    endpoint: str
    path: str
    methods: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...] | None]

    @property
    def facets(self) -> tuple[str, ...]:
        """Names of parameters too: what the list of the route can be narrowed by."""
        return tuple(facet.name for facet in LISTS[self.route.list].facets) if self.route.list else ()


@negotiated(
    blueprint,
    "/api",
    (OPENAPI, HTML),
    fr="Cette description, pour les programmes (OpenAPI 3.1) et pour les personnes",
    en="This description, for programs (OpenAPI 3.1) and for people",
)
def document(format_: Format) -> Content:
    """The description of every route."""
    return Content(_page if format_ is HTML else partial(_json, current_publication()))


def _page() -> str:
    return render_template("pages/api.html", addresses=list(addresses()), parameters=_parameters())


def _json(publication: Publication) -> str:
    return json.dumps(openapi(publication, addresses()), ensure_ascii=False, indent=1) + "\n"


@cache
def _parameters() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "api.toml").read_text(encoding="utf-8"))


def addresses() -> Iterator[Address]:
    """Every address of the current application but that of static files."""
    known = table(current_app)
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if route := known.get(rule.endpoint):
            yield _address(rule, route)


def _address(rule: Rule, route: Route) -> Address:
    converters = rule._converters  # the only place where werkzeug keeps them
    names = re.findall(r"<(?:[^:<>]+:)?([^<>]+)>", rule.rule)
    return Address(
        route=route,
        endpoint=rule.endpoint,
        path=re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule),
        methods=tuple(sorted((rule.methods or set()) - {"HEAD", "OPTIONS", "QUERY"})),
        parts={name: _values(name, converters.get(name)) for name in names},
    )


def _values(name: str, converter: object) -> tuple[str, ...] | None:
    if isinstance(converter, AnyConverter):
        return tuple(sorted(converter.items))
    return KINDS if name == "kind" else None


# OpenAPI (https://spec.openapis.org/oas/v3.1.0)


def openapi(publication: Publication, described: Iterable[Address]) -> dict[str, Any]:
    """The OpenAPI document of these addresses, with the words of the site in English."""
    spec = APISpec(
        title=translate("base.site", "en"),
        version=__version__,
        openapi_version="3.1.0",
        info={
            "license": {"name": translate("base.licence", "en"), "url": publication.settings.license},
            "contact": {"name": publication.settings.publisher, "email": publication.settings.contact},
        },
        servers=[{"url": publication.iris.base.rstrip("/")}],
    )
    spec.components.schema("Problem", _PROBLEM_SCHEMA)
    spec.components.response("problem", _PROBLEM_RESPONSE)
    for name, schema in schemas(publication.model).items():
        spec.components.schema(name, schema)
    for name, row in _parameters().items():
        spec.components.parameter(name, "query", {"description": row["en"], "schema": row["schema"]})
    for address in described:
        operations = {method.lower(): _operation(publication, address, method) for method in address.methods}
        spec.path(path=address.path, operations=operations)
    for path, operations in named_queries_api.paths().items():
        spec.path(path=path, operations=operations)
    return spec.to_dict()


def _operation(publication: Publication, address: Address, method: str) -> dict[str, Any]:
    route, responses = address.route, dict[str, Any]()
    if route.formats:
        responses["200"] = {
            "description": route.en,
            "headers": {"ETag": {"schema": {"type": "string"}}} if method == "GET" else {},
            "content": {format_.media_type: _content(publication, route) for format_ in route.formats},
        }
    responses |= {str(status): {"description": _OTHERS[status]} for status in route.others}
    if method == "GET":
        responses["304"] = {"description": "The client holds it already"}
    operation = {
        "operationId": f"{method.lower()}-{_identifier(address)}",
        "summary": route.en,
        "parameters": [
            *(_part(publication, address, name, values) for name, values in address.parts.items()),
            *(route.parameters if method == "GET" else ()),  # by name: apispec refers to the components
            *(_facet(name) for name in address.facets),
        ],
        "responses": {**responses, "default": "problem"},
    }
    if method == "POST":
        operation["requestBody"] = {"required": True, "content": _SPARQL_BODY}
    return operation


def _content(publication: Publication, route: Route) -> dict[str, Any]:
    """The schema of an answer, and of a list what it gives."""
    if not route.schema:
        return {}
    found: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{route.schema}"}}
    return found | ({"example": publication.keeping(example, len(LISTS))(route.list)} if route.list else {})


def _identifier(address: Address) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{address.endpoint}-{address.path}".lower()).strip("-")


def _part(publication: Publication, address: Address, name: str, values: tuple[str, ...] | None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    found: dict[str, Any] = {"name": name, "in": "path", "required": True, "schema": schema}
    if values:
        schema["enum"] = list(values)
    if name in ("kind", "key", "name") and "kind" in address.parts:
        found["example"] = "partnership" if name == "kind" else _example(publication)
    return found


def _example(publication: Publication) -> str | None:
    """The key of some partnership. What points to the class besides them is the model: a few triples."""
    for triple in publication.reader.pointing_at(str(ATLAS.Partnership), 100):
        if parts := publication.iris.split(subject_of(triple)):
            return parts[1]
    return None


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


_SPARQL_BODY: dict[str, Any] = {
    "application/sparql-query": {"schema": {"type": "string"}},
    "application/x-www-form-urlencoded": {
        "schema": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
    },
}
_PROBLEM_SCHEMA: dict[str, Any] = {
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
_PROBLEM_RESPONSE: dict[str, Any] = {
    "description": "What went wrong (RFC 9457), or a page that says it",
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        "text/html": {},
    },
}
