"""The page of a territory: who administers it, where it lies, its partnerships and its matches elsewhere."""

from __future__ import annotations

from collections import Counter
from typing import Any

from atlas_ld.vocabulary import ATLAS, SKOS, WGS
from atlas_ld.web import listing
from atlas_ld.web.display import Graph, Shown, entity
from atlas_ld.web.publication import Publication
from atlas_ld.web.views.common import iris_of, partnership_page

_TOP = 8


def view(opened: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `documents/territory.html`."""
    partnerships = iris_of(opened, "partnerships-of-territory", "partnership", territory=iri)
    level = graph.iri(iri, ATLAS.level)
    is_country = (level or "").endswith("level-country")
    known = listing.entries(opened, "list-territories", "territory")
    parts = [known[part] for part in iris_of(opened, "territories-within", "part", territory=iri) if part in known]
    parts = listing.ordered((p for p in parts if p.count("partnerships")), {"": (listing.by_partnerships, True)}, "")
    population = graph.decimal(iri, ATLAS.population)
    return {
        "level": graph.label(level) if level else None,
        "is_country": is_country,
        "country": _one(graph, iri),
        "within": [graph.label(parent) for parent in graph.iris(iri, ATLAS.within)],
        "insee": graph.text(iri, ATLAS.inseeCode),
        "population": int(population) if population is not None else None,
        "latitude": graph.decimal(iri, WGS.lat),
        "longitude": graph.decimal(iri, WGS.long),
        "matches": graph.iris(iri, SKOS.exactMatch),
        "bodies": [entity(body) for body in iris_of(opened, "bodies-of-territory", "body", territory=iri)],
        "parts": parts,
        "french": _most(opened, partnerships, "authorities") if is_country else [],
        "page": partnership_page(opened, partnerships),
    }


def _one(graph: Graph, iri: str) -> Shown | None:
    country = graph.iri(iri, ATLAS.country)
    return graph.label(country) if country else None


def _most(opened: Publication, partnerships: list[str], links: str) -> list[tuple[Shown, int]]:
    """The bodies with most of these partnerships, and how many; none where no body has more than one."""
    known = listing.partnerships(opened)
    counted = Counter(body for p in set(partnerships) if p in known for body in known[p].links.get(links, ()))
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_TOP]
    return [(entity(body), count) for body, count in ranked] if ranked and ranked[0][1] > 1 else []
