"""Addresses on this site. Pages give a hundred each, so they are built once.

An address follows from its endpoint and values, and from what `url_for` takes from the request: where the site is
mounted, and the language if the address of the request names one (`i18n`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import flask
from flask import Flask, g, request

from atlas_ld.iris import KEY

UrlContext = tuple[str, str | None]
"""Where the site is mounted, and the language that the request's address names."""


_ANCHOR = re.compile(r"[A-Za-z0-9_-]*")


_PLACE: ContextVar[UrlContext | None] = ContextVar("place", default=None)
"""A page asks for it a hundred times, and `g` and `request` are found through two proxies each."""


def place() -> UrlContext:
    """That of the current request."""
    return _PLACE.get() or (request.script_root, g.get("explicit_language"))


def register(app: Flask) -> None:
    """Notes the place of each request of `app`. Comes after the languages."""
    app.before_request(_note_place)
    app.teardown_request(_forget_place)


def _note_place() -> None:
    _PLACE.set((request.script_root, g.get("explicit_language")))


def _forget_place(_: BaseException | None) -> None:
    _PLACE.set(None)


def url_for(endpoint: str, **values: Any) -> str:
    """`flask.url_for` for an endpoint by its whole name and values that are texts, numbers or None."""
    return _built(place(), endpoint, tuple(values.items()))


@lru_cache(maxsize=16_384)
def _built(_place: UrlContext, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return flask.url_for(endpoint, **dict(values))


def sparql(query: str) -> str:
    """The address of the endpoint's page with a query in it."""
    root, language = place()
    return with_parameters(f"{root}/sparql", [("query", query), ("lang", language)])


def with_parameters(address: str, parameters: Iterable[tuple[str, str | int | None]]) -> str:
    """An address with parameters after those that it has, as `url_for` writes them; those that are None are left out.

    The only place where parameters are put to an address.
    """
    head, mark, fragment = address.partition("#")
    query = urlencode([(name, value) for name, value in parameters if value is not None], safe="!$'()*,/:;?@")
    joined = f"{head}{'&' if '?' in head else '?'}{query}" if query else head
    return f"{joined}{mark}{fragment}"


def document(kind: str, key: str, extension: str = "", anchor: str = "", *, data: bool = False) -> str:
    """The address of an entity's document, in a format where it has an extension; `data` has no language.

    The same as `url_for` makes it, for pages that give dozens of documents that few others do.
    """
    root, language = place()
    if not KEY.fullmatch(key) or not _ANCHOR.fullmatch(anchor):
        name = f"{key}.{extension}" if extension else key
        known = {"lang": None} if data else {}
        return flask.url_for("documents.document", kind=kind, name=name, _anchor=anchor or None, **known)
    tail = f".{extension}" if extension else ""
    query = f"?lang={language}" if language and not data else ""  # as `with_parameters`, for a hundred on a page
    return f"{root}/doc/{kind}/{key}{tail}{query}{f'#{anchor}' if anchor else ''}"
