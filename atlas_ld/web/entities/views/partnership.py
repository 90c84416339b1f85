"""The page of a partnership: who works with whom, on what, for how much, and how we know."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from atlas_ld.iris import fold
from atlas_ld.release.reading.facets import positions_of
from atlas_ld.vocabulary import ATLAS, DCAT, DCTERMS, FOAF, ORG, PROV, SKOS
from atlas_ld.web.entities.views.common import key_of
from atlas_ld.web.entities.views.funding_table import funding_table
from atlas_ld.web.entities.views.timeline import timeline
from atlas_ld.web.lists import charts, maps
from atlas_ld.web.lists import rows as listing
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.pages.quality import remarks_on
from atlas_ld.web.publication import Publication
from atlas_ld.web.rendering.display import DisplayValue, Graph, entity, goal_number, show
from atlas_ld.web.text.i18n import current_language

TEXTS = (
    ATLAS.context,
    ATLAS.history,
    ATLAS.objectives,
    ATLAS.localObjectives,
    ATLAS.frenchObjectives,
    DCTERMS.description,
    ATLAS.beneficiaries,
)
_RELATED = 6


@dataclass(frozen=True)
class Participant:
    """One participation: the organisation, how the source writes it where that differs, what the source calls it,
    where it is, the territory that it administers with its level, and its role where no code list knows it.

    `score` is how sure the identification is, 0 to 1; None where the organisation was not identified.
    """

    anchor: str
    organisation: DisplayValue
    as_written: str | None
    kind: str | None
    country: DisplayValue | None
    territory: DisplayValue | None
    level: DisplayValue | None
    functions: tuple[str, ...]
    method: DisplayValue | None
    role: str | None
    score: Decimal | None


@dataclass(frozen=True)
class Goal:
    """A Sustainable Development Goal: its number and label, and whether it is of first relevance (2) or second (1)."""

    number: int
    name: DisplayValue
    relevance: int | None


@dataclass(frozen=True)
class SourceNote:
    """Where the record comes from: page of the source on this site, its own address, hash of what was read, date."""

    name: DisplayValue
    address: str | None
    sha256: str | None
    retrieved: str | None


def view(publication: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `entities/partnership.html`."""
    roles = _participants(publication, iri, graph)
    key = publication.iris.split(iri)
    lines = selecting.select(publication, "funding", {"partnership": (key_of(publication, iri),)})
    undocumented = {code.rpartition("section-")[2] for code in graph.iris(iri, ATLAS.undocumentedSection)}
    return {
        "form": _shown(graph, iri, DCTERMS.type, ATLAS.formAsWritten),
        "status": _shown(graph, iri, ATLAS.declaredStatus, ATLAS.statusAsWritten),
        "under_way": publication.iris.code("status", "under-way") in graph.iris(iri, ATLAS.declaredStatus),
        "elapsed": "true" in graph.texts(iri, ATLAS.elapsed),
        "signed": graph.year(iri, ATLAS.firstSignatureYear),
        "start": graph.year(iri, ATLAS.startYear),
        "end_year": graph.year(iri, ATLAS.endYear),
        "end_month": graph.text(iri, ATLAS.endMonth),
        "end_date": graph.text(iri, ATLAS.endDate),
        "french": roles.get("french-authority", []),
        "foreign": roles.get("foreign-partner", []),
        "contracting": roles.get("contracting-authority", []),
        "implementers": roles.get("implementer", []),
        "others": roles.get("", []),
        "countries": [graph.label(country) for country in graph.iris(iri, ATLAS.partnerCountry)],
        "theme_path": theme_path(publication, graph.iri(iri, ATLAS.mainTheme)),
        "theme_written": graph.text(iri, ATLAS.themeAsWritten),
        "goals_written": graph.texts(iri, ATLAS.goalAsWritten),
        "other_themes": _other_themes(publication, iri, graph),
        "keywords": graph.texts(iri, DCAT.keyword),
        "goals": _goals(iri, graph),
        "texts": [(property_, text) for property_ in TEXTS for text in graph.texts(iri, property_)],
        "funding": funding_table(iri, graph),
        "chart": charts.funding_by_year(publication, lines),
        "lines_query": selecting.query(publication, lines),
        "sketch": maps.sketch(publication, publication.facets.with_iris("partnerships", [iri])),
        "timeline": timeline(iri, graph),
        "follow_up": [
            (property_, show(value, graph))
            for property_ in (
                ATLAS.triennial,
                ATLAS.triennialAsWritten,
                ATLAS.communicationInFrance,
                ATLAS.communicationInFranceAsWritten,
                ATLAS.communicationAbroad,
                ATLAS.communicationAbroadAsWritten,
                ATLAS.evaluation,
                ATLAS.evaluationAsWritten,
                ATLAS.volunteerCount,
                ATLAS.volunteerMission,
                ATLAS.postFunction,
            )
            for value in graph.objects(iri, property_)
        ],
        "posts": [graph.label(post) for post in graph.iris(iri, ATLAS.followedBy)],
        "sources": [
            _source(publication, source)
            for record in graph.iris(iri, FOAF.isPrimaryTopicOf)
            for source in graph.iris(record, PROV.wasDerivedFrom)
        ],
        "continues": [graph.label(other) for other in graph.iris(iri, ATLAS.continues)],
        "continued_by": _continued_by(publication, iri),
        "related": _related(publication, iri),
        "undocumented": undocumented,
        "remarks": remarks_on(publication, key[1], current_language()) if key else {},
    }


