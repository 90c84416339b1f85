"""The client library lists and calls every tool; what is wrong is told in a sentence, what is left out is told."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp import Client, StdioServerParameters

from atlas_ld.config import Settings
from atlas_ld.release.layout import Release
from atlas_ld.web.mcp.server import make_server
from atlas_ld.web.mcp.tools import MOST_BYTES, TRAPS
from atlas_ld.web.publication import Publication, open_publication

T = TypeVar("T")
CREA = "partnership/crea-ocean-2010"
TOOLS = {
    "search": {"text": "Brest"},
    "describe": {"id": CREA},
    "schema": {},
    "query": {"sparql": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p a atlas:Partnership }"},
    "list": {"list": "partnerships"},
    "cite": {"id": CREA},
}


@pytest.fixture(scope="module")
def publication(demonstration: Release) -> Iterator[Publication]:
    opened = open_publication(Settings(releases=demonstration.path.parent))
    yield opened
    opened.service.close()


@pytest.fixture(scope="module")
def call(publication: Publication) -> Callable[..., dict[str, Any]]:
    """Calls a tool by the client, in this process; a refusal is its sentence under `error`."""
    server = make_server(publication)

    def call_(tool: str, **arguments: Any) -> dict[str, Any]:
        async def ask() -> dict[str, Any]:
            async with Client(server) as client:
                answer = await client.call_tool(tool, arguments)
                if answer.is_error:
                    return {"error": answer.content[0].text}  # type: ignore[union-attr]
                return dict(answer.structured_content or {})

        return asyncio.run(ask())

    return call_


def test_the_client_lists_and_calls_every_tool_of_the_command(demonstration: Release) -> None:
    """`atlas-ld mcp`, started as an assistant does, over standard input and output."""
    arguments = ["-m", "atlas_ld", "mcp", "--releases", str(demonstration.path.parent)]
    command = StdioServerParameters(command=sys.executable, args=arguments, cwd=Path(__file__).parents[3])

    async def ask() -> tuple[dict[str, Any], dict[str, Any]]:
        async with Client(command) as client:
            listed = {tool.name: tool for tool in (await client.list_tools()).tools}
            return listed, {name: await client.call_tool(name, given) for name, given in TOOLS.items()}

    listed, answers = asyncio.run(ask())
    assert listed.keys() == TOOLS.keys()
    assert all(len(tool.description) > 80 and tool.output_schema for tool in listed.values())
    assert "twice" in listed["schema"].description
    for name, answer in answers.items():
        assert not answer.is_error, (name, answer)
        assert answer.structured_content["release"] == demonstration.id, name


def test_search_finds_and_tells_that_there_is_more(call: Any) -> None:
    assert any(hit["id"].endswith(CREA) for hit in call("search", text="CREA océan")["hits"])
    short = call("search", text="Bretagne", limit=1)
    assert (len(short["hits"]), short["truncated"]) == (1, True)
    nothing = call("search", text="xyzzyxyzzy")
    assert (nothing["hits"], nothing["truncated"]) == ([], False)
    assert call("search", text="Bretagen")["matched"] == "mended"


def test_describe_says_what_the_api_says_and_names_what_it_links_to(call: Any, publication: Publication) -> None:
    found = call("describe", id=CREA)
    assert len(found["entity"]["fundingLine"]) == 6
    country = found["entity"]["partnerCountry"][0]
    assert found["labels"][country] in ("Canada",)
    whole = call("describe", id=f"{publication.iris.base}id/{CREA}", fields=["title"])
    assert whole["entity"].keys() == {"id", "type", "title"}


def test_the_schema_has_the_fields_of_a_class_and_the_traps(call: Any) -> None:
    everything = call("schema")
    assert {"Partnership", "FundingLine"} <= {class_["name"] for class_ in everything["classes"]}
    assert everything["traps"] == list(TRAPS)
    (class_,) = call("schema", class_name="Partnership")["classes"]
    assert class_["count"] > 10
    assert {"title", "startYear", "fundingLine"} <= {field["name"] for field in class_["fields"]}


def test_queries_have_the_guard_and_the_limits_of_the_endpoint(call: Any) -> None:
    assert call("query", sparql="ASK { ?p a atlas:Partnership }")["truth"] is True
    rows = call("query", sparql="SELECT ?s { ?s ?p ?o }", limit=3)
    assert (len(rows["rows"]), rows["truncated"], rows["variables"]) == (3, True, ["s"])
    assert "turtle" in call("query", sparql="DESCRIBE <http://localhost:8000/id/theme/economie-durable>")
    for wrong in (
        "SELECT * { SERVICE <http://a.example/> { ?s ?p ?o } }",
        "DELETE WHERE { ?s ?p ?o }",
        "SELECT",
        "SELECT ?a ?b ?c ?d ?e ?f { ?a ?b ?c . ?d ?e ?f }",  # more than an answer may have
    ):
        assert len(call("query", sparql=wrong)["error"]) > 20, wrong


def test_the_double_count_that_the_traps_warn_of_is_one(call: Any) -> None:
    """What the trap says is so: or the warning would be noise."""
    amounts = "?p a atlas:Partnership ; atlas:fundingLine ?line . ?line atlas:amount ?amount ."
    alone = call("query", sparql=f"SELECT (SUM(?amount) AS ?sum) {{ {amounts} }}")
    joined = call("query", sparql=f"SELECT (SUM(?amount) AS ?sum) {{ {amounts} ?p atlas:participation ?who }}")
    assert float(joined["rows"][0]["sum"]) > float(alone["rows"][0]["sum"]) > 0


def test_a_list_is_paged_to_its_end_and_tells_its_coverage(call: Any) -> None:
    found, cursor = [], None
    while True:
        page = call("list", list="partnerships", limit=20, fields=["title"], cursor=cursor)
        found += [item["id"] for item in page["items"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) == page["total"]
    assert f"{page['coverage']['funder']} of {page['total']} declare funder" in page["coverage_in_words"]
    some = call("list", list="partnerships", filters={"country": ["country-ca", "country-sn"]})
    assert 0 < some["total"] < page["total"]


def test_a_citation_has_the_address_of_what_was_cited(call: Any, demonstration: Release) -> None:
    cited = call("cite", id=CREA)
    assert cited["address"] == f"http://localhost:8000/releases/{demonstration.id}/doc/{CREA}"
    assert cited["identifier"].endswith(f"/id/{CREA}")
    assert demonstration.id in cited["text"]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("search", {"text": "eau", "kind": "planet"}),
        ("search", {"text": "eau", "limit": 1_000_000}),
        ("search", {"text": "eau", "limit": -1}),
        ("describe", {"id": "partnership/nothing"}),
        ("describe", {"id": "../../etc/passwd"}),
        ("describe", {"id": ""}),
        ("schema", {"class_name": "Planet"}),
        ("query", {"sparql": "ASK {}", "limit": 0}),
        ("list", {"list": "planets"}),
        ("list", {"list": "partnerships", "filters": {"colour": ["red"]}}),
        ("list", {"list": "partnerships", "sort": "colour"}),
        ("list", {"list": "partnerships", "fields": ["colour"]}),
        ("list", {"list": "partnerships", "cursor": "x"}),
        ("list", {"list": "partnerships", "limit": 10**9}),
        ("cite", {"id": "theme/nothing"}),
        ("search", {}),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(call: Any, tool: str, arguments: dict[str, Any]) -> None:
    error = call(tool, **arguments)["error"]
    assert len(error) > 30
    assert "Traceback" not in error


def test_no_answer_is_longer_than_its_bound(call: Any, publication: Publication) -> None:
    longest = max(publication.release.manifest.counts.entities, key=lambda name: len(name))
    assert longest
    for key in ("country-fr", "country-sn"):
        assert len(json.dumps(call("describe", id=f"territory/{key}"))) < 2 * MOST_BYTES
