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
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Self

from werkzeug.http import remove_entity_headers

from atlas_ld.media import DOCUMENT_FORMATS, choose
from atlas_ld.web.http import access_log, rules
from atlas_ld.web.http.rules import IDENTITY, LONGEST_CHOICE, Fields
from atlas_ld.web.text.i18n import accepted_language

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

DOCUMENTS = ("/id/", "/doc/")
_QUERIES = frozenset({"", "lang=fr", "lang=en"})
"""What may stand after `?` in the address of a document that is kept; a page may have anything there."""
_PAGES = frozenset(
    ("/", "/partnerships", "/territories", "/organisations", "/themes", "/funding", "/map", "/map.json", "/search",
     "/quality")
)  # fmt: skip
"""Pages that follow from the release and cost most where it is large. They are sent whole."""
_KEPT_STATUS = (200, 303)
_ENTRY_BYTES = 2048
"""What an entry takes besides its body, roughly."""

# A request with one of these is not plain: it asks for something that is not kept, or its answer has more to say.
_UNUSUAL = frozenset({"range", "if-range", "if-match", "if-unmodified-since", "authorization", "expect", "upgrade"})
_FORWARDED = ("x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-forwarded-prefix")
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
_OWN = "x-request-id"

_Choice = tuple[str, str, str, "_Wanted"]
_Wanted = tuple[str | None, str, tuple[str, ...], tuple[str | None, ...]]
"""Format (of a page, whose formats are its own: Accept), language, codings, and what trusted proxies say."""


@dataclass(frozen=True)
class Ready:
    """A whole answer. Its `fields`, names in lower case, lack X-Request-ID, which is each request's own.

    `unchanged` are those that a 304 has, `tag` is the opaque part of its `etag` without any coding, `length` its
    Content-Length.
    """

    status: int
    fields: Fields
    body: bytes
    unchanged: Fields
    etag: str
    tag: str
    modified: datetime | None
    length: int

    @classmethod
    def from_site(cls, status: int, fields: Fields, body: bytes) -> Self:
        """Made of what the site answered, every field once but X-Request-ID."""
        known = dict(fields)
        unchanged = list(fields)
        remove_entity_headers(unchanged)  # Werkzeug does the same to a 304 of the site
        coded = rules.coded_tag("", known.get("content-encoding", IDENTITY)) or ""
        return cls(
            status=status,
            fields=tuple(fields),
            body=body,
            unchanged=tuple(unchanged),
            etag=known.get("etag", ""),
            tag=known.get("etag", "").strip('"').removesuffix(coded),
            modified=rules.parse_date(known.get("last-modified")),
            length=int(known["content-length"]),
        )

    @property
    def size(self) -> int:
        return len(self.body) + _ENTRY_BYTES


@dataclass(frozen=True)
class Request:
    """A plain request: its method, its header fields by name, and all that its answer depends on."""

    method: str
    fields: Mapping[str, str]
    choice: _Choice


