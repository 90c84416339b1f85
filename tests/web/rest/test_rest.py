"""/api/v1: plain JSON that says what the triples say, in pages that leave nothing out."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from rdflib import Graph
from rdflib.compare import to_isomorphic

from atlas_ld.release.kinds import LISTS
from atlas_ld.release.layout import Release
from tests.web.serving import Server

ROOT = Path(__file__).parents[3]
SITE = "http://localhost:8000"


def asked(client: FlaskClient, address: str) -> dict[str, Any]:
    answer = client.get(address.removeprefix(SITE))
    assert (answer.status_code, answer.mimetype) == (200, "application/json"), (address, answer.text[:300])
    return dict(answer.json)  # type: ignore[call-overload]


def everything(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    """The items of every page."""
    found = []
    following: str | None = address
    while following:
        page = asked(client, following)
        found += page["items"]
        following = page["next"]
    return found


@pytest.fixture(scope="module")
def description(demonstration_site: Flask) -> dict[str, Any]:
    return dict(json.loads(demonstration_site.test_client().get("/api.json").data))


def validator(description: dict[str, Any], name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": description["components"]})


def test_the_lists_are_told_with_their_filters_and_fields(demonstration_client: FlaskClient) -> None:
    found = {entry["name"]: entry for entry in asked(demonstration_client, "/api/v1/")["lists"]}
    assert found.keys() == LISTS.keys()
    for name, entry in found.items():
        assert entry["total"] == asked(demonstration_client, entry["href"])["total"]
        assert set(entry["filters"]) == {"q", *(facet.name for facet in LISTS[name].facets)}
        assert asked(demonstration_client, f"{entry['href']}?fields={','.join(entry['fields'])}")["items"]


@pytest.mark.parametrize("name", LISTS)
def test_pages_hold_every_row_once_in_the_order_of_the_list(demonstration_client: FlaskClient, name: str) -> None:
    by_seven = [item["id"] for item in everything(demonstration_client, f"/api/v1/{name}?limit=7&fields=id")]
    whole = [item["id"] for item in everything(demonstration_client, f"/api/v1/{name}?limit=100")]
    exported = [row["iri"] for row in demonstration_client.get(f"/{name}.json").json["rows"]]  # type: ignore[index]
    assert by_seven == whole == exported
    assert len(set(whole)) == len(whole) == asked(demonstration_client, f"/api/v1/{name}")["total"]


@pytest.mark.parametrize("name", LISTS)
def test_the_json_is_as_described(demonstration_client: FlaskClient, description: dict[str, Any], name: str) -> None:
    page, item = (validator(description, f"{name.capitalize()}{part}") for part in ("Page", "Item"))
    found = asked(demonstration_client, f"/api/v1/{name}?limit=100")
    assert list(page.iter_errors(found)) == []
    for one in found["items"][:20]:
        path = f"/api/v1/{name}/{one['id'].rpartition('/')[2]}"
        resource = asked(demonstration_client, path)
        assert resource == one
        assert list(item.iter_errors(resource)) == []


def test_an_answer_that_lacks_its_fields_is_not_as_described(description: dict[str, Any]) -> None:
    assert list(validator(description, "PartnershipsItem").iter_errors({"title": "Sans identifiant"}))
    assert list(validator(description, "PartnershipsPage").iter_errors({"items": [], "total": -1}))


def test_the_example_of_the_description_is_an_answer(demonstration_client: FlaskClient, description: Any) -> None:
    for name in LISTS:
        content = description["paths"][f"/api/v1/{name}"]["get"]["responses"]["200"]["content"]["application/json"]
        assert content["example"]["items"]
        assert list(validator(description, f"{name.capitalize()}Page").iter_errors(content["example"])) == []
        key = content["example"]["items"][0]["id"].rpartition("/")[2]
        assert asked(demonstration_client, f"/api/v1/{name}/{key}")["id"] == content["example"]["items"][0]["id"]


@pytest.mark.parametrize("name", LISTS)
def test_with_the_context_it_is_what_the_graph_says(
    demonstration_client: FlaskClient, demonstration: Release, name: str
) -> None:
    answer = demonstration_client.get(f"/api/v1/{name}?limit=100")
    link = re.search(r'<([^>]*)>; rel="http://www.w3.org/ns/json-ld#context"', answer.headers["Link"])
    assert link
    shown = demonstration_client.get(link[1].removeprefix(SITE)).json["@context"]  # type: ignore[index]
    parts = [
        demonstration_client.get(part.removeprefix(SITE)).json["@context"] if isinstance(part, str) else part  # type: ignore[index]
        for part in shown
    ]
    page = dict(answer.json)  # type: ignore[call-overload]
    iris = {item["id"] for item in page["items"]}
    told = Graph().parse(data=json.dumps({"@context": parts, **page}), format="json-ld")
    lines = demonstration.dump.read_text("utf-8").splitlines(keepends=True)
    expected = "".join(line for line in lines if line[1:].partition(">")[0].partition("#")[0] in iris)
    assert to_isomorphic(told) == to_isomorphic(Graph().parse(data=expected, format="nt"))


def arrays(node: Any) -> dict[str, set[type]]:
    found: dict[str, set[type]] = {}
    for one in node if isinstance(node, list) else [node]:
        if isinstance(one, dict) and "@value" not in one:
            for name, value in one.items():
                found.setdefault(name, set()).add(list if isinstance(value, list) else object)
                for inner, kinds in arrays(value).items():
                    found.setdefault(inner, set()).update(kinds)
    return found


def test_what_is_an_array_once_is_always_one(demonstration_client: FlaskClient, client: FlaskClient) -> None:
    items = [
        item
        for name in LISTS
        for site in (demonstration_client, client)
        for item in everything(site, f"/api/v1/{name}")
    ]
    assert {name for name, kinds in arrays(items).items() if len(kinds) > 1} == set()


def test_filters_are_those_of_the_list_and_coverage_is_of_the_selection(demonstration_client: FlaskClient) -> None:
    for filters in ("", "country=country-ca", "country=country-ca&country=country-sn", "q=eau", "theme=nothing"):
        page = asked(demonstration_client, f"/api/v1/partnerships?{filters}")
        same = demonstration_client.get(f"/partnerships.json?{filters}").json
        assert page["total"] == same["total"]  # type: ignore[index]
        items = everything(demonstration_client, f"/api/v1/partnerships?{filters}")
        assert page["coverage"]["status"] == sum("declaredStatus" in item for item in items)
        assert page["coverage"]["form"] == sum("form" in item for item in items)
        assert all(count <= page["total"] for count in page["coverage"].values())


def test_only_the_fields_asked_for_are_given(demonstration_client: FlaskClient) -> None:
    items = asked(demonstration_client, "/api/v1/partnerships?fields=title,startYear&fields=id")["items"]
    assert {name for item in items for name in item} == {"id", "type", "title", "startYear"}
    one = asked(demonstration_client, "/api/v1/partnerships/crea-ocean-2010?fields=title")
    assert one.keys() == {"id", "type", "title"}


HOSTILE = [
    "limit=0", "limit=-1", "limit=101", "limit=1000000", "limit=1e3", "limit=٣", "limit=", "sort=nothing",
    "fields=nothing", "fields=@id", "cursor=x", "cursor=" + "A" * 5000, "cursor=%ff%fe", "cursor=MjAyNg",
    "colour=red", "page=2", "lang=en",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
def test_what_cannot_be_is_refused_with_a_sentence(demonstration_client: FlaskClient, query: str) -> None:
    answer = demonstration_client.get(f"/api/v1/partnerships?{query}")
    assert answer.status_code == 400, answer.text
    assert len(answer.json["detail"]) > 40  # type: ignore[index]


def test_a_cursor_is_for_its_own_selection_and_release_alone(
    demonstration_client: FlaskClient, client: FlaskClient
) -> None:
    following = asked(demonstration_client, "/api/v1/partnerships?limit=2&sort=year")["next"]
    cursor = re.search(r"cursor=([^&]*)", following)[1]  # type: ignore[index]
    assert demonstration_client.get(f"/api/v1/partnerships?limit=2&cursor={cursor}").status_code == 400
    assert demonstration_client.get(f"/api/v1/territories?sort=title&limit=2&cursor={cursor}").status_code == 400
    assert client.get(f"/api/v1/partnerships?limit=2&sort=year&cursor={cursor}").status_code == 410


@pytest.mark.parametrize("key", ["nothing", "x" * 3000, "%00", "..", "CREA-OCEAN-2010'"])
def test_a_thing_that_is_none_of_the_list_is_404(demonstration_client: FlaskClient, key: str) -> None:
    assert demonstration_client.get(f"/api/v1/partnerships/{key}").status_code in (404, 308)
    assert demonstration_client.get("/api/v1/organisations/crea-ocean-2010").status_code == 404


def test_the_typed_client_reads_every_page(live: Server, demonstration_client: FlaskClient) -> None:
    """examples/atlas_client.py, against the running site. `next` names the base IRI, which is this server's address
    where a site is set up as it should be; here it is not, so the client is given one page of all."""
    spec = importlib.util.spec_from_file_location("atlas_client", ROOT / "examples" / "atlas_client.py")
    assert spec
    assert spec.loader
    example = importlib.util.module_from_spec(spec)
    sys.modules["atlas_client"] = example
    spec.loader.exec_module(example)
    (page,) = example.Atlas(f"http://127.0.0.1:{live.port}/").partnerships(country="country-ca", limit="100")
    expected = asked(demonstration_client, "/api/v1/partnerships?country=country-ca&limit=100")
    assert [item["id"] for item in page.items] == [item["id"] for item in expected["items"]]
    assert page.total == expected["total"] > 0


def test_the_typed_client_is_typed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "examples/atlas_client.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
