"""Takes something out of releases that are kept: a record, or words in whatever text they stand.

A release never changes otherwise. It is written anew under its own id out of its canonical dump, so that no file of it
has kept anything, sealed again, and put in place of the other; its manifest tells when that was done, why and by whom
(a role). Addresses of records that were taken out answer 410 with the reason.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from atlas_ld.config import Settings
from atlas_ld.errors import ReleaseError
from atlas_ld.iris import Iris
from atlas_ld.keys import read_register, removed_keys
from atlas_ld.media import TURTLE
from atlas_ld.model import load_model
from atlas_ld.pipeline.building import CACHE
from atlas_ld.pipeline.cache import remove as remove_cache
from atlas_ld.pipeline.cache import software
from atlas_ld.privacy.objections import Objections
from atlas_ld.processes import Workers
from atlas_ld.queries.description import describe_queries
from atlas_ld.rdf import Literal, NamedNode, Triple, ntriples_lines, parse_file, parse_lines, write
from atlas_ld.release import layout
from atlas_ld.release.manifest import Redaction
from atlas_ld.release.moved import COLUMNS, MOVED, write_keys
from atlas_ld.release.verify import verify
from atlas_ld.release.writing.entities import entity_of
from atlas_ld.release.writing.writer import QUALITY, SHAPES, Content, rewrite_release
from atlas_ld.sources import KEYS
from atlas_ld.vocabulary import PREFIXES

_GO_ALONG = ("funding", "source", "agreement", "organisation")
"""Kinds of things that go with the last record that speaks of them."""


@dataclass(frozen=True)
class Redacted:
    """What was taken out of a release: partnerships by key, and of how many entities a text was changed."""

    release: str
    records: tuple[str, ...]
    texts: int


@dataclass(frozen=True)
class _Entities:
    """Entities with their lines, in memory (`release.writing.entities.Entities`)."""

    digests: Mapping[str, str]
    held: Mapping[str, bytes]

    def lines(self, iris: Sequence[str]) -> list[bytes]:
        """The lines of each of these entities; none of an IRI that is no entity."""
        return [self.held.get(iri, b"") for iri in iris]


def redact_releases(
    objections: Objections,
    settings: Settings,
    *,
    role: str,
    reason: str,
    ids: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> list[Redacted]:
    """Take out of releases (all that are kept, unless `ids` names some) what the objections say. Those before the first
    that holds some of it are left as they are; those after it were made from it, and their databases may have kept
    bytes of what was deleted. Raises ReleaseError for a release that is damaged, which would be sealed as sound."""
    done: list[Redacted] = []
    with layout.building(settings.releases), Workers(1) as workers:
        remove_cache(settings.releases / CACHE)  # which holds what builds have read
        for name in reversed(sorted(ids, reverse=True) or layout.release_ids(settings.releases, candidates=True)):
            release = layout.open_release(settings.releases, name)
            if differences := verify(release.path):
                raise ReleaseError(f"{name} is not whole, so nothing was taken out of it: {differences[0]}")
            redacted = _redact(release, objections, settings, role, reason, workers, always=bool(done))
            if redacted is not None:
                done.append(redacted)
                progress(f"{name}: {len(redacted.records)} records and texts of {redacted.texts} entities")
    _tell_of(settings.releases / MOVED, sorted({key for one in done for key in one.records}), reason)
    return done


def _redact(
    release: layout.Release,
    objections: Objections,
    settings: Settings,
    role: str,
    reason: str,
    workers: Workers,
    always: bool,
) -> Redacted | None:
    own = replace(settings, base_iri=release.manifest.base_iri)
    iris = Iris(own.base_iri)
    entities = _entities(release)
    keys = [key for key in objections.records if iris.entity("partnership", key) in entities]
    # An address that says what was objected to cannot be mended: its record goes.
    keys += [
        about[1]
        for iri in entities
        if (about := iris.split(iri)) and about[0] == "partnership" and objections.removed(iri) != iri
    ]
    gone = _gone({iris.entity("partnership", key) for key in keys}, entities, iris)
    remaining, texts = _cleaned(entities, gone, objections)
    report = _report(release, gone, objections)
    texts_of_files = {name: (release.path / name).read_bytes() for name in (QUALITY, layout.REVIEW, KEYS, MOVED)
                      if (release.path / name).exists()}  # fmt: skip
    told = {name: _json(text, keys, gone, objections) for name, text in texts_of_files.items() if name.endswith("json")}
    tables = [(KEYS, objections.protect_table(texts_of_files[KEYS]))] if KEYS in texts_of_files else []
    register = read_register(tables)
    moved = write_keys({**register.entries, **removed_keys(keys)})
    inputs = {objections.removed(name): sum_ for name, sum_ in release.manifest.inputs.items()}
    changed = texts or gone or inputs != release.manifest.inputs
    if not (always or changed) and all(told[name] == texts_of_files[name] for name in told):
        return None
    counts = release.manifest.counts
    partnerships = (iri for iri in remaining.digests if (about := iris.split(iri)) and about[0] == "partnership")
    content = Content(
        entities=remaining,
        ontology=release.ontology.read_text("utf-8"),
        shapes=(release.path / SHAPES).read_text("utf-8"),
        report=report,
        quality=told.get(QUALITY, b"{}"),
        review=told.get(layout.REVIEW, b"{}"),
        severities={"warning": counts.warnings, "info": counts.infos},
        inputs=inputs,
        records=counts.records - len(keys),
        quarantined=counts.quarantined,
        example=next(partnerships, None),
        queries=describe_queries(iris),
        keys=moved,
        made_with=software().hex(),
    )
    told_of = Redaction(when=datetime.now(UTC).replace(microsecond=0), role=role, reason=reason,
                        records=len(keys), texts=texts)  # fmt: skip
    rewrite_release(release, content, load_model(own.base_iri), own, told_of, workers)
    return Redacted(release.id, tuple(keys), texts)


def _entities(release: layout.Release) -> dict[str, bytes]:
    """The lines of each entity of a release, out of its canonical dump."""
    found: dict[str, list[bytes]] = {}
    with release.dump.open("rb") as dump:
        for line in dump:
            found.setdefault(entity_of(line[1 : line.index(b">")].decode()), []).append(line)
    return {iri: b"".join(lines) for iri, lines in found.items()}


def _gone(records: set[str], entities: Mapping[str, bytes], iris: Iris) -> set[str]:
    """The entities of these records, and those that only they speak of, directly or by what goes along."""
    kinds = "|".join(_GO_ALONG)
    link = re.compile(rf"<({re.escape(iris.base)}id/(?:{kinds})/[^>#]+)".encode())

    def linked(iri: str) -> set[str]:
        return {one.decode() for one in link.findall(entities[iri])} & entities.keys() - {iri}

    gone, new = set(records), set(records)
    while new:
        new = {other for iri in new for other in linked(iri)} - gone
        gone |= new
    outside = entities.keys() - gone if gone else set()
    while spoken_of := {other for iri in outside for other in linked(iri)} & gone - records:
        gone -= spoken_of
        outside = spoken_of
    return gone


def _cleaned(entities: Mapping[str, bytes], gone: set[str], objections: Objections) -> tuple[_Entities, int]:
    """What remains, without links to what is gone and without what was objected to; and of how many a text changed."""
    held: dict[str, bytes] = {}
    changed = 0
    for iri, lines in sorted(entities.items()):
        if iri in gone:
            continue
        kept = [line for line in lines.splitlines(keepends=True) if not _speaks_of(line, gone)]
        text = b"".join(kept)
        if objections.removed(text.decode()) != text.decode():
            clean = b"".join(ntriples_lines(_clean(triple, objections) for triple in parse_lines(text)))
            changed += clean != text
            text = clean
        held[iri] = text
    return _Entities({iri: sha256(lines).hexdigest() for iri, lines in held.items()}, held), changed


def _speaks_of(line: bytes, gone: set[str]) -> bool:
    """Whether the object of a line is gone."""
    if not gone or not line.endswith(b"> .\n"):
        return False
    return entity_of(line[line.rindex(b" <") + 2 : -4].decode()) in gone


def _clean(triple: Triple, objections: Objections) -> Triple:
    term = triple.object
    if not isinstance(term, Literal) or (clean := objections.removed(term.value)) == term.value:
        return triple
    literal = Literal(clean, language=term.language) if term.language else Literal(clean, datatype=term.datatype)
    return Triple(triple.subject, triple.predicate, literal)


def _report(release: layout.Release, gone: set[str], objections: Objections) -> str:
    """The SHACL report without results on what is gone."""
    triples = parse_file(release.path / layout.REPORT, release.manifest.base_iri)
    about = {t.subject for t in triples if isinstance(t.object, NamedNode) and entity_of(t.object.value) in gone}
    kept = [_clean(t, objections) for t in triples if t.subject not in about and t.object not in about]
    return write(kept, TURTLE, PREFIXES | Iris(release.manifest.base_iri).prefixes).decode()


def _json(text: bytes, keys: Iterable[str], gone: set[str], objections: Objections) -> bytes:
    """A document without what was objected to, and without members and items about records that are gone."""
    about = {*keys, *gone}
    before = json.loads(text)
    after = _walked(before, about, objections)
    return text if after == before else (json.dumps(after, ensure_ascii=False, indent=1) + "\n").encode()


def _walked(value: Any, about: set[str], objections: Objections) -> Any:
    if isinstance(value, str):
        return objections.removed(value)
    if isinstance(value, list):
        kept = [item for item in value if not _is_about(item, about) and not (isinstance(item, str) and item in about)]
        return [_walked(item, about, objections) for item in kept]
    if isinstance(value, dict):
        return {
            objections.removed(name): _walked(item, about, objections)
            for name, item in value.items()
            if name not in about and not _is_about(item, about)
        }
    return value


def _is_about(item: Any, about: set[str]) -> bool:
    """Whether an item tells of nothing but what is gone: a finding on a record, or a name in such records alone."""
    if not isinstance(item, dict):
        return False
    used_in = item.get("partnerships")
    return any(isinstance(value, str) and value in about for value in item.values()) or (
        isinstance(used_in, list) and bool(used_in) and all(one in about for one in used_in)
    )


def _tell_of(path: Path, keys: Sequence[str], reason: str) -> None:
    """Note in the publisher's table beside the releases that these records were withdrawn, and why."""
    if not keys:
        return
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS] if is_new else [])
        writer.writerows(("partnership", key, "withdrawn", "", reason, reason) for key in keys)
