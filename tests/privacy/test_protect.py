"""Personal data does not get past `protect`."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from atlas_ld.findings import Severity
from atlas_ld.privacy import protect, redact, redact_address
from atlas_ld.records import PartnershipRecord

EMAIL, PHONE = "jean.dupont@mairie.example", "02 98 00 12 34"


@pytest.mark.parametrize(
    "address",
    [
        "jean.dupont@mairie.fr",
        "JEAN@MAIRIE.FR",
        "jean+atlas@sous.domaine.mairie.fr",
        "jean [at] mairie.fr",
        "jean[at]mairie.fr",
        "jean (at) mairie.fr",
        "jean at mairie.fr",
        "jean arobase mairie.fr",
        "jean arobase mairie point fr",
        "jean [at] mairie [dot] fr",
        "jean @ mairie.fr",
        "jean＠mairie.fr",
        "jean&#64;mairie.fr",
        "o'brien@mairie.fr",
        "élu@mairie-évry.fr",
        "jean@" + "sous." * 12 + "mairie.fr",
        "jean@mairie.xn--p1ai",
    ],
)
def test_an_e_mail_address_is_found_however_it_is_disguised(address: str) -> None:
    text, kinds = redact(f"Écrire à {address}, avant mardi.")
    assert text == "Écrire à [adresse électronique retirée], avant mardi."
    assert kinds == {"e-mail"}


@pytest.mark.parametrize(
    "number",
    [
        "02 98 00 12 34", "0298001234", "02.98.00.12.34", "02-98-00-12-34", "+33 2 98 00 12 34", "+33 (0)2 98 00 12 34",
        "0033 2 98 00 12 34", "+226 25 30 66 11", "00 226 25 30 66 11", "+1 418 724 2000", "06 12 34 56 78",
    ],
)  # fmt: skip
def test_a_telephone_number_is_found_in_the_french_and_the_international_form(number: str) -> None:
    text, kinds = redact(f"Appeler le {number}, avant mardi.")
    assert text == "Appeler le [numéro de téléphone retiré], avant mardi."
    assert kinds == {"telephone"}


def test_a_number_after_a_label_is_a_telephone_s_in_any_form() -> None:
    assert redact("Tél. : 25 30 66 11")[0] == "Tél. : [numéro de téléphone retiré]"


@pytest.mark.parametrize(
    "text",
    [
        "10500", "120 000 000 €", "1 234 567,89 euros", "+120 000 000 euros", "de 2010 à 2020", "2010 2011 2012 2013",
        "31/12/2020", "du 01/02/2019 au 03/04/2020", "SIREN 242900314", "SIRET 242 900 314 00018", "48.3904, -4.4861",
        "loi n° 2005-95 du 9 février 2005", "prjId=2833", "Vill@ge", "la visite at Brest.Puis retour", "p. 12-14",
        "10500 2019 10500 2020 12000 2019", "1 200 m², 35 000 habitants", "il a parlé (at) vite", "mobile depuis 2019",
        "téléphone 3G", "ISBN 978-2-07-036822-8",
    ],
)  # fmt: skip
def test_other_figures_and_signs_are_left_alone(text: str) -> None:
    assert redact(text) == (text, frozenset())


@settings(max_examples=300)
@given(st.emails(), st.text(max_size=30), st.text(max_size=30))
def test_no_e_mail_address_gets_through(address: str, before: str, after: str) -> None:
    assert address not in redact(f"{before} {address} {after}")[0]


@given(st.text(alphabet=st.sampled_from("ab.@ -+0123456789()[]atdoT:é/\n"), max_size=80))
@settings(max_examples=500)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once, _ = redact(text)
    assert redact(once) == (once, frozenset())


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        ("https://jean@ville.example/a", "https://ville.example/a"),
        ("https://jean:secret@ville.example/a", "https://ville.example/a"),
        ("https://ville.example/?m=jean@mairie.example&p=2", "https://ville.example/?m=redacted&p=2"),
        ("https://ville.example/?m=jean%40mairie.example", "https://ville.example/?m=redacted"),
        ("https://ville.example/contact/jean@mairie.example", "https://ville.example/contact/redacted"),
        ("https://ville.example/?tel=0298001234", "https://ville.example/?tel=redacted"),
    ],
)
def test_a_web_address_loses_what_names_a_person(address: str, clean: str) -> None:
    assert redact_address(address)[0] == clean


@pytest.mark.parametrize(
    "address",
    [
        "https://ville.example/actualites/0298001234-jumelage.html",
        "https://video.example/@ville",
        "https://ville.example/detailProjet.html?criteres.prjId=2833",
    ],
)
def test_a_web_address_without_a_person_is_left_alone(address: str) -> None:
    assert redact_address(address) == (address, frozenset())


def filled(kind: Any, plant: str) -> Any:
    """A value of an annotation, the planted text wherever a free text may stand."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return planted(arguments, plant)
    if origin is typing.Literal:
        return arguments[0]
    if origin in (typing.Union, types.UnionType):
        return filled(next(part for part in arguments if part is not type(None)), plant)
    if origin is tuple:
        return (filled(arguments[0], plant),)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return build(kind, plant)
    if isinstance(kind, type) and issubclass(kind, Severity):
        return Severity.INFO
    return {str: plant, int: 2015, bool: True, Decimal: Decimal(10), date: date(2020, 12, 31)}[kind]


