"""What partnerships share: organisations, territories, posts, themes and sources, each described by itself.

Every function gives the triples of one entity. The same entity can be described from several records; the pipeline
keeps one description of each.
"""

from __future__ import annotations

from functools import lru_cache

from rdflib import URIRef

from atlas_ld.iris import Iris, fold, short_hash, slug, theme_key
from atlas_ld.mapping.fields import Term
from atlas_ld.mapping.types import write_types
from atlas_ld.rdf import Literal, Triple, day, decimal, gyear, integer, node, text
from atlas_ld.records import Origin
from atlas_ld.reference.gazetteer import Gazetteer, Place
from atlas_ld.reference.matching import Body
from atlas_ld.vocabulary import ATLAS, DCTERMS, FOAF, GEO, GEONAMES, LOCN, OWL, PROV, RDFS, SKOS, WGS

Description = dict[str, list[Triple]]
"""Entity IRI -> its triples."""


def country_iri(iris: Iris, alpha2: str) -> str:
    return iris.entity("territory", f"country-{alpha2.lower()}")


def organisation_iri(iris: Iris, body: Body) -> str:
    return iris.entity("organisation", body.key)


def post_iri(iris: Iris, title: str) -> str:
    return iris.entity("post", slug(title))


def source_iri(iris: Iris, origin: Origin) -> str:
    """By what the source is and what it said: another content is another entity, as PROV-O has it."""
    said = origin.model_dump_json(exclude={"title", "fields", "superseded"})
    return iris.entity("source", short_hash(fold(origin.title) + said, 12))


def theme_iri(iris: Iris, path: tuple[str, ...]) -> str:
    return iris.entity("theme", theme_key(path))


def organisation(iris: Iris, body: Body) -> Description:
    """An organisation; a territorial authority where it is known to be one."""
    iri = organisation_iri(iris, body)
    properties: list[tuple[URIRef, Term]] = [(RDFS.label, text(body.label))]
    properties.append((ATLAS.identification, node(iris.code("identification", body.identification))))
    if body.siren:
        properties.append((ATLAS.sirenCode, Literal(body.siren)))
    if body.territory:
        properties.append((ATLAS.administers, node(iris.entity("territory", body.territory))))
    if body.country:
        properties.append((ATLAS.country, node(country_iri(iris, body.country))))
    if body.exists_from:
        properties.append((ATLAS.existsFrom, day(body.exists_from)))
    if body.exists_until:
        properties.append((ATLAS.existsUntil, day(body.exists_until)))
    properties += [(DCTERMS.isReplacedBy, node(organisation_iri(iris, other))) for other in body.replaced_by]
    described = _describe(iri, ATLAS.TerritorialAuthority if body.authority else ATLAS.OtherOrganisation, properties)
    for other in body.replaced_by:
        described |= organisation(iris, other)
    return described


@lru_cache(maxsize=65536)
def territory(iris: Iris, key: str, gazetteer: Gazetteer) -> Description:
    """A territory and every territory that it lies within or spans, up to its country. Not to be changed: it is kept,
    since thousands of records share the same territories."""
    described: Description = {}
    pending = [key]
    while pending:
        place = gazetteer.place(pending.pop())
        iri = iris.entity("territory", place.key)
        if iri not in described:
            described |= _describe(iri, ATLAS.Territory, _territory_properties(iris, place))
            described[iri] += _position(iris, place)
            pending += place.within + place.overlaps
            if place.level != "country":
                pending.append(f"country-{place.country.lower()}")
    return described


def _name(name: str, language: str) -> Literal:
    return text(name, language) if language else Literal(name)


