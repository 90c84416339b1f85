from __future__ import annotations

import pytest

from atlas_ld.reference import french
from atlas_ld.reference.gazetteer import Gazetteer


@pytest.mark.parametrize(
    ("name", "kind", "place", "method"),
    [
        # the kind decides between bodies of one name
        ("Brest", "commune", "commune-29019", "name-and-kind"),
        ("Brest", "metropole", "epci-242900314", "name-and-kind"),
        ("Brest métropole", None, "epci-242900314", "name-and-kind"),
        ("Brest métropole", "commune", "epci-242900314", "name-and-kind"),
        ("Brest métropole océane", None, "epci-242900314", "alias"),
        ("Lyon", "commune", "commune-69123", "name-and-kind"),
        ("Métropole de Lyon", None, "epci-200046977", "name-and-kind"),
        ("Grand Lyon", None, "epci-200046977", "alias"),
        ("Communauté urbaine de Lyon", "epci", "epci-200046977", "alias"),
        ("Département du Rhône", None, "departement-69", "name-and-kind"),
        ("Paris", "commune", "commune-75056", "alias"),
        ("Ville de Paris", None, "commune-75056", "alias"),
        ("Département de Paris", None, "departement-75", "name-and-kind"),
        ("La Réunion", "region", "region-04", "name-and-kind"),
        ("Région Réunion", None, "region-04", "name-and-kind"),
        ("La Réunion", "departement", "departement-974", "name-and-kind"),
        ("Guadeloupe", "region", "region-01", "name-and-kind"),
        ("Conseil départemental de la Guadeloupe", None, "departement-971", "name-and-kind"),
        ("Collectivité territoriale de Guyane", None, "region-03", "alias"),
        ("Mayotte", None, "departement-976", "alias"),
        ("Collectivité de Corse", None, "region-94", "alias"),
        ("Collectivité européenne d'Alsace", None, "departement-6ae", "alias"),
        ("Nouvelle-Calédonie", "com", "com-988", "alias"),
        ("Vienne", "commune", "commune-38544", "name-and-kind"),
        ("Vienne", "departement", "departement-86", "name-and-kind"),
        # prefixes, articles, accents
        ("Ville-d'Avray", "commune", "commune-92077", "name-and-kind"),
        ("Ville du Bois", None, "commune-91665", "name-and-kind"),
        ("Château-Chinon (Ville)", "commune", "commune-58062", "name-and-kind"),
        ("Ville du Havre", None, "commune-76351", "name-and-kind"),
        ("VILLE DE SAINT ETIENNE", None, "commune-42218", "name-and-kind"),
        ("Conseil général d'Ille et Vilaine", None, "departement-35", "name-and-kind"),
        ("CD93", None, "departement-93", "departement-number"),
        ("Conseil régional Provence Alpes Côte d’Azur", None, "region-93", "name-and-kind"),
        ("Région PACA", None, "region-93", "alias"),
        ("Région Centre", None, "region-24", "alias"),
        ("CU d'Arras", None, "epci-200033579", "name-and-kind"),
        ("Laval Agglomération", "epci", "epci-200083392", "name-and-kind"),
        ("Limoges Métropole", None, "epci-248719312", "name-and-kind"),
        ("Plaine Commune", None, "epci-200057867", "exact-name"),
        ("Eurométropole de Strasbourg", None, "epci-246700488", "name-and-kind"),
        ("Communauté urbaine de Strasbourg", None, "epci-246700488", "alias"),
        # homonyms, told apart
        ("Saint-Denis (93)", "commune", "commune-93066", "name-and-departement"),
        ("Saint-Denis (Seine-Saint-Denis)", None, "commune-93066", "name-and-departement"),
        ("Saint-Denis (La Réunion)", "commune", "commune-97411", "name-and-departement"),
        ("Saint-Denis, Réunion", "commune", "commune-97411", "name-and-departement"),
        ("93 - Saint-Denis", "commune", "commune-93066", "name-and-departement"),
        ("Saint-Denis 93", "commune", "commune-93066", "name-and-departement"),
        ("Saint-Denis (93200)", "commune", "commune-93066", "name-and-departement"),
        ("Saint-Nazaire (Loire-Atlantique)", "commune", "commune-44184", "name-and-departement"),
        ("Brest (Bretagne)", "commune", "commune-29019", "name-and-departement"),
        ("Brest (France)", "commune", "commune-29019", "name-and-kind"),
        ("Mans (Le)", "commune", "commune-72181", "name-and-kind"),
        ("Rochelle (La), Charente-Maritime", None, "commune-17300", "name-and-departement"),
        ("HAVRE, LE", "commune", "commune-76351", "name-and-kind"),
        ("Neuilly s/Seine", "commune", "commune-92051", "name-and-kind"),
        ("Conflans/Orge", "commune", None, None),
        ("Conseil départemental du 29", None, "departement-29", "departement-number"),
        ("CD 2A", None, "departement-2a", "departement-number"),
        ("Finistère (29)", "departement", "departement-29", "name-and-kind"),
        ("29 - Conseil départemental du Finistère", None, "departement-29", "name-and-kind"),
        ("Communauté de communes du Pays de Nay (CCPN)", None, "epci-246401756", "name-and-kind"),
        ("Communauté de communes Val 81", None, "epci-248100497", "name-and-kind"),
        # what was and is no more
        ("Région Basse-Normandie", None, "region-25", "old-region"),
        ("Rhône-Alpes", "region", "region-82", "old-region"),
        ("Annecy-le-Vieux", "commune", "commune-74010", "former-commune"),
        ("Châlons-sur-Marne", "commune", "commune-51108", "former-name"),
        ("Cherbourg", "commune", "commune-50129", "former-name"),
        ("Évry (91)", "commune", "commune-91228", "former-commune"),
        ("Grigny (Rhône)", "commune", "commune-69096", "former-name"),
        ("Brive", "commune", "commune-19031", "former-name"),
        ("Oissel", "commune", "commune-76484", "former-name"),
        # without a kind, one territory must have the name
        ("Savoie", None, "departement-73", "exact-name"),
        ("Rennes", None, "commune-35238", "exact-name"),
        # misspelt
        ("Conflans-Saint-Honorine", "commune", "commune-78172", "fuzzy"),
        ("Chalette-sur-Loing", "commune", "commune-45068", "name-and-kind"),
    ],
)
def test_an_authority_is_matched_by_kind_and_name(
    gazetteer: Gazetteer, name: str, kind: str | None, place: str | None, method: str | None
) -> None:
    match = french.decide(name, kind, gazetteer).match
    assert (match.place if match else None, match.method if match else None) == (place, method)


