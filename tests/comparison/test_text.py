"""The command `diff`, and what it says in a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from atlas_ld.cli import main
from atlas_ld.comparison.text import one_line
from atlas_ld.release.layout import Release

Two = tuple[Release, Release]


def run(compared: Two, *options: str) -> Result:
    where = ["--releases", str(compared[0].path.parent)]
    return CliRunner().invoke(main, ["diff", *options, *where], catch_exceptions=False)


def test_the_candidate_is_compared_with_the_current_release_in_words(compared: Two) -> None:
    told = run(compared, "--lang", "fr")
    assert told.exit_code == 0
    assert told.output.startswith(f"{compared[0].id} → {compared[1].id}\n")
    places = [told.output.index(part) for part in ("Clés changées (2)", "Retirés (", "Ajoutés (", "Modifiés (")]
    assert places == sorted(places)
    assert "    Année de début\u00a0: 2010 → 2011\n" in told.output
    assert "Start year: 2010 → 2011" in run(compared, "--lang", "en").output


def test_more_removed_than_allowed_ends_with_2(compared: Two) -> None:
    assert run(compared, "--fail-if-removed", "20%").exit_code == 0
    told = run(compared, "--fail-if-removed", "19,9 %")
    assert told.exit_code == 2
    assert "20.0% of the partnerships are gone" in told.output


@pytest.mark.parametrize("limit", ["-1%", "five", "101", "nan", "inf", ""])
def test_a_limit_that_is_no_percentage_is_one_sentence(compared: Two, limit: str) -> None:
    told = run(compared, "--fail-if-removed", limit)
    assert told.exit_code == 1
    assert "takes a percentage" in told.output


def test_the_same_command_stands_among_those_of_releases(compared: Two) -> None:
    where = ["--releases", str(compared[0].path.parent), "--lang", "fr"]
    named = CliRunner().invoke(main, ["releases", "diff", compared[0].id, compared[1].id, *where])
    assert named.output == run(compared, "--lang", "fr").output


def test_without_a_second_release_the_sentence_says_how_to_make_one(compared: Two, tmp_path: Path) -> None:
    assert "atlas-ld build" in CliRunner().invoke(main, ["diff", "--releases", str(tmp_path)]).output
    (tmp_path / compared[0].id).symlink_to(compared[0].path)
    told = CliRunner().invoke(main, ["diff", "--releases", str(tmp_path)])
    assert told.exit_code == 1
    assert "no second release" in told.output


def test_a_value_cannot_move_the_cursor_nor_break_the_line() -> None:
    assert one_line("a\x1b[2J\nb\u2028c\u202ed") == "a [2J b c d"
    assert len(one_line("x" * 1000)) == 160
