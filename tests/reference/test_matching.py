from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_ld.iris import KEY, words
from atlas_ld.records import Funding, Participant, PartnershipRecord
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.generic import is_label
from atlas_ld.reference.matching import Resolution, luhn, post_country, resolve

MINISTRY = "ministere-de-l-europe-et-des-affaires-etrangeres-fr"


def resolved(gazetteer: Gazetteer, *participants: Participant, **fields: Any) -> Resolution:
    return resolve(PartnershipRecord(title="Essai", participants=participants, **fields), gazetteer)


def authority(name: str, kind: str | None = None, siren: str | None = None) -> Participant:
    return Participant(name=name, role="french-authority", kind=kind, siren=siren)


def partner(name: str, country: str | None) -> Participant:
    return Participant(name=name, role="foreign-partner", country=country)


def test_an_authority_is_known_by_its_siren(gazetteer: Gazetteer) -> None:
    (body,) = resolved(gazetteer, authority("Brest métropole")).participants
    assert (body.key, body.siren, body.territory) == ("242900314", "242900314", "epci-242900314")
    assert (body.label, body.country, body.authority) == ("Brest Métropole", "FR", True)
    assert (body.method, body.score) == ("name-and-kind", Decimal(1))


def test_an_authority_has_one_label_however_it_was_matched(gazetteer: Gazetteer) -> None:
    paris = authority("Paris", "commune"), authority("Paris", "commune", "217500016"), authority("Mairie de Paris")
    assert {(body.key, body.label) for body in resolved(gazetteer, *paris).participants} == {
        ("217500016", "Ville de Paris")
    }


def test_a_body_of_yesterday_on_the_same_perimeter_is_another_legal_person(gazetteer: Gazetteer) -> None:
    yesterday, today = resolved(
        gazetteer, authority("Communauté urbaine de Lyon"), authority("Métropole de Lyon")
    ).participants
    assert yesterday.territory == today.territory
    assert (yesterday.key, today.key) == ("246900245", "200046977")


def test_an_authority_without_siren_is_known_by_its_territory(gazetteer: Gazetteer) -> None:
    bodies = resolved(gazetteer, authority("Région Bretagne"), authority("Conseil général du Finistère")).participants
    assert [body.key for body in bodies] == ["region-53-fr", "departement-29-fr"]


def test_a_valid_siren_of_the_source_wins_over_the_name(gazetteer: Gazetteer) -> None:
    result = resolved(gazetteer, authority("Montreuil", "commune", "219300480"))
    assert (result.participants[0].territory, result.participants[0].method) == ("commune-93048", "siren")
    assert not result.findings


def test_a_siren_that_we_do_not_know_is_kept_without_territory(gazetteer: Gazetteer) -> None:
    (body,) = resolved(gazetteer, authority("Syndicat de Brest", None, "732829320")).participants
    assert (body.key, body.siren, body.territory, body.method) == ("732829320", "732829320", None, None)


def test_a_siren_that_fails_its_check_is_left_aside_with_a_finding(gazetteer: Gazetteer) -> None:
    result = resolved(gazetteer, authority("Brest", "commune", "242900315"))
    assert result.participants[0].territory == "commune-29019"
    assert [finding.code for finding in result.findings] == ["invalid-siren"]


def test_an_ambiguous_name_is_a_finding_with_its_candidates_and_how_to_mend_it(gazetteer: Gazetteer) -> None:
    result = resolved(gazetteer, authority("Saint-Denis", "commune"))
    (body,), (finding,) = result.participants, result.findings
    assert (body.territory, body.method, body.score) == (None, None, None)
    assert (finding.code, finding.record) == ("ambiguous-match", "essai")
    for text in (finding.fr, finding.en):
        assert "commune-93066" in text
        assert "Saint-Denis (93)" in text
        assert "SIREN" in text


def test_a_finding_lists_five_candidates_at_most(gazetteer: Gazetteer) -> None:
    (finding,) = resolved(gazetteer, authority("Sainte-Colombe", "commune")).findings
    assert finding.en.count("commune-") == 5
    assert "(+" in finding.en


