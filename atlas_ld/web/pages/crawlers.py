"""What crawlers ask first: what may be crawled, and which pages are there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from flask import Response, render_template

from atlas_ld.media import HTML, ICON, OPENSEARCH, SITEMAP, TEXT
from atlas_ld.rdf import subject_of
from atlas_ld.release.kinds import LISTS, crawled
from atlas_ld.release.reading.history import Ages, ages
from atlas_ld.web.http.responses import answer, stream
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.memento.views import until_now
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.text.i18n import current_language, t

blueprint = Routes("crawlers", __name__)

_SITEMAP_LIMIT = 50_000
"""Addresses in one sitemap (https://www.sitemaps.org/protocol.html)."""

_CHUNK = 500
_RELEASES = 6
"""Releases that are compared to find when a thing changed, the newest ones."""


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


@blueprint.get(
    "/opensearch.xml",
    fr="Description de la recherche, pour les navigateurs (OpenSearch)",
    en="Description of the search, for browsers (OpenSearch)",
    formats=(OPENSEARCH,),
    parameters=("lang",),
)
def opensearch() -> Response:
    """https://github.com/dewitt/opensearch/blob/master/opensearch-1-1-draft-6.md"""
    return answer(_opensearch, OPENSEARCH, vary=("Accept-Language",))


def _opensearch() -> str:
    base = current_publication().iris.base
    address = f"{base}search?q={{searchTerms}}&lang={current_language()}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        f"<ShortName>{escape(t('base.site'))}</ShortName>\n"
        f"<Description>{escape(t('base.tagline'))}</Description>\n"
        f"<Language>{current_language()}</Language>\n"
        "<InputEncoding>UTF-8</InputEncoding>\n"
        f'<Image height="32" width="32" type="{ICON.media_type}">{escape(base)}favicon.ico</Image>\n'
        f'<Url type="{HTML.media_type}" template={quoteattr(address)}/>\n'
        "</OpenSearchDescription>\n"
    )


@blueprint.get(
    "/llms.txt",
    fr="Plan du site pour les assistants",
    en="Outline of the site for assistants",
    formats=(TEXT,),
    parameters=("lang",),
)
def outline() -> Response:
    """What there is, in Markdown (https://llmstxt.org/)."""
    publication = current_publication()
    values = {"base": publication.iris.base, "licence": publication.settings.license}
    return answer(partial(render_template, "pages/llms.txt", **values), TEXT, vary=("Accept-Language",))


@blueprint.get("/favicon.ico", fr="Icône du site", en="Icon of the site", formats=(ICON,))
def icon() -> Response:
    """For those who ask for it where it always was; pages name the drawing."""
    return answer(_ICON.read_bytes, ICON, vary=())


_ICON = Path(__file__).parents[1] / "static" / "favicon.ico"


def _sitemap(publication: Publication) -> Iterator[bytes]:
    known = publication.keeping(_ages, 1)()
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    addresses = islice(_addresses(publication), _SITEMAP_LIMIT)
    while some := list(islice(addresses, _CHUNK)):
        entries = (
            f"<url><loc>{escape(address)}</loc><lastmod>{known.of(iri):%Y-%m-%d}</lastmod></url>\n"
            for address, iri in some
        )
        yield "".join(entries).encode()
    yield b"</urlset>\n"


def _ages(publication: Publication) -> Ages:
    """Since when each entity is as it is, and the lists, which change with the release."""
    kept = until_now(publication)
    found = ages(kept[-_RELEASES:])
    return Ages({**found.changed, "": kept[-1].moment}, found.others)


def _addresses(publication: Publication) -> Iterator[tuple[str, str]]:
    """The address of each page, and what it is about."""
    pages = ("", *LISTS, "download/", "quality", "review", "about")
    yield from ((f"{publication.iris.base}{path}", "") for path in pages)
    classes = [class_ for list_ in LISTS.values() if crawled(list_.kind) for class_ in list_.classes]
    typed = chain.from_iterable(publication.reader.pointing_at(class_, _SITEMAP_LIMIT) for class_ in classes)
    for triple in typed:
        iri = subject_of(triple)
        parts = publication.iris.split(iri)
        if parts and crawled(parts[0]) and "#" not in iri:
            yield publication.iris.document(*parts), iri
