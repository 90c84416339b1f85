"""Errors in one place: problem details (RFC 9457) for programs, a helpful page for people.

Pages go to clients that put HTML above JSON, which browsers do. Everybody else gets `application/problem+json`. The
`type` of a problem is the address of a page that explains it (`problem_pages`); `request_id` is that of the log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Flask, Response, abort, g, render_template, request
from werkzeug.exceptions import HTTPException

from atlas_ld.media import HTML, PROBLEM, Format, choose
from atlas_ld.web.publication import current_publication
from atlas_ld.web.text.i18n import current_language, messages, t

NAMES: Mapping[int, str] = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    410: "gone",
    412: "precondition-failed",
    413: "content-too-large",
    414: "address-too-long",
    415: "unsupported-media-type",
    416: "range-not-satisfiable",
    422: "unprocessable-content",
    429: "too-many-requests",
    431: "headers-too-large",
    500: "server-error",
    503: "unavailable",
}
"""The kinds of problem that have a page of their own, at /problems/ and the name."""

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
    g.pop("links", None)  # those of the page that failed
    if wants_page():
        page = render_template("problem.html", status=status, title=title, detail=detail, members=members)
        response = Response(page, status=status, content_type=HTML.content_type)
    else:
        told = {"title": title, "status": status, "detail": detail}
        body = {"type": type_of(status), **told, **members, "request_id": g.get("request_id")}
        text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
        response = Response(text, status=status, content_type=PROBLEM.media_type)
    response.headers["Content-Language"] = current_language()
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Cache-Control"] = "no-store" if status >= 500 else "no-cache"
    for header, value in (headers or {}).items():
        response.headers[header] = value
    return response


def type_of(status: int) -> str:
    """The `type` of a problem that has no closer one: the page about it, else `about:blank`."""
    return f"{current_publication().iris.base}problems/{NAMES[status]}" if status in NAMES else "about:blank"


def not_acceptable(alternatives: Sequence[tuple[str, str]]) -> NoReturn:
    """Abort with 406 and the list of what there is: address and media type of each representation."""
    links = ", ".join(f'<{address}>; rel="alternate"; type="{media_type}"' for address, media_type in alternatives)
    listed = [{"href": address, "type": media_type} for address, media_type in alternatives]
    abort(problem(406, headers={"Link": links}, alternatives=listed))


def on_http_exception(error: HTTPException) -> Response | HTTPException:
    """The problem that an HTTP error is; a response that a view aborted with, and a redirect, are left as they are."""
    if error.response is not None or error.code is None or error.code < 400:
        return error
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "Content-Range")}
    # Werkzeug's own descriptions are English and general; ours are kept where a view gave one.
    own = error.description if error.description != type(error).description else None
    return problem(error.code, detail=own, headers=kept)


def register(app: Flask) -> None:
    """Make every error of `app` a problem, those of unforeseen exceptions (500) included: Flask logs the
    traceback and passes an InternalServerError, which says nothing of it."""
    app.register_error_handler(HTTPException, on_http_exception)
