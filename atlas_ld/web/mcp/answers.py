"""What the tools answer. Each answer says of which release it is, and whether there is more than it holds."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class Answer(BaseModel):
    release: str = Field(description="The release of the data that this is of")


class Hit(BaseModel):
    """An entity that was found."""

    id: str = Field(description="IRI; describe and cite take it")
    kind: str
    label: str
    snippet: str = Field(description="Where the words were found; empty if in the label")


class Found(Answer):
    words: list[str] = Field(description="What was looked for")
    matched: str = Field(description="all: every word is found; mended: of words spelt otherwise; any: some words only")
    hits: list[Hit]
    truncated: bool = Field(description="Whether there are more hits than were asked for")


class Described(Answer):
    entity: dict[str, Any] = Field(
        description="What is said of it and its parts. A field that is absent is not documented, which is not a no"
    )
    labels: dict[str, str] = Field(description="Names of what it links to, by IRI")
    truncated: bool = Field(description="Whether some of it was left out; `omitted` names those fields")
    omitted: list[str]


class SchemaField(BaseModel):
    name: str
    property: str = Field(description="IRI of the property, for SPARQL")
    label: str
    description: str
    values: str = Field(description="Datatype, or the classes of what it links to")
    several: bool
    derived: bool = Field(description="Computed by the publisher, not said by the source")


class SchemaClass(BaseModel):
    name: str
    iri: str
    label: str
    definition: str
    count: int = Field(description="Entities of this class")
    fields: list[SchemaField] = Field(description="Empty unless the class was asked for by name")


class Schema(Answer):
    prefixes: dict[str, str]
    classes: list[SchemaClass]
    lists: dict[str, list[str]] = Field(description="The lists, and what each can be filtered by")
    traps: list[str] = Field(description="What makes wrong figures of right queries")


class Result(Answer):
    kind: str = Field(description="rows, truth or graph")
    variables: list[str] = Field(default_factory=list)
    rows: list[dict[str, str]] = Field(default_factory=list, description="Values by variable; unbound ones are absent")
    truth: bool | None = None
    turtle: str = ""
    truncated: bool = Field(description="Whether there are more rows; ask again with OFFSET, or aggregate")


class Listed(Answer):
    name: str = Field(description="Of the list")
    total: int
    coverage: dict[str, int] = Field(description="Of how many of the total a value is documented, by facet")
    coverage_in_words: list[str]
    items: list[dict[str, Any]]
    cursor: str | None = Field(description="Give it to get the next page; null on the last one")


class Cited(Answer):
    text: str
    bibtex: str
    identifier: str
    address: str = Field(description="Where what is cited can be fetched as it is now, whatever comes later")
    license: str
