"""Keys that no longer name anything, and addresses that are nearly right."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from atlas_ld.errors import BrokenResource
from atlas_ld.release.moved import MOVED
from atlas_ld.resources import root
from atlas_ld.web.entities.moved import moved
from atlas_ld.web.pages.near_misses import candidates
from atlas_ld.web.publication import Publication

HEAD = "kind,key,status,successor,reason_fr,reason_en\n"


def rows(name: str) -> list[dict[str, str]]:
    with (root() / "data" / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def elsewhere(demonstration_site: Flask, tmp_path: Path) -> Publication:
    """The demonstration, as if its releases lay in a folder of the test's."""
    publication: Publication = demonstration_site.extensions["atlas"]
    release = replace(publication.release, path=tmp_path / publication.release.path.name)
    return replace(publication, release=release)


def test_every_former_code_leads_to_a_commune_of_today() -> None:
    today = {row["insee"] for row in rows("communes")}
    former = rows("former-codes")
    assert len(former) > 4000
    assert all(row["now"] in today and row["code"] not in today for row in former)
    assert {row["code"]: row["now"] for row in former}["29096"] == "29019"  # Lambézellec, in Brest since 1945


def test_a_publisher_has_a_table_of_its_own(elsewhere: Publication, tmp_path: Path) -> None:
    text = HEAD + "partnership,old,merged,new,Doublon,Duplicate\npartnership,wrong,withdrawn,,Erreur,Mistake\n"
    (tmp_path / MOVED).write_text(text, encoding="utf-8")
    found = moved(elsewhere.release.path, elsewhere.reader, elsewhere.iris)
    assert found["partnership", "old"].successor == "new"
    assert found["partnership", "wrong"].successor is None
    assert found["partnership", "wrong"].reason == {"fr": "Erreur", "en": "Mistake"}
    assert ("territory", "commune-29096") in found


@pytest.mark.parametrize(
    "text",
    [HEAD + "partnership,a,merged,,x,y\n", HEAD + "partnership,a,withdrawn,b,x,y\n", HEAD + "partnership,a,lost,,x,y\n",
     "kind,key\npartnership,a\n"],
)  # fmt: skip
def test_a_table_that_contradicts_itself_is_refused(elsewhere: Publication, tmp_path: Path, text: str) -> None:
    (tmp_path / MOVED).write_text(text, encoding="utf-8")
    with pytest.raises(BrokenResource, match=r"moved\.csv"):
        moved(elsewhere.release.path, elsewhere.reader, elsewhere.iris)


def test_what_is_gone_says_why_in_both_languages(demonstration_client: FlaskClient) -> None:
    for language, word in (("fr", "Haute-Corse"), ("en", "divided")):
        answer = demonstration_client.get("/id/territory/departement-20", headers={"Accept-Language": language})
        assert answer.status_code == 410
        assert word in answer.get_json(force=True)["detail"]


def test_what_there_is_goes_before_what_was(demonstration_client: FlaskClient) -> None:
    """A code that was taken up again names what bears it now."""
    assert demonstration_client.get("/id/territory/commune-29019").status_code == 303


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a", []),
        ("/a/", ["/a"]),
        ("/A/", ["/A", "/a"]),
        ("//evil.example/", ["/evil.example"]),
        ("/id/partnership/Créa Océan", ["/id/partnership/créa océan", "/id/partnership/crea-ocean"]),
        ("/doc/theme/Énergie.TTL", ["/doc/theme/énergie.ttl", "/doc/theme/energie.ttl", "/doc/theme/energie-ttl"]),
        ("/" + "A" * 600, []),
    ],
)
def test_candidates_come_in_order_and_never_leave_the_site(path: str, expected: list[str]) -> None:
    found = list(candidates(path))
    assert found == expected
    assert all(candidate.startswith("/") and not candidate.startswith("//") for candidate in found)


def test_where_nothing_is_nothing_is_redirected(demonstration_client: FlaskClient) -> None:
    for path in ("/Nothing/", "/id/partnership/NOTHING", "/download/NOTHING.nt", "/static/SITE.css/"):
        assert demonstration_client.get(path).status_code == 404


def test_the_address_of_a_body_that_was_not_identified_leads_to_the_body_of_its_record(
    demonstration_client: FlaskClient,
) -> None:
    answer = demonstration_client.get("/id/organisation/grigny-fr")
    assert answer.status_code == 308
    assert answer.headers["Location"].endswith("/id/organisation/jumelage-grigny-koupela-1986--grigny-fr")
