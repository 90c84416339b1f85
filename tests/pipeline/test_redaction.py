"""What is taken out of releases is in no file, database or page of them any more, and they are sound."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from atlas_ld.cli import main
from atlas_ld.config import Settings
from atlas_ld.pipeline import build
from atlas_ld.release.layout import current_id, open_release, release_ids
from atlas_ld.release.verify import verify
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication
from tests.test_personal_data import texts_of

NAME, WORDS = "Camille Exemplaire", ("exemplaire", "verger", "pommeraie")
TABLE = (
    "identifier,title,description,french_authorities,foreign_partners,funding\n"
    f'7,Puits,"Avec {NAME}, au puits.",Clairval,Tolbara,Clairval=100@2019\n'
    "8,Verger secret,Rien.,Clairval,Pommeraie de Tolbara,Pommeraie=5@2020\n"
    "9,Four,Pain.,Clairval,Tolbara,Clairval=7@2020\n"
)


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder of two releases, of which the first had what was taken out, and what the command said."""
    folder = tmp_path_factory.mktemp("redacted")
    data, releases = folder / "data", folder / "releases"
    data.mkdir()
    settings = Settings(releases=releases)
    (data / "t.csv").write_text(TABLE, "utf-8")
    build([data], settings, day=date(2026, 11, 27))
    (data / "t.csv").write_text(TABLE.replace(f"7,Puits,\"Avec {NAME}, au puits.\"", "7,Puits,Au puits.").replace(
        "8,Verger secret,Rien.,Clairval,Pommeraie de Tolbara,Pommeraie=5@2020\n", ""), "utf-8")  # fmt: skip
    build([data], settings, day=date(2026, 11, 28))
    arguments = ["--record", "8", "--phrase", NAME, "--role", "data office", "--reason", "Letter of 12 May."]
    done = CliRunner().invoke(main, ["releases", "redact", *arguments, "--releases", str(releases)])
    assert done.exit_code == 0, done.output
    return releases, done.output


def test_nothing_of_it_is_in_any_file_of_any_release(redacted: tuple[Path, str]) -> None:
    releases, _ = redacted
    for name in release_ids(releases):
        release = open_release(releases, name)
        assert verify(release.path) == []
        found = {file: [word for word in WORDS if word in text.lower()] for file, text in texts_of(release)}
        assert {file: words for file, words in found.items() if words} == {}
        for file in release.path.rglob("*"):
            content = file.read_bytes().lower() if file.is_file() else b""
            assert [word for word in WORDS if word.encode() in content] == [], file


def test_the_manifest_tells_when_why_and_by_which_role_and_never_what(redacted: tuple[Path, str]) -> None:
    releases, told = redacted
    newest, oldest = release_ids(releases)
    (redaction,) = open_release(releases, oldest).manifest.redactions
    assert (redaction.role, redaction.reason, redaction.records, redaction.texts) == (
        "data office", "Letter of 12 May.", 1, 1,
    )  # fmt: skip
    (later,) = open_release(releases, newest).manifest.redactions
    assert (later.records, later.texts) == (0, 0)  # written anew: its databases were made from those of the first
    assert "2 releases redacted." in told
    assert open_release(releases, oldest).manifest.counts.records == 2


def test_the_rest_is_as_it_was_and_the_record_is_gone_with_the_reason(redacted: tuple[Path, str]) -> None:
    releases, _ = redacted
    _, oldest = release_ids(releases)
    assert CliRunner().invoke(main, ["releases", "use", oldest, "--releases", str(releases)]).exit_code == 0
    assert current_id(releases) == oldest
    publication = open_publication(Settings(releases=releases))
    client = create_app(publication).test_client()
    gone = client.get("/id/partnership/8")
    assert (gone.status_code, "Letter of 12 May." in gone.text) == (410, True)
    assert client.get("/doc/partnership/9.ttl").status_code == 200
    assert "retiré sur demande" in client.get("/doc/partnership/7.ttl").text
    publication.service.close()
    quality = json.loads((releases / oldest / "quality.json").read_text("utf-8"))
    assert "8" not in quality["published"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Say what to take out"),
        (["--phrase", "ab"], "too short"),
        (["--phrase", "Clairval", "--reason", "For Clairval"], "word them otherwise"),
        (["--list", "nowhere.txt"], "cannot be read"),
        (["2020-01-01-00000000", "--phrase", "Clairval"], "There is no release"),
    ],
)
def test_a_redaction_that_cannot_be_is_one_sentence(
    redacted: tuple[Path, str], arguments: list[str], told: str
) -> None:
    rest = [] if "--reason" in arguments else ["--reason", "Why."]
    command = ["releases", "redact", *arguments, *rest, "--role", "office", "--releases", str(redacted[0])]
    done = CliRunner().invoke(main, command)
    assert (done.exit_code, told in done.output) == (1, True), done.output
