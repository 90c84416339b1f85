"""The changes as CSV and RDF."""

from __future__ import annotations

import csv
import io

import pytest
from rdflib import Dataset, URIRef

from atlas_ld.comparison import compare_records
from atlas_ld.comparison.files import COLUMNS, as_csv, as_rdf
from atlas_ld.media import NQUADS, TRIG, Format
from atlas_ld.release.layout import Release


def test_a_row_of_the_csv_is_a_field_and_no_cell_is_a_formula(compared: tuple[Release, Release]) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(compare_records(*compared, "en")))))
    assert tuple(rows[0]) == COLUMNS
    title = next(row for row in rows if row["field"] == "Title" and row["change"] == "changed")
    assert (title["before"], title["after"]) == ("Écoles", '\'=HYPERLINK("https://mal.example") `x` <b>')
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "@")]
    assert {row["change"] for row in rows} == {"renamed", "removed", "added", "changed"}


@pytest.mark.parametrize(("format_", "name"), [(TRIG, "trig"), (NQUADS, "nquads")])
def test_the_graphs_of_what_went_and_came_turn_the_old_release_into_the_new(
    compared: tuple[Release, Release], format_: Format, name: str
) -> None:
    before, after = compared
    dataset = Dataset()
    dataset.parse(data=as_rdf(compare_records(before, after, "en"), format_), format=name)
    link = f"http://localhost:8000/releases/compare?from={before.id}&to={after.id}"
    old, new = Dataset(), Dataset()
    old.parse(before.dump, format="nt")
    new.parse(after.dump, format="nt")
    removed, added = (dataset.graph(URIRef(f"{link}#{part}")) for part in ("removed", "added"))
    assert len(removed) > 0
    assert (set(old.default_graph) - set(removed)) | set(added) == set(new.default_graph)
