"""The folder that an import writes: one JSON file for each record, and a manifest of what came from which file.

One import at a time works on it, and its changes are made whole or not at all: they are written aside, sealed by the
new manifest, and then moved. What an import that was ended left behind is finished, or removed, by the next one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from atlas_ld.errors import AtlasError

MANIFEST = "_manifest.json"
"""No key of a record begins with `_`, so no record has this name."""
_STAGE = ".import"
_SEALED = ".manifest.json"
_REMOVED = ".removed"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileEntry(_Entry):
    """What came from a file: its SHA-256, when it was read (UTC), the SHA-256 of the mapping that it was read by, and
    the keys of its records. `name` is that under which it was read, where it has been renamed since."""

    sha256: str
    read: datetime
    mapping: str | None = None
    name: str | None = None
    records: tuple[str, ...] = ()


class RecordEntry(_Entry):
    """A record that an import wrote: the SHA-256 of what the sources gave (`content`) and of the file (`sha256`), how
    many findings of each severity it has, and since when no source gives it any more."""

    content: str
    sha256: str
    findings: dict[str, int] = {}
    withdrawn: date | None = None


class Manifest(_Entry):
    """What is known of the sources of a folder of records.

    `sources` are the files by the path from this folder to what was imported, and their names in it; `records` the
    records by key; `replaced` the keys of records that a corrected file gives under another key, with that key.
    """

    version: int = 1
    sources: dict[str, dict[str, FileEntry]] = {}
    records: dict[str, RecordEntry] = {}
    replaced: dict[str, str] = {}

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """The manifest of a folder; an empty one where there is none. Raises AtlasError for one that is damaged."""
        path = folder / MANIFEST
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise AtlasError(f"{path} cannot be read: {error.strerror}.") from error
        except ValidationError as error:
            told = error.errors(include_url=False)[0]["msg"]
            raise AtlasError(
                f"{path} is damaged ({told}). Restore it, or move it away: the next import then reads everything anew, "
                "and does not know which records were withdrawn."
            ) from error


@contextmanager
def importing(folder: Path) -> Iterator[None]:
    """Hold the folder for one import at a time, and finish what an import that was ended had sealed. The lock goes with
    the process, however it ends. Raises AtlasError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".import.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AtlasError(f"Another import is at work in {folder}; wait until it has ended.") from None
            _recover(folder)
            yield
    except OSError as error:
        raise AtlasError(
            f"The records could not be written to {folder}: {error.strerror}. Check the disk and its permissions, and "
            "import again; what is there is whole."
        ) from error


class Changes:
    """Changes of a folder that are prepared aside; `seal` makes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stage = folder / _STAGE
        self._removed: list[str] = []

    def __enter__(self) -> Self:
        shutil.rmtree(self._stage, ignore_errors=True)
        self._stage.mkdir()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and not (self._stage / _SEALED).exists():
            shutil.rmtree(self._stage, ignore_errors=True)

    def write(self, key: str, content: bytes) -> None:
        """The file of a record."""
        (self._stage / f"{key}.json").write_bytes(content)

    def set_aside(self, key: str) -> None:
        """What the file of a record says now, as `.bak`."""
        shutil.copyfile(self._folder / f"{key}.json", self._stage / f"{key}.json.bak")

    def remove(self, key: str) -> None:
        """No file of this record any more."""
        self._removed.append(key)

    def seal(self, manifest: Manifest) -> None:
        """Make the changes, with this manifest: from now on they will be made, by the next import if need be."""
        (self._stage / _REMOVED).write_text("".join(f"{key}\n" for key in self._removed), encoding="utf-8")
        told = manifest.model_dump_json(indent=1, exclude_defaults=True) + "\n"
        _write_through(self._stage / f"{_SEALED}.new", told.encode())
        (self._stage / f"{_SEALED}.new").rename(self._stage / _SEALED)
        _finish(self._folder)


def sums(folder: Path, keys: Iterable[str]) -> Mapping[str, str]:
    """The SHA-256 of the file of each record that is there."""
    found = {}
    for key in keys:
        with suppress(FileNotFoundError), open(f"{folder}/{key}.json", "rb", buffering=0) as file:  # noqa: PTH123 - many
            found[key] = hashlib.sha256(file.read()).hexdigest()
    return found


def _recover(folder: Path) -> None:
    """Finish an import that was sealed; remove what one that was not has written."""
    if (folder / _STAGE / _SEALED).exists():
        _finish(folder)
    else:
        shutil.rmtree(folder / _STAGE, ignore_errors=True)


def _finish(folder: Path) -> None:
    """Move what is sealed to its place; may be interrupted and begun again at any moment."""
    stage = folder / _STAGE
    for file in sorted(stage.iterdir()):
        if not file.name.startswith("."):
            file.replace(folder / file.name)
    for key in (stage / _REMOVED).read_text(encoding="utf-8").split():
        (folder / f"{key}.json").unlink(missing_ok=True)
    (stage / _SEALED).replace(folder / MANIFEST)
    shutil.rmtree(stage)


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
