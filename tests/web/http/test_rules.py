"""The rules of HTTP by themselves: what the table of the live server shows only in part."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from werkzeug.http import http_date

from atlas_ld.web.http.compression import SMALLEST, encode, encode_stream, is_compressible
from atlas_ld.web.http.rules import (
    LONGEST_HEADER,
    MOST_HEADERS,
    Representation,
    acceptable_codings,
    byte_range,
    coded_tag,
    coding_for,
    common_headers,
    forwarded,
    merged,
    oversized,
    parse_date,
    precondition,
    reply,
    sane_request_id,
)

MOMENT = datetime(2026, 11, 23, 9, 0, 0, tzinfo=UTC)
LARGE = b"une coop\xc3\xa9ration, " * 500
TEXT = Representation("text/plain; charset=utf-8", tag="t", modified=MOMENT, vary=("Accept",), headers={"Link": "<x>"})


def never() -> bytes:
    raise AssertionError("written in vain")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, ["identity"]),
        ("", ["identity"]),
        ("gzip", ["gzip", "identity"]),
        ("x-gzip", ["gzip", "identity"]),
        ("gzip, br, zstd", ["zstd", "br", "gzip", "identity"]),
        ("gzip;q=0.9, br;q=0.3", ["gzip", "br", "identity"]),
        ("gzip;q=0", ["identity"]),
        ("identity;q=0, gzip", ["gzip"]),
        ("identity;q=0", ["identity"]),
        ("*;q=0", ["identity"]),
        ("*;q=0, br", ["br"]),
        ("*", ["zstd", "br", "gzip", "identity"]),
        ("identity, gzip;q=0.5", ["identity", "gzip"]),
        ("gzip;q=0.001", ["gzip", "identity"]),
        ("gzip;level=9", ["identity"]),
        ("gzip;q=high", ["identity"]),
    ],
)
def test_codings_follow_the_client_then_our_order(header: str | None, expected: list[str]) -> None:
    assert list(acceptable_codings(header)) == expected


def test_a_small_body_stays_plain_unless_that_is_refused() -> None:
    assert coding_for(("gzip", "identity"), SMALLEST - 1) == "identity"
    assert coding_for(("gzip", "identity"), SMALLEST) == "gzip"
    assert coding_for(("gzip",), 1) == "gzip"


@pytest.mark.parametrize(
    ("header", "strongly", "weakly"),
    [
        ('"t"', True, True),
        ('W/"t"', False, True),
        ('W/"a", "t"', True, True),
        ('"t", W/"a"', True, True),
        ('"a,b" , "t"', True, True),
        ('"t,u"', False, False),
        ('"a", "t,u"', False, False),
        ('""', False, False),
        ("", False, False),
        ('"t', False, False),
        ('t"', False, False),
        ('x"t"', False, False),
        ('"t" b', False, False),
        ('"a" b, "t"', True, True),
        (' "t" ', True, True),
        (" * ", True, True),
        ('"*"', False, False),
    ],
)
def test_entity_tags_are_read_as_they_are_written(header: str, strongly: bool, weakly: bool) -> None:
    assert (precondition("GET", {"If-Match": header}, "t", MOMENT)[0] == 200) == strongly
    assert (precondition("GET", {"If-None-Match": header}, "t", MOMENT)[0] == 304) == weakly


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("GET", {}, 200),
        ("GET", {"If-None-Match": '"t"'}, 304),
        ("HEAD", {"If-None-Match": '"t"'}, 304),
        ("POST", {"If-None-Match": '"t"'}, 412),
        ("POST", {"If-None-Match": "*"}, 412),
        ("GET", {"If-None-Match": 'W/"t"'}, 304),
        ("GET", {"If-Match": 'W/"t"'}, 412),
        ("GET", {"If-Match": '"t"', "If-None-Match": '"t"'}, 304),
        ("GET", {"If-Match": '"x"', "If-None-Match": '"t"'}, 412),
        ("GET", {"If-None-Match": '"x"', "If-Modified-Since": http_date(MOMENT)}, 200),
        ("GET", {"If-Modified-Since": http_date(MOMENT)}, 304),
        ("GET", {"If-Modified-Since": "Mon, 23 Nov 2026 08:59:59 GMT"}, 200),
        ("POST", {"If-Modified-Since": http_date(MOMENT)}, 200),
        ("GET", {"If-Unmodified-Since": "Mon, 23 Nov 2026 08:59:59 GMT"}, 412),
        ("GET", {"If-Match": "*", "If-Unmodified-Since": "Mon, 23 Nov 2026 08:59:59 GMT"}, 200),
    ],
)
def test_preconditions_are_evaluated_in_the_order_of_the_standard(
    method: str, headers: dict[str, str], expected: int
) -> None:
    assert precondition(method, headers, "t", MOMENT)[0] == expected


def test_nothing_is_written_for_a_client_that_holds_it() -> None:
    made = reply("GET", {"If-None-Match": '"t"'}, TEXT, never)
    assert (made.status, made.body) == (304, b"")
    assert dict(made.headers) == {
        "ETag": '"t"', "Vary": "Accept, Accept-Encoding", "Last-Modified": http_date(MOMENT), "Link": "<x>",
    }  # fmt: skip


@pytest.mark.parametrize("condition", [{"If-None-Match": "*"}, {"If-Modified-Since": http_date(MOMENT)}])
@pytest.mark.parametrize("body", [b"small", LARGE])
def test_the_tag_of_a_304_is_that_of_the_200_that_it_stands_for(condition: dict[str, str], body: bytes) -> None:
    whole = reply("GET", {"Accept-Encoding": "gzip"}, TEXT, lambda: body)
    spared = reply("GET", {"Accept-Encoding": "gzip"} | condition, TEXT, lambda: body)
    assert (spared.status, spared.headers["ETag"]) == (304, whole.headers["ETag"])


def test_the_plain_copy_stays_good_where_compression_would_be_chosen_now() -> None:
    made = reply("GET", {"Accept-Encoding": "gzip", "If-None-Match": '"t"'}, TEXT, never)
    assert (made.status, made.headers["ETag"]) == (304, '"t"')
    refused = {"Accept-Encoding": "gzip, identity;q=0", "If-None-Match": '"t"'}
    assert reply("GET", refused, TEXT, lambda: LARGE).status == 200


def test_head_is_get_without_the_body() -> None:
    get, head = (reply(method, {"Accept-Encoding": "br"}, TEXT, lambda: LARGE) for method in ("GET", "HEAD"))
    assert head.headers == get.headers
    assert head.headers["Content-Length"] == str(len(get.body))
    assert head.body == b""


def test_what_is_packed_already_is_left_alone() -> None:
    packed = Representation("application/gzip", tag="t", compressible=False)
    made = reply("GET", {"Accept-Encoding": "gzip"}, packed, lambda: LARGE)
    assert made.body == LARGE
    assert "Vary" not in made.headers
    assert not is_compressible("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    assert is_compressible("application/ld+json")
    assert is_compressible("text/turtle; charset=utf-8")


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_a_coding_gives_the_same_bytes_each_time_whole_or_in_chunks(coding: str) -> None:
    assert encode(LARGE, coding) == encode(LARGE, coding)
    assert b"".join(encode_stream([LARGE], coding)) == encode(LARGE, coding)
    assert len(encode(LARGE, coding)) < len(LARGE) / 10
    assert coded_tag("t", coding) != coded_tag("t", "identity")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=90-", slice(90, 100)),
        ("bytes=90-1000", slice(90, 100)),
        ("bytes=-10", slice(90, 100)),
        ("bytes=-1000", slice(0, 100)),
        ("BYTES=0-0", slice(0, 1)),
        ("bytes=9-0", None),
        ("bytes=0-1,3-4", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=٣-", None),
        ("items=0-1", None),
        ("", None),
        ("bytes", None),
        ("bytes=+1-2", None),
        ("bytes=1-2-3", None),
        (f"bytes={'9' * 5000}-", None),
    ],
)
def test_ranges_are_read_or_ignored(header: str, expected: slice | None) -> None:
    assert byte_range("GET", {"Range": header}, 100, "t", MOMENT) == expected
    assert byte_range("HEAD", {"Range": header}, 100, "t", MOMENT) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=1000-2000", "bytes=-0", "bytes = -000", f"bytes={'9' * 30}-"])
def test_a_range_outside_is_an_error(header: str) -> None:
    with pytest.raises(ValueError, match="outside"):
        byte_range("GET", {"Range": header}, 100, "t", MOMENT)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-9", "bytes=-5"])
def test_an_empty_file_has_no_part(header: str) -> None:
    with pytest.raises(ValueError, match="outside"):
        byte_range("GET", {"Range": header}, 0, "t", MOMENT)


@pytest.mark.parametrize(
    ("condition", "partial"),
    [('"t"', True), ('W/"t"', False), ('"x"', False), (http_date(MOMENT), True), ("yesterday", False)],
)
def test_a_range_goes_with_the_same_bytes_only(condition: str, partial: bool) -> None:
    found = byte_range("GET", {"Range": "bytes=0-9", "If-Range": condition}, 100, "t", MOMENT)
    assert (found is not None) == partial


@pytest.mark.parametrize(
    "header",
    [
        "",
        "yesterday",
        "Mon, 99 Nov 2026 09:00:00 GMT",
        "0",
        "Mon, 23 Nov 99999 00:00:00",
        "Mon, 23 Nov 99999999999999999999 00:00:00 GMT",
        "Mon, 23 Nov 2026 99999999999999999999:00:00 GMT",
        "Mon, 23 Nov 2026 09:00:00 +9999999999999",
    ],
)
def test_what_is_no_date_is_none(header: str) -> None:
    assert parse_date(header) is None


def test_dates_come_back() -> None:
    assert parse_date(http_date(MOMENT)) == MOMENT


def test_vary_names_each_header_once() -> None:
    assert merged("Accept, accept-encoding", "Accept-Encoding", "Origin") == "Accept, accept-encoding, Origin"
    assert merged(None, "Accept") == "Accept"


def test_browsers_are_told_to_insist_on_tls_over_tls_only() -> None:
    assert "Strict-Transport-Security" in common_headers("id", secure=True, hsts_seconds=1)
    assert "Strict-Transport-Security" not in common_headers("id", secure=False, hsts_seconds=1)
    assert "Strict-Transport-Security" not in common_headers("id", secure=True, hsts_seconds=0)


def test_requests_have_bounds() -> None:
    assert oversized(100, [("A", "b")]) is None
    assert oversized(101, [], longest=100) == 414
    assert oversized(1, [("A", "b" * LONGEST_HEADER)]) == 431
    assert oversized(1, [("A", "b" * (LONGEST_HEADER - 1))] * (MOST_HEADERS // LONGEST_HEADER + 1)) == 431


@pytest.mark.parametrize(
    ("given", "sane"), [("a1b2c3d4", True), ("a b c d e", False), ("short", False), ("-" * 9, False)]
)
def test_a_request_id_is_taken_if_it_is_sane(given: str, sane: bool) -> None:
    assert (sane_request_id(given) == given) == sane


@pytest.mark.parametrize(
    ("header", "proxies", "seen"),
    [
        ("https", 0, None),
        ("https", 1, "https"),
        ("http, https", 1, "https"),
        ("https , http", 2, "https"),
        ("https", 2, None),  # one of the proxies has said nothing, so the first value may be anybody's
        ("", 1, None),
        (None, 1, None),
    ],
)
def test_only_what_every_trusted_proxy_has_added_to_is_believed(
    header: str | None, proxies: int, seen: str | None
) -> None:
    assert forwarded(header, proxies) == seen