def test_the_same_name_in_two_roles_is_the_same_body(gazetteer: Gazetteer) -> None:
    contracting = (Participant(name=name, role="contracting-authority") for name in ("SOPER", "Brest Métropole"))
    result = resolved(gazetteer, *contracting, partner("SOPER", "Canada"), authority("Brest métropole"))
    soper, brest, soper_abroad, brest_here = result.participants
    assert soper == soper_abroad
    assert brest == brest_here
    assert (soper.key, soper.country, soper.authority) == ("soper-ca", "CA", False)


def test_who_carries_the_works_is_not_taken_for_a_commune_of_that_name(gazetteer: Gazetteer) -> None:
    (body,) = resolved(gazetteer, Participant(name="Aide", role="implementer")).participants
    assert (body.key, body.territory, body.country) == ("essai--aide-xx", None, None)


def test_a_town_has_one_key_however_it_is_written(gazetteer: Gazetteer) -> None:
    names = ("Antananarivo", "Ville d'Antananarivo", "Commune urbaine d’Antananarivo")
    bodies = resolved(gazetteer, authority("Brest"), *(partner(name, "MG") for name in names)).participants[1:]
    assert {body.key for body in bodies} == {"antananarivo-mg"}


def test_a_region_and_its_capital_are_two_bodies(gazetteer: Gazetteer) -> None:
    result = resolved(gazetteer, authority("Brest"), partner("Kayes", "ML"), partner("Région de Kayes", "ML"))
    _, town, region = result.participants
    assert (town.key, town.label) == ("kayes-ml", "Kayes")
    assert (region.key, region.label) == ("kayes-region-ml", "Kayes (région)")


def test_namesakes_of_one_country_have_different_keys(gazetteer: Gazetteer) -> None:
    (body,) = resolved(gazetteer, partner("Boston", "US")).participants
    assert body.key == "boston-4930956-us"


def test_an_unknown_country_is_a_finding(gazetteer: Gazetteer) -> None:
    result = resolved(gazetteer, partner("Rimouski", "Pays de Cocagne"))
    assert (result.participants[0].key, result.participants[0].country) == ("essai--rimouski-xx", None)
    assert [finding.code for finding in result.findings] == ["unknown-country"]


def test_an_unmatched_body_that_calls_itself_an_authority_is_one(gazetteer: Gazetteer) -> None:
    result = resolved(
        gazetteer, authority("Communauté de communes de Nulle-Part"), partner("Région de Nulle-Part", "ML"),
        partner("Association X", "ML"),
    )  # fmt: skip
    assert [body.authority for body in result.participants if body] == [True, True, False]
    assert [f.code for f in result.findings] == ["unmatched-authority", "unmatched-partner", "unmatched-partner"]


@pytest.mark.parametrize(
    ("post", "country"),
    [
        ("Ambassade de France à Ottawa", "CA"),
        ("Ambassade de France à Tananarive", "MG"),
        ("AMBASSADE DE FRANCE A TUNIS", "TN"),
        ("Consul général à Jérusalem", "PS"),
        ("Ambassade de France à Port-Au-Prince", "HT"),
        ("Ambassade de France au Liban", "LB"),
        ("Consulat général de France à Québec", "CA"),
        ("Ambassade de France à Nulle-Part", None),
        ("Bureau de Dakar", None),
    ],
)
def test_a_post_tells_its_country(gazetteer: Gazetteer, post: str, country: str | None) -> None:
    assert post_country(post, gazetteer) == country


def test_a_post_that_we_do_not_know_is_a_finding(gazetteer: Gazetteer) -> None:
    result = resolved(gazetteer, posts=("Ambassade de France à Nulle-Part",))
    assert result.posts == (None,)
    assert [finding.code for finding in result.findings] == ["unknown-post"]


