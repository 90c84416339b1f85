"""The themes that the Atlas uses, by which a table row in plain text is cut. They are the ontology's own."""

from __future__ import annotations

from functools import cache

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

    The whole text must be consumed, so of two themes that begin alike the longer one is taken where it fits.
    """
    wanted = _joined(text)
    return next((path for path in sorted(themes, key=len, reverse=True) if _joined(" ".join(path)) == wanted), None)


def _joined(text: str) -> str:
    return " ".join(fold(text.replace("’", "'")).split())
