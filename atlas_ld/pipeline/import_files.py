"""Which files an import looks at: those of the sources that it is given, and what the manifest knows of others."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from rapidfuzz import process

from atlas_ld import sources
from atlas_ld.config import Settings
from atlas_ld.errors import BrokenMapping
from atlas_ld.iris import fold
from atlas_ld.pipeline.reading import file_sums
from atlas_ld.privacy.objections import Objections
from atlas_ld.sources import TableMapping
from atlas_ld.sources.record_folder import FileEntry, Manifest
from atlas_ld.sources.table_layout import Layout

_ALIKE = 80
"""Of 100, how alike a header is that is named as the nearest."""


@dataclass(frozen=True)
class SourceFile:
    """A file of a source: where it is (None: only what it gave before counts), the name by which it is told and the one
    under which it is read, its SHA-256 (None where it is not read), and the sum of the mappings it is read by."""

    source: str
    name: str
    path: str | None
    sha256: str | None
    read_as: str
    mapping: str | None
    before: FileEntry | None = None
    objections: str = ""

    @property
    def input(self) -> str:
        """Its key in the cache. What has no sum is looked at each time."""
        return f"{self.sha256 or os.urandom(16).hex()} {self.mapping or '-'} {self.objections} {self.read_as}"

    @property
    def input_before(self) -> str | None:
        """The key of what it was, if the manifest knows it."""
        before = self.before
        if before is None:
            return None
        return f"{before.sha256} {before.mapping or '-'} {self.objections} {before.name or self.name}"

    @property
    def is_known(self) -> bool:
        """Whether it has been read as it is."""
        before = self.before
        return before is not None and (before.sha256, before.mapping) == (self.sha256, self.mapping)


Listed = tuple[Path, list[tuple[str, str]]]
"""A source and its files, hidden ones too: where they are and what they are called."""


def source_files(
    listed: Sequence[Listed],
    into: Path,
    settings: Settings,
    mappings: Sequence[TableMapping],
    manifest: Manifest,
    objections: Objections,
) -> list[SourceFile]:
    """The files of these sources, and those of others that the manifest knows, as they were."""
    read_by = _mapping_sums(mappings)
    files: list[SourceFile] = []
    named = set()
    for path, every in listed:
        source = PurePosixPath(os.path.relpath(path, into)).as_posix()
        if source in named:
            continue
        named.add(source)
        found = [
            (file, objections.removed(name))
            for file, name in every
            if sources.is_visible(name) and not _is_record(file, into, manifest)
        ]
        sums_ = file_sums([file for file, _ in found], settings.source_mb * 2**20)
        known = manifest.sources.get(source, {})
        named_files = _with_own_names(found)
        renamed = _renamed(known, {name: sums_.get(file) for file, name in named_files})
        for file, name in named_files:
            before = known.get(renamed.get(name, name))
            read_as = (before.name or renamed[name]) if name in renamed and before else name
            if before and before.name and before.sha256 == sums_.get(file):
                read_as = before.name
            read_as = objections.removed(read_as)
            mapping = read_by(name)
            files.append(SourceFile(source, name, file, sums_.get(file), read_as, mapping, before, objections.digest))
    for source, known in manifest.sources.items():
        if source not in named:
            files += [_as_it_was(source, name, entry, objections) for name, entry in known.items()]
    return files


def _as_it_was(source: str, name: str, entry: FileEntry, objections: Objections) -> SourceFile:
    """A file of a source that is not looked at."""
    name, read_as = objections.removed(name), objections.removed(entry.name or name)
    return SourceFile(source, name, None, entry.sha256, read_as, entry.mapping, entry, objections.digest)


def _is_record(file: str, into: Path, manifest: Manifest) -> bool:
    """Whether a file is a record that an import wrote: `import . --into records` does not read them."""
    if not file.endswith(".json"):
        return False
    path = Path(file)
    return path.stem in manifest.records and path.suffix == ".json" and path.parent.resolve() == into.resolve()


def _with_own_names(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Files with names that no other has: without personal data, two may be called the same."""
    seen: Counter[str] = Counter()
    named = []
    for file, name in found:
        seen[name] += 1
        named.append((file, name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return named


def _renamed(known: Mapping[str, FileEntry], there: Mapping[str, str | None]) -> dict[str, str]:
    """New names of files with the bytes of one that is gone, and its name. A name that states another day is none: it
    says when the source was observed."""
    gone = {entry.sha256: name for name, entry in known.items() if name not in there}
    return {
        name: gone[sum_]
        for name, sum_ in there.items()
        if sum_ in gone and name not in known and sources.stated_day(name) == sources.stated_day(gone[sum_])
    }


def _mapping_sums(mappings: Sequence[TableMapping]) -> partial[str | None]:
    texts = [(mapping, mapping.model_dump_json(exclude_defaults=True)) for mapping in mappings]
    return partial(_mapping_sum, texts)


def _mapping_sum(texts: Sequence[tuple[TableMapping, str]], name: str) -> str | None:
    """The SHA-256 of the mappings that are for a file; None for none, and for what is no table."""
    read_by = [text for mapping, text in texts if sources.is_table(name) and mapping.is_for(name)]
    return hashlib.sha256("\n".join(read_by).encode()).hexdigest()[:16] if read_by else None


def check_mappings(mappings: Sequence[TableMapping], files: Sequence[SourceFile], most: int) -> None:
    """Raises BrokenMapping where a mapping is for no table, or names a column that none of its tables has. Tables that
    have not changed since they were read by it are not looked at."""
    if not mappings or all(file.is_known for file in files):
        return
    tables = [(file.path, file.name) for file in files if file.path and sources.is_table(file.name)]
    for number, mapping in enumerate(mappings, start=1):
        told = f"The mapping{f' {number}' if len(mappings) > 1 else ''}"
        contents = [sources.content(path, most) for path, name in tables if mapping.is_for(name)]
        headers = [sources.table_header(content, mapping) for content in contents if isinstance(content, bytes)]
        there = [cell for header in headers for cell in header or () if cell]
        if not there:
            what = "no table has the column of its titles" if contents else "it is for no table among the sources"
            raise BrokenMapping(f"{told} fits nothing: {what}. `atlas-ld import --guess TABLE` shows the headers.")
        if missing := Layout(mapping).missing(there):
            listed = ", ".join(f"“{header}”" for header in missing)
            near = process.extractOne(fold(missing[0]), {cell: fold(cell) for cell in there}, score_cutoff=_ALIKE)
            hint = f" The nearest to the first is “{near[2]}”." if near else ""
            raise BrokenMapping(f"{told} names columns that no table has: {listed}.{hint} Correct or remove them.")
