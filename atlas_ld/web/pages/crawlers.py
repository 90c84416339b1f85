"""What crawlers ask first: what may be crawled, and which pages are there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from xml.sax.saxutils import escape

from flask import Response

from atlas_ld.media import SITEMAP, TEXT
from atlas_ld.rdf import subject_of
from atlas_ld.release.kinds import LISTS, crawled
from atlas_ld.web.http.responses import answer, stream
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import Publication, current_publication

blueprint = Routes("crawlers", __name__)

_SITEMAP_LIMIT = 50_000
"""Addresses in one sitemap (https://www.sitemaps.org/protocol.html)."""

_CHUNK = 500


@blueprint.get("/robots.txt", fr="Règles pour les robots", en="Rules for crawlers", formats=(TEXT,))
def robots() -> Response:
    """Crawlers are welcome on pages and documents; the SPARQL endpoint is not for them."""
    text = f"User-agent: *\nDisallow: /sparql\n\nSitemap: {current_publication().iris.base}sitemap.xml\n"
    return answer(lambda: text, TEXT, vary=())


@blueprint.get("/sitemap.xml", fr="Plan du site", en="Sitemap", formats=(SITEMAP,))
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
    yield from (f"{publication.iris.base}{path}" for path in ("", *LISTS, "download/", "about"))
    classes = [class_ for list_ in LISTS.values() if crawled(list_.kind) for class_ in list_.classes]
    typed = chain.from_iterable(publication.reader.pointing_at(class_, _SITEMAP_LIMIT) for class_ in classes)
    for triple in typed:
        iri = subject_of(triple)
        parts = publication.iris.split(iri)
        if parts and crawled(parts[0]) and "#" not in iri:
            yield publication.iris.document(*parts)