def _shown(graph: Graph, iri: str, property_: str, as_written: str) -> DisplayValue | None:
    """A code by its label; one that no list knows as the source writes it."""
    target, written = graph.iri(iri, property_), graph.text(iri, as_written)
    return graph.label(target) if target else DisplayValue(written, "fr") if written else None


def _participants(publication: Publication, iri: str, graph: Graph) -> dict[str, list[Participant]]:
    roles: dict[str, list[Participant]] = {}
    parts = sorted(graph.iris(iri, ATLAS.participation), key=lambda part: (len(part), part))
    for part in parts:
        role = (graph.iri(part, ORG.role) or "").rpartition("role-")[2]
        roles.setdefault(role, []).append(_participant(publication, part, graph))
    return roles


def _participant(publication: Publication, part: str, graph: Graph) -> Participant:
    member = graph.iri(part, ORG.member)
    written = graph.text(part, ATLAS.nameAsWritten) or ""
    name = graph.label(member) if member else DisplayValue(written, "fr")
    about = Graph(publication.reader.about(member) if member else ())
    country = about.iri(member, ATLAS.country) if member else None
    territory = about.iri(member, ATLAS.administers) if member else None
    level = Graph(publication.reader.about(territory)).iri(territory, ATLAS.level) if territory else None
    method = graph.iri(part, ATLAS.matchMethod)
    written_country = graph.text(part, ATLAS.countryAsWritten)
    return Participant(
        anchor=part.partition("#")[2],
        organisation=name,
        as_written=written if fold(written) != fold(name.text) else None,
        kind=graph.text(part, ATLAS.kindAsWritten),
        country=entity(country) if country else DisplayValue(written_country, "fr") if written_country else None,
        territory=entity(territory) if territory else None,
        level=entity(level) if level else None,
        functions=tuple(graph.texts(part, ATLAS.contactFunction)),
        method=graph.label(method) if method else None,
        role=graph.text(part, ATLAS.roleAsWritten),
        score=graph.decimal(part, ATLAS.matchScore),
    )


def theme_path(publication: Publication, theme: str | None) -> list[DisplayValue]:
    """A theme and those above it, the top level first."""
    path: list[DisplayValue] = []
    seen: set[str] = set()
    while theme and theme not in seen:
        seen.add(theme)
        about = Graph(publication.reader.about(theme))
        path.insert(0, entity(theme, about.objects(theme, SKOS.prefLabel)))
        theme = about.iri(theme, SKOS.broader)
    return path


def _other_themes(
    publication: Publication, iri: str, graph: Graph
) -> list[tuple[list[DisplayValue], int | None, str | None]]:
    """Each other theme as far as the tree has it, its priority, and how the source writes it where that is another."""
    found = []
    for part in graph.iris(iri, ATLAS.themeAssignment):
        priority = graph.decimal(part, ATLAS.priority)
        path = theme_path(publication, graph.iri(part, ATLAS.theme))
        written = graph.text(part, ATLAS.themeAsWritten)
        found.append((path, int(priority) if priority is not None else None, written))
    return sorted(found, key=lambda item: (item[1] is None, item[1] or 0))


def _goals(iri: str, graph: Graph) -> list[Goal]:
    goals = []
    for part in graph.iris(iri, ATLAS.goalAssignment):
        target = graph.iri(part, ATLAS.goal)
        number = goal_number(target) if target else None
        if target and number:
            relevance = graph.decimal(part, ATLAS.relevance)
            goals.append(Goal(number, graph.label(target), int(relevance) if relevance is not None else None))
    return sorted(goals, key=lambda goal: (-(goal.relevance or 0), goal.number))


def _source(publication: Publication, iri: str) -> SourceNote:
    about = Graph(publication.reader.about(iri))
    return SourceNote(
        name=entity(iri, about.objects(iri, DCTERMS.title)),
        address=about.iri(iri, FOAF.page),
        sha256=about.text(iri, ATLAS.sha256),
        retrieved=about.text(iri, ATLAS.retrieved),
    )


def _continued_by(publication: Publication, iri: str) -> list[DisplayValue]:
    return [entity(other) for other in publication.reader.subjects(ATLAS.continues, iri)]


def _related(publication: Publication, iri: str) -> list[listing.Row]:
    """The nearest partnerships: those that share most organisations, then those of the same country and theme, then of
    the same country."""
    index = publication.facets
    here = index.rows("partnerships", positions_of(index.with_iris("partnerships", [iri])))
    if not here:
        return []
    itself = index.with_iris("partnerships", [iri])
    shared: Counter[int] = Counter()
    for body in (*here[0].facts["authorities"], *here[0].facts["partners"]):
        shared.update(positions_of(index.having("partnerships", "organisation", key_of(publication, body)) & ~itself))
    near = [position for position, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))]
    for country in here[0].facts["country"][:1] if len(near) < _RELATED else ():
        alike = index.having("partnerships", "country", key_of(publication, country)) & ~itself
        for theme in here[0].facts["theme"]:
            same = index.having("partnerships", "theme", key_of(publication, theme)) & alike
            near += [position for position in positions_of(same) if position not in shared]
        near += [
            position for position in index.ordered("partnerships", alike, "-year")[:_RELATED] if position not in near
        ]
    return listing.rows(publication, "partnerships", near[:_RELATED])
