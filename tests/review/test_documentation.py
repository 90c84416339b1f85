"""The steward's page, docs/stewards/review.md: its commands run, in its order, and the French page has the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from atlas_ld.cli import main
from atlas_ld.release.layout import current_id, release_ids
from atlas_ld.resources import root
from tests.review.conftest import RECORDS, write


def commands(page: str) -> list[str]:
    """The commands of a page of docs/stewards, without the language of their messages."""
    text = (root() / "docs" / "stewards" / page).read_text("utf-8")
    return [line.replace(" --lang fr", "") for line in re.findall(r"^ {4}atlas-ld (.+)$", text, re.MULTILINE)]


def test_the_commands_of_the_page_run_in_its_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "records", RECORDS[:-1])
    CliRunner().invoke(main, ["build", "--data", "records"], catch_exceptions=False)
    before = current_id(tmp_path / "releases")
    write(tmp_path / "records", RECORDS[-1:])
    for command in commands("review.md"):
        newest = release_ids(tmp_path / "releases", candidates=True)[0]
        told = command.replace("2026-11-28-1a2b3c4d", newest).split()
        result = CliRunner().invoke(main, told, catch_exceptions=False)
        assert result.exit_code == 0, (command, result.output)
    assert before != current_id(tmp_path / "releases") == newest
    assert (tmp_path / "review.xlsx").exists()
    assert (tmp_path / "notes.md").read_text("utf-8").startswith("# ")


def test_the_french_page_has_the_same_commands() -> None:
    assert commands("review.fr.md") == commands("review.md")
    assert len(commands("review.md")) == 7
