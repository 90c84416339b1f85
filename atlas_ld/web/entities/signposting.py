"""Typed links between things, documents, files and the dataset (FAIR Signposting, https://signposting.org/FAIR/).

Each response carries the links of its own, and each page does in its head (level 1). `linksets` gathers those of
several (level 2).
"""

from __future__ import annotations

from collections.abc import Callable

from flask import request

from atlas_ld.iris import Kind
from atlas_ld.media import ATOM, HTML, LINKSET_JSON, RDF_FORMATS, TABLE_FORMATS, Format
from atlas_ld.release.kinds import list_of
from atlas_ld.web.http.responses import Link
from atlas_ld.web.publication import Publication
from atlas_ld.web.rendering.urls import url_for

ABOUT_PAGE, DATASET = "https://schema.org/AboutPage", "https://schema.org/Dataset"


def document_links(
    publication: Publication, kind: Kind, key: str, format_: Format, address: Callable[[Format], str]
) -> list[Link]:
    """The links of an entity's document in `format_`, besides those to the other formats; `address` tells where the
    document is in each.

    The HTML page is the landing page; the RDF documents describe it.
    """
    landing, list_ = publication.iris.document(kind, key), list_of(kind)
    links = [
        Link(publication.iris.entity(kind, key), "cite-as"),
        Link(landing, "canonical"),
        Link(f"{publication.iris.base}{list_.name if list_ else ''}", "collection", HTML.media_type),
        Link(f"{request.script_root}/linkset/{kind}/{key}", "linkset", LINKSET_JSON.media_type),
    ]
    if format_ is HTML:
        links += [Link(address(f), "describedby", f.media_type) for f in RDF_FORMATS]
        links.append(Link(ABOUT_PAGE, "type"))
        if kind in ("territory", "theme"):
            links.append(Link(f"{publication.iris.base}feeds/{kind}/{key}.atom", "alternate", ATOM.media_type))
    else:
        links += [Link(landing, "describes", HTML.media_type), Link(publication.iris.base, "describedby")]
    return links


def dataset_links(publication: Publication) -> list[Link]:
    """The links of the home page, which is the landing page of the dataset."""
    base = publication.iris.base
    return [
        Link(base, "cite-as"),
        Link(f"{base}about#publisher", "author"),
        Link(ABOUT_PAGE, "type"),
        Link(DATASET, "type"),
        Link(url_for("linksets.dataset", lang=None), "linkset", LINKSET_JSON.media_type),
        *(Link(f"{base}catalog.{f.extension}", "describedby", f.media_type) for f in RDF_FORMATS),
        *(Link(f"{base}download/{name}", "item", media_type) for name, media_type in files(publication)),
    ]


def catalog_links(publication: Publication) -> list[Link]:
    """The links of the dataset's description, in any format, besides those to the others."""
    base = publication.iris.base
    return [Link(base, "describes", HTML.media_type), Link(f"{base}catalog", "canonical")]


def file_links(publication: Publication) -> list[Link]:
    """The links of a file of the dataset."""
    return [Link(publication.iris.base, "collection", HTML.media_type), Link(publication.iris.base, "cite-as")]


def files(publication: Publication) -> list[tuple[str, str]]:
    """Name and media type of each file of the dataset that is not compressed: the others hold the same."""
    by_extension = {f.extension: f.media_type for f in (*RDF_FORMATS, *TABLE_FORMATS)}
    found = []
    for path in publication.release.manifest.files:
        folder, _, name = path.rpartition("/")
        if folder == "download" and (media_type := by_extension.get(name.partition(".")[2])):
            found.append((name, media_type))
    return found
