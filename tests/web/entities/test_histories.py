"""Ten histories, each a partnership of which a source tells anew: what is in the graph, where its address leads, and
what the findings say. All are in one folder, of which two releases are built, before what happened and after."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from atlas_ld.config import Settings
from atlas_ld.findings import Finding
from atlas_ld.keys import write_register
from atlas_ld.pipeline import Outcome, build, register
from atlas_ld.queries import load
from atlas_ld.records import Funding, Origin, Participant, PartnershipRecord
from atlas_ld.reference.curation import COLUMNS
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication

DAY = date(2026, 11, 23)
ID = "http://localhost:8000/id"
SITE = "https://region.example/fiches"


def record(
    title: str,
    *partners: str,
    town: str = "Brest",
    year: int = 2010,
    page: str | None = None,
    money: int | None = None,
    source: str = "Fiche",
) -> PartnershipRecord:
    here = Participant(name=town, role="french-authority")
    there = (Participant(name=name, role="foreign-partner", country="Burkina Faso") for name in partners)
    funding = (Funding(funder="Ville de Brest", amount=Decimal(money), year=2018),) if money else ()
    origins = (Origin(title=source, address=f"{SITE}/{page}" if page else None),)
    return PartnershipRecord(
        title=title, first_signature_year=year, participants=(here, *there), funding=funding, origins=origins
    )


BEFORE = {
    "2019-05-03/saved": record("Puits de Saponé", "Saponé", page="saved", money=12000),
    "2019-05-03/corrected": record("Écoles de Kaya", "Kaya", page="corrected", money=5000),
    "withdrawn": record("Vergers de Tenkodogo", "Tenkodogo", money=700),
    "split": record("Eau et santé", "Houndé", "Dédougou", "Gaoua", town="Quimper"),
    "merged-1": record("Marchés de Réo", "Réo", page="merged-1", money=100),
    "merged-2": record("Ateliers de Boromo", "Boromo", page="merged-2", year=2012, money=200),
    "told-once": record("Lecture à Banfora", "Banfora", page="told", money=3000),
    "title": record("Jumelage", "Ziniaré", year=1990),
    "epci": record("Mobilités de Koudougou", "Koudougou", town="Brest métropole océane", year=2012),
    "region": record("Semences de Fada", "Fada N’Gourma", town="Région Nord-Pas-de-Calais", year=2009),
    "several": record("Forages de Djibo", "Djibo", year=2019).model_copy(
        update={
            "funding": (
                Funding(funder="Ville de Brest", committed=30000, paid=24000, first_year=2019, last_year=2021),
                Funding(funder="Autofinancement", amount=500, year=2020),
            )
        }
    ),
    "decided": record("Musique à Loumbila", "Loumbila", town="Saint-Denis", year=2000),
}
AFTER = {
    **BEFORE,
    "2026-01-02/saved": record("Puits de Saponé", "Saponé", page="saved", money=12000),
    "2026-01-02/corrected": record("Écoles et lycées de Kaya", "Kaya", page="corrected", money=9000),
    "split": record("Eau et santé", "Houndé", "Dédougou", town="Quimper"),
    "split-2": record("Eau et santé", "Houndé", "Gaoua", town="Quimper"),
    "merged-1": PartnershipRecord.model_validate(
        record("Marchés de Réo et de Boromo", "Réo", "Boromo", money=300).model_dump()
        | {"origins": [{"title": "Fiche", "address": f"{SITE}/{page}"} for page in ("merged-1", "merged-2")]}
    ),
    "told-twice": record("Lecture à Banfora", "Banfora", money=4000, source="Tableau de suivi"),
    "title": record("Jumelage de Brest et Ziniaré", "Ziniaré", year=1990),
    "namesake": record("Jumelage", "Pô", town="Quimper", year=1990),
}
del AFTER["withdrawn"], AFTER["merged-2"]
RULING = "Saint-Denis,France,musique-a-loumbila-2000,siren,929939411,référente de l'instance,2026-11-20,Délibération"


@dataclass(frozen=True)
class Told:
    """What a build after all that happened gave, and its site."""

    outcome: Outcome
    dump: str
    site: FlaskClient

    def of(self, code: str) -> list[Finding]:
        return [one for one in self.outcome.findings if one.code == code]

    def leads(self, key: str) -> tuple[int, str]:
        """How the address of a partnership answers, and where it leads or what it says."""
        answer = self.site.get(f"/id/partnership/{key}", headers={"Accept": "text/turtle"})
        if answer.status_code == 410:
            return 410, answer.get_json(force=True)["detail"]
        return answer.status_code, answer.headers.get("Location", "")

    def money(self, key: str) -> Decimal:
        """The sum of the amounts of a partnership."""
        lines = re.findall(rf"<{ID}/partnership/{key}> <[^>]+#fundingLine> <([^>]+)>", self.dump)
        amounts = (re.search(rf'<{re.escape(line)}> <[^>]+#amount> "([^"]+)"', self.dump) for line in lines)
        return sum((Decimal(found[1]) for found in amounts if found), Decimal(0))

    def member(self, key: str) -> str:
        """The key of the first body that takes part."""
        found = re.search(
            rf"<{ID}/partnership/{key}#participation-1> <[^>]+ns/org#member> <{ID}/organisation/([^>]+)>", self.dump
        )
        assert found
        return found[1]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("histories")
    data, settings = folder / "data", Settings(releases=folder / "releases")
    write(data, BEFORE)
    (data / "keys.csv").write_bytes(write_register(register([data], settings).entries.values()))
    build([data], settings, day=DAY)
    write(data, AFTER)
    (data / "decisions.csv").write_text(f"{','.join(COLUMNS)}\n{RULING}\n", encoding="utf-8")
    outcome = build([data], settings, day=DAY, strict=True)
    publication = open_publication(settings)
    yield Told(outcome, outcome.release.dump.read_text("utf-8"), create_app(publication).test_client())
    publication.service.close()


def write(data: Path, records: dict[str, PartnershipRecord]) -> None:
    for old in data.rglob("*.json"):
        old.unlink()
    for name, one in records.items():
        file = data / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(one.to_json(), encoding="utf-8")


def test_a_page_saved_again_is_one_record_with_the_money_of_one(told: Told) -> None:
    assert told.leads("puits-de-sapone-2010")[0] == 303
    assert told.money("puits-de-sapone-2010") == 12000
    assert told.dump.count("#wasRevisionOf>") == 2  # and that of the page that was corrected


def test_a_corrected_page_says_what_the_newest_says_under_the_address_that_it_had(told: Told) -> None:
    assert told.leads("ecoles-de-kaya-2010")[0] == 303
    assert told.money("ecoles-de-kaya-2010") == 9000
    assert f'<{ID}/partnership/ecoles-de-kaya-2010> <http://purl.org/dc/terms/title> "Écoles et lycées' in told.dump
    assert told.leads("ecoles-et-lycees-de-kaya-2010")[0] == 404
    assert [one.record for one in told.of("observation-superseded")] == ["ecoles-de-kaya-2010"]
    assert "ecoles-de-kaya-2010" in {one.record for one in told.of("key-kept")}


def test_what_was_withdrawn_says_so_and_is_not_in_the_graph(told: Told) -> None:
    status, reason = told.leads("vergers-de-tenkodogo-2010")
    assert (status, bool(reason)) == (410, True)
    assert "vergers-de-tenkodogo" not in told.dump
    (finding,) = told.of("key-without-record")
    assert (finding.record, finding.source, bool(finding.line)) == ("vergers-de-tenkodogo-2010", "keys.csv", True)


def test_what_was_split_names_its_parts(told: Told) -> None:
    (finding,) = [one for one in told.of("record-split") if one.record == "eau-et-sante-2010"]
    parts = re.findall(r"eau-et-sante-2010-[0-9a-f]{8}", finding.en)
    assert len(set(parts)) == 2
    status, reason = told.leads("eau-et-sante-2010")
    assert status == 410
    assert all(part in reason and told.leads(part)[0] == 303 for part in parts)


def test_of_two_that_were_merged_one_address_leads_to_the_other(told: Told) -> None:
    assert told.leads("marches-de-reo-2010")[0] == 303
    status, there = told.leads("ateliers-de-boromo-2012")
    assert (status, there) == (308, "/id/partnership/marches-de-reo-2010")
    assert told.money("marches-de-reo-2010") == 300
    assert [one.record for one in told.of("records-merged")] == ["ateliers-de-boromo-2012"]


def test_money_of_what_was_merged_leads_to_where_it_is_told(told: Told) -> None:
    answer = told.site.get("/id/funding/ateliers-de-boromo-2012-ville-de-brest-2018-1")
    assert (answer.status_code, answer.headers["Location"]) == (
        308,
        "/id/funding/marches-de-reo-2010-ville-de-brest-2018-1",
    )
    gone = told.site.get("/id/funding/vergers-de-tenkodogo-2010-ville-de-brest-2018-1")
    assert gone.status_code == 410
    assert told.site.get("/id/funding/nothing-2018-1").status_code == 404


def test_two_sources_that_disagree_are_both_told_and_one_counts(told: Told) -> None:
    assert told.money("lecture-a-banfora-2010") == 3000  # the source that has an address
    (finding,) = told.of("sources-disagree")
    assert "3000" in finding.en
    assert "4000" in finding.en


def test_a_corrected_title_keeps_its_address_though_another_of_that_title_comes(told: Told) -> None:
    assert told.leads("jumelage-1990")[0] == 303
    assert f'<{ID}/partnership/jumelage-1990> <http://purl.org/dc/terms/title> "Jumelage de Brest' in told.dump
    assert len(set(re.findall(rf"<{ID}/partnership/(jumelage-1990-[0-9a-f]{{8}})>", told.dump))) == 1


def test_a_renamed_intercommunality_is_the_one_that_it_is_today(told: Told) -> None:
    assert told.member("mobilites-de-koudougou-2012") == "242900314"
    assert f"<{ID}/partnership/mobilites-de-koudougou-2012#participation-1> " in told.dump
    assert '#nameAsWritten> "Brest métropole océane"' in told.dump


def test_a_region_that_was_merged_is_the_one_that_signed_and_leads_to_its_heir(told: Told) -> None:
    assert told.member("semences-de-fada-2009") == "region-31-fr"
    heir = rf"<{ID}/territory/region-31> <http://purl.org/dc/terms/isReplacedBy> <{ID}/territory/region-32>"
    assert heir in told.dump
    assert told.site.get("/id/territory/region-32", headers={"Accept": "text/turtle"}).status_code == 303


def test_a_body_that_was_decided_has_its_number_and_the_key_of_before_leads_to_it(told: Told) -> None:
    assert told.member("musique-a-loumbila-2000") == "929939411"
    answer = told.site.get("/id/organisation/musique-a-loumbila-2000--saint-denis-fr")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/id/organisation/929939411")


def test_all_the_money_is_what_the_newest_observations_say(told: Told) -> None:
    amounts = re.findall(r'#amount> "([^"]+)"', told.dump)
    assert sum(map(Decimal, amounts)) == 12000 + 9000 + 300 + 3000 + 30000 + 500


def test_money_for_several_years_is_shown_as_its_period_and_divided_nowhere(told: Told) -> None:
    page = told.site.get("/doc/partnership/forages-de-djibo-2019.html?lang=en").text
    assert "2019–2021" in page
    line = told.site.get("/doc/funding/forages-de-djibo-2019-ville-de-brest-2019-2021-1.html?lang=en").text
    for said in ("2019–2021", "amount of the whole period", "Committed", "Paid", "24"):
        assert said in line
    assert "2019–2021" in told.site.get("/funding?lang=en").text
    chart = told.site.get("/charts/funding-by-year.csv?partnership=forages-de-djibo-2019").text
    assert chart.splitlines() == ["year,last_year,euros", "2019,2021,30000", "2020,,500"]
    home = told.site.get("/?lang=en").text
    assert "are for several years together (2019–2021)" in home
    table = (told.outcome.release.path / "download" / "funding.csv").read_text("utf-8")
    (row,) = (row for row in csv.DictReader(io.StringIO(table)) if row["lastYear"])
    told_of = [row[name] for name in ("year", "firstYear", "lastYear", "amount", "committedAmount", "paidAmount")]
    assert told_of == ["", "2019", "2021", "30000", "30000", "24000"]


def test_a_sum_by_year_tells_the_period_and_counts_all_money_once(told: Told) -> None:
    query = load("examples/funding-by-year").text
    answer = told.site.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"}).text
    rows = list(csv.DictReader(io.StringIO(answer)))
    assert ("2019", "2021", "30000", "1") in {(r["year"], r["lastYear"], r["total"], r["lines"]) for r in rows}
    assert sum(Decimal(row["total"]) for row in rows) == 12000 + 9000 + 300 + 3000 + 30000 + 500


def test_what_a_town_brings_itself_is_no_grant(told: Told) -> None:
    kind = rf"<{ID}/funding/forages-de-djibo-2019-autofinancement-2020-1> <[^>]+#funderKind> <{ID}/code/([^>]+)>"
    found = re.search(kind, told.dump)
    assert found
    assert found[1] == "funder-kind-own-resources"


def test_no_address_of_the_release_before_is_lost(told: Told) -> None:
    changes = told.outcome.keys
    assert changes.lost == ()
    assert set(changes.moved) == {"vergers-de-tenkodogo-2010", "eau-et-sante-2010", "ateliers-de-boromo-2012"}