class ResponseCache:
    """A WSGI application that is `site`, with at most `most_bytes` of its answers kept. For use by many threads.

    Where there are `trusted_proxies`, the site believes their X-Forwarded fields: then these are part of the choice.
    """

    def __init__(self, site: Application, most_bytes: int, trusted_proxies: int = 0) -> None:
        self._site, self._most, self._proxies = site, most_bytes, trusted_proxies
        self._forwarded = _FORWARDED if trusted_proxies else ()
        self._request_id = access_log.request_ids()
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Choice, Ready] = OrderedDict()
        self._bytes = 0

    def find(
        self, method: str, scheme: str, path: str, query: str, fields: Fields, peer: str
    ) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """The answer that is ready for a request: status, header fields and body; None where the site is to be asked.

        `path` is decoded, `peer` the address of who is connected, for the log.
        """
        started = time.perf_counter()
        request = self.plain(method, scheme, path, query, fields)
        if request is None:
            return None
        with self._lock:
            ready = self._kept.get(request.choice)
            if ready is None:
                return None
            self._kept.move_to_end(request.choice)
        status, headers, body = _answer(ready, request)
        request_id = self._request_id(request.fields.get(_OWN))
        self.log(request, request_id, peer, status, ready.length, started)
        return status, [*headers, (_OWN, request_id)], body

    def log(self, request: Request, request_id: str, peer: str, status: int, length: int, started: float) -> None:
        """One line of the access log, for an answer that the site did not give itself."""
        if access_log.LOG.isEnabledFor(logging.INFO):
            elapsed = (time.perf_counter() - started) * 1000
            client = self._client(peer, request.fields.get("x-forwarded-for"))
            _, path, query, _ = request.choice
            access_log.LOG.info(
                access_log.line(request_id, request.method, path, query, client, status, length, elapsed)
            )

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """PEP 3333."""
        if not _is_kept(environ["PATH_INFO"]) or environ.get("SCRIPT_NAME"):
            return self._site(environ, start_response)
        method, scheme, path = environ["REQUEST_METHOD"], environ["wsgi.url_scheme"], environ["PATH_INFO"]
        query, fields = environ.get("QUERY_STRING", ""), _fields(environ)
        found = self.find(method, scheme, path, query, fields, environ.get("REMOTE_ADDR", ""))
        if found:
            status, headers, body = found
            start_response(f"{status} {HTTPStatus(status).phrase}", headers)
            return [body]
        request = self.plain(method, scheme, path, query, fields) if method == "GET" else None
        return self._keeping(request, environ, start_response) if request else self._site(environ, start_response)

    def plain(self, method: str, scheme: str, path: str, query: str, fields: Fields) -> Request | None:
        """The request, if it is of the kind whose answers are kept."""
        if method not in rules.SAFE or not _is_kept(path) or not path.isascii():
            return None
        is_page = path in _PAGES
        if rules.oversized(len(path) + len(query) + 1, ()) or not (is_page or query in _QUERIES):
            return None
        said = _read(tuple(fields), is_page, self._forwarded)
        return Request(method, said[0], (scheme, path, query, said[1])) if said else None

    def _keeping(self, request: Request, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
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
        self.offer(request, status, [(name.lower(), value) for name, value in headers], body)
        return [body]

    def offer(self, request: Request, status: int, headers: Fields, body: bytes) -> None:
        """Keeps what the site answered to a plain GET, if it is one of the answers that are kept."""
        fields = tuple((name, value) for name, value in headers if name != _OWN)
        if status in _KEPT_STATUS and _storable(fields):
            self._keep(request.choice, Ready.from_site(status, fields, body))

    def _client(self, peer: str, forwarded: str | None) -> str:
        """Who asks: the peer, or the client that the outermost trusted proxy saw."""
        return rules.forwarded(forwarded, self._proxies) or peer

    def _keep(self, choice: _Choice, ready: Ready) -> None:
        if ready.size > self._most // 8:
            return
        with self._lock:
            if choice in self._kept:
                return
            self._kept[choice] = ready
            self._bytes += ready.size
            while self._bytes > self._most:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= dropped.size


@lru_cache(maxsize=512)
def _read(
    fields: tuple[tuple[str, str], ...], is_page: bool, forwarded: Sequence[str]
) -> tuple[Mapping[str, str], _Wanted] | None:
    """The header fields of a plain request by name, and what its answer depends on. A client says the same with each
    of its requests, so what was read of late is kept: 16 MB at most, where every field is as long as it may be."""
    known = dict(fields)
    if len(known) != len(fields) or not _UNUSUAL.isdisjoint(known) or known.get("content-length", "0") != "0":
        return None
    if rules.oversized(0, fields) or "transfer-encoding" in known:
        return None
    accept, language, codings = known.get("accept"), known.get("accept-language"), known.get("accept-encoding")
    if max(len(accept or ""), len(language or ""), len(codings or "")) > LONGEST_CHOICE:
        return None
    others = tuple(known.get(name) for name in forwarded)
    return known, (accept if is_page else _format(accept), accepted_language(language), _codings(codings), others)


def _is_kept(path: str) -> bool:
    return path.startswith(DOCUMENTS) or path in _PAGES


@lru_cache(maxsize=4096)
def _format(accept: str | None) -> str | None:
    chosen = choose(accept, DOCUMENT_FORMATS)
    return chosen.name if chosen else None


_codings = lru_cache(maxsize=4096)(rules.acceptable_codings)


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


def _answer(ready: Ready, request: Request) -> tuple[int, Fields, bytes]:
    """What http_rules make of a kept answer: whole, without its body, or 304."""
    fields = request.fields
    if ready.tag and ("if-none-match" in fields or "if-modified-since" in fields):
        conditions = {name: fields[name.lower()] for name in _CONDITIONS if name.lower() in fields}
        codings = request.choice[3][2]
        status, held = rules.precondition(request.method, conditions, ready.tag, ready.modified, codings)
        if status == 304:
            tag = f'"{held}"' if held else ready.etag
            return 304, [(name, tag if name == "etag" else value) for name, value in ready.unchanged], b""
    return ready.status, ready.fields, b"" if request.method == "HEAD" else ready.body


def _fields(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    fields = [(name[5:].replace("_", "-").lower(), value) for name, value in environ.items() if name[:5] == "HTTP_"]
    if environ.get("CONTENT_LENGTH"):
        fields.append(("content-length", environ["CONTENT_LENGTH"]))
    return fields
