"""The published graph, entity by entity, in the cache: no process ever holds the whole of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from atlas_ld.iris import Iris
from atlas_ld.model import load_model
from atlas_ld.pipeline import texts
from atlas_ld.pipeline.cache import forget, unpack
from atlas_ld.pipeline.checking import Checked
from atlas_ld.rdf import parse_file, parse_lines
from atlas_ld.resources import root, turtle_files

_AT_ONCE = 500


@dataclass(frozen=True)
class KeptEntities:
    """The entities that the cache in the file `path` says are published: see `release.entities.Entities`."""

    path: Path

    @cached_property
    def digests(self) -> Mapping[str, str]:
        with closing(sqlite3.connect(self.path)) as cache:
            rows = cache.execute("SELECT e.iri, t.digest FROM entity e JOIN text t ON t.id = e.text ORDER BY e.iri")
            return {iri: digest.hex() for iri, digest in rows}

    def lines(self, iris: Sequence[str]) -> list[bytes]:
        found: dict[str, bytes] = {}
        with closing(sqlite3.connect(self.path)) as cache:
            for start in range(0, len(iris), _AT_ONCE):
                some = iris[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT iri, lines FROM entity JOIN lines ON id = text WHERE iri IN ({marks})"  # noqa: S608
                found |= dict(cache.execute(query, some))
        return [unpack(found[iri]) if iri in found else b"" for iri in iris]

    def __reduce__(self) -> tuple[type[KeptEntities], tuple[Path]]:
        return KeptEntities, (self.path,)  # the digests would be sent along otherwise


def publish(cache: sqlite3.Connection, checked: Mapping[str, Checked], base_iri: str) -> None:
    """Note what is published: of each entity everything that is this partnership's alone or in the code lists, and
    one description of those that several records describe."""
    known = {number: texts.Text(*text) for number, *text in cache.execute("SELECT * FROM text")}
    listed = _listed(cache, base_iri, known)
    said: dict[str, list[int]] = {}
    published = [record for record in checked.values() if not record.quarantined]
    for record in published:
        for number in texts.numbers(record.own):
            said.setdefault(known[number].iri, []).append(number)
    shared = {number for record in published for number in texts.numbers(record.shared)}
    for number in (*_best(cache, shared, known), *listed):
        said.setdefault(known[number].iri, []).append(number)
    entities = {
        iri: numbers[0] if len(numbers) == 1 else _together(cache, numbers, base_iri, known)
        for iri, numbers in said.items()
    }
    before = dict(cache.execute("SELECT iri, text FROM entity"))
    cache.executemany("DELETE FROM entity WHERE iri = ?", ((iri,) for iri in before.keys() - entities.keys()))
    cache.executemany("INSERT OR REPLACE INTO entity VALUES (?, ?)", entities.items() - before.items())
    used = {*listed, *entities.values()}
    for record in checked.values():
        used.update(texts.numbers(record.own), texts.numbers(record.shared))
    for table in ("text", "lines"):
        forget(cache, table, "id", used)


def _listed(cache: sqlite3.Connection, base_iri: str, known: dict[int, texts.Text]) -> list[int]:
    """Numbers of the texts of the code lists, themes and goals. They are part of the software, so they stay."""
    numbers = [number for (number,) in cache.execute("SELECT text FROM listed ORDER BY text")]
    if not numbers:
        lists = turtle_files("ontology/codes") + [root() / "ontology" / name for name in ("themes.ttl", "goals.ttl")]
        triples = [triple for path in lists for triple in parse_file(path, Iris(base_iri).base)]
        for text, lines in texts.texts_of(triples, load_model(base_iri).order):
            number = texts.keep(cache, text.digest, texts.new_text(text, lines))
            known[number] = text
            numbers.append(number)
        cache.executemany("INSERT INTO listed VALUES (?)", ((number,) for number in numbers))
    return numbers


def _best(cache: sqlite3.Connection, numbers: Iterable[int], known: Mapping[int, texts.Text]) -> Iterator[int]:
    """One description of each shared entity: the fullest, then the one not in capitals, then the first by text."""
    described: dict[str, list[int]] = {}
    for number in numbers:
        described.setdefault(known[number].iri, []).append(number)
    for some in described.values():
        if len(some) > 1:
            rank = min((-known[number].size, known[number].capitals) for number in some)
            some = [number for number in some if (-known[number].size, known[number].capitals) == rank]
        yield some[0] if len(some) == 1 else min(some, key=lambda number: texts.lines(cache, number))


def _together(cache: sqlite3.Connection, numbers: Iterable[int], base_iri: str, known: dict[int, texts.Text]) -> int:
    """The number of the text that says what several say of one entity."""
    distinct = list(dict.fromkeys(numbers))
    if len(distinct) == 1:
        return distinct[0]
    triples = [triple for number in distinct for triple in parse_lines(texts.lines(cache, number))]
    ((text, lines),) = texts.texts_of(dict.fromkeys(triples), load_model(base_iri).order)
    number = texts.keep(cache, text.digest, texts.new_text(text, lines))
    known[number] = text
    return number
