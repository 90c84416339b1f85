"""The entries for servers, with settings from the environment (docs/settings.md).

atlas_ld.web.wsgi:gateway       RSGI, for granian: what `atlas-ld serve` runs
atlas_ld.web.wsgi:application   WSGI, for any other server; the same answers, each sent when it is whole
"""

from __future__ import annotations

import os
import sys

from flask import Flask

from atlas_ld.config import Settings
from atlas_ld.web import create_app
from atlas_ld.web.http import access_log as access
from atlas_ld.web.publication import open_publication
from atlas_ld.web.server.gateway import Gateway
from atlas_ld.web.server.render_pool import Renderers
from atlas_ld.web.server.response_cache import ResponseCache
from atlas_ld.web.sparql.quick import QuickQueries

_SWITCH_SECONDS = 0.001
"""How long a thread that hands on a large answer may keep a page waiting; Python's own value is five times that."""


def application() -> Flask:
    """The site of the current release."""
    return _site(Settings.read(os.environ))[0]


def gateway() -> Gateway:
    """The site of the current release behind a gateway."""
    settings = Settings.read(os.environ)
    sys.setswitchinterval(_SWITCH_SECONDS)
    site, ready = _site(settings)
    publication = site.extensions["atlas"]
    quick = QuickQueries(publication.pool, settings, publication.iris.base)
    renderers = Renderers(publication.release.id, settings, ready) if settings.renderers else None
    return Gateway(site.wsgi_app, settings, ready.find, quick, renderers, publication.pool.fill_columns)


def _site(settings: Settings) -> tuple[Flask, ResponseCache]:
    if settings.access_log:
        access.log_to_stderr()
    site = create_app(open_publication(settings))
    ready = ResponseCache(site.wsgi_app, settings.document_cache_mb * 2**20, settings.trusted_proxies)
    site.wsgi_app = ready  # type: ignore[method-assign]  # Flask's own way of putting a layer in front
    return site, ready
