"""What several views share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from atlas_ld.queries import declared, load
from atlas_ld.rdf import NamedNode, Node, node
from atlas_ld.vocabulary import ATLAS, DCTERMS, PREFIXES
from atlas_ld.web.lists import charts, maps
from atlas_ld.web.lists import rows as listing
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.publication import Publication
from atlas_ld.web.rendering.display import DisplayValue, Graph, entity
from atlas_ld.web.rendering.urls import url_for


@dataclass(frozen=True)
class Partnerships:
    """The partnerships of an entity: the page of them that the request asks for, newest first, where the whole list
    with its filters is, the SPARQL that gives them, their places on a map, and their funding by year."""

    page: listing.Page[listing.Row]
    list: str | None
    map: str | None
    query: str | None
    sketch: maps.Sketch | None
    chart: charts.Chart | None


@dataclass(frozen=True)
class Lifetime:
    """The first and the last day of a territory or a body (ISO 8601), what took over from it, and from what it did."""

    since: str | None
    until: str | None
    replaced_by: list[DisplayValue]
    replaces: list[DisplayValue]

    @property
    def told(self) -> bool:
        return bool(self.since or self.until or self.replaced_by or self.replaces)


def lifetime_of(publication: Publication, iri: str, graph: Graph) -> Lifetime:
    return Lifetime(
        since=graph.text(iri, ATLAS.existsFrom),
        until=graph.text(iri, ATLAS.existsUntil),
        replaced_by=[graph.label(other) for other in graph.iris(iri, DCTERMS.isReplacedBy)],
        replaces=[entity(other) for other in publication.reader.subjects(DCTERMS.isReplacedBy, iri)],
    )


def iris_of(publication: Publication, query: str, variable: str, **bindings: str) -> list[str]:
    """The IRIs that a query of ours binds to `variable`, in its order; `bindings` are IRIs."""
    terms: dict[str, Node] = {name: node(iri) for name, iri in bindings.items()}
    rows = publication.reader.select(load(f"pages/{query}"), **terms)
    return [term.value for row in rows if isinstance(term := row[variable], NamedNode)]


def partnerships_of(publication: Publication, facet: str, key: str, centre: str | None = None) -> Partnerships:
    """The partnerships with a value of a facet. `centre` is the key of the place that the map's arcs start from."""
    chosen = selecting.select(publication, "partnerships", {facet: (key,)})
    lines = selecting.select(publication, "funding", {facet: (key,)})
    return Partnerships(
        page=listing.page_of(publication, "partnerships", chosen.bits, "-year"),
        list=chosen.address(url_for("lists.partnerships")),
        map=chosen.address(url_for("maps.page")),
        query=selecting.query(publication, chosen),
        sketch=maps.sketch(publication, chosen.bits, centre),
        chart=charts.funding_by_year(publication, lines),
    )


def partnerships_among(publication: Publication, iris: Iterable[str], query: str | None = None) -> Partnerships:
    """These partnerships, for entities that are no facet of the list."""
    bits = publication.facets.with_iris("partnerships", iris)
    page = listing.page_of(publication, "partnerships", bits, "-year")
    return Partnerships(page, None, None, query, maps.sketch(publication, bits), None)


def bound_query(publication: Publication, name: str, **bindings: str) -> str:
    """The SPARQL of a query of ours for people: terms in place, prefixes declared."""
    text = load(f"pages/{name}").bound({variable: node(iri) for variable, iri in bindings.items()})
    return declared(text, PREFIXES | publication.iris.prefixes)


def key_of(publication: Publication, iri: str) -> str:
    parts = publication.iris.split(iri)
    return parts[1] if parts else ""
