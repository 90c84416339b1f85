"""The site: a Flask application over one release. Blueprints by domain word, templates by blueprint.

    documents   /id, /doc: one entity in every format
    site        home, lists and their files, quality, releases
    maps        /map, and the outlines of the land
    charts      /charts/: funding by year of any selection
    citation    /cite/: an entity for reference managers
    model       /ontology, /shapes, /context.jsonld
    downloads   /download/
    search      /search, /search/suggest
    queries     /queries/: ready-made questions with parameters
    saved_pages /queries/saved: long queries under short addresses
    sparql      /sparql (its view is the endpoint `sparql.endpoint`, which base.html links to)
    querying    /sparql/completions.json, /explore
    about       /about/..., /model, /releases/compare
    linksets    /linkset: the typed links of a document, as a document of their own
    problem_pages  /problems/: what the types of problems mean
    api         /api: the routes, for programs (OpenAPI) and for people
    static_files  /static/
    health      /health, robots.txt, sitemap.xml

Every request gets its id and its bounds in `access`, every response passes through `responses` (conditions, codings,
headers by the rules of `http_rules`), every error through `problems`, every address that is nearly right through
`canonical`.
"""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from atlas_ld.web import (
    about,
    access,
    addresses,
    api,
    canonical,
    charts,
    citation,
    documents,
    downloads,
    health,
    i18n,
    linksets,
    maps,
    model,
    problem_pages,
    problems,
    queries,
    querying,
    responses,
    saved_pages,
    search,
    site,
    sparql,
    static_files,
    templating,
)
from atlas_ld.web.publication import Publication


def create_app(publication: Publication) -> Flask:
    """The site of `publication`, which stands in `app.extensions["atlas"]`."""
    app = Flask(__name__, static_folder=None)
    app.extensions["atlas"] = publication
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it, its base does not
    if proxies := publication.settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask documents it so
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies, x_prefix=proxies
        )
    access.register(app)
    i18n.register(app)
    addresses.register(app)
    access.register_bounds(app)
    templating.register(app)
    static_files.register(app)
    responses.register(app)
    problems.register(app)
    canonical.register(app)
    for blueprint in (
        site.blueprint,
        maps.blueprint,
        citation.blueprint,
        charts.blueprint,
        documents.blueprint,
        model.blueprint,
        downloads.blueprint,
        search.blueprint,
        sparql.blueprint,
        queries.blueprint,
        saved_pages.blueprint,
        querying.blueprint,
        about.blueprint,
        health.blueprint,
        problem_pages.blueprint,
        linksets.blueprint,
        api.blueprint,
    ):
        app.register_blueprint(blueprint)
    return app
