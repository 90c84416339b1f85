"""What clients send to /reconcile, read within bounds: nothing malformed is passed on, and nothing is without limit."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

MOST_QUERIES, MOST_IDS, MOST_PROPERTIES = 100, 500, 50
"""The most queries of a batch, and the most entities and properties of an extension."""
_LONGEST = 500
"""Characters of a name."""
_MOST_CANDIDATES, _CANDIDATES = 20, 5


class BatchTooLargeError(ValueError):
    """More was asked at once than is answered; the message says how much is."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class EntityValue(_Model):
    """A value that is an entity itself."""

    id: str = Field(max_length=_LONGEST)


Value = str | bool | float | EntityValue


class Constraint(_Model):
    """A property that candidates should have with one of these values."""

    pid: str = Field(max_length=_LONGEST)
    v: Value | list[Value]

    @property
    def values(self) -> tuple[str, ...]:
        given = self.v if isinstance(self.v, list) else [self.v]
        return tuple(one.id if isinstance(one, EntityValue) else str(one) for one in given[:MOST_PROPERTIES])


class NameQuery(_Model):
    """One query of a batch."""

    query: str = Field(default="", max_length=_LONGEST)
    type: tuple[str, ...] = ()
    limit: float = _CANDIDATES
    properties: tuple[Constraint, ...] = Field(default=(), max_length=MOST_PROPERTIES)

    @field_validator("type", mode="before")
    @classmethod
    def _one_or_more(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given

    @property
    def most(self) -> int:
        """How many candidates to give: what is asked for, within bounds."""
        return int(min(max(self.limit, 1), _MOST_CANDIDATES))


class Requested(_Model):
    """A property to add."""

    id: str = Field(max_length=_LONGEST)


class Extension(_Model):
    """The values of properties of entities that a client wants."""

    ids: tuple[str, ...]
    properties: tuple[Requested, ...]


_BATCH = TypeAdapter(dict[str, NameQuery])


def read_batch(text: str) -> dict[str, NameQuery]:
    """The queries of `queries=`. Raises ValueError with a sentence, BatchTooLargeError for too many."""
    given = _object(text)
    if len(given) > MOST_QUERIES:
        raise BatchTooLargeError(f"queries: {len(given)} > {MOST_QUERIES}")
    try:
        return _BATCH.validate_python(given)
    except ValidationError as error:
        raise ValueError(_sentence(error)) from None


def read_extension(text: str) -> Extension:
    """The request of `extend=`. Raises ValueError with a sentence, BatchTooLargeError for too much."""
    given = _object(text)
    for name, most in (("ids", MOST_IDS), ("properties", MOST_PROPERTIES)):
        if isinstance(listed := given.get(name), list) and len(listed) > most:
            raise BatchTooLargeError(f"{name}: {len(listed)} > {most}")
    try:
        return Extension.model_validate(given)
    except ValidationError as error:
        raise ValueError(_sentence(error)) from None


def _object(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except RecursionError:
        raise ValueError("JSON: nesting") from None
    except ValueError as error:
        raise ValueError(f"JSON: {error}") from None
    if not isinstance(given, dict):
        raise ValueError("JSON: object expected")
    return given


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