@pytest.mark.parametrize(
    ("name", "kind", "among"),
    [
        ("Saint-Denis", "commune", "commune-93066"),
        ("Montreuil", "commune", "commune-93048"),
        ("La Rochelle", "commune", "commune-17300"),
        ("Grigny", "commune", "commune-69096"),  # renamed Grigny-sur-Rhône
        ("Évry", "commune", "commune-91228"),  # merged in 2019; another Évry lives on in the Yonne
        ("Saint-Ouen", "commune", "commune-93070"),  # renamed Saint-Ouen-sur-Seine
        ("Vienne", None, "departement-86"),
        ("Bretagne", None, "region-53"),
        ("La Réunion", None, "departement-974"),
        ("Loire", None, "departement-42"),
    ],
)
def test_population_never_decides_between_namesakes(
    gazetteer: Gazetteer, name: str, kind: str | None, among: str
) -> None:
    decision = french.decide(name, kind, gazetteer)
    assert decision.match is None
    assert len(decision.candidates) > 1
    assert among in decision.candidates


@pytest.mark.parametrize(
    ("name", "kind", "only"),
    [
        ("Brest (quartier Nord)", "commune", "commune-29019"),
        ("Brest, service des relations internationales", "commune", "commune-29019"),
        ("Brest [ancienne]", None, "commune-29019"),
        ("Département du Finistère (44)", None, "departement-29"),
        ("Région Bretagne (Normandie)", None, "region-53"),
        ("Paris (Texas)", "commune", "commune-75056"),
    ],
)
def test_a_qualifier_that_is_not_understood_makes_a_match_uncertain(
    gazetteer: Gazetteer, name: str, kind: str | None, only: str
) -> None:
    decision = french.decide(name, kind, gazetteer)
    assert (decision.match, decision.candidates) == (None, (only,))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Communauté d'agglomération Marne-et-Chantereine", "epci"),
        ("Communauté d'agglomération du Grand Reims", None),  # today's is a communauté urbaine
        ("Syndicat des eaux d'Île-de-France", "syndicat"),
        ("SIAAP", "syndicat"),
        ("Montreuil", "syndicat"),
        ("Région de Brest", None),
        ("Département de Lyon", None),
        ("Saint-Denis (29)", "commune"),
        ("Les Amis de Brest", None),
        ("Technopôle Brest-Iroise", None),
    ],
)
def test_another_body_of_a_known_name_is_no_match(gazetteer: Gazetteer, name: str, kind: str | None) -> None:
    decision = french.decide(name, kind, gazetteer)
    assert decision.match is None
    assert not decision.candidates


