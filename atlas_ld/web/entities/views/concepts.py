"""Pages of themes and of codes: where they stand in their scheme, and the partnerships that have them."""

from __future__ import annotations

from typing import Any

from atlas_ld.vocabulary import SKOS
from atlas_ld.web.entities.views.common import bound_query, iris_of, key_of, partnerships_among, partnerships_of
from atlas_ld.web.entities.views.partnership import theme_path
from atlas_ld.web.lists import rows as listing
from atlas_ld.web.publication import Publication
from atlas_ld.web.rendering.display import Graph, entity


def theme(publication: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `entities/theme.html`."""
    index = publication.facets
    is_scheme = iri == publication.iris.entity("theme", "scheme")
    every = listing.rows(publication, "themes", index.ordered("themes", index.everything("themes"), "-partnerships"))
    return {
        "path": theme_path(publication, iri),
        "definition": graph.text(iri, SKOS.definition),
        "narrower": [row for row in every if row.one("broader") == (None if is_scheme else iri)],
        "matches": [graph.label(m) for p in _MATCHES for m in graph.iris(iri, p)],
        "partnerships": partnerships_of(publication, "theme", key_of(publication, iri)),
    }


_MATCHES = (SKOS.exactMatch, SKOS.closeMatch, SKOS.relatedMatch, SKOS.broadMatch, SKOS.narrowMatch)


def code(publication: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `entities/code.html`."""
    key = key_of(publication, iri)
    facet = next((name for name in ("form", "status", "level") if key.startswith(f"{name}-")), None)
    if facet:
        partnerships = partnerships_of(publication, facet, key.removeprefix(f"{facet}-"))
    else:
        linked = iris_of(publication, "partnerships-linking-to", "partnership", thing=iri)
        query = bound_query(publication, "partnerships-linking-to", thing=iri)
        partnerships = partnerships_among(publication, linked, query)
    return {
        "definition": graph.text(iri, SKOS.definition),
        "scheme": [entity(scheme) for scheme in graph.iris(iri, SKOS.inScheme)],
        "codes": [entity(concept) for concept in graph.iris(iri, SKOS.hasTopConcept)],
        "partnerships": partnerships,
    }
