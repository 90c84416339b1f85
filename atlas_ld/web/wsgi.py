"""The entry for a WSGI server: `granian --interface wsgi --factory atlas_ld.web.wsgi:application`."""

from __future__ import annotations

import os

from flask import Flask

from atlas_ld.config import Settings
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication


def application() -> Flask:
    """The site of the current release, with settings from the environment (docs/settings.md)."""
    return create_app(open_publication(Settings.read(os.environ)))
