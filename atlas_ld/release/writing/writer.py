"""The only code that makes a release. It writes beside the others, checks, and renames: a crash at any moment leaves
what was there."""

from __future__ import annotations

import hashlib
import json
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from atlas_ld import __version__
from atlas_ld.catalogue import Distribution, Statistics, describe_dataset
from atlas_ld.config import Settings
from atlas_ld.errors import ReleaseError
from atlas_ld.iris import Iris
from atlas_ld.media import RDF_FORMATS, TABLE_FORMATS, TURTLE
from atlas_ld.model import Model
from atlas_ld.processes import Workers
from atlas_ld.rdf import Triple, ntriples_lines, write
from atlas_ld.release.layout import (
    CATALOGUE,
    ONTOLOGY,
    REPORT,
    REVIEW,
    STORE,
    UNFINISHED,
    Release,
    current_id,
    make_current,
    mark_candidate,
    sync,
)
from atlas_ld.release.manifest import MANIFEST, STORE_SUMS, Counts, FileEntry, Manifest, Redaction, StoreSums, entries
from atlas_ld.release.tables import coverage
from atlas_ld.release.verify import verify
from atlas_ld.release.writing.downloads import DOWNLOADS, write_downloads, write_workbooks
from atlas_ld.release.writing.entities import Entities
from atlas_ld.release.writing.facet_file import FACETS
from atlas_ld.release.writing.following import begin_indexes, changes
from atlas_ld.release.writing.indexes import write_indexes
from atlas_ld.release.writing.ledger import NOTES
from atlas_ld.release.writing.search_file import SEARCH
from atlas_ld.release.writing.store import write_store
from atlas_ld.vocabulary import PREFIXES

SHAPES = "shapes.ttl"
CONTEXT = "context.jsonld"
QUALITY = "quality.json"

ALTERED = (SEARCH, FACETS, NOTES)
"""Files that are altered from release to release, as the store is."""

_LAYOUT = 8
"""What files a release has. It changes with them, so that a release of before is not taken for one of now."""


@dataclass(frozen=True)
class Content:
    """What a release publishes. Triples are in reading order, each once.

    entities    the published graph: partnerships and what they link to, code lists, themes, goals
    ontology    the ontology with its alignments, in Turtle, as its authors laid it out
    shapes      the shapes, likewise
    report      the SHACL report of everything that was read, quarantined records too, in Turtle
    quality     the same for people, in JSON: quarantined records with reasons, findings counted
    review      the names that are doubtful, for a steward to decide, in JSON (`review.queue`)
    severities  how many findings there are of each severity
    inputs      SHA-256 of each source by its name
    records     how many records were read, and how many of them are quarantined
    example     the partnership to show first
    made_with   the hash of the software, its shapes, ontology and libraries
    queries     the example queries, in the store beside the data and not in the dumps
    keys        the files that tell of the keys of partnerships (`release.moved`), by name
    """

    entities: Entities
    ontology: str
    shapes: str
    report: str
    quality: bytes
    review: bytes
    severities: Mapping[str, int]
    inputs: dict[str, str]
    records: int
    quarantined: int
    example: str | None
    queries: list[Triple]
    keys: Mapping[str, bytes]
    made_with: str


