"""Answers that are ready: documents under /id and /doc and pages of the lists, kept as bytes and found before Flask is
entered.

A release does not change, so neither does the answer to a plain request: it follows from the address, the format that
Accept comes down to, the language and the content codings, which are the header fields that its Vary names (this is a
cache by RFC 9111 whose entries stay fresh as long as the process serves the release). Nothing is decided here: the
same functions that the site calls choose among formats, languages and codings, and `http_rules.precondition` says 304.
Whatever is not plain goes to the site, and so does all that it answers with anything but 200 or 303.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple, Self, TypeVar

from cachetools import LRUCache
from flask import Flask
from werkzeug.http import remove_entity_headers

from atlas_ld.media import PLACED_FORMATS, choose
from atlas_ld.release.kinds import LISTS
from atlas_ld.sparql.question import Question
from atlas_ld.web.http import access_log, routes, rules
from atlas_ld.web.http.requests import ENVIRON, Application, Request
from atlas_ld.web.http.rules import IDENTITY, Fields
from atlas_ld.web.text.i18n import accepted_language

DOCUMENTS = ("/id/", "/doc/")
"""Beginnings of addresses with one answer for each of the formats of documents; a page has formats of its own."""

_KEPT_STATUS = (200, 303)
_LARGEST_PART = 8
"""No answer may take more than one such part of the memory."""
_ENTRY_BYTES = 2048
"""What an entry takes besides its body, roughly."""

# A request with one of these is not plain: it asks for something that is not kept, or its answer has more to say.
_UNUSUAL = frozenset({"range", "if-range", "if-match", "if-unmodified-since", "authorization", "expect", "upgrade"})
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
_OWN = "x-request-id"
_SHORT = 256

T = TypeVar("T")


class Choice(NamedTuple):
    """All that an answer depends on: the key under which it is kept.

    `asked` is path and query, or the question of a SPARQL query; `format` is that of a document, what Accept says for
    a page, whose formats are its own, and None for a SPARQL query, whose question has it.
    """

    scheme: str
    prefix: str
    asked: tuple[str, str] | Question
    format: str | None
    language: str
    codings: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, at most four for each character."""
        if isinstance(self.asked, Question):
            return self.asked.size
        return 4 * sum(map(len, (*self.asked, self.prefix, self.format or "")))


@dataclass(frozen=True)
class Ready:
    """A whole answer. Its `fields`, names in lower case, lack X-Request-ID, which is each request's own.

    `tag` is the opaque part of its entity tag without any coding, `size` what it takes in memory, its key included.
    """

    status: int
    fields: Fields
    body: bytes
    tag: str
    size: int

    @classmethod
    def from_site(cls, status: int, fields: Fields, body: bytes, key: int) -> Self:
        """Made of what the site answered, every field once but X-Request-ID; its key takes `key` bytes."""
        known = dict(fields)
        coded = rules.coded_tag("", known.get("content-encoding", IDENTITY)) or ""
        return cls(
            status=status,
            fields=tuple(fields),
            body=body,
            tag=known.get("etag", "").strip('"').removesuffix(coded),
            size=key + len(body) + _ENTRY_BYTES + 2 * sum(len(name) + len(value) for name, value in fields),
        )


