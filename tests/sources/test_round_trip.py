"""Records of the demonstration and of the corpus, written as CSV, XLSX and JSON and imported again, is the same
graph."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from atlas_ld.config import Settings
from atlas_ld.iris import Iris
from atlas_ld.mapping import map_partnership
from atlas_ld.pipeline import import_sources
from atlas_ld.pipeline.reading import read_records
from atlas_ld.rdf import Graph
from atlas_ld.records import PartnershipRecord
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve
from atlas_ld.resources import root
from bench.corpus import load_world, record
from tests.conftest import DAY
from tests.sources.tables import as_csv, as_xlsx

IRIS = Iris("http://localhost:8000/")


@pytest.fixture(scope="module")
def records() -> dict[str, PartnershipRecord]:
    """By key; of records that several sources tell, the first source alone: a row has one."""
    told, _ = read_records([root() / "data" / "demonstration"], Settings())
    world = load_world()
    corpus = {f"corpus-{number}": record(number, world) for number in range(0, 2000, 40)}
    found = {**dict(list(told.items())[::6]), **corpus}
    return {key: _of_one_source(key, one) for key, one in found.items()}


def _of_one_source(key: str, record: PartnershipRecord) -> PartnershipRecord:
    origin = record.origins[0].model_copy(update={"fields": (), "superseded": False})
    return PartnershipRecord(**{**dict(record), "origins": (origin,), "findings": (), "identifier": key})


def as_json(records: dict[str, PartnershipRecord], folder: Path) -> None:
    for key, one in records.items():
        (folder / f"{key}.json").write_text(one.to_json(), "utf-8")


def as_tables(write: Callable[..., bytes], name: str) -> Callable[[dict[str, PartnershipRecord], Path], None]:
    def written(records: dict[str, PartnershipRecord], folder: Path) -> None:
        (folder / name).write_bytes(write(records.values()))

    return written


@pytest.mark.parametrize(
    "write",
    [as_json, as_tables(as_csv, "t.csv"), as_tables(as_xlsx, "t.xlsx")],
    ids=["json", "csv", "xlsx"],
)
def test_what_is_written_and_imported_again_is_the_same_graph(
    records: dict[str, PartnershipRecord], tmp_path: Path, write: Callable[[dict[str, PartnershipRecord], Path], None]
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    write(records, source)
    done = import_sources([source], tmp_path / "records", Settings())
    assert {finding.code for finding in done.findings} <= {"unknown-theme"}
    again, _ = read_records([tmp_path / "records"], Settings())
    assert again.keys() == records.keys()
    gazetteer = Gazetteer.load()
    for key, one in records.items():
        here, there = (
            Graph(map_partnership(told, key, resolve(told, gazetteer), gazetteer, IRIS, DAY).triples())
            for told in (one, again[key])
        )
        assert here == there, key