@pytest.mark.parametrize(
    ("funder", "kind", "key"),
    [
        ("Ministère de l'Europe et des Affaires étrangères", "state", MINISTRY),
        ("MAEDI", "state", MINISTRY),
        ("État français", "state", "etat-francais-fr"),
        ("Ambassade de France au Liban", "state", "ambassade-de-france-au-liban-fr"),
        ("AFD", "agency", "agence-francaise-de-developpement-fr"),
        ("Agence de l'eau Loire-Bretagne", "agency", "agence-de-l-eau-loire-bretagne-fr"),
        ("Brest métropole", "french-authority", "242900314"),
        ("Ville de Rezé", "french-authority", "214401432"),
        ("Région Occitanie", "french-authority", "region-76-fr"),
        ("Commune de Ronkh", "foreign-partner", "ronkh-sn"),
        ("Municipalité de Beyrouth", "foreign-partner", "beirut-lb"),
        ("Préfecture de Boffa", "other", "essai--prefecture-de-boffa-xx"),
        ("Gouvernement des Seychelles", "foreign-partner", "seychelles-etat-sc"),
        ("Collectivités et partenaires étrangers", "aggregate", None),
        ("Budget global (tous financeurs)", "aggregate", None),
        ("Occitanie, Provence-Alpes-Côte d'Azur et Corse", "aggregate", None),
        ("Commune de Ronkh et usagers", "aggregate", None),
        ("Fonds de coopération régionale et ministère des Sports", "aggregate", None),
        ("Fondation Exemple", "other", "essai--fondation-exemple-xx"),
        ("Ministère de la Santé du Burkina Faso", "foreign-partner", "ministere-de-la-sante-du-burkina-faso-bf"),
        ("Ministère malien de l'Éducation", "foreign-partner", "ministere-malien-de-l-education-ml"),
        ("Ministère de la Santé (Togo)", "foreign-partner", "ministere-de-la-sante-togo-tg"),
        ("Ministère de la Santé", "other", "essai--ministere-de-la-sante-xx"),
        ("Ministère des Affaires étrangères du Sénégal", "foreign-partner",
         "ministere-des-affaires-etrangeres-du-senegal-sn"),
        ("Gouvernement malien", "foreign-partner", "mali-etat-ml"),
        ("État du Sénégal", "foreign-partner", "senegal-etat-sn"),
        ("Mairie de Bamako", "other", "essai--mairie-de-bamako-xx"),
        ("Mairie de Saint-Louis", "other", "essai--mairie-de-saint-louis-xx"),
        ("Mairie de Podor", "foreign-partner", "podor-sn"),
        ("Région de Matam", "foreign-partner", "matam-region-sn"),
        ("Région Bretagne", "french-authority", "region-53-fr"),
        ("Préfecture du Finistère", "state", "prefecture-du-finistere-fr"),
        ("Préfecture de la région Bretagne", "state", "prefecture-de-la-region-bretagne-fr"),
        ("Ambassade de France", "state", "essai--ambassade-de-france-fr"),
        ("Ambassade de France à Dakar", "state", "ambassade-de-france-a-dakar-fr"),
        ("Ambassade du Canada", "foreign-partner", "ambassade-du-canada-ca"),
        ("Agence japonaise de coopération internationale", "foreign-partner",
         "agence-japonaise-de-cooperation-internationale-jp"),
        ("Agence de l'eau", "other", "essai--agence-de-l-eau-xx"),
        ("Agences de l'eau", "aggregate", None),
        ("Union européenne", "other", "union-europeenne"),
        ("Commission européenne", "other", "union-europeenne"),
        ("Communauté de communes de Nulle-Part", "french-authority", "communaute-de-communes-de-nulle-part-fr"),
    ],
)  # fmt: skip
def test_a_funder_has_its_kind_and_is_a_body_only_if_it_is_one(
    gazetteer: Gazetteer, funder: str, kind: str, key: str | None
) -> None:
    people = (
        authority("Brest métropole"),
        authority("Rezé", "commune"),
        partner("Ronkh", "SN"),
        partner("Beyrouth", "LB"),
    )
    (found,) = resolved(gazetteer, *people, funding=(Funding(funder=funder),)).funders
    assert (found.kind, found.body.key if found.body else None) == (kind, key)


