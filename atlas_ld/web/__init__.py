"""The site: a Flask application over one release. Blueprints by domain word, templates by blueprint.

    documents   /id, /doc: one entity in every format
    site        home, lists, about, quality, releases
    model       /ontology, /shapes, /context.jsonld
    downloads   /download/
    search      /search, /search/suggest
    sparql      /sparql (its view is the endpoint `sparql.endpoint`, which base.html links to)
    querying    /sparql/completions.json, /explore
    health      /health, robots.txt, sitemap.xml

Every response passes through `responses` (headers, ETag, negotiation) and every error through `problems`.
"""

from __future__ import annotations

from flask import Flask

from atlas_ld.web import (
    documents,
    downloads,
    health,
    i18n,
    model,
    problems,
    querying,
    responses,
    search,
    site,
    sparql,
    templating,
)
from atlas_ld.web.publication import Publication


def create_app(publication: Publication) -> Flask:
    """The site of `publication`, which stands in `app.extensions["atlas"]`."""
    app = Flask(__name__, static_folder=None)
    app.extensions["atlas"] = publication
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it, its base does not
    i18n.register(app)
    templating.register(app)
    responses.register(app)
    problems.register(app)
    for blueprint in (
        site.blueprint,
        documents.blueprint,
        model.blueprint,
        downloads.blueprint,
        search.blueprint,
        sparql.blueprint,
        querying.blueprint,
        health.blueprint,
    ):
        app.register_blueprint(blueprint)
    return app
