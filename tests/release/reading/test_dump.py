"""What is said of one thing is found in the sorted dump, and is what the store says."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from atlas_ld.errors import ReleaseError
from atlas_ld.iris import Iris
from atlas_ld.queries.description import describe_queries
from atlas_ld.rdf import Triple, integer, parse_file
from atlas_ld.release.layout import Release
from atlas_ld.release.reading.dump import Dump
from atlas_ld.release.reading.store import Reader

HOME = "http://localhost:8000/"
BASE = f"{HOME}id/"


def written(path: Path, texts: dict[str, list[int]]) -> dict[str, bytes]:
    """A sorted file with lines of these lengths for each subject; the lines of each."""
    lines = {
        iri: b"".join(
            b'<%s> <p:%04d> "%s" .\n' % (iri.encode(), number, b"x" * size) for number, size in enumerate(sizes)
        )
        for iri, sizes in texts.items()
    }
    path.write_bytes(b"".join(lines[iri] for iri in sorted(lines, key=lambda iri: (iri.partition("#")[0], f"{iri}>"))))
    return lines


def test_the_lines_of_every_subject_are_found_whatever_their_number_and_length(tmp_path: Path) -> None:
    texts = {f"{BASE}{number % 7}/{number}": [number * 37 % 900] * (1 + number % 5) for number in range(400)}
    texts |= {
        f"{BASE}long": [40_000, 3, 20_000],
        f"{BASE}many": [50] * 3000,
        f"{BASE}1/1": [5],
        f"{BASE}1/1#part-1": [9],
    }
    lines = written(tmp_path / "sorted.nt", texts)
    dump = Dump(tmp_path / "sorted.nt", BASE)
    assert {iri: dump.lines(iri) for iri in texts} == lines


def test_an_entity_is_found_with_its_parts_and_without_those_that_begin_like_it(tmp_path: Path) -> None:
    sizes = [3, 9_000, 40]
    texts = {f"{BASE}1/{stem}{part}": sizes for stem in ("1", "10", "1-a") for part in ("", "#part-1", "#part-2")}
    lines = written(tmp_path / "sorted.nt", texts | {f"{BASE}1/2#part-1": sizes})
    dump = Dump(tmp_path / "sorted.nt", BASE)
    for stem in ("1", "10", "1-a"):
        said = [lines[f"{BASE}1/{stem}{part}"] for part in ("#part-1", "#part-2", "")]
        assert dump.entity(f"{BASE}1/{stem}") == b"".join(said)
    assert dump.entity(f"{BASE}1/2") == lines[f"{BASE}1/2#part-1"]
    assert dump.entity(f"{BASE}1/3") == b""


@pytest.mark.parametrize("iri", [f"{BASE}0", f"{BASE}b/1", f"{BASE}b/100", f"{BASE}b/10#x", f"{BASE}z", "", "http"])
def test_there_are_no_lines_of_what_nothing_is_said_of(tmp_path: Path, iri: str) -> None:
    written(tmp_path / "sorted.nt", {f"{BASE}b/{number}": [10] for number in range(10, 100)})
    assert Dump(tmp_path / "sorted.nt", BASE).lines(iri) == b""


def test_an_empty_dump_says_nothing_and_a_missing_one_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.nt").touch()
    assert Dump(tmp_path / "empty.nt", BASE).lines(BASE) == b""
    with pytest.raises(ReleaseError, match="build the release again"):
        Dump(tmp_path / "none.nt", BASE)


def test_the_dump_says_of_its_entities_all_that_the_store_says(demonstration: Release) -> None:
    """Of every subject that the store has, those of other graphs included."""
    dump = Dump(demonstration.dump, BASE)
    store, both = Reader(demonstration.store), Reader(demonstration.store, dump=dump)
    opened = ox.Store.read_only(str(demonstration.store))
    subjects = {quad.subject.value for quad in opened.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    assert sum(dump.holds(iri) for iri in subjects) > 100
    for iri in subjects:
        assert set(both.about(iri)) == set(store.about(iri)), iri
        assert both.naming(iri) == store.naming(iri), iri
        assert both.exists(iri)


def test_the_endpoint_holds_the_dump_and_what_is_said_of_it_and_nothing_else(demonstration: Release) -> None:
    """Its default graph is the dump, the ontology, the catalogue and the example queries, as its description says."""
    opened = ox.Store.read_only(str(demonstration.store))
    held = {quad.triple for quad in opened.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    dumped = {quad.triple for quad in ox.parse(path=str(demonstration.dump), format=ox.RdfFormat.N_TRIPLES)}
    assert len(dumped) == demonstration.manifest.counts.triples
    assert dumped <= held
    beside = {*describe_queries(Iris(HOME))}
    for path in (demonstration.ontology, demonstration.path / "catalogue.ttl"):
        beside |= {_as_stored(triple) for triple in parse_file(path, HOME)}
    assert held == dumped | beside


def _as_stored(triple: Triple) -> Triple:
    """Oxigraph keeps whole numbers as xsd:integer; sizes of files are xsd:nonNegativeInteger, as DCAT has it."""
    value = triple.object
    if isinstance(value, ox.Literal) and value.datatype.value.endswith("#nonNegativeInteger"):
        return Triple(triple.subject, triple.predicate, integer(int(value.value)))
    return triple
