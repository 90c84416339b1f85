"""The classes of a thing: its own and every class above it, as ontology/ has them.

They are stated in the data, so that `?x a org:Organization` finds every body without a reasoner.
"""

from __future__ import annotations

from functools import cache

from rdflib import URIRef

from atlas_ld.rdf import RDF_TYPE, NamedNode, Triple, node, parse_file
from atlas_ld.resources import turtle_files
from atlas_ld.vocabulary import RDFS

_ANY = "http://localhost/"  # no class is named by a relative IRI


@cache
def types_of(class_: URIRef) -> tuple[NamedNode, ...]:
    """The class first, then its superclasses, nearest first."""
    found = [str(class_)]
    for one in found:  # which grows as it is walked
        found += [above for above in _superclasses().get(one, ()) if above not in found]
    return tuple(map(node, found))


def write_types(subject: NamedNode, class_: URIRef) -> list[Triple]:
    return [Triple(subject, RDF_TYPE, type_) for type_ in types_of(class_)]


@cache
def _superclasses() -> dict[str, list[str]]:
    above: dict[str, list[str]] = {}
    for path in turtle_files("ontology"):
        for triple in parse_file(path, _ANY):
            if triple.predicate.value == str(RDFS.subClassOf) and isinstance(triple.object, NamedNode):
                assert isinstance(triple.subject, NamedNode)  # the ontology names all its classes
                above.setdefault(triple.subject.value, []).append(triple.object.value)
    return above
