"""One layer for every response: negotiation, entity tags, links, caching, security headers.

A view says what it can write and how; this module answers 304 before anything is written, and sets what every
response owes its client (RFC 9110 on HTTP, RFC 8288 on links, RFC 8574 on `cite-as`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlencode

from flask import Flask, Response, g, request

from atlas_ld import __version__
from atlas_ld.media import HTML, Format, choose
from atlas_ld.web.i18n import LANGUAGES
from atlas_ld.web.problems import not_acceptable
from atlas_ld.web.publication import publication

REVALIDATE = "public, max-age=0, must-revalidate"
FOREVER = "public, max-age=31536000, immutable"

_SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Location, ETag, Link, Location, Retry-After, Vary",
}


@dataclass(frozen=True)
class Link:
    """One link of the Link header: an absolute or root-relative address, its relation, the media type behind it."""

    target: str
    rel: str
    type: str | None = None
    hreflang: str | None = None

    def __str__(self) -> str:
        attributes = [f'rel="{self.rel}"']
        if self.type:
            attributes.append(f'type="{self.type}"')
        if self.hreflang:
            attributes.append(f'hreflang="{self.hreflang}"')
        return "; ".join([f"<{self.target}>", *attributes])


def negotiate(offered: Sequence[Format], address: Callable[[Format], str]) -> Format:
    """The format that the request accepts; `address` tells where each one lives. Aborts with 406 if none will do."""
    chosen = choose(request.headers.get("Accept"), offered)
    if chosen is None:
        not_acceptable([(address(format_), format_.media_type) for format_ in offered])
    return chosen


def answer(
    write: Callable[[], str | bytes],
    format_: Format,
    *,
    links: Iterable[Link] = (),
    content_location: str | None = None,
    vary: Sequence[str] = ("Accept", "Accept-Language"),
    status: int = 200,
) -> Response:
    """A response of `format_`, written by `write` only if the client does not hold it already (else 304).

    Its entity tag is strong: the release, the software, the address asked for, the format and (for HTML) the
    language fix every byte.
    """
    language = g.language if format_ is HTML else None
    tag = entity_tag(format_.name, language or "")
    if request.method in ("GET", "HEAD") and status == 200 and request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = Response(write(), status=status, content_type=format_.content_type)
    response.set_etag(tag)
    if language:
        response.headers["Content-Language"] = language
    if content_location:
        response.headers["Content-Location"] = content_location
    if vary:
        response.headers["Vary"] = ", ".join(vary)
    licence = Link(publication().settings.license, "license")
    response.headers["Link"] = ", ".join(str(link) for link in (*links, licence))
    return response


def html_page(write: Callable[[], str], *, links: Iterable[Link] = ()) -> Response:
    """A page that exists as HTML only. It varies by language, and by nothing else."""
    languages = [Link(address, "alternate", HTML.media_type, language) for language, address in language_addresses()]
    return answer(write, HTML, links=(*links, *languages), vary=("Accept-Language",))


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


def entity_tag(*parts: str) -> str:
    """A tag for a representation of what the current request addresses, from this release by this software.

    The same in every process that serves the release, whatever its port or folder: requests may go to any of them.
    """
    opened = publication()
    shown = opened.settings.publisher, opened.settings.contact, opened.settings.license, str(opened.settings.page_size)
    text = "\n".join((opened.release.id, software_stamp(), *shown, request.full_path, *parts))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


@cache
def software_stamp() -> str:
    """A digest of what pages are made of besides data: the version, the code, the templates, the messages.

    The style sheet is in, since pages name it by its digest; vendored libraries are not, they are large and pinned.
    """
    digest = hashlib.sha256(__version__.encode())
    web = Path(__file__).parent
    for path in sorted(web.rglob("*")):
        if path.suffix in (".py", ".html", ".toml", ".css") and "vendor" not in path.parts:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _finish(response: Response) -> Response:
    for name, value in (_SECURITY | _CORS).items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers and response.status_code < 400:
        response.headers["Cache-Control"] = REVALIDATE
    if request.method == "OPTIONS":
        response.headers.setdefault("Access-Control-Allow-Methods", response.headers.get("Allow", "GET, HEAD, OPTIONS"))
        response.headers.setdefault("Access-Control-Allow-Headers", "Accept, Accept-Language, Content-Type")
        response.headers.setdefault("Access-Control-Max-Age", "86400")
    return response


def register(app: Flask) -> None:
    """Give every response of `app`, errors included, the headers that it owes."""
    app.after_request(_finish)
