"""What is said of the tables is true of every cell."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from atlas_ld.release.tables import JOIN, tabled

PATTERNS = {
    "decimal": r"-?\d+(\.\d+)?",
    "integer": r"-?\d+",
    "gYear": r"-?\d{4,}",
    "date": r"\d{4}-\d\d-\d\d",
    "boolean": r"true|false",
    "anyURI": r"(https?|mailto):[^\s<>\"]+",
    "string": r"[\s\S]*",
}
"""Lexical forms (XML Schema 1.1, part 2)."""


def table(client: FlaskClient, name: str) -> tuple[dict[str, Any], list[list[str]]]:
    described = client.get(f"/download/{name}.csv-metadata.json")
    assert (described.status_code, described.mimetype) == (200, "application/csvm+json")
    text = client.get(f"/download/{name}.csv").get_data(as_text=True)
    return json.loads(described.data), list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", tabled())
def test_each_cell_is_of_the_type_of_its_column(demonstration_client: FlaskClient, name: str) -> None:
    described, (head, *rows) = table(demonstration_client, name)
    columns = described["tableSchema"]["columns"]
    assert described["url"] == f"{name}.csv"
    assert [column["titles"] for column in columns] == head
    assert len({column["name"] for column in columns}) == len(columns)
    for row in rows:
        for column, cell in zip(columns, row, strict=True):
            values = cell.split(JOIN) if "separator" in column else [cell]
            for value in values if cell else ():
                assert re.fullmatch(PATTERNS[column["datatype"]], value), (column["name"], value)
    assert len({row[0] for row in rows}) == len(rows) > 1  # the primary key


@pytest.mark.parametrize("name", tabled())
def test_columns_say_which_property_they_are_in_two_languages(demonstration_client: FlaskClient, name: str) -> None:
    described, _ = table(demonstration_client, name)
    for column in described["tableSchema"]["columns"]:
        assert column["dc:title"].keys() == {"fr", "en"}
        if "propertyUrl" in column:
            assert column["dc:description"].keys() == {"fr", "en"}
    properties = [c["propertyUrl"] for c in described["tableSchema"]["columns"] if "propertyUrl" in c]
    assert properties
    assert len(set(properties)) == len(properties)


def test_the_package_names_the_files_with_their_sizes_and_sums(demonstration_client: FlaskClient) -> None:
    package = json.loads(demonstration_client.get("/download/datapackage.json").data)
    assert {r["path"] for r in package["resources"]} == {
        *(f"atlas.{extension}" for extension in ("ttl", "jsonld", "nt", "rdf", "trig", "nq")),
        *(f"{name}.csv" for name in tabled()),
    }
    for resource in package["resources"]:
        content = demonstration_client.get(f"/download/{resource['path']}").data
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        if "schema" in resource:
            head = next(csv.reader(io.StringIO(content.decode(), newline="")))
            assert [field["name"] for field in resource["schema"]["fields"]] == head


def test_there_is_none_of_what_is_no_table(demonstration_client: FlaskClient) -> None:
    for name in ("themes", "atlas", "nothing"):
        assert demonstration_client.get(f"/download/{name}.csv-metadata.json").status_code == 404


def test_the_crate_names_each_file_with_its_size_and_sum(demonstration_client: FlaskClient) -> None:
    answer = demonstration_client.get("/download/ro-crate-metadata.json")
    assert answer.mimetype == "application/ld+json"
    entities = {entity["@id"]: entity for entity in json.loads(answer.data)["@graph"]}
    assert entities["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    parts = [part["@id"] for part in entities["./"]["hasPart"]]
    assert "atlas.nt" in parts
    for name in parts:
        content = demonstration_client.get(f"/download/{name}").data
        assert entities[name]["contentSize"] == str(len(content))
        assert entities[name]["identifier"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    kept = demonstration_client.get(entities["./"]["identifier"].removeprefix("http://localhost:8000"))
    assert kept.status_code == 200
