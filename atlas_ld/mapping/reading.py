"""Triples -> the record that they were mapped from.

`tests/mapping/test_round_trip.py` holds that nothing is lost on the way. What is derived is not read; findings are
about the source, not the partnership, and stay out of the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from atlas_ld.iris import Iris
from atlas_ld.mapping.fields import (
    FUNDING,
    PARTICIPANT,
    PARTICIPANT_CODES,
    PARTNERSHIP,
    PARTNERSHIP_CODES,
    PROPERTIES,
    read_codes,
    read_fields,
)
from atlas_ld.rdf import Graph, NamedNode, Properties, Triple
from atlas_ld.records import Funding, GoalChoice, Origin, Participant, PartnershipRecord, ThemeChoice
from atlas_ld.themes import SEPARATOR
from atlas_ld.vocabulary import ATLAS, DCTERMS, FOAF, PROV, SDG, SKOS


def read_partnership(triples: Iterable[Triple], key: str, iris: Iris) -> PartnershipRecord:
    """The record of the partnership `key` from a graph that describes it and what it links to."""
    graph = Graph(triples)
    about = graph.properties(iris.entity("partnership", key))
    record = graph.properties(iris.part(key, "record"))
    values = read_fields(about, PARTNERSHIP) | read_codes(about, PARTNERSHIP_CODES, iris)
    return PartnershipRecord(
        **values,
        continues=_key(iris, about.get(str(ATLAS.continues))),
        main_theme=_theme_path(graph, about, ATLAS.mainTheme),
        other_themes=tuple(
            ThemeChoice(path=_theme_path(graph, part, ATLAS.theme), priority=_number(part, ATLAS.priority))
            for part in _parts(graph, about, ATLAS.themeAssignment)
        ),
        goals=tuple(_goals(graph, about)),
        undocumented=tuple(
            term.value.removeprefix(iris.code("section", ""))  # type: ignore[misc]
            for term in about.get(str(ATLAS.undocumentedSection), ())
        ),
        participants=tuple(
            Participant(**read_fields(part, PARTICIPANT), **read_codes(part, PARTICIPANT_CODES, iris))
            for part in _parts(graph, about, ATLAS.participation)
        ),
        funding=tuple(Funding(**read_fields(part, FUNDING)) for part in _parts(graph, about, ATLAS.fundingLine)),
        posts=tuple(part[str(DCTERMS.title)][0].value for part in _parts(graph, about, ATLAS.followedBy)),
        origins=tuple(_origins(graph, record)),
    )


def _goals(graph: Graph, about: Properties) -> Iterator[GoalChoice]:
    for part in _parts(graph, about, ATLAS.goalAssignment):
        number = int(part[str(ATLAS.goal)][0].value.removeprefix(str(SDG)))
        yield GoalChoice(number=number, relevance=_number(part, ATLAS.relevance))
    for written in about.get(str(ATLAS.goalAsWritten), ()):
        told, relevance = written.value.split(":")
        yield GoalChoice(number=int(told), relevance=int(relevance))


def _parts(graph: Graph, about: Properties, link: str) -> list[Properties]:
    """What `about` links to, in the order of the number that ends each IRI."""
    iris = [term.value for term in about.get(str(link), ()) if isinstance(term, NamedNode)]
    return [graph.properties(iri) for iri in sorted(iris, key=_trailing_number)]


def _trailing_number(iri: str) -> tuple[int, str]:
    tail = iri.rpartition("-")[2]
    return (int(tail) if tail.isdecimal() else 0, iri)


def _theme_path(graph: Graph, about: Properties, property_: str) -> tuple[str, ...]:
    for written in about.get(str(ATLAS.themeAsWritten), ()):
        return tuple(written.value.split(SEPARATOR))
    path: list[str] = []
    link: Any = about.get(str(property_))
    while link:
        concept = graph[link[0].value]
        path.insert(0, concept[str(SKOS.prefLabel)][0].value)
        link = concept.get(str(SKOS.broader))
    return tuple(path)


def _key(iris: Iris, link: Any) -> str | None:
    found = iris.split(link[0].value) if link else None
    return found[1] if found else None


def _number(part: Properties, property_: str) -> int:
    return int(part[str(property_)][0].value)


def _origins(graph: Graph, record: Properties) -> Iterator[Origin]:
    """The sources of a record with what they contributed, and the observations that they replaced."""
    names = {str(property_): name for name, property_ in PROPERTIES.items()}
    contributed = {
        part[str(PROV.entity)][0].value: tuple(names[one.value] for one in part.get(str(ATLAS.contributed), ()))
        for part in _parts(graph, record, PROV.qualifiedDerivation)
    }
    for term in record.get(str(PROV.wasDerivedFrom), ()):
        yield _origin(graph.properties(term.value)).model_copy(update={"fields": contributed.get(term.value, ())})
        before = graph.objects(term.value, PROV.wasRevisionOf)
        while before:
            yield _origin(graph.properties(before[0].value)).model_copy(update={"superseded": True})
            before = graph.objects(before[0].value, PROV.wasRevisionOf)


def _origin(part: Properties) -> Origin:
    def first(property_: str) -> Any:
        return next((term.value for term in part.get(str(property_), ())), None)

    return Origin(
        title=first(DCTERMS.title),
        address=first(FOAF.page),
        sha256=first(ATLAS.sha256),
        retrieved=first(ATLAS.retrieved),
    )
