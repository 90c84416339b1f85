"""The page of a territory: who administers it, where it lies, its partnerships and its pages elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from atlas_ld.vocabulary import ATLAS, GEONAMES, OWL, RDFS, WGS
from atlas_ld.web.entities.views.common import iris_of, key_of, lifetime_of, partnerships_of
from atlas_ld.web.lists import rows as listing
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.publication import Publication
from atlas_ld.web.rendering.display import DisplayValue, Graph, entity
from atlas_ld.web.rendering.urls import url_for

_TOP = 8
_MOST_PARTS = 60
_INSEE = "https://www.insee.fr/fr/statistiques/2011101?geo="
_INSEE_LEVELS = {"commune": "COM", "departement": "DEP", "region": "REG", "epci": "EPCI"}


@dataclass(frozen=True)
class Above:
    """A territory that this one lies in, and what its own authorities do besides: partnerships in which this territory
    is not, the euros that these declare (None where they declare none), and where they are listed."""

    territory: DisplayValue
    partnerships: int
    euros: Decimal | None
    list: str


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
        "population_year": graph.text(iri, ATLAS.populationYear),
        "lifetime": lifetime_of(publication, iri, graph),
        "latitude": graph.decimal(iri, WGS.lat),
        "longitude": graph.decimal(iri, WGS.long),
        "matches": elsewhere,
        "pages": _pages(key, elsewhere),
        "bodies": [entity(body) for body in iris_of(publication, "bodies-of-territory", "body", territory=iri)],
        "parts": listing.rows(publication, "territories", positions[:_MOST_PARTS]),
        "parts_total": len(positions),
        "parts_list": parts.address(url_for("lists.territories")),
        "above": [] if is_country else list(_above(publication, iri, key)),
        "french": _regions(publication, key) if is_country else [],
        "partnerships": partnerships_of(publication, "territory", key, key if located and is_french else None),
    }


def _above(publication: Publication, iri: str, key: str) -> Iterator[Above]:
    """The territories around one whose own authorities have partnerships, from the nearest."""
    own = publication.facets.having("partnerships", "territory", key)
    for around in _around(publication, iri):
        bodies = [
            key_of(publication, body) for body in iris_of(publication, "bodies-of-territory", "body", territory=around)
        ]
        chosen = selecting.select(publication, "partnerships", {"organisation": tuple(bodies)})
        more = chosen.bits & ~own if bodies else 0
        if more:
            sums = publication.facets.amounts_by_year(publication.facets.lines_of(more)).values()
            euros = listing.euros_of(sum(sums)) if sums else None
            yield Above(entity(around), more.bit_count(), euros, chosen.address(url_for("lists.partnerships")))


def _around(publication: Publication, iri: str) -> list[str]:
    """The territories that one lies in, and those that they lie in, without countries; the nearest first."""
    found: list[str] = []
    ahead = [iri]
    while ahead:
        here = ahead.pop(0)
        for parent in Graph(publication.reader.about(here)).iris(here, ATLAS.within):
            if parent not in found and "/country-" not in parent:
                found.append(parent)
                ahead.append(parent)
    return found


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
