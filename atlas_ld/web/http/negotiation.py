"""Addresses that are negotiated, and their twins whose extension names the format: `/ontology`, `/ontology.ttl`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response

from atlas_ld.media import HTML, Format, by_extension
from atlas_ld.web.http.responses import Link, answer, negotiate
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.rendering.urls import url_for


@dataclass(frozen=True)
class Content:
    """What there is in one format: how it is written, and its links besides those to the other formats; what it
    `depends` on besides the release (`answer`), and how long it may be kept, where that is not for a look each time."""

    write: Callable[[], str | bytes]
    links: Sequence[Link] = ()
    depends: str | None = None
    cache_control: str | None = None


View = Callable[..., Content | Response]
"""Takes a format, and the parts of the address by name; a Response (a redirect) is sent as it is."""


def represent(
    offered: Sequence[Format],
    named: Format | None,
    address: Callable[[Format], str],
    content: Callable[[Format], Content | Response],
    linked: Sequence[Format] | None = None,
) -> Response:
    """The content in the format that the address has `named`, or else in the one of those `offered` that the request
    accepts. `address` tells where each lives; those `linked`, all by default, are alternates of each other. Aborts with
    406 if none will do."""
    chosen = named or negotiate(offered, address)
    found = content(chosen)
    if isinstance(found, Response):
        return found
    if named is None:
        vary: tuple[str, ...] = ("Accept", "Accept-Language") if HTML in offered else ("Accept",)
    else:
        vary = ("Accept-Language",) if named is HTML else ()
    response = answer(
        found.write,
        chosen,
        links=(*found.links, *alternates(linked or offered, chosen, address)),
        content_location=address(chosen) if named is None else None,
        vary=vary,
        depends=found.depends,
    )
    if found.cache_control:
        response.headers["Cache-Control"] = found.cache_control
    return response


def alternates(offered: Sequence[Format], chosen: Format, address: Callable[[Format], str]) -> list[Link]:
    """Links to the other formats."""
    return [Link(address(f), "alternate", f.media_type) for f in offered if f is not chosen]


def split_extension(
    name: str, offered: Sequence[Format], is_known: Callable[[str], bool] = lambda _: True
) -> tuple[str, Format | None]:
    """The stem of the last part of an address and the format that its extension names: `("x", TURTLE)` for `x.ttl`.

    The whole name and None where there is no such extension, or where the stem is not known: keys may have dots too.
    """
    stem, _, extension = name.rpartition(".")
    named = by_extension(extension, offered) if stem else None
    return (stem, named) if named and is_known(stem) else (name, None)


def negotiated(
    blueprint: Routes, rule: str, offered: Sequence[Format], **known: Any
) -> Callable[[View], Callable[..., Response]]:
    """Registers a view that gives the Content of each format: at `rule`, where the format is negotiated, with the
    name of the function as its endpoint; and at `rule.<extension>`, with `_file` after the name.

    `known` are the attributes of a Route. Its `formats` are those that have a twin: all that are `offered`, unless the
    view answers some of them with a redirect.
    """
    formats: Sequence[Format] = known.setdefault("formats", tuple(offered))

    def register(view: View) -> Callable[..., Response]:
        endpoint = f"{blueprint.name}.{view.__name__}"

        def address(parts: Mapping[str, Any], format_: Format) -> str:
            if format_ not in formats:
                return url_for(endpoint, **parts)
            own = parts if format_ is HTML else {**parts, "lang": None}
            return url_for(f"{endpoint}_file", extension=format_.extension, **own)

        def respond(named: Format | None, parts: Mapping[str, Any]) -> Response:
            return represent(offered, named, partial(address, parts), lambda f: view(f, **parts), formats)

        def by_accept(**parts: Any) -> Response:
            return respond(None, parts)

        def by_name(extension: str, **parts: Any) -> Response:
            return respond(by_extension(extension, formats), parts)

        extensions = ", ".join(format_.extension for format_ in formats)
        twin = f"{rule.rstrip('/')}.<any({extensions}):extension>"
        blueprint.get(rule, endpoint=view.__name__, **known)(by_accept)
        blueprint.get(twin, endpoint=f"{view.__name__}_file", **{**known, "also": ()})(by_name)
        return by_accept

    return register
