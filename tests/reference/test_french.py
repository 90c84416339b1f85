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
        ("Plaine Commune", None, "epci-200057867", "name-and-kind"),
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
        ("Reims Métropole", "epci"),  # merged into another body under another SIREN
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
