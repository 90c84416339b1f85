"""The published graph, entity by entity, in the cache: no process ever holds the whole of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from atlas_ld.iris import Iris
from atlas_ld.model import load_model
from atlas_ld.pipeline.cache import Cache, Made, unpack
from atlas_ld.pipeline.checking import CheckedRow
from atlas_ld.pipeline.texts import digests, texts_of
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
            rows = cache.execute("SELECT iri, digest FROM content WHERE iri IS NOT NULL AND published ORDER BY iri")
            return {iri: digest.hex() for iri, digest in rows}

    def lines(self, iris: Sequence[str]) -> list[bytes]:
        found: dict[str, bytes] = {}
        with closing(sqlite3.connect(self.path)) as cache:
            for start in range(0, len(iris), _AT_ONCE):
                some = iris[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT iri, packed FROM content WHERE iri IN ({marks}) AND published"  # noqa: S608
                found |= dict(cache.execute(query, some))
        return [unpack(found[iri]) if iri in found else b"" for iri in iris]

    def __reduce__(self) -> tuple[type[KeptEntities], tuple[Path]]:
        return KeptEntities, (self.path,)  # the digests would be sent along otherwise


class _DigestRow(NamedTuple):
    """The digest of one text."""

    text: bytes


def publish(records: Iterable[CheckedRow], cache: Cache, base_iri: str) -> None:
    """Note what is published: of each entity everything that is one partnership's alone or in the code lists, and one
    description of those that several records describe. Texts of which no record has use are dropped."""
    own = {row.text for row in cache.each("listing", _DigestRow, [""], lambda _: [_listed(base_iri)])[""]}
    shared: set[bytes] = set()
    used = set(own)
    for record in records:
        here, there = digests(record.own), digests(record.shared)
        used.update(here, there)
        if not record.quarantined:
            own.update(here)
            shared.update(there)
    rows = cache.execute("SELECT iri, digest, size, capitals FROM content WHERE iri IS NOT NULL ORDER BY iri")
    chosen: set[bytes] = set()
    unused: set[bytes] = set()
    several: dict[str, list[bytes]] = {}
    for _, group in groupby(rows, key=lambda row: row[0]):
        texts = list(group)
        unused.update(digest for _, digest, *_ in texts if digest not in used)
        described = [(-size, capitals, digest) for _, digest, size, capitals in texts if digest in shared]
        said = {digest for _, digest, *_ in texts if digest in own} | set(_best(cache, described))
        if len(said) < 2:
            chosen |= said
        else:
            ordered = sorted(said)
            several[" ".join(digest.hex() for digest in ordered)] = ordered
    joined = cache.each(
        "joining", _DigestRow, several, lambda missing: (_joined(cache, several[one], base_iri) for one in missing)
    )
    chosen |= {row.text for rows in joined.values() for row in rows}
    published = {
        digest for (digest,) in cache.execute("SELECT digest FROM content WHERE iri IS NOT NULL AND published")
    }
    mark = "UPDATE content SET published = ? WHERE digest = ?"
    cache.executemany(mark, ((False, digest) for digest in published - chosen))
    cache.executemany(mark, ((True, digest) for digest in chosen - published))
    cache.drop(unused - chosen)


def _listed(base_iri: str) -> Made[_DigestRow]:
    """The texts of the code lists, themes and goals."""
    lists = turtle_files("ontology/codes") + [root() / "ontology" / name for name in ("themes.ttl", "goals.ttl")]
    texts = texts_of([t for path in lists for t in parse_file(path, Iris(base_iri).base)], load_model(base_iri).order)
    return [_DigestRow(text.digest) for text in texts], texts


def _best(cache: Cache, described: Sequence[tuple[int, bool, bytes]]) -> list[bytes]:
    """One description of a shared entity: the fullest, then the one not in capitals, then the first by text."""
    if len(described) < 2:
        return [digest for *_, digest in described]
    best = [digest for *rank, digest in described if rank == list(min(described)[:2])]
    return best if len(best) < 2 else [min(best, key=cache.content)]


def _joined(cache: Cache, said: Iterable[bytes], base_iri: str) -> Made[_DigestRow]:
    """The text that says what several say of one entity."""
    triples = [triple for digest in said for triple in parse_lines(cache.content(digest))]
    texts = texts_of(dict.fromkeys(triples), load_model(base_iri).order)
    return [_DigestRow(text.digest) for text in texts], texts
