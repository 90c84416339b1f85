"""JSON-LD compacted with our own context, which the shapes give (`model.Model.context`).

pyoxigraph writes expanded JSON-LD and rdflib's compaction follows the hash seed; our graphs have
one term for each property, so that compaction comes down to the rules below (https://www.w3.org/TR/json-ld11/):

- a property is written by its term, or by a compact IRI where the context has none;
- a literal whose datatype or language is the term's own is a plain value; any other is a value object;
- `xsd:integer` and `xsd:boolean` are JSON's own; decimals stay strings, since JSON numbers are binary in many readers;
- in a document, a thing described there is nested where it is first met, and named by its id afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from atlas_ld.iris import shorten
from atlas_ld.rdf import RDF_TYPE, Graph, Literal, Triple
from atlas_ld.vocabulary import RDF, XSD

_CANONICAL_INTEGER = re.compile(r"0|-?[1-9]\d{0,14}")
"""Integers that every JSON reader keeps exact (below 2^53), in the one form that comes back the same."""

_TYPE = RDF_TYPE.value
_BOOLEAN, _INTEGER, _STRING, _LANG_STRING = map(str, (XSD.boolean, XSD.integer, XSD.string, RDF.langString))


def document(triples: Iterable[Triple], root: str, terms: Terms, context: str | Mapping[str, Any]) -> bytes:
    """One tree from `root`, with what cannot be reached from it beside it; `context` is that of the terms, or its
    address."""
    graph = Graph(triples)
    open_: set[str] = set()
    trees = [_tree(root, graph, terms, open_)]
    for subject in graph:
        if subject not in open_:
            trees.append(_tree(subject, graph, terms, open_))
    body = trees[0] if len(trees) == 1 else {"@graph": trees}
    # As `json` would write it, which indents in Python; a page is 6 kB.
    return orjson.dumps({"@context": context, **body}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def dump(triples: Iterable[Triple], context: Mapping[str, Any]) -> bytes:
    """Every subject a node of its own, one a line, under an embedded context, so that the file stands alone."""
    head, _, tail = frame(context)
    return head + nodes(triples, Terms(context)) + tail


def frame(context: Mapping[str, Any]) -> tuple[bytes, bytes, bytes]:
    """What stands before the nodes of a dump, between two of them, and after them."""
    return b'{"@context": ' + orjson.dumps(context) + b',\n"@graph": [\n', b",\n", b"\n]}\n"


def nodes(triples: Iterable[Triple], terms: Terms) -> bytes:
    """The nodes of a dump that these triples make. All triples of a subject are in one call."""
    graph = Graph(triples)
    return b",\n".join(orjson.dumps(_node(subject, graph, terms, None)) for subject in graph)


class Terms:
    """The context's terms by the IRI that they stand for. `context` is the value of `@context`, one object."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        prefixes = {name: iri for name, iri in context.items() if isinstance(iri, str) and iri[-1:] in ("#", "/")}
        self._prefixes = prefixes
        self._by_iri: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for name, definition in context.items():
            details = {"@id": definition} if isinstance(definition, str) else definition
            if name.startswith("@") or name in prefixes or not isinstance(details, Mapping) or "@id" not in details:
                continue
            expanded = {**details, "@type": _expand(str(details.get("@type", "")), prefixes)}
            self._by_iri.setdefault(_expand(str(details["@id"]), prefixes), (name, expanded))

    def name(self, iri: str) -> str:
        """The term of a property or class; else its compact IRI; else its IRI."""
        if iri in self._by_iri:
            return self._by_iri[iri][0]
        return shorten(iri, self._prefixes)

    def definition(self, iri: str) -> Mapping[str, Any]:
        return self._by_iri[iri][1] if iri in self._by_iri else {}


def _expand(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, local = name.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes and not local.startswith("//") else name


def _tree(subject: str, graph: Graph, terms: Terms, open_: set[str]) -> dict[str, Any]:
    open_.add(subject)
    return _node(subject, graph, terms, open_)


def _node(subject: str, graph: Graph, terms: Terms, open_: set[str] | None) -> dict[str, Any]:
    """One node object. `open_` collects what has been nested; with None nothing is."""
    result: dict[str, Any] = {"id": _id(subject)}
    for property_, objects in graph[subject].items():
        if property_ == _TYPE:
            names = [terms.name(term.value) for term in objects]
            result["type"] = names[0] if len(names) == 1 else names
            continue
        definition = terms.definition(property_)
        values = []
        for term in objects:
            if isinstance(term, Literal):
                values.append(_value(term, definition))
            elif open_ is not None and term.value in graph and term.value not in open_:
                values.append(_tree(term.value, graph, terms, open_))
            else:
                named = _id(term.value)
                values.append(named if definition.get("@type") == "@id" else {"id": named})
        single = len(values) == 1 and "@set" not in definition.get("@container", ())
        result[terms.name(property_)] = values[0] if single else values
    return result


def _id(thing: str) -> str:
    """An IRI as it is; the label of a blank node, which has no colon, as JSON-LD writes it."""
    return thing if ":" in thing else f"_:{thing}"


def _value(literal: Literal, definition: Mapping[str, Any]) -> Any:
    if language := literal.language:
        plain = definition.get("@language") == language
        return literal.value if plain else {"@value": literal.value, "@language": language}
    datatype = literal.datatype.value
    if definition.get("@type") in ("", None, datatype):
        if datatype == _BOOLEAN and literal.value in ("true", "false"):
            return literal.value == "true"
        if datatype == _INTEGER and _CANONICAL_INTEGER.fullmatch(literal.value):
            return int(literal.value)
    if datatype == definition.get("@type"):
        return literal.value
    if datatype == _STRING:
        coerced = definition.get("@type") or definition.get("@language")
        return {"@value": literal.value} if coerced else literal.value
    if datatype == _LANG_STRING:
        return literal.value
    return {"@value": literal.value, "@type": datatype}
