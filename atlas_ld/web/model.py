"""Being written."""

from __future__ import annotations

from flask import Blueprint, Response, abort

blueprint = Blueprint("model", __name__)


@blueprint.get("/ontology")
def ontology() -> Response:
    abort(404)


@blueprint.get("/shapes")
def shapes() -> Response:
    abort(404)


@blueprint.get("/context.jsonld")
def context() -> Response:
    abort(404)
