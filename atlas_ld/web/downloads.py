"""Being written."""

from __future__ import annotations

from flask import Blueprint, Response, abort

blueprint = Blueprint("downloads", __name__)


@blueprint.get("/download/")
def index() -> Response:
    abort(404)


@blueprint.get("/download/<path:name>")
def file(name: str) -> Response:
    abort(404)
