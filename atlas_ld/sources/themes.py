"""A table row in plain text, cut by the themes that it may hold; and themes that the tree does not have."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rapidfuzz import process

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold
from atlas_ld.records import PartnershipRecord
from atlas_ld.sources.reading import excerpt, remark
from atlas_ld.themes import ThemeTree

_ALIKE = 60
"""How alike, of 100, a theme must be to be named as the nearest."""


def unknown_themes(record: PartnershipRecord, themes: ThemeTree) -> tuple[Finding, ...]:
    """A finding for each theme of a record that the tree does not have, with the nearest one that it has. The theme is
    kept as it is written, and is no concept."""
    written = dict.fromkeys(filter(None, (record.main_theme, *(choice.path for choice in record.other_themes))))
    known = _by_text(themes)
    return tuple(
        _unknown_theme(path, _nearest(_joined(" ".join(path)), known))
        for path in written
        if _joined(" ".join(path)) not in known
    )


def _nearest(text: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    found = process.extractOne(text, known.keys(), score_cutoff=_ALIKE)
    return known[found[0]] if found else None


def _unknown_theme(path: tuple[str, ...], near: tuple[str, ...] | None) -> Finding:
    written = excerpt(" > ".join(path))
    fr, en = (
        ("", "") if near is None else (f" Le plus proche : {' > '.join(near)}.", f" The nearest: {' > '.join(near)}.")
    )
    return remark(
        "unknown-theme",
        Severity.INFO,
        f"Le thème « {written} » n'est pas dans l'arbre de l'Atlas ; il est gardé tel quel.{fr}",
        f"The theme “{written}” is not in the tree of the Atlas; it is kept as written.{en}",
        field="themes",
    )


def cut(text: str, themes: ThemeTree) -> tuple[str, ...] | None:
    """The labels of a theme that a line joins by spaces, or None where no known theme reads so.

    The whole text must be one theme, its longest label first: `Culture et Patrimoine Patrimoine` is two levels.
    """
    return _by_text(themes).get(_joined(text))


@lru_cache(maxsize=4)
def _by_text(themes: ThemeTree) -> dict[str, tuple[str, ...]]:
    """Themes by their joined labels. Should two read alike, the one with fewer, hence longer, labels stays."""
    return {_joined(" ".join(path)): path for path in sorted(themes, key=lambda path: (-len(path), path))}


def _joined(text: str) -> str:
    return " ".join(fold(text.replace("’", "'")).split())
