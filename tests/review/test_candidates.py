"""What a name may be: only what is like it, and of its country."""

from __future__ import annotations

import pytest

from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.review.candidates import Named, Places, duplicates


@pytest.fixture(scope="module")
def places(gazetteer: Gazetteer) -> Places:
    return Places(gazetteer)


@pytest.mark.parametrize(
    ("name", "country", "key"),
    [
        ("Ville de Montpelier", "FR", "commune-34172"),
        ("Communauté urbaine de Nouakchott", "MR", "geonames-2377450"),
        ("Mairie de Tomboctou", "ML", "geonames-2449067"),
        ("Commune de Torrino", "IT", "geonames-3165524"),
    ],
)
def test_a_misspelt_name_or_another_body_of_a_place_has_the_place(
    places: Places, name: str, country: str, key: str
) -> None:
    assert key in {one.value for one in places.candidates(name, "", country)}


def test_a_name_has_no_candidate_in_another_country_and_none_without_one(places: Places) -> None:
    assert places.candidates("Ville de Montpelier", "", "ML") == []
    assert places.candidates("Ville de Montpelier", "", "") == []


def test_scores_are_of_one_and_the_likest_comes_first(places: Places) -> None:
    scores = [float(one.score) for one in places.candidates("Montpelier l'Ancienne", "", "FR")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def pairs(*bodies: Named) -> set[tuple[str, str]]:
    return {(bodies[one].name, bodies[other].name) for one, other, _ in duplicates(bodies)}


def test_two_spellings_of_a_body_are_a_pair_in_one_country_or_where_one_country_is_not_known() -> None:
    one, other = "Association des amis de Tchimba", "Les Amis de Tchimba"
    assert pairs(Named(one, "ML", 2), Named(other, "ML", 1)) == {(other, one)}
    assert pairs(Named(one, "ML", 1), Named(other, "", 2)) == {(one, other)}
    assert pairs(Named(one, "ML", 1), Named(other, "SN", 2)) == set()


@pytest.mark.parametrize(
    "names",
    [
        ("Comité de jumelage", "Comité de jumelage et de coopération"),  # such a name tells nobody apart
        ("Commune de Tchimba", "Comité de jumelage de Tchimba"),
        ("Association Solidarité Kaolack", "Association Solidarité Koudougou"),
        ("Tchimba", "Amis de Tchimba"),
    ],
)
def test_bodies_that_share_a_word_are_no_pair(names: tuple[str, str]) -> None:
    assert pairs(*(Named(name, "ML", 1) for name in names)) == set()
