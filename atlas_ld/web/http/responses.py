"""One layer for every response: negotiation, conditions, content codings, links, caching, security headers.

A view says what it can write and how; the rules are those of `http_rules`, and this module applies them to Flask's
requests. Nothing is written where the client holds it already (RFC 8288 on links, RFC 8574 on `cite-as`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import cast
from urllib.parse import quote, urlencode, urljoin

from flask import Flask, Response, abort, current_app, g, redirect, request
from markupsafe import Markup, escape

from atlas_ld import __version__
from atlas_ld.media import HTML, LINK_FORMAT, Format, choose
from atlas_ld.web.http import compression, rules
from atlas_ld.web.http.problems import not_acceptable, problem
from atlas_ld.web.http.routes import MEMENTO, route_of
from atlas_ld.web.http.rules import Representation
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.text.i18n import LANGUAGES

REVALIDATE = "public, max-age=0, must-revalidate"
FOREVER = "public, max-age=31536000, immutable"

_AS_THEY_ARE = (204, 206, *range(300, 400))
"""Statuses whose bodies are none, a part of one, or not worth a coding."""


@dataclass(frozen=True)
class Link:
    """One link of the Link header: an absolute or root-relative address, its relation, the media type behind it."""

    target: str
    rel: str
    type: str | None = None
    hreflang: str | None = None

    def __str__(self) -> str:
        type_ = f'; type="{self.type}"' if self.type else ""
        language = f'; hreflang="{self.hreflang}"' if self.hreflang else ""
        return f'<{self.target}>; rel="{self.rel}"{type_}{language}'

    def html(self) -> Markup:
        """The same as an element of a page's head."""
        type_ = f' type="{self.type}"' if self.type else ""
        language = f' hreflang="{self.hreflang}"' if self.hreflang else ""
        return Markup(f'<link rel="{self.rel}" href="{escape(self.target)}"{type_}{language}>')  # noqa: S704  # our words


def negotiate(offered: Sequence[Format], address: Callable[[Format], str]) -> Format:
    """The format that the request accepts; `address` tells where each one lives. Aborts with 406 if none will do."""
    chosen = _chosen(request.headers.get("Accept"), tuple(offered))
    if chosen is None:
        not_acceptable([(address(format_), format_.media_type) for format_ in offered])
    return chosen


@lru_cache(maxsize=256)
def _chosen(accept: str | None, offered: tuple[Format, ...]) -> Format | None:
    return choose(accept, offered)


def answer(
    write: Callable[[], str | bytes],
    format_: Format,
    *,
    links: Iterable[Link] = (),
    content_location: str | None = None,
    vary: Sequence[str] = ("Accept", "Accept-Language"),
    status: int = 200,
    depends: str | None = None,
) -> Response:
    """A response of `format_`, written by `write` only if the client does not hold it already (else 304).

    Its entity tag is strong: the release, the software, the address asked for, the format, (for HTML) the language
    and the content coding fix every byte. Where something else does too, `depends` says what it is now. Aborts with
    412 where a condition of the request does not hold.
    """
    meant = _representation(format_, links, content_location, vary, depends)

    def body() -> bytes:
        written = write()
        return written.encode() if isinstance(written, str) else written

    if status != 200:
        response = Response(body(), status=status, content_type=meant.content_type)
        _set(response, meant.headers or {})
        response.headers["Vary"] = ", ".join(vary)
        return response
    made = rules.reply(request.method, dict(request.headers), meant, body)
    if made.status == 412:
        abort(problem(412))
    response = Response(made.body, status=made.status)
    response.headers.clear()  # Werkzeug's own
    response.headers.extend(made.headers)
    return response


