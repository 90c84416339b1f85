from __future__ import annotations

import pytest

from atlas_ld.reference import foreign
from atlas_ld.reference.gazetteer import Gazetteer


def place_of(name: str, country: str | None, gazetteer: Gazetteer, *, towns: bool = True) -> str | None:
    match = foreign.decide(name, None, country, gazetteer, towns=towns).match
    return match.place if match else None


@pytest.mark.parametrize(
    ("name", "country", "place"),
    [
        ("Rimouski", "CA", "Rimouski"),
        ("Ville de Rimouski", "CA", "Rimouski"),
        ("Commune urbaine d'Antananarivo", "MG", "Antananarivo"),
        ("Cologne", "DE", "Cologne"),
        ("Sarrebruck", "DE", "Sarrebruck"),
        ("Naplouse", "PS", "Naplouse"),
        ("Fès", "MA", "Fes"),
        ("Majunga", "MG", "Mahajanga"),
        ("Région Analamanga", "MG", "Analamanga (région)"),
        ("Région de Kayes", "ML", "Kayes (région)"),
        ("Cercle de Yélimané", "ML", "Yélimané (cercle)"),
        ("Conseil de cercle de Yanfolila", "ML", "Yanfolila (cercle)"),
        ("Département de Matam", "SN", "Matam (département)"),
        ("Département du Borgou", "BJ", "Borgou (département)"),
        ("Province du Houet", "BF", "Houet (province)"),
        ("District de Port Loko", "SL", "Port Loko (district)"),
        ("Wilaya d'Alger", "DZ", "Alger (province)"),
        ("Province de Québec", "CA", "Quebec (province)"),
        ("République des Seychelles", "SC", "Seychelles"),
        ("Union des Comores", "KM", "Comores"),
    ],
)
def test_a_partner_is_matched_by_kind_name_and_country(
    gazetteer: Gazetteer, name: str, country: str, place: str
) -> None:
    key = place_of(name, country, gazetteer)
    assert key is not None
    assert gazetteer.place(key).name == place
    assert gazetteer.place(key).country == country


@pytest.mark.parametrize(
    ("division", "town", "country"),
    [
        ("Région de Kayes", "Kayes", "ML"),
        ("Région de Mopti", "Mopti", "ML"),
        ("Département de Kédougou", "Kédougou", "SN"),
        ("Province de Luang Prabang", "Luang Prabang", "LA"),
        ("Province d'Esmeraldas", "Esmeraldas", "EC"),
        ("District de Bamako", "Bamako", "ML"),
        ("Wilaya d'Alger", "Ville d'Alger", "DZ"),
        ("Province de Buenos Aires", "Buenos Aires", "AR"),
    ],
)
def test_a_division_is_not_its_capital(gazetteer: Gazetteer, division: str, town: str, country: str) -> None:
    keys = place_of(division, country, gazetteer), place_of(town, country, gazetteer)
    assert None not in keys
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Région de Garango", "BF"),  # a town, and no division of that name
        ("Province de Fianarantsoa", "MG"),  # a town, and a division that is no more
        ("Région de Matola", "MZ"),
        ("Tône 1 (Dapaong)", "TG"),
        ("Playa (La Havane)", "CU"),
        ("Niš (Medijana)", "RS"),
        ("Association des maires de Ngazidja", "KM"),
        ("Réseau des communes de l'Oubritenga", "BF"),
        ("Communauté urbaine de Nouakchott", "MR"),
        ("Communauté de communes du Zou", "BJ"),
        ("20 municipalités du Sud-Liban", "LB"),
        ("Population de Beyrouth", "LB"),
        ("Technopole Maritime du Québec", "CA"),
        ("République de Maurice", "MG"),
        ("Yên Bái", "VN"),
        ("Rimouski", "FR"),
        ("Rimouski", None),
    ],
)
def test_what_is_not_the_place_itself_is_no_match(gazetteer: Gazetteer, name: str, country: str | None) -> None:
    assert place_of(name, country, gazetteer) is None


@pytest.mark.parametrize(
    ("name", "country"), [("Québec", "CA"), ("Kayes", "ML"), ("Beyrouth", "LB"), ("Pondichéry", "IN")]
)
def test_a_bare_name_of_town_and_division_is_the_towns_only_between_towns(
    gazetteer: Gazetteer, name: str, country: str
) -> None:
    assert place_of(name, country, gazetteer, towns=True) is not None
    decision = foreign.decide(name, None, country, gazetteer, towns=False)
    assert decision.match is None
    assert len(decision.candidates) > 1


