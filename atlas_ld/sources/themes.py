"""The themes that the Atlas uses, by which a table row in plain text is cut. They are the ontology's own."""

from __future__ import annotations

from functools import cache, lru_cache

from atlas_ld import rdf, resources
from atlas_ld.iris import fold
from atlas_ld.vocabulary import SKOS

ThemeTree = frozenset[tuple[str, ...]]
"""Every known theme as its labels, top level first: one, two or three."""


@cache
def known_themes() -> ThemeTree:
    """The tree of ontology/themes.ttl. Raises BrokenResource where that file is missing or no Turtle."""
    labels: dict[str, str] = {}
    broader: dict[str, str] = {}
    for triple in rdf.parse_file(resources.root() / "ontology" / "themes.ttl", "http://themes.invalid/"):
        subject = str(triple.subject)
        if triple.predicate.value == str(SKOS.prefLabel) and getattr(triple.object, "language", None) == "fr":
            labels[subject] = str(getattr(triple.object, "value", ""))
        elif triple.predicate.value == str(SKOS.broader):
            broader[subject] = str(triple.object)

    def path(theme: str, depth: int = 0) -> tuple[str, ...]:
        above = path(broader[theme], depth + 1) if theme in broader and depth < 3 else ()
        return (*above, labels[theme])

    return frozenset(path(theme) for theme in labels)


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
