"""/static/: style sheets, scripts and images, compressed once for each content coding."""

from __future__ import annotations

import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, request
from werkzeug.security import safe_join

from atlas_ld.web.http import compression, rules
from atlas_ld.web.http.problems import problem
from atlas_ld.web.http.responses import FOREVER, REVALIDATE
from atlas_ld.web.rendering.urls import url_for

_FOLDER = Path(__file__).parents[1] / "static"


def asset(name: str) -> str:
    """The address of a static file; it changes with the content, so that it can be cached for good."""
    return url_for("static", filename=name, v=_digest(_FOLDER / name)[:10], lang=None)


def register(app: Flask) -> None:
    """Serve the static files of `app`."""
    app.add_url_rule("/static/<path:filename>", "static", _static)


def _static(filename: str) -> Response:
    """A static file; with `v` in its address it never changes."""
    joined = safe_join(str(_FOLDER), filename)
    path = Path(joined) if joined else abort(404)
    if not path.is_file():
        abort(404)
    media_type = _media_type(path)
    meant = rules.Representation(
        content_type=f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type,
        tag=_digest(path)[:20],
        headers={"Cache-Control": FOREVER if request.args.get("v") == _digest(path)[:10] else REVALIDATE},
        compressible=compression.is_compressible(media_type),
    )
    made = rules.reply(
        request.method, dict(request.headers), meant, path.read_bytes, lambda _, coding: _encoded(path, coding)
    )
    if made.status == 412:
        abort(problem(412))
    response = Response(made.body, made.status)
    del response.headers["Content-Type"]
    response.headers.update(made.headers)
    return response


def _media_type(path: Path) -> str:
    # The machine's own table may say otherwise of scripts, which browsers then refuse.
    known = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
    return known.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


@lru_cache(maxsize=256)
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=128)
def _encoded(path: Path, coding: str) -> bytes:
    return compression.encode(path.read_bytes(), coding)
