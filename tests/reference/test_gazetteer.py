from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from atlas_ld.errors import BrokenResource
from atlas_ld.reference.gazetteer import Gazetteer


def test_a_commune_has_its_codes_and_lies_within_its_departement_and_epci(gazetteer: Gazetteer) -> None:
    brest = gazetteer.place("commune-29019")
    assert (brest.name, brest.insee, brest.siren, brest.level) == ("Brest", "29019", "212900195", "commune")
    assert brest.within == ("departement-29", "epci-242900314")
    assert brest.lat is not None
    assert abs(brest.lat - Decimal("48.39")) < Decimal("0.05")
    assert brest.matches == ("https://sws.geonames.org/3030300/",)


def test_an_epci_across_departements_and_regions_overlaps_them_and_lies_within_none(gazetteer: Gazetteer) -> None:
    redon = gazetteer.place("epci-243500741")
    assert redon.within == ()
    assert redon.overlaps == ("departement-35", "departement-44", "departement-56", "region-52", "region-53")


def test_an_epci_across_departements_of_one_region_lies_within_that_region(gazetteer: Gazetteer) -> None:
    paris = gazetteer.place("epci-200054781")
    assert paris.within == ("region-11",)
    assert "departement-91" in paris.overlaps


@pytest.mark.parametrize(
    ("key", "level", "within"),
    [
        ("departement-29", "departement", ("region-53",)),
        ("departement-2a", "departement", ("region-94",)),
        ("departement-6ae", "departement", ("region-44",)),
        ("region-53", "region", ("country-fr",)),
        ("region-25", "region", ("region-28",)),
        ("com-987", "com", ("country-fr",)),
        ("commune-98818", "commune", ("com-988",)),
        ("country-ca", "country", ()),
        ("geonames-6354895", "foreign-place", ("country-ca",)),
    ],
)
def test_every_level_knows_what_it_lies_within(
    gazetteer: Gazetteer, key: str, level: str, within: tuple[str, ...]
) -> None:
    place = gazetteer.place(key)
    assert (place.key, place.level, place.within) == (key, level, within)


def test_everything_that_a_place_lies_within_is_in_the_gazetteer(gazetteer: Gazetteer) -> None:
    for kind in ("epci", "departement", "region", "com", "country"):
        for key in gazetteer.keys(kind):
            place = gazetteer.place(key)
            assert all(other in gazetteer for other in (*place.within, *place.overlaps)), key


def test_a_country_is_matched_to_geonames_and_to_the_eu_table(gazetteer: Gazetteer) -> None:
    canada = gazetteer.place("country-ca")
    assert (canada.name, canada.name_en) == ("Canada", "Canada")
    assert canada.matches == (
        "https://sws.geonames.org/6251999/",
        "http://publications.europa.eu/resource/authority/country/CAN",
    )


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Canada", "country-ca"),
        ("canada ", "country-ca"),
        ("CA", "country-ca"),
        ("CAN", "country-ca"),
        ("Sénégal", "country-sn"),
        ("Senegal", "country-sn"),
        ("Viêt Nam", "country-vn"),
        ("Vietnam", "country-vn"),
        ("Territoires palestiniens", "country-ps"),
        ("Palestine", "country-ps"),
        ("République démocratique du Congo", "country-cd"),
        ("Congo", "country-cg"),
        ("Côte d'Ivoire", "country-ci"),
        ("Germany", "country-de"),
        ("Birmanie", "country-mm"),
        ("Burkina", "country-bf"),
    ],
)
def test_a_country_is_known_by_its_names_and_codes(gazetteer: Gazetteer, written: str, key: str) -> None:
    match = gazetteer.country(written)
    assert match is not None
    assert match.place == key


def test_an_unknown_country_is_none(gazetteer: Gazetteer) -> None:
    assert gazetteer.country("Pays de Cocagne") is None
    assert gazetteer.country("") is None


@pytest.mark.parametrize("name", ["Réunion", "Guadeloupe", "Nouvelle-Calédonie", "Mayotte"])
def test_a_french_collectivity_is_no_country(gazetteer: Gazetteer, name: str) -> None:
    assert gazetteer.country(name) is None


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("commune-76351", "Commune du Havre"),
        ("commune-17300", "Commune de La Rochelle"),
        ("commune-45234", "Commune d'Orléans"),
        ("commune-91692", "Commune des Ulis"),
        ("departement-29", "Département du Finistère"),
        ("departement-33", "Département de la Gironde"),
        ("departement-38", "Département de l'Isère"),
        ("departement-92", "Département des Hauts-de-Seine"),
        ("departement-974", "Département de La Réunion"),
        ("region-53", "Région Bretagne"),
        ("region-25", "Région Basse-Normandie"),
        ("epci-242900314", "Brest Métropole"),
        ("commune-75056", "Ville de Paris"),
        ("region-94", "Collectivité de Corse"),
        ("departement-976", "Département de Mayotte"),
    ],
)
def test_an_authority_is_called_as_french_does(gazetteer: Gazetteer, key: str, name: str) -> None:
    assert gazetteer.authority_name(key) == name


@pytest.mark.parametrize(
    ("hint", "key"),
    [
        ("93", "departement-93"),
        ("1", "departement-01"),
        ("2A", "departement-2a"),
        ("Seine-Saint-Denis", "departement-93"),
        ("La Réunion", "departement-974"),
        ("Réunion", "departement-974"),
        ("988", "com-988"),
        ("Dapaong", None),
    ],
)
def test_a_departement_is_known_by_number_and_name(gazetteer: Gazetteer, hint: str, key: str | None) -> None:
    assert gazetteer.departement(hint) == key


def test_an_unknown_key_is_a_key_error(gazetteer: Gazetteer) -> None:
    with pytest.raises(KeyError, match="commune-99999"):
        gazetteer.place("commune-99999")


def test_a_folder_without_the_tables_is_a_broken_resource(tmp_path: Path) -> None:
    with pytest.raises(BrokenResource, match=r"communes\.csv"):
        Gazetteer.load(tmp_path)
