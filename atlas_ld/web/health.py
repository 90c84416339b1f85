"""What machines ask first: is it up, what may be crawled, which pages are there."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from atlas_ld.web.publication import publication

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    """`{"status": "ok", "release": id}` while the process answers."""
    response = jsonify(status="ok", release=publication().release.id)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Crawlers are welcome on pages and documents; the SPARQL endpoint is not for them."""
    base = publication().settings.base_iri
    text = f"User-agent: *\nDisallow: /sparql\n\nSitemap: {base}sitemap.xml\n"
    return Response(text, content_type="text/plain; charset=utf-8")
