"""What templates may call: messages, links, formats, and what `display` makes of RDF terms."""

from __future__ import annotations

from flask import Flask, g

from atlas_ld import vocabulary
from atlas_ld.web import display, formatting
from atlas_ld.web.i18n import t
from atlas_ld.web.publication import publication
from atlas_ld.web.responses import address_with, head_links, language_addresses
from atlas_ld.web.static_files import asset
from atlas_ld.web.typography import paragraphs

_NAMESPACES = ("ATLAS", "DCAT", "DCTERMS", "FOAF", "ORG", "PROV", "RDF", "SKOS", "WGS")


def register(app: Flask) -> None:
    """Teach the templates of `app`."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        number=formatting.number,
        euros=formatting.euros,
        day=formatting.day,
        percent=formatting.percent,
        size=formatting.size,
        typeset=formatting.typeset,
        paragraphs=paragraphs,
        web_address=formatting.web_address,
        short=display.short,
    )
    app.jinja_env.globals.update(
        t=t,
        asset=asset,
        language_addresses=language_addresses,
        address_with=address_with,
        head_links=head_links,
        entity=display.entity,
        field_name=display.field_name,
        show=display.show,
        goal_number=display.goal_number,
        short=display.short,
        shortened=display.shortened,
        **{name: getattr(vocabulary, name) for name in _NAMESPACES},
    )
    app.context_processor(
        lambda: {"language": getattr(g, "language", "fr"), "publication": publication()},
    )
