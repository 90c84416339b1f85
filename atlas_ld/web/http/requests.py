"""A request, read once: what the network or a server gave, in one form, from which both the key of a kept answer and
the site's own answer follow.

Header fields whose names hold `_` are dropped: in a WSGI environ they could not be told from those with `-`, so that
`Accept_Encoding` would pass for `Accept-Encoding` in one place and not in the other. What trusted proxies say of the
client stands in place of what the connection says, and nothing else believes an X-Forwarded field.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from atlas_ld.config import Settings
from atlas_ld.web.http import rules

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

ENVIRON = "atlas.request"
"""Where the Request stands in an environ."""

_PREFIX = re.compile(r"/[\w.~-]+(?:/[\w.~-]+)*", re.ASCII)
_LONGEST_CLIENT = 64
_ONCE = frozenset(("content-length", "content-type", "host"))


@dataclass
class Request:
    """`path` and `query` as in a WSGI environ: bytes, one for each character. `fields` by their names in lower case;
    those that came several times are joined. `client` is the address of who asks, by the outermost trusted proxy.

    Nobody changes it."""

    method: str
    scheme: str
    prefix: str
    path: str
    query: str
    fields: Mapping[str, str]
    client: str

    @classmethod
    def read(
        cls, method: str, scheme: str, path: str, query: str, fields: rules.Fields, peer: str, settings: Settings
    ) -> Self:
        """`fields` with names in lower case, `peer` the address of who is connected."""
        known: dict[str, str] = {}
        for name, value in fields:
            if "_" in name:
                continue
            if name not in known:
                known[name] = value
            elif name not in _ONCE:
                known[name] = f"{known[name]}{'; ' if name == 'cookie' else ', '}{value}"
        prefix, client = "", peer
        if proxies := settings.trusted_proxies:
            said = {
                name: rules.forwarded(known.get(f"x-forwarded-{name}"), proxies) for name in ("for", "proto", "host")
            }
            client, scheme = (said["for"] or peer)[:_LONGEST_CLIENT], said["proto"] or scheme
            if said["host"]:
                known["host"] = said["host"]
            if settings.trusted_prefix:
                given = (rules.forwarded(known.get("x-forwarded-prefix"), proxies) or "").rstrip("/")
                prefix = given if _PREFIX.fullmatch(given) else ""
        return cls(method, scheme, prefix, path, query, known, client)

    @classmethod
    def from_environ(cls, environ: Mapping[str, Any], settings: Settings) -> Self:
        """Of a request that came through a WSGI server, which has dropped fields with `_` or has mixed them up."""
        fields = [(name[5:].replace("_", "-").lower(), value) for name, value in environ.items() if name[:5] == "HTTP_"]
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if environ.get(name):
                fields.append((name.replace("_", "-").lower(), environ[name]))
        method, scheme, peer = environ["REQUEST_METHOD"], environ["wsgi.url_scheme"], environ.get("REMOTE_ADDR", "")
        query = environ.get("QUERY_STRING", "")
        return cls.read(method, scheme, environ.get("PATH_INFO", ""), query, fields, peer, settings)

    @cached_property
    def counted(self) -> str:
        """The client for whom the request counts: IPv6 addresses by their network of 64 bits, which one client has."""
        return counted(self.client)

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The fields by their names as they are usually written: `If-None-Match`."""
        return {name.title(): value for name, value in self.fields.items()}

    def environ(self) -> dict[str, Any]:
        """This request's part of a WSGI environ (PEP 3333)."""
        names = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in self.fields}
        names |= {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
        return {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": self.prefix,
            "PATH_INFO": self.path,
            "QUERY_STRING": self.query,
            "REMOTE_ADDR": self.client,
            "wsgi.url_scheme": self.scheme,
            ENVIRON: self,
            **{names[name]: value for name, value in self.fields.items()},
        }


class RequestReader:
    """A WSGI application that is `site`, which gets every request in the one form."""

    def __init__(self, site: Application, settings: Settings) -> None:
        self._site, self._settings = site, settings

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """PEP 3333."""
        if ENVIRON not in environ:
            request = Request.from_environ(environ, self._settings)
            mounted = environ.get("SCRIPT_NAME", "")
            rest = {name: value for name, value in environ.items() if name[:5] != "HTTP_"}
            environ = rest | request.environ() | {"SCRIPT_NAME": request.prefix or mounted}
        return self._site(environ, start_response)


def counted(address: str) -> str:
    """The name under which an address is counted."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:_LONGEST_CLIENT]
    if found.version == 6:
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
