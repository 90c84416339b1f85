"""Each kept release answers at addresses of its own; a TimeGate leads to the one of a date (RFC 7089)."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from memento_client import MementoClient

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.release import layout
from atlas_ld.release.layout import Release
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication
from tests.conftest import HISTORY

DATES = [f"{day:%a, %d %b %Y} 00:00:00 GMT" for day in HISTORY]
BETWEEN = "Sun, 15 Feb 2026 12:00:00 GMT"


def path_of(address: str) -> str:
    return re.sub(r"^https?://[^/]+", "", address)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_document_of_a_kept_release_is_what_it_was(
    history_client: FlaskClient, history: list[Release], number: int
) -> None:
    answer = history_client.get(f"/releases/{history[number].id}/doc/partnership/kept.ttl")
    assert (answer.status_code, answer.mimetype) == (200, "text/turtle")
    title = list(HISTORY.values())[number]["kept"]
    assert title in answer.text
    assert answer.headers["Memento-Datetime"] == DATES[number]
    base = history[0].manifest.base_iri
    assert f'<{base}doc/partnership/kept.ttl>; rel="original"' in answer.headers["Link"]


def test_what_a_release_did_not_say_is_not_in_it(history_client: FlaskClient, history: list[Release]) -> None:
    statuses = [
        [history_client.get(f"/releases/{release.id}/doc/partnership/{key}").status_code for release in history]
        for key in ("gone", "new")
    ]
    assert statuses == [[200, 200, 404], [404, 404, 200]]


def test_lists_and_files_are_those_of_the_release(history_client: FlaskClient, history: list[Release]) -> None:
    for release, titles in zip(history, HISTORY.values(), strict=True):
        page = history_client.get(f"/releases/{release.id}/partnerships").text
        assert all(title in page for title in titles.values())
        assert f'href="/releases/{release.id}/doc/partnership/kept' in page
        file = history_client.get(f"/releases/{release.id}/download/atlas.nt")
        assert file.data == release.dump.read_bytes()
        assert file.headers["Content-Disposition"] == f'attachment; filename="atlas-{release.id}.nt"'
        part = history_client.get(f"/releases/{release.id}/download/atlas.nt", headers={"Range": "bytes=0-9"})
        assert (part.status_code, part.data) == (206, file.data[:10])


def test_an_identifier_leads_to_its_document_in_the_same_release(
    history_client: FlaskClient, history: list[Release]
) -> None:
    answer = history_client.get(f"/releases/{history[0].id}/id/partnership/gone")
    assert answer.status_code == 303
    assert path_of(answer.headers["Location"]) == f"/releases/{history[0].id}/doc/partnership/gone"
    assert answer.headers["Memento-Datetime"] == DATES[0]


@pytest.mark.parametrize(
    "path", ["/doc/partnership/kept", "/doc/partnership/kept.ttl", "/id/partnership/kept", "/partnerships",
             "/partnerships.csv?q=titre", "/download/atlas.ttl", "/catalog.ttl", "/"],
)  # fmt: skip
def test_what_has_a_past_names_its_timegate_and_its_timemap(history_client: FlaskClient, path: str) -> None:
    links = history_client.get(path).headers["Link"]
    for relation in ("timegate", "timemap"):
        (target,) = re.findall(rf'<([^>]*)>; rel="{relation}"', links)
        found = history_client.get(path_of(target))
        assert found.status_code == (302 if relation == "timegate" else 200)
        original = re.search(r'<([^>]*)>; rel="original"', found.headers.get("Link", "") + found.text)
        assert original
        assert path_of(original[1]) == path


@pytest.mark.parametrize("path", ["/sparql", "/search?q=x", "/about", "/map"])
def test_what_has_no_past_does_not_pretend(history_client: FlaskClient, history: list[Release], path: str) -> None:
    assert "timegate" not in history_client.get(path).headers.get("Link", "")
    for address in (f"/releases/{history[0].id}{path}", f"/timegate{path}", f"/timemap{path}"):
        assert history_client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("asked", "number"),
    [(None, 2), (DATES[0], 0), (DATES[1], 1), (BETWEEN, 1), ("Mon, 01 Jan 2001 00:00:00 GMT", 0),
     ("Tue, 01 Jan 2999 00:00:00 GMT", 2)],
)  # fmt: skip
def test_the_timegate_leads_to_the_release_of_the_date(
    history_client: FlaskClient, history: list[Release], asked: str | None, number: int
) -> None:
    headers = {"Accept-Datetime": asked} if asked else {}
    answer = history_client.get("/timegate/doc/partnership/kept", headers=headers)
    assert answer.status_code == 302
    assert path_of(answer.headers["Location"]) == f"/releases/{history[number].id}/doc/partnership/kept"
    assert "accept-datetime" in answer.headers["Vary"].lower()
    assert "Memento-Datetime" not in answer.headers


def test_the_timegate_takes_a_whole_address_too(history_client: FlaskClient, history: list[Release]) -> None:
    base = history[0].manifest.base_iri
    answer = history_client.get(f"/timegate/{base}doc/partnership/kept", follow_redirects=False)
    while answer.status_code == 308:
        answer = history_client.get(path_of(answer.headers["Location"]))
    assert answer.status_code == 302


@pytest.mark.parametrize("date", ["yesterday", "2026-02-15", "x" * 5000, "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_date_that_is_none_is_refused_with_an_example(history_client: FlaskClient, date: str) -> None:
    answer = history_client.get("/timegate/doc/partnership/kept", headers={"Accept-Datetime": date})
    assert answer.status_code == 400
    assert "GMT" in answer.json["detail"]  # type: ignore[index]


def test_a_timemap_lists_the_releases_that_know_the_thing(history_client: FlaskClient, history: list[Release]) -> None:
    for key, numbers in (("kept", [0, 1, 2]), ("gone", [0, 1]), ("new", [2])):
        answer = history_client.get(f"/timemap/doc/partnership/{key}")
        assert answer.mimetype == "application/link-format"
        found = re.findall(r'<([^>]*)>; rel="([^"]*memento)"; datetime="([^"]*)"', answer.text)
        assert [(path_of(target), date) for target, _, date in found] == [
            (f"/releases/{history[number].id}/doc/partnership/{key}", DATES[number]) for number in numbers
        ]
        assert ("first" in found[0][1], "last" in found[-1][1]) == (True, True)


def test_nothing_known_has_no_timemap(history_client: FlaskClient) -> None:
    for key in ("unheard-of", "%00", "a" * 4000, "..%2f..%2fmanifest.json"):
        assert history_client.get(f"/timemap/doc/partnership/{key}").status_code == 404
    assert history_client.get("/timemap/download/..%2fmanifest.json").status_code == 404


def test_a_release_that_was_removed_is_gone_and_one_that_never_was_is_unknown(
    history: list[Release], tmp_path: Path
) -> None:
    releases = tmp_path / "releases"
    for name, day in zip("ab", HISTORY, strict=False):
        data = tmp_path / name
        data.mkdir()
        source = history[0].path.parents[1] / f"records-{day}" / "kept.json"
        (data / "kept.json").write_bytes(source.read_bytes())
        pipeline.build([data], Settings(releases=releases), day=day)
    with layout.building(releases):
        removed = layout.to_prune(releases, 1)
        layout.remove(releases, removed)
    publication = open_publication(Settings(releases=releases))
    client = create_app(publication).test_client()
    answer = client.get(f"/releases/{removed[0]}/download/atlas.nt", headers={"Accept": "application/json"})
    assert answer.status_code == 410
    assert publication.release.id in answer.json["detail"]  # type: ignore[index]
    for unknown in ("2026-01-01-00000000", "current", "..", "x" * 3000, ".building-x"):
        assert client.get(f"/releases/{unknown}/download/atlas.nt").status_code == 404, unknown
    publication.service.close()


def test_a_release_of_an_earlier_version_keeps_its_files_and_its_data(history: list[Release], tmp_path: Path) -> None:
    """Its lists were written otherwise, so pages of them cannot be made: they say so, and fail nothing else."""
    releases = tmp_path / "releases"
    shutil.copytree(history[0].path.parent, releases, symlinks=True)
    old = releases / history[1].id
    with closing(sqlite3.connect(old / "facets.sqlite")) as lists:
        lists.execute("ALTER TABLE item RENAME COLUMN cents TO euros")
        lists.commit()
    publication = open_publication(Settings(releases=releases))
    client = create_app(publication).test_client()
    page = client.get(f"/releases/{old.name}/partnerships", headers={"Accept": "application/json"})
    assert page.status_code == 410
    assert old.name in page.json["detail"]  # type: ignore[index]
    for path in ("doc/partnership/gone.ttl", "download/atlas.nt"):
        assert client.get(f"/releases/{old.name}/{path}", buffered=True).status_code == 200, path
    for path in ("/sitemap.xml", "/ldes", "/feeds/territory/country-ca.atom", "/partnerships"):
        assert client.get(path, buffered=True).status_code == 200, path
    publication.service.close()


def test_a_citation_names_what_can_be_fetched(history_client: FlaskClient, history: list[Release]) -> None:
    (item,) = history_client.get("/cite/partnership/kept.json").get_json(force=True)
    assert path_of(item["URL"]) == f"/releases/{history[2].id}/doc/partnership/kept"
    assert history_client.get(path_of(item["URL"])).status_code == 200


def test_the_client_of_others_walks_three_releases(history_address: str, history: list[Release]) -> None:
    """PyPI memento-client, over HTTP."""
    with MementoClient(check_native_timegate=True) as client:
        original = f"{history_address}doc/partnership/kept"
        addresses, info = [], client.get_memento_info(original, datetime(2026, 1, 10))
        addresses.append(info["mementos"]["closest"]["uri"][0])
        for _ in range(2):
            following = info["mementos"]["next"]
            info = client.get_memento_info(original, following["datetime"])
            addresses.append(info["mementos"]["closest"]["uri"][0])
        assert addresses == [f"{history_address}releases/{release.id}/doc/partnership/kept" for release in history]
        assert "next" not in info["mementos"]
        assert info["original_uri"] == original
