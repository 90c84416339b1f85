"""HTTP as clients meet it: the table http_cases.toml against the live server, and what a table cannot say."""

from __future__ import annotations

import gzip
import json
import time
import tomllib
import zlib
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

from tests.web.serving import Answer, Server

Row = tuple[str, dict[str, str], int, dict[str, str]]

CONDITIONS = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range")
OWN = {"date", "transfer-encoding"}
"""Headers that differ from one answer to the next, or that belong to a body."""

TURTLE = "/doc/partnership/crea-ocean-2010.ttl"


def cases() -> list[Any]:
    """Every row, with its claim and its number there as its name."""
    groups = tomllib.loads((Path(__file__).parent / "http_cases.toml").read_text(encoding="utf-8"))["group"]
    return [
        pytest.param(tuple(row), id=f"{group['claim']} ({number}: {row[0]})")
        for group in groups
        for number, row in enumerate(group["rows"], start=1)
    ]


def test_there_are_enough_cases() -> None:
    assert len(cases()) >= 120


@pytest.mark.parametrize("row", cases())
def test_the_server_owes_this(live: Server, row: Row) -> None:
    request, headers, status, expected = row
    method, _, target = request.rpartition(" ")
    method = method or "GET"
    conditional = any("{" in value for value in (*headers.values(), *expected.values()))
    values = held(live, target, headers) if conditional else {}
    # One id for all, since problems repeat it.
    sent = {"X-Request-ID": "of-the-table"} | {name: filled(value, values) for name, value in headers.items()}
    answer = live.ask(method, target, sent, b"" if method in ("POST", "PUT", "PATCH") else None)
    assert answer.status == status, answer
    for name, value in expected.items():
        assert_header(answer, name, filled(value, values))
    if status == 304:
        assert answer.body == b""
    if method in ("GET", "HEAD") and "Range" not in headers:
        other = live.ask("GET" if method == "HEAD" else "HEAD", target, sent)
        head, get = (answer, other) if method == "HEAD" else (other, answer)
        assert head.body == b""
        assert {k: v for k, v in head.headers.items() if k not in OWN} == {
            k: v for k, v in get.headers.items() if k not in OWN
        }


def held(live: Server, target: str, headers: dict[str, str]) -> dict[str, str]:
    """What a client that asked before knows: the tag, the date, and the tag in gzip."""
    plain = {name: value for name, value in headers.items() if name.lower() not in CONDITIONS}
    alone = {name: value for name, value in plain.items() if name.lower() != "accept-encoding"}
    first, packed = live.ask("GET", target, alone), live.ask("GET", target, alone | {"Accept-Encoding": "gzip"})
    return {
        "tag": first.headers["etag"],
        "date": first.headers.get("last-modified", ""),
        "gzip-tag": packed.headers["etag"],
    }


def filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def assert_header(answer: Answer, name: str, expected: str) -> None:
    found = answer.headers.get(name.lower())
    if expected == "!":
        assert found is None, f"{name}: {found}"
    elif expected == "*" and name != "Access-Control-Allow-Origin":
        assert found, name
    elif expected.startswith("~"):
        assert expected[1:] in (found or ""), f"{name}: {found}"
    else:
        assert found == expected, f"{name}: {found}"


def test_every_coding_holds_the_same_bytes(live: Server) -> None:
    plain = live.ask("GET", TURTLE).body
    decode = {
        "gzip": gzip.decompress,
        "br": brotli.decompress,
        "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
    }
    for coding, decoded in decode.items():
        packed = live.ask("GET", TURTLE, {"Accept-Encoding": coding}).body
        assert len(packed) < len(plain) / 2
        assert decoded(packed) == plain


def test_the_gzipped_file_is_the_plain_one_in_gzip(live: Server) -> None:
    plain, packed = (
        live.ask("GET", "/download/atlas.nt"),
        live.ask("GET", "/download/atlas.nt", {"Accept-Encoding": "gzip"}),
    )
    assert zlib.decompress(packed.body, 31) == plain.body
    assert packed.body == live.ask("GET", "/download/atlas.nt.gz").body


def test_a_file_in_pieces_is_the_file(live: Server) -> None:
    whole = live.ask("GET", "/download/atlas.nt").body
    pieces = [
        live.ask("GET", "/download/atlas.nt", {"Range": f"bytes={start}-{start + 99_999}"}).body
        for start in range(0, len(whole), 100_000)
    ]
    assert b"".join(pieces) == whole


def test_an_address_that_is_too_long_is_refused_but_a_query_may_be_long(live: Server) -> None:
    assert live.ask("GET", "/partnerships?q=" + "a" * 9000).status == 414
    assert live.ask("GET", "/sparql?" + "a" * 9000).status == 200


def test_headers_that_are_too_long_are_refused(live: Server) -> None:
    assert live.ask("GET", "/health", {"Accept": "a/b," * 3000}).status == 431
    assert live.ask("GET", "/health", {f"X-{n}": "a" * 900 for n in range(40)}).status == 431
    assert live.ask("GET", TURTLE, {"Accept": "a/b," * 3000}).status == 431


def test_the_log_has_a_line_for_each_request_and_nothing_personal(live: Server) -> None:
    secret = "0612345678@somebody.example"
    live.ask("GET", f"/search?q={secret}", {"X-Request-ID": "of-the-log-1", "X-Forwarded-For": "203.0.113.77"})
    live.ask(
        "GET", f"/id/organisation/{secret}", {"X-Request-ID": "of-the-log-2", "X-Forwarded-For": "2001:db8:1:2::3"}
    )
    wanted = {"of-the-log-1", "of-the-log-2"}
    for _ in range(50):
        text = live.log.read_text("utf-8")
        records = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        found = {record["id"]: record for record in records if record["id"] in wanted}
        if found.keys() == wanted:
            break
        time.sleep(0.1)
    one, two = found["of-the-log-1"], found["of-the-log-2"]
    assert (one["method"], one["path"], one["status"], one["network"]) == ("GET", "/search", 200, "203.0.113.0/24")
    assert (two["status"], two["network"]) == (404, "2001:db8:1::/48")
    assert one["query"]
    assert two["query"] is None
    assert "somebody" not in text
    assert "203.0.113.77" not in text


def test_a_problem_names_its_request_and_explains_itself(live: Server) -> None:
    answer = live.ask("GET", "/nothing", {"X-Request-ID": "of-the-problem"})
    told = json.loads(answer.body)
    assert told["request_id"] == "of-the-problem"
    page = live.ask("GET", told["type"].replace("http://localhost:8000", ""), {"Accept": "text/html"})
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("given", ["short", "with space in it", "é" * 9, "a" * 65, "<script>alert</script>"])
def test_a_request_id_that_is_not_sane_is_replaced(live: Server, given: str) -> None:
    answer = live.ask("GET", "/health", {"X-Request-ID": given.encode().decode("latin-1")})
    assert len(answer.headers["x-request-id"]) == 32
