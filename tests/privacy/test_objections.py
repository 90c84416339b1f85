"""What somebody asked to have removed is nowhere from the next build on."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from atlas_ld.config import Settings
from atlas_ld.findings import Finding, Severity
from atlas_ld.pipeline import build, import_sources
from atlas_ld.pipeline.cache import unpack
from atlas_ld.privacy.objections import PLACEHOLDER, Objections, read_objections
from atlas_ld.records import Origin, Participant, PartnershipRecord
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication
from tests.test_personal_data import texts_of


def objections(*lines: str) -> Objections:
    return read_objections([("objections.txt", "\n".join(lines).encode())])


@pytest.mark.parametrize(
    "text",
    [
        "Vu Camille Exemplaire hier", "Vu CAMILLE EXEMPLAIRE hier", "Vu Camille-Exemplaire hier",
        "Vu Camille\u00a0 Exemplaire hier", "Vu Camille\nExemplaire hier", "Vu Cami\u00adlle Exempl\u200baire hier",
        "Vu Cámille Exemplaire hier", "Vu Ca\u0301mille Exemplaire hier", "Vu Camille_Exemplaire hier",
        "Vu “Camille” Exemplaire hier", "Vu Ｃamille Exemplaire hier",
    ],
)  # fmt: skip
def test_a_phrase_is_found_however_it_is_written(text: str) -> None:
    clean = objections("# asked on 3 May", "phrase: Camille Exemplaire").removed(text)
    assert (clean.startswith("Vu "), clean.endswith(" hier"), PLACEHOLDER in clean) == (True, True, True)
    assert "xempl" not in clean


@pytest.mark.parametrize("text", ["Camille", "Exemplaire Camille", "Camilles Exemplaire", "Camille et un Exemplaire"])
def test_nothing_else_is_removed(text: str) -> None:
    assert objections("Camille Exemplaire").removed(text) == text


@pytest.mark.parametrize(
    "text", ["01 99 00 12 34", "0199001234", "+33 1 99 00 12 34", "01.99.00.12.34", "+33(0)199001234"]
)
def test_a_number_is_found_however_it_is_spaced(text: str) -> None:
    assert objections("address: 01 99 00 12 34").removed(f"Tél {text}, merci") == f"Tél {PLACEHOLDER}, merci"


def test_a_longer_phrase_stands_before_a_shorter_one() -> None:
    found = objections("Camille Exemplaire", "Camille Exemplaire Durand")
    assert found.removed("Camille Exemplaire Durand.") == f"{PLACEHOLDER}."


@pytest.mark.parametrize("line", ["abc", "phrase: a", "fiche :", "!!!", "phrase: 12"])
def test_a_line_that_is_none_is_told_by_number_and_never_quoted(line: str) -> None:
    (finding,) = objections("# one", line).findings
    assert (finding.code, finding.line, finding.severity) == ("broken-objection", 2, Severity.VIOLATION)
    assert line not in finding.fr


def test_every_field_of_a_record_is_looked_at() -> None:
    name = "Camille Exemplaire"
    record = PartnershipRecord(
        title=f"Puits de {name}",
        continues="camille-exemplaire-2019",
        keywords=(name, "eau"),
        participants=(Participant(name=f"Amis de {name}", role="implementer", contact_functions=(name,)),),
        origins=(Origin(title=f"{name}.csv", address="https://clairval.example/camille-exemplaire/x"),),
        findings=(Finding(code="x", severity=Severity.INFO, fr=name, en=name, source=f"{name}.csv"),),
    )
    clean = objections(name).protect(record).to_json()
    assert "xemplaire" not in clean.lower()
    assert '"eau"' in clean
    assert objections("record: 1").protect(record) is record


def test_what_was_objected_to_is_in_no_file_page_or_folder(tmp_path: Path) -> None:
    name, words = "Camille Exemplaire", ("exemplaire", "verger")
    data = tmp_path / "data"
    data.mkdir()
    (data / "camille-exemplaire.csv").write_text(
        f'identifier,title,description\n7,"Puits ({name})","Avec {name}, au puits."\n'
        "8,Verger secret,Rien.\n9,Four,Pain.\n",
        "utf-8",
    )
    decision = f"Clairval,,,label,,steward,2026-01-01,dit par {name}"
    (data / "decisions.csv").write_text(f"name,country,partnership,is,value,author,date,reason\n{decision}\n", "utf-8")
    records, releases = tmp_path / "records", tmp_path / "releases"
    settings = Settings(releases=releases)
    import_sources([data], records, settings)
    build([data], settings, day=date(2026, 11, 27))  # before anybody objected
    (data / "objections.txt").write_text(f"# letter of 12 May\n{name}\nfiche : 8\n", "utf-8")
    import_sources([data], records, settings)
    for file in sorted(records.iterdir()):
        text = file.read_text("utf-8", errors="replace")
        if file.suffix == ".sqlite":
            with closing(sqlite3.connect(file)) as connection:
                text = "".join(unpack(row[0]).decode() for row in connection.execute("SELECT packed FROM content"))
            text = text.replace("Verger", "")  # a record that is left out stays in the cache, as in its source
        assert [word for word in words if word in text.lower()] == [], file.name
    assert sorted(file.stem for file in records.glob("[0-9]*.json")) == ["7", "9"]
    release = build([data], settings, day=date(2026, 11, 28)).release
    assert release.manifest.counts.records == 2
    found = {file: [word for word in words if word in text.lower()] for file, text in texts_of(release)}
    assert {file: some for file, some in found.items() if some} == {}
    for file in release.path.rglob("*"):
        content = file.read_bytes().lower() if file.is_file() else b""
        assert [word for word in words if word.encode() in content] == [], file
    publication = open_publication(settings)
    client = create_app(publication).test_client()
    gone = client.get("/id/partnership/8")
    assert (gone.status_code, "demande" in gone.text) == (410, True)
    pages = ["/doc/partnership/7", "/partnerships", "/quality", "/search?q=camille", "/"]
    for page in pages:
        shown = client.get(page, headers={"Accept": "text/html"}).text.lower()
        assert [word for word in words if word in shown] == [], page
    publication.service.close()
    assert json.loads((records / "7.json").read_text("utf-8"))["title"] == f"Puits ({PLACEHOLDER})"
