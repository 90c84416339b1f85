"""What monitors ask: is it up, and which release does it serve."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Response, current_app, jsonify

from atlas_ld.errors import QueryError
from atlas_ld.media import JSON
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import current_publication

blueprint = Routes("health", __name__)


@blueprint.get("/health", fr="Le service répond", en="The service answers", formats=(JSON,))
def health() -> Response:
    """`{"status": "ok", "release": id, "columns": bool}` while the process answers: `columns` says whether those of
    `atlas_ld.sparql.columns` are written. Where another release was to be served and could not be, `refused` says
    which and why. The status is `degraded` where the query service does not answer."""
    publication = current_publication()
    found: dict[str, Any] = {"status": "ok", "release": publication.release.id, "columns": False}
    try:
        found["columns"] = publication.service.status()["columns"]
    except QueryError as error:
        found |= {"status": "degraded", "reason": str(error)}
    notice: Path | None = current_app.config.get("NOTICE")
    if notice and notice.exists():
        found["refused"] = json.loads(notice.read_text("utf-8"))
    response = jsonify(found)
    response.headers["Cache-Control"] = "no-store"
    return response
