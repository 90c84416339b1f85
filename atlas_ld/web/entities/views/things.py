"""Pages of posts and sources: their description, and the partnerships that link to them."""

from __future__ import annotations

from typing import Any

from atlas_ld.vocabulary import ATLAS, FOAF
from atlas_ld.web.entities.views.common import bound_query, iris_of, partnerships_among
from atlas_ld.web.publication import Publication
from atlas_ld.web.rendering.display import Graph


def view(publication: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `entities/post.html`, `source.html` and `agreement.html`."""
    country = graph.iri(iri, ATLAS.country)
    linked = iris_of(publication, "partnerships-linking-to", "partnership", thing=iri)
    return {
        "country": graph.label(country) if country else None,
        "address": graph.iri(iri, FOAF.page),
        "sha256": graph.text(iri, ATLAS.sha256),
        "retrieved": graph.text(iri, ATLAS.retrieved),
        "partnerships": partnerships_among(
            publication, linked, bound_query(publication, "partnerships-linking-to", thing=iri)
        ),
    }
