"""Errors of queries as JSON, between workers, the query service, and those who ask it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atlas_ld.errors import (
    ClientBusy,
    EndpointBusy,
    QueryError,
    QueryNotAcceptable,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
)
from atlas_ld.sparql import sentences

_KINDS: Mapping[str, tuple[type[QueryError], tuple[str, ...]]] = {
    "refused": (QueryRefused, ()),
    "syntax": (QuerySyntaxError, ("line", "column")),
    "format": (QueryNotAcceptable, ("is_graph",)),
    "timeout": (QueryTimeout, ("seconds",)),
    "large": (QueryTooLarge, ()),
    "client-busy": (ClientBusy, ("retry_after",)),
    "busy": (EndpointBusy, ("retry_after",)),
    "failed": (QueryError, ()),
}
"""The class of each error and what it knows besides its message; a class before those that it is made of."""


def to_json(error: QueryError) -> dict[str, Any]:
    """`{"error": name, "key": of its sentence, "values": in it, ...}`."""
    name, (_, members) = next(found for found in _KINDS.items() if isinstance(error, found[1][0]))
    key, values = error.said or ("engine", {"said": str(error).rstrip(".")})
    return {"error": name, "key": key, "values": values} | {member: getattr(error, member) for member in members}


def from_json(content: Mapping[str, Any]) -> QueryError:
    kind, members = _KINDS[content["error"]]
    return sentences.error(kind, content["key"], content["values"], **{member: content[member] for member in members})
