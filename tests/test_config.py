"""Settings: where a value comes from, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from atlas_ld.cli import main
from atlas_ld.config import Settings, told
from atlas_ld.errors import InvalidSetting


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str, name: str = "atlas.toml") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_an_option_goes_before_the_environment_before_the_file_before_the_default(here: Path) -> None:
    write(here, "port = 1001\nworkers = 5\nthreads = 6\n")
    values = told({"ATLAS_LD_PORT": "1002", "ATLAS_LD_WORKERS": "7"}, port=1003)
    assert values["port"] == (1003, "option")
    assert values["workers"] == (7, "environment")
    assert values["threads"] == (6, "file")
    assert values["page_size"] == (50, "default")
    assert Settings.read({"ATLAS_LD_WORKERS": "7"}, port=1003).threads == 6


def test_the_environment_may_name_another_file(here: Path) -> None:
    write(here, "port = 1001\n")
    write(here, 'port = 2002\nreleases = "there"\nquery_seconds = 3\naccess_log = false\n', "other.toml")
    settings = Settings.read({"ATLAS_LD_CONFIG": "other.toml"})
    assert (settings.port, settings.releases, settings.query_seconds, settings.access_log) == (
        2002, Path("there"), 3.0, 0)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("prot = 1", "'prot' is no setting; the nearest is port"),
        ("xyzzy = 1", "'xyzzy' is no setting; see"),
        ("port = 'http'", "port = 'http' is no int"),
        ("publisher = 3", "publisher = 3 is no str"),
        ("query_seconds = true", "query_seconds = True is no float"),
        ("port = 1\nworkers = = 2", "line 2"),
        ("workers = -1", "workers is -1; it must be 0 or more"),
        ("query_seconds = nan", "must be 0 or more"),
        ("[server]\nport = 1", "'server' is no setting"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_with_what_and_where(here: Path, text: str, sentence: str) -> None:
    write(here, text)
    with pytest.raises(InvalidSetting, match=r"atlas\.toml") as refused:
        Settings.read({})
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("variable", "value"), [("ATLAS_LD_PORT", "http"), ("ATLAS_LD_WORKERS", "-2"), ("ATLAS_LD_QUERY_SECONDS", "inf")]
)
def test_a_variable_that_is_no_value_is_refused_by_its_name(here: Path, variable: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=variable):
        Settings.read({variable: value})


def test_a_named_file_that_is_missing_is_told(here: Path) -> None:
    with pytest.raises(InvalidSetting, match="names no file"):
        Settings.read({"ATLAS_LD_CONFIG": "none.toml"})


def test_config_show_says_each_value_and_its_origin(here: Path) -> None:
    write(here, "port = 1001\n")
    shown = CliRunner(env={"ATLAS_LD_WORKERS": "3"}).invoke(main, ["config", "show"])
    lines = {line.split()[0]: line.split()[1:] for line in shown.output.splitlines() if line}
    assert shown.output.startswith("Settings file: atlas.toml\n")
    assert lines["port"] == ["1001", "file"]
    assert lines["workers"] == ["3", "environment"]
    assert lines["page_size"] == ["50"]
    as_json = CliRunner().invoke(main, ["config", "show", "--json"]).output
    assert json.loads(as_json)["port"] == {"value": 1001, "origin": "file"}


def test_config_check_tells_all_that_cannot_be_used(here: Path) -> None:
    write(here, 'port = 99999\nbase_iri = "localhost"\nworkers = 0\n')
    checked = CliRunner(env={"ATLAS_LD_PROT": "8080"}).invoke(main, ["config", "check"])
    assert checked.exit_code == 1
    for part in ("ATLAS_LD_PROT is no setting; the nearest is ATLAS_LD_PORT", "port is 99999", "localhost", "workers"):
        assert part in checked.output, part
    assert "Traceback" not in checked.output


def test_config_check_of_a_usable_configuration_says_so(here: Path) -> None:
    (here / "releases" / "2026-01-01-12345678").mkdir(parents=True)
    checked = CliRunner().invoke(main, ["config", "check"])
    assert (checked.exit_code, checked.output) in ((0, "The settings can be used.\n"), (1, checked.output))
    if checked.exit_code:
        assert "has no release" in checked.output
