"""The classes above and below a class, as ontology/ has them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from atlas_ld.rdf import NamedNode, parse_file
from atlas_ld.resources import turtle_files
from atlas_ld.vocabulary import RDFS

_ANY = "http://localhost/"  # no class is named by a relative IRI


@cache
def types_of(class_: str) -> tuple[str, ...]:
    """The class first, then its superclasses, nearest first."""
    found = [class_]
    for one in found:  # which grows as it is walked
        found += [above for above in _superclasses().get(one, ()) if above not in found]
    return tuple(found)


@cache
def subclasses(class_: str) -> tuple[str, ...]:
    """Every class below a class, by IRI."""
    return tuple(sorted(one for one in _superclasses() if one != class_ and class_ in types_of(one)))


@cache
def _superclasses() -> Mapping[str, list[str]]:
    above: dict[str, list[str]] = {}
    for path in turtle_files("ontology"):
        for triple in parse_file(path, _ANY):
            if triple.predicate.value == str(RDFS.subClassOf):
                assert isinstance(triple.subject, NamedNode)  # the ontology has no blank nodes
                assert isinstance(triple.object, NamedNode)
                above.setdefault(triple.subject.value, []).append(triple.object.value)
    return above
