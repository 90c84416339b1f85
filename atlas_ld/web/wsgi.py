"""The entry for WSGI servers, with settings from the environment (docs/settings.md): `atlas_ld.web.wsgi:application()`.

The answers are those of `atlas-ld serve`, each sent when it is whole. Each process starts a query service of its own
with its first query, unless `ATLAS_LD_QUERY_SOCKET` names the socket of one that they share.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask

from atlas_ld.config import Settings
from atlas_ld.web import create_app
from atlas_ld.web.http import access_log
from atlas_ld.web.http.requests import RequestReader
from atlas_ld.web.publication import open_publication
from atlas_ld.web.server.response_cache import ResponseCache, kept_parameters


def application() -> Flask:
    """The site of the current release."""
    settings = Settings.read(os.environ)
    if settings.access_log:
        access_log.log_to_stderr()
    service = Path(settings.query_socket) if settings.query_socket else None
    site = create_app(open_publication(settings, service=service, columns=True))
    kept = ResponseCache(site.wsgi_app, settings.document_cache_mb * 2**20, kept_parameters(site))
    site.wsgi_app = RequestReader(kept, settings)  # type: ignore[method-assign]  # Flask's own way
    return site
