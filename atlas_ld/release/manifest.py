"""What a release holds, as JSON beside its files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from atlas_ld.errors import ReleaseError

MANIFEST = "manifest.json"
STORE_SUMS = "store.json"
"""The store and the databases are altered from release to release, so that their bytes depend on what was before
(and RocksDB names its files and notes times). Their sums stand apart, and everything that the manifest lists is the
same, byte for byte, for the same sources."""


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def save(self, path: Path) -> None:
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


_BLOCK = 2**22
"""Bytes that are hashed at once. Python's lock is taken between two blocks: with small ones, as in
`hashlib.file_digest`, hashing in a thread would wait for it thousands of times."""


class FileEntry(_Stored):
    """Size in bytes and SHA-256, in hexadecimal, of one file."""

    bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> FileEntry:
        digest = hashlib.sha256()
        size = path.stat().st_size
        block = memoryview(bytearray(min(_BLOCK, size)))
        with path.open("rb", buffering=0) as file:
            while read := file.readinto(block):
                digest.update(block[:read])
        return cls(bytes=size, sha256=digest.hexdigest())


class Counts(_Stored):
    """What was read and what came of it. `triples` are those of download/atlas.nt."""

    records: int
    published: int
    quarantined: int
    warnings: int
    infos: int
    triples: int
    entities: dict[str, int]


class Redaction(_Stored):
    """That something was taken out of a release: when, by which role and why; how many records, and of how many
    entities a text. What it was is told nowhere."""

    when: datetime
    role: str
    reason: str
    records: int
    texts: int


class Manifest(_Stored):
    """One release. `content` is the SHA-256 over what was published; its first 8 digits end the release's id, which
    stays when something is taken out of it (`redactions`)."""

    id: str
    issued: date
    content: str
    base_iri: str
    software: str
    counts: Counts
    inputs: dict[str, str]
    files: dict[str, FileEntry]
    redactions: tuple[Redaction, ...] = ()

    @classmethod
    def load(cls, release: Path) -> Manifest:
        """The manifest of a release folder. Raises ReleaseError where there is none or it is no manifest."""
        path = release / MANIFEST
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise ReleaseError(
                f"{release} is no release: its {MANIFEST} cannot be read ({error.strerror}). "
                "`atlas-ld releases list` shows the releases; `atlas-ld build` makes one."
            ) from error
        except ValidationError as error:
            raise ReleaseError(f"{path} is damaged: {error.errors()[0]['msg']}. Build the release again.") from error


class StoreSums(_Stored):
    """Sizes and sums of the store's files and of the databases, by path from the release's folder."""

    files: dict[str, FileEntry]

    @classmethod
    def load(cls, release: Path) -> StoreSums:
        try:
            return cls.model_validate_json((release / STORE_SUMS).read_bytes())
        except (OSError, ValidationError) as error:
            raise ReleaseError(f"{release / STORE_SUMS} is missing or damaged; build the release again.") from error


def entries(folder: Path, paths: Iterable[Path]) -> dict[str, FileEntry]:
    """Size and sum of each file, by its path from the folder.

    As many at once as there are processors, since hashing does not hold Python's lock; two names of one file once.
    """
    named = {path.relative_to(folder).as_posix(): path for path in sorted(paths)}
    inodes = {name: path.stat().st_ino for name, path in named.items()}
    distinct = {inodes[name]: path for name, path in named.items()}
    longest_first = sorted(distinct, key=lambda inode: -distinct[inode].stat().st_size)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = dict(zip(longest_first, threads.map(FileEntry.of, (distinct[i] for i in longest_first)), strict=True))
    return {name: found[inode] for name, inode in inodes.items()}
