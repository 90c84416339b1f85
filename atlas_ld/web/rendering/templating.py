"""What templates may call: messages, links, formats, and what `display` makes of RDF terms."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from flask import Flask
from markupsafe import Markup
from werkzeug.local import LocalProxy

from atlas_ld import vocabulary
from atlas_ld.iris import shorten
from atlas_ld.release.kinds import LISTS
from atlas_ld.web.http.responses import address_of_page, address_with, head_links, language_addresses
from atlas_ld.web.publication import current_publication
from atlas_ld.web.rendering import display, urls
from atlas_ld.web.rendering.static_files import asset
from atlas_ld.web.rendering.urls import UrlContext, place, url_for
from atlas_ld.web.text import formatting
from atlas_ld.web.text.i18n import current_language, t
from atlas_ld.web.text.typography import paragraphs

_NAMESPACES = ("ATLAS", "DCAT", "DCTERMS", "FOAF", "ORG", "PROV", "RDF", "SKOS", "WGS")


def register(app: Flask) -> None:
    """Teach the templates of `app`."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        number=formatting.number,
        euros=formatting.euros,
        day=formatting.day,
        month=formatting.month,
        percent=formatting.percent,
        size=formatting.size,
        typeset=formatting.typeset,
        paragraphs=paragraphs,
        web_address=formatting.web_address,
        short=shorten,
    )
    app.jinja_env.globals.update(
        t=t,
        url_for=url_for,
        fixed=_fixing(app),
        asset=asset,
        language_addresses=language_addresses,
        address_with=address_with,
        address_of_page=address_of_page,
        head_links=head_links,
        entity=display.entity,
        field_name=display.field_name,
        LISTS=LISTS,
        list_title=display.list_title,
        shown=display.anchor,
        who=display.who,
        show=display.show,
        fields_of=display.fields_of,
        sparql_address=urls.sparql,
        goal_number=display.goal_number,
        short=shorten,
        shortened=display.shortened,
        **{name: getattr(vocabulary, name) for name in _NAMESPACES},
    )
    # Templates that others import do not see what one request gives; these look it up themselves.
    app.jinja_env.globals.update(language=LocalProxy(current_language), publication=LocalProxy(current_publication))
    app.context_processor(lambda: {"language": current_language(), "publication": current_publication()})


def _fixing(app: Flask) -> Callable[..., Markup]:
    @lru_cache(maxsize=256)
    def rendered(part: str, _language: str, _place: UrlContext, *values: str) -> Markup:
        made: Markup = getattr(app.jinja_env.get_template("fixed.html").module, part)(*values)
        return made.strip()

    def fixed(part: str, *values: str) -> Markup:
        """A part of fixed.html: it follows from the language, from where the site is mounted, and from `values`."""
        return rendered(part, current_language(), place(), *values)

    return fixed
