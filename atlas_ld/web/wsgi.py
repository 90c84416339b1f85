"""The entries for servers, with settings from the environment (docs/settings.md).

atlas_ld.web.wsgi:gateway       RSGI, for granian: what `atlas-ld serve` runs
atlas_ld.web.wsgi:application   WSGI, for any other server; the same answers, each sent when it is whole
"""

from __future__ import annotations

import os

from flask import Flask

from atlas_ld.config import Settings
from atlas_ld.web import access, create_app
from atlas_ld.web.gateway import Gateway
from atlas_ld.web.publication import open_publication


def application() -> Flask:
    """The site of the current release."""
    access.log_to_stderr()
    return create_app(open_publication(Settings.read(os.environ)))


def gateway() -> Gateway:
    """The site of the current release behind a gateway."""
    access.log_to_stderr()
    settings = Settings.read(os.environ)
    return Gateway(create_app(open_publication(settings)).wsgi_app, settings)
