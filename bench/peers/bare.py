"""Bounds of Python web serving, under the site's own server: `granian --interface wsgi bench.peers.bare:flask`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

BODY = b"0123456789abcdef" * 320

flask = Flask(__name__)


@flask.get("/")
def hello() -> str:
    """The least that Flask can be asked."""
    return "hello"


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """5 kB without a framework."""
    start_response("200 OK", [("Content-Type", "text/turtle; charset=utf-8"), ("Content-Length", str(len(BODY)))])
    return [BODY]
