"""Selections: which rows of a list the address asks for, what it can be narrowed by, and the query that gives the same.

`/partnerships?q=eau&country=country-ml&country=country-sn&theme=economie-durable` holds the partnerships that the
words find, in one of the two countries and with the theme or a narrower one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import abort, request
from werkzeug.datastructures import MultiDict

from atlas_ld.iris import Iris, fold
from atlas_ld.model.classes import prefixed
from atlas_ld.queries import Binding, Query, declared, has, load
from atlas_ld.queries.parts import selecting
from atlas_ld.rdf import Literal, Node, integer, node
from atlas_ld.release.kinds import LISTS, SEARCHED, Facet, List
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web.http.routes import route_of
from atlas_ld.web.publication import Publication
from atlas_ld.web.rendering.display import entity, field_name
from atlas_ld.web.rendering.urls import with_parameters
from atlas_ld.web.text.i18n import messages, t

MOST_VALUES = 40
"""Values of one facet that an address may choose; more are left aside."""

MOST_IN_QUERY = 400
"""Rows found by words that a query lists by their IRIs: SPARQL has no full-text search."""

UNFILED = "none"
"""The value of a facet that stands for the rows of which no value is documented. It is chosen alone."""

_FIRST = 8
"""Values of a facet that are shown at once; the others open."""


@dataclass(frozen=True)
class Selection:
    """Part of a list: the words and the values of facets that were asked for, and its rows as a set of bits.

    `found` holds the rows that the words find, or every row.
    """

    list: str
    words: str
    chosen: Mapping[str, tuple[str, ...]]
    found: int
    bits: int

    def address(self, path: str, **more: str | None) -> str:
        """An address of this selection below `path`."""
        arguments: list[tuple[str, str | None]] = [("q", self.words or None)]
        arguments += [(name, value) for name, values in self.chosen.items() for value in values]
        arguments += more.items()
        return with_parameters(path, arguments)


@dataclass(frozen=True)
class Value:
    """A value of a facet on a page: its label, how many rows have it, and the address with it added or removed."""

    key: str
    label: str
    count: int
    chosen: bool
    href: str
    depth: int = 0


@dataclass(frozen=True)
class FacetView:
    """A facet on a page: values at first sight, and the others. `linked`: rows link to the values; `unfiled` stands
    for the rows of which no value is documented."""

    name: str
    heading: str
    linked: bool
    values: Sequence[Value]
    more: Sequence[Value]
    open: bool
    unfiled: Value | None = None


def read(publication: Publication, name: str, arguments: MultiDict[str, str]) -> Selection:
    """The selection of a list that an address asks for. Names that the list does not know are left aside."""
    chosen = {
        facet.name: tuple(dict.fromkeys(value for value in arguments.getlist(facet.name) if value))[:MOST_VALUES]
        for facet in LISTS[name].facets
    }
    return select(
        publication, name, {facet: values for facet, values in chosen.items() if values}, arguments.get("q", "")
    )


def sort_asked(name: str) -> str:
    """The order of a list that the current request asks for. Aborts with 400 for one that the list does not have."""
    sorts = LISTS[name].sorts
    sort = request.args.get("sort") or sorts[0]
    if sort not in sorts:
        abort(400, t("list.bad-sort", sort=sort[:60], sorts=", ".join(sorts)))
    return sort


def unknown(name: str) -> dict[str, str] | None:
    """The parameters of the current request that a list does not know, and those that it does, for a message; None
    where it knows all: its facets, and what the route takes."""
    route = route_of(request.endpoint)
    known = [facet.name for facet in LISTS[name].facets] + sorted(route.parameters if route else ())
    strange = sorted(set(request.args) - set(known))
    return {"names": ", ".join(strange), "known": ", ".join(known)} if strange else None


def select(publication: Publication, name: str, chosen: Mapping[str, tuple[str, ...]], words: str = "") -> Selection:
    """The selection of a list by values of its facets and by words."""
    words = words.strip()[:200]
    chosen = {facet: (UNFILED,) if _is_unfiled(name, facet, values) else values for facet, values in chosen.items()}
    found = publication.keeping(_found, 256)(name, words) if words else publication.facets.everything(name)
    bits = found
    for facet, values in chosen.items():
        bits &= _having(publication, name, facet, values)
    return Selection(name, words, chosen, found, bits)


def _is_unfiled(name: str, facet: str, values: Sequence[str]) -> bool:
    """Whether values of a facet ask for the rows of which none is documented."""
    known = LISTS[name].facet(facet)
    return UNFILED in values and known is not None and known.tells_unfiled()


def _found(publication: Publication, name: str, words: str) -> int:
    if LISTS[name].kind not in SEARCHED:  # as funding lines: a line is found by its funder's name
        wanted = "".join(letter if letter.isalnum() else " " for letter in fold(words)).split()
        return publication.facets.beginning(name, wanted) if wanted else 0
    iris = publication.search.iris(words, LISTS[name].kind)
    return publication.facets.with_iris(name, iris)


def _having(publication: Publication, name: str, facet: str, values: Sequence[str]) -> int:
    if _is_unfiled(name, facet, values):
        return publication.facets.everything(name) & ~_filed(publication, name, facet)
    bits = 0
    for value in values:
        if facet == "partnership":
            one = publication.facets.with_iris("partnerships", [publication.iris.entity("partnership", value)])
            bits |= publication.facets.lines_of(one) if LISTS[name].owner else one
        else:
            bits |= publication.facets.having(name, facet, value)
    return bits


def _filed(publication: Publication, name: str, facet: str) -> int:
    """The rows of a list that have a value of a facet."""
    filed = 0
    for bits in publication.facets.facet(name, facet).values():
        filed |= bits
    return filed


def facets(publication: Publication, selection: Selection, path: str, sort: str | None) -> list[FacetView]:
    """The facets of a selection with their counts: how many rows a value would give, the other facets as chosen."""
    views = []
    for facet in LISTS[selection.list].facets:
        if not facet.shown:
            continue
        others = selection.found
        for name, values in selection.chosen.items():
            if name != facet.name:
                others &= _having(publication, selection.list, name, values)
        known = publication.facets.facet(selection.list, facet.name)
        none = {value: 0 for value in selection.chosen.get(facet.name, ()) if value in known}
        counted = {**none, **publication.facets.counts(selection.list, facet.name, others)}
        if counted:
            address = _toggled(selection, facet.name, path, sort)
            view = _view(publication, selection, facet, counted, address)
            views.append(replace(view, unfiled=_unfiled(publication, selection, facet, others, address)))
    return views


def _unfiled(
    publication: Publication, selection: Selection, facet: Facet, rows: int, address: Callable[[str], str]
) -> Value | None:
    """The value that stands for what is not documented among `rows`; None where all is, or a word says it."""
    if not facet.tells_unfiled():
        return None
    chosen = UNFILED in selection.chosen.get(facet.name, ())
    count = (rows & ~_filed(publication, selection.list, facet.name)).bit_count()
    return Value(UNFILED, t("facets.unfiled"), count, chosen, address(UNFILED)) if count or chosen else None


def _toggled(selection: Selection, facet: str, path: str, sort: str | None) -> Callable[[str], str]:
    """Value -> address with the value added to the selection or removed from it, from the first page."""
    kept = [("q", selection.words)] if selection.words else []
    kept += [(n, v) for n, values in selection.chosen.items() for v in values if n != facet]
    kept += [("sort", sort)] if sort else []
    kept += [("lang", request.args["lang"])] if request.args.get("lang") else []
    chosen = selection.chosen.get(facet, ())

    def address(value: str) -> str:
        if value == UNFILED or UNFILED in chosen:
            values = [] if value in chosen else [value]
        else:
            values = [v for v in chosen if v != value] if value in chosen else [*chosen, value]
        return with_parameters(path, [*kept, *((facet, v) for v in values)])

    return address


def _view(
    publication: Publication,
    selection: Selection,
    facet: Facet,
    counted: Mapping[str, int],
    address: Callable[[str], str],
) -> FacetView:
    chosen = selection.chosen.get(facet.name, ())
    ranked = sorted(counted, key=_order(facet, counted))
    values = [
        Value(key, label(publication, facet, key), counted[key], key in chosen, address(key), key.count("--"))
        for key in ranked
    ]
    if facet.values == "theme":
        first = [v for v in values if v.chosen or not v.depth or any(_near(v.key, key) for key in chosen)]
    else:
        first = [v for place, v in enumerate(values) if place < _FIRST or v.chosen]
        values = values if facet.values != "territory" else sorted(values, key=lambda v: fold(v.label))
        if len(values) <= len(first) + 2:
            first = values
    return FacetView(
        facet.name,
        heading(publication, selection.list, facet),
        bool(facet.property),
        first,
        [v for v in values if v not in first],
        bool(chosen) or facet.open,
    )


def _near(key: str, chosen: str) -> bool:
    """Whether a theme is above a chosen one or directly below it."""
    return chosen.startswith(f"{key}--") or key.rpartition("--")[0] == chosen


def _order(facet: Facet, counted: Mapping[str, int]) -> Callable[[str], tuple[object, ...]]:
    if facet.values == "decade":
        return lambda key: (-int(key),)
    if facet.values == "theme":
        return lambda key: (key,)  # the key of a theme begins with those above it
    return lambda key: (-counted[key], key)


def label(publication: Publication, facet: Facet, key: str) -> str:
    """A value of a facet in the reader's words."""
    if key == UNFILED and facet.tells_unfiled():
        return t("facets.unfiled")
    if facet.values == "decade":
        return t("facets.decade-of", decade=key)
    if facet.values == "word":
        return t(f"facets.{facet.name}-{key}") if key in facet.words else key
    iri = (
        publication.iris.code(facet.scheme, key)
        if facet.values == "code"
        else publication.iris.entity(facet.values, key)
    )
    return entity(iri).text


