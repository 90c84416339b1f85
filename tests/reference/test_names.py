from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_ld.iris import words
from atlas_ld.reference.names import epci_names, forms, french, split_brackets


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Saint-Étienne", "saint etienne"),
        ("ST ETIENNE", "saint etienne"),
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("Côte-d'Or", "cote d or"),
        ("Ste-Sigolène", "sainte sigolene"),
        ("Œuilly", "oeuilly"),
    ],
)
def test_accents_hyphens_and_abbreviations_do_not_tell_names_apart(name: str, expected: str) -> None:
    assert words(name) == expected


@given(st.text())
def test_words_of_words_are_the_same(text: str) -> None:
    assert words(words(text)) == words(text)


@pytest.mark.parametrize(
    ("name", "kind", "form"),
    [
        ("Ville de Brest", "commune", "brest"),
        ("Ville du Havre", "commune", "le havre"),
        ("Mairie des Ulis", "commune", "les ulis"),
        ("Commune de La Rochelle", "commune", "la rochelle"),
        ("Région Bretagne", "region", "bretagne"),
        ("Conseil régional d'Île-de-France", "region", "ile de france"),
        ("Département de l'Isère", "departement", "isere"),
        ("Conseil général du Finistère", "departement", "finistere"),
        ("CD93", "departement", "93"),
        ("CG 29", "departement", "29"),
        ("CU de Dunkerque", "cu", "dunkerque"),
        ("CA Seine-Eure", "ca", "seine eure"),
        ("Communauté de communes du Pays de Bray", "cc", "pays de bray"),
        ("Métropole de Lyon", "metropole", "lyon"),
        ("Eurométropole de Strasbourg", "metropole", "strasbourg"),
        ("Brest métropole", "metropole", "brest"),
        ("Syndicat des eaux d'Île-de-France", "syndicat", "eaux d ile de france"),
    ],
)
def test_a_name_announces_the_kind_of_its_body(name: str, kind: str, form: str) -> None:
    named = french(name)
    assert named.kind == kind
    assert form in named.forms


@pytest.mark.parametrize(
    "name", ["Villeneuve", "Cachan", "Communay", "Regionville", "Cadenet", "Villers-Bretonneux", "Metz"]
)
def test_a_name_that_only_begins_like_a_kind_announces_none(name: str) -> None:
    assert french(name).kind is None


def test_the_article_goes_back_into_the_name() -> None:
    assert forms("du havre") == ("le havre", "havre")
    assert forms("de la rochelle") == ("la rochelle", "rochelle")
    assert forms("de brest") == ("brest",)


def test_brackets_are_taken_off_the_name() -> None:
    assert split_brackets("Saint-Denis (93)") == ("Saint-Denis", "93")
    assert split_brackets("Saint-Denis") == ("Saint-Denis", None)
    assert split_brackets("Brest ()") == ("Brest", None)


def test_an_epci_is_known_with_and_without_its_legal_form() -> None:
    assert {"cergy pontoise", "communaute d agglomeration de cergy pontoise"} <= epci_names(
        "Communauté d'agglomération de Cergy-Pontoise", "ca"
    )
    assert {"brest", "brest metropole"} == epci_names("Brest Métropole", "metropole")
    assert "limoges" not in epci_names("Communauté urbaine Limoges Métropole", "cu")