def test_every_commune_is_found_by_its_own_name(gazetteer: Gazetteer) -> None:
    for key in gazetteer.keys("commune"):
        name = gazetteer.place(key).name
        for written, kind in ((name, "commune"), (gazetteer.authority_name(key), None)):
            decision = french.decide(written, kind, gazetteer)
            assert key in decision.candidates if decision.match is None else decision.match.place == key, written


@pytest.mark.parametrize("kind", ["epci", "departement", "region", "com"])
def test_every_authority_is_found_by_its_own_name(gazetteer: Gazetteer, kind: str) -> None:
    for key in gazetteer.keys(kind):
        decision = french.decide(gazetteer.authority_name(key), None, gazetteer)
        assert key in decision.candidates if decision.match is None else decision.match.place == key, key


@pytest.mark.parametrize(
    ("name", "announced"),
    [("Ville de Paris", True), ("Nantes Métropole", True), ("Rennes", False), ("SIAAP", False), ("SOPER", False)],
)
def test_only_some_names_announce_an_authority(name: str, announced: bool) -> None:
    assert french.announces_authority(name) is announced


# Names as people write them


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("C.A. de Cergy-Pontoise", "epci-249500109"),
        ("C.U. de Dunkerque", "epci-245900428"),
        ("Dpt 29", "departement-29"),
        ("Dept. 29", "departement-29"),
        ("Dépt du Finistère", "departement-29"),
        ("CG du Finistère", "departement-29"),
        ("CG35", "departement-35"),
        ("29200 Brest", "commune-29019"),
        ("Saint-Denis 93200", "commune-93066"),
        ("Montreuil s/s Bois", "commune-93048"),
        ("Vandoeuvre les Nancy", "commune-54547"),
        ("Hay-les-Roses (L')", "commune-94038"),
        ("VILLENEUVE D ASCQ", "commune-59009"),
        ("Région Ile de France", "region-11"),
        ("Alsace", "region-42"),
        ("Rhône-Alpes", "region-82"),
        # départements that were renamed are what they were
        ("Côtes-du-Nord", "departement-22"),
        ("Conseil général des Basses-Alpes", "departement-04"),
        ("Seine-Inférieure", "departement-76"),
        ("Loire-Inférieure", "departement-44"),
        ("Basses-Pyrénées", "departement-64"),
        ("Charente-Inférieure", "departement-17"),
    ],
)
def test_a_name_is_read_as_people_write_it(gazetteer: Gazetteer, name: str, place: str) -> None:
    decision = french.decide(name, None, gazetteer)
    assert decision.match is not None
    assert decision.match.place == place


