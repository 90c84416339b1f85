"""What machines ask first: is it up, what may be crawled, which pages are there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from xml.sax.saxutils import escape

from flask import Blueprint, Response, jsonify

from atlas_ld.web import listing
from atlas_ld.web.publication import Publication, publication

blueprint = Blueprint("health", __name__)

_SITEMAP_LIMIT = 50_000
"""Addresses in one sitemap (https://www.sitemaps.org/protocol.html)."""


@blueprint.get("/health")
def health() -> Response:
    """`{"status": "ok", "release": id}` while the process answers."""
    response = jsonify(status="ok", release=publication().release.id)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Crawlers are welcome on pages and documents; the SPARQL endpoint is not for them."""
    base = publication().iris.base
    text = f"User-agent: *\nDisallow: /sparql\n\nSitemap: {base}sitemap.xml\n"
    return Response(text, content_type="text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The pages worth finding: the lists, then partnerships, territories, organisations and themes."""
    opened = publication()
    date = opened.release.manifest.issued.isoformat()
    entries = "".join(
        f"<url><loc>{escape(address)}</loc><lastmod>{date}</lastmod></url>\n"
        for address in islice(_addresses(opened), _SITEMAP_LIMIT)
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    )
    return Response(text, content_type="application/xml")


def _addresses(opened: Publication) -> Iterator[str]:
    base = opened.iris.base
    for path in ("", "partnerships", "territories", "organisations", "themes", "funding", "download/", "about"):
        yield f"{base}{path}"
    for found in (
        listing.partnerships(opened),
        listing.entries(opened, "list-territories", "territory"),
        listing.entries(opened, "list-organisations", "organisation"),
        listing.themes(opened),
    ):
        for iri in sorted(found):
            if parts := opened.iris.split(iri):
                yield opened.iris.document(*parts)
