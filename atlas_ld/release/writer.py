"""The only code that makes a release. It writes beside the others, checks, and renames: a crash at any moment leaves
what was there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from atlas_ld import __version__
from atlas_ld.catalogue import Distribution, describe_dataset
from atlas_ld.config import Settings
from atlas_ld.errors import ReleaseError
from atlas_ld.iris import Iris
from atlas_ld.media import NQUADS, NTRIPLES, RDF_FORMATS, TABLE_FORMATS, TURTLE
from atlas_ld.model import Model
from atlas_ld.processes import Workers
from atlas_ld.rdf import RDF_TYPE, Quad, Triple, ntriples_lines, object_of, parse_lines, write
from atlas_ld.release.entities import Entities
from atlas_ld.release.folder import UNFINISHED, Release, make_current, sync_folder
from atlas_ld.release.manifest import MANIFEST, STORE_SUMS, Counts, FileEntry, Manifest, StoreSums, entries
from atlas_ld.release.parts import DOWNLOADS, ONTOLOGY, REPORT, STORE, write_parts
from atlas_ld.release.verifier import verify
from atlas_ld.vocabulary import PREFIXES

CATALOGUE = "catalogue.ttl"
SHAPES = "shapes.ttl"
CONTEXT = "context.jsonld"
QUALITY = "quality.json"

_LAYOUT = 2
"""What files a release has. It changes with them, so that a release of before is not taken for one of now."""


@dataclass(frozen=True)
class Content:
    """What a release publishes. Triples are in reading order, each once.

    entities    the published graph: partnerships and what they link to, code lists, themes, goals
    ontology    the ontology with its alignments, in Turtle, as its authors laid it out
    shapes      the shapes, likewise
    report      the SHACL report of everything that was read, quarantined records too
    quality     the same for people, in JSON: quarantined records with reasons, findings counted
    severities  how many findings there are of each severity
    inputs      SHA-256 of each source by its name
    records     how many records were read, and how many of them are quarantined
    example     the partnership to show first
    queries     the example queries, in the store beside the data and not in the dumps
    """

    entities: Entities
    ontology: str
    shapes: str
    report: list[Triple]
    quality: bytes
    severities: Mapping[str, int]
    inputs: dict[str, str]
    records: int
    quarantined: int
    example: str | None
    queries: list[Triple]


def write_release(
    content: Content,
    model: Model,
    releases: Path,
    settings: Settings,
    issued: date,
    progress: Callable[[str], None],
    workers: Workers,
) -> Release:
    """Write the release of `content` into `releases` and make it current; the existing one where it is the same.

    The caller holds `folder.building`. Raises ReleaseError where the disk does not hold what was written.
    """
    remove_unfinished(releases)
    data = parse_lines(b"".join(content.entities.lines(list(content.entities.digests))))
    lines = ntriples_lines(data)
    fingerprint = _fingerprint(lines, content, settings)
    existing = next(releases.glob(f"????-??-??-{fingerprint[:8]}"), None)
    if existing and Manifest.load(existing).content == fingerprint and not verify(existing):
        progress(f"nothing has changed since {existing.name}")
        make_current(releases, existing.name)
        return Release(existing, Manifest.load(existing))

    release_id = f"{issued.isoformat()}-{fingerprint[:8]}"
    folder = releases / f"{UNFINISHED}{release_id}"
    (folder / DOWNLOADS).mkdir(parents=True)
    progress("writing dumps, tables, indexes and the store")
    _write_files(folder, data, lines, content, model, settings, workers)
    progress("sealing")
    catalogue = _write_catalogue(folder, data, content, settings, release_id, issued)
    _complete_store(folder / STORE, [*catalogue, *content.queries])
    manifest = _seal(folder, fingerprint, data, content, settings, release_id, issued, len(lines))
    differences = verify(folder)
    if differences:
        raise ReleaseError(f"The disk does not hold what was written to {folder}: {differences[0]}")
    final = releases / release_id
    if final.exists():  # a damaged release of the same content: `existing` above would have been taken otherwise
        final.rename(releases / f"{UNFINISHED}damaged-{release_id}")
    folder.rename(final)
    make_current(releases, release_id)
    remove_unfinished(releases)
    return Release(final, manifest)


def remove_unfinished(releases: Path) -> None:
    """Remove what builds that were killed left behind. Only under the lock: another build's folder looks the same."""
    for folder in releases.glob(f"{UNFINISHED}*"):
        shutil.rmtree(folder)


