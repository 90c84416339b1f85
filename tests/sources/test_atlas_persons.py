"""Functions of contacts and missions of volunteers are kept, persons are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_ld.findings import Finding
from atlas_ld.records import Participant
from atlas_ld.sources.atlas_cut import Line
from atlas_ld.sources.atlas_persons import contact_functions, volunteers
from tests.sources.pages import read_base

PARTNERS = (
    Participant(name="Ville de Tolbara", role="foreign-partner"),
    Participant(name="Ville de Tolbara Nord", role="foreign-partner"),
)


def functions(row: str) -> tuple[list[tuple[str, ...]], list[str]]:
    findings: list[Finding] = []
    partners = contact_functions([Line(1, row)], PARTNERS, findings)
    return [partner.contact_functions for partner in partners], [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Ville de Tolbara Supposé Ange Maire a@b.example", "Maire"),
        ("Ville de Tolbara De La Supposé Ange Directrice générale a@b.example", "Directrice générale"),
        ("Ville de Tolbara Supposé Ange Chargée de mission a[at]b.example", "Chargée de mission"),
        ("Ville de Tolbara Supposé Ange Secrétaire Général Adjoint a@b.example", "Secrétaire Général Adjoint"),
        ("Ville de Tolbara | Supposé | Ange | Adjoint au Maire | a@b.example |", "Adjoint au Maire"),
        ("Ville de Tolbara | Supposé | Responsable des relations internationales | a@b.example |  |",
         "Responsable des relations internationales"),
    ],
)  # fmt: skip
def test_a_contact_s_function_goes_to_its_partner(row: str, expected: str) -> None:
    assert functions(row) == ([(expected,), ()], [])


def test_the_partner_with_the_longer_name_is_tried_first() -> None:
    assert functions("Ville de Tolbara Nord Supposé Ange Maire a@b.example") == ([(), ("Maire",)], [])


@pytest.mark.parametrize(
    "row",
    [
        "Ville de Tolbara Maire Ange Directeur a@b.example",  # a family name that is a function
        "Ville de Tolbara Le Maire Ange Directeur a@b.example",
        "Ville de Tolbara Supposé Ange a@b.example",  # no function
        "Ville de Tolbara Supposé Ange Apiculteur a@b.example",  # none that we know
        "Ville de Tolbara Supposé Ange Maire Quelqu'un a@b.example",  # a name after the function
        "Ville de Tolbara Supposé Ange Maire",  # no address: where the row ends is not sure
        "Ville inconnue Supposé Ange Maire a@b.example",
        "Ville de Tolbara | Supposé | Ange |  | a@b.example |",
    ],
)
def test_where_a_row_is_unsure_nothing_of_it_is_kept_or_quoted(row: str) -> None:
    findings: list[Finding] = []
    partners = contact_functions([Line(1, row)], PARTNERS, findings)
    assert partners == PARTNERS
    (finding,) = findings
    assert finding.code == "dropped-contact"
    assert not {"Supposé", "Ange", "Maire", "Tolbara"} & set((finding.fr + finding.en).split())


names = st.text("abcdefghijklmnopqrstuvwxyzéèç", min_size=3, max_size=10).map(str.capitalize)


@given(family=names, given_name=names, function=st.sampled_from(["Maire", "directeur technique", "Apiculteur", ""]))
def test_no_name_passes_for_a_function(family: str, given_name: str, function: str) -> None:
    kept, _ = functions(" ".join(f"Ville de Tolbara {family} {given_name} {function} a@b.example".split()))
    assert kept[0] in ((), (function,))


def test_a_mission_is_kept_where_every_cell_is_filled() -> None:
    findings: list[Finding] = []
    people = [Line(1, "Hypothèse | Noa | Appui au secrétariat | Eau | ONG |"), Line(2, "Hypothèse | Noa | Eau |  |  |")]
    assert volunteers(people, False, findings) == (2, ("Appui au secrétariat",))
    assert [(finding.code, finding.line) for finding in findings] == [("dropped-mission", 2)]
    assert "Noa" not in str(findings)


def test_a_line_that_is_no_row_of_an_html_page_leaves_the_number_of_volunteers_unknown() -> None:
    findings: list[Finding] = []
    assert volunteers([Line(1, "Mentions légales")], True, findings) == (None, ())
    assert [finding.code for finding in findings] == ["unknown-line"]


def test_the_functions_of_a_post_s_contacts_are_kept_and_their_names_are_not() -> None:
    record = read_base({})
    assert record.post_functions == (
        "Conseiller de coopération et d'action culturelle",
        "Correspondant coopération décentralisée",
    )
    assert not {"FICTIF", "INVENTE"} & set(record.to_json().split())


def test_a_post_without_a_contact_has_no_function() -> None:
    record = read_base(
        {"Correspondant coopération décentralisée\n": "Pas de correspondant coopération décentralisée\n"}
    )
    assert record.post_functions == ("Conseiller de coopération et d'action culturelle",)
