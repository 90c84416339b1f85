"""Pages of posts and sources: their description, and the partnerships that link to them."""

from __future__ import annotations

from typing import Any

from atlas_ld.vocabulary import ATLAS, FOAF
from atlas_ld.web.display import Graph
from atlas_ld.web.publication import Publication
from atlas_ld.web.views.common import bound_query, iris_of, partnerships_among


def view(opened: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `documents/post.html`, `source.html` and `agreement.html`."""
    country = graph.iri(iri, ATLAS.country)
    linked = iris_of(opened, "partnerships-linking-to", "partnership", thing=iri)
    return {
        "country": graph.label(country) if country else None,
        "address": graph.iri(iri, FOAF.page),
        "sha256": graph.text(iri, ATLAS.sha256),
        "retrieved": graph.text(iri, ATLAS.retrieved),
        "partnerships": partnerships_among(opened, linked, bound_query(opened, "partnerships-linking-to", thing=iri)),
    }