class ResponseCache:
    """A WSGI application that is `site`, with at most `most_bytes` of its answers kept. For use by many threads.

    `kept` has the addresses whose answers are kept, those that end with a slash for all that begin with them, and the
    parameters that each knows: an address with others must not make an entry.
    """

    def __init__(self, site: Application, most_bytes: int, kept: Mapping[str, frozenset[str]]) -> None:
        self._site, self._parameters = site, kept
        self._request_id = access_log.request_ids()
        self._lock = threading.Lock()
        self._kept: LRUCache[Choice, Ready] = LRUCache(most_bytes, lambda ready: ready.size)

    def choice(self, request: Request, question: Question | None = None) -> Choice | None:
        """What the answer to a plain request depends on, of a document, a page, or a SPARQL query with its `question`;
        None for a request whose answer is not kept."""
        fields = request.fields
        if request.method not in rules.SAFE or not _UNUSUAL.isdisjoint(fields) or "transfer-encoding" in fields:
            return None
        if fields.get("content-length", "0") != "0" or rules.oversized(0, fields.items()):
            return None
        accept, language, codings = fields.get("accept"), fields.get("accept-language"), fields.get("accept-encoding")
        if question:
            if question.changes:
                return None
            return Choice(request.scheme, request.prefix, question, None, "", _codings(codings))
        path, query = request.path, request.query
        start = path[: path.find("/", 1) + 1] if path.startswith(DOCUMENTS) else None
        parameters = self._parameters.get(start or path)
        if parameters is None or not path.isascii() or len(path) + len(query) >= rules.LONGEST_ADDRESS:
            return None
        if query and not all(part.partition("=")[0] in parameters for part in query.split("&")):
            return None
        format_ = _format(accept) if start else accept
        return Choice(request.scheme, request.prefix, (path, query), format_, _language(language), _codings(codings))

    def find(self, request: Request, choice: Choice) -> tuple[int, Fields, bytes] | None:
        """The answer that is kept for a request: status, header fields and body; None where the site is to be asked."""
        started = time.perf_counter()
        with self._lock:
            ready = self._kept.get(choice)
        if ready is None:
            return None
        status, headers, body = _answer(ready, request, choice.codings)
        request_id = self._request_id(request.fields.get(_OWN))
        if access_log.LOG.isEnabledFor(logging.INFO):
            elapsed = (time.perf_counter() - started) * 1000
            access_log.LOG.info(access_log.line_of(request, request_id, status, len(body), elapsed))
        return status, [*headers, (_OWN, request_id)], body

    def keep(self, choice: Choice, status: int, headers: Fields, body: bytes) -> None:
        """Keeps what was answered to a plain GET, if it is one of the answers that are kept."""
        fields = tuple((name, value) for name, value in headers if name != _OWN)
        if status not in _KEPT_STATUS or not _storable(fields):
            return
        ready = Ready.from_site(status, fields, body, choice.size)
        if ready.size <= self._kept.maxsize // _LARGEST_PART:
            with self._lock:
                self._kept[choice] = ready

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """PEP 3333; the environ is that of `requests.RequestReader`."""
        request: Request = environ[ENVIRON]
        choice = self.choice(request)
        if choice is None:
            return self._site(environ, start_response)
        if found := self.find(request, choice):
            status, headers, body = found
            start_response(f"{status} {HTTPStatus(status).phrase}", list(headers))
            return [body]
        if request.method != "GET":
            return self._site(environ, start_response)
        return self._keeping(choice, environ, start_response)

    def _keeping(self, choice: Choice, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """The site's answer, which is kept on its way if it is one of those that are."""
        begun: list[tuple[int, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            begun[:] = [(int(status[:3]), headers)]
            return start_response(status, headers, *rest)

        pieces = self._site(environ, start)
        try:
            body = b"".join(pieces)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()
        status, headers = begun[0]
        self.keep(choice, status, [(name.lower(), value) for name, value in headers], body)
        return [body]


def _memoised(read: Callable[[str | None], T]) -> Callable[[str | None], T]:
    """`read` of a header field, remembered for the short ones that most clients send: 128 kB at most."""
    remembered = lru_cache(maxsize=512)(read)
    return lambda field: remembered(field) if field is None or len(field) <= _SHORT else read(field)


@_memoised
def _format(accept: str | None) -> str | None:
    chosen = choose(accept, PLACED_FORMATS)
    return chosen.name if chosen else None


_language, _codings = _memoised(accepted_language), _memoised(rules.acceptable_codings)


def _storable(fields: tuple[tuple[str, str], ...]) -> bool:
    """Whether an answer may be given again: it says on which of the fields that are looked at it depends."""
    known = dict(fields)
    varying = {name.strip().lower() for name in known.get("vary", "").split(",") if name.strip()}
    return (
        varying <= {"accept", "accept-language", "accept-encoding"}
        and "no-store" not in known.get("cache-control", "")
        and "set-cookie" not in known
        and "content-length" in known
    )


def _answer(ready: Ready, request: Request, codings: tuple[str, ...]) -> tuple[int, Fields, bytes]:
    """What `rules` make of a kept answer: whole, without its body, or 304."""
    fields = request.fields
    if ready.tag and ("if-none-match" in fields or "if-modified-since" in fields):
        conditions = {name: fields[name.lower()] for name in _CONDITIONS if name.lower() in fields}
        modified = rules.parse_date(dict(ready.fields).get("last-modified"))
        status, held = rules.precondition(request.method, conditions, ready.tag, modified, codings)
        if status == 304:
            unchanged = list(ready.fields)
            remove_entity_headers(unchanged)  # Werkzeug does the same to a 304 of the site
            return 304, [(n, f'"{held}"' if held and n == "etag" else value) for n, value in unchanged], b""
    return ready.status, ready.fields, b"" if request.method == "HEAD" else ready.body


def kept_parameters(app: Flask) -> dict[str, frozenset[str]]:
    """The addresses of `app` whose answers are kept, up to their first variable part, and the parameters of each."""
    known, found = routes.table(app), dict[str, frozenset[str]]()
    for rule in app.url_map.iter_rules():
        route = known.get(rule.endpoint)
        if route and route.kept:
            facets = [facet.name for facet in LISTS[route.list].facets] if route.list else []
            address = rule.rule.partition("<")[0]
            found[address] = found.get(address, frozenset()) | {*route.parameters, *facets}
    return found
