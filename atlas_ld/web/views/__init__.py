"""What the HTML page of each kind of entity shows, as plain data for its template `documents/{kind}.html`.

A view takes the publication, the entity's IRI and its document as a graph, and returns the template's own variables;
the common ones are set here. What a page says beyond the document comes from `queries/pages/*.rq`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import render_template, request

from atlas_ld.iris import Kind
from atlas_ld.media import CITATION_FORMATS, DOCUMENT_FORMATS, HTML
from atlas_ld.store.document import Document
from atlas_ld.vocabulary import RDF
from atlas_ld.web import addresses
from atlas_ld.web.citation import citation
from atlas_ld.web.display import Graph
from atlas_ld.web.publication import Publication
from atlas_ld.web.views import concepts, funding, organisation, partnership, territory, things
from atlas_ld.web.views.common import bound_query

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


def render(opened: Publication, kind: Kind, key: str, document: Document) -> str:
    """The HTML page of an entity."""
    graph = Graph(document.triples)
    formats = [(f, addresses.document(kind, key, f.extension, data=True)) for f in DOCUMENT_FORMATS if f is not HTML]
    name = graph.label(document.iri)
    citations = [(f.label, f"{request.script_root}/cite/{kind}/{key}.{f.extension}") for f in CITATION_FORMATS]
    return render_template(
        f"documents/{kind}.html",
        kind=kind,
        iri=document.iri,
        graph=graph,
        name=name,
        cited=citation(opened, document.iri, name.text),
        citations=citations,
        describe=bound_query(opened, "describe", thing=document.iri),
        formats=formats,
        class_model=opened.model.of(graph.iris(document.iri, RDF.type)),
        **_VIEWS[kind](opened, document.iri, graph),
    )
