"""The classes of a thing: its own and every class above it.

They are stated in the data, so that `?x a org:Organization` finds every body without a reasoner.
"""

from __future__ import annotations

from functools import cache

from rdflib import URIRef

from atlas_ld.hierarchy import types_of
from atlas_ld.rdf import RDF_TYPE, NamedNode, Triple, node


def write_types(subject: NamedNode, class_: URIRef) -> list[Triple]:
    return [Triple(subject, RDF_TYPE, type_) for type_ in _nodes(str(class_))]


@cache
def _nodes(class_: str) -> tuple[NamedNode, ...]:
    return tuple(map(node, types_of(class_)))
