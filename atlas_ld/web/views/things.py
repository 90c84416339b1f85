"""Pages of posts and sources: their description, and the partnerships that link to them."""

from __future__ import annotations

from typing import Any

from atlas_ld.vocabulary import ATLAS, FOAF
from atlas_ld.web.display import Graph
from atlas_ld.web.publication import Publication
from atlas_ld.web.views.common import iris_of, partnership_page


def view(opened: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `documents/post.html`, `source.html` and `agreement.html`."""
    country = graph.iri(iri, ATLAS.country)
    return {
        "country": graph.label(country) if country else None,
        "address": graph.iri(iri, FOAF.page),
        "sha256": graph.text(iri, ATLAS.sha256),
        "retrieved": graph.text(iri, ATLAS.retrieved),
        "page": partnership_page(opened, iris_of(opened, "partnerships-linking-to", "partnership", thing=iri)),
    }
