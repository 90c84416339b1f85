"""Queries that are answered at once: read, begun and answered in the server's loop, before Flask is entered.

Nothing is decided here: what a client asks is read and formats are chosen by `sparql_operation`, and the
answer is made by `sparql_answer`, as for the view at /sparql. Whatever is not plain goes to the site, and
so does a query that is not answered within its first moments: the site goes on with it (`sparql.beginning`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from atlas_ld.config import Settings
from atlas_ld.media import HTML
from atlas_ld.sparql.beginning import Beginning, Beginnings
from atlas_ld.sparql.pool import QueryPool
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.web.http import access_log, rules
from atlas_ld.web.http.rules import LONGEST_CHOICE, Fields
from atlas_ld.web.sparql import reply as sparql_answer
from atlas_ld.web.sparql.protocol import ACCEPT_QUERY, METHODS, UnfitError, accepted, read

PATH = "/sparql"
_LONGEST = 16_384
"""Bytes of an address, or of a body, that are read in the loop."""

# A request with one of these asks for something that the site alone has, or its answer has more to say.
_UNUSUAL = frozenset({"if-match", "if-unmodified-since", "expect", "upgrade"})
_CONDITIONS = (("if-none-match", "If-None-Match"), ("accept-encoding", "Accept-Encoding"))


@dataclass(frozen=True)
class Asked:
    """A plain request: when it came, method, scheme, what stands after `?`, header fields by name, and the query."""

    at: float
    method: str
    scheme: str
    address: str
    fields: Mapping[str, str]
    wanted: QueryRequest


class QuickQueries:
    """The plain queries of a site; for the thread of the server's loop. Relative IRIs are resolved against `base`."""

    def __init__(self, pool: QueryPool, settings: Settings, base: str) -> None:
        self._pool, self._settings, self._base = pool, settings, base
        self._request_id = access_log.request_ids()
        self._common = {secure: self._fields(secure) for secure in (False, True)}
        self._beginnings: Beginnings | None = None

    def read(self, method: str, scheme: str, address: str, fields: Fields, body: bytes) -> Asked | None:
        """The request, if it is plain: a query, and nothing that only the site knows how to answer."""
        known = dict(fields)
        if method not in METHODS or len(known) != len(fields) or not _UNUSUAL.isdisjoint(known):
            return None
        if (
            len(body) > _LONGEST
            or rules.oversized(len(address), fields, _LONGEST)
            or len(known.get("accept", "")) > LONGEST_CHOICE
        ):
            return None
        try:
            operation = read(method, address, known.get("content-type", ""), body, self._settings.query_length)
        except UnfitError:
            return None
        formats = accepted(operation.format, known.get("accept"))
        if operation.query is None or HTML in formats or formats == (None, None):
            return None
        scheme = rules.forwarded(known.get("x-forwarded-proto"), self._settings.trusted_proxies) or scheme
        return Asked(time.perf_counter(), method, scheme, address, known, operation.wanted(formats, self._base))

    def begin(self, asked: Asked, client: str) -> Beginning | None:
        """Begins the query; None where the site is to be asked. `drop` it in the end."""
        if self._beginnings is None:
            self._beginnings = self._pool.in_loop(asyncio.get_running_loop())
        return self._beginnings.begin(asked.wanted, client)

    def drop(self, beginning: Beginning) -> None:
        """The request is done with."""
        assert self._beginnings is not None
        self._beginnings.drop(beginning)

    def answer(
        self, asked: Asked, beginning: Beginning, client: str
    ) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """Status, header fields and body, if the query is answered; else the site goes on with it."""
        found = beginning.answer
        if found is None:
            return None
        headers = {name: asked.fields[own] for own, name in _CONDITIONS if own in asked.fields}
        made = sparql_answer.reply(asked.method, headers, found.content(), found.format)
        request_id = self._request_id(asked.fields.get("x-request-id"))
        own = [(name.lower(), value) for name, value in made.headers.items()]
        fields = [*own, *self._common[asked.scheme == "https"], ("x-request-id", request_id)]
        if access_log.LOG.isEnabledFor(logging.INFO):
            ms, peer = (time.perf_counter() - asked.at) * 1000, client.partition("/")[0]
            size = len(made.body)
            access_log.LOG.info(
                access_log.line(request_id, asked.method, PATH, asked.address, peer, made.status, size, ms)
            )
        return made.status, fields, made.body

    def _fields(self, secure: bool) -> Fields:
        """What every answer carries besides its own fields and its request's id."""
        common = rules.common_headers("", secure=secure, hsts_seconds=self._settings.hsts_seconds)
        del common["X-Request-ID"]
        return [*((name.lower(), value) for name, value in common.items()), ("accept-query", ACCEPT_QUERY)]
