"""What machines ask first: is it up, what may be crawled, which pages are there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from xml.sax.saxutils import escape

from flask import Blueprint, Response, jsonify

from atlas_ld.media import SITEMAP, TEXT
from atlas_ld.rdf import subject_of
from atlas_ld.vocabulary import ATLAS, ORG, SKOS
from atlas_ld.web.http.responses import answer, stream
from atlas_ld.web.publication import Publication, current_publication

blueprint = Blueprint("health", __name__)

_SITEMAP_LIMIT = 50_000
"""Addresses in one sitemap (https://www.sitemaps.org/protocol.html)."""

_PAGES = ("", "partnerships", "territories", "organisations", "themes", "funding", "download/", "about")
_CLASSES = (ATLAS.Partnership, ATLAS.Territory, ATLAS.TerritorialAuthority, ORG.Organization, SKOS.Concept)
_KINDS = ("partnership", "territory", "organisation", "theme")
_CHUNK = 500


@blueprint.get("/health")
def health() -> Response:
    """`{"status": "ok", "release": id, "columns": bool}` while the process answers: `columns` says whether those of
    `atlas_ld.sparql.columns` are written."""
    publication = current_publication()
    response = jsonify(status="ok", release=publication.release.id, columns=publication.pool.has_columns)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Crawlers are welcome on pages and documents; the SPARQL endpoint is not for them."""
    text = f"User-agent: *\nDisallow: /sparql\n\nSitemap: {current_publication().iris.base}sitemap.xml\n"
    return answer(lambda: text, TEXT, vary=())


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The pages worth finding: the lists, then partnerships, territories, organisations and themes."""
    publication = current_publication()
    return stream(lambda: _sitemap(publication), SITEMAP, vary=())


def _sitemap(publication: Publication) -> Iterator[bytes]:
    date = publication.release.manifest.issued.isoformat()
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    addresses = islice(_addresses(publication), _SITEMAP_LIMIT)
    while some := list(islice(addresses, _CHUNK)):
        entries = (f"<url><loc>{escape(address)}</loc><lastmod>{date}</lastmod></url>\n" for address in some)
        yield "".join(entries).encode()
    yield b"</urlset>\n"


def _addresses(publication: Publication) -> Iterator[str]:
    yield from (f"{publication.iris.base}{path}" for path in _PAGES)
    typed = chain.from_iterable(publication.reader.pointing_at(str(class_), _SITEMAP_LIMIT) for class_ in _CLASSES)
    for triple in typed:
        iri = subject_of(triple)
        parts = publication.iris.split(iri)
        if parts and parts[0] in _KINDS and "#" not in iri:
            yield publication.iris.document(*parts)
