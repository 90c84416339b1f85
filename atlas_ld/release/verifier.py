"""Checks a release against its manifest: every file there, none more, each with its size and sum."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas_ld.release.manifest import MANIFEST, STORE_SUMS, FileEntry, Manifest, StoreSums


def verify(release: Path) -> list[str]:
    """One sentence for each difference; an empty list for a sound release. Raises ReleaseError without a manifest."""
    return list(_differences(release))


def _differences(release: Path) -> Iterator[str]:
    expected = {**Manifest.load(release).files, **StoreSums.load(release).files}
    found = {p.relative_to(release).as_posix(): p for p in release.rglob("*") if p.is_file()}
    for name in sorted(found.keys() - expected.keys() - {MANIFEST, STORE_SUMS}):
        yield f"{name} is not in the manifest."
    for name, entry in sorted(expected.items()):
        if name not in found:
            yield f"{name} is missing."
        elif (size := found[name].stat().st_size) != entry.bytes:
            yield f"{name} has {size} bytes instead of {entry.bytes}."
        elif (actual := FileEntry.of(found[name]).sha256) != entry.sha256:
            yield f"{name} has been altered: its SHA-256 is {actual[:12]}… instead of {entry.sha256[:12]}…."
