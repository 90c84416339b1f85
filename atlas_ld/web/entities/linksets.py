"""/linkset: the typed links of a landing page and of what describes it, as one document (RFC 9264)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import partial
from urllib.parse import urljoin

from flask import Response

from atlas_ld.iris import Kind
from atlas_ld.media import HTML, LINKSET_FORMATS, LINKSET_JSON, RDF_FORMATS, Format
from atlas_ld.web.entities.documents import is_known, names_something, offered, settled
from atlas_ld.web.entities.signposting import catalog_links, dataset_links, document_links, file_links, files
from atlas_ld.web.http.negotiation import Content, alternates, negotiated, represent, split_extension
from atlas_ld.web.http.responses import Link
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.urls import url_for

blueprint = Routes("linksets", __name__)

LinksOf = Sequence[tuple[str, Sequence[Link]]]
"""Anchors, each with the links that start there."""


@negotiated(
    blueprint,
    "/linkset",
    LINKSET_FORMATS,
    fr="Liens typés du jeu de données (RFC 9264)",
    en="Typed links of the dataset (RFC 9264)",
)
def dataset(format_: Format) -> Content:
    """The links of the dataset, of its descriptions and of its files."""
    publication = current_publication()
    return Content(lambda: _write(publication, _of_dataset(publication), format_))


@blueprint.get(
    "/linkset/<kind>/<name>",
    fr="Liens typés d’une ressource (RFC 9264)",
    en="Typed links of a thing (RFC 9264)",
    formats=LINKSET_FORMATS,
    others=(308,),
    names_something=names_something,
)
def linkset(kind: str, name: str) -> Response:
    """The links of an entity's documents: of the landing page and of each description."""
    publication = current_publication()
    key, named = split_extension(name, LINKSET_FORMATS, partial(is_known, kind))
    here = partial(_linkset_address, kind)
    known = settled(kind, key, lambda successor: here(successor, named))
    return represent(
        LINKSET_FORMATS,
        named,
        partial(here, key),
        lambda format_: Content(lambda: _write(publication, _of_entity(publication, known, key), format_)),
    )


def _linkset_address(kind: str, key: str, format_: Format | None) -> str:
    tail = f".{format_.extension}" if format_ else ""
    return url_for("linksets.linkset", kind=kind, name=f"{key}{tail}", lang=None)


def _of_entity(publication: Publication, kind: Kind, key: str) -> LinksOf:
    def address(format_: Format) -> str:
        return publication.iris.document(kind, key, format_.extension)

    def links(format_: Format) -> list[Link]:
        own = document_links(publication, kind, key, format_, address)
        return [*own, *alternates(offered(kind, key), format_, address)]

    landing = publication.iris.document(kind, key)
    return [(landing, links(HTML)), *((address(f), links(f)) for f in RDF_FORMATS)]


def _of_dataset(publication: Publication) -> LinksOf:
    base = publication.iris.base

    def address(format_: Format) -> str:
        return f"{base}catalog.{format_.extension}"

    own = catalog_links(publication)
    descriptions = [(address(f), [*own, *alternates(RDF_FORMATS, f, address)]) for f in RDF_FORMATS]
    items = [(f"{base}download/{name}", file_links(publication)) for name, _ in files(publication)]
    return [(base, dataset_links(publication)), *descriptions, *items]


def _write(publication: Publication, sets: LinksOf, format_: Format) -> str:
    """RFC 9264: section 4.2 for JSON, 4.1 for text. Every address is absolute, and the licence stands for each."""
    licence = Link(publication.settings.license, "license")
    whole = [(anchor, [*_absolute(publication, links), licence]) for anchor, links in sets]
    if format_ is LINKSET_JSON:
        return json.dumps({"linkset": [_context(anchor, links) for anchor, links in whole]}, indent=1) + "\n"
    return ",\n".join(f'{link}; anchor="{anchor}"' for anchor, links in whole for link in links) + "\n"


def _absolute(publication: Publication, links: Iterable[Link]) -> list[Link]:
    base = publication.iris.base
    return [Link(urljoin(base, link.target), link.rel, link.type, link.hreflang) for link in links]


def _context(anchor: str, links: Iterable[Link]) -> dict[str, object]:
    context: dict[str, object] = {"anchor": anchor}
    grouped: dict[str, list[dict[str, object]]] = {}
    for link in links:
        target: dict[str, object] = {"href": link.target}
        if link.type:
            target["type"] = link.type
        if link.hreflang:
            target["hreflang"] = [link.hreflang]
        grouped.setdefault(link.rel, []).append(target)
    return context | grouped