def heading(publication: Publication, name: str, facet: Facet) -> str:
    """What a facet of a list is called: by the messages or, where it is no more than a property, by the shapes."""
    if f"facets.{facet.name}" in messages():
        return t(f"facets.{facet.name}")
    return field_name(publication.model.of(LISTS[name].classes), facet.property)


def chips(publication: Publication, selection: Selection, path: str, sort: str | None) -> list[tuple[str, str, str]]:
    """What the list is narrowed by: heading of the facet, label of the value, address without it."""
    found = []
    for facet in LISTS[selection.list].facets:
        for value in selection.chosen.get(facet.name, ()):
            href = _toggled(selection, facet.name, path, sort)(value)
            found.append((heading(publication, selection.list, facet), label(publication, facet, value), href))
    return found


def query(publication: Publication, selection: Selection) -> str | None:
    """SPARQL that gives the rows of a selection, prefixes declared; None where words find too many to list them."""
    iris = publication.iris
    bindings: dict[str, Binding] = {}
    missing = {name for name, values in selection.chosen.items() if _is_unfiled(selection.list, name, values)}
    for facet in LISTS[selection.list].facets:
        if facet.name in missing:
            continue
        if values := selection.chosen.get(facet.name):
            bindings[facet.name] = [_term(iris, facet, value) for value in values]
    if selection.words:
        name, kind = LISTS[selection.list].variable, selection.list
        if selection.found.bit_count() > MOST_IN_QUERY:
            return None
        positions = publication.facets.ordered(kind, selection.bits, "title")
        bindings[name] = [node(iri) for iri in publication.facets.iris(kind, positions)]
    list_ = LISTS[selection.list]
    text = selecting(_query_of(list_), bindings, dict(_patterns(list_)), missing)
    return declared(text, PREFIXES | iris.prefixes)


