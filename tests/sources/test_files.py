"""Whatever stands in a folder of sources, reading it ends, and what is not read is told."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_ld import sources
from atlas_ld.errors import UnreadableSource
from atlas_ld.privacy import redact
from atlas_ld.sources.files import _PLAIN


def codes(path: Path, most: int = 10_000) -> dict[str, str]:
    """The code of the first finding on each file."""
    found = {}
    for file, name in sources.files(path):
        for reading in sources.read_file(Path(file), name, most=most):
            found[name] = reading.findings[0].code if reading.findings else "read"
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may enter, which those of pytest are not; its path is short enough for a socket."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def test_what_is_no_regular_file_is_told_and_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.json")
    (folder / "endless.json").symlink_to("/dev/zero")
    (folder / "waiting.csv").symlink_to(folder / "pipe.json")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket.html"))
        assert codes(folder) == dict.fromkeys(
            ("endless.json", "pipe.json", "socket.html", "waiting.csv"), "not-a-file"
        )  # fmt: skip


def test_a_file_without_end_that_says_it_is_empty_is_read_up_to_the_limit(folder: Path) -> None:
    (folder / "maps.json").symlink_to("/proc/self/smaps")  # 0 bytes, says the system
    assert codes(folder, most=100) == {"maps.json": "too-large"}


def test_links_that_lead_around_end_and_are_told(folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "above").symlink_to(folder)
    (folder / "itself.json").symlink_to(folder / "itself.json")
    (folder / "a.json").write_text('{"title": "A"}', "utf-8")
    assert codes(folder) == {"a.json": "read", "below/above": "linked-folder", "itself.json": "cannot-open"}


def test_a_name_that_is_no_utf_8_is_read_and_shown(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.json")).write_text('{"title": "A"}', "utf-8")
    assert codes(folder) == {"café.json": "read"}


def test_what_may_not_be_opened_is_told(folder: Path) -> None:
    (folder / "shut").mkdir()
    (folder / "shut" / "a.json").write_text("{}", "utf-8")
    (folder / "b.json").write_text("{}", "utf-8")
    for path in (folder / "shut", folder / "b.json"):
        path.chmod(0)
    ours = os.geteuid()
    os.seteuid(65534 if ours == 0 else ours)  # the superuser may open anything
    try:
        found = codes(folder)
    finally:
        os.seteuid(ours)
        (folder / "shut").chmod(0o755)
    assert found == {"b.json": "cannot-open", "shut": "cannot-open"}


@given(st.from_regex(_PLAIN, fullmatch=True))
def test_what_is_not_looked_at_for_personal_data_has_none(name: str) -> None:
    assert redact(name) == (name, frozenset())


def test_a_name_with_a_telephone_number_is_shown_without_it(folder: Path) -> None:
    (folder / "2019").mkdir()
    (folder / "2019" / "0612345678.json").write_text('{"title": "A"}', "utf-8")
    (folder / "2019" / "10001.json").write_text('{"title": "B"}', "utf-8")
    names = [name for _, name in sources.files(folder)]
    assert "2019/10001.json" in names
    assert not any("345" in name for name in names)


def test_a_long_file_is_hashed_in_blocks_up_to_the_limit(folder: Path) -> None:
    (folder / "film.mp4").write_bytes(b"x" * 1000)
    assert sources.digest(folder / "film.mp4", 1000) is not None
    assert sources.digest(folder / "film.mp4", 999) is None


@pytest.mark.parametrize("name", ["x" * 300, "a/b/c", "\udce9"])
def test_a_path_that_cannot_be_is_a_sentence(folder: Path, name: str) -> None:
    with pytest.raises(UnreadableSource, match="no file or folder"):
        sources.read(folder / name)


def test_what_programs_leave_beside_files_is_furniture(tmp_path: Path) -> None:
    for name in ("~$t.xlsx", ".~lock.t.csv#", "Thumbs.db", "desktop.ini", ".DS_Store", "t.csv~", "t.csv.part", "t.csv"):
        (tmp_path / name).write_text("title\nA\n", "utf-8")
    assert [name for _, name in sources.files(tmp_path)] == ["t.csv"]


def test_what_a_browser_saves_with_a_page_is_furniture_and_only_that(tmp_path: Path) -> None:
    for folder in ("page_files", "mes_files"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "2833.html").write_text("x", "utf-8")
    (tmp_path / "page.html").write_text("x", "utf-8")
    assert [name for _, name in sources.files(tmp_path)] == ["mes_files/2833.html", "page.html"]


@pytest.mark.parametrize("name", ["jean.dupont@mairie.example.txt", "Mme Dupont Jeanne.csv", "fiche_M._Dupont.csv"])
def test_a_file_is_told_of_without_the_person_that_its_name_names(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("title\nA\n", "utf-8")
    for reading in sources.read(tmp_path):
        assert "upont" not in str(reading)


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    for name in ("a.csv", "b.txt", "c.json", "d.xlsx", "e.html"):
        (tmp_path / name).write_text(" \n", "utf-8")
    assert {finding.code for reading in sources.read(tmp_path) for finding in reading.findings} == {"empty-file"}
