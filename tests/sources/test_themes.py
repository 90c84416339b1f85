"""Themes that the tree of the Atlas does not have are told, with the nearest one, and kept."""

from __future__ import annotations

from pathlib import Path

from atlas_ld.records import PartnershipRecord, ThemeChoice
from atlas_ld.sources import read
from atlas_ld.sources.themes import unknown_themes
from atlas_ld.themes import known_themes


def record(*paths: tuple[str, ...]) -> PartnershipRecord:
    others = tuple(ThemeChoice(path=path, priority=n) for n, path in enumerate(paths[1:], start=1))
    return PartnershipRecord(identifier="1", main_theme=paths[0], other_themes=others)


def test_a_theme_of_the_tree_is_no_matter() -> None:
    for path in known_themes():
        assert unknown_themes(record(path), known_themes()) == ()


def test_accents_and_capitals_make_no_other_theme() -> None:
    assert unknown_themes(record(("CULTURE ET PATRIMOINE", "patrimoine")), known_themes()) == ()


def test_an_unknown_theme_is_told_with_the_nearest() -> None:
    (finding,) = unknown_themes(record(("Culture et Patrimoine", "Patrimoines")), known_themes())
    assert finding.code == "unknown-theme"
    for sentence in (finding.fr, finding.en):
        assert "Patrimoines" in sentence
        assert "Culture et Patrimoine > Patrimoine." in sentence


def test_a_theme_like_none_has_no_nearest_and_each_is_told_once() -> None:
    odd = ("Xylophone quadratique",)
    (finding,) = unknown_themes(record(odd, odd, odd), known_themes())
    assert "nearest" not in finding.en


def test_what_is_read_keeps_the_theme_and_tells_it_once(tmp_path: Path) -> None:
    file = tmp_path / "1.json"
    file.write_text(record(("Musique de chambre",)).to_json(), encoding="utf-8")
    (reading,) = read(file)
    assert reading.record is not None
    assert reading.record.main_theme == ("Musique de chambre",)
    assert [finding.code for finding in reading.findings] == ["unknown-theme"]
    file.write_text(reading.record.to_json(), encoding="utf-8")  # as an import writes it
    (again,) = read(file)
    assert [finding.code for finding in again.findings] == ["unknown-theme"]
