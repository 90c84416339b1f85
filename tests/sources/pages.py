"""Pages for the tests: the one of tests/data with changes, and any record written as a page (`bench.saved_pages`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from atlas_ld.records import PartnershipRecord
from atlas_ld.sources.atlas_page import read_page
from atlas_ld.themes import ThemeTree
from bench.saved_pages import FORMS, GOALS, LAYOUTS, STATUSES, Layout, page_of

__all__ = [
    "DATA", "FORMS", "GOALS", "LAYOUTS", "STATUSES", "THEMES", "Layout", "base_page", "codes", "line_of", "page_of",
    "read_base", "read_text",
]  # fmt: skip

DATA = Path(__file__).parent.parent / "data"
THEMES: ThemeTree = frozenset(
    {
        ("Culture et Patrimoine",),
        ("Culture et Patrimoine", "Patrimoine"),
        ("Economie durable", "Attractivité des territoires"),
        ("Economie durable", "Attractivité des territoires", "Tourisme"),
        ("Education, Social et Recherche", "Jeunesse & genre"),
        ("Education, Social et Recherche", "Jeunesse & genre", "Jeunesse, mobilité et protection de l'enfance"),
        ("Environnement, Climat et Energie", "Eau et déchets"),
        ("Environnement, Climat et Energie", "Eau et déchets", "Eau et assainissement"),
        ("Environnement, Climat et Energie", "Energie"),
    }
)


def base_page() -> str:
    return (DATA / "page.txt").read_text("utf-8")


def read_text(page: str, name: str = "page.txt") -> PartnershipRecord:
    """The record of a page; fails where there is none."""
    reading = read_page(name, page.encode(), THEMES)
    assert reading.record is not None, reading.findings
    return reading.record


def read_base(changes: Mapping[str, str]) -> PartnershipRecord:
    """The record of the base page, each given text, which must be there, put in place of the other."""
    page = base_page()
    for before, after in changes.items():
        assert before in page, before
        page = page.replace(before, after)
    return read_text(page)


def codes(record: PartnershipRecord) -> list[str]:
    return [finding.code for finding in record.findings]


def line_of(text: str) -> int:
    """The number of the base page's line that is `text`."""
    return base_page().split("\n").index(text) + 1
