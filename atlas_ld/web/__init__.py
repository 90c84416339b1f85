"""The site: a Flask application over one release. A module with a view is a blueprint; its templates lie in the folder
of its package.

publication   one release, opened
wsgi          the entries for servers
server        granian, its gateway, and what stands before Flask
http          what HTTP owes every client: conditions, codings, errors, the log
text          languages, typography, formats of numbers
rendering     from RDF terms to HTML
pages         home, about, downloads, the model, quality, /api
lists         lists with their facets, files, charts and maps; search
entities      /id, /doc and what belongs to a document
sparql        /sparql, /queries, /explore
memento       every kept release as it was, and the way to the one of a date
fragments     /fragments: the triples of a pattern, by pages
ldes          /ldes: what changed, as an event stream
rest          /api/v1: lists and what is in them as JSON
mcp           `atlas-ld mcp`: tools for assistants
reconciliation   /reconcile: names matched with entities, for OpenRefine
"""

from __future__ import annotations

from functools import partial

from flask import Flask

from atlas_ld.web.entities import citation, documents, linksets
from atlas_ld.web.fragments import views as fragments
from atlas_ld.web.http import access_log, problems, responses
from atlas_ld.web.http.requests import RequestReader
from atlas_ld.web.http.routes import MEMENTO
from atlas_ld.web.ldes import views as ldes
from atlas_ld.web.lists import charts, iati, maps, search
from atlas_ld.web.lists import pages as lists
from atlas_ld.web.memento import views as memento
from atlas_ld.web.pages import (
    about,
    api,
    crawlers,
    documentation,
    downloads,
    feeds,
    health,
    home,
    model,
    near_misses,
    packages,
    quality,
    review,
)
from atlas_ld.web.pages import problems as problem_pages
from atlas_ld.web.publication import Publication
from atlas_ld.web.reconciliation import views as reconciliation
from atlas_ld.web.rendering import static_files, templating, urls
from atlas_ld.web.rest import views as rest
from atlas_ld.web.sparql import admission, endpoint, explore, named_queries, saved_queries
from atlas_ld.web.text import i18n


def create_app(publication: Publication, *, part: bool = False) -> Flask:
    """The site of `publication`, which stands in `app.extensions["atlas"]`. One that is `part` of another, as that of a
    kept release, has no log and no parts of its own."""
    app = Flask(__name__, static_folder=None)
    app.config[MEMENTO] = part
    app.extensions["atlas"] = publication
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it, its base does not
    app.wsgi_app = RequestReader(app.wsgi_app, publication.settings)  # type: ignore[method-assign]  # Flask's own way
    access_log.register(app)
    i18n.register(app)
    urls.register(app)
    access_log.register_bounds(app)
    admission.register(app)
    templating.register(app)
    static_files.register(app)
    responses.register(app)
    problems.register(app)
    near_misses.register(app)
    for blueprint in (
        home.blueprint,
        lists.blueprint(),
        maps.blueprint,
        citation.blueprint,
        charts.blueprint,
        iati.blueprint,
        documents.blueprint,
        model.blueprint,
        downloads.blueprint,
        packages.blueprint(),
        search.blueprint,
        endpoint.blueprint,
        named_queries.blueprint,
        saved_queries.blueprint,
        explore.blueprint,
        about.blueprint,
        quality.blueprint,
        review.blueprint,
        documentation.blueprint,
        health.blueprint,
        crawlers.blueprint,
        feeds.blueprint,
        problem_pages.blueprint,
        linksets.blueprint,
        api.blueprint,
        reconciliation.blueprint,
        memento.blueprint(),
        ldes.blueprint,
        rest.blueprint(),
        fragments.blueprint,
    ):
        app.register_blueprint(blueprint)
    if part:
        memento.register_part(app)
    else:
        memento.register(app, partial(create_app, part=True))
    return app