@pytest.mark.parametrize(
    ("name", "among"),
    [
        # a village of yesterday, and towns of today that people call so
        ("Boulogne", {"commune-85084", "commune-92012", "commune-62160"}),
        ("Épinay", {"commune-27049", "commune-93031"}),
        ("Châlons", {"commune-38066", "commune-51108"}),
        ("Hérouville", {"commune-95308", "commune-14327"}),
        # a région of yesterday and a village
        ("Bourgogne", {"region-26", "commune-51075"}),
        # an article is missing
        ("Rochelle", {"commune-17300", "commune-70450", "epci-241700434"}),
    ],
)
def test_a_name_that_several_may_mean_has_candidates(gazetteer: Gazetteer, name: str, among: set[str]) -> None:
    decision = french.decide(name, None, gazetteer)
    assert decision.match is None
    assert among <= set(decision.candidates)


# The body that signed


@pytest.mark.parametrize(
    ("name", "year", "place"),
    [
        # founded anew under the same name: another legal person, another SIREN
        ("Métropole européenne de Lille", 2018, "epci-245900410-until-2020"),
        ("Métropole européenne de Lille", 2021, "epci-200093201"),
        ("Métropole européenne de Lille", None, "epci-200093201"),
        ("CA Coulommiers Pays de Brie", 2019, "epci-200077055-until-2019"),
        ("CA Coulommiers Pays de Brie", 2020, "epci-200090504"),
        ("Plaine Commune", 2005, "epci-plaine-commune-until-2015"),
        ("Plaine Commune", 2018, "epci-200057867"),
        # merged into others
        ("Reims Métropole", 2014, "epci-reims-until-2016"),
        ("Marseille Provence Métropole", 2009, "epci-marseille-until-2015"),
        ("CA du Calaisis", 2012, "epci-246201149-until-2019"),
        ("CA du Calaisis", None, "epci-246201149-until-2019"),
        # the same legal person under another name or form
        ("CC du Pays de Landerneau-Daoulas", 2010, "epci-242900801"),
        ("CA du Pays de Landerneau-Daoulas", 2024, "epci-242900801"),
        ("Clermont Communauté", 2010, "epci-246300701"),
        # communes
        ("Annecy", 1997, "commune-74010-until-2016"),
        ("Annecy", 2017, "commune-74010"),
        ("Cherbourg", 1995, "commune-50129-until-2000"),
    ],
)
def test_the_body_is_the_one_of_the_year(gazetteer: Gazetteer, name: str, year: int | None, place: str) -> None:
    decision = french.decide(name, None, gazetteer, year)
    assert decision.match is not None
    assert decision.match.place == place


@pytest.mark.parametrize(
    ("name", "year", "candidate"),
    [
        ("Laval Agglomération", 2005, "epci-200083392"),  # its SIREN was given in 2018
        ("Communauté urbaine d'Arras", 2011, "epci-200033579"),
        ("Reims Métropole", 2020, "epci-reims-until-2016"),
    ],
)
def test_a_body_of_another_time_is_a_candidate_at_most(
    gazetteer: Gazetteer, name: str, year: int, candidate: str
) -> None:
    decision = french.decide(name, None, gazetteer, year)
    assert (decision.match, decision.candidates) == (None, (candidate,))


def test_every_territory_of_yesterday_lies_in_or_overlaps_territories_of_today(gazetteer: Gazetteer) -> None:
    """So that counts roll up to today's map (docs/matching.md)."""
    seen = 0
    for kind in ("commune", "epci", "region"):
        for tables in gazetteer._by_code(kind):
            for code in tables[1]:
                place = gazetteer.place(f"{kind}-{code}")
                if place.exists_until is None:
                    continue
                seen += 1
                assert place.replaced_by, place.key
                assert set(place.replaced_by) <= {*place.within, *place.overlaps}, place.key
                assert all(gazetteer.place(key).exists_until is None for key in place.replaced_by), place.key
    assert seen > 2800
