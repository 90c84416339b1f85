"""What is asked of the query service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from atlas_ld.config import Settings
from atlas_ld.media import RDF_FORMATS, RESULT_FORMATS, SPARQL_JSON, TURTLE, Format
from atlas_ld.sparql.result_cache import Question

_RESULTS = frozenset(format_.name for format_ in RESULT_FORMATS)
_GRAPHS = frozenset(format_.name for format_ in RDF_FORMATS)
_FORMATS = {format_.name: format_ for format_ in (*RESULT_FORMATS, *RDF_FORMATS)}


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
    def result_format(self) -> str | None:
        return next((f.name for f in self.accepted if f.name in _RESULTS), None)

    @cached_property
    def graph_format(self) -> str | None:
        return next((f.name for f in self.accepted if f.name in _GRAPHS), None)

    @cached_property
    def question(self) -> Question:
        formats = (self.result_format or "", self.graph_format or "")
        return Question(
            self.query, formats, self.default_graphs, self.named_graphs, self.base, (self.seconds, self.size)
        )

    def limit(self, settings: Settings) -> float:
        """Seconds that the query may take."""
        return min(self.seconds or settings.query_seconds, settings.query_seconds)

    def message(self, settings: Settings) -> dict[str, Any]:
        """What a worker is told (`frames`, REQUEST)."""
        return {
            "query": self.query,
            "result_format": self.result_format,
            "graph_format": self.graph_format,
            "default_graphs": self.default_graphs,
            "named_graphs": self.named_graphs,
            "base": self.base,
            "rows": settings.query_rows,
            "bytes": min(self.size or settings.query_bytes, settings.query_bytes),
        }

    def asked(self, client: str, *, whole: bool, hold: bool) -> dict[str, Any]:
        """What the query service is told (`frames`, REQUEST)."""
        return {
            "query": self.query,
            "accepted": (self.result_format, self.graph_format),
            "default_graphs": self.default_graphs,
            "named_graphs": self.named_graphs,
            "seconds": self.seconds,
            "size": self.size,
            "base": self.base,
            "client": client,
            "whole": whole,
            "hold": hold,
        }

    @classmethod
    def from_asked(cls, content: Mapping[str, Any]) -> Self:
        return cls(
            query=content["query"],
            accepted=tuple(_FORMATS[name] for name in content["accepted"] if name),
            default_graphs=tuple(content["default_graphs"]),
            named_graphs=tuple(content["named_graphs"]),
            seconds=content["seconds"],
            size=content["size"],
            base=content["base"],
        )
