"""What monitors ask: is it up, and which release does it serve."""

from __future__ import annotations

from flask import Response, jsonify

from atlas_ld.media import JSON
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import current_publication

blueprint = Routes("health", __name__)


@blueprint.get("/health", fr="Le service répond", en="The service answers", formats=(JSON,))
def health() -> Response:
    """`{"status": "ok", "release": id, "columns": bool}` while the process answers: `columns` says whether those of
    `atlas_ld.sparql.columns` are written."""
    publication = current_publication()
    response = jsonify(status="ok", release=publication.release.id, columns=publication.pool.has_columns)
    response.headers["Cache-Control"] = "no-store"
    return response
