"""A route says itself what others have to know of it."""

from __future__ import annotations

import pytest
from flask import Flask, Response, url_for

from atlas_ld.media import CSV, HTML, JSON
from atlas_ld.web.http.routes import Route, Routes, addresses, route_of, table


def test_a_route_that_does_not_say_what_it_is_for_is_refused() -> None:
    with pytest.raises(TypeError, match="fr"):
        Routes("some", __name__).get("/some", en="Something")


def test_every_route_of_the_site_is_declared(demonstration_site: Flask) -> None:
    endpoints = {rule.endpoint for rule in demonstration_site.url_map.iter_rules()}
    assert endpoints - {"static"} == table(demonstration_site).keys()


def test_a_route_with_pages_takes_their_language_and_one_of_data_alone_does_not() -> None:
    assert Route(fr="x", en="x", formats=(HTML, CSV)).takes_language
    assert not Route(fr="x", en="x", formats=(CSV,)).takes_language
    assert Route(fr="x", en="x", formats=(JSON,), parameters=("lang",)).takes_language


def test_links_keep_the_language_where_the_route_takes_it(demonstration_site: Flask) -> None:
    with demonstration_site.test_request_context("/?lang=en"):
        demonstration_site.preprocess_request()
        assert url_for("about.privacy") == "/about/privacy?lang=en"
        assert url_for("search.suggest") == "/search/suggest?lang=en"
        assert url_for("site.catalog_file", extension="ttl") == "/catalog.ttl"
        assert url_for("crawlers.sitemap") == "/sitemap.xml"
        assert url_for("maps.land") == "/map/world.svg"


def test_addresses_are_given_up_to_their_first_variable_part(demonstration_site: Flask) -> None:
    kept = addresses(demonstration_site, lambda route: route.kept)
    assert {"/", "/partnerships", "/map.json", "/doc/", "/id/"} <= kept
    assert "/about" not in kept
    assert addresses(demonstration_site, lambda route: route.queries) == {
        "/sparql", "/queries/", "/queries/saved", "/queries/saved/",
    }  # fmt: skip


def test_a_route_may_have_several_addresses_and_one_declaration() -> None:
    routes = Routes("two", __name__)

    @routes.get("/one", also=("/other",), fr="Un", en="One", formats=(JSON,))
    def view() -> Response:
        return Response(route_of("two.view").en)  # type: ignore[union-attr]

    app = Flask(__name__)
    app.register_blueprint(routes)
    assert [app.test_client().get(path).text for path in ("/one", "/other")] == ["One", "One"]
    assert list(table(app)) == ["two.view"]
