"""Every request: its id, its bounds, and its line in the log.

The log has no personal data: addresses are cut to their network, and what stands after `?` is a digest, so that equal
queries can be told without being read.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import itertools
import json
import logging
import queue
import re
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from logging.handlers import QueueHandler, QueueListener
from typing import TextIO

from flask import Flask, Response, abort, g, request

from atlas_ld.privacy import redact_address
from atlas_ld.web.http import rules
from atlas_ld.web.http.problems import problem
from atlas_ld.web.http.requests import Request
from atlas_ld.web.http.routes import MEMENTO, route_of

LOG = logging.getLogger("atlas_ld.access")

MOST_BODY = 2**20
"""Bytes of a request's body, where the view sets no bound of its own."""

_LONGEST_PATH = 200
_BATCH_SECONDS = 0.2
_MOST_LINES = 100_000
"""Lines that wait to be written, at most."""
_PLAIN = re.compile(r"[a-z0-9/._-]*")
"""Paths of ours: without a capital, hence without a name."""


def line(
    request_id: str, method: str, path: str, query: str, client: str | None, status: int, size: int | None, ms: float
) -> str:
    """One request as a JSON object on one line. `query` is the query string, `size` the bytes of the body if known."""
    record = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "id": request_id,
        "method": method[:20],
        "path": _clean(path)[:_LONGEST_PATH],
        "query": hashlib.sha256(query.encode()).hexdigest()[:12] if query else None,
        "network": network(client),
        "status": status,
        "bytes": size,
        "ms": round(ms, 1),
    }
    return json.dumps(record, ensure_ascii=False)


def line_of(request: Request, request_id: str, status: int, size: int | None, ms: float) -> str:
    """`line` of a request that the site did not answer itself."""
    path, query = (text.encode("latin-1").decode("utf-8", "replace") for text in (request.path, request.query))
    return line(request_id, request.method, path, query, request.client, status, size, ms)


def _clean(path: str) -> str:
    """The path without personal data; most have no sign of any."""
    return redact_address(f"site://{path}")[0].removeprefix("site://") if not _PLAIN.fullmatch(path) else path


@lru_cache(maxsize=4096)
def network(client: str | None) -> str | None:
    """The network of an address, which tells no household from its neighbours: /24 for IPv4, /48 for IPv6."""
    try:
        address = ip_address(client or "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


class _Queue(QueueHandler):
    """Hands lines to another thread; where nobody takes them, new ones are lost."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record  # it has no arguments

    def enqueue(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(queue.Full):
            self.queue.put_nowait(record)


class _Buffered(logging.StreamHandler[TextIO]):
    """Leaves it to others when what was written is sent."""

    def flush(self) -> None:
        pass


class _Batches(QueueListener):
    """Sends what was logged five times a second: a call to the system for each line would cost more than the answer to
    most requests."""

    def __init__(self, lines: queue.Queue[logging.LogRecord], stream: TextIO) -> None:
        super().__init__(lines, _Buffered(stream))
        self._lines, self._stream = lines, stream

    def dequeue(self, block: bool) -> logging.LogRecord:
        if self._lines.empty():
            self._stream.flush()
            time.sleep(_BATCH_SECONDS)
        return super().dequeue(block)

    def stop(self) -> None:
        super().stop()
        self._stream.flush()


def log_to_stderr() -> None:
    """Let this process write its log: a JSON object for each request, a plain line for anything else."""
    lines: queue.Queue[logging.LogRecord] = queue.Queue(_MOST_LINES)
    batches = _Batches(lines, open(sys.stderr.fileno(), "w", encoding="utf-8", buffering=2**20, closefd=False))  # noqa: SIM115
    batches.start()
    atexit.register(batches.stop)
    plain = logging.StreamHandler()
    plain.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    for name, handler in (("atlas_ld", plain), (LOG.name, _Queue(lines))):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)


def request_ids() -> Callable[[str | None], str]:
    """What gives a request its id: the client's own where it is sane, else 32 hexadecimal digits, counted up from a
    random number, since a random number for each would be a call to the system."""
    series, numbers = uuid.uuid4().hex[:20], itertools.count()
    return lambda own: rules.sane_request_id(own) or f"{series}{next(numbers):012x}"


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = rules.sane_request_id(request.headers.get("X-Request-ID")) or uuid.uuid4().hex


def _refuse_oversized() -> None:
    route = route_of(request.endpoint)
    longest = route.longest if route else rules.LONGEST_ADDRESS
    target = len(request.full_path.encode())
    if status := rules.oversized(target, request.headers.items(), longest):
        abort(problem(status))


def _log(response: Response) -> Response:
    if not LOG.isEnabledFor(logging.INFO):
        return response
    LOG.info(
        line(
            g.request_id,
            request.method,
            request.path,
            request.query_string.decode("utf-8", "replace"),
            request.remote_addr,
            response.status_code,
            _length(response),
            (time.perf_counter() - g.started) * 1000,
        )
    )
    return response


def _length(response: Response) -> int | None:
    if response.content_length is None and response.is_sequence:  # a stream must not be read for this
        return response.calculate_content_length()
    return response.content_length


def register(app: Flask) -> None:
    """Give every request of `app` its id, and its line in the log. Comes before anything else that is registered."""
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY
    app.before_request(_begin)
    if not app.config.get(MEMENTO):  # its request is one of the site that it is part of
        app.after_request(_log)


def register_bounds(app: Flask) -> None:
    """Refuse requests past their bounds. Comes after the languages: the refusal is written in one."""
    app.before_request(_refuse_oversized)
