"""What monitors ask: is it up, and which release does it serve."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Response, current_app, jsonify

from atlas_ld.errors import QueryError, ReleaseError
from atlas_ld.media import JSON
from atlas_ld.release.verify import check_files
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import Publication, current_publication

blueprint = Routes("health", __name__)

_FEW = 10


@blueprint.get("/health", fr="Le service répond", en="The service answers", formats=(JSON,))
def health() -> Response:
    """`{"status": "ok", "release": id, "columns": bool}` while the process answers: `columns` says whether those of
    `atlas_ld.sparql.columns` are written. Where another release was to be served and could not be, `refused` says
    which and why. The status is `degraded`, with a `reason`, where a file of the release is missing, has another size
    or cannot be opened, or the query service does not answer."""
    publication = current_publication()
    found: dict[str, Any] = {"status": "ok", "release": publication.release.id, "columns": False}
    try:
        found["columns"] = publication.service.status()["columns"]
    except QueryError as error:
        found |= {"status": "degraded", "reason": str(error)}
    if wrong := _wrong(publication):
        found |= {"status": "degraded", "reason": wrong[0]}
    notice: Path | None = current_app.config.get("NOTICE")
    if notice and notice.exists():
        found["refused"] = json.loads(notice.read_text("utf-8"))
    response = jsonify(found)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get(
    "/ready",
    fr="Le service est prêt : tout ce qu’il sert est là",
    en="Ready: all that is served is there",
    formats=(JSON,),
)
def ready() -> Response:
    """`{"ready": true}` if every file of the release is there with its size and the query service answers; else 503,
    with the first things that are `wrong`. For those who send requests here, and for those who watch."""
    publication = current_publication()
    wrong = _wrong(publication)
    try:
        publication.service.status()
    except QueryError as error:
        wrong.append(str(error))
    response = jsonify({"ready": not wrong, **({"wrong": wrong[:_FEW]} if wrong else {})})
    response.status_code = 503 if wrong else 200
    response.headers["Cache-Control"] = "no-store"
    return response


def _wrong(publication: Publication) -> list[str]:
    """What is wrong with the files of the release."""
    try:
        return check_files(publication.release.path)
    except ReleaseError as error:
        return [str(error)]
