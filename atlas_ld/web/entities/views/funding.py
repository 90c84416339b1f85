"""The page of one funding line."""

from __future__ import annotations

from typing import Any

from atlas_ld.vocabulary import ATLAS
from atlas_ld.web.entities.views.funding_table import years_of
from atlas_ld.web.publication import Publication
from atlas_ld.web.rendering.display import Graph, entity


def view(publication: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `entities/funding.html`."""
    funder, kind = graph.iri(iri, ATLAS.funder), graph.iri(iri, ATLAS.funderKind)
    return {
        "declared": graph.text(iri, ATLAS.declaredFunder),
        "funder": graph.label(funder) if funder else None,
        "funder_kind": graph.label(kind) if kind else None,
        "amount": graph.decimal(iri, ATLAS.amount),
        "committed": graph.decimal(iri, ATLAS.committedAmount),
        "paid": graph.decimal(iri, ATLAS.paidAmount),
        "oudin": graph.decimal(iri, ATLAS.oudinAmount),
        "years": years_of(graph, iri),
        "partnerships": [entity(p) for p in publication.reader.subjects(ATLAS.fundingLine, iri)],
    }
