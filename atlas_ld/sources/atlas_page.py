"""The detail page of the Atlas."""

from atlas_ld.sources.reading import Reading, unreadable
from atlas_ld.sources.themes import ThemeTree

MAX_BYTES = 5_000_000


def read_page(name: str, content: bytes, themes: ThemeTree | None = None) -> Reading:
    return unreadable("not-yet", "Pas encore lu.", "Not read yet.")
