"""/quality: every number leads to what it counts, in every format, and nobody is named."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, URIRef

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.quality.dqv import DQV
from atlas_ld.records import Origin, Participant, PartnershipRecord
from atlas_ld.vocabulary import SH
from atlas_ld.web import create_app
from atlas_ld.web.pages import quality
from atlas_ld.web.publication import Publication, open_publication
from tests.web.pages.test_pages import page


def number(text: str) -> int:
    return int(re.sub(r"[^\d]", "", text.partition("of")[0]))


def total(client: FlaskClient, address: str) -> int:
    """How many remarks a page of remarks says that there are."""
    return number(page(client, address, "en").find("h1").text)  # type: ignore[union-attr]


@pytest.mark.parametrize("site", ["client", "demonstration_client"])
def test_every_number_of_remarks_leads_to_as_many_remarks(site: str, request: pytest.FixtureRequest) -> None:
    client: FlaskClient = request.getfixturevalue(site)
    links = page(client, "/quality", "en").select('main a[href^="/quality/remarks"]')
    links = [a for a in links if "Records" not in str(a.parent and a.parent.get("data-label"))]  # which count records
    counted = [(str(a["href"]), a.find(string=True)) for a in links]
    assert len(counted) > 6
    for address, text in counted:
        if "state=held-back" not in address:  # which counts records
            assert total(client, address) == number(str(text)), address


def test_the_records_held_back_are_counted_and_listed_with_reason_and_source(
    client: FlaskClient, publication: Publication
) -> None:
    listed = json.loads(client.get("/quality/remarks.json?state=held-back").data)["remarks"]
    assert len({one["record"] for one in listed}) == publication.release.manifest.counts.quarantined == 1
    assert any(one["severity"] == "violation" for one in listed)
    assert {one["sources"] for one in listed} == {"Registre inventé"}
    text = page(client, "/quality/remarks?state=held-back").find("main").text  # type: ignore[union-attr]
    assert "untitled" in text
    assert "Registre inventé" in text


def test_the_figures_in_json_csv_and_rdf_are_those_of_the_page(
    demonstration_client: FlaskClient, demonstration_publication: Publication
) -> None:
    told = json.loads(demonstration_client.get("/quality.json").data)
    by_name = {one["figure"]: one for one in told["figures"]}
    rows = list(csv.DictReader(io.StringIO(demonstration_client.get("/quality.csv").get_data(as_text=True))))
    assert [row["figure"] for row in rows] == [one["figure"] for one in told["figures"]]
    assert [int(row["count"]) for row in rows] == [one["count"] for one in told["figures"]]
    text = page(demonstration_client, "/quality", "en").find("main").text.replace("\xa0", " ")  # type: ignore[union-attr]
    graph = Graph()
    graph.parse(data=demonstration_client.get("/quality.ttl").data, format="turtle")
    for figure in demonstration_publication.figures:
        assert (by_name[figure.name]["count"], by_name[figure.name]["total"]) == (figure.count, figure.total)
        assert f"{figure.count:,} of {figure.total:,}" in text
        measured = URIRef(f"http://localhost:8000/quality#measurement-{figure.name}")
        assert [float(str(value)) for value in graph.objects(measured, URIRef(f"{DQV}value"))] == [float(figure.share)]
    assert (None, None, URIRef(str(SH.ValidationReport))) in graph


def test_a_figure_leads_to_the_query_that_has_the_things(
    demonstration_client: FlaskClient, demonstration_publication: Publication
) -> None:
    chosen = [f for f in demonstration_publication.figures if f.group == "links" or "Partnership-startYear" in f.name]
    addresses = {str(a["href"]) for a in page(demonstration_client, "/quality").select('main a[href^="/sparql"]')}
    assert len(addresses) > 60
    for figure in chosen:
        answer = demonstration_client.get(
            f"/sparql?{urlencode({'query': figure.query})}", headers={"Accept": "text/csv"}
        )
        assert len(answer.get_data(as_text=True).split()) - 1 == figure.count, figure.name


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html", "text/html"),
        ("text/csv", "text/csv"),
        ("application/json", "application/json"),
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
    ],
)
def test_the_format_is_negotiated(client: FlaskClient, accept: str, kind: str) -> None:
    answer = client.get("/quality", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert "Accept" in answer.headers["Vary"]
    tag = answer.headers["ETag"]
    assert client.get("/quality", headers={"Accept": accept, "If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("extension", ["", ".csv", ".json", ".ttl"])
def test_figures_that_follow_the_kept_releases_are_no_longer_the_same_when_one_goes(
    history_client: FlaskClient, monkeypatch: pytest.MonkeyPatch, extension: str
) -> None:
    """A client that holds the page from before a release was removed must not be told that nothing has changed."""
    before = history_client.get(f"/quality{extension}")
    held = {"If-None-Match": before.headers["ETag"]}
    assert history_client.get(f"/quality{extension}", headers=held).status_code == 304
    kept = quality.release_ids(history_client.application.extensions["atlas"].release.path.parent)
    monkeypatch.setattr(quality, "release_ids", lambda _: kept[:1])
    after = history_client.get(f"/quality{extension}", headers=held)
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_format_that_there_is_not_is_406(client: FlaskClient) -> None:
    assert client.get("/quality", headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/quality/remarks", headers={"Accept": "text/turtle"}).status_code == 406


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/quality/remarks?state=elsewhere", 400),
        ("/quality/remarks?severity=grave", 400),
        ("/quality/remarks?page=0", 400),
        ("/quality/remarks?page=9999", 404),
        ("/quality/remarks?code=no-such-code", 200),
        ("/quality/remarks?source=%3Cscript%3Ealert(1)%3C/script%3E", 200),
    ],
)
def test_what_cannot_be_asked_is_said(client: FlaskClient, address: str, status: int) -> None:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert "<script>alert(1)" not in answer.get_data(as_text=True)


def test_a_selection_as_a_file_is_whole_and_no_cell_is_a_formula(client: FlaskClient, publication: Publication) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/quality/remarks.csv").get_data(as_text=True))))
    assert len(rows) == len(publication.remarks.all) > publication.settings.page_size
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "@", "-")]
    links = client.get("/quality/remarks?severity=warning", headers={"Accept": "text/html"}).headers["Link"]
    assert "/quality/remarks.csv?severity=warning" in links


def test_no_path_of_the_repository_is_shown(demonstration_client: FlaskClient, client: FlaskClient) -> None:
    for site in (demonstration_client, client):
        for address in ("/quality", "/quality/remarks.json", "/review"):
            text = site.get(address, headers={"Accept-Language": "en"}).get_data(as_text=True)
            assert not re.search(r"data/reference|atlas_ld/|\.py\b|shapes/", text), address


def test_quality_is_in_the_navigation_and_the_sitemap(client: FlaskClient) -> None:
    nav = page(client, "/").select("header nav a")
    assert "/quality" in {str(a["href"]).partition("?")[0] for a in nav}
    sitemap = client.get("/sitemap.xml").get_data(as_text=True)
    assert "/quality</loc>" in sitemap
    assert "/review</loc>" in sitemap


def test_a_page_of_a_partnership_has_its_own_remarks(demonstration_client: FlaskClient) -> None:
    remarks = json.loads(demonstration_client.get("/quality/remarks.json").data)["remarks"]
    one = next(remark for remark in remarks if remark["code"] == "ambiguous-match")
    text = page(demonstration_client, f"/doc/partnership/{one['record']}", "en").text
    assert one["en"].split("”")[0] in text


def test_a_funding_line_and_a_territory_have_their_own_remarks(demonstration_client: FlaskClient) -> None:
    undated = "SELECT ?line { ?line a atlas:FundingLine MINUS { ?line atlas:year ?year } } ORDER BY ?line LIMIT 1"
    answer = demonstration_client.get(f"/sparql?{urlencode({'query': undated})}", headers={"Accept": "text/csv"})
    line = answer.get_data(as_text=True).split()[1].rpartition("/")[2]
    remarks = page(demonstration_client, f"/doc/funding/{line}", "en").find(id="remarks")
    assert remarks is not None
    assert "year of the funding is not known" in remarks.text
    assert page(demonstration_client, "/doc/territory/country-ca", "en").find(id="remarks") is None


def test_a_person_in_a_record_that_is_held_back_is_not_named(tmp_path: Path) -> None:
    origin = Origin(title="Fiche de M. Jean Inventé", address="https://registre.example/1")
    data = tmp_path / "data"
    data.mkdir()
    partner = Participant(name="Contact : Mme Jeanne Inventée", role="foreign-partner", country="Mali")
    held = PartnershipRecord(
        identifier="1", title="Projet de M. Jean Inventé", participants=(partner,), origins=(origin,)
    )
    (data / "1.json").write_text(held.to_json(), encoding="utf-8")
    settings = Settings(releases=tmp_path / "releases")
    counts = pipeline.build([data], settings, day=date(2026, 11, 23)).release.manifest.counts
    assert (counts.published, counts.quarantined) == (0, 1)
    publication = open_publication(settings)
    try:
        client = create_app(publication).test_client()
        for address in (
            "/quality",
            "/quality.csv",
            "/quality.ttl",
            "/quality/remarks",
            "/quality/remarks.json",
            "/review",
        ):
            text = client.get(address).get_data(as_text=True)
            assert "Invent" not in text, address
        assert "nom retiré" in client.get("/quality/remarks.json").get_data(as_text=True)
    finally:
        publication.service.close()
