"""The named queries in the OpenAPI document: each with its own parameters, formats and words."""

from __future__ import annotations

from typing import Any

from atlas_ld.media import HTML
from atlas_ld.queries.named import LONGEST, NamedQuery, Parameter, named_queries
from atlas_ld.web.sparql.named_queries import formats_of


def paths() -> dict[str, dict[str, Any]]:
    """Path items (OpenAPI 3.1, 4.8.9): `/queries/NAME`, negotiated, and `/queries/NAME.{extension}` of each query."""
    found: dict[str, dict[str, Any]] = {}
    for named in named_queries().values():
        formats = formats_of(named)
        media_types = [format_.media_type for format_ in formats.values()]
        extension = {
            "name": "extension",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "enum": list(formats)},
        }
        address = f"/queries/{named.name}"
        found[address] = {"get": _operation(named, "query", [HTML.media_type, *media_types])}
        found[f"{address}.{{extension}}"] = {"get": _operation(named, "query-file", media_types, extension)}
    return found


def _operation(named: NamedQuery, kind: str, media_types: list[str], *parts: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": f"{kind}-{named.name}",
        "summary": named.query.titles["en"],
        "description": named.query.descriptions["en"],
        "parameters": [*parts, *(_parameter(parameter) for parameter in named.parameters)],
        "responses": {
            "200": {
                "description": named.query.titles["en"],
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {media_type: {} for media_type in media_types},
            },
            "304": {"description": "The client holds it already"},
            "default": "problem",
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = {
        "type": "string",
        "pattern": f"^{parameter.pattern}$",
        "maxLength": LONGEST,
        "default": parameter.example,
    }
    return {"name": parameter.name, "in": "query", "description": parameter.names["en"], "schema": schema}