def test_a_body_without_territory_has_one_key_under_all_its_names(gazetteer: Gazetteer) -> None:
    full = "Syndicat interdépartemental pour l'assainissement de l'agglomération parisienne"
    result = resolved(gazetteer, authority("SIAAP", "syndicat"), authority(full), funding=(Funding(funder=full),))
    bodies = [*result.participants, *(funder.body for funder in result.funders)]
    assert {(body.key, body.label) for body in bodies if body} == {("siaap-fr", full)}


@pytest.mark.parametrize(
    ("name", "year", "key", "territory"),
    [
        ("Annecy", 1997, "commune-74010-until-2016-fr", "commune-74010-until-2016"),
        ("Annecy", 2016, "commune-74010-until-2016-fr", "commune-74010-until-2016"),
        ("Annecy", 2017, "200063402", "commune-74010"),
        ("Annecy", None, "200063402", "commune-74010"),
        ("Annecy-le-Vieux", 1997, "commune-74011-until-2016-fr", "commune-74011-until-2016"),
        ("Annecy-le-Vieux", 2018, "200063402", "commune-74010"),
        ("Cherbourg", 1980, "commune-50129-until-2000-fr", "commune-50129-until-2000"),
        ("Saint-Denis (93)", 2010, "commune-93066-until-2024-fr", "commune-93066-until-2024"),
        ("Brest", 1990, "212900195", "commune-29019"),
        ("Conseil régional de Martinique", 2010, "region-02-until-2015-fr", "region-02"),
        ("Conseil régional de Martinique", None, "region-02-until-2015-fr", "region-02"),
        ("Région Martinique", 2010, "region-02-until-2015-fr", "region-02"),
        ("Région Martinique", 2019, "region-02-fr", "region-02"),
        ("Collectivité territoriale de Martinique", 2019, "region-02-fr", "region-02"),
        ("Conseil général de la Guyane", 2005, "departement-973-until-2015-fr", "departement-973"),
        ("Collectivité territoriale de Corse", 2012, "region-94-until-2017-fr", "region-94"),
        ("Collectivité de Corse", 2019, "region-94-fr", "region-94"),
        ("Conseil général du Bas-Rhin", 2005, "departement-67-until-2020-fr", "departement-67"),
        ("Région Aquitaine", 2005, "region-72-fr", "region-72"),
        ("Région Alsace-Champagne-Ardenne-Lorraine", 2016, "region-44-fr", "region-44"),
    ],
)
def test_the_body_is_the_one_that_signed(
    gazetteer: Gazetteer, name: str, year: int | None, key: str, territory: str
) -> None:
    (body,) = resolved(gazetteer, authority(name), start_year=year).participants
    assert body
    assert (body.key, body.territory, body.siren == body.key) == (key, territory, key.isdigit())


def test_luhn_knows_a_siren() -> None:
    assert luhn("242900314")
    assert not luhn("242900315")
    assert not luhn("24290031")
    assert not luhn("２４２９００３１４")


@given(siren=st.from_regex(r"[0-9]{8}", fullmatch=True), digit=st.integers(0, 9))
def test_one_check_digit_in_ten_is_right(siren: str, digit: int) -> None:
    right = [last for last in range(10) if luhn(f"{siren}{last}")]
    assert len(right) == 1
    assert luhn(f"{siren}{digit}") == (digit == right[0])


names = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(str.strip)


@given(
    name=names,
    role=st.sampled_from(["french-authority", "foreign-partner", "implementer"]),
    kind=st.none() | names,
    country=st.none() | names,
)
def test_any_name_resolves_to_a_body_with_a_sound_key(
    gazetteer: Gazetteer, name: str, role: Any, kind: str | None, country: str | None
) -> None:
    record = PartnershipRecord(
        title="Essai",
        participants=(Participant(name=name, role=role, kind=kind, country=country),),
        funding=(Funding(funder=name),),
        posts=(name,),
    )
    result = resolve(record, gazetteer)
    assert len(result.participants) == len(result.funders) == len(result.posts) == 1
    (body,) = result.participants
    assert body or is_label(words(name))
    if body:
        assert KEY.fullmatch(body.key)
        assert (body.method is None) == (body.score is None)


