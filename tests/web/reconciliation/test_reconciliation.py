"""/reconcile: answers that the specification's schemas accept, right matches, bounds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from atlas_ld.web.reconciliation import candidates, views

SCHEMAS = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "interop" / "reconcile" / "0.2" / "schemas"
BREST, QUEBEC = "territory/commune-29019", "territory/country-ca"


@pytest.fixture
def client(demonstration_site: Flask) -> FlaskClient:
    return demonstration_site.test_client()


def ask(client: FlaskClient, **queries: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    answer = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    return {name: one["result"] for name, one in answer.get_json().items()}


def one(client: FlaskClient, query: str, **more: Any) -> list[dict[str, Any]]:
    return ask(client, q={"query": query, **more})["q"]


def validate(name: str, answer: Any) -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("the reference schemas are not beside this checkout")
    schemas = {path.name: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.json")}
    known = [(schema["$id"], Resource(schema, DRAFT7)) for schema in schemas.values()]
    resolver = Registry().with_resources(known)
    jsonschema.Draft7Validator(schemas[f"{name}.json"], registry=resolver).validate(answer)


def test_the_manifest_says_what_there_is(client: FlaskClient) -> None:
    manifest = client.get("/reconcile").get_json()
    assert manifest["view"]["url"] == "http://localhost:8000/id/{{id}}"
    assert {one["id"] for one in manifest["defaultTypes"]} == {"territory", "country", "organisation", "theme", "post"}
    validate("manifest", manifest)


def test_every_address_of_the_manifest_answers(client: FlaskClient) -> None:
    manifest = client.get("/reconcile").get_json()
    suggest = manifest["suggest"]
    paths = [f"/reconcile{suggest[kind]['service_path']}?prefix=b" for kind in suggest]
    paths += [f"/reconcile{manifest['extend']['propose_properties']['service_path']}?type=territory"]
    paths += ["/reconcile" + suggest["entity"]["flyout_service_path"].replace("${id}", BREST)]
    paths += [manifest["preview"]["url"].replace("http://localhost:8000", "").replace("{{id}}", BREST)]
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


@pytest.mark.parametrize(
    ("name", "type_", "id_"),
    [
        ("Brest", "territory", BREST),
        ("BREST", "territory", BREST),
        ("brést ", "territory", BREST),
        ("Canada", "country", QUEBEC),
        ("Commune de Brest", "organisation", "organisation/212900195"),
        ("Ville de Brest", "organisation", "organisation/212900195"),
        ("Mairie de Brest", "organisation", "organisation/212900195"),
        ("Brest métropole", "organisation", "organisation/242900314"),
        ("http://localhost:8000/id/territory/commune-29019", "territory", BREST),
    ],
)
def test_a_name_that_one_entity_alone_has_is_a_match(client: FlaskClient, name: str, type_: str, id_: str) -> None:
    first, *others = one(client, name, type=type_)
    assert (first["id"], first["match"]) == (id_, True)
    assert not any(other["match"] for other in others)


@pytest.mark.parametrize("name", ["Bresk", "Breste", "Brset", "Saint", "", "?", "Brest métropole océane du Sud"])
def test_a_name_that_is_only_alike_is_never_a_match(client: FlaskClient, name: str) -> None:
    assert not any(candidate["match"] for candidate in one(client, name))


def test_what_is_alike_is_proposed(client: FlaskClient) -> None:
    assert BREST in [candidate["id"] for candidate in one(client, "Breste", type="territory")]


def test_a_name_of_things_of_two_types_is_no_match_until_a_type_is_chosen(client: FlaskClient) -> None:
    assert not any(candidate["match"] for candidate in one(client, "Brest"))
    assert one(client, "Brest", type=["territory"])[0]["match"]


def test_the_country_tells_namesakes_apart(client: FlaskClient) -> None:
    right = one(client, "Brest", type="territory", properties=[{"pid": "country", "v": "France"}])
    wrong = one(client, "Brest", type="territory", properties=[{"pid": "country", "v": {"id": QUEBEC}}])
    assert (right[0]["id"], right[0]["match"]) == (BREST, True)
    assert not any(candidate["match"] for candidate in wrong)


def test_every_answer_is_accepted_by_the_schemas(client: FlaskClient) -> None:
    names = {f"q{n}": {"query": name, "limit": 3} for n, name in enumerate(("Brest", "Canada", "nothing like it", ""))}
    validate("reconciliation-result-batch", client.post("/reconcile", data={"queries": json.dumps(names)}).get_json())
    asked = {
        "ids": [BREST, "territory/none"],
        "properties": [{"id": p} for p in ("inseeCode", "country", "population", "x")],
    }
    extended = client.post("/reconcile", data={"extend": json.dumps(asked)}).get_json()
    validate("data-extension-response", extended)
    validate("suggest-entities-response", client.get("/reconcile/suggest/entity?prefix=bre").get_json())
    validate("suggest-types-response", client.get("/reconcile/suggest/type?prefix=t").get_json())
    validate("suggest-properties-response", client.get("/reconcile/suggest/property?prefix=c").get_json())
    validate("data-extension-property-proposal", client.get("/reconcile/properties?type=territory").get_json())


def test_values_of_properties_are_added(client: FlaskClient) -> None:
    asked = {"ids": [BREST, "territory/none"], "properties": [{"id": p} for p in ("inseeCode", "country", "nothing")]}
    found = client.post("/reconcile?lang=en", data={"extend": json.dumps(asked)}).get_json()
    assert found["rows"][BREST]["inseeCode"] == [{"str": "29019"}]
    assert found["rows"][BREST]["country"] == [{"id": "territory/country-fr", "name": "France"}]
    assert found["rows"][BREST]["nothing"] == []
    assert found["rows"]["territory/none"] == {"inseeCode": [], "country": [], "nothing": []}
    assert [one["id"] for one in found["meta"]] == ["inseeCode", "country", "nothing"]


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("queries", "{", 400),
        ("queries", "[]", 400),
        ("queries", '{"q": 1}', 400),
        ("queries", '{"q": {"query": []}}', 400),
        ("queries", '{"q": {"query": "x", "properties": [{"v": 1}]}}', 400),
        ("queries", "[" * 50_000, 400),
        ("queries", json.dumps({str(n): {"query": "x"} for n in range(10_000)}), 413),
        ("extend", "{}", 400),
        ("extend", json.dumps({"ids": ["x"] * 501, "properties": []}), 413),
    ],
)
def test_what_is_malformed_or_too_much_is_a_sentence(client: FlaskClient, field: str, value: str, status: int) -> None:
    answer = client.post("/reconcile", data={field: value})
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["detail"]


@pytest.mark.parametrize("limit", [1_000_000, -5, 0, 2.5, float("1e300")])
def test_a_limit_is_kept_within_bounds(client: FlaskClient, limit: float) -> None:
    assert 1 <= len(one(client, "saint", limit=limit)) <= 20


def test_a_type_that_is_not_known_finds_nothing(client: FlaskClient) -> None:
    assert one(client, "Brest", type="Q515") == []


def test_the_preview_may_be_framed_by_others_and_may_do_nothing(client: FlaskClient) -> None:
    answer = client.get(f"/reconcile/preview?id={BREST}")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert client.get("/reconcile/preview?id=territory/none").status_code == 404
    assert "frame-ancestors 'none'" in client.get("/").headers["Content-Security-Policy"]


def test_old_clients_ask_by_a_callback(client: FlaskClient) -> None:
    answer = client.get("/reconcile?callback=jsonp.one")
    assert answer.text.startswith("/**/jsonp.one({")
    assert answer.mimetype == "text/javascript"
    assert client.get("/reconcile?callback=alert(1)//").status_code == 400


def test_scripts_of_other_sites_may_ask(client: FlaskClient) -> None:
    assert client.get("/reconcile").headers["Access-Control-Allow-Origin"] == "*"


def test_a_type_that_is_named_again_and_again_is_looked_through_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[candidates.Wanted] = []
    monkeypatch.setattr(views, "find", lambda _, wanted: asked.append(wanted) or [])
    one(client, "Brest", type=["territory", "organisation"] * 1000)
    assert asked[0].types == ("territory", "organisation")


def test_a_batch_that_takes_too_much_work_is_refused(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_MOST_SECONDS", -1.0)
    answer = client.post("/reconcile", data={"queries": json.dumps({"q": {"query": "Brest"}})})
    assert answer.status_code == 413
