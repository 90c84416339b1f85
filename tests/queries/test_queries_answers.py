"""What the example queries answer on the demonstration data.

The expected rows were checked by hand against data/demonstration/: the funding column of collected.csv, the forms,
years and countries of both tables, and crea-ocean.json. Where a count says "of 419", 419 are the records of the
release once pairs of rows with one identifier are merged (docs/data.md).
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Store

from atlas_ld.iris import Iris
from atlas_ld.queries.named import named_queries
from atlas_ld.release.layout import Release
from atlas_ld.vocabulary import PREFIXES

IRIS = Iris("http://localhost:8000/")
Row = tuple[str | Decimal | None, ...]


@pytest.fixture(scope="session")
def store(demonstration: Release) -> Store:
    return Store.read_only(str(demonstration.store))


def ask(store: Store, name: str, **values: str) -> QuerySolutions | QueryBoolean | QueryTriples:
    return store.query(named_queries()[name].bound(values, IRIS), prefixes=PREFIXES | IRIS.prefixes)


def rows(store: Store, name: str, columns: str, **values: str) -> list[Row]:
    """These columns of the answer: entities as `kind/key`, numbers as Decimal, other terms as their text."""
    answer = ask(store, name, **values)
    assert isinstance(answer, QuerySolutions)
    return [tuple(_plain(solution[column]) for column in columns.split()) for solution in answer]


def _plain(term: object) -> str | Decimal | None:
    if term is None:
        return None
    if isinstance(term, NamedNode):
        return term.value.removeprefix(f"{IRIS.base}id/")
    value, datatype = term.value, term.datatype.value  # type: ignore[attr-defined]
    return Decimal(value) if datatype.endswith(("#integer", "#decimal", "#double")) else str(value)


@pytest.mark.parametrize("name", named_queries())
def test_every_example_has_an_answer_in_the_demonstration_data(name: str, store: Store) -> None:
    answer = ask(store, name)
    assert bool(answer) if isinstance(answer, QueryBoolean) else next(iter(answer), None) is not None


def test_funding_by_year(store: Store) -> None:
    found = {row[0]: row[1:] for row in rows(store, "funding-by-year", "year total lines")}
    assert found["2004"] == (180_000, 2)  # La Réunion: the région 100 000, the département 80 000
    assert found["2006"] == (246_324, 3)  # Paris: 11 094, 150 000, 85 230
    assert found["2011"] == (670_000, 3)  # Toulouse - Saint-Louis: 510 000, 100 000, 60 000
    assert found["2020"] == (89_650, 4)  # Beyrouth 50 000; CREA OCEAN 39 650 in three lines
    assert len(found) == 12


def test_funding_of_a_partnership(store: Store) -> None:
    assert rows(store, "funding-of-a-partnership", "year total") == [("2019", 39_650), ("2020", 39_650)]


def test_lines_without_a_year_are_counted_apart(store: Store) -> None:
    found = rows(store, "funding-of-a-partnership", "year total", partnership="puits-d-agou")
    assert found == [(None, 2758)]


def test_funding_by_funder(store: Store) -> None:
    found = {row[0]: row[1:] for row in rows(store, "funding-by-funder", "name total partnerships")}
    assert found["Agence française de développement"] == (700_000 + 405_000 + 632_000, 3)
    assert found["Ville de Paris"] == (150_000 + 27_400 + 11_094 + 150_000 + 85_230 + 50_601, 6)
    assert found["Ambassade de France au Liban"] == (242_920, 8)
    assert not any("partenaires étrangers" in str(name) for name in found)


def test_funding_by_funder_kind(store: Store) -> None:
    found = rows(store, "funding-by-funder-kind", "kind total lines percent")
    assert ("code/funder-kind-state", 263_920, 10, Decimal("2.7")) in found  # Liban 242 920, CREA OCEAN 21 000
    assert ("code/funder-kind-foreign-partner", 100_000, 1, 1) in found  # the Seychelles
    assert abs(sum(Decimal(str(row[3])) for row in found) - 100) < Decimal("0.3")
    assert sum(int(str(row[2])) for row in found) == 57


def test_funding_by_theme_at_each_level(store: Store) -> None:
    found = rows(store, "funding-by-theme", "level name total partnerships")
    assert found == [
        (1, "Economie durable", 79_300, 1),
        (2, "Attractivité des territoires", 79_300, 1),
        (3, "Entreprises", 79_300, 1),
    ]


def test_funding_by_region(store: Store) -> None:
    found = {row[0]: row[1:] for row in rows(store, "funding-by-region", "name total partnerships")}
    assert found["Bretagne"] == (100_000 + 79_300, 2)
    assert found["La Réunion"] == (310_000, 1)
    assert found["Normandie"] == (75_000 + 20_000 + 120_000 + 600_000, 3)


def test_state_share(store: Store) -> None:
    found = {row[0]: row[1:] for row in rows(store, "state-share", "title total state percent")}
    assert found["CREA OCEAN"] == (79_300, 21_000, Decimal("26.5"))
    assert found["Opération humanitaire à Nabatiyeh"] == (13_000, 13_000, 100)
    assert len(found) == 9


def test_oudin_by_country_and_year(store: Store) -> None:
    assert rows(store, "oudin-by-country-and-year", "name year total lines") == [
        ("Madagascar", None, 3000, 1),  # Ambohitsoa
        ("Madagascar", "2012", 5000, 1),  # Marotandrano
        ("Togo", None, 2758 + 3000, 2),  # Agou, Gbalave
    ]


def test_who_cooperates_with_canada(store: Store) -> None:
    found = rows(store, "cooperating-with-a-country", "title name")
    assert len({title for title, _ in found}) == 9  # eight rows of collected.csv, and CREA OCEAN
    assert ("CREA OCEAN", "Brest Métropole") in found
    assert [name for title, name in found if str(title).startswith("Accord Rennes")] == [
        "Commune de Nantes",
        "Commune de Rennes",
        "Commune de Saint-Nazaire",
    ]


def test_no_country_is_left_out_where_nobody_cooperates_with_it(store: Store) -> None:
    assert rows(store, "cooperating-with-a-country", "title", country="country-fr") == []
    assert not ask(store, "is-there-a-partner", country="country-fr")


def test_partnerships_by_country(store: Store) -> None:
    found = dict(rows(store, "partnerships-by-country", "name partnerships"))
    assert found["Canada"] == 9
    assert found["Allemagne"] == 19
    assert "France" not in found


def test_partnerships_by_territory(store: Store) -> None:
    found = dict(rows(store, "partnerships-by-territory", "territory partnerships"))
    assert found["territory/departement-29"] == 4
    assert found["territory/departement-75"] == 10
    regions = dict(rows(store, "partnerships-by-territory", "territory partnerships", level="level-region"))
    assert regions["territory/region-53"] >= found["territory/departement-29"] + found["territory/departement-56"]


def test_paris_is_in_no_other_departement_of_its_metropole(store: Store) -> None:
    found = rows(store, "partnerships-of-a-departement", "name", departement="departement-91")
    assert found
    assert not any("Paris" in str(name) and "Grand Paris" not in str(name) for (name,) in found)


def test_partnerships_of_a_departement_through_its_epci(store: Store) -> None:
    assert rows(store, "partnerships-of-a-departement", "title level") == [
        ("Coopération Brest – État de Veracruz", "Commune"),
        ("Jumelage Brest – Yokosuka", "Commune"),
        ("Coopération Finistère – Région DIANA", "Département"),
        ("CREA OCEAN", "Intercommunalité"),
    ]


def test_partnerships_per_head(store: Store) -> None:
    found = {
        row[0]: row[1:]
        for row in rows(store, "partnerships-per-head", "name population partnerships perHundredThousand")
    }
    assert found["Bretagne"] == (3_449_370, 23, Decimal("0.67"))  # 23 / 34.4937 = 0.667
    assert "Rhône-Alpes (région jusqu’en 2015)" not in found


def test_twinnings_by_decade(store: Store) -> None:
    found = dict(rows(store, "twinnings-by-decade", "decade twinnings"))
    assert found == {
        None: 20, 1940: 1, 1950: 18, 1960: 18, 1970: 9, 1980: 13, 1990: 11, 2000: 3, 2010: 3, 2020: 3,
    }  # fmt: skip


def test_partnerships_signed_in_a_year(store: Store) -> None:
    assert len(rows(store, "partnerships-signed-in-a-year", "title")) == 14
    assert rows(store, "partnerships-signed-in-a-year", "title countries", year="1946") == [
        ("Jumelage Orléans – Dundee", "Royaume-Uni")
    ]
    assert rows(store, "partnerships-signed-in-a-year", "title", year="1870") == []


def test_the_oldest_partnership(store: Store) -> None:
    assert rows(store, "oldest-partnerships", "title since")[0] == ("Jumelage Orléans – Dundee", "1946")


def test_under_way_after_their_end(store: Store) -> None:
    found = rows(store, "under-way-after-their-end", "title endDate")
    assert len(found) == 40  # 39 rows of the tables say « En cours » with an end before the release, and CREA OCEAN
    assert ("CREA OCEAN", "2020-12-31") in found


def test_evaluation_unknown_of_state_funded_ones(store: Store) -> None:
    found = dict(rows(store, "evaluation-unknown-state-funded", "title fromState"))
    assert found["CREA OCEAN"] == 21_000
    assert len(found) == 9  # no source of the demonstration says that there was an evaluation


def test_partnerships_by_theme_count_narrower_themes(store: Store) -> None:
    found = rows(store, "partnerships-by-theme", "level name partnerships")
    top = [int(str(count)) for level, _, count in found if level == 1]
    assert len(top) == 5
    assert max(top) >= max(int(str(count)) for level, _, count in found if level == 3)


def test_themes_together(store: Store) -> None:
    found = rows(store, "themes-together", "oneName otherName partnerships")
    assert all(one != other for one, other, _ in found)
    assert ("Education, emploi, formation professionnelle", "Jeunesse & genre", 6) in found
    assert not any({"Economie durable", "Attractivité des territoires"} == {one, other} for one, other, _ in found)


def test_goals(store: Store) -> None:
    found = {row[0]: row[1:] for row in rows(store, "partnerships-by-goal", "name partnerships asFirst")}
    assert found["Partenariats pour la réalisation des objectifs"] == (6, 5)
    assert found["Vie aquatique"] == (1, 0)


def test_forms(store: Store) -> None:
    found = {row[:2]: row[2] for row in rows(store, "partnerships-by-form", "form status partnerships")}
    assert found["Jumelage", None] == 99
    assert sum(int(str(count)) for count in found.values()) == 419


def test_keywords(store: Store) -> None:
    assert rows(store, "keywords", "keyword partnerships")[:3] == [("culture", 55), ("santé", 30), ("éducation", 29)]


def test_text_search(store: Store) -> None:
    assert rows(store, "text-search", "title", words="HACKATHON de la mer") == [("CREA OCEAN",)]
    assert rows(store, "text-search", "title", words="géoparc de Khammouane") == [
        ("Préfiguration du géoparc de Khammouane",)
    ]
    assert rows(store, "text-search", "title", words=".*") == []  # letters, and no pattern


def test_organisations_with_several_roles(store: Store) -> None:
    assert rows(store, "organisations-with-several-roles", "partnership name") == [
        ("partnership/crea-ocean-2010", "Brest Métropole"),
        ("partnership/crea-ocean-2010", "SOPER"),
    ]


def test_partners_that_are_no_authority(store: Store) -> None:
    found = rows(store, "partners-that-are-no-authority", "name country")
    assert ("SOPER", "Canada") in found
    assert ("Association des communes du Guidimakha Kafo", "Mali") in found
    assert not any(name == "Kayes" for name, _ in found)


def test_partnerships_of_an_organisation(store: Store) -> None:
    assert rows(store, "partnerships-of-an-organisation", "title role") == [
        ("CREA OCEAN", "Collectivité territoriale française"),
        ("CREA OCEAN", "Maître d’ouvrage"),
    ]


def test_authorities_with_most_countries(store: Store) -> None:
    found = rows(store, "authorities-with-most-countries", "name countries")
    assert len(found) == 20
    assert [int(str(count)) for _, count in found] == sorted((int(str(count)) for _, count in found), reverse=True)


def test_followed_by_a_post(store: Store) -> None:
    assert rows(store, "followed-by-a-post", "title startYear endYear") == [("CREA OCEAN", "2019", "2020")]


@pytest.mark.parametrize(
    ("french", "foreign", "kilometres"),
    # Great circles on a sphere of 6371 km, worked out from the places' coordinates with another formula.
    [("Brest", "Yokosuka", 10_055), ("Bordeaux", "Lima", 9_910), ("Paris", "Phnom Penh", 9_940)],
)
def test_distance_between_partners(french: str, foreign: str, kilometres: int, store: Store) -> None:
    found = rows(store, "distance-between-partners", "french foreign kilometres")
    [distance] = [Decimal(str(row[2])) for row in found if row[:2] == (french, foreign)]
    assert abs(distance - kilometres) <= 1


def test_provenance_of_a_merged_partnership_names_both_sources(store: Store) -> None:
    found = rows(store, "provenance-of-a-partnership", "title page sha256")
    assert [str(title)[:46] for title, *_ in found] == 2 * ["Atlas français de la coopération décentralisée"[:46]]
    assert all(str(page).endswith("detailProjet.html?criteres.prjId=2833") for _, page, _ in found)
    assert len({sha for *_, sha in found}) == 2


def test_provenance_of_a_participant_says_how_it_was_recognised(store: Store) -> None:
    found = rows(store, "provenance-of-a-participant", "nameAsWritten organisation method score")
    assert ("Brest métropole", "organisation/242900314", "Nom et nature", 1) in found
    assert [row[2:] for row in found if row[0] == "MRIF"] == [(None, None)]
    assert len(found) == 8


def test_quality_coverage(store: Store) -> None:
    found = {row[0]: row[1:] for row in rows(store, "quality-coverage", "what partnerships percent")}
    assert found["année de début"] == (377, 90)  # of 419
    assert found["première signature"] == (283, Decimal("67.5"))
    assert found["statut déclaré"] == (135, Decimal("32.2"))  # 91 under way, 42 ended, 2 dormant
    assert found["financement"] == (41, Decimal("9.8"))
    assert found["évaluation"] == (0, 0)  # unknown is not known


def test_the_quality_report_counts_what_is_under_way_though_elapsed(store: Store) -> None:
    found = dict(rows(store, "quality-report", "shape results"))
    assert found["https://w3id.org/atlas-ld/shapes#Partnership-under-way-though-elapsed"] == 40


def test_undocumented_sections(store: Store) -> None:
    found = dict(rows(store, "undocumented-sections", "section partnerships"))
    assert found["code/section-texts"] == 418  # all but CREA OCEAN
    assert found["code/section-partners"] == 119  # 136 pages of the Atlas, 17 of which another source completes


def test_links_to_other_data_sets(store: Store) -> None:
    found = rows(store, "links-to-other-data-sets", "territory other")
    assert ("territory/country-ca", "http://publications.europa.eu/resource/authority/country/CAN") in found
    assert ("territory/commune-29019", "https://sws.geonames.org/3030300/") in found


def test_the_network_links_authorities_to_partners(store: Store) -> None:
    answer = ask(store, "network-of-partners")
    assert isinstance(answer, QueryTriples)
    linked = {
        (t.subject.value, t.object.value)  # type: ignore[union-attr]
        for t in answer
        if t.predicate.value == "http://www.w3.org/ns/org#linkedTo"
    }
    base = f"{IRIS.base}id/organisation/"
    assert (f"{base}242900314", f"{base}soper-ca") in linked


def test_every_example_has_an_expected_answer_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in named_queries() if f'"{name}"' not in text] == []


TEXTS = {name: named.query.text for name, named in named_queries().items()}


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if "SUM(COALESCE(" in text])
def test_a_sum_of_money_says_how_many_lines_it_covers(name: str, store: Store) -> None:
    """No figure without coverage: how many lines have an amount, of how many."""
    answer = ask(store, name)
    assert isinstance(answer, QuerySolutions)
    some, every = ("lines", "allLines") if name == "oudin-by-country-and-year" else ("withAmount", "lines")
    seen = 0
    for row in answer:
        seen += 1
        known, all_lines = int(_plain(row[some]) or 0), int(_plain(row[every]) or 0)
        assert 0 <= known <= all_lines
        assert all_lines > 0
    assert seen


def test_every_sum_of_money_is_of_that_kind() -> None:
    assert [name for name, text in TEXTS.items() if re.search(r"SUM\(\?(?:amount|oudin)\)", text)] == []


def test_places_abroad_without_a_french_name_are_not_left_out(store: Store) -> None:
    places = rows(store, "partnerships-by-territory", "territory name", level="level-foreign-place")
    names = {str(name) for _, name in places}
    assert {"Luang Prabang", "Hanoi"} <= names  # GeoNames' names, of no language that we know
    assert len({territory for territory, _ in places}) == len(places)
