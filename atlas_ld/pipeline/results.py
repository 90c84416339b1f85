"""Results of SHACL as they are kept: JSON lists in place of objects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from atlas_ld.findings import Severity
from atlas_ld.rdf import Literal, Node, node, text
from atlas_ld.validation import Result

_FIELDS = tuple(field.name for field in fields(Result) if field.name != "term")


def to_json(results: Sequence[Result]) -> str | None:
    """The results as JSON, None where there are none."""
    told = [[*(getattr(result, name) for name in _FIELDS), _told(result.term)] for result in results]
    return json.dumps(told, ensure_ascii=False) if told else None


def from_json(kept: str | None) -> list[Result]:
    """What `to_json` was given."""
    return [_result(*told) for told in json.loads(kept)] if kept else []


def _told(term: Node | None) -> list[Any] | None:
    if isinstance(term, Literal):
        return ["Literal", term.value, term.language, term.datatype.value]
    return None if term is None else [type(term).__name__, term.value]


def _result(*told: Any) -> Result:
    *values, term = told
    given = dict(zip(_FIELDS, values, strict=True))
    return Result(**given | {"severity": Severity(given["severity"]), "term": _term(term)})


def _term(told: Any) -> Node | None:
    if told is None:
        return None
    kind, value, *more = told
    if kind != "Literal":
        return node(value)
    language, datatype = more
    return text(value, language) if language else Literal(value, datatype=node(datatype))
