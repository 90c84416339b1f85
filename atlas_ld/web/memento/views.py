"""What was said before: the addresses of each kept release, a TimeGate to the one of a date, and TimeMaps (RFC 7089).

Mementos keep the addresses of the site: `/releases/{id}/doc/...` is what `/doc/...` was in that release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import quote

from flask import Flask, Response, abort, current_app, g, request
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.http import http_date
from werkzeug.test import run_wsgi_app

from atlas_ld.errors import ReleaseError
from atlas_ld.media import LINK_FORMAT, PLACED_FORMATS
from atlas_ld.release.layout import was_removed
from atlas_ld.release.reading.history import Kept, at, holds, kept
from atlas_ld.web.http import rules
from atlas_ld.web.http.negotiation import split_extension
from atlas_ld.web.http.problems import problem
from atlas_ld.web.http.responses import Link, answer, redirection
from atlas_ld.web.http.routes import Routes, table
from atlas_ld.web.memento.sites import Sites
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.text.i18n import t

_SITES = "atlas-memento-sites"
_MOST = 200
"""Kept releases that are looked at, the newest ones."""
_RELEASE = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{8}")


def blueprint() -> Routes:
    """The mementos, the TimeGate and the TimeMap."""
    made = Routes("memento", __name__)
    made.get(
        "/releases/<release>/",
        also=("/releases/<release>/<path:rest>",),
        endpoint="memento",
        fr="Une adresse du site, telle qu’elle était dans une version conservée",
        en="An address of the site as it was in a release that is kept",
        others=(206, 303, 308, 410),
        names_something=_names_something,
    )(memento)
    made.get(
        "/timegate/",
        also=("/timegate/<path:original>",),
        fr="La version d’une adresse à la date que donne Accept-Datetime (RFC 7089)",
        en="The version of an address at the time that Accept-Datetime gives (RFC 7089)",
        formats=(),
        others=(302,),
        names_something=lambda original="": bool(_mementos(_original(original))),
    )(timegate)
    made.get(
        "/timemap/",
        also=("/timemap/<path:original>",),
        fr="Toutes les versions conservées d’une adresse (RFC 7089)",
        en="Every version of an address that is kept (RFC 7089)",
        formats=(LINK_FORMAT,),
        names_something=lambda original="": bool(_mementos(_original(original))),
    )(timemap)
    return made


def register(app: Flask, create: Callable[[Publication], Flask]) -> None:
    """Let `app` show the releases that are kept; `create` makes the site of one."""
    app.extensions[_SITES] = Sites(app.extensions["atlas"], create)


def register_part(app: Flask) -> None:
    """Let `app`, the site of a kept release, say so where an earlier version wrote what a page needs."""
    app.register_error_handler(ReleaseError, _on_another_version)


def _on_another_version(_: ReleaseError) -> Response:
    return problem(410, detail=t("memento.other-version", release=current_publication().release.id))


def releases(publication: Publication) -> tuple[Kept, ...]:
    """The newest releases that are kept, the oldest of them first."""
    return kept(publication.release.path.parent)[-_MOST:]


def until_now(publication: Publication) -> list[Kept]:
    """Those that led to the release that is served, which is the last of them."""
    found = releases(publication)
    served = next(place for place, release in enumerate(found) if release.id == publication.release.id)
    return list(found[: served + 1])


def memento(release: str, rest: str = "") -> Response:
    """The answer of a kept release's own site; its address is that of the site below /releases/{id}."""
    found = _release(release)
    try:
        site = current_app.extensions[_SITES].site(found)
        route_at(f"/{rest}", site)
        response = Response(*run_wsgi_app(site.wsgi_app, _environ(release, rest)), direct_passthrough=True)
    except ReleaseError:
        abort(410, t("memento.other-version", release=release))
    if response.status_code < 400:
        response.headers["Memento-Datetime"] = http_date(found.moment)
    return response


def _names_something(release: str, rest: str = "") -> bool:
    return any(found.id == release for found in releases(current_publication()))


def _release(name: str) -> Kept:
    """The kept release of this name. Aborts with 410 where it was removed, with 404 where it never was."""
    publication = current_publication()
    found = releases(publication)
    if release := next((release for release in found if release.id == name), None):
        return release
    if _RELEASE.fullmatch(name) and was_removed(publication.release.path.parent, name):
        abort(410, t("memento.removed", release=name, oldest=found[0].id, newest=found[-1].id))
    return abort(404, t("memento.unknown", oldest=found[0].id, newest=found[-1].id))


def _environ(release: str, rest: str) -> dict[str, Any]:
    """The environ of the current request, one level further down."""
    mounted = f"{request.script_root}/releases/{release}"
    own = {name: value for name, value in request.environ.items() if not name.startswith(("flask.", "werkzeug."))}
    path = f"/{rest}".encode().decode("latin-1")
    return own | {"HTTP_X_REQUEST_ID": g.request_id, "SCRIPT_NAME": mounted, "PATH_INFO": path}


def route_at(path: str, site: Flask) -> None:
    """Aborts with 404 unless there is an address whose past is kept at this path of a site."""
    adapter = site.url_map.bind("localhost")
    try:
        endpoint, _ = adapter.match(path)
    except NotFound:
        _nothing(path)
    except HTTPException:  # a redirect to the same address with a slash
        return
    route = table(site).get(endpoint)
    if route is None or not route.memento:
        _nothing(path)


