"""The tools. They read what the pages and the API of the site read; queries go to the same service with its limits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from atlas_ld.errors import QueryTooLarge, UnknownThing
from atlas_ld.iris import KEY, KINDS
from atlas_ld.media import SPARQL_JSON, TURTLE
from atlas_ld.model import ClassModel
from atlas_ld.release.kinds import LISTS, SEARCHED
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web.entities.citation import bibtex, citation
from atlas_ld.web.lists.selection import select
from atlas_ld.web.mcp.answers import Cited, Described, Found, Hit, Listed, Result, Schema, SchemaClass, SchemaField
from atlas_ld.web.publication import Publication
from atlas_ld.web.rest.cursors import Cursor
from atlas_ld.web.rest.resources import ALWAYS, fields_of, page_of, resource

MOST_HITS = 50
MOST_ITEMS = 50
MOST_ROWS = 500
MOST_BYTES = 2**18
"""Of an answer, about: a longer one is of no use to a model."""
_MOST_READ = 2**23
"""Bytes of the answer to a query, of which the first rows are given."""
_LONGEST_TEXT = 500
_CLIENT = "mcp"
"""Under which queries are counted: a server that speaks to one assistant has one client."""

TRAPS = (
    "A partnership has several participants, themes and funding lines: joining two of these multiplies rows. Sum "
    "amounts over funding lines alone, and count with COUNT(DISTINCT ?partnership).",
    "atlas:frenchAuthority, atlas:foreignPartner and atlas:partnerCountry repeat what participations say: use one or "
    "the other.",
    "Amounts are what each source declares, in euros of that year; a line may lack its amount. Of partnerships without "
    "a funding line nothing is known: that is not zero.",
    "declaredStatus is what the source says, even where the end date is past; elapsed is derived.",
    "A theme is also counted under its broader themes in lists, not in SPARQL: use skos:broader*.",
    "An organisation with atlas:identification of another kind than a register may be the same as another one.",
)


def search(publication: Publication, text: str, kind: str | None = None, limit: int = 10) -> Found:
    if kind is not None and kind not in SEARCHED:
        raise UnknownThing(f"There is no kind {kind[:40]!r} to search; there are {', '.join(SEARCHED)}.")
    limit = _bounded("limit", limit, MOST_HITS)
    reading = publication.search.read(text[:_LONGEST_TEXT])
    hits = publication.search.search(reading, kind, limit + 1)
    found = [
        Hit(id=hit.iri, kind=hit.kind, label=hit.label, snippet=hit.snippet.translate({2: "*", 3: "*"})) for hit in hits
    ]
    return Found(
        release=publication.release.id,
        words=list(reading.words),
        matched=reading.how,
        hits=found[:limit],
        truncated=len(found) > limit,
    )


def describe(publication: Publication, id: str, fields: Sequence[str] = ()) -> Described:
    iri = _entity(publication, id)
    found = resource(publication, iri, frozenset(fields))
    omitted = []
    for name in sorted(found, key=lambda name: -len(json.dumps(found[name]))):  # the longest first
        if len(json.dumps(found)) <= MOST_BYTES:
            break
        if name not in ALWAYS:
            omitted.append(name)
            del found[name]
    linked = sorted(_iris_in(found) - {iri})
    labels = {one: labels_[0].value for one, labels_ in publication.reader.labels(linked[:1000]).items() if labels_}
    return Described(
        release=publication.release.id, entity=found, labels=labels, truncated=bool(omitted), omitted=omitted
    )


def schema(publication: Publication, class_name: str | None = None) -> Schema:
    known = {class_.local_name: class_ for class_ in publication.model.classes}
    if class_name is not None and class_name not in known:
        raise UnknownThing(f"There is no class {class_name[:60]!r}; there are {', '.join(known)}.")
    chosen = [known[class_name]] if class_name else list(known.values())
    return Schema(
        release=publication.release.id,
        prefixes=PREFIXES | publication.iris.prefixes,
        classes=[_class(publication, class_, with_fields=class_name is not None) for class_ in chosen],
        lists={name: ["q", *(facet.name for facet in list_.facets)] for name, list_ in LISTS.items()},
        traps=list(TRAPS),
    )


def _class(publication: Publication, class_: ClassModel, *, with_fields: bool) -> SchemaClass:
    terms = publication.model.terms
    fields = [
        SchemaField(
            name=terms[field.path],
            property=field.path,
            label=field.name.en,
            description=field.description.en,
            values=field.datatype or " or ".join(field.classes) or "IRI",
            several=field.many,
            derived=field.derived,
        )
        for field in class_.fields
        if with_fields
    ]
    return SchemaClass(
        name=class_.local_name,
        iri=class_.iri,
        label=class_.label.en,
        definition=class_.definition.en,
        count=publication.partitions[0].get(class_.iri, 0),
        fields=fields,
    )


def query(publication: Publication, sparql: str, limit: int = 100) -> Result:
    limit = _bounded("limit", limit, MOST_ROWS)
    wanted = QueryRequest(sparql, (SPARQL_JSON, TURTLE), size=_MOST_READ, base=publication.iris.base)
    with publication.service.run(wanted, _CLIENT) as answer:
        content, kind = answer.content(), answer.kind
    release = publication.release.id
    if kind == "graph":
        if len(content) > MOST_BYTES:
            raise QueryTooLarge(f"The graph has {len(content)} bytes of {MOST_BYTES} that fit: ask for less.")
        return Result(release=release, kind="graph", turtle=content.decode(), truncated=False)
    found = json.loads(content)
    if "boolean" in found:
        return Result(release=release, kind="truth", truth=found["boolean"], truncated=False)
    every = [{name: term["value"] for name, term in row.items()} for row in found["results"]["bindings"]]
    rows = every[:limit]
    while len(json.dumps(rows)) > MOST_BYTES:
        rows = rows[: len(rows) // 2]
    return Result(
        release=release,
        kind="rows",
        variables=found["head"]["vars"],
        rows=rows,
        truncated=len(rows) < len(every),
    )


def list_items(
    publication: Publication,
    list: str,
    filters: Mapping[str, Sequence[str]] | None = None,
    q: str = "",
    sort: str | None = None,
    limit: int = 20,
    fields: Sequence[str] = (),
    cursor: str | None = None,
) -> Listed:
    if list not in LISTS:
        raise UnknownThing(f"There is no list {list[:40]!r}; there are {', '.join(LISTS)}.")
    limit = _bounded("limit", limit, MOST_ITEMS)
    order = sort or LISTS[list].sorts[0]
    _among("order", [order], LISTS[list].sorts)
    _among("filter", [*(filters or {})], [facet.name for facet in LISTS[list].facets])
    _among("field", fields, [*fields_of(publication, list), *ALWAYS])
    values = {name: tuple(values) for name, values in (filters or {}).items()}
    chosen = select(publication, list, values, q[:_LONGEST_TEXT])
    first = Cursor.of(publication.release.id, repr((list, sorted(values.items()), q, order, sorted(fields))), 0)
    start = _start(first, cursor)
    found = page_of(publication, chosen, order, start, limit, frozenset(fields))
    total, coverage = found["total"], found["coverage"]
    following = str(replace(first, offset=start + limit)) if start + limit < total else None
    return Listed(
        release=publication.release.id,
        name=list,
        total=total,
        coverage=coverage,
        coverage_in_words=[f"{count} of {total} declare {name}" for name, count in coverage.items()],
        items=found["items"],
        cursor=following,
    )


def cite(publication: Publication, id: str) -> Cited:
    iri = _entity(publication, id)
    labels = publication.reader.labels([iri])[iri]
    title = labels[0].value if labels else iri
    cited = citation(publication, iri, title)
    text = f"{cited.publisher} ({cited.year}). {title}. Release {cited.version}. {cited.address}"
    return Cited(
        release=cited.version,
        text=text,
        bibtex=bibtex(cited),
        identifier=iri,
        address=cited.address,
        license=publication.settings.license,
    )


def _entity(publication: Publication, id: str) -> str:
    """The IRI of an entity that the release describes, from its IRI or from `kind/key`. Raises UnknownThing."""
    kind, _, key = id.removeprefix(f"{publication.iris.base}id/").partition("/")
    if kind in KINDS and KEY.fullmatch(key):
        iri = f"{publication.iris.base}id/{kind}/{key}"
        if publication.reader.exists(iri):
            return iri
    raise UnknownThing(f"Nothing is known of {id[:120]!r}; search finds IRIs. Kinds are {', '.join(KINDS)}.")


def _bounded(name: str, value: int, most: int) -> int:
    if not 0 < value <= most:
        raise UnknownThing(f"{name} is a whole number from 1 to {most}, not {value}.")
    return value


def _among(name: str, asked: Sequence[str], known: Sequence[str]) -> None:
    if strange := [one[:40] for one in asked if one not in known]:
        raise UnknownThing(f"There is no {name} {', '.join(strange[:5])}; there are {', '.join(known)}.")


def _start(first: Cursor, cursor: str | None) -> int:
    if cursor is None:
        return 0
    found = Cursor.read(cursor)
    if found is None or replace(found, offset=0) != first:
        raise UnknownThing("This cursor is of another list, of other filters or of another release: begin without one.")
    return found.offset


def _iris_in(value: Any) -> set[str]:
    """Every IRI in a JSON value."""
    if isinstance(value, str):
        return {value} if value.startswith(("http://", "https://")) and " " not in value else set()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(_iris_in, inner))
