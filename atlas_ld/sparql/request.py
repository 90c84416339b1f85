"""What is asked of the query service."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import orjson

from atlas_ld.media import RDF_FORMATS, RESULT_FORMATS, SPARQL_JSON, TURTLE, Format
from atlas_ld.sparql.question import Question

_RESULTS = frozenset(format_.name for format_ in RESULT_FORMATS)
_GRAPHS = frozenset(format_.name for format_ in RDF_FORMATS)


@dataclass(frozen=True)
class QueryRequest:
    """A query as the SPARQL 1.1 Protocol has it.

    `accepted` are formats, best first: the first one that holds rows and truth values is for SELECT and ASK, the
    first one that holds RDF is for CONSTRUCT and DESCRIBE. If either list of graphs (IRIs) is not empty, the dataset
    is made of them alone (protocol, 2.1.4); else it is the release: data in the default graph, its SHACL report in a
    named one. `seconds` and `size` (bytes of the answer) can only lower the limits of the settings. Relative IRIs of
    the query are resolved against `base`; without one they are errors of syntax.
    """

    query: str
    accepted: tuple[Format, ...] = (SPARQL_JSON, TURTLE)
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    seconds: float | None = None
    size: int | None = None
    base: str | None = None

    @cached_property
    def question(self) -> Question:
        rows = next((f.name for f in self.accepted if f.name in _RESULTS), None)
        graphs = next((f.name for f in self.accepted if f.name in _GRAPHS), None)
        limits = (self.seconds, self.size)
        return Question(self.query, (rows, graphs), self.default_graphs, self.named_graphs, self.base, limits)

    def asked(self, client: str, *, whole: bool, hold: bool) -> bytes:
        """What the query service is told (`frames`, REQUEST)."""
        head = (client, whole, hold, self.seconds, self.question.changes)
        return b"%b\n%b" % (orjson.dumps(head), orjson.dumps(tuple(self.question)))


class AskedQuery(NamedTuple):
    """A request as the query service reads it. `question` is for the worker; the service knows it by its bytes."""

    client: str
    whole: bool
    hold: bool
    seconds: float | None
    changes: bool
    question: bytes

    @classmethod
    def read(cls, payload: bytes) -> Self:
        head, _, question = payload.partition(b"\n")
        client, whole, hold, seconds, changes = orjson.loads(head)
        return cls(client, whole, hold, seconds, changes, question)
