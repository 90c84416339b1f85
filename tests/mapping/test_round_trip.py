"""Record -> RDF -> record loses nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlas_ld.iris import Iris
from atlas_ld.mapping import map_partnership, read_partnership
from atlas_ld.rdf import Literal, NamedNode
from atlas_ld.records import (
    Funding,
    GoalChoice,
    Origin,
    Participant,
    PartnershipRecord,
    ThemeChoice,
)
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve
from atlas_ld.themes import known_themes
from atlas_ld.vocabulary import ATLAS, SKOS

IRIS = Iris("https://data.example/")
DAY = date(2026, 11, 23)

texts = st.text(min_size=1, max_size=40).filter(lambda text: text.strip() != "")
years = st.integers(1800, 2200)
amounts = st.decimals(-1_000_000, 1_000_000_000, places=2)
tri = st.sampled_from(["yes", "no", "unknown", "Peut-être", "en partie"])
# Labels whose keys differ, since two themes with the same words are one theme.
labels = st.sampled_from(["Économie durable", "Eau et déchets", "Santé", "Jeunesse & genre", "Énergie", "Culture"])
known = st.sampled_from(sorted(known_themes()))
paths = st.lists(labels, min_size=1, max_size=3, unique=True).map(tuple) | known
names = st.one_of(texts, st.sampled_from(["Brest", "Brest métropole", "Région Bretagne", "Ville de Québec", "SOPER"]))
participants = st.builds(
    Participant,
    name=names,
    role=st.sampled_from(
        ["french-authority", "foreign-partner", "contracting-authority", "implementer", "Observateur"]
    ),
    kind=st.none() | st.sampled_from(["commune", "region", "epci"]) | texts,
    country=st.none() | st.sampled_from(["Canada", "CA", "Sénégal"]) | texts,
    siren=st.none() | st.just("242900314") | texts,
    contact_functions=st.lists(texts, max_size=2).map(tuple),
)
funding = st.builds(
    Funding,
    funder=st.one_of(texts, st.sampled_from(["État français", "Brest métropole", "brest-métropole"])),
    amount=st.none() | amounts,
    committed=st.none() | amounts,
    paid=st.none() | amounts,
    year=st.none() | years,
    first_year=st.none() | years,
    last_year=st.none() | years,
    oudin=st.none() | amounts,
)
origins = st.builds(
    Origin,
    title=texts,
    address=st.none() | st.sampled_from(["https://atlas.example/fiche?id=1", "http://ville.example/é"]),
    sha256=st.none() | st.just("ab" * 32),
    retrieved=st.none() | st.dates(),
)
records = st.builds(
    PartnershipRecord,
    identifier=st.none() | texts,
    title=st.none() | texts,
    form=st.none() | st.sampled_from(["twinning", "humanitarian", "Charte d'amitié"]) | texts,
    first_signature_year=st.none() | years,
    start_year=st.none() | years,
    end_date=st.none() | st.dates(min_value=date(1000, 1, 1)),
    end_month=st.none() | st.sampled_from(["2020-12", "1999-01"]),
    end_year=st.none() | years,
    status=st.none() | st.sampled_from(["under-way", "ended", "dormant", "Suspendu"]) | texts,
    continues=st.none() | st.just("jumelage-1990"),
    main_theme=st.just(()) | paths,
    other_themes=st.lists(st.builds(ThemeChoice, path=paths, priority=st.integers(-2, 9)), max_size=4).map(tuple),
    keywords=st.lists(texts, max_size=3).map(tuple),
    goals=st.lists(st.builds(GoalChoice, number=st.integers(-1, 20), relevance=st.integers(0, 3)), max_size=4).map(
        tuple
    ),
    context=st.none() | texts,
    history=st.none() | texts,
    objectives=st.none() | texts,
    local_objectives=st.none() | texts,
    french_objectives=st.none() | texts,
    description=st.none() | texts,
    beneficiaries=st.none() | texts,
    participants=st.lists(participants, max_size=12).map(tuple),
    funding=st.lists(funding, max_size=12).map(tuple),
    posts=st.lists(st.sampled_from(["Ambassade de France à Ottawa", "Consul général à Jérusalem"]) | texts).map(tuple),
    triennial=tri,
    communication_in_france=tri,
    communication_abroad=tri,
    evaluation=tri,
    volunteer_count=st.none() | st.integers(-1, 200),
    post_functions=st.lists(texts, max_size=2).map(tuple),
    volunteer_missions=st.lists(texts, max_size=2).map(tuple),
    undocumented=st.lists(st.sampled_from(["partners", "funding", "texts", "follow-up"])).map(tuple),
    origins=st.lists(origins, max_size=3).map(tuple),
)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(record=records)
def test_nothing_is_lost_from_record_to_graph_and_back(gazetteer: Gazetteer, record: PartnershipRecord) -> None:
    mapped = map_partnership(record, "key", resolve(record, gazetteer), gazetteer, IRIS, DAY)
    assert read_partnership(mapped.triples(), "key", IRIS) == record


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(record=records)
def test_a_record_survives_its_json_file(record: PartnershipRecord) -> None:
    assert PartnershipRecord.model_validate_json(record.to_json()) == record


def test_equal_amounts_are_written_the_same_way(gazetteer: Gazetteer) -> None:
    def graph(amount: str) -> set[str]:
        record = PartnershipRecord(title="Jumelage", funding=(Funding(funder="Ville", amount=Decimal(amount)),))
        resolution = resolve(record, gazetteer)
        return {str(t) for t in map_partnership(record, "key", resolution, gazetteer, IRIS, DAY).own}

    assert graph("10500") == graph("10500.00") == graph("1.05E+4")


# What no code list knows


def test_what_no_list_knows_is_a_literal_as_written_and_no_concept(gazetteer: Gazetteer) -> None:
    record = PartnershipRecord(
        title="Charte",
        form="Charte d'amitié",
        status="Suspendu",
        triennial="Peut-être",
        main_theme=("Culture et Patrimoine", "Musique de chambre"),
        other_themes=(ThemeChoice(path=("Xylophone",), priority=1),),
        goals=(GoalChoice(number=18, relevance=1), GoalChoice(number=6, relevance=2)),
        participants=(Participant(name="Brest", role="Observateur", kind="cité-État"),),
    )
    mapped = map_partnership(record, "key", resolve(record, gazetteer), gazetteer, IRIS, DAY)
    said = {(t.predicate.value, t.object.value) for t in mapped.own if isinstance(t.object, Literal)}
    for property_, written in (
        (ATLAS.formAsWritten, "Charte d'amitié"),
        (ATLAS.statusAsWritten, "Suspendu"),
        (ATLAS.triennialAsWritten, "Peut-être"),
        (ATLAS.themeAsWritten, "Culture et Patrimoine > Musique de chambre"),
        (ATLAS.themeAsWritten, "Xylophone"),
        (ATLAS.goalAsWritten, "18:1"),
        (ATLAS.roleAsWritten, "Observateur"),
        (ATLAS.kindAsWritten, "cité-État"),
    ):
        assert (str(property_), written) in said
    links = {t.object.value for t in mapped.own if isinstance(t.object, NamedNode)}
    assert IRIS.entity("theme", "culture-et-patrimoine") in links  # as far as the tree knows it
    assert IRIS.code("tri", "unknown") in links
    # Whatever is linked is described: nothing was minted.
    themes = {iri for iri in {*links, *mapped.shared} if "/id/theme/" in iri}
    assert themes == {IRIS.entity("theme", "culture-et-patrimoine"), IRIS.entity("theme", "scheme")} & themes
    assert not any(str(SKOS.prefLabel) in str(t) and "Xylophone" in str(t) for t in mapped.triples())


def test_a_theme_written_otherwise_is_the_same_theme_and_kept_as_written(gazetteer: Gazetteer) -> None:
    record = PartnershipRecord(title="Puits", main_theme=("ÉCONOMIE DURABLE",))
    mapped = map_partnership(record, "key", resolve(record, gazetteer), gazetteer, IRIS, DAY)
    theme = IRIS.entity("theme", "economie-durable")
    labels = [t.object.value for t in mapped.shared[theme] if t.predicate.value == str(SKOS.prefLabel)]
    assert labels == ["Economie durable"]  # one label in a language, that of the tree
    assert read_partnership(mapped.triples(), "key", IRIS) == record
