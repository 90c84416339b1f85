"""One record and its resolution -> triples. The terms are those of docs/model.md; there are no blank nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from rdflib import URIRef

from atlas_ld import themes
from atlas_ld.iris import Iris, slug
from atlas_ld.mapping import entities
from atlas_ld.mapping.entities import Description, country_iri
from atlas_ld.mapping.fields import (
    FUNDING,
    PARTICIPANT,
    PARTICIPANT_CODES,
    PARTNERSHIP,
    PARTNERSHIP_CODES,
    PROPERTIES,
    Term,
    write_codes,
    write_fields,
)
from atlas_ld.mapping.types import write_types
from atlas_ld.rdf import Literal, Triple, boolean, decimal, integer, node, text
from atlas_ld.records import Funding, GoalChoice, Origin, PartnershipRecord
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import Body, Resolution
from atlas_ld.reference.names import body_kind
from atlas_ld.vocabulary import ATLAS, FOAF, ORG, PROV, RDFS, SCHEMA, SDG, SKOS


@dataclass(frozen=True)
class Mapped:
    """The triples of one record: `own` for what is this partnership's alone (it, its participations, assignments and
    funding lines), `shared` for the entities that others may describe as well."""

    key: str
    own: list[Triple]
    shared: Description

    def triples(self) -> list[Triple]:
        return self.own + [triple for description in self.shared.values() for triple in description]


def map_partnership(
    record: PartnershipRecord, key: str, resolution: Resolution, gazetteer: Gazetteer, iris: Iris, day: date
) -> Mapped:
    """The triples of `record` under `key`. `day` is the date of the release, for what is derived from it."""
    subject = node(iris.entity("partnership", key))
    own = write_types(subject, ATLAS.Partnership)
    own += write_fields(subject, record, PARTNERSHIP)
    own += write_codes(subject, record, PARTNERSHIP_CODES, iris)
    own += [Triple(subject, node(property_), term) for property_, term in _links(record, resolution, iris, day)]
    own += _assignments(record, key, iris)
    own += _participations(record, key, resolution, iris)
    own += _funding(record, key, resolution, iris)
    own += _told_of_bodies(resolution, iris)
    own += _record(record, key, iris)
    return Mapped(key, list(dict.fromkeys(own)), _shared(record, resolution, gazetteer, iris))


class Ending(Protocol):
    """What is known of an end."""

    @property
    def end_date(self) -> date | None: ...

    @property
    def end_month(self) -> str | None: ...

    @property
    def end_year(self) -> int | None: ...


def elapsed(record: Ending, day: date) -> bool | None:
    """Whether the partnership is over on a day by its end; None where no end is known. Nothing else follows the day."""
    if record.end_date:
        return record.end_date < day
    if record.end_month:
        return record.end_month < day.isoformat()[:7]
    return record.end_year < day.year if record.end_year else None


def _links(record: PartnershipRecord, resolution: Resolution, iris: Iris, day: date) -> Iterator[tuple[URIRef, Term]]:
    """What the partnership links to, and what is derived from the rest."""
    over = elapsed(record, day)
    if over is not None:
        yield ATLAS.elapsed, boolean(over)
    if record.continues:
        yield ATLAS.continues, node(iris.entity("partnership", record.continues))
    for section in record.undocumented:
        yield ATLAS.undocumentedSection, node(iris.code("section", section))
    yield from _theme(ATLAS.mainTheme, record.main_theme, iris)
    for goal in record.goals:
        if not is_goal(goal):
            yield ATLAS.goalAsWritten, Literal(f"{goal.number}:{goal.relevance}")
    for post in record.posts:
        yield ATLAS.followedBy, node(entities.post_iri(iris, post))
    shortcuts = {"french-authority": ATLAS.frenchAuthority, "foreign-partner": ATLAS.foreignPartner}
    for participant, body in zip(record.participants, resolution.participants, strict=True):
        if body and participant.role in shortcuts:
            yield shortcuts[participant.role], node(entities.organisation_iri(iris, body))
    for country in _partner_countries(record, resolution):
        yield ATLAS.partnerCountry, node(country_iri(iris, country))


def _partner_countries(record: PartnershipRecord, resolution: Resolution) -> list[str]:
    """Countries of the foreign partners; where none is known, those of the diplomatic posts that follow it."""
    bodies = zip(record.participants, resolution.participants, strict=True)
    declared = {b.country for p, b in bodies if p.role == "foreign-partner" and b and b.country}
    return sorted(declared or {country for country in resolution.posts if country})


def _theme(property_: URIRef, path: tuple[str, ...], iris: Iris) -> Iterator[tuple[URIRef, Term]]:
    """A theme as far as the tree has it, and as it is written where that is another or goes further."""
    known = themes.known_part(path)
    if known:
        yield property_, node(entities.theme_iri(iris, known))
    if known != path:
        yield ATLAS.themeAsWritten, Literal(themes.SEPARATOR.join(path))


def _assignments(record: PartnershipRecord, key: str, iris: Iris) -> Iterator[Triple]:
    subject = node(iris.entity("partnership", key))
    for number, choice in enumerate(record.other_themes, start=1):
        part = node(iris.part(key, f"theme-{number}"))
        yield Triple(subject, node(ATLAS.themeAssignment), part)
        yield from write_types(part, ATLAS.ThemeAssignment)
        for property_, term in _theme(ATLAS.theme, choice.path, iris):
            yield Triple(part, node(property_), term)
        yield Triple(part, node(ATLAS.priority), integer(choice.priority))
    for goal in filter(is_goal, record.goals):
        part = node(iris.part(key, f"goal-{goal.number}"))
        yield Triple(subject, node(ATLAS.goalAssignment), part)
        yield Triple(subject, node(ATLAS.goal), node(SDG[str(goal.number)]))
        yield from write_types(part, ATLAS.GoalAssignment)
        yield Triple(part, node(ATLAS.goal), node(SDG[str(goal.number)]))
        yield Triple(part, node(ATLAS.relevance), integer(goal.relevance))


def _participations(record: PartnershipRecord, key: str, resolution: Resolution, iris: Iris) -> Iterator[Triple]:
    subject = node(iris.entity("partnership", key))
    for number, (participant, body) in enumerate(
        zip(record.participants, resolution.participants, strict=True), start=1
    ):
        part = node(iris.part(key, f"participation-{number}"))
        yield Triple(subject, node(ATLAS.participation), part)
        yield from write_types(part, ATLAS.Participation)
        yield Triple(part, node(ORG.organization), subject)
        if body:
            yield Triple(part, node(ORG.member), node(entities.organisation_iri(iris, body)))
        yield from write_codes(part, participant, PARTICIPANT_CODES, iris)
        yield from write_fields(part, participant, PARTICIPANT)
        kind = body_kind(participant.kind) if participant.kind else None
        if kind:
            yield Triple(part, node(ATLAS.declaredKind), node(iris.code("kind", kind)))
        if body and body.method and body.score is not None:
            yield Triple(part, node(ATLAS.matchMethod), node(iris.code("match-method", body.method)))
            yield Triple(part, node(ATLAS.matchScore), decimal(body.score))


def _funding(record: PartnershipRecord, key: str, resolution: Resolution, iris: Iris) -> Iterator[Triple]:
    subject = node(iris.entity("partnership", key))
    for line, funder, line_key in zip(record.funding, resolution.funders, funding_keys(record, key), strict=True):
        part = node(iris.entity("funding", line_key))
        yield Triple(subject, node(ATLAS.fundingLine), part)
        yield from write_types(part, ATLAS.FundingLine)
        yield Triple(part, node(RDFS.label), text(_funding_label(line)))
        yield from write_fields(part, line, FUNDING)
        if any(money is not None for money in (line.amount, line.committed, line.paid, line.oudin)):
            yield Triple(part, node(SCHEMA.currency), Literal("EUR"))  # the unit of `Funding`
        yield Triple(part, node(ATLAS.funderKind), node(iris.code("funder-kind", funder.kind)))
        if funder.body:
            yield Triple(part, node(ATLAS.funder), node(entities.organisation_iri(iris, funder.body)))


def is_goal(goal: GoalChoice) -> bool:
    """Whether a goal is one of the 17, with a relevance that the Atlas knows. Another is kept as written."""
    return 1 <= goal.number <= 17 and goal.relevance in {1, 2}


def _record(record: PartnershipRecord, key: str, iris: Iris) -> Iterator[Triple]:
    """The record, which has sources, as opposed to the partnership, which it is about."""
    subject, part = node(iris.entity("partnership", key)), node(iris.part(key, "record"))
    yield Triple(subject, node(FOAF.isPrimaryTopicOf), part)
    yield from write_types(part, ATLAS.Record)
    yield Triple(part, node(FOAF.primaryTopic), subject)
    yield Triple(part, node(PROV.wasGeneratedBy), node(iris.activity("import")))
    for number, origin in enumerate((o for o in record.origins if not o.superseded), start=1):
        source = node(entities.source_iri(iris, origin))
        yield Triple(part, node(PROV.wasDerivedFrom), source)
        if origin.fields:
            contribution = node(iris.part(key, f"contribution-{number}"))
            yield Triple(part, node(PROV.qualifiedDerivation), contribution)
            yield from write_types(contribution, ATLAS.Contribution)
            yield Triple(contribution, node(PROV.entity), source)
            properties = dict.fromkeys(PROPERTIES[name] for name in origin.fields)
            yield from (Triple(contribution, node(ATLAS.contributed), node(property_)) for property_ in properties)


def funding_keys(record: PartnershipRecord, key: str) -> list[str]:
    """A key for each funding line: `{partnership}-{funder}-{year or years}-{n}`, n counting within funder and year, so
    that a new line elsewhere in the table leaves the others' keys as they were."""
    seen: Counter[str] = Counter()
    keys = []
    for line in record.funding:
        stem = f"{key}-{slug(line.funder)}-{line.when or 'undated'}"
        seen[stem] += 1
        keys.append(f"{stem}-{seen[stem]}")
    return keys


