"""Decisions of a filled sheet: what is kept, what is refused, and that the next build follows them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner

from atlas_ld import pipeline
from atlas_ld.cli import main
from atlas_ld.config import Settings
from atlas_ld.errors import AtlasError, UnreadableSource
from atlas_ld.reference.curation import COLUMNS
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.resources import root
from atlas_ld.review import applying, sheet
from atlas_ld.review.applying import Applied
from atlas_ld.review.queue import Doubtful, read_queue
from atlas_ld.review.sheet import Filled
from tests.review.conftest import DAY, FORMULA, RECORDS, write
from tests.review.test_sheet import IRIS

Built = tuple[Path, Settings, pipeline.Outcome]
WHO = {"role": "chargée de coopération", "date": "2026-11-20", "reason": "Convention consultée"}


def row(line: int = 2, **cells: str) -> Filled:
    return Filled(
        line, dict.fromkeys(sheet.NEEDED, "") | {"name": "Les Amis de Kita", "country": "ML"} | WHO | cells, ()
    )


def decide(gazetteer: Gazetteer, *rows: Filled, existing: str = "") -> Applied:
    head = ",".join(COLUMNS) + "\n" if existing else ""
    return applying.decide(rows, "filled.csv", (head + existing).encode(), "decisions.csv", gazetteer)


@pytest.mark.parametrize(
    ("cells", "kind", "value"),
    [
        ({"decision": "accept", "identifier": "geonames-2455216"}, "place", "geonames-2455216"),
        ({"decision": "Accepter", "identifier": "x", "value": "geonames-2455216"}, "place", "geonames-2455216"),
        ({"decision": "accept", "value": "929 939 411"}, "siren", "929939411"),
        (
            {"decision": "accept", "identifier": "Association des amis de Kita"},
            "same-as",
            "Association des amis de Kita",
        ),
        ({"decision": "reject", "identifier": "geonames-2455216"}, "not", "geonames-2455216"),
        ({"decision": "none"}, "not", ""),
        ({"decision": "Same as", "value": "Association des amis de Kita"}, "same-as", "Association des amis de Kita"),
        ({"decision": "split"}, "split", ""),
        ({"decision": "exonym", "value": "geonames-2455216"}, "exonym", "geonames-2455216"),
        ({"decision": "intitulé"}, "label", ""),
    ],
)
def test_each_decision_is_a_line(gazetteer: Gazetteer, cells: dict[str, str], kind: str, value: str) -> None:
    applied = decide(gazetteer, row(**cells))
    assert applied.findings == ()
    assert [(line["is"], line["value"], line["author"]) for line in applied.lines] == [
        (kind, value, "chargée de coopération")
    ]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"decision": "perhaps"}, "must be one of: accept, reject"),
        ({"decision": "accept"}, "neither a SIREN nor the key"),
        ({"decision": "accept", "value": "geonames-999"}, "neither a SIREN nor the key"),
        ({"decision": "accept", "value": "929939412"}, "neither a SIREN nor the key"),
        ({"decision": "reject", "value": "commune-99999"}, "no territory of the reference data"),
        ({"decision": "reject"}, "neither a SIREN nor the key"),
        ({"decision": "exonym", "value": "Kita"}, "no territory of the reference data"),
        ({"decision": "same-as"}, "must be the name of the body"),
        ({"decision": "label", "role": ""}, "Missing: role"),
        ({"decision": "label", "reason": ""}, "Missing: reason"),
        ({"decision": "label", "date": ""}, "Missing: date"),
        ({"decision": "label", "date": "31/02/2026"}, "is no date"),
        ({"decision": "label", "country": "Nulle Part"}, "is not known"),
        ({"decision": "label", "role": "Mme Jeanne Exemple"}, "without a name"),
        ({"decision": "label", "reason": "dit par jeanne@mairie.example"}, "without a name"),
        ({"decision": "label", "name": "!!"}, "must be the name of a body"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_the_others_are_kept(
    gazetteer: Gazetteer, cells: dict[str, str], told: str
) -> None:
    good = row(3, name="Autre", decision="label")
    applied = decide(gazetteer, row(2, **cells), good)
    assert [line["name"] for line in applied.lines] == ["Autre"]
    (finding,) = applied.findings
    assert (finding.line, finding.source, finding.severity) == (2, "filled.csv", "violation")
    assert told in finding.en


WHOLE = "chargée,2026-11-20,Convention"


def test_what_is_decided_already_is_told_and_not_added_again(gazetteer: Gazetteer) -> None:
    rows = [row(2, decision="label"), row(3, decision="label", name="Les amis de KITA", country="Mali")]
    applied = decide(gazetteer, *rows, existing=f"Les Amis de Kita,ML,,label,,{WHOLE}\n")
    assert applied.lines == ()
    assert [(one.code, one.line, one.severity) for one in applied.findings] == [
        ("already-decided", 2, "info"),
        ("already-decided", 3, "info"),
    ]
    assert "decisions.csv, line 2" in applied.findings[0].en


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"decision": "label"}, {"decision": "split"}),
        ({"decision": "accept", "value": "geonames-2455216"}, {"decision": "reject", "value": "geonames-2455216"}),
        ({"decision": "same-as", "value": "Kita B"}, {"decision": "same-as", "value": "Kita C"}),
        ({"decision": "exonym", "value": "geonames-2455216"}, {"decision": "exonym", "value": "geonames-2460596"}),
        ({"decision": "none"}, {"decision": "accept", "value": "geonames-2455216"}),
        (
            {"decision": "same-as", "value": "Amis B"},
            {"name": "Amis B", "decision": "same-as", "value": "Les Amis de Kita"},
        ),
    ],
)
def test_a_contradiction_is_refused_whether_it_stands_in_the_sheet_or_in_the_table(
    gazetteer: Gazetteer, first: dict[str, str], second: dict[str, str]
) -> None:
    together = decide(gazetteer, row(2, **first), row(3, **second))
    assert len(together.lines) == 1
    assert [(one.code, one.line, one.severity) for one in together.findings] == [
        ("contradictory-decisions", 3, "violation")
    ]
    held = io.StringIO()
    csv.DictWriter(held, COLUMNS).writerows(together.lines)
    apart = decide(gazetteer, row(9, **second), existing=held.getvalue())
    assert apart.lines == ()
    assert [one.line for one in apart.findings] == [9]


def test_two_refusals_of_one_name_do_not_contradict_each_other(gazetteer: Gazetteer) -> None:
    rows = [
        row(2, decision="reject", identifier="geonames-2455216"),
        row(3, decision="reject", value="geonames-2460596"),
    ]
    assert len(decide(gazetteer, *rows).lines) == 2


def test_decisions_are_never_written_into_the_installed_package(tmp_path: Path) -> None:
    for folder in (root() / "data" / "demonstration", Path(applying.__file__).parent):
        with pytest.raises(AtlasError, match="installed package"):
            applying.add_lines(folder / "decisions.csv", b"", [])
    (tmp_path / "link").symlink_to(root() / "data" / "demonstration")
    with pytest.raises(AtlasError, match="installed package"):
        applying.add_lines(tmp_path / "link" / "decisions.csv", b"", [])


def test_a_table_keeps_its_bytes_and_the_order_of_its_columns(gazetteer: Gazetteer, tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    before = (
        "\ufeffis,name,country,partnership,value,author,date,reason\nlabel,Total,,,,cheffe,2026-01-01,Somme".encode()
    )
    path.write_bytes(before)
    applied = decide(gazetteer, row(decision="label", name='=cmd("x")'))
    applying.add_lines(path, before, applied.lines)
    assert path.read_bytes().startswith(before + b"\n")
    assert path.read_text("utf-8").splitlines()[-1].startswith("label,\"'=cmd(")
    assert [item.name for item in tmp_path.iterdir()] == ["decisions.csv"]


def test_a_table_of_other_columns_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UnreadableSource, match="no table of decisions"):
        applying.add_lines(path, path.read_bytes(), [])
    assert path.read_text("utf-8") == "a,b\n1,2\n"


def test_the_next_build_follows_a_filled_sheet_and_what_was_decided_leaves_the_queue(
    cases: dict[str, Doubtful], tmp_path: Path
) -> None:
    data, releases = write(tmp_path / "data", RECORDS), tmp_path / "releases"
    decided = {
        ("Saint-Denis", "commune-93066"): "accept",
        ("Saint-Denis", "commune-97411"): "reject",
        ("Amis du fleuve Tchimba", "Association des amis du fleuve Tchimba"): "accept",
        ("Antananarivoo", "geonames-1070940"): "reject",
        ("SOPER", ""): "label",
        ("Ville de Kitakita", ""): "exonym",
    }
    output = io.StringIO(newline="")
    writer = csv.DictWriter(output, list(sheet.COLUMNS))
    writer.writeheader()
    for one in csv.DictReader(io.StringIO(sheet.as_csv(cases.values(), IRIS))):
        if decision := decided.get((one["name"], one["identifier"])):
            value = "geonames-2455216" if decision == "exonym" else ""
            name = "Kitakita" if decision == "exonym" else one["name"]
            one |= WHO | {"decision": decision, "name": name, "value": value}
        writer.writerow(one)
    filled = tmp_path / "filled.csv"
    filled.write_text(output.getvalue(), encoding="utf-8")
    command = ["review", "--apply", str(filled), "--data", str(data), "--lang", "en"]
    told = CliRunner().invoke(main, command, catch_exceptions=False)
    assert (told.exit_code, "6 decisions read, 6 added" in told.output) == (0, True)
    again = CliRunner().invoke(main, command, catch_exceptions=False)
    assert "6 decisions read, 0 added" in again.output

    outcome = pipeline.build([data], Settings(releases=releases), day=DAY)
    assert [one for one in outcome.findings if one.field == "decisions"] == []
    left = {case.name: case for case in read_queue(outcome.release.path)}
    assert set(left) == {"Antananarivoo", FORMULA}  # the association that the other one is, is decided with it
    assert (left["Antananarivoo"].doubt, left["Antananarivoo"].candidates) == ("unmatched", ())
    dump = outcome.release.dump.read_text("utf-8")
    member = "<http://www.w3.org/ns/org#member> <http://localhost:8000/id/organisation/"
    assert f"{member}929939411>" in dump  # the commune of Saint-Denis, by its SIREN
    assert f"{member}kita-ml>" in dump  # Ville de Kitakita, by the other name of Kita
    assert "amis-du-fleuve-tchimba-ml" in dump
    assert f"{member}amis-du-fleuve-tchimba-ml>" not in dump
    assert "funder> <http://localhost:8000/id/organisation/3--soper" not in dump
