"""Errors in one place: problem details (RFC 9457) for programs, a helpful page for people.

Pages go to clients that put HTML above JSON, which browsers do. Everybody else gets `application/problem+json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Flask, Response, abort, render_template, request
from werkzeug.exceptions import HTTPException

from atlas_ld.media import HTML, PROBLEM, Format, choose
from atlas_ld.web.i18n import current_language, messages, t

# PROBLEM first: it answers clients that accept anything. It is JSON, so it also answers those that ask for JSON.
_OFFERED = (Format(PROBLEM.name, PROBLEM.extension, PROBLEM.media_type, PROBLEM.label, ("application/json",)), HTML)


def wants_page() -> bool:
    """Whether the client of the current request puts HTML above JSON."""
    return choose(request.headers.get("Accept"), _OFFERED) is HTML


def problem(
    status: int,
    title: str | None = None,
    detail: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> Response:
    """An error response; `title` and `detail` default to the site's own words for `status`.

    `members` are extension members of the problem (`line`, `column`, `alternatives`...), shown on the page too.
    """
    name = f"problem.{status}" if f"problem.{status}-title" in messages() else "problem.other"
    title = title or (t(f"{name}-title") if name != "problem.other" else HTTPStatus(status).phrase)
    detail = detail or t(f"{name}-detail")
    if wants_page():
        page = render_template("problem.html", status=status, title=title, detail=detail, members=members)
        response = Response(page, status=status, content_type=HTML.content_type)
    else:
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
        text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
        response = Response(text, status=status, content_type=PROBLEM.media_type)
    response.headers["Content-Language"] = current_language()
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Cache-Control"] = "no-store" if status >= 500 else "no-cache"
    for header, value in (headers or {}).items():
        response.headers[header] = value
    return response


def not_acceptable(alternatives: Sequence[tuple[str, str]]) -> NoReturn:
    """Abort with 406 and the list of what there is: address and media type of each representation."""
    links = ", ".join(f'<{address}>; rel="alternate"; type="{media_type}"' for address, media_type in alternatives)
    listed = [{"href": address, "type": media_type} for address, media_type in alternatives]
    abort(problem(406, headers={"Link": links}, alternatives=listed))


def _on_http_exception(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "Content-Range")}
    # Werkzeug's own descriptions are English and general; ours are kept where a view gave one.
    own = error.description if error.description != type(error).description else None
    return problem(error.code, detail=own, headers=kept)


def register(app: Flask) -> None:
    """Make every error of `app` a problem, those of unforeseen exceptions (500) included: Flask logs the
    traceback and passes an InternalServerError, which says nothing of it."""
    app.register_error_handler(HTTPException, _on_http_exception)
