"""Entities as JSON for people who do not know RDF: fields by the names of the model, arrays wherever a field may have
several values, parts inside what they belong to. It is JSON-LD all the same: `items` and `included` are keywords of the
context at /api/v1/context.jsonld."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson

from atlas_ld import jsonld
from atlas_ld.rdf import Triple, in_order
from atlas_ld.release.kinds import LISTS
from atlas_ld.web.lists.selection import Selection
from atlas_ld.web.publication import Publication

ALWAYS = ("id", "type")
"""Members that a resource has whatever fields are asked for."""


def resource(publication: Publication, iri: str, fields: Collection[str] = ()) -> dict[str, Any]:
    """What is said of an entity and its parts; of itself only `fields`, where some are given."""
    triples = publication.reader.entity(iri)
    return as_json(publication, iri, triples, fields)


def as_json(
    publication: Publication, iri: str, triples: Sequence[Triple], fields: Collection[str] = ()
) -> dict[str, Any]:
    ordered = in_order(triples, publication.model.order)
    found: dict[str, Any] = orjson.loads(jsonld.document(ordered, iri, publication.terms, {}))
    del found["@context"]
    _always_list(found)
    return {name: value for name, value in found.items() if not fields or name in fields or name in ALWAYS}


def _always_list(node: dict[str, Any]) -> None:
    """`type` too is an array, in a resource and its parts."""
    for name, value in node.items():
        if name == "type" and isinstance(value, str):
            node[name] = [value]
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                _always_list(inner)


def context(publication: Publication) -> dict[str, Any]:
    """The context of the answers: that of the documents, for the items of a list. Other members of a list have names
    that no field has, so that they say nothing in RDF."""
    return {"@context": [f"{publication.iris.base}context.jsonld", {"items": "@graph"}]}


def coverage(publication: Publication, selection: Selection) -> Mapping[str, int]:
    """Facet -> how many rows of a selection have a value of it. Of the others nothing is documented, which does not say
    that there is nothing."""
    found = {}
    for facet in LISTS[selection.list].facets:
        if facet.shown and facet.values != "word":
            documented = publication.keeping(_documented, 64)(selection.list, facet.name)
            found[facet.name] = (documented & selection.bits).bit_count()
    return found


def _documented(publication: Publication, name: str, facet: str) -> int:
    """The rows of a list that have any value of a facet."""
    rows = 0
    for having in publication.facets.facet(name, facet).values():
        rows |= having
    return rows


def page_of(
    publication: Publication, chosen: Selection, sort: str, start: int, limit: int, fields: Collection[str]
) -> dict[str, Any]:
    """The items from `start` on of a selection, `limit` of them at most. Where the next page is, its caller knows."""
    positions = publication.facets.part(chosen.list, chosen.bits, sort, start, start + limit)
    return {
        "list": chosen.list,
        "release": publication.release.id,
        "dataLicense": publication.settings.license,
        "total": chosen.bits.bit_count(),
        "coverage": coverage(publication, chosen),
        "next": None,
        "items": [resource(publication, iri, fields) for iri in publication.facets.iris(chosen.list, positions)],
    }


def fields_of(publication: Publication, name: str) -> tuple[str, ...]:
    """The fields that the entities of a list may have, in reading order."""
    classes = [class_ for class_ in publication.model.classes if class_.iri in LISTS[name].classes]
    names = (publication.model.terms[field.path] for class_ in classes for field in class_.fields)
    return tuple(dict.fromkeys(names))
