"""Problems in the program. Problems in the data are values: see `findings`.

AtlasError                  one sentence for the person at the keyboard; the command exits with 1
├── UnreadableSource        a file that cannot be read as what it claims to be
├── BrokenMapping           a mapping of a table's columns that cannot be used
├── InvalidSetting          a setting that is no value of its type
├── BrokenResource          a file that ships with atlas-ld (ontology, shapes, reference data) is unusable
├── ReleaseError            a release is missing, incomplete or altered
├── EngineError             a SPARQL engine elsewhere cannot be reached, refuses, or answers with less than the whole
├── UnknownThing            something was asked for by a name that it has not; says which there are
├── StrictBuildRefused      `build --strict` met a record that must be quarantined
└── QueryError              a SPARQL query that gets no answer
    ├── QueryRefused        not a query for this endpoint: an update, SERVICE, LOAD
    ├── QuerySyntaxError    not SPARQL 1.1; knows its line and column
    ├── QueryNotAcceptable  none of the formats asked for holds this kind of answer
    ├── QueryTimeout        stopped at the time limit
    ├── QueryTooLarge       stopped at the memory, row or byte limit
    ├── EndpointBusy        every worker is taken and the queue is full
    │   └── ClientBusy      this client has as many queries under way as one may have
    └── QueryAbandoned      nobody wants the answer any more
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class AtlasError(Exception):
    """The message is one sentence: what happened, where, and how to mend it."""


class UnreadableSource(AtlasError):
    """A file that cannot be read as what it claims to be."""


class BrokenMapping(AtlasError):
    """A mapping of a table's columns that is no TOML or JSON, says what cannot be, or fits no table."""


class InvalidSetting(AtlasError):
    """A setting that is no value of its type."""


class BrokenResource(AtlasError):
    """A file that ships with atlas-ld is missing or unusable."""


class ReleaseError(AtlasError):
    """A release is missing, incomplete or altered."""


class EngineError(AtlasError):
    """A SPARQL engine elsewhere cannot be reached, refuses, or answers with less than the whole."""


class UnknownThing(AtlasError):
    """Something was asked for by a name, or within a bound, that there is not; the message says what there is."""


class StrictBuildRefused(AtlasError):
    """`build --strict` met a record that must be quarantined."""


class QueryError(AtlasError):
    """A SPARQL query that gets no answer. Its message is English; `said` is the key of its sentence and the values in
    it, where it has one in both languages (`sparql.sentences`)."""

    said: tuple[str, Mapping[str, Any]] | None = None


class QueryRefused(QueryError):
    """Not a query for this endpoint: an update, SERVICE or LOAD."""


class QuerySyntaxError(QueryError):
    """Not SPARQL 1.1. `line` and `column` start at 1 and are None where the parser gives no place."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class QueryNotAcceptable(QueryError):
    """None of the formats asked for holds this kind of answer: a table or truth value, or a graph (`is_graph`)."""

    def __init__(self, message: str, is_graph: bool) -> None:
        super().__init__(message)
        self.is_graph = is_graph


class QueryTimeout(QueryError):
    """Stopped at the time limit; `seconds` is that limit."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class QueryTooLarge(QueryError):
    """Stopped at the memory, row or byte limit."""


class EndpointBusy(QueryError):
    """Every worker is taken and the queue is full; try again after `retry_after` seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ClientBusy(EndpointBusy):
    """This client has as many queries under way as one client may have."""


class QueryAbandoned(QueryError):
    """Nobody wants the answer any more, so the query was ended."""
