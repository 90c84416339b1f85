"""Search, lists and store that follow a change hold the same as those that are made whole."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

import pyoxigraph as ox
import pytest

from atlas_ld.processes import ALONE
from atlas_ld.release.layout import CANONICAL, CATALOGUE, ONTOLOGY, REPORT, STORE, Release
from atlas_ld.release.reading.facets import FacetIndex, positions_of
from atlas_ld.release.reading.search import SearchIndex
from atlas_ld.release.writing import following
from atlas_ld.release.writing.entities import entity_of
from atlas_ld.release.writing.facet_file import FACETS
from atlas_ld.release.writing.following import Changes, begin_indexes
from atlas_ld.release.writing.indexes import write_indexes
from atlas_ld.release.writing.search_file import SEARCH
from atlas_ld.release.writing.store import write_store

BASE = "http://localhost:8000/"
PARTNERSHIPS = 30
SORTS = {
    "partnerships": ("title", "title-en", "-year", "year", "-amount"),
    "territories": ("-partnerships", "title"),
    "organisations": ("-partnerships", "title"),
    "themes": ("-partnerships", "title"),
    "funding": ("-amount", "-year", "year", "title"),
}


@dataclass(frozen=True)
class InMemory:
    """Entities that are held, by IRI and sorted by it."""

    described: dict[str, bytes]

    @cached_property
    def digests(self) -> Mapping[str, str]:
        return {iri: hashlib.sha256(lines).hexdigest() for iri, lines in self.described.items()}

    def lines(self, iris: Sequence[str]) -> list[bytes]:
        return [self.described.get(iri, b"") for iri in iris]


@pytest.fixture(scope="session")
def published(demonstration: Release) -> dict[str, bytes]:
    """Some partnerships of the demonstration with all that they link to: the lines of each entity."""
    every: dict[str, bytes] = {}
    for line in (demonstration.path / "download" / "atlas.nq").read_bytes().splitlines(keepends=True):
        iri = entity_of(line[1 : line.index(b">")].decode())
        every[iri] = every.get(iri, b"") + line
    some: dict[str, bytes] = {}
    partnerships = [iri for iri in every if "/id/partnership/" in iri]
    pending = sorted(partnerships, key=lambda iri: (b"#fundingLine>" not in every[iri], iri))[:PARTNERSHIPS]
    while pending:
        iri = pending.pop()
        if iri in every and iri not in some:
            some[iri] = every[iri]
            pending += {entity_of(link.decode()) for link in re.findall(rb" <([^>]*)> \.\n", every[iri])}
    return some


def write_everything(folder: Path, graph: dict[str, bytes], changes: Changes, findings: int) -> None:
    (folder / "download").mkdir(parents=True)
    lines = [line for iri in sorted(graph) for line in sorted(graph[iri].splitlines(keepends=True))]
    (folder / CANONICAL).write_bytes(b"".join(lines))
    (folder / ONTOLOGY).write_text(f"<{BASE}ontology> a <{BASE}o> .")
    (folder / CATALOGUE).write_text(f"<{BASE}dataset> <{BASE}has> {len(graph)} , <{BASE}id/theme/shared> .")
    results = [f'q:result-{n} a q:Result ;\n\tq:message "n° {n}"@fr .' for n in range(findings, findings + 5)]
    (folder / REPORT).write_text(f"@prefix q: <{BASE}quality#> .\n\n" + "\n\n".join(results) + "\n")
    entities = InMemory(dict(sorted(graph.items())))
    begin_indexes(folder, changes, BASE)
    write_indexes(folder, entities, changes, BASE, ALONE)
    write_store(folder, entities, changes, BASE, [])


def whole(folder: Path, graph: dict[str, bytes], findings: int) -> None:
    write_everything(folder, graph, Changes(None, tuple(sorted(graph)), (), ()), findings)


def between(previous: Path, before: dict[str, bytes], after: dict[str, bytes]) -> Changes:
    return Changes(
        previous,
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(iri for iri in after if iri in before and after[iri] != before[iri])),
        removed=tuple(sorted(before.keys() - after.keys())),
    )


CONTENTS = {
    SEARCH: (
        "SELECT iri, kind, label, names, texts, label_stems, stems FROM entity ORDER BY iri",
        "SELECT iri FROM row ORDER BY iri",
        "SELECT row.iri, entity FROM uses JOIN row ON row.id = uses.row ORDER BY 1, 2",
        "SELECT row.iri, organisation, role, name FROM member JOIN row ON row.id = partnership ORDER BY 1, 2, 3, 4",
    ),
    FACETS: (
        "SELECT i.list, o.iri, i.iri, i.fr, i.en, i.folded, i.year, i.last_year, i.cents, i.partnerships, i.told, "
        "i.facts FROM item i LEFT JOIN item o ON o.list = 'partnerships' AND o.id = i.owner ORDER BY i.list, i.sort",
        "SELECT i.list, facet, value.value, iri FROM value JOIN has ON has.value = value.id "
        "JOIN item i ON i.list = value.list AND i.id = has.item ORDER BY 1, 2, 3, 4",
        "SELECT item.iri, key, lat, long, place.fr, place.en FROM place "
        "JOIN item ON item.list = 'territories' AND item.id = place.item ORDER BY 1",
        "SELECT (SELECT count(*) FROM has) - (SELECT count(*) FROM has JOIN value ON value.id = has.value "
        "JOIN item ON item.list = value.list AND item.id = has.item)",
        "SELECT count(*) FROM place",
    ),
}


def contents(folder: Path) -> Iterator[Any]:
    """All that the files of a release say, without the numbers of rows."""
    for name, questions in CONTENTS.items():
        connection = sqlite3.connect(folder / name)
        for question in questions:
            yield question, connection.execute(question).fetchall()
        connection.close()
    for words in ("eau", "la coopération", "brest mali"):
        index = SearchIndex(folder / SEARCH)
        yield words, index.search(index.read(words), limit=1000)
    index = FacetIndex(folder / FACETS)
    for name, orders in SORTS.items():
        everything = index.everything(name)
        for order in orders:
            yield name, order, index.rows(name, index.ordered(name, everything, order))
        some = index.facet(name, "country") if name != "themes" else index.facet(name, "depth")
        yield name, {value: sorted(index.iris(name, positions_of(bits))) for value, bits in some.items()}
    lines = index.lines()
    yield sorted((lines.years[n] or 0, lines.cents[n] or 0) for n in positions_of(index.everything("funding")))
    partnerships = positions_of(index.everything("partnerships"))
    links = index.links()
    yield dict(
        zip(
            index.iris("partnerships", partnerships),
            ((links.here[n], links.abroad[n]) for n in partnerships),
            strict=True,
        )
    )
    yield "quads", sorted(map(str, ox.Store.read_only(str(folder / STORE))))


def altered(graph: dict[str, bytes], gone: dict[str, bytes], chance: Random) -> None:
    """One change of a kind that happens: entities come and go, and say something else."""

    def one(kind: str) -> str:
        return chance.choice(sorted(iri for iri in graph if f"/id/{kind}/" in iri))

    what = chance.choice(("remove", "restore", "partner", "written", "title", "title", "move", "dangle"))
    if what == "remove":
        iri = one("partnership")
        key = iri.rpartition("/")[2]
        gone |= {other: graph.pop(other) for other in list(graph) if other == iri or f"/id/funding/{key}-" in other}
    elif what == "restore" and gone:
        iri = chance.choice(sorted(gone))
        graph[iri] = gone.pop(iri)
    elif what == "partner":
        iri = one("partnership")
        partners = re.findall(rb"#(?:member|foreignPartner)> <([^>]*)>", graph[iri])
        if partners:
            other = one("organisation").encode()
            graph[iri] = graph[iri].replace(b"<" + chance.choice(partners) + b">", b"<" + other + b">")
    elif what == "written":
        iri = one("partnership")
        graph[iri] = re.sub(rb'#nameAsWritten> "', b'#nameAsWritten> "%d ' % chance.randrange(100), graph[iri], count=1)
    elif what == "title":
        iri = one(chance.choice(("partnership", "organisation", "territory", "theme", "funding", "code")))
        graph[iri] = re.sub(rb' "', b' "%d ' % chance.randrange(100), graph[iri], count=1)
    elif what == "move":
        iri, above = one("territory"), one("territory").encode()
        moved = re.sub(rb"#within> <[^>]*>", b"#within> <%s>" % above, graph[iri])
        graph[iri] = re.sub(rb'pos#lat> "[^"]*"', b'pos#lat> "%d"' % chance.randrange(90), moved)
    elif what == "dangle":
        iri = one(chance.choice(("organisation", "territory", "funding")))
        gone[iri] = graph.pop(iri)


@pytest.mark.parametrize("seed", range(3))
def test_ten_changes_give_what_one_build_gives(
    published: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(following, "_MOST", 100)
    chance, graph, gone = Random(seed), dict(published), {}
    whole(tmp_path / "0", graph, 0)
    for step in range(1, 11):
        before = dict(graph)
        for _ in range(chance.randint(1, 3)):
            altered(graph, gone, chance)
        previous = tmp_path / str(step - 1)
        write_everything(tmp_path / str(step), graph, between(previous, before, graph), step)
        if step % 5 == 0:
            shutil.rmtree(tmp_path / "whole", ignore_errors=True)
            whole(tmp_path / "whole", graph, step)
            for ours, theirs in zip(contents(tmp_path / str(step)), contents(tmp_path / "whole"), strict=True):
                assert ours == theirs


def test_a_store_that_follows_leaves_the_one_before_alone_and_outlives_it(
    published: dict[str, bytes], tmp_path: Path
) -> None:
    graph = dict(published)
    whole(tmp_path / "0", graph, 0)
    files = {path: path.read_bytes() for path in (tmp_path / "0" / STORE).iterdir()}
    del graph[next(iri for iri in graph if "/id/partnership/" in iri)]
    write_everything(tmp_path / "1", graph, between(tmp_path / "0", published, graph), 1)
    tables = [path for path in (tmp_path / "1" / STORE).glob("*.sst") if path.stat().st_nlink > 1]
    assert tables, "no file is shared, so that nothing was taken over"
    assert {path: path.read_bytes() for path in (tmp_path / "0" / STORE).iterdir()} == files
    quads = set(ox.Store.read_only(str(tmp_path / "1" / STORE)))
    shutil.rmtree(tmp_path / "0")
    whole(tmp_path / "2", graph, 1)
    assert set(ox.Store.read_only(str(tmp_path / "1" / STORE))) == quads
    assert set(ox.Store.read_only(str(tmp_path / "2" / STORE))) == quads


def test_where_much_has_changed_all_is_made_again(published: dict[str, bytes], tmp_path: Path) -> None:
    graph = dict(published)
    whole(tmp_path / "0", graph, 0)
    for iri in [iri for iri in graph if "/id/organisation/" in iri]:
        del graph[iri]
    write_everything(tmp_path / "1", graph, between(tmp_path / "0", published, graph), 0)
    connection = sqlite3.connect(tmp_path / "1" / SEARCH)
    assert connection.execute("PRAGMA user_version").fetchone() == (0,)
    connection.close()
