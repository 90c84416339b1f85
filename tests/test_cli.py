"""The commands do what their help says, and speak in sentences."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rdflib import Graph

from atlas_ld.cli import main
from atlas_ld.release.layout import Release
from tests.release.conftest import a_record

SHAPES = Path(__file__).parent / "shapes"
BROKEN = sorted(SHAPES.rglob("invalid-*.ttl"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def write_record(folder: Path, **changes: object) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "record.json"
    path.write_text(a_record(**changes).to_json(), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", [[], *([name] for name in sorted(main.commands)), ["releases", "verify"]])
def test_every_command_has_help(command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_import_writes_one_file_a_record_and_leaves_the_same_as_it_is(tmp_path: Path) -> None:
    source = write_record(tmp_path / "sources")
    first = run("import", source, "--into", tmp_path / "records")
    second = run("import", source, "--into", tmp_path / "records")
    assert (first.exit_code, second.exit_code) == (0, 0)
    visible = sorted(path.name for path in (tmp_path / "records").iterdir() if not path.name.startswith("."))
    assert visible == ["_manifest.json", "ecoles-jumelles-1999.json"]
    assert "1 written" in first.output
    assert "0 written" in second.output


def test_a_path_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    result = run("import", tmp_path / "nothing", "--into", tmp_path / "records")
    assert result.exit_code == 1
    assert result.output.startswith("atlas-ld: ")
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "path", BROKEN[:: max(1, len(BROKEN) // 12)], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_validate_names_the_constraint_and_exits_2_for_a_violation(path: Path) -> None:
    shape, severity = re.match(r"# fires: shape:(\S+) \S+ (\w+)", path.read_text("utf-8")).groups()  # type: ignore[union-attr]
    result = run("validate", path, SHAPES / "world.ttl")
    assert result.exit_code == (2 if severity == "Violation" else 0)
    assert shape in result.output


def test_validate_writes_a_report_that_is_turtle(tmp_path: Path) -> None:
    source = write_record(tmp_path / "sources", title=None)
    result = CliRunner().invoke(main, ["validate", str(source), "--format", "turtle"])
    assert result.exit_code == 2
    assert len(Graph().parse(data=result.stdout, format="turtle")) > 0


def test_validate_counts_in_json(tmp_path: Path) -> None:
    source = write_record(tmp_path / "sources", title=None)
    report = json.loads(CliRunner().invoke(main, ["validate", str(source), "--format", "json"]).stdout)
    assert report["conforms"] is False


def test_build_prints_the_path_last_and_says_what_it_left_out(tmp_path: Path) -> None:
    write_record(tmp_path / "sources", start_year=2001, end_year=1990)
    result = CliRunner().invoke(
        main, ["build", "--data", str(tmp_path / "sources"), "--releases", str(tmp_path / "releases")]
    )
    assert result.exit_code == 2
    assert Path(result.stdout.splitlines()[-1]).is_dir()
    assert "1 quarantined" in result.stderr


def test_build_strict_refuses_in_one_sentence(tmp_path: Path) -> None:
    write_record(tmp_path / "sources", title=None)
    result = run("build", "--data", tmp_path / "sources", "--releases", tmp_path / "releases", "--strict")
    assert result.exit_code == 1
    assert "--strict" in result.output
    assert not (tmp_path / "releases" / "current").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "79300"),
        (["--format", "csv"], "total\r\n79300"),
        (["--format", "json"], '"value":"79300"'),
    ],
)
def test_query_answers_in_each_format(demonstration: Release, arguments: list[str], expected: str) -> None:
    query = """SELECT (SUM(?amount) AS ?total) {
        partnership:crea-ocean-2010 atlas:fundingLine/atlas:amount ?amount }"""
    result = run("query", query, "--releases", demonstration.path.parent, *arguments)
    assert result.exit_code == 0, result.output
    assert expected in result.stdout_bytes.decode()


def test_query_constructs_turtle(demonstration: Release) -> None:
    query = "DESCRIBE partnership:crea-ocean-2010"
    result = run("query", query, "--releases", demonstration.path.parent)
    assert len(Graph().parse(data=result.stdout, format="turtle")) > 10


@pytest.mark.parametrize("query", ["SELECT * {", "SELECT * { SERVICE <http://x.example/> { ?s ?p ?o } }", "CLEAR ALL"])
def test_a_query_that_gets_no_answer_is_one_sentence(demonstration: Release, query: str) -> None:
    result = run("query", query, "--releases", demonstration.path.parent)
    assert result.exit_code == 1
    assert result.output.startswith("atlas-ld: ")
    assert "Traceback" not in result.output


def test_releases_are_listed_shown_verified_and_chosen(demonstration: Release) -> None:
    where = ("--releases", demonstration.path.parent)
    assert f"* {demonstration.id}" in run("releases", "list", *where).output
    assert json.loads(run("releases", "show", *where).output)["id"] == demonstration.id
    assert "sound" in run("releases", "verify", *where).output
    assert run("releases", "use", demonstration.id, *where).exit_code == 0


def test_a_release_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    result = run("releases", "verify", "2026-01-01-00000000", "--releases", tmp_path)
    assert result.exit_code == 1
    assert "atlas-ld releases list" in result.output


def test_a_setting_of_the_wrong_kind_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_LD_PORT", "eight thousand")
    result = run("releases", "list")
    assert result.exit_code == 1
    assert "ATLAS_LD_PORT" in result.output


TURTLE = "@prefix dct: <http://purl.org/dc/terms/> . <http://localhost:8000/id/source/a> dct:title 'A'@fr .\n"


@pytest.mark.parametrize("name", ["a.ttl", "a.TTL", "a.nt", "sub/a.ttl"])
@pytest.mark.parametrize("mark", ["", "\ufeff", "\ufeff\ufeff"])
def test_validate_reads_the_rdf_that_it_is_given_and_says_how_much(tmp_path: Path, name: str, mark: str) -> None:
    file = tmp_path / "given" / name
    file.parent.mkdir(parents=True)
    nt = '<http://localhost:8000/id/source/a> <http://purl.org/dc/terms/title> "A"@fr .\n'
    file.write_text(mark + (nt if name.endswith(".nt") else TURTLE), "utf-8")
    for given in (file, tmp_path / "given"):
        result = run("validate", given)
        assert "1 file and 1 triple checked." in result.output
        assert "not-a-source" not in result.output


def test_validate_counts_the_files_and_triples_of_sources(tmp_path: Path) -> None:
    source = write_record(tmp_path / "sources")
    assert "1 file and" in run("validate", source).output
    (tmp_path / "sources" / "b.ttl").write_text(TURTLE, "utf-8")
    found = re.search(r"2 files and ([0-9]+) triples checked", run("validate", tmp_path / "sources").output)
    assert found
    assert int(found[1]) > 10


@pytest.mark.parametrize("name", ["a.ttl", "a.jpg", "Thumbs.db", "~$a.csv"])
def test_what_was_not_read_never_conforms(tmp_path: Path, name: str) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / name).write_text("", "utf-8")
    result = run("validate", tmp_path / "given")
    assert result.exit_code == 1
    assert "Conforms" not in result.output
    assert "Nothing was checked" in result.output


def test_a_file_that_cannot_be_read_is_a_violation_and_never_conforms(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{", "utf-8")
    result = run("validate", tmp_path / "a.json")
    assert (result.exit_code, "Conforms" in result.output) == (2, False)


@pytest.mark.parametrize("command", ["import", "validate", "build"])
def test_findings_are_told_in_the_language_asked_for_and_all_of_them_reported(tmp_path: Path, command: str) -> None:
    (tmp_path / "t.csv").write_text("title,start_year\n" + "".join(f"Puits {n},20x9\n" for n in range(60)), "utf-8")
    arguments = {
        "import": ["import", tmp_path / "t.csv", "--into", tmp_path / "records"],
        "validate": ["validate", tmp_path / "t.csv"],
        "build": ["build", "--data", tmp_path / "t.csv", "--releases", tmp_path / "releases"],
    }[command]
    csv_report, json_report = tmp_path / "f.csv", tmp_path / "f.json"
    french = run(*arguments, "--lang", "fr", "--report", csv_report)
    english = run(*arguments, "--lang", "en", "--report", json_report)
    for output, word in ((french.output, "avertissement"), (english.output, "warning")):
        assert re.search(rf"^ +60  impossible-year \({word}\)$", output, re.MULTILINE)
    if command != "build":  # which tells violations alone
        assert "t.csv:2 : avertissement" in french.output
        assert "t.csv:2: warning" in english.output
        assert "--report" in english.output
    report = json.loads(json_report.read_text("utf-8"))
    assert report["counts"]["impossible-year"] == 60
    rows = csv_report.read_text("utf-8").splitlines()
    assert rows[0].startswith("code,severity,fr,en,source,line")
    assert sum(row.startswith("impossible-year,") for row in rows) == 60


def test_findings_are_told_in_the_language_of_the_locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.csv").write_text("title,start_year\nPuits,20x9\n", "utf-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    told = run("import", tmp_path / "t.csv", "--into", tmp_path / "records").output
    assert "t.csv:2 : avertissement : puits (Puits) : « 20x9 »" in told.replace("\u00a0", " ")


def test_a_report_of_another_kind_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    result = run("import", write_record(tmp_path / "s"), "--into", tmp_path / "r", "--report", tmp_path / "f.xml")
    assert result.exit_code == 1
    assert not (tmp_path / "r").exists()


def test_a_release_that_is_damaged_is_listed_with_the_others_and_old_ones_are_pruned(tmp_path: Path) -> None:
    where = ("--releases", tmp_path / "releases")
    for number in range(3):
        write_record(tmp_path / "sources", start_year=1990 + number)
        run("build", "--data", tmp_path / "sources", *where)
    newest, *older = [line.strip("* ").split()[0] for line in run("releases", "list", *where).output.splitlines()]
    assert (tmp_path / "releases" / "current").resolve().name == newest
    manifest = tmp_path / "releases" / older[0] / "manifest.json"
    times = manifest.stat().st_atime_ns, manifest.stat().st_mtime_ns
    manifest.write_text("{}", encoding="utf-8")
    os.utime(manifest, ns=times)  # by which releases of one day are ordered
    listed = run("releases", "list", *where)
    assert listed.exit_code == 0
    assert f"* {newest}" in listed.output
    assert re.search(rf"{older[0]} .* is damaged", listed.output)
    told = run("releases", "prune", "--keep", "1", "--dry-run", *where)
    assert "2 releases would be removed" in told.output
    assert len(run("releases", "list", *where).output.splitlines()) == 3
    assert run("releases", "prune", "--keep", "1", *where).exit_code == 0
    assert [line.split()[1] for line in run("releases", "list", *where).output.splitlines()] == [newest]


def test_pruning_where_there_is_nothing_makes_nothing(tmp_path: Path) -> None:
    assert run("releases", "prune", "--releases", tmp_path / "none").exit_code == 0
    assert not (tmp_path / "none").exists()


def test_keys_tells_and_writes_the_register_beside_the_sources(tmp_path: Path) -> None:
    data, releases = tmp_path / "data", tmp_path / "none"
    write_record(data)
    told = run("keys", "--data", data, "--releases", releases)
    assert (told.exit_code, told.output.splitlines()[0]) == (0, "+ ecoles-jumelles-1999")
    assert not (data / "keys.csv").exists()
    assert run("keys", "--data", data, "--releases", releases, "--write").exit_code == 0
    write_record(data, title="Écoles et collèges jumelés")
    corrected = run("keys", "--data", data, "--releases", releases, "--write")
    assert corrected.exit_code == 0
    assert "[key-kept]" in corrected.output
    assert "+" not in corrected.output.split()
    (data / "below").mkdir()
    (data / "keys.csv").rename(data / "below" / "keys.csv")
    assert run("keys", "--data", data, "--releases", releases, "--write").exit_code == 0
    assert not (data / "keys.csv").exists()
    (line,) = (data / "below" / "keys.csv").read_text("utf-8").splitlines()[1:]
    assert line.startswith("ecoles-jumelles-1999,,")
    assert "Écoles et collèges jumelés" in line


def test_keys_writes_nothing_into_the_package(tmp_path: Path) -> None:
    refused = run("keys", "--releases", tmp_path, "--write")
    assert (refused.exit_code, refused.output.startswith("atlas-ld: Say where the register")) == (1, True)
