"""Documents that are ready are the site's own answers: the same status, header fields and bytes, for every request."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, EnvironBuilder

from atlas_ld.config import Settings
from atlas_ld.web.http.requests import Request, RequestReader
from atlas_ld.web.server.response_cache import ResponseCache, kept_parameters

PARTNERSHIP = "/doc/partnership/crea-ocean-2010"
PATHS = (
    PARTNERSHIP,
    f"{PARTNERSHIP}.ttl",
    f"{PARTNERSHIP}.html",
    f"{PARTNERSHIP}.csv",
    f"{PARTNERSHIP}?lang=en",
    f"{PARTNERSHIP}?page=2",
    f"{PARTNERSHIP}?page=x",
    f"{PARTNERSHIP}/",
    "/id/partnership/crea-ocean-2010",
    "/id/partnership/crea-ocean-2010?lang=en",
    "/id/partnership/nothing",
    "/id/partnership/CREA-ocean-2010",
    "/id/nothing/at-all",
    "/doc/territory/country-ca",
    "/doc/territory/pays-é",
    "/about",
    "/",
    "/?lang=en",
    "/partnerships",
    "/partnerships/",
    "/partnerships?country=country-ca&sort=-year&lang=en",
    "/partnerships?q=%C3%A9cole",
    "/partnerships?page=99",
    "/partnerships?sort=nothing",
    "/map.json",
    "/search?q=eau",
    "/quality",
    "/quality/remarks?severity=warning",
    "/review",
    "/releases",
)
ACCEPTS = (None, "text/html", "text/turtle;q=0.5, application/ld+json", "application/json", "image/png", "*/*", "none")
LANGUAGES = (None, "en", "de, en;q=0.2, fr;q=0.3")
CODINGS = (None, "gzip", "br;q=0.1, zstd, identity;q=0")
OWN_ID = {"X-Request-ID": "test-0001"}  # else each answer has one of its own, in problems too

Answer = tuple[int, list[tuple[str, str]], bytes]


def plain_requests() -> list[tuple[str, str, dict[str, str]]]:
    """(method, address, header fields) without conditions: every mix of fields on one address, some on the others."""
    names = ("Accept", "Accept-Language", "Accept-Encoding")
    mixes = list(product(ACCEPTS, LANGUAGES, CODINGS))
    return [
        (method, path, {name: value for name, value in zip(names, mix, strict=True) if value is not None})
        for path in PATHS
        for mix in (mixes if path == PARTNERSHIP else mixes[::5])
        for method in ("GET", "HEAD")
    ]


def ask(application: Callable[..., Any], method: str, path: str, headers: dict[str, str]) -> Answer:
    environ = EnvironBuilder(path, method=method, headers=OWN_ID | headers).get_environ()
    response = Client(application).open(environ, buffered=True)  # closes what it read from
    fields = sorted((name.lower(), value) for name, value in response.headers.items())
    return response.status_code, fields, response.data


KEPT = {"/id/": frozenset({"lang"}), "/doc/": frozenset({"lang"}), "/themes": frozenset({"q", "sort", "lang"})}


def cached(site: Callable[..., Any], megabytes: float, settings: Settings | None = None) -> RequestReader:
    return RequestReader(ResponseCache(site, int(megabytes * 2**20), KEPT), settings or Settings())


@pytest.fixture
def ready(demonstration_site: Flask) -> RequestReader:
    cache = ResponseCache(demonstration_site.wsgi_app, 64 * 2**20, kept_parameters(demonstration_site))
    return RequestReader(cache, Settings())


def test_answers_are_those_of_the_site_the_first_time_and_every_time(
    demonstration_site: Flask, ready: RequestReader
) -> None:
    for request in plain_requests():
        expected = ask(demonstration_site.wsgi_app, *request)
        assert ask(ready, *request) == expected, request
        assert ask(ready, *request) == expected, request


@pytest.mark.parametrize("path", [PARTNERSHIP, f"{PARTNERSHIP}.ttl", "/id/partnership/crea-ocean-2010"])
@pytest.mark.parametrize("coding", [None, "gzip", "zstd, br"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions_are_answered_as_the_site_does(
    demonstration_site: Flask, ready: RequestReader, path: str, coding: str | None, method: str
) -> None:
    accepted = {"Accept-Encoding": coding} if coding else {}
    fields = ask(ready, "GET", path, accepted)[1]
    known = dict(fields)
    tag = known.get("etag", '"none"')
    conditions = [
        {"If-None-Match": tag},
        {"If-None-Match": f"W/{tag}"},
        {"If-None-Match": f'"other", {tag}'},
        {"If-None-Match": '"other"'},
        {"If-None-Match": "*"},
        {"If-None-Match": ""},
        {"If-None-Match": '"other"', "If-Modified-Since": known.get("last-modified", "")},
        {"If-Modified-Since": known.get("last-modified", "")},
        {"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
        {"If-Match": '"other"'},
        {"If-Match": tag},
        {"If-Unmodified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"},
        {"Range": "bytes=0-10"},
    ]
    for condition in conditions:
        request = (method, path, accepted | condition)
        assert ask(ready, *request) == ask(demonstration_site.wsgi_app, *request), request


def http_cases() -> list[tuple[str, str, dict[str, str]]]:
    """Method, target and header fields of every row of http_cases.toml that asks for pages and data."""
    groups = tomllib.loads((Path(__file__).parents[1] / "http" / "http_cases.toml").read_text(encoding="utf-8"))[
        "group"
    ]
    rows = [(*("GET " + row[0]).split()[-2:], row[1]) for group in groups for row in group["rows"]]
    return [(method, target, headers) for method, target, headers in rows if not target.startswith("/sparql")]


def test_every_http_case_is_answered_the_same_with_and_without_ready_answers(
    demonstration_site: Flask, ready: RequestReader
) -> None:
    cases = http_cases()
    assert len(cases) > 120
    for method, target, headers in cases:
        plain = {name: value for name, value in headers.items() if "{" not in value}
        known = dict(ask(ready, "GET", target, plain)[1])
        zipped = dict(ask(ready, "GET", target, {**plain, "Accept-Encoding": "gzip"})[1])
        held = {"{tag}": known.get("etag"), "{date}": known.get("last-modified"), "{gzip-tag}": zipped.get("etag")}
        filled = dict(headers)
        for placeholder, value in held.items():
            filled = {name: text.replace(placeholder, value or "") for name, text in filled.items()}
        expected = ask(demonstration_site.wsgi_app, method, target, filled)
        assert ask(ready, method, target, filled) == expected, (method, target, filled)
        assert ask(ready, method, target, filled) == expected, (method, target, filled)


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "PUT", "DELETE", "TRACE", "PROPFIND"])
def test_other_methods_are_the_sites_own(demonstration_site: Flask, ready: RequestReader, method: str) -> None:
    ask(ready, "GET", PARTNERSHIP, {})
    assert ask(ready, method, PARTNERSHIP, {}) == ask(demonstration_site.wsgi_app, method, PARTNERSHIP, {})


class Site:
    """A site that counts what it is asked; each answer tells its number."""

    def __init__(self, status: str = "200 OK", **fields: str) -> None:
        self.asked, self._status = 0, status
        self._fields = {"Vary": "Accept, Accept-Language, Accept-Encoding", "ETag": '"tag"'} | {
            name.replace("_", "-"): value for name, value in fields.items()
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked += 1
        body = f"{self.asked}".encode() * 1000
        start_response(self._status, [*self._fields.items(), ("Content-Length", str(len(body)))])
        return [body]


def test_the_site_is_asked_once_for_the_same_choice() -> None:
    site = Site()
    ready = cached(site, 1)
    for accept in ("text/turtle", "text/turtle, */*;q=0.1", "text/turtle;q=0.9,text/html;q=0.2"):
        assert ask(ready, "GET", "/doc/theme/x", {"Accept": accept})[2] == b"1" * 1000
    assert ask(ready, "GET", "/doc/theme/x", {"Accept": "text/html"})[2] == b"2" * 1000


def test_a_page_is_kept_for_its_whole_address_and_what_accept_says() -> None:
    site = Site()
    ready = cached(site, 1)
    asked = [(f"/themes{query}", accept) for query in ("", "?q=a", "?q=b") for accept in ("text/html", "*/*")]
    for _ in range(2):
        for number, (path, accept) in enumerate(asked, start=1):
            assert ask(ready, "GET", path, {"Accept": accept})[2] == f"{number}".encode() * 1000


def test_every_answer_has_its_own_request_id_or_that_of_the_client() -> None:
    ready = cached(Site(X_Request_ID="first"), 1)
    client = Client(ready)
    client.get("/doc/theme/x")
    minted = [client.get("/doc/theme/x").headers["X-Request-ID"] for _ in range(2)]
    assert len({"first", *minted}) == 3
    assert client.get("/doc/theme/x", headers={"X-Request-ID": "client-0001"}).headers["X-Request-ID"] == "client-0001"
    assert client.get("/doc/theme/x", headers={"X-Request-ID": "no\tgood"}).headers["X-Request-ID"] != "no\tgood"


@pytest.mark.parametrize(
    ("site", "path", "headers"),
    [
        (Site("404 NOT FOUND"), "/doc/theme/x", {}),
        (Site("500 INTERNAL SERVER ERROR"), "/doc/theme/x", {}),
        (Site(Cache_Control="no-store"), "/doc/theme/x", {}),
        (Site(Set_Cookie="a=b"), "/doc/theme/x", {}),
        (Site(Vary="Accept, User-Agent"), "/doc/theme/x", {}),
        (Site(Vary="*"), "/doc/theme/x", {}),
        (Site(), "/releases", {}),
        (Site(), "/themes.csv", {}),
        (Site(), f"/themes?q={'x' * 9000}", {}),
        (Site(), "/doc/theme/x?page=2", {}),
        (Site(), "/doc/theme/é", {}),
        (Site(), "/doc/theme/x", {"Range": "bytes=0-1"}),
        (Site(), "/doc/theme/x", {"Authorization": "Basic eA=="}),
        (Site(), "/themes?q=a&other=1", {}),
        (Site(), "/themes?%71=a", {}),
    ],
)
def test_nothing_unusual_is_kept(site: Site, path: str, headers: dict[str, str]) -> None:
    ready = cached(site, 1)
    ask(ready, "GET", path, headers)
    ask(ready, "GET", path, headers)
    assert site.asked == 2


def test_the_least_recently_used_answers_give_way() -> None:
    site = Site()
    ready = cached(site, 0.04)
    for number in range(100):
        ask(ready, "GET", f"/doc/theme/{number}", {})
        assert ask(ready, "GET", "/doc/theme/0", {})[2] == b"1" * 1000
    assert site.asked == 100
    ask(ready, "GET", "/doc/theme/50", {})
    assert site.asked == 101


def test_what_a_trusted_proxy_says_is_part_of_the_choice() -> None:
    for proxies, asked in ((1, 2), (0, 1)):
        site = Site()
        ready = cached(site, 1, Settings(trusted_proxies=proxies))
        ask(ready, "GET", "/doc/theme/x", {})
        ask(ready, "GET", "/doc/theme/x", {"X-Forwarded-Proto": "https"})
        assert site.asked == asked


def test_one_header_does_not_poison_what_others_get(demonstration_site: Flask, ready: RequestReader) -> None:
    """granian passes names with `_` as they are; in an environ they would stand for those with `-`."""
    poison = {"Accept_Encoding": "br", "Accept_Language": "en", "X_Forwarded_Prefix": "//evil.example"}
    for path in (PARTNERSHIP, "/", "/partnerships"):
        fields = [(name.lower(), value) for name, value in poison.items()]
        request = Request.read("GET", "http", path, "", fields, "192.0.2.1", Settings(trusted_proxies=1))
        environ = EnvironBuilder(path, headers=OWN_ID).get_environ()
        Client(ready).open({**environ, **request.environ()}, buffered=True)
        assert ask(ready, "GET", path, {}) == ask(demonstration_site.wsgi_app, "GET", path, {})


def test_long_addresses_and_fields_count_in_the_bound() -> None:
    site = Site()
    ready = cached(site, 1)
    for number in range(100):
        ask(ready, "GET", f"/themes?q={number}{'x' * 7000}", {})
    for number in range(100):
        ask(ready, "GET", f"/themes?q={number}{'x' * 7000}", {})
    assert site.asked > 150
