"""Dumps say the same in every format, and a release made in steps has the files of one made at once."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import rdflib

from atlas_ld.records import Funding, Participant, PartnershipRecord
from atlas_ld.release.manifest import MANIFEST
from atlas_ld.release.writing import downloads
from atlas_ld.release.writing.chunks import Chunk
from atlas_ld.release.writing.ledger import chunk_notes, digests, reading
from tests.release.conftest import Build, a_record
from tests.release.test_release import published_files

FORMATS = {"nt": "nt", "nq": "nquads", "ttl": "turtle", "trig": "trig", "rdf": "xml", "jsonld": "json-ld"}
PLACES = ("Rimouski", "Bamako", "Sfax", "Maputo")


def a_numbered(number: int, title: str, place: str) -> PartnershipRecord:
    return a_record(
        title,
        identifier=str(number),
        participants=(
            Participant(name="Brest métropole", role="french-authority"),
            Participant(name=place, role="foreign-partner", country="Canada"),
        ),
        funding=(Funding(funder=place, amount=1200 + number, year=2019),),
    )


def test_every_dump_holds_the_same_triples(build: Build) -> None:
    folder = build(a_record(), a_record('« Deux » ports & <3> \\ "\n x .\n y')).release.path / "download"
    graphs = {}
    for extension, name in FORMATS.items():
        graph = rdflib.Dataset(default_union=True)
        graph.parse(folder / f"atlas.{extension}", format=name)
        graphs[extension] = set(graph.triples((None, None, None)))
    for extension, triples in graphs.items():
        assert triples == graphs["nt"], extension


def test_the_canonical_dump_is_sorted_by_entity_and_then_by_line(build: Build) -> None:
    release = build(*(a_numbered(n, "Écoles", "Sfax") for n in (1, 10, 2))).release.path
    lines = (release / "download" / "atlas.nt").read_bytes().splitlines()
    assert lines == sorted(lines, key=lambda line: (line.split(b">")[0].split(b"#")[0], line))


def test_a_release_made_in_steps_has_the_files_of_one_made_at_once(build: Build) -> None:
    chance = random.Random(20261123)
    records = {n: a_numbered(n, f"Écoles {n}", chance.choice(PLACES)) for n in range(1, 150)}
    steps = build(*records.values()).release.path
    for step in range(6):
        for _ in range(chance.randrange(1, 4)):
            n = chance.randrange(1, 160)
            change = chance.randrange(3)
            if change and n in records:
                records.pop(n)
            else:
                records[n] = a_numbered(n, f"Ports {n} {step}", chance.choice(PLACES))
        steps = build(*records.values()).release.path
    once = build(*records.values(), into="once").release.path
    files, others = published_files(steps), published_files(once)
    assert [name for name in files if name != MANIFEST and files[name] != others[name]] == []
    assert files.keys() == others.keys()
    assert digests(steps) == digests(once)
    with reading(steps) as one, reading(once) as other:
        assert [*chunk_notes(one)] == [*chunk_notes(other)]
        for table in ("label", "owner"):
            rows = [set(notes.execute(f"SELECT * FROM {table}")) for notes in (one, other)]
            assert rows[0] == rows[1]


def test_what_has_not_changed_is_taken_over_and_not_made_again(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    for name in ("make_texts", "make_rows"):
        make = getattr(downloads, name)

        def noted(chunks: list[Chunk], make: Callable[..., object] = make, **given: object) -> object:
            made.extend(iri for chunk in chunks for iri in chunk.iris)
            return make(chunks, **given)

        monkeypatch.setattr(downloads, name, noted)
    records = [a_numbered(n, f"Écoles {n}", "Sfax") for n in range(150)]
    build(*records)
    everything = set(made)
    made.clear()
    build(*records[:-1], a_numbered(149, "Écoles changées", "Sfax"))
    assert any(iri.endswith("partnership/149") for iri in made)
    assert any("funding/149" in iri for iri in made)  # its row names the partnership
    assert not any("/id/code/" in iri for iri in made)
    assert len(set(made)) < len(everything)


def test_a_damaged_release_is_not_taken_over(build: Build) -> None:
    first = build(a_record(), a_record("Deux ports")).release.path / "download" / "atlas.ttl"
    first.write_bytes(first.read_bytes().replace(b"jumelles", b"JUMELLES"))
    second = build(a_record(), a_record("Deux ports", start_year=2003)).release.path / "download" / "atlas.ttl"
    assert b"JUMELLES" not in second.read_bytes()