@pytest.mark.parametrize(("name", "country"), [("Springfield", "US"), ("Newport", "GB"), ("San José", "CR")])
def test_namesakes_abroad_are_candidates(gazetteer: Gazetteer, name: str, country: str) -> None:
    decision = foreign.decide(name, None, country, gazetteer, towns=True)
    assert decision.match is None
    assert len(decision.candidates) > 1


@pytest.mark.parametrize(("name", "country"), [("Djibouti", "DJ"), ("Luxembourg", "LU"), ("Monaco", "MC")])
def test_a_bare_name_of_town_and_country_is_ambiguous(gazetteer: Gazetteer, name: str, country: str) -> None:
    decision = foreign.decide(name, None, country, gazetteer, towns=True)
    assert decision.match is None
    assert f"country-{country.lower()}" in decision.candidates
    assert place_of(f"Ville de {name}", country, gazetteer) not in {None, f"country-{country.lower()}"}


@pytest.mark.parametrize(
    ("name", "country"), [("Kempten (Allgäu)", "DE"), ("Camp Diable", "MU"), ("City of London", "GB")]
)
def test_a_places_own_name_is_not_taken_apart(gazetteer: Gazetteer, name: str, country: str) -> None:
    key = place_of(name, country, gazetteer)
    assert key is not None
    assert gazetteer.place(key).name == name


def test_a_hand_made_decision_goes_first(gazetteer: Gazetteer) -> None:
    match = foreign.decide("Battir", None, "PS", gazetteer, towns=True).match
    assert match is not None
    assert (match.method, gazetteer.place(match.place).population) == ("alias", 4092)


def test_the_declared_kind_counts_as_announced(gazetteer: Gazetteer) -> None:
    region = foreign.decide("Kayes", "région", "ML", gazetteer, towns=True).match
    assert region is not None
    assert region.place == place_of("Région de Kayes", "ML", gazetteer)


def test_a_misspelt_bare_name_is_not_guessed_for_a_region(gazetteer: Gazetteer) -> None:
    assert foreign.decide("Larbaâ Nath Irathen", None, "DZ", gazetteer, towns=True).match is not None
    assert foreign.decide("Larbaâ Nath Irathen", None, "DZ", gazetteer, towns=False).match is None


@pytest.mark.parametrize(
    ("name", "country", "among"),
    [
        ("Bahia", "BR", {"geonames-3450554", "geonames-3471168"}),  # the State, and an old name of its capital
        ("Cluj", "RO", {"geonames-681290", "geonames-681291"}),
        ("Santiago", "DO", {"geonames-3492914", "geonames-3492918"}),
        ("Birmingham", "US", {"geonames-4049979"}),
        ("Washington", "US", {"geonames-4140963"}),
    ],
)
def test_a_name_of_several_places_abroad_has_candidates(
    gazetteer: Gazetteer, name: str, country: str, among: set[str]
) -> None:
    decision = foreign.decide(name, None, country, gazetteer, towns=True)
    assert decision.match is None
    assert among <= set(decision.candidates)


@pytest.mark.parametrize(
    ("name", "country", "own"),
    [
        ("Birmingham", "GB", "Birmingham"),
        ("Cordoba", "ES", "Córdoba"),
        ("Córdoba", "AR", "Córdoba"),
        ("Tripoli", "LY", "Tripoli"),
        ("Tripoli", "LB", "Tripoli"),
        ("Aix-la-Chapelle", "DE", "Aachen"),
        ("Ratisbonne", "DE", "Regensburg"),
        ("Coblence", "DE", "Koblenz"),
        ("Bône", "DZ", "Annaba"),
        ("Lourenço Marques", "MZ", "Maputo"),
        ("Smyrne", "TR", "İzmir"),
        ("Saint-Jacques-de-Compostelle", "ES", "Santiago de Compostela"),
    ],
)
def test_a_place_is_found_by_its_names_of_all_times_and_languages(
    gazetteer: Gazetteer, name: str, country: str, own: str
) -> None:
    key = place_of(name, country, gazetteer)
    assert key is not None
    place = gazetteer.place(key)
    assert (place.own_name or place.name, place.country) == (own, country)
