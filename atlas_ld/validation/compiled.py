"""Shapes compiled to functions over triples, and how they find what is wrong: the quick way to check many records.

The results are pyshacl's, one by one: tests compare them on every fixture of tests/shapes and on a generated corpus
with planted faults. `compiling` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rdflib import Graph

from atlas_ld.findings import Severity
from atlas_ld.rdf import Node
from atlas_ld.validation.constraints import EntityGraph, SetTest, ValueTest
from atlas_ld.validation.sparql import Query
from atlas_ld.vocabulary import SH

_NOTHING: Mapping[str, Sequence[Node]] = {}
_CLOSED = str(SH.ClosedConstraintComponent)


@dataclass(frozen=True)
class Found:
    """One result, before it has its message: see `report.Result`."""

    focus: Node
    path: str | None
    term: Node | None
    shape: str
    constraint: str
    severity: Severity


@dataclass(frozen=True)
class Shape:
    """One shape. `path` is empty for a node shape, whose only value is its focus; `allowed` are the properties of a
    closed shape; `needed` says whether it may find something where the path leads to no value."""

    name: str
    severity: Severity
    path: tuple[str, ...]
    needed: bool
    values: tuple[tuple[str, ValueTest], ...]
    sets: tuple[tuple[str, SetTest], ...]
    properties: tuple[Shape, ...]
    allowed: frozenset[str] | None
    queries: tuple[Query, ...]

    def check(self, focus: Node, things: EntityGraph, found: list[Found]) -> None:
        """Add what is wrong with `focus` to `found`, but for the SPARQL constraints."""
        if not self.path:
            self._check_values(focus, (focus,), things, found)
        elif focus in things or self.needed:
            self._check_values(focus, follow(focus, self.path, things), things, found)

    def _check_values(self, focus: Node, values: Sequence[Node], things: EntityGraph, found: list[Found]) -> None:
        path = self.path[0] if len(self.path) == 1 else None
        for component, test_set in self.sets:
            for term in test_set(focus, values, things):
                found.append(Found(focus, path, term, self.name, component, self.severity))
        for component, test in self.values:
            for value in values:
                if not test(value, things):
                    found.append(Found(focus, path, value, self.name, component, self.severity))
        if self.properties or self.allowed is not None:
            for value in values:
                self._check_properties(focus, value, things, found)

    def _check_properties(self, focus: Node, value: Node, things: EntityGraph, found: list[Found]) -> None:
        said = things.get(value, _NOTHING)
        for property_ in said.keys() - self.allowed if self.allowed is not None else ():
            for term in said[property_]:
                found.append(Found(focus, property_, term, self.name, _CLOSED, self.severity))
        for shape in self.properties:
            if len(shape.path) > 1:
                shape.check(value, things, found)
            elif shape.path[0] in said:
                shape._check_values(value, said[shape.path[0]], things, found)
            elif shape.needed:
                shape._check_values(value, (), things, found)

    def conforms(self, value: Node, things: EntityGraph) -> bool:
        found: list[Found] = []
        self.check(value, things, found)
        return not found


@dataclass(frozen=True)
class Compiled:
    """The shapes by what they target, and the graph of those that pyshacl must check (None where there are none)."""

    by_class: Mapping[Node, Sequence[Shape]]
    by_property: Mapping[str, Sequence[Shape]]
    queries: Sequence[tuple[Shape, Query]]
    rest: Graph | None


def follow(focus: Node, path: Sequence[str], things: EntityGraph) -> Sequence[Node]:
    """The values that a path of properties leads to, each once."""
    nodes: Sequence[Node] = (focus,)
    for property_ in path:
        reached = [value for node in nodes if node in things for value in things[node].get(property_, ())]
        nodes = reached if len(reached) < 2 else list(dict.fromkeys(reached))
    return nodes
