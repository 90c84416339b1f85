"""Clients of costly pages are counted with those of queries: so many at a time, until their answers are sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from flask import Flask, Response, g, request

from atlas_ld.errors import QueryError
from atlas_ld.web.http.requests import ENVIRON
from atlas_ld.web.http.routes import route_of
from atlas_ld.web.publication import current_publication
from atlas_ld.web.sparql.endpoint import query_problem


def _admit() -> Response | None:
    if refused := request.environ.get("atlas.refused"):
        return query_problem(refused)
    route = route_of(request.endpoint)
    if route is None or not route.costly or request.method != "GET":
        return None
    try:
        g.dismiss = current_publication().service.admit(request.environ[ENVIRON].counted)
    except QueryError as error:
        return query_problem(error)
    return None


def _dismiss(response: Response) -> Response:
    dismiss: Callable[[], None] | None = g.pop("dismiss", None)
    if dismiss and response.is_sequence:  # all of it is made
        dismiss()
    elif dismiss:
        response.call_on_close(dismiss)  # a body that was never begun has no end
        response.response = _until_sent(response.response, dismiss)  # type: ignore[arg-type]  # bytes, as it streams
    return response


def _until_sent(body: Iterable[bytes], dismiss: Callable[[], None]) -> Iterator[bytes]:
    try:
        yield from body
    finally:
        dismiss()
        if hasattr(body, "close"):
            body.close()


def register(app: Flask) -> None:
    """Comes after the languages: the refusal is written in one."""
    app.before_request(_admit)
    app.after_request(_dismiss)