def _territory_properties(iris: Iris, place: Place) -> list[tuple[URIRef, Term]]:
    properties: list[tuple[URIRef, Term]] = [(RDFS.label, _name(place.name, place.language))]
    if place.name_en:
        properties.append((RDFS.label, text(place.name_en, "en")))
    properties += [(SKOS.altLabel, Literal(name)) for name in place.other_names]
    properties.append((ATLAS.level, node(iris.code("level", place.level))))
    if place.insee:
        properties.append((ATLAS.inseeCode, Literal(place.insee)))
    properties += [(ATLAS.within, node(iris.entity("territory", key))) for key in place.within]
    properties += [(ATLAS.overlaps, node(iris.entity("territory", key))) for key in place.overlaps]
    if place.level != "country":
        properties.append((ATLAS.country, node(country_iri(iris, place.country))))
    if place.population is not None:
        properties.append((ATLAS.population, integer(place.population)))
    if place.population_year:
        properties.append((ATLAS.populationYear, gyear(place.population_year)))
    if place.population_source:
        properties.append((ATLAS.populationSource, node(place.population_source)))
    if place.lat is not None and place.long is not None:
        properties += [(WGS.lat, decimal(place.lat)), (WGS.long, decimal(place.long))]
        position = node(_position_iri(iris, place))
        properties += [(GEO.hasGeometry, position), (LOCN.geometry, position)]
    if place.exists_from:
        properties.append((ATLAS.existsFrom, day(place.exists_from)))
    if place.exists_until:
        properties.append((ATLAS.existsUntil, day(place.exists_until)))
    properties += [(DCTERMS.isReplacedBy, node(iris.entity("territory", key))) for key in place.replaced_by]
    # A place abroad is GeoNames' own, and a country is the same country. The town that GeoNames has of a commune is not
    # the commune, and an authority list has a concept of the country: these are other things.
    is_same = place.level == "country" or place.key.startswith("geonames-")
    links = (
        (OWL.sameAs if is_same and iri.startswith(str(GEONAMES)) else RDFS.seeAlso, node(iri)) for iri in place.matches
    )
    return [*properties, *links]


_METHODS = {"country": "capital", "epci": "mean", "departement": "mean", "region": "mean"}
"""How the point of a territory is come by, where it is not its own: see data/reference/README.md."""


def _position_iri(iris: Iris, place: Place) -> str:
    return f"{iris.entity('territory', place.key)}#position"


def _position(iris: Iris, place: Place) -> list[Triple]:
    """The point of a territory as a geometry of its own, which says whose it is and where it comes from."""
    if place.lat is None or place.long is None:
        return []
    point = Literal(f"POINT({decimal(place.long).value} {decimal(place.lat).value})", datatype=node(GEO.wktLiteral))
    method = iris.code("position", _METHODS.get(place.level, "own"))
    properties: list[tuple[URIRef, Term]] = [
        (GEO.asWKT, point),
        (ATLAS.positionMethod, node(method)),
        (DCTERMS.source, node("https://www.geonames.org/")),
        (DCTERMS.license, node("https://creativecommons.org/licenses/by/4.0/")),
    ]
    ((_, triples),) = _describe(_position_iri(iris, place), ATLAS.Position, properties).items()
    return triples


def post(iris: Iris, title: str, country: str | None) -> Description:
    properties: list[tuple[URIRef, Term]] = [(DCTERMS.title, text(title))]
    if country:
        properties.append((ATLAS.country, node(country_iri(iris, country))))
    return _describe(post_iri(iris, title), ATLAS.DiplomaticPost, properties)


@lru_cache(maxsize=4096)
def theme(iris: Iris, path: tuple[str, ...]) -> Description:
    """A theme of the tree and the themes above it; nothing for an empty path. Not to be changed: it is kept."""
    described: Description = {}
    scheme = node(iris.entity("theme", "scheme"))
    for depth, label in enumerate(path, start=1):
        properties: list[tuple[URIRef, Term]] = [(SKOS.prefLabel, text(label)), (SKOS.inScheme, scheme)]
        if depth == 1:
            properties.append((SKOS.topConceptOf, scheme))
        else:
            properties.append((SKOS.broader, node(theme_iri(iris, path[: depth - 1]))))
        described |= _describe(theme_iri(iris, path[:depth]), SKOS.Concept, properties)
    return described


def source(iris: Iris, origin: Origin, before: Origin | None = None) -> Description:
    """A source as it was observed once; `before` is the observation that it replaced."""
    properties: list[tuple[URIRef, Term]] = [(DCTERMS.title, text(origin.title))]
    if origin.address:
        properties.append((FOAF.page, node(origin.address)))
    if origin.sha256:
        properties.append((ATLAS.sha256, Literal(origin.sha256)))
    if origin.retrieved:
        properties.append((ATLAS.retrieved, day(origin.retrieved)))
    if before:
        properties.append((PROV.wasRevisionOf, node(source_iri(iris, before))))
    return _describe(source_iri(iris, origin), ATLAS.Source, properties)


def _describe(iri: str, class_: URIRef, properties: list[tuple[URIRef, Term]]) -> Description:
    subject = node(iri)
    return {iri: write_types(subject, class_) + [Triple(subject, node(name), term) for name, term in properties]}
