"""The steward's page on imports, docs/stewards/import.md: its commands run, in its order, and the French page has the
same."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from atlas_ld.cli import main
from atlas_ld.release.layout import open_release
from atlas_ld.resources import root

DOCS = root() / "docs"


def commands(page: str) -> list[str]:
    """The commands of a page of docs/stewards, without the language of their messages."""
    text = (DOCS / "stewards" / page).read_text("utf-8")
    return [line.replace(" --lang fr", "") for line in re.findall(r"^ {4}atlas-ld (.+)$", text, re.MULTILINE)]


def test_the_commands_of_the_page_run_in_its_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("region.csv", "region.mapping.toml"):
        shutil.copyfile(DOCS / "examples" / name, tmp_path / name)
    CliRunner().invoke(main, ["import", "region.csv", "--mapping", "region.mapping.toml", "--into", "first"])
    CliRunner().invoke(main, ["build", "--data", "first"], catch_exceptions=False)
    for command in commands("import.md"):
        result = CliRunner().invoke(main, shlex.split(command), catch_exceptions=False)
        assert result.exit_code == 0, (command, result.output)
        if "--prune" in command:
            (tmp_path / "records" / "objections.txt").write_text("record: R-102\nPuits\n", "utf-8")
    assert open_release(tmp_path / "releases").manifest.counts.records == 1
    assert not (tmp_path / "records" / "r-102.json").exists()
    assert "Puits" not in (tmp_path / "records" / "r-101.json").read_text("utf-8")
    assert "2 releases redacted." in result.output


def test_the_french_page_has_the_same_commands() -> None:
    assert commands("import.fr.md") == commands("import.md")
    assert len(commands("import.md")) == 9
