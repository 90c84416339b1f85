"""Identity is earned: identified, the same by name only, or a body of its own record."""

from __future__ import annotations

import pytest

from atlas_ld.records import Funding, Participant, PartnershipRecord, Role
from atlas_ld.reference.bodies import Body
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve


def body_of(
    name: str, gazetteer: Gazetteer, title: str = "Essai", role: Role = "foreign-partner", country: str | None = None
) -> Body | None:
    participant = Participant(name=name, role=role, country=country)
    return resolve(PartnershipRecord(title=title, participants=(participant,)), gazetteer).participants[0]


def in_two_records(name: str, role: Role, country: str | None, gazetteer: Gazetteer) -> tuple[Body, Body]:
    one, two = (body_of(name, gazetteer, title, role, country) for title in ("Un", "Deux"))
    assert one
    assert two
    return one, two


@pytest.mark.parametrize(
    ("name", "role", "country"),
    [
        ("Brest métropole", "french-authority", None),
        ("Saint-Denis (93)", "french-authority", None),
        ("Région de Kayes", "foreign-partner", "Mali"),
        ("SIAAP", "french-authority", None),
    ],
)
def test_a_body_of_a_register_is_identified_and_one_for_all_records(
    gazetteer: Gazetteer, name: str, role: Role, country: str | None
) -> None:
    one, two = in_two_records(name, role, country, gazetteer)
    assert one == two
    assert (one.identification, one.former_keys) == ("identified", ())


@pytest.mark.parametrize(
    ("name", "role", "country"),
    [
        ("Technopole Maritime du Québec", "foreign-partner", "Canada"),
        ("SOPER", "foreign-partner", "Canada"),
        ("Syndicat mixte de la Vallée imaginaire", "french-authority", None),
        ("Comité de jumelage de Brest", "foreign-partner", "France"),
        ("Ministère de la Santé", "foreign-partner", "Burkina Faso"),
        ("Communauté urbaine de Nouakchott", "foreign-partner", "Mauritanie"),
    ],
)
def test_a_name_of_its_own_in_one_country_is_one_body_and_marked_so(
    gazetteer: Gazetteer, name: str, role: Role, country: str | None
) -> None:
    one, two = in_two_records(name, role, country, gazetteer)
    assert one == two
    assert (one.identification, one.former_keys) == ("same-name", ())


@pytest.mark.parametrize(
    ("name", "role", "country", "former"),
    [
        ("Saint-Denis", "french-authority", None, "saint-denis-fr"),
        ("Birmingham", "foreign-partner", "US", "birmingham-us"),
        ("Comité de jumelage", "foreign-partner", "France", "comite-de-jumelage-fr"),
        ("Comité de jumelage de Saint-Denis", "foreign-partner", "France", "comite-de-jumelage-de-saint-denis-fr"),
        ("Associations de femmes", "foreign-partner", "Mali", "associations-de-femmes-ml"),
        ("Université", "foreign-partner", "Togo", "universite-tg"),
        ("Ambassade de France", "foreign-partner", "France", "ambassade-de-france-fr"),
        ("SOPER", "foreign-partner", None, "soper-xx"),
        ("SOPER", "implementer", None, "soper-xx"),
        ("Mexico", "foreign-partner", "Mexique", None),
    ],
)
def test_a_name_that_several_may_have_is_a_body_of_its_own_record(
    gazetteer: Gazetteer, name: str, role: Role, country: str | None, former: str | None
) -> None:
    one, two = in_two_records(name, role, country, gazetteer)
    if former is None:  # a town of that name and the State may both be meant, but no two records are told to agree
        return
    assert one.key == f"un--{former}"
    assert two.key == f"deux--{former}"
    assert {one.identification, two.identification} == {"not-identified"}
    assert one.former_keys == two.former_keys == (former,)


def test_a_body_known_by_name_never_takes_the_key_of_a_place(gazetteer: Gazetteer) -> None:
    """`Cercle de Kayes` and `Kayes (cercle)` are written alike in a key."""
    place = body_of("Région de Kayes", gazetteer, country="ML")
    named = body_of("Association Kayes Région", gazetteer, country="ML")
    assert place
    assert named
    assert place.key == "kayes-region-ml"
    taken = body_of("Kayes Région", gazetteer, country="ML")
    assert taken
    assert taken.key != place.key or taken.territory == place.territory


@pytest.mark.parametrize(
    "name",
    ["Fonds propres", "Habitants", "TOTAL", "Divers", "Autres", "Collectivités et partenaires", "Usagers", "N/A",
     "Autofinancement", "Dons privés", "Population locale", "Partenaires étrangers", "Non précisé"],
)  # fmt: skip
def test_words_that_are_no_name_are_no_body(gazetteer: Gazetteer, name: str) -> None:
    assert body_of(name, gazetteer, role="implementer") is None
    assert body_of(name, gazetteer, country="Mali") is None
    record = PartnershipRecord(title="Essai", funding=(Funding(funder=name),))
    (funder,) = resolve(record, gazetteer).funders
    own = name in ("Fonds propres", "Autofinancement")
    assert (funder.body, funder.kind) == (None, "own-resources" if own else "aggregate")


def test_a_commune_whose_name_is_such_a_word_is_a_commune(gazetteer: Gazetteer) -> None:
    body = body_of("Aucun", gazetteer, role="french-authority")
    assert body
    assert body.territory == "commune-65045"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Valorisation du temps de travail", None),
        ("Apports propres", None),
        ("Contribution en nature", None),
        ("Bénévolat valorisé", None),
        ("Rezé (fonds propres)", "214401432"),
        ("Autofinancement de Rezé", "214401432"),
    ],
)
def test_what_those_who_take_part_bring_themselves_is_a_kind_of_its_own(
    gazetteer: Gazetteer, name: str, key: str | None
) -> None:
    town = Participant(name="Rezé", role="french-authority", kind="commune")
    record = PartnershipRecord(title="Essai", participants=(town,), funding=(Funding(funder=name),))
    (funder,) = resolve(record, gazetteer).funders
    assert (funder.body.key if funder.body else None, funder.kind) == (key, "own-resources")