# Who pays beside a partner


@pytest.mark.parametrize(
    ("funder", "key"),
    [
        ("Mairie de Kayes", "kayes-ml"),
        ("Kayes", "kayes-ml"),
        # what bears the name of the partner's town is another body
        ("Région de Kayes", "kayes-region-ml"),
        ("Cercle de Kayes", "kayes-cercle-ml"),
        ("Université de Kayes", "essai--universite-de-kayes-xx"),
        ("Hôpital de Kayes", "essai--hopital-de-kayes-xx"),
        ("Comité de jumelage de Kayes", "essai--comite-de-jumelage-de-kayes-xx"),
        # a river, not the State
        ("Office du Niger", "essai--office-du-niger-xx"),
    ],
)
def test_only_the_town_itself_is_the_partner_of_its_name(gazetteer: Gazetteer, funder: str, key: str) -> None:
    result = resolved(
        gazetteer, authority("Quimper", "commune"), partner("Kayes", "Mali"), funding=(Funding(funder=funder),)
    )
    body = result.funders[0].body
    assert body is not None
    assert body.key == key


def test_names_in_other_scripts_are_different_bodies_and_signs_are_none(gazetteer: Gazetteer) -> None:
    names = ("北京市", "東京都", "Москва", "-", "?")
    bodies = [
        resolved(gazetteer, partner("北京市", "Chine"), funding=(Funding(funder=name),)).funders[0].body
        for name in names
    ]
    keys = [body.key if body else None for body in bodies]
    assert keys[3:] == [None, None]
    assert len(set(keys[:3])) == 3


# Bodies and territories have a beginning and an end


@pytest.mark.parametrize(
    ("name", "kind", "year", "key", "until", "successors"),
    [
        ("Annecy", "commune", 1997, "commune-74010-until-2016-fr", "2016-12-31", {"200063402"}),
        ("Métropole européenne de Lille", None, 2018, "245900410", "2020-03-13", {"200093201"}),
        ("CC Monts et Vallées Ouest Creuse", None, 2018, "200067510", "2019-12-31",
         {"242300135", "242320000", "242320109"}),
        ("Conseil régional de Martinique", None, 2010, "region-02-until-2015-fr", "2015-12-31", {"region-02-fr"}),
        ("Conseil général de Guyane", None, 2010, "departement-973-until-2015-fr", "2015-12-31", {"region-03-fr"}),
        ("Département du Bas-Rhin", None, 2010, "departement-67-until-2020-fr", "2020-12-31", {"departement-6ae-fr"}),
        ("Grand Lyon", None, 1998, "246900245", "2014-12-31", {"200046977"}),
    ],
)  # fmt: skip
def test_a_body_that_ended_tells_when_and_what_took_over(
    gazetteer: Gazetteer, name: str, kind: str | None, year: int, key: str, until: str, successors: set[str]
) -> None:
    (body,) = resolved(gazetteer, authority(name, kind), first_signature_year=year).participants
    assert body is not None
    assert (body.key, body.exists_until) == (key, date.fromisoformat(until))
    assert {other.key for other in body.replaced_by} == successors
    assert all(other.exists_until is None for other in body.replaced_by)


@pytest.mark.parametrize(
    ("name", "kind", "since"),
    [
        ("Annecy", "commune", "2017-01-01"),
        ("Collectivité européenne d'Alsace", None, "2021-01-01"),
        ("Collectivité de Corse", None, "2018-01-01"),
        ("Collectivité territoriale de Martinique", None, "2016-01-01"),
        ("Région Normandie", None, "2016-01-01"),
        ("Métropole européenne de Lille", None, "2020-03-14"),
        ("Brest", "commune", None),
    ],
)
def test_a_body_of_today_tells_since_when_where_it_is_known(
    gazetteer: Gazetteer, name: str, kind: str | None, since: str | None
) -> None:
    (body,) = resolved(gazetteer, authority(name, kind), first_signature_year=2023).participants
    assert body is not None
    assert body.exists_from == (date.fromisoformat(since) if since else None)