def _nothing(path: str) -> NoReturn:
    abort(404, t("memento.no-past", path=path))


# TimeGate and TimeMap


def _original(path: str) -> str:
    """The address below the base IRI that a TimeGate is asked for: itself, or as a whole IRI."""
    base = current_publication().iris.base
    whole = re.sub(r"^(https?):/+", r"\1://", path)
    found = whole.removeprefix(base) if whole.startswith(base) else path
    query = request.query_string.decode("latin-1")
    return f"/{found}" + (f"?{query}" if query else "")


def _mementos(original: str) -> list[Kept]:
    """The kept releases that know an address, the oldest first."""
    publication = current_publication()
    path = original.partition("?")[0]
    found = list(releases(publication))
    match = re.fullmatch(r"/(?:id|doc)/([^/]+)/([^/]+)", path)
    if match:
        kind, name = match[1], split_extension(match[2], PLACED_FORMATS)[0]
        iris = {f"{publication.iris.base}id/{kind}/{key}" for key in (name, match[2])}
        return [release for release in found if any(_holds(release, iri) for iri in iris)]
    if path.startswith("/download/") and path != "/download/":
        name = path.rpartition("/")[2]
        return [release for release in found if (release.path / "download" / name).is_file()]
    return found


def _holds(release: Kept, iri: str) -> bool:
    try:
        return holds(release, iri)
    except ReleaseError:  # one of an earlier version, which notes nothing
        return False


def timegate(original: str = "") -> Response:
    """302 to the memento of the time that Accept-Datetime gives, or to the newest. Aborts with 400 for what is no
    date."""
    address = _original(original)
    found = _found(address)
    asked = request.headers.get("Accept-Datetime")
    moment = rules.parse_date(asked)
    if asked and moment is None:
        abort(400, t("memento.bad-date", date=asked[:60]))
    chosen = (at(found, moment) if moment else None) or found[-1]
    links = [*_links(address, found, chosen)]
    response = redirection(_memento(address, chosen), 302, links)
    response.headers["Vary"] = "Accept-Datetime"
    return response


def timemap(original: str = "") -> Response:
    """The mementos of an address (RFC 7089, section 5), in link format (RFC 6690)."""
    address = _original(original)
    found = _found(address)
    own = _address("timemap", address)
    span = {"from": http_date(found[0].moment), "until": http_date(found[-1].moment)}
    told = [
        f'<{_absolute(address)}>; rel="original"',
        f'<{_address("timegate", address)}>; rel="timegate"',
        f'<{own}>; rel="self"; type="{LINK_FORMAT.media_type}"; from="{span["from"]}"; until="{span["until"]}"',
        *map(str, _all(address, found)),
    ]
    names = " ".join(release.id for release in found)
    return answer(lambda: ",\n".join(told) + "\n", LINK_FORMAT, vary=(), depends=names)


def _found(address: str) -> list[Kept]:
    path = address.partition("?")[0]
    route_at(path, current_app._get_current_object())  # type: ignore[attr-defined]  # the application itself
    return _mementos(address) or _nothing(path)


@dataclass(frozen=True)
class _Dated(Link):
    """A link to a memento with its date."""

    moment: str = ""

    def __str__(self) -> str:
        return f'{super().__str__()}; datetime="{self.moment}"'


def _all(address: str, found: list[Kept]) -> list[_Dated]:
    """A link to each memento, the first and the last ones marked."""
    relations: Mapping[str, list[str]] = {release.id: [] for release in found}
    relations[found[0].id].append("first")
    relations[found[-1].id].append("last")
    return [_dated(address, release, [*relations[release.id], "memento"]) for release in found]


def _links(address: str, found: list[Kept], chosen: Kept) -> list[Link]:
    """What a TimeGate owes: the original, the TimeMap, and the mementos at both ends and around the chosen one."""
    here = found.index(chosen)
    places = {"first": 0, "last": len(found) - 1, "prev": here - 1, "next": here + 1}
    relations: dict[int, list[str]] = {here: []}
    for name, place in places.items():
        if 0 <= place < len(found):
            relations.setdefault(place, []).append(name)
    dated = [_dated(address, found[place], [*names, "memento"]) for place, names in sorted(relations.items())]
    timemap = Link(_address("timemap", address), "timemap", LINK_FORMAT.media_type)
    return [Link(_absolute(address), "original"), timemap, *dated]


def _dated(address: str, release: Kept, relations: list[str]) -> _Dated:
    return _Dated(_memento(address, release), " ".join(relations), moment=http_date(release.moment))


def _absolute(address: str) -> str:
    return f"{current_publication().iris.base}{_quoted(address)}"


def _address(name: str, address: str) -> str:
    return f"{current_publication().iris.base}{name}/{_quoted(address)}"


def _memento(address: str, release: Kept) -> str:
    return f"{current_publication().iris.base}releases/{release.id}/{_quoted(address)}"


def _quoted(address: str) -> str:
    path, mark, query = address.partition("?")
    return f"{quote(path[1:], safe='/-._~')}{mark}{query}"
