"""Queries that are answered in the server's loop get the site's own answers: status, header fields and bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

from atlas_ld.media import RDF_FORMATS, RESULT_FORMATS
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.web.sparql.quick import QuickQueries

ROWS = "SELECT ?p ?t { ?p dct:title ?t } ORDER BY ?p ?t LIMIT 40"
GRAPH = "CONSTRUCT { ?p a ?c } WHERE { ?p a ?c } LIMIT 3"
QUERIES = (ROWS, GRAPH, "ASK { }", "DESCRIBE <none>")
MEDIA = tuple(format_.media_type for format_ in (*RESULT_FORMATS, *RDF_FORMATS))
ACCEPTS = (None, "*/*", "application/json", "application/sparql-results+json, text/turtle;q=0.9", *MEDIA)
FORM, QUERY = "application/x-www-form-urlencoded", "application/sparql-query"
OWN_ID = {"x-request-id": "test-0001"}

Request = tuple[str, str, dict[str, str], bytes]
"""Method, what stands after `?`, header fields, body."""
Answer = tuple[int, list[tuple[str, str]], bytes]


class Loop:
    """A site's queries in a loop of the test's own."""

    def __init__(self, site: Flask) -> None:
        publication = site.extensions["atlas"]
        self._runner = asyncio.Runner()
        self.quick = QuickQueries(publication.pool, publication.settings, publication.iris.base)
        publication.pool.run(QueryRequest("ASK { }")).close()  # now there is a worker

    def answer(self, request: Request) -> Answer | None:
        return self._runner.run(self._answer(*request))

    async def _answer(self, method: str, address: str, fields: dict[str, str], body: bytes) -> Answer | None:
        asked = self.quick.read(method, "http", address, list({**OWN_ID, **fields}.items()), body)
        begun = asked and self.quick.begin(asked, "127.0.0.1")
        if not asked or not begun:
            return None
        await begun.settled
        found = self.quick.answer(asked, begun, "127.0.0.1")
        self.quick.drop(begun)
        return found and (found[0], sorted(found[1]), found[2])

    def close(self) -> None:
        self._runner.close()


@pytest.fixture
def loop(demonstration_site: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    monkeypatch.setattr("atlas_ld.sparql.beginning.SECONDS", 30.0)  # however busy the machine is
    publication = Loop(demonstration_site)
    yield publication
    publication.close()


def of_site(site: Flask, request: Request) -> Answer:
    method, address, fields, body = request
    headers = {**OWN_ID, **{name: value for name, value in fields.items() if name != "content-type"}}
    environ = EnvironBuilder(
        f"/sparql?{address}", method=method, headers=headers, data=body, content_type=fields.get("content-type")
    ).get_environ()
    response = site.test_client().open(environ)
    return response.status_code, sorted((n.lower(), v) for n, v in response.headers.items()), response.data


def given(**fields: str | None) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in fields.items() if value is not None}


PLAIN: tuple[Request, ...] = (
    *(
        ("GET", urlencode({"query": query}), given(accept=accept), b"")
        for query, accept in product(QUERIES, ACCEPTS)
        if not (query == GRAPH and accept in MEDIA[:4]) and not (query == ROWS and accept in MEDIA[4:])
        if not (query[0] == "D" and accept in MEDIA[:4]) and not (query[0] == "A" and accept in MEDIA[4:])
    ),
    *(("GET", urlencode({"query": ROWS}), given(accept_encoding=coding), b"") for coding in ("gzip", "br, zstd;q=0.5")),
    *(("GET", urlencode({"query": ROWS, "format": name}), given(accept="*/*"), b"") for name in ("csv", "json", "xml")),
    ("GET", urlencode({"query": ROWS, "output": "json", "a": "%", "format": ""}), {}, b""),
    ("GET", urlencode({"query": ROWS, "timeout": "3", "default-graph-uri": "http://none.example/"}), {}, b""),
    ("POST", "", given(content_type=FORM), urlencode({"query": ROWS, "format": "tsv"}).encode()),
    ("POST", "format=csv", given(content_type=f"{FORM}; charset=UTF-8"), urlencode({"query": ROWS}).encode()),
    ("POST", "", given(content_type=QUERY, accept_encoding="gzip"), ROWS.encode()),
    ("POST", "", given(content_type=f"{QUERY}; charset=utf-8", if_none_match="*"), ROWS.encode()),
    ("QUERY", "", given(content_type=QUERY), "ASK { # é\n}".encode()),
)


@pytest.mark.parametrize("request_", PLAIN, ids=lambda request: f"{request[0]} {request[1][:60]} {request[2]}")
def test_the_answer_is_that_of_the_site(demonstration_site: Flask, loop: Loop, request_: Request) -> None:
    found = loop.answer(request_)
    assert found == of_site(demonstration_site, request_)
    assert found[0] == 200
    again = loop.answer(request_)
    assert again == found, "kept, it is the same"


@pytest.mark.parametrize("coding", [None, "gzip"])
@pytest.mark.parametrize("accept", [None, "text/csv"])
def test_what_the_client_holds_is_not_sent_again(
    demonstration_site: Flask, loop: Loop, coding: str | None, accept: str | None
) -> None:
    fields = given(accept=accept, accept_encoding=coding)
    whole = loop.answer(("GET", urlencode({"query": ROWS}), fields, b""))
    assert whole is not None
    for tag in (dict(whole[1])["etag"], "*", '"other"', f"W/{dict(whole[1])['etag']}"):
        request = ("GET", urlencode({"query": ROWS}), {**fields, "if-none-match": tag}, b"")
        found = loop.answer(request)
        assert found == of_site(demonstration_site, request)
        assert found[0] == (200 if tag == '"other"' else 304)


@pytest.mark.parametrize(
    "request_",
    [
        ("GET", "", {}, b""),
        ("GET", "query=", {}, b""),
        ("GET", urlencode({"query": ROWS}), {"accept": "text/html"}, b""),
        ("GET", urlencode({"query": ROWS}), {"accept": "text/html,application/xml;q=0.9,*/*;q=0.8"}, b""),
        ("GET", urlencode({"query": ROWS}), {"accept": "image/png"}, b""),
        ("GET", urlencode({"query": ROWS}), {"if-match": '"x"'}, b""),
        ("GET", urlencode({"query": ROWS, "format": "html"}), {}, b""),
        ("GET", urlencode({"query": ROWS, "update": "x"}), {}, b""),
        ("GET", urlencode({"query": ROWS, "timeout": "soon"}), {}, b""),
        ("GET", urlencode([("query", ROWS), ("query", ROWS)]), {}, b""),
        ("GET", urlencode({"query": "SELECT * { SERVICE <http://x/> { } }"}), {}, b""),
        ("GET", urlencode({"query": f"{ROWS} #{'x' * 20_000}"}), {}, b""),
        ("GET", urlencode({"query": "SELECT (RAND() AS ?x) { }"}), {}, b""),
        ("HEAD", urlencode({"query": ROWS}), {}, b""),
        ("OPTIONS", urlencode({"query": ROWS}), {}, b""),
        ("POST", "", {"content-type": "text/plain"}, ROWS.encode()),
        ("POST", "", {"content-type": QUERY}, b"\xff"),
    ],
)
def test_what_is_not_plain_is_left_to_the_site(loop: Loop, request_: Request) -> None:
    assert loop.answer(request_) is None


def test_an_error_is_told_by_the_site(loop: Loop) -> None:
    assert loop.answer(("GET", urlencode({"query": "SELECT *\n { ?s ?p }"}), {}, b"")) is None
    assert loop.answer(("GET", urlencode({"query": ROWS}), {"accept": "text/turtle"}, b"")) is None


@pytest.mark.parametrize(
    ("proxies", "forwarded", "secure"), [(0, "https", False), (1, "https", True), (1, "http", False)]
)
def test_a_trusted_proxy_tells_whether_the_client_speaks_tls(
    demonstration_site: Flask, proxies: int, forwarded: str, secure: bool
) -> None:
    publication = demonstration_site.extensions["atlas"]
    quick = QuickQueries(
        publication.pool, replace(publication.settings, trusted_proxies=proxies), publication.iris.base
    )
    asked = quick.read("GET", "http", urlencode({"query": ROWS}), [("x-forwarded-proto", forwarded)], b"")
    assert asked is not None
    assert (asked.scheme == "https") == secure