def write_release(
    content: Content,
    model: Model,
    releases: Path,
    settings: Settings,
    issued: date,
    progress: Callable[[str], None],
    workers: Workers,
    previous: Path | None,
    candidate: bool = False,
) -> Release:
    """Write the release of `content` into `releases` and make it current, unless it is a candidate; the existing one
    where it is the same.

    `previous` is the current release where it is sound (`sound_current`): what has not changed is taken over from it.
    The caller holds `folder.building`. Raises ReleaseError where the disk does not hold what was written.
    """
    fingerprint = _fingerprint(content, settings)
    existing = next(releases.glob(f"????-??-??-{fingerprint[:8]}"), None)
    if existing and Manifest.load(existing).content == fingerprint and (existing == previous or not verify(existing)):
        progress(f"nothing has changed since {existing.name}")
        if not candidate:
            make_current(releases, existing.name)
        return Release(existing, Manifest.load(existing))

    release_id = f"{issued.isoformat()}-{fingerprint[:8]}"
    with _unfinished(releases / f"{UNFINISHED}{release_id}") as folder:
        manifest = _fill(folder, content, model, settings, progress, workers, previous, release_id, fingerprint, issued)
    final = releases / release_id
    if final.exists():  # a damaged release of the same content: `existing` above would have been taken otherwise
        final.rename(releases / f"{UNFINISHED}damaged-{release_id}")
    if candidate:
        mark_candidate(releases, release_id)
    folder.rename(final)
    if not candidate:
        make_current(releases, release_id)
    remove_unfinished(releases)
    return Release(final, manifest)


def rewrite_release(
    release: Release, content: Content, model: Model, settings: Settings, redaction: Redaction, workers: Workers
) -> None:
    """Write a release anew under its own id, with what is left of its content, and put it in place of the other, of
    which nothing stays. The caller holds `folder.building`. Raises ReleaseError."""
    releases, before = release.path.parent, release.manifest
    with _unfinished(releases / f"{UNFINISHED}{release.id}") as folder:
        manifest = _fill(
            folder, content, model, settings, lambda _: None, workers, None, release.id, before.content, before.issued
        )  # fmt: skip
        told = manifest.model_copy(update={"redactions": (*before.redactions, redaction)})
        told.save(folder / MANIFEST)
        sync(folder)
    release.path.rename(releases / f"{UNFINISHED}redacted-{release.id}")
    folder.rename(release.path)
    remove_unfinished(releases)


def _fill(
    folder: Path,
    content: Content,
    model: Model,
    settings: Settings,
    progress: Callable[[str], None],
    workers: Workers,
    previous: Path | None,
    release_id: str,
    fingerprint: str,
    issued: date,
) -> Manifest:
    """Write every file of a release into its folder, seal and check it."""
    about = (("Éditeur / Publisher", settings.publisher), ("Licence", settings.license), ("IRI", settings.base_iri))
    made_with = f"{content.made_with} {about} zlib {zlib.ZLIB_RUNTIME_VERSION}"
    changed = changes(content.entities, previous, made_with)
    _write_texts(folder, content, model, settings)
    progress("writing dumps and tables")
    with ThreadPoolExecutor() as beside:  # copying, hashing, loading and waiting for the disk need little of Python
        begun = beside.submit(begin_indexes, folder, changed, settings.base_iri)
        statistics = write_downloads(folder, content.entities, changed, settings.base_iri, made_with, workers)
        begun.result()
        downloads = folder / DOWNLOADS
        summing = beside.submit(entries, folder, sorted(downloads.iterdir()))
        kept = beside.submit(sync, downloads)
        progress("writing workbooks, the search, the lists and the store")

        def write_described_store() -> Mapping[str, FileEntry]:
            write_workbooks(folder, changed, settings.base_iri, about, workers)
            sums = summing.result()
            sums |= entries(folder, sorted(set(downloads.iterdir()) - {folder / name for name in sums}))
            _write_catalogue(folder, statistics, sums, content, settings, release_id, issued)
            write_store(folder, content.entities, changed, settings.base_iri, content.queries)
            return sums

        storing = beside.submit(write_described_store)
        write_indexes(folder, content.entities, changed, settings.base_iri, workers)
        sums = storing.result()
        progress("sealing")
        manifest = _seal(folder, fingerprint, statistics, sums, content, settings, release_id, issued)
        kept.result()
        kept = beside.submit(sync, folder)
        differences = verify(folder)
        kept.result()
    if differences:
        raise ReleaseError(f"The disk does not hold what was written to {folder}: {differences[0]}")
    return manifest


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """A new folder, removed where the block fails: a full disk must not be kept full by what filled it."""
    folder.mkdir()
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def sound_current(releases: Path) -> Path | None:
    """The folder of the current release, where it is what was written: what is damaged is not taken over."""
    name = current_id(releases)
    return releases / name if name and not verify(releases / name) else None