def _fingerprint(lines: list[bytes], content: Content, settings: Settings) -> str:
    """The SHA-256 over everything that is published and the software that writes it, but no date."""
    digest = hashlib.sha256(f"{__version__} {_LAYOUT}".encode())
    for setting in (settings.base_iri, settings.publisher, settings.license):
        digest.update(b"\0" + setting.encode())
    graphs = (lines, ntriples_lines(content.report), ntriples_lines(content.queries))
    for block in (*map(b"".join, graphs), content.quality):
        digest.update(b"\0" + block)
    for text in (content.ontology, content.shapes):
        digest.update(b"\0" + text.encode())
    return digest.hexdigest()


def _write_files(
    folder: Path,
    data: list[Triple],
    lines: list[bytes],
    content: Content,
    model: Model,
    settings: Settings,
    workers: Workers,
) -> None:
    """Everything but the catalogue and the manifest."""
    prefixes = PREFIXES | Iris(settings.base_iri).prefixes
    (folder / ONTOLOGY).write_text(content.ontology, encoding="utf-8")
    (folder / SHAPES).write_text(content.shapes, encoding="utf-8")
    (folder / REPORT).write_bytes(write(content.report, TURTLE, prefixes))
    (folder / CONTEXT).write_bytes(_json({"@context": model.context(prefixes)}))
    (folder / QUALITY).write_bytes(content.quality)
    (folder / DOWNLOADS / f"atlas.{NTRIPLES.extension}").write_bytes(b"".join(lines))
    (folder / DOWNLOADS / f"atlas.{NQUADS.extension}").write_bytes(write(data, NQUADS))
    write_parts(folder, settings.base_iri, len(lines), workers)


def _write_catalogue(
    folder: Path, data: list[Triple], content: Content, settings: Settings, release_id: str, issued: date
) -> list[Triple]:
    iris = Iris(settings.base_iri)
    media_types = {f.extension: f.media_type for f in (*RDF_FORMATS, *TABLE_FORMATS)}
    distributions = []
    for path in sorted((folder / DOWNLOADS).iterdir()):
        entry = FileEntry.of(path)
        extension = path.name.removesuffix(".gz").rpartition(".")[2]
        distributions.append(Distribution(path.name, media_types[extension], entry.bytes, entry.sha256))
    triples = describe_dataset(data, distributions, iris, settings, release_id, issued, content.example)
    (folder / CATALOGUE).write_bytes(write(triples, TURTLE, PREFIXES | iris.prefixes))
    return triples


def _complete_store(path: Path, triples: list[Triple]) -> None:
    """Add what is known once everything else is written."""
    store = ox.Store(str(path))
    store.extend(Quad(t.subject, t.predicate, t.object) for t in triples)
    store.flush()
    store.optimize()
    del store  # RocksDB writes its last files as it closes


def _seal(
    folder: Path,
    fingerprint: str,
    data: list[Triple],
    content: Content,
    settings: Settings,
    release_id: str,
    issued: date,
    triples: int,
) -> Manifest:
    """Write the manifest and ask the disk to keep everything."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    in_store = [path for path in files if path.is_relative_to(folder / STORE)]
    StoreSums(files=entries(folder, in_store)).save(folder / STORE_SUMS)
    counted = Counter(object_of(t).value for t in data if t.predicate == RDF_TYPE)
    manifest = Manifest(
        id=release_id,
        issued=issued,
        content=fingerprint,
        base_iri=settings.base_iri,
        software=f"atlas-ld {__version__}",
        counts=Counts(
            records=content.records,
            published=content.records - content.quarantined,
            quarantined=content.quarantined,
            warnings=content.severities.get("warning", 0),
            infos=content.severities.get("info", 0),
            triples=triples,
            entities=dict(sorted(counted.items())),
        ),
        inputs=dict(sorted(content.inputs.items())),
        files=entries(folder, [path for path in files if path not in in_store]),
    )
    manifest.save(folder / MANIFEST)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
    sync_folder(folder)
    return manifest


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
