"""The web server: granian, which speaks HTTP in native code; `gateway` runs the site in threads."""

from __future__ import annotations

import os
from dataclasses import replace

from granian import Granian
from granian.constants import Interfaces

from atlas_ld.config import Settings


def serve(settings: Settings) -> None:
    """Serve the current release until a signal ends it.

    One process: the threads of the site share the open release, and what strangers ask runs in the SPARQL workers. On
    SIGHUP granian starts another, which opens the release that is current then, and after 3.5 s ends the first.
    """
    os.environ.update(replace(settings, releases=settings.releases.resolve()).environment())
    Granian(
        "atlas_ld.web.wsgi:gateway",
        factory=True,
        interface=Interfaces.RSGI,
        address=settings.host,
        port=settings.port,
        workers=1,
        websockets=False,
        log_enabled=True,
        log_access=False,
    ).serve()
