from __future__ import annotations

import csv

import pytest

from atlas_ld.countries import MOST_WORDS, countries
from atlas_ld.iris import words
from atlas_ld.records import Participant
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.resources import root
from atlas_ld.sources.atlas_cut import Line
from atlas_ld.sources.atlas_rows import foreign_partner


def written() -> list[tuple[str, str | None]]:
    """Every name of the tables, in both languages, with its country."""
    named: list[tuple[str, str | None]] = []
    for name in ("countries", "aliases-countries"):
        with (root() / "data" / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if name == "countries":
                    named += [(row["name_fr"], row["alpha2"]), (row["name_en"], row["alpha2"])]
                else:
                    named.append((row["name"], row["country"] or None))
    return named


def spellings(name: str) -> list[str]:
    return [
        name, name.upper(), words(name), name.replace("-", " "), name.replace("’", "'"), name.replace("'", "’"),
        name.replace("É", "E").replace("Î", "I"),
    ]  # fmt: skip


def test_no_name_stands_for_two_countries() -> None:
    by_name: dict[str, set[str | None]] = {}
    for name, country in written():
        by_name.setdefault(words(name), set()).add(country)
    assert {name: found for name, found in by_name.items() if len(found) > 1} == {}
    assert max(len(name.split()) for name in by_name) <= MOST_WORDS


def test_every_name_gives_its_country_or_nothing_by_every_way_in() -> None:
    """A cell of a table, the end of a line of a page, and the matcher agree."""
    gazetteer = Gazetteer.load()
    for name, country in written():
        for text in spellings(name):
            match = gazetteer.country(text)
            place = f"country-{country.lower()}" if country else None
            assert (match.place if match else None) == place, text
            if len(words(text)) <= 3 and not text.isupper():
                continue  # at the end of a line, an acronym is written as one
            read: Participant | None = foreign_partner(Line(1, f"Technopole Kerouan {text}"), [])
            assert read is not None
            assert read.name == "Technopole Kerouan" if country else read.country is None, text
            found = gazetteer.country(read.country) if read.country else None
            assert (found.place if found else None) == place, text


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("RD Congo", "CD"),
        ("R.D. Congo", "CD"),
        ("R.D.C.", "CD"),
        ("Congo (Rép. dém.)", "CD"),
        ("U.S.A.", "US"),
        ("Zaïre", "CD"),
        ("Haute-Volta", "BF"),
        ("Bechuanaland", "BW"),
        ("Honduras britannique", "BZ"),
        ("Ancienne République yougoslave de Macédoine", "MK"),
        ("Québec", "CA"),
        ("Yougoslavie", None),
        ("La Réunion", None),
        ("cod", "CD"),
        ("KOR", "KR"),
        ("zz", None),
        ("Mali (Sénégal)", None),
        ("", None),
    ],
)
def test_a_country_is_known_by_its_names_and_codes(text: str, country: str | None) -> None:
    assert countries().find(text) == country


@pytest.mark.parametrize(
    ("line", "name", "country"),
    [
        ("Canada", "Canada", None),
        ("Amis du Canada", "Amis du Canada", None),
        ("Mines Dém. Congo", "Mines Dém. Congo", None),
        ("Ferme Nouvelle Guinée", "Ferme Nouvelle Guinée", None),
        ("Juba Sud Soudan", "Juba", "Sud Soudan"),
        ("Province du Nord Cameroun", "Province du Nord", "Cameroun"),
        ("Ville de Lubumbashi République démocratique du Congo (RDC)", "Ville de Lubumbashi",
         "République démocratique du Congo (RDC)"),
        ("Ministère de la République du Congo", "Ministère de la République du Congo", None),
        ("Gestion de l’ eau", "Gestion de l’ eau", None),
        ("Service Eau", "Service Eau", None),
        ("Tolbara EAU", "Tolbara", "EAU"),
        ("Tolbara Guinée équatoriale", "Tolbara", "Guinée équatoriale"),
    ],
)  # fmt: skip
def test_a_country_at_the_end_of_a_line_is_cut_off_unless_it_is_tied_to_what_precedes(
    line: str, name: str, country: str | None
) -> None:
    assert countries().at_end(line) == (name, country)
