"""The queue of doubtful names: what is in it, in which order, with which candidates."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.errors import ReleaseError
from atlas_ld.review.queue import Doubtful, read_queue, to_json
from tests.review.conftest import DAY, FORMULA, abroad, record, write

Cases = dict[str, Doubtful]
Built = tuple[Path, Settings, pipeline.Outcome]


def test_every_doubtful_name_is_there_once_and_no_certain_one(cases: Cases) -> None:
    assert set(cases) == {
        "Saint-Denis",
        "Association des amis du fleuve Tchimba",
        "SOPER",
        "Amis du fleuve Tchimba",
        FORMULA,
        "Antananarivoo",
        "Ville de Kitakita",
    }


def test_those_with_most_partnerships_come_first_then_those_with_most_euros(cases: Cases) -> None:
    effects = [(len(case.partnerships), case.cents) for case in cases.values()]
    assert effects == sorted(effects, reverse=True)
    assert effects[0] == (2, 50_000)


def test_a_partner_has_the_money_of_the_partnership_and_a_funder_what_it_pays(cases: Cases) -> None:
    assert (cases["Saint-Denis"].partnerships, cases["Saint-Denis"].cents) == (("1", "2"), 50_000)
    assert (cases["SOPER"].partnerships, cases["SOPER"].cents, cases["SOPER"].roles) == (
        ("3", "5"),
        15_000,
        ("funder",),
    )


def test_an_ambiguous_name_has_the_places_that_it_fits(cases: Cases) -> None:
    case = cases["Saint-Denis"]
    assert (case.doubt, case.country) == ("ambiguous", "FR")
    assert {one.value for one in case.candidates} >= {"commune-93066", "commune-97411"}
    assert "Saint-Denis (Seine-Saint-Denis)" in {one.label for one in case.candidates}


def test_a_match_by_likeness_has_its_method_and_score(cases: Cases) -> None:
    case = cases["Antananarivoo"]
    assert case.doubt == "weak-match"
    assert [(one.value, one.method, one.score) for one in case.candidates] == [("geonames-1070940", "fuzzy", "0.8")]


def test_two_names_of_one_body_are_proposed_to_the_one_with_fewer_partnerships(cases: Cases) -> None:
    (candidate,) = cases["Amis du fleuve Tchimba"].candidates
    assert (candidate.value, candidate.is_place) == ("Association des amis du fleuve Tchimba", False)
    assert cases["Association des amis du fleuve Tchimba"].candidates == ()


def test_a_release_without_a_queue_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="build the release again"):
        read_queue(tmp_path)


def test_the_queue_is_the_same_whether_names_are_looked_up_or_kept_from_the_build_before(
    built: Built, cases: Cases, tmp_path: Path
) -> None:
    """Before and after a change elsewhere, by the same cache and by a new one."""
    data = write(tmp_path / "data", ())
    for path in built[0].glob("*.json"):
        (data / path.name).write_bytes(path.read_bytes())
    write(data, [record("9", abroad("Nulle Part", "Mali"))])
    kept = Settings(releases=tmp_path / "kept")
    pipeline.build([built[0]], kept, day=DAY)
    after = pipeline.build([data], kept, day=DAY).release
    new = pipeline.build([data], Settings(releases=tmp_path / "new"), day=DAY).release
    assert read_queue(after.path) == read_queue(new.path)
    assert to_json(read_queue(built[2].release.path)) == to_json(cases.values())
    assert {case.name for case in read_queue(new.path)} - cases.keys() == {"Nulle Part"}
