"""Checks a release against its manifest: every file there, none more, each with its size and sum."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas_ld.release.manifest import MANIFEST, STORE_SUMS, Manifest, StoreSums, entries


def verify(release: Path) -> list[str]:
    """One sentence for each difference; an empty list for a sound release. Raises ReleaseError without a manifest."""
    return list(_differences(release))


def check_sizes(release: Path) -> list[str]:
    """One sentence for each file that is missing or has another size: what a look at the folder tells."""
    expected = {**Manifest.load(release).files, **StoreSums.load(release).files}
    wrong = []
    for name, entry in sorted(expected.items()):
        path = release / name
        if not path.is_file():
            wrong.append(f"{name} is missing.")
        elif (size := path.stat().st_size) != entry.bytes:
            wrong.append(f"{name} has {size} bytes instead of {entry.bytes}.")
    return wrong


def _differences(release: Path) -> Iterator[str]:
    expected = {**Manifest.load(release).files, **StoreSums.load(release).files}
    found = {p.relative_to(release).as_posix(): p for p in release.rglob("*") if p.is_file()}
    for name in sorted(found.keys() - expected.keys() - {MANIFEST, STORE_SUMS}):
        yield f"{name} is not in the manifest."
    whole = {}
    for name, entry in expected.items():
        if name in found and found[name].stat().st_size == entry.bytes:
            whole[name] = found[name]
    actual = entries(release, whole.values())
    for name, entry in sorted(expected.items()):
        if name not in found:
            yield f"{name} is missing."
        elif name not in whole:
            yield f"{name} has {found[name].stat().st_size} bytes instead of {entry.bytes}."
        elif (sum_ := actual[name].sha256) != entry.sha256:
            yield f"{name} has been altered: its SHA-256 is {sum_[:12]}… instead of {entry.sha256[:12]}…."