def stream(
    chunks: Callable[[], Iterator[bytes]],
    format_: Format,
    *,
    links: Iterable[Link] = (),
    content_location: str | None = None,
    vary: Sequence[str] = ("Accept", "Accept-Language"),
) -> Response:
    """The same for a long body, sent as `chunks` yields it: its length is not known, its tag is.

    A failure half way breaks the connection where the server can do that: yield only what cannot fail.
    """
    meant = _representation(format_, links, content_location, vary)
    codings = rules.acceptable_codings(request.headers.get("Accept-Encoding")) if meant.compressible else ()
    coding = codings[0] if codings else rules.IDENTITY
    status, held = rules.precondition(
        request.method, dict(request.headers), meant.tag, meant.modified, codings or (coding,)
    )
    if status == 412:
        abort(problem(412))
    sent = status == 200 and request.method != "HEAD"
    body = chunks() if sent else iter(())
    encoded = body if coding == rules.IDENTITY or not sent else compression.encode_stream(body, coding)
    response = Response(encoded, status=status, content_type=meant.content_type)
    _set(response, rules.owed(meant) | {"ETag": f'"{held or rules.coded_tag(meant.tag, coding)}"'})
    if coding != rules.IDENTITY and status == 200:
        response.headers["Content-Encoding"] = coding
    return response


def _representation(
    format_: Format,
    links: Iterable[Link],
    content_location: str | None,
    vary: Sequence[str],
    depends: str | None = None,
) -> Representation:
    """What is known of a representation before it is written. Pages find its links in `g.links`."""
    publication = current_publication()
    languages = language_links() if format_ is HTML else ()
    g.links = (*links, *languages, Link(publication.settings.license, "license"), *memento_links())
    headers = {"Link": ", ".join(map(str, g.links)), "Cache-Control": REVALIDATE}
    language = g.language if format_ is HTML else None
    if language:
        headers["Content-Language"] = language
    if content_location:
        headers["Content-Location"] = content_location
    return Representation(
        content_type=format_.content_type,
        tag=entity_tag(format_.name, language or "", depends or ""),
        modified=None if depends else modified(publication),
        vary=tuple(vary),
        headers=headers,
        compressible=compression.is_compressible(format_.media_type),
    )


