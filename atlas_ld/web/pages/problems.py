"""/problems/: what the `type` of a problem means, for whoever follows it."""

from __future__ import annotations

from functools import partial

from flask import Response, abort, render_template

from atlas_ld.web.http.problems import NAMES
from atlas_ld.web.http.responses import html_page
from atlas_ld.web.http.routes import Routes

blueprint = Routes("problem_pages", __name__)


@blueprint.get("/problems/", fr="Types de problèmes (RFC 9457)", en="Types of problems (RFC 9457)")
def index() -> Response:
    """Every kind of problem."""
    return html_page(partial(render_template, "pages/problems.html", names=NAMES))


@blueprint.get("/problems/<name>", fr="Un type de problème", en="One type of problem")
def kind(name: str) -> Response:
    """One kind of problem: what it means and what to do."""
    status = next((status for status, known in NAMES.items() if known == name), None) or abort(404)
    return html_page(partial(render_template, "pages/problem_kind.html", status=status, name=name))
