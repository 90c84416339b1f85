"""A steward's day goes as the guide says: every message that appears is in it."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from atlas_ld.findings import Language
from atlas_ld.release.layout import current_id, open_release

ROOT = Path(__file__).parents[1]
SCRIPT: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "stewards_day.py"))
LANGUAGES: tuple[Language, ...] = ("en", "fr")


@pytest.fixture(scope="module", params=LANGUAGES)
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Language, Path, list[Any]]:
    folder = tmp_path_factory.mktemp("day").resolve()
    return request.param, folder, list(SCRIPT["day"](folder, request.param))


def comparable(line: str) -> str:
    """A line without what differs from day to day: hashes, times and figures of sizes."""
    return re.sub(r"[0-9a-f]{8,}|[0-9]+(?:[.:,][0-9]+)*", "0", line).strip()


def test_every_message_of_the_day_is_in_the_guide(lived: tuple[Language, Path, list[Any]]) -> None:
    language, _, steps = lived
    guide = {comparable(line) for line in SCRIPT["PAGES"][language].read_text("utf-8").splitlines()}
    missing = [line for done in steps for line in SCRIPT["told"](done.output) if comparable(line) not in guide]
    assert missing == []
    assert [done.command for done in steps if comparable(f"$ {done.command}") not in guide] == []


def test_each_step_ends_as_it_should(lived: tuple[Language, Path, list[Any]]) -> None:
    assert [(done.command, done.code) for done in lived[2]] == [(done.command, done.step.code) for done in lived[2]]


def test_the_day_ends_with_the_first_release_served_and_both_kept(lived: tuple[Language, Path, list[Any]]) -> None:
    _, folder, _ = lived
    first, second = sorted(path.name for path in (folder / "releases").iterdir() if re.match("[0-9]{4}-", path.name))
    assert current_id(folder / "releases") == first
    counts = [open_release(folder / "releases", name).manifest.counts for name in (first, second)]
    assert [count.published for count in counts] == [7, 6]
    assert [count.quarantined for count in counts] == [0, 0]


def test_what_the_steward_corrected_and_decided_is_published(lived: tuple[Language, Path, list[Any]]) -> None:
    _, folder, _ = lived
    first, second = sorted(path for path in (folder / "releases").iterdir() if re.match("[0-9]{4}-", path.name))
    was, now = ((path / "download" / "atlas.nt").read_text("utf-8") for path in (first, second))
    assert "partnership/formation-d-elus-1999>" in was
    assert "partnership/formation-d-elus-1999>" not in now
    assert '"12000.5' in was
    assert "An association" in (folder / "records" / "decisions.csv").read_text("utf-8")