def _set(response: Response, headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        response.headers[name] = value


def html_page(write: Callable[[], str], *, links: Iterable[Link] = (), depends: str | None = None) -> Response:
    """A page that exists as HTML only. It varies by language, and by nothing else; `depends` is that of `answer`."""
    return answer(write, HTML, links=links, vary=("Accept-Language",), depends=depends)


def redirection(target: str, status: int, links: Iterable[Link] = ()) -> Response:
    """A redirect to `target`. It varies by what a 406 or a 404 in its place would."""
    response = cast(Response, redirect(target, status, Response))
    response.headers["Vary"] = "Accept, Accept-Language"
    if links:
        response.headers["Link"] = ", ".join(map(str, links))
    return response


def head_links() -> Markup:
    """The links of the page that is being written, for its head: those of its Link header."""
    return Markup("\n  ").join(link.html() for link in g.get("links") or language_links())


def memento_links() -> tuple[Link, ...]:
    """Links from an address whose past is kept to its TimeGate and its TimeMap; from a memento to its original too
    (RFC 7089, section 2.2)."""
    route = route_of(request.endpoint)
    if not (route and route.memento):
        return ()
    base, query = current_publication().iris.base, request.query_string.decode("latin-1")
    original = quote(request.path.removeprefix("/")) + (f"?{query}" if query else "")
    links = (
        Link(f"{base}timegate/{original}", "timegate"),
        Link(f"{base}timemap/{original}", "timemap", LINK_FORMAT.media_type),
    )
    return (Link(f"{base}{original}", "original"), *links) if current_app.config.get(MEMENTO) else links


def language_links() -> tuple[Link, ...]:
    """The current page in each language of the site. Whole addresses: search engines ask for them in `hreflang`."""
    base = current_publication().iris.base
    return tuple(
        Link(urljoin(base, address), "alternate", HTML.media_type, code) for code, address in language_addresses()
    )


def language_addresses() -> list[tuple[str, str]]:
    """The address of the current page in each language of the site."""
    return [(language, address_with(lang=language)) for language in LANGUAGES]


def address_with(**changes: str | int | None) -> str:
    """The address of the current page with some of its parameters changed, or removed where None."""
    arguments: dict[str, list[str]] = dict(request.args.lists())
    for name, value in changes.items():
        arguments.pop(name, None)
        if value is not None:
            arguments[name] = [str(value)]
    query = urlencode(arguments, doseq=True)
    path = quote(request.script_root + request.path)
    return f"{path}?{query}" if query else path


def address_of_page() -> str:
    """The whole address of the current page, below the base IRI, as it was asked for."""
    return urljoin(current_publication().iris.base, address_with())


def entity_tag(*parts: str) -> str:
    """A tag for a representation of what the current request addresses, from this release by this software.

    The same in every process that serves the release, whatever its port or folder: requests may go to any of them.
    """
    publication = current_publication()
    shown = (
        publication.settings.publisher,
        publication.settings.contact,
        publication.settings.license,
        str(publication.settings.page_size),
    )
    text = "\n".join((publication.release.id, software_stamp(), *shown, _asked(), *parts))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _asked() -> str:
    """Path and query of the current request."""
    return f"{request.path}?{request.query_string.decode('latin-1')}"


@cache
def software_stamp() -> str:
    """A digest of what pages are made of besides data: the version, the code, the templates, the messages,
    the queries.

    The style sheet is in, since pages name it by its digest; vendored libraries are not, they are large and pinned.
    """
    digest = hashlib.sha256(__version__.encode())
    for path in _software():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _software() -> list[Path]:
    package = Path(__file__).parents[2]
    files = sorted([*(package / "web").rglob("*"), *(package / "queries").rglob("*.rq")])
    return [p for p in files if p.suffix in (".py", ".html", ".toml", ".css", ".rq") and "vendor" not in p.parts]


def modified(publication: Publication) -> datetime:
    """When pages and documents last changed, in UTC: with the release, or with the software that writes them."""
    return max(publication.published, _software_written())


@cache
def _software_written() -> datetime:
    return datetime.fromtimestamp(int(max(path.stat().st_mtime for path in _software())), UTC)


def _finish(response: Response) -> Response:
    settings = current_publication().settings
    common = rules.common_headers(g.request_id, secure=request.is_secure, hsts_seconds=settings.hsts_seconds)
    own = {name.lower() for name, _ in response.headers}
    response.headers.extend((name, value) for name, value in common.items() if name.lower() not in own)
    if "Cache-Control" not in response.headers and response.status_code < 400:
        response.headers["Cache-Control"] = REVALIDATE
    known = response.headers.get("Link", "")
    if response.status_code < 400 and 'rel="timegate"' not in known and (links := memento_links()):
        response.headers["Link"] = ", ".join([*filter(None, [known]), *map(str, links)])
    location = response.headers.get("Location", "")
    if location and location.startswith(request.host_url):  # those of Flask's router
        response.headers["Location"] = f"/{location.removeprefix(request.host_url)}"
    if request.method == "OPTIONS" and "Allow" in response.headers:
        _set(response, rules.preflight_headers(", ".join(sorted(response.allow))))
    _compress(response)
    return response


def _compress(response: Response) -> None:
    """Give a body that some view wrote by itself the coding that the client prefers."""
    if response.status_code in _AS_THEY_ARE or response.direct_passthrough or not response.is_sequence:
        return
    if "Content-Encoding" in response.headers or not compression.is_compressible(response.content_type or ""):
        return
    vary = response.headers.get("Vary", "")
    if "Accept-Encoding" in vary:  # `http_rules.reply` has chosen already
        return
    response.headers["Vary"] = rules.merged(vary, "Accept-Encoding")
    body = response.get_data()
    coding = rules.coding_for(rules.acceptable_codings(request.headers.get("Accept-Encoding")), len(body))
    if coding == rules.IDENTITY or not body:
        return
    response.set_data(compression.encode(body, coding))
    response.headers["Content-Encoding"] = coding
    tag, weak = response.get_etag()
    if tag and not weak:
        response.set_etag(rules.coded_tag(tag, coding) or tag)


def register(app: Flask) -> None:
    """Give every response of `app`, errors included, the headers that it owes."""
    app.after_request(_finish)
