"""Keys are readable, plain and distinct."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_ld.errors import InvalidSetting
from atlas_ld.iris import KEY, KINDS, Iris, fold, shorten, slug, theme_key
from atlas_ld.vocabulary import ATLAS, PREFIXES


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


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        (str(ATLAS.startYear), "atlas:startYear"),
        ("http://metadata.un.org/sdg/5", "sdg:5"),
        ("https://data.example/id/partnership/crea-ocean-2010", "partnership:crea-ocean-2010"),
        ("https://data.example/id/theme/a--b_c.d", "theme:a--b_c.d"),
        ("https://data.example/id/theme/a%20b", "theme:a%20b"),
        # What would have to be escaped, or would be another thing, stays whole.
        ("https://data.example/id/partnership/2833#funding-1", None),
        ("https://data.example/id/partnership/", None),
        ("https://data.example/id/partnership/a/b", None),
        ("https://data.example/id/partnership/a.", None),
        ("https://data.example/id/partnership/-a", None),
        ("https://data.example/id/partnership/a%2", None),
        ("https://data.example/id/partnership/a?b", None),
        ("https://data.example/id/partnership/é", None),
        ("http://purl.org/dc/terms/", None),
        ("https://elsewhere.example/x", None),
        ("urn:x", None),
        ("", None),
    ],
)
def test_an_iri_is_shortened_where_the_prefixed_name_means_the_same_everywhere(iri: str, short: str | None) -> None:
    prefixes = PREFIXES | Iris("https://data.example/").prefixes
    assert shorten(iri, prefixes) == (short or iri)
    if short:
        header = "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in prefixes.items())
        (row,) = ox.Store().query(f"{header}SELECT ({short} AS ?x) {{}}")  # type: ignore[misc, union-attr]
        assert row["x"].value == iri
        turtle = f"{header}{short} a {short} ."
        assert next(iter(ox.parse(turtle, format=ox.RdfFormat.TURTLE))).subject.value == iri  # type: ignore[union-attr]


def test_the_namespace_decides_not_the_order_of_the_prefixes() -> None:
    prefixes = {"outer": "https://x.example/", "inner": "https://x.example/y/"}
    assert shorten("https://x.example/y/z", prefixes) == "inner:z"
    assert shorten("https://x.example/y", prefixes) == "outer:y"
