"""The web server: granian, which speaks HTTP in native code and runs the site in threads."""

from __future__ import annotations

import os
from dataclasses import replace

from granian import Granian
from granian.constants import Interfaces

from atlas_ld.config import Settings


def serve(settings: Settings) -> None:
    """Serve the current release until a signal ends it.

    One process: the threads of the site share the open release, and what strangers ask runs in the SPARQL workers.
    """
    os.environ.update(replace(settings, releases=settings.releases.resolve()).environment())
    Granian(
        "atlas_ld.web.wsgi:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=1,
        blocking_threads=settings.threads,
        log_enabled=True,
        log_access=False,
    ).serve()
