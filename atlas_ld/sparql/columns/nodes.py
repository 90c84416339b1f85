"""What a query asks for: the nodes of SPARQL's algebra (SPARQL 1.1, 18.2), expressions and property paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from atlas_ld.sparql.columns.kinds import Kind


class Variable(NamedTuple):
    """A blank node of a query is a variable too (4.1.4), and so is an aggregate; such names no query can write."""

    name: str

    @property
    def is_visible(self) -> bool:
        return " " not in self.name and ":" not in self.name


class Term(NamedTuple):
    """An IRI or a literal, as Oxigraph keeps it."""

    kind: Kind
    text: str


class Inverse(NamedTuple):
    path: Path


class Sequence(NamedTuple):
    parts: tuple[Path, ...]


class Alternative(NamedTuple):
    parts: tuple[Path, ...]


class Repeat(NamedTuple):
    """`?` (with `zero`), `+` (with `more`) and `*` (with both)."""

    path: Path
    zero: bool
    more: bool


Path = Term | Inverse | Sequence | Alternative | Repeat


class Triple(NamedTuple):
    subject: Variable | Term
    path: Path | Variable
    object: Variable | Term


class Call(NamedTuple):
    """An operator (by its sign), a function (its name in capitals) or a cast (its datatype's IRI)."""

    name: str
    arguments: tuple[Expression, ...]


Expression = Variable | Term | Call


class Aggregate(NamedTuple):
    """`argument` is None for COUNT(*); `result` is the variable that stands for it in expressions."""

    name: str
    argument: Variable | None
    distinct: bool
    separator: str
    result: str


@dataclass(frozen=True)
class Basic:
    triples: tuple[Triple, ...] = ()


@dataclass(frozen=True)
class Join:
    one: Pattern
    other: Pattern


@dataclass(frozen=True)
class LeftJoin:
    one: Pattern
    other: Pattern
    condition: Expression | None


@dataclass(frozen=True)
class Union:
    one: Pattern
    other: Pattern


@dataclass(frozen=True)
class Filter:
    part: Pattern
    condition: Expression


@dataclass(frozen=True)
class Exists:
    """The solutions of `part` that `pattern` has a match for, or none."""

    part: Pattern
    pattern: Basic
    negated: bool


@dataclass(frozen=True)
class Extend:
    part: Pattern
    name: str
    expression: Expression


@dataclass(frozen=True)
class Values:
    names: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]


@dataclass(frozen=True)
class Group:
    """`keys` is None where there is one group, empty or not."""

    part: Pattern
    keys: tuple[str, ...] | None
    aggregates: tuple[Aggregate, ...]


@dataclass(frozen=True)
class Order:
    part: Pattern
    keys: tuple[tuple[str, bool], ...]
    """Variables, each with whether it descends."""


@dataclass(frozen=True)
class Project:
    part: Pattern
    names: tuple[str, ...]


@dataclass(frozen=True)
class Distinct:
    part: Pattern


@dataclass(frozen=True)
class Slice:
    part: Pattern
    offset: int
    limit: int | None


Pattern = (
    Basic | Join | LeftJoin | Union | Filter | Exists | Extend | Values | Group | Order | Project | Distinct | Slice
)


def visible(pattern: Pattern) -> dict[str, None]:
    """The variables in scope (18.2.1), in order."""
    match pattern:
        case Basic():
            parts = (part for triple in pattern.triples for part in triple)
            return dict.fromkeys(part.name for part in parts if isinstance(part, Variable) and part.is_visible)
        case Join() | LeftJoin() | Union():
            return visible(pattern.one) | visible(pattern.other)
        case Extend():
            return visible(pattern.part) | ({pattern.name: None} if Variable(pattern.name).is_visible else {})
        case Values() | Project():
            return dict.fromkeys(pattern.names)
        case Group():
            return dict.fromkeys(name for name in pattern.keys or () if Variable(name).is_visible)
    return visible(pattern.part)


def variables(expression: Expression) -> Iterator[str]:
    """The names that an expression reads, each at least once."""
    match expression:
        case Variable():
            yield expression.name
        case Call():
            for argument in expression.arguments:
                yield from variables(argument)
