"""web/rendering/urls.py: addresses that are built without the router are those that the router would build."""

from __future__ import annotations

import flask
import pytest
from flask import Flask

from atlas_ld.web.rendering import urls


@pytest.mark.parametrize("asked", ["/about", "/about?lang=en"])
@pytest.mark.parametrize("mounted", ["", "/atlas"])
def test_addresses_are_those_of_the_router(demonstration_site: Flask, asked: str, mounted: str) -> None:
    with demonstration_site.test_request_context(asked, environ_overrides={"SCRIPT_NAME": mounted}):
        demonstration_site.preprocess_request()
        for key in ("crea-ocean-2010", "a.b_c--d", "é ?"):
            for extension in ("", "ttl"):
                name = f"{key}.{extension}" if extension else key
                for anchor in ("", "participation-1", "a b"):
                    routed = flask.url_for("documents.document", kind="theme", name=name, _anchor=anchor or None)
                    assert urls.document("theme", key, extension, anchor) == routed
                routed = flask.url_for("documents.document", kind="theme", name=name, lang=None)
                assert urls.document("theme", key, extension, data=True) == routed
        query = 'SELECT * { ?s ?p "é/&+#" }'
        assert urls.sparql(query) == flask.url_for("sparql.endpoint", query=query)
        for _ in range(2):
            assert urls.url_for("lists.territories", used="yes") == flask.url_for("lists.territories", used="yes")
            assert urls.url_for("maps.page", lang=None) == flask.url_for("maps.page", lang=None)


def test_one_request_leaves_nothing_to_the_next(demonstration_site: Flask) -> None:
    client = demonstration_site.test_client()
    plain = client.get("/about").text
    assert "lang=en" in client.get("/about?lang=en").text
    assert client.get("/about").text == plain


@pytest.mark.parametrize(
    ("address", "parameters", "expected"),
    [
        ("/x", [], "/x"),
        ("/x", [("q", None)], "/x"),
        ("/x", [("q", "eau"), ("page", 2)], "/x?q=eau&page=2"),
        ("/x?lang=en", [("q", "eau & sel")], "/x?lang=en&q=eau+%26+sel"),
        ("/x?lang=en#y", [("q", "é")], "/x?lang=en&q=%C3%A9#y"),
        ("/x#y", [("q", "1")], "/x?q=1#y"),
    ],
)
def test_parameters_come_after_those_that_an_address_has(
    address: str, parameters: list[tuple[str, str | int | None]], expected: str
) -> None:
    assert urls.with_parameters(address, parameters) == expected
