"""What the HTML page of each kind of entity shows, as plain data for its template `entities/{kind}.html`.

A view takes the publication, the entity's IRI and its document as a graph, and returns the template's own variables;
the common ones are set here. What a page says beyond the document comes from `queries/pages/*.rq`.

common          what several views share
partnership     with its funding_table and timeline
territory, organisation, funding, concepts
things          posts and sources
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import render_template, request

from atlas_ld.iris import Kind
from atlas_ld.media import CITATION_FORMATS, HTML, Format
from atlas_ld.release.reading.description import Document
from atlas_ld.vocabulary import RDF
from atlas_ld.web.entities import schema_org
from atlas_ld.web.entities.citation import citation
from atlas_ld.web.entities.views import concepts, funding, organisation, partnership, territory, things
from atlas_ld.web.entities.views.common import bound_query
from atlas_ld.web.pages.quality import results_on
from atlas_ld.web.publication import Publication
from atlas_ld.web.rendering import urls
from atlas_ld.web.rendering.display import Graph
from atlas_ld.web.text.i18n import current_language

View = Callable[[Publication, str, Graph], dict[str, Any]]

_VIEWS: Mapping[Kind, View] = {
    "partnership": partnership.view,
    "territory": territory.view,
    "organisation": organisation.view,
    "funding": funding.view,
    "theme": concepts.theme,
    "code": concepts.code,
    "post": things.view,
    "source": things.view,
    "agreement": things.view,
}


def render(publication: Publication, kind: Kind, key: str, document: Document, offered: Sequence[Format]) -> str:
    """The HTML page of an entity, whose document is `offered` in these formats."""
    graph = Graph(document.triples)
    formats = [(f, urls.document(kind, key, f.extension, data=True)) for f in offered if f is not HTML]
    name = graph.label(document.iri)
    described = schema_org.entity(publication, kind, document.iri, graph)
    citations = [(f.label, f"{request.script_root}/cite/{kind}/{key}.{f.extension}") for f in CITATION_FORMATS]
    shown = _VIEWS[kind](publication, document.iri, graph)
    if "remarks" not in shown:
        shown["remarks"] = results_on(publication, document.iri, current_language())
    return render_template(
        f"entities/{kind}.html",
        kind=kind,
        iri=document.iri,
        graph=graph,
        name=name,
        cited=citation(publication, document.iri, name.text),
        citations=citations,
        describe=bound_query(publication, "describe", thing=document.iri),
        formats=formats,
        structured=schema_org.script(described) if described else None,
        class_model=publication.model.of(graph.iris(document.iri, RDF.type)),
        **shown,
    )
