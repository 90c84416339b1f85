"""Being written."""

from __future__ import annotations

from flask import Blueprint, Response, abort

blueprint = Blueprint("site", __name__)


@blueprint.get("/")
def home() -> Response:
    abort(404)


@blueprint.get("/partnerships")
def partnerships() -> Response:
    abort(404)


@blueprint.get("/territories")
def territories() -> Response:
    abort(404)


@blueprint.get("/organisations")
def organisations() -> Response:
    abort(404)


@blueprint.get("/themes")
def themes() -> Response:
    abort(404)


@blueprint.get("/funding")
def funding() -> Response:
    abort(404)


@blueprint.get("/about")
def about() -> Response:
    abort(404)


@blueprint.get("/quality")
def quality() -> Response:
    abort(404)


@blueprint.get("/releases")
def releases() -> Response:
    abort(404)
