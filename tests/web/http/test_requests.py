"""web/http/requests.py: one form of a request, and who asks."""

from __future__ import annotations

from typing import Any

import pytest

from atlas_ld.config import Settings
from atlas_ld.web.http.requests import ENVIRON, Request, RequestReader, counted


def read(*fields: tuple[str, str], peer: str = "192.0.2.1", **settings: int) -> Request:
    return Request.read("GET", "http", "/", "", fields, peer, Settings(**settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("forwarded", "proxies", "client"),
    [
        (None, 0, "192.0.2.1"),
        ("198.51.100.7", 0, "192.0.2.1"),
        ("203.0.113.9, 198.51.100.7", 1, "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7", 2, "203.0.113.9"),
        ("198.51.100.7", 2, "192.0.2.1"),  # one of the proxies has said nothing, so it may be anybody's word
        ("not an address", 1, "not an address"),
    ],
)
def test_the_client_is_who_the_outermost_trusted_proxy_saw(forwarded: str | None, proxies: int, client: str) -> None:
    fields = [("x-forwarded-for", forwarded)] if forwarded else []
    found = read(*fields, trusted_proxies=proxies)
    assert found.client == client
    assert found.environ()["REMOTE_ADDR"] == client, "and the site is told the same"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::2:3", "2001:db8::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unix", "unix"),
        ("x" * 500, "x" * 64),
    ],
)
def test_a_request_counts_for_its_network(address: str, name: str) -> None:
    assert counted(address) == name


def test_a_name_with_an_underscore_passes_for_no_other() -> None:
    found = read(("accept_encoding", "br"), ("x_forwarded_proto", "https"), trusted_proxies=1)
    assert found.fields == {}
    assert found.scheme == "http"
    assert "HTTP_ACCEPT_ENCODING" not in found.environ()


def test_fields_that_come_twice_are_joined_and_the_first_host_counts() -> None:
    found = read(
        ("accept", "text/csv"), ("accept", "*/*"), ("host", "a"), ("host", "b"), ("cookie", "a=1"), ("cookie", "b=2")
    )
    assert found.fields == {"accept": "text/csv, */*", "host": "a", "cookie": "a=1; b=2"}


@pytest.mark.parametrize(
    ("given", "believed", "prefix"),
    [
        ("/atlas", 0, ""),
        ("/atlas", 1, "/atlas"),
        ("/atlas/", 1, "/atlas"),
        ("/a/b", 1, "/a/b"),
        ("//evil.example", 1, ""),
        ("/\\evil.example", 1, ""),
        ("https://evil.example", 1, ""),
        ("atlas", 1, ""),
        ("/a//b", 1, ""),
        ("", 1, ""),
    ],
)
def test_a_prefix_is_believed_by_a_setting_of_its_own_and_is_a_path(given: str, believed: int, prefix: str) -> None:
    assert read(("x-forwarded-prefix", given), trusted_proxies=1, trusted_prefix=believed).prefix == prefix
    assert read(("x-forwarded-prefix", given), trusted_prefix=1).prefix == "", "of nobody but a trusted proxy"


def test_a_request_is_the_same_through_any_server() -> None:
    fields = [("host", "a.example"), ("accept", "text/turtle"), ("content-type", "text/plain"), ("content-length", "3")]
    ours = Request.read("POST", "https", "/x", "a=b", fields, "192.0.2.1", Settings())
    assert Request.from_environ(ours.environ(), Settings()) == ours


def test_the_site_gets_the_one_form_and_nothing_that_was_left_out() -> None:
    got: list[dict[str, Any]] = []

    def site(environ: dict[str, Any], start_response: object) -> list[bytes]:
        got.append(environ)
        return []

    raw = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "http", "REMOTE_ADDR": "192.0.2.1",
        "HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_FORWARDED_PREFIX": "//evil.example", "SERVER_NAME": "x",
    }  # fmt: skip
    RequestReader(site, Settings(trusted_proxies=1))(raw, print)
    RequestReader(site, Settings())(got[0], print)
    assert got[0]["REMOTE_ADDR"] == "203.0.113.9"
    assert got[0]["SCRIPT_NAME"] == ""
    assert got[1] is got[0], "it is read once"
    assert got[0][ENVIRON].client == "203.0.113.9"