def _query_of(list_: List) -> Query:
    """The query of a list: its file, where it has one since it says more than of which class its rows are."""
    if has(f"lists/{list_.name}"):
        return load(f"lists/{list_.name}")
    row, classes = f"?{list_.variable}", " ".join(f"<{class_}>" for class_ in list_.classes)
    where = f"  #values\n  VALUES ?class {{ {classes} }}\n  {row} a ?class .\n  #properties\n"
    text = f"SELECT DISTINCT {row}\nWHERE {{\n{where}}}\nORDER BY {row}\n"
    return Query(list_.name, "", {}, {}, {list_.variable: ""}, text)


def _patterns(list_: List) -> Iterator[tuple[str, str]]:
    """Facet -> triple pattern of those that are no more than a property, of the row or of its owner."""
    for facet in list_.facets:
        if facet.property:
            of = list_ if facet.own or not list_.owner else LISTS[list_.owner]
            yield facet.name, f"?{of.variable} {prefixed(facet.property)} ?{facet.name} ."


def _term(iris: Iris, facet: Facet, value: str) -> Node:
    if facet.values == "decade":
        return integer(int(value)) if value.isdecimal() else Literal(value)
    if facet.values == "word":
        return Literal(value)
    if facet.values == "code":
        return node(iris.code(facet.scheme, value))
    return node(iris.entity(facet.values, value))
