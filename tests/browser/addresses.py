"""One address of each kind of page, for the checks that every page must pass."""

from __future__ import annotations

PAGES = (
    "/",
    "/partnerships",
    "/territories",
    "/organisations",
    "/themes",
    "/funding",
    "/doc/partnership/crea-ocean-2010",
    "/doc/territory/country-ca",
    "/doc/organisation/242900314",
    "/doc/theme/economie-durable",
    "/search",
    "/search?q=eau",
    "/search?q=eau&kind=partnership",
    "/search?q=zzzz",
    "/sparql",
    "/sparql?format=html&query=SELECT%20*%20WHERE%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%203",
    "/sparql?format=html&query=SELECT%20*%20WHERE%20%7B",
    "/explore",
    "/explore?class=Partnership&field=startYear&test=is&value=x&count=",
    "/about",
    "/about/accessibility",
    "/about/licences",
    "/about/privacy",
    "/model",
    "/model/Partnership",
    "/model/Concept",
    "/releases/compare",
    "/quality",
    "/releases",
    "/download/",
    "/ontology",
    "/shapes",
    "/nothing-here",
)


def in_language(address: str, language: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"
