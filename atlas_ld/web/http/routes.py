"""Routes, each declared once: at its view, with all that others have to know of it.

    blueprint = Routes("about", __name__)

    @blueprint.get("/about/privacy", fr="Données personnelles", en="Personal data")
    def privacy() -> Response: ...

Who asks: the page and the OpenAPI document at /api (words, formats, parameters), `i18n` (which addresses take `lang`),
`access_log` (how long an address may be), `near_misses` (whether the parts of an address name something), and the
server (which answers may be kept, which addresses run queries).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from flask import Blueprint, Flask, current_app
from flask.blueprints import BlueprintSetupState

from atlas_ld.media import HTML, Format
from atlas_ld.web.http.rules import LONGEST_ADDRESS

_EXTENSION = "atlas-routes"
MEMENTO = "MEMENTO"
"""In the configuration of an application: it is the site of a kept release, part of that of the current one."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """What is known of an endpoint besides its address and its methods."""

    fr: str
    en: str
    """What it is for, in a few words."""
    formats: tuple[Format, ...] = (HTML,)
    """Those of a 200 answer."""
    parameters: tuple[str, ...] = ()
    """Names of its query string, described in `pages/api.toml`; a route that writes HTML has `lang` besides."""
    list: str | None = None
    """The list whose facets are parameters too."""
    schema: str | None = None
    """The name of the schema of its answer, among those of `rest.schemas`."""
    others: tuple[int, ...] = ()
    """Statuses besides 200, errors left aside."""
    kept: bool = False
    """The answer to GET follows from the release, the address and what Vary names, and costs enough to be kept."""
    memento: bool = False
    """What it answers is kept with each release: /releases/{id}/ and its address (RFC 7089)."""
    queries: bool = False
    """It runs queries that may take long."""
    costly: bool = False
    """It may take long to answer: its client is admitted first, as those of queries are."""
    longest: int = LONGEST_ADDRESS
    """Bytes of its address, with the query string."""
    names_something: Callable[..., bool] | None = None
    """Whether the parts of an address, given by name, lead anywhere but to 404. None: they always do."""

    def __post_init__(self) -> None:
        if HTML in self.formats and "lang" not in self.parameters:
            object.__setattr__(self, "parameters", (*self.parameters, "lang"))

    @property
    def takes_language(self) -> bool:
        return "lang" in self.parameters


_OWN = frozenset(field.name for field in fields(Route))


class Routes(Blueprint):
    """A blueprint whose routes say what they are for: `get`, `post` and `route` take the attributes of Route too, and
    with `also` other addresses of the same view."""

    def route(self, rule: str, *, also: tuple[str, ...] = (), **options: Any) -> Callable[[Any], Any]:
        """As Flask's. Raises TypeError for a route that does not say what it is for."""
        route = Route(**{name: options.pop(name) for name in _OWN & options.keys()})

        def declare(view: Any) -> Any:
            endpoint = options.pop("endpoint", None) or view.__name__

            def note(state: BlueprintSetupState) -> None:
                state.app.extensions.setdefault(_EXTENSION, {})[f"{self.name}.{endpoint}"] = route

            self.record(note)
            for address in (rule, *also):
                self.add_url_rule(address, endpoint, view, **options)
            return view

        return declare


def table(app: Flask) -> Mapping[str, Route]:
    """The routes of an application by endpoint."""
    known: Mapping[str, Route] = app.extensions[_EXTENSION]
    return known


def route_of(endpoint: str | None) -> Route | None:
    """The route of the current application with this endpoint; None for static files, and where there is none."""
    return table(current_app).get(endpoint or "")


def addresses(app: Flask, chosen: Callable[[Route], bool]) -> frozenset[str]:
    """The addresses of the routes that are `chosen`, each up to its first variable part: `/about`, `/doc/`."""
    known = table(app)
    return frozenset(
        rule.rule.partition("<")[0]
        for rule in app.url_map.iter_rules()
        if rule.endpoint in known and chosen(known[rule.endpoint])
    )
