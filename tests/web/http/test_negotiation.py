"""An address that is negotiated and its twins with an extension say the same."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_options_header

from atlas_ld.media import CSV, DOCUMENT_FORMATS, HTML, LINKSET_FORMATS, OPENAPI, RDF_FORMATS, TURTLE, Format
from atlas_ld.web.http.negotiation import split_extension

NEGOTIATED: dict[str, tuple[Format, ...]] = {
    "/": RDF_FORMATS,
    "/catalog": RDF_FORMATS,
    "/.well-known/void": RDF_FORMATS,
    "/ontology": (HTML, *RDF_FORMATS),
    "/shapes": (HTML, *RDF_FORMATS),
    "/linkset": LINKSET_FORMATS,
    "/linkset/partnership/bare": LINKSET_FORMATS,
    "/queries/": (HTML, *RDF_FORMATS),
    "/queries/partnerships-by-country": (HTML,),
    "/api": (HTML, OPENAPI),
    "/doc/partnership/bare": DOCUMENT_FORMATS,
}
EVERY = [pytest.param(path, f, id=f"{path} {f.name}") for path, formats in NEGOTIATED.items() for f in formats]


@pytest.mark.parametrize(("path", "format_"), EVERY)
def test_content_location_leads_to_the_same_in_a_fixed_format(client: FlaskClient, path: str, format_: Format) -> None:
    found = client.get(path, headers={"Accept": format_.media_type, "Accept-Language": "en"})
    assert (found.status_code, found.mimetype) == (200, format_.media_type)
    assert "Accept" in [name.strip() for name in found.headers["Vary"].split(",")]
    twin = client.get(found.headers["Content-Location"], headers={"Accept": "image/png", "Accept-Language": "en"})
    assert (twin.status_code, twin.mimetype) == (200, format_.media_type)
    assert "Accept" not in [name.strip() for name in twin.headers.get("Vary", "").split(",")]
    if format_ is not HTML:  # a page names its own address
        assert twin.data == found.data


@pytest.mark.parametrize("path", NEGOTIATED)
def test_406_tells_what_there_is_and_each_of_it_is_there(client: FlaskClient, path: str) -> None:
    refused = client.get(path, headers={"Accept": "image/png"})
    assert refused.status_code == 406
    alternatives = refused.get_json(force=True)["alternatives"]
    assert {one["type"] for one in alternatives} >= {format_.media_type for format_ in NEGOTIATED[path]}
    for one in alternatives:
        found = client.get(one["href"], headers={"Accept": one["type"]}, follow_redirects=True)
        assert (found.status_code, parse_options_header(found.content_type)[0]) == (200, one["type"])


def test_an_extension_that_is_not_offered_is_404(client: FlaskClient) -> None:
    for address in ("/catalog.html", "/ontology.csv", "/linkset.ttl", "/api.yaml", "/queries.csv", "/partnerships.ttl"):
        assert client.get(address, headers={"Accept": "*/*"}).status_code == 404


def test_keys_may_have_dots() -> None:
    assert split_extension("a.ttl", DOCUMENT_FORMATS) == ("a", TURTLE)
    assert split_extension("a.ttl", DOCUMENT_FORMATS, lambda stem: stem != "a") == ("a.ttl", None)
    assert split_extension("a.ttl.csv", DOCUMENT_FORMATS, lambda stem: stem == "a.ttl") == ("a.ttl", CSV)
    assert split_extension("a.png", DOCUMENT_FORMATS) == ("a.png", None)
    assert split_extension(".ttl", DOCUMENT_FORMATS) == (".ttl", None)
