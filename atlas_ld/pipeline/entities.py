"""The published graph, entity by entity, in the cache: no process ever holds the whole of it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from atlas_ld.iris import Iris
from atlas_ld.model import load_model
from atlas_ld.pipeline import texts
from atlas_ld.pipeline.cache import unpack
from atlas_ld.pipeline.checking import Change
from atlas_ld.rdf import parse_file, parse_lines
from atlas_ld.resources import root, turtle_files

_AT_ONCE = 500


@dataclass(frozen=True)
class KeptEntities:
    """The entities that the cache in the file `path` says are published: see `release.writing.entities.Entities`."""

    path: Path

    @cached_property
    def digests(self) -> Mapping[str, str]:
        with closing(sqlite3.connect(self.path)) as cache:
            rows = cache.execute("SELECT iri, digest FROM entity ORDER BY iri")
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


def publish(cache: sqlite3.Connection, changes: Iterable[Change], base_iri: str) -> None:
    """Note what is published, given what has changed: of each entity everything that is one partnership's alone or in
    the code lists, and one description of those that several records describe."""
    is_first = not cache.execute("SELECT 1 FROM entity LIMIT 1").fetchone()
    listed = _listed(cache, base_iri) if is_first else []
    for iri in dict.fromkeys((*listed, *_touched(cache, changes))):
        _choose(cache, iri, base_iri)


def _listed(cache: sqlite3.Connection, base_iri: str) -> list[str]:
    """Keep the texts of the code lists, themes and goals; the entities that they are about. They are part of the
    software, so they stay."""
    lists = turtle_files("ontology/codes") + [root() / "ontology" / name for name in ("themes.ttl", "goals.ttl")]
    triples = [triple for path in lists for triple in parse_file(path, Iris(base_iri).base)]
    listed = texts.texts_of(triples, load_model(base_iri).order)
    for text, lines in listed:
        number = texts.keep(cache, text.digest, texts.new_text(text, lines))
        cache.execute("UPDATE text SET users = users + 1, own = own + 1 WHERE id = ?", (number,))
    return [text.iri for text, _ in listed]


def _touched(cache: sqlite3.Connection, changes: Iterable[Change]) -> list[str]:
    """Count who has which text after these changes; the entities that the texts concerned are about."""
    users, own, shared = Counter[int](), Counter[int](), Counter[int]()
    for change in changes:
        for record, difference in ((change.before, -1), (change.after, 1)):
            if record:
                for numbers, published in ((texts.numbers(record.own), own), (texts.numbers(record.shared), shared)):
                    for number in numbers:
                        users[number] += difference
                        if not record.quarantined:
                            published[number] += difference
    counts = [(n, u, own[n], shared[n]) for n, u in users.items() if u or own[n] or shared[n]]
    cache.executemany("UPDATE text SET users = users + ?2, own = own + ?3, shared = shared + ?4 WHERE id = ?1", counts)
    find = "SELECT iri FROM text WHERE id = ?"
    return sorted({cache.execute(find, (number,)).fetchone()[0] for number, *_ in counts})


def _choose(cache: sqlite3.Connection, iri: str, base_iri: str) -> None:
    """Note the text that is published of an entity, and drop the texts about it that are of no more use."""
    rows = cache.execute("SELECT id, size, capitals, users, own, shared FROM text WHERE iri = ?", (iri,)).fetchall()
    described = [(-size, capitals, number) for number, size, capitals, _, _, shared in rows if shared]
    said = {number for number, _, _, _, own, _ in rows if own} | set(_best(cache, described))
    chosen = next(iter(said)) if len(said) == 1 else _together(cache, said, base_iri) if said else None
    if chosen is None:
        cache.execute("DELETE FROM entity WHERE iri = ?", (iri,))
    else:
        cache.execute("INSERT OR REPLACE INTO entity SELECT iri, id, digest FROM text WHERE id = ?", (chosen,))
    for number, _, _, users, _, _ in rows:
        if not users and number != chosen:
            texts.forget(cache, number)


def _best(cache: sqlite3.Connection, described: Sequence[tuple[int, bool, int]]) -> list[int]:
    """One description of a shared entity: the fullest, then the one not in capitals, then the first by text."""
    best = [number for *rank, number in described if rank == list(min(described)[:2])]
    return best if len(best) < 2 else [min(best, key=lambda number: texts.lines(cache, number))]


def _together(cache: sqlite3.Connection, numbers: Iterable[int], base_iri: str) -> int:
    """The number of the text that says what several say of one entity."""
    triples = [triple for number in sorted(numbers) for triple in parse_lines(texts.lines(cache, number))]
    ((text, lines),) = texts.texts_of(dict.fromkeys(triples), load_model(base_iri).order)
    return texts.keep(cache, text.digest, texts.new_text(text, lines))
