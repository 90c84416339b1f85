"""Release notes drafted from a comparison."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from atlas_ld.cli import main
from atlas_ld.comparison import compare_records
from atlas_ld.comparison.notes import as_markdown
from atlas_ld.release.layout import Release
from atlas_ld.vocabulary import ATLAS


def test_notes_have_the_figures_and_what_changed_in_both_languages(
    compared: tuple[Release, Release], tmp_path: Path
) -> None:
    english = as_markdown(compare_records(*compared, "en"), "en")
    assert "| records published | 5 | 4 |" in english
    participations = [release.manifest.counts.entities[str(ATLAS.Participation)] for release in compared]
    assert f"| Participation | {participations[0]} | {participations[1]} |" in english
    assert "## Keys changed (2)" in english
    assert "- Start year: 1" in english
    where = ["--releases", str(compared[0].path.parent)]
    CliRunner().invoke(main, ["diff", "--lang", "fr", "--notes", str(tmp_path / "notes.md"), *where])
    assert "## Clés changées (2)" in (tmp_path / "notes.md").read_text("utf-8")


def test_what_a_source_says_is_no_markup(compared: tuple[Release, Release]) -> None:
    told = as_markdown(compare_records(*compared, "en"), "en")
    assert "\\`x\\` \\<b\\>" in told
    assert "<b>" not in told
