"""The tree of themes of ontology/themes.ttl, and how far a theme that a source writes is in it.

A theme that no tree knows is no concept: what of it is known is linked, the whole is kept as written
(docs/decisions/0043).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from atlas_ld import rdf, resources
from atlas_ld.iris import theme_key
from atlas_ld.vocabulary import SKOS

SEPARATOR = " > "
"""Between the labels of a theme as written."""
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


@cache
def _by_key() -> Mapping[str, tuple[str, ...]]:
    return {theme_key(path): path for path in known_themes()}


@lru_cache(maxsize=4096)
def known_part(path: tuple[str, ...]) -> tuple[str, ...]:
    """The longest beginning of a theme that the tree has, in the tree's spelling; empty where it has none of it."""
    keys = (theme_key(path[:depth]) for depth in range(len(path), 0, -1))
    return next((_by_key()[key] for key in keys if key in _by_key()), ())
