"""Histories of records: what is in the graph after a page is saved again, corrected, or told by another source.

Each history is files on disk, read as a build reads them; money is checked against what the newest observations say.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from atlas_ld.config import Settings
from atlas_ld.findings import Finding
from atlas_ld.iris import Iris
from atlas_ld.mapping import map_partnership
from atlas_ld.pipeline.reading import read_records
from atlas_ld.rdf import Graph
from atlas_ld.records import PartnershipRecord
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve
from atlas_ld.vocabulary import ATLAS, PROV
from tests.conftest import DAY

IRIS = Iris("http://localhost:8000/")
ADDRESS = "https://atlas.example/fiche/77"


def told(tmp_path: Path, files: dict[str, PartnershipRecord]) -> tuple[PartnershipRecord, list[Finding]]:
    """The one record of a folder, and the findings that travel with it."""
    for name, record in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(record.to_json(), encoding="utf-8")
    records, _ = read_records([tmp_path], Settings())
    (record,) = records.values()
    return record, list(record.findings)


def page(
    amount: int | None = None, address: str | None = ADDRESS, title: str = "Fiche 77", **fields: object
) -> PartnershipRecord:
    funding = [] if amount is None else [{"funder": "Ville de Clairval", "amount": amount, "year": 2018}]
    plain = {
        "identifier": "77",
        "title": "Puits partagés",
        "participants": [{"name": "Clairval", "role": "french-authority"}],
        "funding": funding,
        "origins": [{"title": title, "address": address}],
    }
    return PartnershipRecord.model_validate(plain | fields)


def total(record: PartnershipRecord) -> Decimal:
    return sum((line.amount or Decimal(0) for line in record.funding), Decimal(0))


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def graph(record: PartnershipRecord) -> Graph:
    gazetteer = Gazetteer.load()
    return Graph(map_partnership(record, "77", resolve(record, gazetteer), gazetteer, IRIS, DAY).triples())


def published(record: PartnershipRecord) -> Decimal:
    said = graph(record)
    lines = (term.value for term in said.objects(IRIS.entity("partnership", "77"), ATLAS.fundingLine))
    return sum((Decimal(one.value) for line in lines for one in said.objects(line, ATLAS.amount)), Decimal(0))


@pytest.mark.parametrize(
    "names", [("a-2019-05-03.json", "b-2026-01-02.json"), ("z-2019-05-03.json", "b-2026-01-02.json")]
)
def test_of_a_page_saved_twice_the_newer_stands_whatever_the_order_of_files(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    files = {names[0]: page(12000, status="under-way"), names[1]: page(15000, status="ended")}
    record, findings = told(tmp_path, files)
    assert (total(record), record.status) == (15000, "ended")
    assert published(record) == 15000
    (finding,) = findings
    assert finding.code == "observation-superseded"
    for said in ("2019-05-03", "2026-01-02", "status", "funding"):
        assert said in finding.en


def test_what_the_newer_page_no_longer_says_is_gone(tmp_path: Path) -> None:
    old = page(12000, context="Un climat sec.", keywords=["eau"])
    record, findings = told(tmp_path, {"2019-05-03/77.json": old, "2026-01-02/77.json": page()})
    assert (record.context, record.keywords, record.funding) == (None, (), ())
    assert codes(findings) == ["observation-superseded"]


def test_a_section_that_the_newer_page_does_not_show_is_that_of_the_older(tmp_path: Path) -> None:
    new = page(undocumented=["funding"], status="ended")
    record, _ = told(tmp_path, {"2019-05-03/77.json": page(12000), "2026-01-02/77.json": new})
    assert (total(record), record.status, record.undocumented) == (12000, "ended", ())


def test_the_older_observation_stays_in_the_provenance(tmp_path: Path) -> None:
    record, _ = told(tmp_path, {"2019-05-03/77.json": page(12000), "2026-01-02/77.json": page(15000)})
    said = graph(record)
    (source,) = said.objects(IRIS.part("77", "record"), PROV.wasDerivedFrom)
    (before,) = said.objects(source.value, PROV.wasRevisionOf)
    assert [one.value for one in said.objects(source.value, ATLAS.retrieved)] == ["2026-01-02"]
    assert [one.value for one in said.objects(before.value, ATLAS.retrieved)] == ["2019-05-03"]


def test_three_observations_leave_the_newest(tmp_path: Path) -> None:
    files = {f"{year}-01-01/77.json": page(1000 * year) for year in (2024, 2019, 2021)}
    record, findings = told(tmp_path, files)
    assert total(record) == published(record) == 2024000
    assert codes(findings) == ["observation-superseded"] * 2
    assert [origin.superseded for origin in sorted(record.origins, key=lambda o: str(o.retrieved))] == [
        True,
        True,
        False,
    ]


def test_two_copies_without_a_day_are_never_decided_in_silence(tmp_path: Path) -> None:
    record, findings = told(tmp_path, {"a.json": page(12000), "b.json": page(15000)})
    assert total(record) in (12000, 15000)
    (finding,) = findings
    assert finding.code == "sources-disagree"
    assert "12000" in finding.en
    assert "15000" in finding.en


def test_a_copy_that_says_the_same_is_no_matter(tmp_path: Path) -> None:
    record, findings = told(tmp_path, {"a.json": page(12000), "b.json": page(12000)})
    assert (total(record), findings) == (12000, [])


def test_two_sources_that_disagree_are_both_named_and_a_rule_decides(tmp_path: Path) -> None:
    files = {
        "a.json": page(15000, address=None, title="Tableau de suivi", status="ended"),
        "b.json": page(12000, status="under-way"),
    }
    record, findings = told(tmp_path, files)
    assert (total(record), record.status) == (12000, "under-way")  # the source that has an address stands first
    assert sorted((f.code, f.field) for f in findings) == [
        ("sources-disagree", "funding"),
        ("sources-disagree", "status"),
    ]
    money = next(f for f in findings if f.field == "funding")
    for said in ("12000", "15000", "Fiche 77", "Tableau de suivi"):
        assert said in money.en


def test_what_each_of_two_sources_told_is_in_the_graph(tmp_path: Path) -> None:
    other = page(address=None, title="Tableau de suivi", objectives="De l’eau pour tous.")
    record, findings = told(tmp_path, {"a.json": page(12000), "b.json": other})
    assert findings == []
    said = graph(record)
    brought = {}
    for part in said.objects(IRIS.part("77", "record"), PROV.qualifiedDerivation):
        (source,) = said.objects(part.value, PROV.entity)
        titles = said.objects(source.value, "http://purl.org/dc/terms/title")
        brought[titles[0].value] = {one.value for one in said.objects(part.value, ATLAS.contributed)}
    assert str(ATLAS.objectives) in brought["Tableau de suivi"]
    assert str(ATLAS.objectives) not in brought["Fiche 77"]
    assert str(ATLAS.fundingLine) in brought["Fiche 77"]


def test_rows_of_one_table_on_one_day_complete_each_other(tmp_path: Path) -> None:
    header = "identifier;title;foreign_partners\n"
    (tmp_path / "table.csv").write_text(header + "77;Puits partagés;Sfax\n77;Puits partagés;Sousse\n", encoding="utf-8")
    records, _ = read_records([tmp_path], Settings())
    (record,) = records.values()
    assert sorted(p.name for p in record.participants) == ["Sfax", "Sousse"]


@pytest.mark.parametrize("name", ["77.json", "2026-13-45/77.json", "1234567-2019-05-031.json"])
def test_a_name_without_a_day_of_the_calendar_states_none(tmp_path: Path, name: str) -> None:
    record, _ = told(tmp_path, {name: page()})
    assert record.origins[0].retrieved is None


def test_a_day_that_the_source_states_stands_before_that_of_its_file(tmp_path: Path) -> None:
    origins = [{"title": "Fiche 77", "address": ADDRESS, "retrieved": "2020-02-02"}]
    record, _ = told(tmp_path, {"2026-01-02/77.json": page(origins=origins)})
    assert str(record.origins[0].retrieved) == "2020-02-02"