def planted(arguments: tuple[Any, ...], plant: str) -> Any:
    """A constrained text: the plant where it is allowed, else within an address, else a text of the right form."""
    model = typing.cast("Any", type("Probe", (BaseModel,), {"__annotations__": {"value": typing.Annotated[arguments]}}))
    for text in (plant, f"https://{EMAIL}/?x={EMAIL}", "key-1", "ab" * 32, 2015, "2020-12"):
        try:
            model(value=text)
        except ValidationError:
            continue
        return text
    raise AssertionError(f"no text fits {arguments}")


def build(model: type[BaseModel], plant: str) -> BaseModel:
    hints = typing.get_type_hints(model, include_extras=True)
    given = {name: filled(hints[name], plant) for name in model.model_fields}
    return model(**given | ({"fields": ("title",)} if "fields" in given else {}))  # names of fields, and no texts


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from strings(part)


@pytest.mark.parametrize("plant", [f"Voir {EMAIL} ici", f"Appeler le {PHONE} ici"])
def test_what_is_planted_in_every_text_of_a_record_is_gone(plant: str) -> None:
    record = build(PartnershipRecord, plant)
    assert isinstance(record, PartnershipRecord)
    before = [text for text in strings(record.model_dump()) if EMAIL in text or PHONE in text]
    assert len(before) >= 25, "the walk planted too little to prove anything"
    clean = protect(record)
    written = clean.to_json()
    assert EMAIL not in written
    assert PHONE not in written
    assert "dupont" not in written


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("M. Jean Dupont a signé.", "M. [nom retiré] a signé."),
        ("Mme DUPONT-Sow préside", "Mme [nom retiré] préside"),
        ("Dr Aminata Sow viendra", "Dr [nom retiré] viendra"),
        ("chez Maître Dupont", "chez Maître [nom retiré]"),
        ("M. J.-P. Dupont", "M. [nom retiré]"),
        ("MM. Dupont, Sow et Diallo sont là", "MM. [nom retiré], [nom retiré] et [nom retiré] sont là"),
        ("Mme la Présidente Awa Diallo", "Mme la Présidente [nom retiré]"),
        ("Monsieur le Maire de Clairval, Jean Dupont, signe", "Monsieur le Maire de Clairval, [nom retiré], signe"),
        ("Contact : Jean Dupont", "Contact : [nom retiré]"),
        ("Référent du projet : DUPONT Jean", "Référent du projet : [nom retiré]"),
        ("le maire Jean Dupont", "le maire [nom retiré]"),
        ("fiche_Mme_Dupont_Jeanne.txt", "fiche_Mme_[nom retiré].txt"),
        ("Monsieur de La Tour", "Monsieur [nom retiré]"),
        ("M.\u00a0Dupont", "M.\u00a0[nom retiré]"),
    ],
)
def test_a_name_that_a_title_a_label_or_an_office_announces_is_found(text: str, clean: str) -> None:
    assert redact(text) == (clean, frozenset({"name"}))


@pytest.mark.parametrize(
    "text",
    [
        "Mme la Maire de Brest", "Monsieur le Maire de Brest préside", "Saint-Martin d'Hères", "Maître d'ouvrage",
        "Maître d'Ouvrage délégué", "Contact : Brest métropole", "Contact : Ville de Brest", "rue du Dr Schweitzer",
        "collège Madame de Sévigné", "10 M Euros", "le maire de Brest", "directeur Général Adjoint",
        "M. le Président du Conseil Régional de Bretagne", "Mmes et MM. les élus", "Nom Prénom Mission", "5 M€",
        "Contact : service des relations internationales", "Responsable : Brest",
    ],
)  # fmt: skip
def test_places_bodies_and_offices_keep_their_names(text: str) -> None:
    assert redact(text) == (text, frozenset())


@settings(max_examples=300)
@given(st.text(alphabet=st.sampled_from("MmeDupontContact .,:-_[]’'éÉ\n"), max_size=60))
def test_redacting_names_twice_changes_nothing_more(text: str) -> None:
    once, _ = redact(text)
    assert redact(once)[0] == once


def test_each_field_that_changed_has_a_warning_that_does_not_quote_it() -> None:
    clean = protect(PartnershipRecord(title="A", context=f"Voir {EMAIL} ou {PHONE}.", history="Rien."))
    (finding,) = clean.findings
    assert (finding.code, finding.severity, finding.field) == ("personal-data", Severity.WARNING, "context")
    assert EMAIL not in finding.fr + finding.en
    assert clean.context == "Voir [adresse électronique retirée] ou [numéro de téléphone retiré]."


def test_a_record_without_personal_data_is_the_same_record() -> None:
    record = PartnershipRecord(title="A", start_year=2015)
    assert protect(record) is record


@settings(max_examples=50)
@given(st.text(max_size=60).filter(str.strip))
def test_protecting_twice_adds_no_further_finding(text: str) -> None:
    once = protect(PartnershipRecord(title="A", context=f"{text} {EMAIL}"))
    assert protect(once) == once
