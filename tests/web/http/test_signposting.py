"""Typed links: in headers, in pages, and as documents of their own (FAIR Signposting, RFC 8288, RFC 9264)."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

LINK = re.compile(r'<([^>]*)>((?:; [a-z]+="[^"]*")+)')
ENTITIES = ("partnership/crea-ocean-2010", "territory/commune-29019", "organisation/242900314")

Links = set[tuple[str, str, str | None]]


def in_header(value: str) -> Links:
    found = set()
    for target, parameters in LINK.findall(value):
        given = dict(re.findall(r'([a-z]+)="([^"]*)"', parameters))
        found.add((given["rel"], target, given.get("type")))
    return found


def in_head(text: str) -> Links:
    links = BeautifulSoup(text, "html.parser").select("head link[rel]")
    found = {(" ".join(link["rel"]), str(link["href"]), link.get("type")) for link in links}
    return {(rel, href, kind and str(kind)) for rel, href, kind in found if rel not in ("stylesheet", "icon")}


@pytest.mark.parametrize("path", ["/", "/partnerships", "/about", *(f"/doc/{entity}" for entity in ENTITIES)])
def test_the_head_of_a_page_has_the_links_of_its_header(demonstration_client: FlaskClient, path: str) -> None:
    answer = demonstration_client.get(path, headers={"Accept": "text/html"})
    header = in_header(answer.headers["Link"])
    assert header
    assert header <= in_head(answer.get_data(as_text=True))


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_landing_page_has_what_signposting_asks_for(demonstration_client: FlaskClient, entity: str) -> None:
    answer = demonstration_client.get(f"/doc/{entity}", headers={"Accept": "text/html"})
    relations = {rel for rel, _, _ in in_header(answer.headers["Link"])}
    wanted = {"cite-as", "describedby", "type", "license", "collection", "linkset", "canonical", "alternate"}
    assert wanted <= relations


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_link_of_ours_leads_somewhere(demonstration_client: FlaskClient, entity: str) -> None:
    links = in_header(demonstration_client.get(f"/doc/{entity}", headers={"Accept": "text/html"}).headers["Link"])
    for rel, target, media_type in links:
        if target.startswith(("/", "http://localhost:8000/")):
            headers = {"Accept": media_type} if media_type else {}
            answer = demonstration_client.get(target.removeprefix("http://localhost:8000"), headers=headers)
            assert answer.status_code in ((302,) if rel == "timegate" else (200, 303)), (rel, target)
            assert media_type in (None, answer.mimetype) or answer.status_code in (302, 303), (rel, target)


@pytest.mark.parametrize("path", ["/linkset", *(f"/linkset/{entity}" for entity in ENTITIES)])
def test_both_forms_of_a_linkset_hold_the_same_links(demonstration_client: FlaskClient, path: str) -> None:
    contexts = json.loads(demonstration_client.get(f"{path}.json").data)["linkset"]
    from_json = {
        (context["anchor"], rel, target["href"])
        for context in contexts
        for rel, targets in context.items()
        if rel != "anchor"
        for target in targets
    }
    text = demonstration_client.get(f"{path}.txt").get_data(as_text=True)
    from_text = set()
    for target, parameters in LINK.findall(text):
        given = dict(re.findall(r'([a-z]+)="([^"]*)"', parameters))
        from_text.add((given["anchor"], given["rel"], target))
    assert from_json == from_text
    assert all(address.startswith("http") for anchor, _, target in from_json for address in (anchor, target))


def test_what_describes_and_what_is_described_name_each_other(demonstration_client: FlaskClient) -> None:
    contexts = json.loads(demonstration_client.get(f"/linkset/{ENTITIES[0]}").data)["linkset"]
    by_anchor = {context["anchor"]: context for context in contexts}
    landing = f"http://localhost:8000/doc/{ENTITIES[0]}"
    for target in by_anchor[landing]["describedby"]:
        assert by_anchor[target["href"]]["describes"] == [{"href": landing, "type": "text/html"}]


def test_the_parts_of_a_partnership_are_written_with_a_prefix(demonstration_client: FlaskClient) -> None:
    text = demonstration_client.get("/doc/partnership/crea-ocean-2010.ttl").get_data(as_text=True)
    assert "@prefix part: <http://localhost:8000/id/partnership/crea-ocean-2010#> ." in text
    assert "part:participation-1" in text
    assert "\\#" not in text
