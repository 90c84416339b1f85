"""The page of tests/data, read whole; and any record, written as a page in each layout, read back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_ld import sources
from atlas_ld.iris import fold
from atlas_ld.records import Funding, GoalChoice, Participant, PartnershipRecord, ThemeChoice
from tests.sources.pages import (
    FORMS,
    GOALS,
    LAYOUTS,
    STATUSES,
    THEMES,
    Layout,
    base_page,
    codes,
    page_of,
    read_base,
    read_text,
)

REAL_PAGE = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "atlas-page-crea-ocean.txt"


def test_every_field_of_a_whole_page_is_read() -> None:
    record = read_text(base_page())
    assert record.title == "PUITS PARTAGÉS"
    assert (record.first_signature_year, record.start_year, record.end_date) == (2004, 2015, date(2018, 12, 31))
    assert (record.status, record.form) == ("under-way", "decentralised-cooperation-project")
    assert record.main_theme == ("Environnement, Climat et Energie", "Eau et déchets", "Eau et assainissement")
    assert [(choice.path[-1], choice.priority) for choice in record.other_themes] == [
        ("Energie", 1), ("Patrimoine", 2), ("Tourisme", 3),
    ]  # fmt: skip
    assert [(goal.number, goal.relevance) for goal in record.goals] == [(6, 2), (2, 1)]
    assert record.context == "Les deux villes partagent un climat sec.\n\nGéographie\nUn plateau, deux rivières."
    assert record.history == "Une première visite a eu lieu en 2003."
    assert record.objectives == "Donner de l'eau à tous."
    assert record.local_objectives == "Réparer quarante puits.\n\nFormer les agents."
    assert record.french_objectives == "Faire connaître le sujet dans les écoles."
    assert record.description == "Trois chantiers par an, suivis ensemble."
    assert record.beneficiaries == "Les habitants des deux plateaux."
    assert [(p.role, p.name, p.country, p.contact_functions) for p in record.participants] == [
        ("french-authority", "Montfleury-sur-Aure", None, ()),
        ("french-authority", "Région Hautes-Plaines", None, ()),
        ("foreign-partner", "Commune de Tolbara", "Burkina Faso", ("Maire",)),
        ("foreign-partner", "Union des puits de Tolbara", "Burkina Faso", ("Secrétaire général",)),
        ("contracting-authority", "Montfleury-sur-Aure", None, ()),
        ("contracting-authority", "Syndicat des eaux (Montfleury, Clairval)", None, ()),
        ("implementer", "Atelier des Puits", None, ()),
    ]
    assert [(line.funder, line.amount, line.oudin, line.year) for line in record.funding] == [
        ("Montfleury-sur-Aure", Decimal(8000), Decimal(3000), 2016),
        ("Région Hautes-Plaines", Decimal("120000.50"), None, 2016),
        ("Agence des eaux du plateau", Decimal(12000), None, 2017),
    ]
    assert record.posts == ("Ambassade de France à Valmora",)
    assert record.triennial == "yes"
    assert (record.communication_in_france, record.communication_abroad, record.evaluation) == ("unknown",) * 3
    assert (record.volunteer_count, record.volunteer_missions) == (1, ())
    assert record.undocumented == ()
    assert codes(record) == ["dropped-mission"]


@pytest.mark.parametrize(
    "person", ["FICTIF", "INVENTE", "Imaginaire", "Supposé", "Hypothèse", "Noa", "Sacha", "example", "@", "[at]"]
)
def test_no_person_of_a_page_is_in_its_record(person: str) -> None:
    assert person not in read_text(base_page()).to_json()


def test_the_same_page_has_the_same_record_whatever_its_line_ends() -> None:
    assert read_text(base_page().replace("\n", "\r\n")).funding == read_text(base_page()).funding


# A record that a page can say: words that are neither labels, numbers, bars nor countries.
words = st.text("abdefghklmnoprstuvzéèàœ", min_size=2, max_size=9)
# A name that ends in a word that joins takes the country after it for its own: "Union des communes du" Togo.
names = st.lists(words, min_size=1, max_size=4).map(lambda parts: " ".join(["Zé", *parts, "zz"]))
narratives = st.lists(
    st.lists(st.lists(words, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=3).map("\n".join),
    min_size=1,
    max_size=3,
).map("\n\n".join)
functions = st.sampled_from(["Maire", "Directrice générale", "Chargé de mission", "Secrétaire général adjoint"])
POST_FUNCTIONS = ("Correspondant coopération décentralisée", "Attachée de coopération")
tri = st.sampled_from(["yes", "no", "unknown"])
money = st.decimals(0, 1_000_000, places=2)
years = st.integers(1950, 2100)


def participants(role: str, unique: bool = False) -> st.SearchStrategy[list[Participant]]:
    foreign = role == "foreign-partner"
    one = st.builds(
        Participant,
        name=names,
        role=st.just(role),
        country=st.sampled_from(["Canada", "Burkina Faso", "Côte d’Ivoire", "Guinée-Bissau"]) if foreign else st.none(),
        contact_functions=st.lists(functions, max_size=2).map(tuple) if foreign else st.just(()),
    )
    return st.lists(one, max_size=3, unique_by=lambda participant: fold(participant.name))


@st.composite
def fundings(draw: st.DrawFn) -> Funding:
    amount = draw(st.none() | money)
    # Without a year, nothing tells an amount such as 2000 from a year: the reader says so, and it is not drawn here.
    year = draw(years) if amount is not None else draw(st.none() | years)
    oudin = draw(st.none() | st.decimals(0, amount, places=2)) if amount is not None else None
    return Funding(funder=draw(names), amount=amount, year=year, oudin=oudin)


@st.composite
def records(draw: st.DrawFn) -> PartnershipRecord:
    roles = ("french-authority", "foreign-partner", "contracting-authority", "implementer")
    local = draw(st.none() | narratives)
    missions = draw(st.lists(names, max_size=3, unique=True))
    theme_paths = st.sampled_from(sorted(THEMES))
    other = draw(st.lists(theme_paths, max_size=4, unique=True))
    return PartnershipRecord(
        title=draw(names),
        form=draw(st.none() | st.sampled_from(sorted(FORMS))),
        first_signature_year=draw(st.none() | years),
        start_year=draw(st.none() | years),
        end_date=draw(st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31))),
        status=draw(st.none() | st.sampled_from(sorted(STATUSES))),
        main_theme=draw(st.just(()) | theme_paths),
        other_themes=tuple(ThemeChoice(path=path, priority=place) for place, path in enumerate(other, start=1)),
        goals=draw(
            st.lists(st.builds(GoalChoice, number=st.sampled_from(sorted(GOALS)), relevance=st.integers(1, 2))).map(
                tuple
            )
        ),
        context=draw(st.none() | narratives),
        history=draw(st.none() | narratives),
        objectives=draw(st.none() | narratives),
        local_objectives=local,
        french_objectives=draw(st.none() | narratives),
        description=draw(st.none() | narratives),
        beneficiaries=draw(st.none() | narratives),
        participants=tuple(p for role in roles for p in draw(participants(role))),
        funding=tuple(draw(st.lists(fundings(), max_size=4))),
        posts=(posts := tuple(draw(st.lists(names, max_size=2)))),
        post_functions=tuple(draw(st.lists(st.sampled_from(POST_FUNCTIONS), max_size=2))) if posts else (),
        triennial=draw(tri),
        communication_in_france=draw(tri),
        communication_abroad=draw(tri),
        evaluation=draw(tri),
        volunteer_count=len(missions),
        volunteer_missions=tuple(missions),
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=40, deadline=None)
@given(record=records())
def test_a_record_written_as_a_page_is_read_back(layout: Layout, record: PartnershipRecord) -> None:
    read = read_text(page_of(record, layout))
    # Plain rows do not part a volunteer's name from the mission: only the number is read.
    expected = record.model_copy(update={"volunteer_missions": ()}) if layout == "text" else record
    assert read.model_copy(update={"origins": (), "findings": ()}) == expected
    assert {finding.code for finding in read.findings} <= {"dropped-mission", "doubtful-funding"}


def test_every_layout_of_the_base_page_gives_the_same_record() -> None:
    record = read_base({}).model_copy(update={"volunteer_count": 0})
    for layout in LAYOUTS:
        read = read_text(page_of(record, layout))
        same = {"origins": (), "findings": ()}
        assert read.model_copy(update=same) == record.model_copy(update=same), layout


@pytest.mark.skipif(not REAL_PAGE.exists(), reason="the real page is not beside this checkout")
def test_the_real_page_is_read_whole() -> None:
    (reading,) = sources.read(REAL_PAGE)
    record = reading.record
    assert record is not None
    assert (record.title, record.first_signature_year, record.start_year) == ("CREA OCEAN", 2010, 2019)
    assert len(record.funding) == 6
    assert sum(line.amount or 0 for line in record.funding) == 79_300
    assert {line.year for line in record.funding} == {2019, 2020}
    roles = [participant.role for participant in record.participants]
    order = ("french-authority", "foreign-partner", "contracting-authority", "implementer")
    assert [roles.count(role) for role in order] == [1, 2, 5, 0]
    assert {p.country for p in record.participants if p.role == "foreign-partner"} == {"Canada"}
    assert record.posts == ("Ambassade de France à Ottawa",)
    assert (record.triennial, record.evaluation) == ("no", "unknown")
    assert record.local_objectives
    assert record.french_objectives
    assert (record.objectives, record.undocumented, reading.findings) == (None, (), ())
    written = record.to_json()
    for person in ("EXEMPLE", "SPECIMEN", "Modèle", "Gabarit", "Camille", "Andrée", "amodele", "tmq.example", "[at]"):
        assert person not in written
