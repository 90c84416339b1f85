"""The page of a territory: who administers it, where it lies, its partnerships and its pages elsewhere."""

from __future__ import annotations

from typing import Any

from atlas_ld.vocabulary import ATLAS, GEONAMES, OWL, RDFS, WGS
from atlas_ld.web.entities.views.common import iris_of, key_of, partnerships_of
from atlas_ld.web.lists import rows as listing
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.publication import Publication
from atlas_ld.web.rendering.display import DisplayValue, Graph, entity
from atlas_ld.web.rendering.urls import url_for

_TOP = 8
_MOST_PARTS = 60
_INSEE = "https://www.insee.fr/fr/statistiques/2011101?geo="
_INSEE_LEVELS = {"commune": "COM", "departement": "DEP", "region": "REG", "epci": "EPCI"}


def view(publication: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `entities/territory.html`."""
    key = key_of(publication, iri)
    level = graph.iri(iri, ATLAS.level)
    elsewhere = [*graph.iris(iri, OWL.sameAs), *graph.iris(iri, RDFS.seeAlso)]
    is_country = (level or "").endswith("level-country")
    parts = selecting.select(publication, "territories", {"within": (key,), "used": ("yes",)})
    positions = publication.facets.ordered("territories", parts.bits, "-partnerships")
    population = graph.decimal(iri, ATLAS.population)
    located = graph.decimal(iri, WGS.lat) is not None and not is_country
    country = graph.iri(iri, ATLAS.country)
    is_french = (country or "").endswith("country-fr")
    return {
        "level": graph.label(level) if level else None,
        "is_country": is_country,
        "country": graph.label(country) if country else None,
        "within": [graph.label(parent) for parent in graph.iris(iri, ATLAS.within)],
        "insee": graph.text(iri, ATLAS.inseeCode),
        "population": int(population) if population is not None else None,
        "latitude": graph.decimal(iri, WGS.lat),
        "longitude": graph.decimal(iri, WGS.long),
        "matches": elsewhere,
        "pages": _pages(key, elsewhere),
        "bodies": [entity(body) for body in iris_of(publication, "bodies-of-territory", "body", territory=iri)],
        "parts": listing.rows(publication, "territories", positions[:_MOST_PARTS]),
        "parts_total": len(positions),
        "parts_list": parts.address(url_for("lists.territories")),
        "french": _regions(publication, key) if is_country else [],
        "partnerships": partnerships_of(publication, "territory", key, key if located and is_french else None),
    }


def _pages(key: str, matches: list[str]) -> list[tuple[str, str]]:
    """Name of a site and address of the territory's page there, in the order of the page."""
    found = []
    level, _, code = key.partition("-")
    if level in _INSEE_LEVELS:
        found.append(("INSEE", f"{_INSEE}{_INSEE_LEVELS[level]}-{code.upper()}"))
    for match in matches:
        if match.startswith(str(GEONAMES)):
            found.append(("GeoNames", f"https://www.geonames.org/{match.removeprefix(str(GEONAMES)).strip('/')}"))
    return found


def _regions(publication: Publication, country: str) -> list[tuple[DisplayValue, int]]:
    """The French régions with most partnerships with a country, and how many."""
    bits = publication.facets.having("partnerships", "country", country)
    counted = publication.facets.counts("partnerships", "region", bits)
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_TOP]
    return [(entity(publication.iris.entity("territory", key)), count) for key, count in ranked]