def remove_unfinished(releases: Path) -> None:
    """Remove what builds that were killed left behind. Only under the lock: another build's folder looks the same."""
    for folder in releases.glob(f"{UNFINISHED}*"):
        shutil.rmtree(folder)


def _fingerprint(content: Content, settings: Settings) -> str:
    """The SHA-256 over everything that is published and the software that writes it, but no date."""
    digest = hashlib.sha256(f"{__version__} {_LAYOUT}".encode())
    for setting in (settings.base_iri, settings.publisher, settings.contact, settings.license):
        digest.update(b"\0" + setting.encode())
    entities = "\n".join(f"{iri} {sum_}" for iri, sum_ in content.entities.digests.items())
    for block in (
        entities.encode(),
        b"".join(ntriples_lines(content.queries)),
        content.quality,
        *content.keys.values(),
    ):
        digest.update(b"\0" + block)
    for text in (content.ontology, content.shapes, content.report):
        digest.update(b"\0" + text.encode())
    return digest.hexdigest()


def _write_texts(folder: Path, content: Content, model: Model, settings: Settings) -> None:
    """What is small and written as a whole."""
    prefixes = PREFIXES | Iris(settings.base_iri).prefixes
    (folder / ONTOLOGY).write_text(content.ontology, encoding="utf-8")
    (folder / SHAPES).write_text(content.shapes, encoding="utf-8")
    (folder / REPORT).write_text(content.report, encoding="utf-8")
    context = json.dumps({"@context": model.context(prefixes)}, ensure_ascii=False, indent=2)
    (folder / CONTEXT).write_text(f"{context}\n", encoding="utf-8")
    (folder / QUALITY).write_bytes(content.quality)
    (folder / REVIEW).write_bytes(content.review)
    for name, table in content.keys.items():
        (folder / name).write_bytes(table)


def _write_catalogue(
    folder: Path,
    statistics: Statistics,
    sums: Mapping[str, FileEntry],
    content: Content,
    settings: Settings,
    release_id: str,
    issued: date,
) -> None:
    """`sums` are those of the files of download/."""
    iris = Iris(settings.base_iri)
    formats = {f.extension: f for f in (*RDF_FORMATS, *TABLE_FORMATS)}
    distributions = []
    for path, entry in sums.items():
        name = path.rpartition("/")[2]
        extension = name.removesuffix(".gz").rpartition(".")[2]
        distributions.append(Distribution(name, formats[extension], entry.bytes, entry.sha256))
    covered = coverage(folder / DOWNLOADS)
    triples = describe_dataset(statistics, distributions, covered, iris, settings, release_id, issued, content.example)
    (folder / CATALOGUE).write_bytes(write(triples, TURTLE, PREFIXES | iris.prefixes))


def _seal(
    folder: Path,
    fingerprint: str,
    statistics: Statistics,
    sums: Mapping[str, FileEntry],
    content: Content,
    settings: Settings,
    release_id: str,
    issued: date,
) -> Manifest:
    """Write the manifest, which names everything. `sums` are those of the files of download/."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    altered = [name for name in files if name.startswith(f"{STORE}/") or name in ALTERED]
    StoreSums(files=entries(folder, [files[name] for name in altered])).save(folder / STORE_SUMS)
    others = [path for name, path in files.items() if name not in sums and name not in altered]
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
            triples=statistics.triples,
            entities=dict(statistics.classes),
        ),
        inputs=dict(sorted(content.inputs.items())),
        files=dict(sorted({**sums, **entries(folder, others)}.items())),
    )
    manifest.save(folder / MANIFEST)
    return manifest
