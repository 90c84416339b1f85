"""The event stream: what changed from one kept release to the next, in pages that never change."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

from atlas_ld.release.layout import Release
from atlas_ld.release.reading.history import ages, changes, kept
from tests.conftest import HISTORY

TREE, LDES = "https://w3id.org/tree#", "https://w3id.org/ldes#"
AS_DELETE = "https://www.w3.org/ns/activitystreams#Delete"
VERSION_OF = "http://purl.org/dc/terms/isVersionOf"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
STAMP = "http://www.w3.org/ns/prov#generatedAtTime"


def quads(answer: object) -> list[ox.Quad]:
    return list(ox.parse(answer.data, format=ox.RdfFormat.TRIG))  # type: ignore[attr-defined]


def nodes_of(found: list[ox.Quad]) -> list[str]:
    return list(dict.fromkeys(q.object.value for q in found if q.predicate.value == f"{TREE}node"))


def path_of(address: str) -> str:
    return re.sub(r"^https?://[^/]+", "", address)


def crawl(client: FlaskClient) -> dict[str, list[ox.Quad]]:
    """Every page of the stream by its path, by following its relations."""
    pages, pending = dict[str, list[ox.Quad]](), ["/ldes"]
    while pending:
        path = pending.pop()
        if path not in pages:
            answer = client.get(path, headers={"Accept": "application/trig"})
            assert answer.status_code == 200, path
            pages[path] = quads(answer)
            pending += map(path_of, nodes_of(pages[path]))
    return pages


@pytest.fixture
def pages(history_site: Flask) -> dict[str, list[ox.Quad]]:
    return crawl(history_site.test_client())


def test_the_stream_says_how_its_members_are_to_be_read(history_client: FlaskClient, history: list[Release]) -> None:
    base = history[0].manifest.base_iri
    for path in ("/ldes", f"/ldes/start/{history[0].id}/1"):
        found = quads(history_client.get(path, headers={"Accept": "application/trig"}))
        said = {(q.predicate.value, q.object.value) for q in found if q.subject.value == f"{base}ldes#stream"}
        assert {
            (f"{LDES}timestampPath", STAMP),
            (f"{LDES}versionOfPath", VERSION_OF),
            (f"{LDES}versionDeleteObject", AS_DELETE),
            (f"{TREE}view", f"{base}ldes"),
        } <= said, path


def test_replayed_in_time_the_members_are_the_current_release(
    pages: dict[str, list[ox.Quad]], history: list[Release]
) -> None:
    graphs, said = defaultdict(set), defaultdict(dict)
    for quad in (quad for found in pages.values() for quad in found):
        if isinstance(quad.graph_name, ox.NamedNode):
            graphs[quad.graph_name.value].add(quad.triple)
        else:
            said[quad.subject.value][quad.predicate.value] = quad.object
    members = [version for version, told in said.items() if STAMP in told]
    assert graphs.keys() <= set(members)
    state: dict[str, set[str]] = {}
    for version in sorted(members, key=lambda version: said[version][STAMP].value):
        entity = said[version][VERSION_OF]
        state[entity.value] = {
            f"{ox.Triple(entity if t.subject.value == version else t.subject, t.predicate, t.object)} ."
            for t in graphs[version]
        }
        if said[version].get(TYPE) == ox.NamedNode(AS_DELETE):
            del state[entity.value]
    replayed = sorted(line for lines in state.values() for line in lines)
    expected = ox.parse(history[-1].dump.read_bytes(), format=ox.RdfFormat.N_TRIPLES)
    assert replayed == sorted(f"{quad.triple} ." for quad in expected)


def test_a_member_says_when_with_its_time_zone(pages: dict[str, list[ox.Quad]]) -> None:
    stamps = {q.object.value for found in pages.values() for q in found if q.predicate.value == STAMP}
    assert stamps == {f"{day}T00:00:00Z" for day in HISTORY}


def test_pages_never_change_and_say_so_but_the_root_is_asked_again(
    pages: dict[str, list[ox.Quad]], history_client: FlaskClient
) -> None:
    for path in pages:
        control = history_client.get(path).headers["Cache-Control"]
        assert ("immutable" in control) == (path != "/ldes"), path


def test_no_page_has_blank_nodes_and_each_holds_a_hundred_members_at_most(pages: dict[str, list[ox.Quad]]) -> None:
    sizes = []
    for found in pages.values():
        assert not any(isinstance(term, ox.BlankNode) for quad in found for term in (quad.subject, quad.object))
        sizes.append(sum(quad.predicate.value == f"{TREE}member" for quad in found))
    assert max(sizes) == 100
    assert len(pages) > 4


def test_a_thing_that_is_gone_is_told_once_as_deleted(pages: dict[str, list[ox.Quad]], history: list[Release]) -> None:
    told = [q for found in pages.values() for q in found if q.object == ox.NamedNode(AS_DELETE)]
    deleted = [q.subject.value for q in told if q.predicate.value.endswith("#type")]
    assert f"{history[0].manifest.base_iri}releases/{history[2].id}/id/partnership/gone" in deleted
    assert len(set(deleted)) == len(deleted)
    assert not any("/kept" in iri for iri in deleted)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/ldes/start/{0}/0", 404), ("/ldes/start/{0}/99999", 404), ("/ldes/{0}/{1}/2", 404), ("/ldes/{0}/{2}/1", 410),
     ("/ldes/{1}/{0}/1", 410), ("/ldes/start/{2}/1", 410), ("/ldes/start/x/1", 410), ("/ldes/start/{0}/-1", 404),
     ("/ldes/start/{0}/9" + "9" * 300, 404)],
)  # fmt: skip
def test_a_page_that_is_none_is_refused_with_a_sentence(
    history_client: FlaskClient, history: list[Release], path: str, status: int
) -> None:
    answer = history_client.get(path.format(*(release.id for release in history)))
    assert answer.status_code == status
    assert len(answer.json["detail"]) > 40  # type: ignore[index]


def test_what_changed_is_known_without_reading_what_is_said(history: list[Release]) -> None:
    found = kept(history[0].path.parent)
    assert [release.id for release in found] == [release.id for release in history]
    named = {change.iri.rpartition("/")[2]: change.kind for change in changes(found[2], found[1])}
    assert (named["gone"], named["new"]) == ("deleted", "created")
    assert "kept" not in named
    assert [change.iri.rpartition("/")[2] for change in changes(found[1], found[0])] != []
    base = history[0].manifest.base_iri
    dates = ages(found)
    assert dates.of(f"{base}id/partnership/kept") == datetime(2026, 2, 10, tzinfo=UTC)
    assert dates.of(f"{base}id/partnership/new") == datetime(2026, 3, 10, tzinfo=UTC)
    assert dates.of("http://metadata.un.org/sdg/1") == datetime(2026, 1, 10, tzinfo=UTC)
