"""Addresses that are nearly right: a trailing slash, capitals, accents, spaces, a key that was merged into another.

They are tried only where there is nothing at the address itself, and lead by 308 to one that there is (RFC 9110,
15.4.9: for good, with the same method).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from flask import Flask, Response, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from atlas_ld.iris import slug
from atlas_ld.web.http.problems import on_http_exception
from atlas_ld.web.http.responses import redirection
from atlas_ld.web.http.routes import route_of

_ENTITY = re.compile(r"(/(?:id|doc|linkset)/[^/]+/)([^/]+?)((?:\.[a-z]{2,6})?)")
_LONGEST = 500
"""Longer paths are no slips of the hand."""


def register(app: Flask) -> None:
    """Look for a better address before `app` says 404. Comes after the problems."""
    app.register_error_handler(NotFound, _on_not_found)


def _on_not_found(error: HTTPException) -> Response | HTTPException:
    found = next((path for path in candidates(request.path) if _leads_somewhere(path)), None)
    if found is None:
        return on_http_exception(error)
    query = request.query_string.decode("latin-1")
    target = quote(request.script_root + found, safe="/-._~") + (f"?{query}" if query else "")
    return redirection(target, 308)


def candidates(path: str) -> Iterator[str]:
    """Addresses that `path` may have meant, none of them `path` itself, the likeliest first."""
    if len(path) > _LONGEST:
        return
    tried = {path}
    plain = "/" + re.sub(r"/{2,}", "/", path).strip("/")
    lower = plain.lower()
    entity = _ENTITY.fullmatch(lower)
    folder, name, extension = entity.groups() if entity else ("", "", "")
    slugged = (f"{folder}{slug(name)}{extension}", f"{folder}{slug(name + extension)}") if entity else ()
    for candidate in (plain, lower, *slugged):
        if candidate not in tried:
            tried.add(candidate)
            yield candidate


def _leads_somewhere(path: str) -> bool:
    adapter = request_ctx.url_adapter
    assert adapter is not None
    try:
        endpoint, values = adapter.match(path, method=request.method)
    except (MethodNotAllowed, RequestRedirect):
        return True
    except NotFound:
        return False
    route = route_of(endpoint)
    if route is None:  # static files, whose own paths decide
        return False
    return route.names_something is None or route.names_something(**values)
