"""Checks a release against its manifest: every file there, none more, each with its size and sum."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas_ld.release.manifest import MANIFEST, STORE_SUMS, Manifest, StoreSums, entries

_SQLITE = b"SQLite format 3\0"
"""How each of its files begins (https://www.sqlite.org/fileformat.html)."""


def verify(release: Path) -> list[str]:
    """One sentence for each difference; an empty list for a sound release. Raises ReleaseError without a manifest."""
    return list(_differences(release))


def check_files(release: Path) -> list[str]:
    """One sentence for each file that is missing, has another size, or cannot be opened as what it is: what can be told
    within milliseconds. Raises ReleaseError without a manifest."""
    expected = {**Manifest.load(release).files, **StoreSums.load(release).files}
    return [wrong for name, entry in sorted(expected.items()) if (wrong := _wrong(release, name, entry.bytes))]


def _wrong(release: Path, name: str, size: int) -> str | None:
    path = release / name
    if not path.is_file():
        return f"{name} is missing."
    if (found := path.stat().st_size) != size:
        return f"{name} has {found} bytes instead of {size}."
    try:
        with path.open("rb") as file:
            head = file.read(len(_SQLITE))
    except OSError as error:
        return f"{name} cannot be read: {error.strerror}."
    if path.suffix == ".sqlite" and head != _SQLITE:
        return f"{name} is no database."
    return None


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