def _funding_label(line: Funding) -> str:
    amount = "montant non indiqué" if line.amount is None else f"{line.amount:,.2f}".replace(",", " ").replace(".", ",")
    euros = amount.removesuffix(",00") + (" €" if line.amount is not None else "")
    return f"{line.funder}, {line.when or 'année non indiquée'} : {euros}"


def _bodies(resolution: Resolution) -> list[Body]:
    return [body for body in (*resolution.participants, *(f.body for f in resolution.funders)) if body]


def _told_of_bodies(resolution: Resolution, iris: Iris) -> Iterator[Triple]:
    """What this record alone tells of a body: which key it would have had, and who decided what it is."""
    for body in _bodies(resolution):
        subject = node(entities.organisation_iri(iris, body))
        for key in body.former_keys:
            yield Triple(subject, node(ATLAS.formerKey), Literal(key))
        if body.note:
            yield Triple(subject, node(SKOS.changeNote), text(body.note))


def observations(origins: tuple[Origin, ...]) -> list[list[Origin]]:
    """The observations of each source, the one that stands first, then those that it replaced, newest first."""
    chains = [[origin] for origin in origins if not origin.superseded]
    past = sorted((o for o in origins if o.superseded), key=lambda o: o.retrieved or date.min, reverse=True)
    for origin in past:
        same = (c for c in chains if (c[0].address or c[0].title) == (origin.address or origin.title))
        next(same, chains[0] if chains else []).append(origin)
    return chains


def _shared(record: PartnershipRecord, resolution: Resolution, gazetteer: Gazetteer, iris: Iris) -> Description:
    shared: Description = {}
    countries = set(resolution.posts)
    for body in _bodies(resolution):
        shared |= entities.organisation(iris, body)
        countries.add(body.country)
        for territory in filter(None, (body.territory, *(other.territory for other in body.replaced_by))):
            shared |= entities.territory(iris, territory, gazetteer)
    for country in sorted(code for code in countries if code):
        shared |= entities.territory(iris, f"country-{country.lower()}", gazetteer)
    for path in (record.main_theme, *(choice.path for choice in record.other_themes)):
        shared |= entities.theme(iris, themes.known_part(path))
    for title, country_of_post in zip(record.posts, resolution.posts, strict=True):
        shared |= entities.post(iris, title, country_of_post)
    for chain in observations(record.origins):
        for origin, before in zip(chain, (*chain[1:], None), strict=True):
            shared |= entities.source(iris, origin, before)
    return shared
