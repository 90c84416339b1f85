"""Tables open in a spreadsheet, say what the graph says, and run nothing."""

from __future__ import annotations

import csv
from pathlib import Path

from atlas_ld.release.tables import TableFile
from tests.release.conftest import Build, a_record


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_has_the_labels_and_the_iris_of_what_it_links_to(build: Build) -> None:
    (row,) = rows(build().release.path / "download" / "partnerships.csv")
    assert row["title"] == "Écoles jumelles"
    assert row["partnerCountry"] == "Canada"
    assert row["partnerCountry_iri"] == "http://localhost:8000/id/territory/country-ca"
    assert row["startYear"] == "2001"


def test_a_funding_row_names_its_partnership(build: Build) -> None:
    (row,) = rows(build().release.path / "download" / "funding.csv")
    assert (row["partnership"], row["amount"], row["year"]) == ("Écoles jumelles", "1200", "2019")


def test_a_title_that_looks_like_a_formula_is_text(build: Build) -> None:
    folder = build(a_record('=HYPERLINK("http://evil.example";"x")')).release.path / "download"
    (row,) = rows(folder / "partnerships.csv")
    assert row["title"].startswith("'=")


def test_a_row_is_found_by_its_iri_in_any_order_whatever_its_cells_hold(build: Build) -> None:
    texts = ("Une ligne,\nune autre", 'des "guillemets"\n"et\n', "=1+1", "")
    records = [a_record(f"Ports {n}", identifier=str(n), context=text or None) for n, text in enumerate(texts)]
    path = build(*records).release.path / "download" / "partnerships.csv"
    known = {row["iri"]: row for row in rows(path)}
    wanted = [f"http://localhost:8000/id/partnership/{n}" for n in (3, 0, 2, 1)]
    found = list(TableFile(path).rows(wanted))
    assert [row[0] for row in found] == wanted
    for row in found:
        assert [cell.removeprefix("'") for cell in known[row[0]].values()] == [cell.removeprefix("'") for cell in row]
    assert "=1+1" in found[2]
