"""Keys are readable, plain and distinct."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_ld.errors import InvalidSetting
from atlas_ld.iris import KEY, KINDS, Iris, fold, slug, theme_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Brest métropole", "brest-metropole"),
        ("Maître d’œuvre", "maitre-d-oeuvre"),
        ("Saint-Étienne-du-Rouvray", "saint-etienne-du-rouvray"),
        ("  1. RENFORCEMENT — phase 2 ", "1-renforcement-phase-2"),
        ("Şişli / Łódź / Đà Nẵng / Straße", "sisli-lodz-da-nang-strasse"),
    ],
)
def test_a_slug_is_the_folded_words(text: str, key: str) -> None:
    assert slug(text) == key


@given(st.text())
def test_a_slug_of_any_text_is_a_key_of_at_most_80_characters(text: str) -> None:
    assert KEY.fullmatch(slug(text))
    assert len(slug(text)) <= 80


def test_long_names_that_begin_alike_stay_apart() -> None:
    stem = "Syndicat mixte des communes riveraines de la grande vallée et de ses affluents, secteur "
    assert slug(f"{stem} nord") != slug(f"{stem} sud")


def test_a_name_without_latin_letters_has_a_key_of_its_own() -> None:
    assert slug("横須賀市") != slug("千葉市")


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_theme_key_tells_branches_apart() -> None:
    assert theme_key(("Culture et Patrimoine", "Patrimoine")) == "culture-et-patrimoine--patrimoine"


@pytest.mark.parametrize(
    "base", ["", "example.org/", "https://example.org", "https://example.org/#", "ftp://example.org/"]
)
def test_a_base_that_cannot_be_one_is_refused(base: str) -> None:
    with pytest.raises(InvalidSetting, match="slash"):
        Iris(base)


@given(st.sampled_from(KINDS), st.from_regex(KEY, fullmatch=True))
def test_an_entity_iri_comes_apart_into_kind_and_key(kind: str, key: str) -> None:
    iris = Iris("https://example.org/data/")
    assert iris.split(iris.entity(kind, key)) == (kind, key)  # type: ignore[arg-type]
    assert iris.split(iris.entity(kind, key) + "#participation-1") == (kind, key)  # type: ignore[arg-type]
    assert iris.split(iris.document(kind, key)) is None  # type: ignore[arg-type]
