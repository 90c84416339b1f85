"""/api describes what there is, and nothing that it describes makes the server fail."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from atlas_ld.web.pages.api import addresses

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = {"kind": "partnership", "key": "crea-ocean-2010", "name": "crea-ocean-2010"}


@pytest.fixture
def description(demonstration_client: FlaskClient) -> dict[str, Any]:
    return dict(json.loads(demonstration_client.get("/api").data))


def test_every_route_is_described(demonstration_site: Flask, description: dict[str, Any]) -> None:
    addresses = {rule.rule for rule in demonstration_site.url_map.iter_rules() if rule.endpoint != "static"}
    assert len(description["paths"]) >= len(addresses)
    assert all(path in description["paths"] for path in addresses if "<" not in path)


def test_every_operation_has_a_name_of_its_own(description: dict[str, Any]) -> None:
    names = [operation["operationId"] for path in description["paths"].values() for operation in path.values()]
    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    text = json.dumps(description)
    for name in description["components"]["parameters"]:
        assert f"#/components/parameters/{name}" in text
    parameters = [p for path in description["paths"].values() for op in path.values() for p in op["parameters"]]
    references = {p["$ref"].rpartition("/")[2] for p in parameters if "$ref" in p}
    assert references <= description["components"]["parameters"].keys()


def test_every_format_that_is_described_is_answered(demonstration_site: Flask, description: dict[str, Any]) -> None:
    """Of the routes whose address has no parts but those of an entity; SPARQL results and previews need more."""
    client, wrong = demonstration_site.test_client(), []
    for path, operations in description["paths"].items():
        content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        parts = names(operations)
        if path.startswith(("/sparql", "/cite", "/queries", "/reconcile/")) or (parts and "kind" not in parts):
            continue
        address = path.format(**{name: EXAMPLES[name] for name in parts})
        for media_type in content:
            answer = client.get(address, headers={"Accept": media_type})
            if answer.status_code != 200 or answer.mimetype != media_type:
                wrong.append((address, media_type, answer.status_code, answer.mimetype))
    assert wrong == []


def names(operations: dict[str, Any]) -> list[str]:
    parameters = operations.get("get", {}).get("parameters", ())
    return [p["name"] for p in parameters if p.get("in") == "path"]


def test_people_get_a_page_of_the_same_routes(demonstration_site: Flask) -> None:
    client = demonstration_site.test_client()
    for language in ("fr", "en"):
        text = client.get("/api", headers={"Accept": "text/html", "Accept-Language": language}).get_data(as_text=True)
        with demonstration_site.test_request_context():
            assert all(address.path in text for address in addresses())


def test_no_request_that_is_described_makes_the_server_fail(demonstration_site: Flask) -> None:
    """A few requests for each operation, made by schemathesis, right and wrong ones."""
    api = schemathesis.openapi.from_wsgi("/api.json", demonstration_site)
    operations = [found.ok() for found in api.get_all_operations()]
    assert len(operations) > 40
    for operation in operations:

        @settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def fails_nowhere(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

        fails_nowhere()
