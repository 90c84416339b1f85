"""Keys that name nothing any more, as a release tells of them (`moved.csv`), and the keys of its partnerships
(`keys.csv`): what a build writes, what the site answers by, and what changed from one release to another."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from atlas_ld.errors import BrokenResource
from atlas_ld.findings import Language
from atlas_ld.keys import Description, Entry, Register, read_register, write_register
from atlas_ld.keys.register import follow
from atlas_ld.sources import KEYS

MOVED = "moved.csv"
COLUMNS = ("kind", "key", "status", "successor", "reason_fr", "reason_en")
_LISTED = 5


@dataclass(frozen=True)
class Moved:
    """What became of a key: its successor's key, of the same kind, or None where it was withdrawn, and why."""

    successor: str | None
    reason: Mapping[Language, str]


def read_moved(path: Path) -> Iterator[tuple[tuple[str, str], Moved]]:
    """What became of each (kind, key) of a table. Raises BrokenResource for a line that is not as it should be."""
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                status, successor = row["status"], row["successor"] or None
                reason: dict[Language, str] = {"fr": row["reason_fr"], "en": row["reason_en"]}
                key = row["kind"], row["key"]
            except KeyError as error:
                raise BrokenResource(f"{path} has no column {error}; docs/http.md lists them.") from None
            if (status, successor is None) not in (("merged", False), ("withdrawn", True)):
                raise BrokenResource(f"{path}, line {number}: a merged key has a successor, a withdrawn one has none.")
            yield key, Moved(successor, reason)


def write_keys(entries: Mapping[str, Entry]) -> dict[str, bytes]:
    """The files of a release, by name, that tell of the keys of partnerships: the register, and those that moved."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(COLUMNS)
    for key, found in sorted(moves(entries).items()):
        status = "merged" if found.successor else "withdrawn"
        writer.writerow(("partnership", key, status, found.successor or "", found.reason["fr"], found.reason["en"]))
    return {KEYS: write_register(entries.values()), MOVED: output.getvalue().encode()}


def moves(entries: Mapping[str, Entry]) -> dict[str, Moved]:
    """What became of each key of a register that no partnership has any more."""
    found: dict[str, Moved] = {}
    for key, entry in entries.items():
        if entry.status == "kept":
            continue
        heirs = follow(entries, key)
        if len(heirs) == 1:
            fr = "Ce partenariat a été réuni avec un autre, ou n’a plus qu’un successeur."
            en = "This partnership was merged into another, or has one successor."
            found[key] = Moved(heirs[0], {"fr": fr, "en": en})
        elif heirs:
            found[key] = Moved(None, several(heirs))
        elif entry.description == Description():
            fr = "Cette fiche a été retirée à la demande d’une personne ou d’un organisme."
            en = "This record was removed at the request of a person or a body."
            found[key] = Moved(None, {"fr": fr, "en": en})
        else:
            fr = "Les sources ne parlent plus de ce partenariat."
            en = "The sources no longer tell of this partnership."
            found[key] = Moved(None, {"fr": fr, "en": en})
    return found


def several(heirs: Iterable[str]) -> dict[Language, str]:
    """Why a key that was split into several partnerships leads to none of them."""
    ranked = sorted(heirs)
    listed = ", ".join(ranked[:_LISTED]) + (", …" if len(ranked) > _LISTED else "")
    return {
        "fr": f"Ce partenariat a été scindé en plusieurs : {listed}.",
        "en": f"This partnership was split into several: {listed}.",
    }


@dataclass(frozen=True)
class KeyChanges:
    """Keys of partnerships from one release to another: those that are `new`, those that lead to another or say why
    they lead nowhere (`moved`), and those that the later release knows nothing of (`lost`). Each in order."""

    new: tuple[str, ...]
    moved: Mapping[str, Moved]
    lost: tuple[str, ...]


def key_changes(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> KeyChanges:
    """What became of the keys of one register in another."""
    old, now = _kept(before), _kept(after)
    moved = moves(after)
    gone = sorted(old - now)
    return KeyChanges(
        new=tuple(sorted(now - old)),
        moved={key: moved[key] for key in gone if key in moved},
        lost=tuple(key for key in gone if key not in moved),
    )


def keys_of(release: Path) -> Register:
    """The register of a release, by its folder; an empty one for a release that was made before there were any."""
    path = release / KEYS
    return read_register([(KEYS, path.read_bytes())]) if path.is_file() else Register()


def _kept(entries: Mapping[str, Entry]) -> set[str]:
    return {key for key, entry in entries.items() if entry.status == "kept"}
