"""Named queries: the examples as resources with parameters, for the site and for its OpenAPI description.

A parameter is what a person types: a key, a year, a text. What it may be follows from the example that the query
gives for its variable (`#binds`); it becomes an RDF term here and is bound as one, so that it is never part of the
query's text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast, get_args

from atlas_ld.errors import BrokenResource
from atlas_ld.iris import KEY, Iris, Kind
from atlas_ld.queries import Query, load, names
from atlas_ld.rdf import Literal as Text
from atlas_ld.rdf import Node, gyear, node

FOLDER = "examples"
LONGEST = 200
"""Characters of a parameter's value at most."""

Form = Literal["SELECT", "ASK", "CONSTRUCT"]

_FORM = re.compile(rf"^({'|'.join(get_args(Form))})\b", re.MULTILINE)
_KEY_EXAMPLE = re.compile(rf"({'|'.join(get_args(Kind))}):({KEY.pattern})")
_YEAR_EXAMPLE = re.compile(r'"(\d{4})"\^\^xsd:gYear')
_TEXT_EXAMPLE = re.compile(r'"([^"\\]+)"')
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True)
class Parameter:
    """What may stand for a variable: a key of `kind` (`territory`, `code`...), a `year` of four digits, or a `text`.

    `example` is a value as a person types it, which also stands where none is given; `names` are by language.
    """

    name: str
    kind: Kind | Literal["year", "text"]
    example: str
    names: Mapping[str, str]

    @property
    def pattern(self) -> str:
        """What a value looks like, as a regular expression for JSON Schema and for HTML forms."""
        if self.kind == "text":
            return r".*\S.*"
        return _YEAR.pattern if self.kind == "year" else KEY.pattern

    def term(self, value: str, iris: Iris) -> Node:
        """The RDF term of a typed value. Raises ValueError where it is no value of this kind."""
        if len(value) > LONGEST or not re.fullmatch(self.pattern, value, re.DOTALL):
            raise ValueError(f"{value[:LONGEST]!r} is no {self.kind}")
        if self.kind == "text":
            return Text(value)
        return gyear(int(value)) if self.kind == "year" else node(iris.entity(self.kind, value))


@dataclass(frozen=True)
class NamedQuery:
    """An example under the name of its file (`funding-by-year`), with its form and parameters in their order."""

    name: str
    query: Query
    form: Form
    parameters: tuple[Parameter, ...]

    def bound(self, values: Mapping[str, str], iris: Iris) -> str:
        """SPARQL with the typed `values`, and the examples for those that are missing. Raises ValueError."""
        terms = {p.name: p.term(values.get(p.name, p.example), iris) for p in self.parameters}
        return self.query.bound(terms)


@cache
def named_queries() -> Mapping[str, NamedQuery]:
    """Every named query by its name, in order. Raises BrokenResource."""
    found = [_named(load(path)) for path in names(FOLDER)]
    return {one.name: one for one in found}


def _named(query: Query) -> NamedQuery:
    form = _FORM.search(query.text)
    if form is None:
        raise BrokenResource(f"{query.name} needs a line that begins with one of {', '.join(get_args(Form))}.")
    return NamedQuery(
        name=query.name.removeprefix(f"{FOLDER}/"),
        query=query,
        form=cast(Form, form[1]),
        parameters=tuple(_parameter(query, name, example) for name, example in query.bindings.items()),
    )


def _parameter(query: Query, name: str, example: str) -> Parameter:
    labels = query.binding_names.get(name, {})
    if key := _KEY_EXAMPLE.fullmatch(example):
        return Parameter(name, cast(Kind, key[1]), key[2], labels)
    if year := _YEAR_EXAMPLE.fullmatch(example):
        return Parameter(name, "year", year[1], labels)
    if text := _TEXT_EXAMPLE.fullmatch(example):
        return Parameter(name, "text", text[1], labels)
    raise BrokenResource(f"{query.name}: the example {example} of ?{name} is no key, year or text.")
