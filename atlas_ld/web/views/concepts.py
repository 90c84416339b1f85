"""Pages of themes and of codes: where they stand in their scheme, and the partnerships that have them."""

from __future__ import annotations

from typing import Any

from atlas_ld.vocabulary import SKOS
from atlas_ld.web import listing
from atlas_ld.web.display import Graph, entity
from atlas_ld.web.publication import Publication
from atlas_ld.web.views.common import iris_of, partnership_page
from atlas_ld.web.views.partnership import theme_path


def theme(opened: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `documents/theme.html`."""
    known = listing.themes(opened)
    narrower = [known[n] for n in dict.fromkeys(iris_of(opened, "narrower", "narrower", concept=iri)) if n in known]
    if iri == opened.iris.entity("theme", "scheme"):
        narrower = [entry for entry in known.values() if entry.iri_of("broader") is None]
    return {
        "path": theme_path(opened, iri),
        "definition": graph.text(iri, SKOS.definition),
        "narrower": listing.ordered(narrower, {"": (listing.by_partnerships, True)}, ""),
        "matches": [graph.label(m) for p in _MATCHES for m in graph.iris(iri, p)],
        "page": partnership_page(opened, iris_of(opened, "partnerships-of-theme", "partnership", theme=iri)),
    }


_MATCHES = (SKOS.exactMatch, SKOS.closeMatch, SKOS.relatedMatch, SKOS.broadMatch, SKOS.narrowMatch)


def code(opened: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `documents/code.html`."""
    return {
        "definition": graph.text(iri, SKOS.definition),
        "scheme": [entity(scheme) for scheme in graph.iris(iri, SKOS.inScheme)],
        "codes": [entity(concept) for concept in graph.iris(iri, SKOS.hasTopConcept)],
        "page": partnership_page(opened, iris_of(opened, "partnerships-linking-to", "partnership", thing=iri)),
    }
