"""What HTTP owes every client, as pure functions over method, headers and what is known of a representation.

Nothing here knows of Flask, so that anything that speaks WSGI can answer by the same rules: `reply` is the whole
of it for a body that fits in memory; its parts serve the others. RFC 9110 (semantics) unless another is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import werkzeug.http
from werkzeug.http import http_date, parse_etags, parse_range_header, unquote_etag

from atlas_ld.web.http.compression import CODINGS, SMALLEST, encode

Fields = Sequence[tuple[str, str]]
"""Header fields, their names in lower case."""

SAFE = ("GET", "HEAD")
IDENTITY = "identity"

SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
CORS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Allow, Content-Disposition, Content-Encoding, Content-Language, Content-Location, "
        "Content-Range, ETag, Link, Location, Retry-After, Vary, X-Request-ID"
    ),
}
ALLOWED_REQUEST_HEADERS = (
    "Accept, Accept-Language, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, "
    "If-Unmodified-Since, Range, X-Request-ID"
)
"""What a preflight request may announce (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

LONGEST_ADDRESS = 8192
LONGEST_HEADER = 8192
MOST_HEADERS = 32768
"""Bounds on a request's target, on each of its header fields, and on all of them, in bytes (414 and 431)."""

LONGEST_QUERY_ADDRESS = 65536
"""The bound on a target in which a query stands; granian's own is the same."""

LONGEST_CHOICE = 1024
"""Characters of a header field by which an answer is chosen (Accept and the like), in the server's loop."""

_CODING = re.compile(r"\s*([!#$%&'+.^_`|~0-9A-Za-z-]+|\*)\s*(?:;\s*[qQ]\s*=\s*([01](?:\.\d{0,3})?)\s*)?$")
_NO_BYTES = re.compile(r"\s*bytes\s*=\s*-0+\s*", re.IGNORECASE)
"""The last 0 bytes: a range that cannot be (416). Werkzeug takes it for no range at all."""
_LEAST = 0.0005  # what the plain form is worth where it is not named: less than anything that is
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


@dataclass(frozen=True)
class Representation:
    """One representation of a resource, as it is known before a byte of it is written.

    `tag` is the opaque part of its strong entity tag without any content coding (None for none), `modified` is in
    UTC and in whole seconds. `headers` holds what else goes with it: Content-Language, Content-Location, Link...
    `vary` names the request headers that chose it, Accept-Encoding not among them: `reply` adds it.
    """

    content_type: str
    tag: str | None = None
    modified: datetime | None = None
    vary: tuple[str, ...] = ()
    headers: Mapping[str, str] | None = None
    compressible: bool = True


@dataclass(frozen=True)
class Reply:
    """Status, header fields by name, and the body to send (empty for HEAD and 304)."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def reply(
    method: str,
    headers: Mapping[str, str],
    representation: Representation,
    write: Callable[[], bytes],
    compress: Callable[[bytes, str], bytes] = encode,
) -> Reply:
    """The answer to a GET or HEAD request for `representation`: 200, 304 or 412.

    `headers` finds a request's field by its name as it is written here (`If-None-Match`); it must not care about
    case or must hold that form. `write` gives the whole body and is called only if it is needed; `compress` takes a
    body and a coding, so that a cache can keep what it compressed.
    """
    codings = acceptable_codings(headers.get("Accept-Encoding")) if representation.compressible else (IDENTITY,)
    status, held = precondition(method, headers, representation.tag, representation.modified, codings)
    if status == 412:
        return Reply(412, {}, b"")
    fields = owed(representation)
    if status == 304 and held:
        return Reply(304, _tagged(fields, held), b"")
    body = write()
    coding = coding_for(codings, len(body))
    if status == 304:  # by `*` or by date: the tag is that of the 200 that it stands for, coding included
        return Reply(304, _tagged(fields, coded_tag(representation.tag, coding)), b"")
    fields["Content-Type"] = representation.content_type
    if coding != IDENTITY:
        body = compress(body, coding)
        fields["Content-Encoding"] = coding
    fields["Content-Length"] = str(len(body))
    return Reply(200, _tagged(fields, coded_tag(representation.tag, coding)), b"" if method == "HEAD" else body)


def owed(representation: Representation) -> dict[str, str]:
    """What 200 and 304 carry alike, the entity tag left aside."""
    fields = dict(representation.headers or {})
    vary = (*representation.vary, "Accept-Encoding") if representation.compressible else representation.vary
    if vary:
        fields["Vary"] = ", ".join(vary)
    if representation.modified:
        fields["Last-Modified"] = http_date(representation.modified)
    return fields


def _tagged(headers: dict[str, str], tag: str | None) -> dict[str, str]:
    return headers | {"ETag": f'"{tag}"'} if tag else headers


# Preconditions (section 13)


def precondition(
    method: str,
    headers: Mapping[str, str],
    tag: str | None,
    modified: datetime | None,
    codings: Sequence[str] = (IDENTITY,),
) -> tuple[int, str | None]:
    """200, 304 or 412 by section 13.2.2, and the tag that the client holds where that is why it is 304.

    The tag of any coding that the client accepts counts as current: the client may hold the plain form of a body
    that would be compressed now, and a 304 that names its tag tells it which of its copies is still good.
    """
    tags = [found for coding in codings if (found := coded_tag(tag, coding))]
    if (wanted := headers.get("If-Match")) is not None:
        strong = parse_etags(wanted.strip())
        if not strong.star_tag and not any(strong.contains(found) for found in tags):
            return 412, None
    elif (limit := parse_date(headers.get("If-Unmodified-Since"))) and modified and modified > limit:
        return 412, None
    if (held := headers.get("If-None-Match")) is not None:
        known = parse_etags(held.strip())
        if known.star_tag:
            return (304 if method in SAFE else 412), None
        current = next((found for found in tags if known.contains_weak(found)), None)
        return (200 if current is None else 304 if method in SAFE else 412), current
    since = parse_date(headers.get("If-Modified-Since")) if method in SAFE else None
    return (304 if since and modified and modified <= since else 200), None


def coded_tag(tag: str | None, coding: str) -> str | None:
    """The tag of a representation in a content coding: other bytes, so another strong tag (section 8.8.3.3)."""
    return tag if tag is None or coding == IDENTITY else f"{tag}-{coding}"


def parse_date(header: str | None) -> datetime | None:
    """A date of a header field with its time zone, or None for what is none: such a field is ignored."""
    try:
        return werkzeug.http.parse_date(header)
    except OverflowError:  # which Werkzeug lets pass: a year or an offset of twenty digits
        return None


# Content codings (section 12.5.3)


def acceptable_codings(header: str | None, offered: Sequence[str] = CODINGS) -> tuple[str, ...]:
    """The codings that a client accepts, best first: by its qualities, then in the order offered, plain last.

    Never empty: a client that refuses everything gets the plain form, as section 12.5.3 allows.
    """
    if header is None:
        return (IDENTITY,)
    qualities: dict[str, float] = {}
    for element in header.split(","):
        if match := _CODING.match(element):
            name = match[1].lower()
            qualities[name.removeprefix("x-")] = min(float(match[2] or 1), 1.0)
    ranked = [(qualities.get(coding, qualities.get("*", 0.0)), coding) for coding in offered]
    ranked.append((qualities.get(IDENTITY, qualities.get("*", _LEAST)), IDENTITY))
    accepted = sorted(((q, coding) for q, coding in ranked if q > 0), key=lambda found: -found[0])
    return tuple(coding for _, coding in accepted) or (IDENTITY,)


def coding_for(codings: Sequence[str], size: int) -> str:
    """The coding of a body of `size` bytes: a small one stays plain unless the client refuses that."""
    return IDENTITY if size < SMALLEST and IDENTITY in codings else codings[0]


# Ranges (section 14)


def byte_range(method: str, headers: Mapping[str, str], size: int, tag: str, modified: datetime | None) -> slice | None:
    """The part of a file of `size` bytes that a request asks for, or None for the whole.

    Only GET has ranges; other units, several ranges at once, malformed ones and those whose If-Range does not hold are
    ignored, as section 14.2 allows. Raises ValueError for a range that lies outside (416).
    """
    header = headers.get("Range", "") if method == "GET" else ""
    if not header or not _if_range(headers.get("If-Range"), tag, modified):
        return None
    if _NO_BYTES.fullmatch(header):
        raise ValueError("outside")
    asked = parse_range_header(header)
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    start, stop = asked.ranges[0]
    if start < 0:  # it counts from the end
        start = max(0, start + size)
    if start >= size:
        raise ValueError("outside")
    return slice(start, min(stop or size, size))


def _if_range(header: str | None, tag: str, modified: datetime | None) -> bool:
    if header is None or unquote_etag(header.strip()) == (tag, False):  # strong comparison: Werkzeug's IfRange is weak
        return True
    return modified is not None and parse_date(header) == modified


# What goes with every response


def merged(vary: str | None, *names: str) -> str:
    """A Vary field with more names, each once."""
    listed = [name.strip() for name in (vary or "").split(",") if name.strip()]
    known = {name.lower() for name in listed}
    return ", ".join([*listed, *(name for name in names if name.lower() not in known)])


def common_headers(request_id: str, *, secure: bool, hsts_seconds: int) -> dict[str, str]:
    """What every response carries, whatever it is. Strict-Transport-Security counts over TLS only (RFC 6797, 7.2)."""
    headers = {**SECURITY, **CORS, "X-Request-ID": request_id}
    if secure and hsts_seconds > 0:
        headers["Strict-Transport-Security"] = f"max-age={hsts_seconds}"
    return headers


def preflight_headers(allow: str) -> dict[str, str]:
    """What an OPTIONS request is told of `allow`, the methods of the resource."""
    return {
        "Allow": allow,
        "Access-Control-Allow-Methods": allow,
        "Access-Control-Allow-Headers": ALLOWED_REQUEST_HEADERS,
        "Access-Control-Max-Age": "86400",
    }


def forwarded(header: str | None, proxies: int) -> str | None:
    """What the outermost of so many trusted proxies saw, by an X-Forwarded field to which each adds its own; None where
    they have not all done so. As Werkzeug's ProxyFix reads it."""
    seen = header.split(",") if header else []
    return seen[-proxies].strip() if 0 < proxies <= len(seen) else None


def sane_request_id(header: str | None) -> str | None:
    """The client's own request id where it is 8 to 64 letters, digits, dots, dashes or underscores, else None."""
    return header if header and _REQUEST_ID.fullmatch(header) else None


def oversized(target: int, fields: Iterable[tuple[str, str]], longest: int = LONGEST_ADDRESS) -> int | None:
    """414 for a target of more bytes than `longest`, 431 for header fields past their bounds (RFC 6585), else None."""
    if target > longest:
        return 414
    total = 0
    for name, value in fields:
        size = len(name) + len(value)
        total += size
        if size > LONGEST_HEADER or total > MOST_HEADERS:
            return 431
    return None
