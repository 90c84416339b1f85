"""Ten thousand requests that nobody would make: none of them is the server's fault."""

from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import quote, unquote_to_bytes

import pytest
from flask import Flask

EACH = 2500
SEED = 20261123

TYPES = (
    "text/html",
    "text/turtle",
    "application/ld+json",
    "application/json",
    "*/*",
    "text/*",
    "image/png",
    "*",
    "a/b",
)
PIECES = (
    ",", ";", "=", "/", "*", '"', "\\", " ", "\t", "q", "q=", "q=1.5", "q=-1", "q=0.5", "q=NaN", ";;", ",,", "é",
    "\u202e", "profile=http://x/y", 'charset="utf', "text", "html", "\x7f", "0", "level=1", "(", "[", "{{7*7}}", "%00",
    "\xa0",
)  # fmt: skip
CHARACTERS = "abzAZ09-._~%/?#[]@!$&'()*+,;=<>\"{}|\\^` \t\x01\x7fàéœ한\u0301\u202e\ufeff\U0001f600\ud800"
KINDS = (
    "partnership",
    "territory",
    "organisation",
    "funding",
    "theme",
    "code",
    "source",
    "post",
    "agreement",
    "nonsense",
)
KEYS = ("crea-ocean-2010", "commune-29019", "242900314", "commune-29096", "departement-20", "country-ca")
RIGHT = ("partnership/crea-ocean-2010", "territory/commune-29096", "territory/departement-20", "organisation/242900314")
PLACES = ("/id/", "/doc/", "/linkset/", "/cite/", "/download/", "/problems/", "/static/", "/queries/", "/", "/catalog.")
LISTS = ("/partnerships", "/territories", "/search", "/search/suggest", "/map.json", "/doc/territory/country-ca.ttl")
PARAMETERS = (
    "page",
    "q",
    "sort",
    "lang",
    "kind",
    "country",
    "region",
    "theme",
    "decade",
    "status",
    "format",
    "nonsense",
)
VALUES = ("", "0", "1", "-1", "2", "99999999999999999999", "²", "٣", "NaN", "title", "-amount", "fr", "xx", "é",
          "country-ca", "' OR 1=1 --", "*", "NEAR(a b)", '"', "AND", "a:b", "^x", "\x00", "%", "<script>", "{",
          "1970", "école brest")  # fmt: skip
FIELDS = ("Accept", "Accept-Language", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "Range", "If-Range",
          "If-Match", "X-Request-ID", "X-Forwarded-For", "Content-Type", "Origin", "Cookie", "Host")  # fmt: skip

Request = tuple[str, str, dict[str, str]]


def text(chance: random.Random, most: int) -> str:
    return "".join(chance.choice(CHARACTERS) for _ in range(chance.randrange(most)))


def header(value: str) -> str:
    """The value as a server can receive it: bytes, but no line feeds."""
    return value.encode("utf-8", "surrogatepass").decode("latin-1").replace("\x00", "")


def accept(chance: random.Random) -> Request:
    """Accept headers made of right and wrong pieces."""
    made = "".join(chance.choice((*TYPES, *PIECES)) for _ in range(chance.randrange(12)))
    return chance.choice(("HEAD", "GET")), "/id/partnership/crea-ocean-2010", {"Accept": header(made)}


def iri(chance: random.Random) -> Request:
    """Addresses of things: kinds and keys that exist, spoiled."""
    key = list(chance.choice((*KEYS, text(chance, 30))))
    for _ in range(chance.randrange(4)):
        key.insert(chance.randrange(len(key) + 1), chance.choice(CHARACTERS))
    ending = chance.choice(
        ("", "", ".ttl", ".TTL", ".html", ".txt", ".exe", "/", "//", "%", "%2", "%zz", "%E9", "%00", ".")
    )
    path = "".join(key)
    path = (
        quote(path.encode("utf-8", "surrogatepass"))
        if chance.random() < 0.8
        else path.replace("?", "").replace("#", "")
    )
    place = chance.choice(PLACES)
    kind = f"{chance.choice(KINDS)}/" if place in ("/id/", "/doc/", "/linkset/", "/cite/") else ""
    if chance.random() < 0.2:
        kind, path = "", chance.choice(RIGHT)
    return "HEAD", f"{place}{kind}{path}{ending}", {"Accept": chance.choice(TYPES)}


def query(chance: random.Random) -> Request:
    """Query strings of lists, of the search and of documents."""
    values = [chance.choice((*VALUES, text(chance, 12))) for _ in range(chance.randrange(5))]
    pairs = [f"{chance.choice(PARAMETERS)}={quote(value.encode('utf-8', 'surrogatepass'))}" for value in values]
    raw = header(text(chance, 10)) if chance.random() < 0.2 else ""
    return "HEAD", f"{chance.choice(LISTS)}?{'&'.join(pairs)}{raw}", {}


def fields(chance: random.Random) -> Request:
    """Every header that the site reads, with anything in it."""
    made = {
        chance.choice(FIELDS): header("".join(chance.choice((*PIECES, *VALUES, "bytes=", "0-9", 'W/"', "gzip", "GMT"))
                                              for _ in range(chance.randrange(8))))
        for _ in range(chance.randrange(1, 4))
    }  # fmt: skip
    if "Host" in made:
        made["Host"] = made["Host"].strip() or "x"
    method = chance.choice(("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "NONSENSE"))
    return (
        method,
        chance.choice(("/robots.txt", "/doc/territory/country-ca.nt", "/download/funding.csv", "/health")),
        made,
    )


@pytest.mark.parametrize("make", [accept, iri, query, fields], ids=lambda make: make.__name__)
def test_no_request_is_the_server_s_fault(demonstration_site: Flask, make: Callable[[random.Random], Request]) -> None:
    client, failed, seen = demonstration_site.test_client(), [], set()
    for number in range(EACH):
        chance = random.Random(SEED + number)
        method, target, headers = make(chance)
        # By PATH_INFO and QUERY_STRING, since the client would mend the address.
        path, _, query_string = target.partition("?")
        answer = client.open(
            method=method,
            environ_overrides={"PATH_INFO": unquote_to_bytes(path.encode("utf-8", "surrogatepass")).decode("latin-1")},
            query_string=query_string.encode("utf-8", "surrogatepass").decode("latin-1"),
            headers=headers,
        )
        seen.add(answer.status_code)
        if answer.status_code >= 500:
            failed.append((number, method, target, headers, answer.status_code))
    assert failed == []
    assert len(seen) > 1, "the requests differ too little"


def test_there_are_ten_thousand() -> None:
    assert 4 * EACH >= 10_000
