"""Lists: the entries of each kind, filtered by words, sorted and cut into pages.

A release does not change, so the entries of a kind are read once per process and kept: 12 700 partnerships are about
10 MB. Words are compared without accents or case, which SPARQL's functions cannot do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Generic, TypeVar

from flask import abort, request

from atlas_ld.iris import fold
from atlas_ld.queries import load
from atlas_ld.rdf import Literal, NamedNode, Node, node
from atlas_ld.vocabulary import ATLAS
from atlas_ld.web.display import local_name, to_decimal, to_year
from atlas_ld.web.i18n import current_language, t
from atlas_ld.web.publication import Publication

T = TypeVar("T")

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Entry:
    """One row of a list: its IRI, its labels by language (`""` for none), and the other variables of the query.

    `folded` holds the labels without accents or case, for sorting, and `words` their words, for searching.
    `links` holds IRIs by name (`authorities`, `partners`, `countries`), for partnerships.
    """

    iri: str
    labels: Mapping[str, str]
    folded: Mapping[str, str]
    words: frozenset[str]
    facts: Mapping[str, Node | None]
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    total: Decimal | None = None

    @property
    def label(self) -> str:
        return _in_language(self.labels) or local_name(self.iri)

    @property
    def sort_label(self) -> str:
        return _in_language(self.folded) or local_name(self.iri)

    def year(self, name: str) -> int | None:
        return to_year(self.facts.get(name))

    def decimal(self, name: str) -> Decimal | None:
        return to_decimal(self.facts.get(name))

    def count(self, name: str) -> int:
        return int(self.decimal(name) or 0)

    def iri_of(self, name: str) -> str | None:
        term = self.facts.get(name)
        return term.value if isinstance(term, NamedNode) else None

    @property
    def first_year(self) -> int | None:
        return self.year("signed") or self.year("start") or self.year("end")


def _in_language(texts: Mapping[str, str]) -> str | None:
    """The text in the reader's language, else in French, else whatever there is."""
    return next((texts[key] for key in (current_language(), "fr", "", "en") if key in texts), None)


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list: its rows, its number from 1, how many pages and how many rows in all."""

    rows: Sequence[T]
    number: int
    pages: int
    total: int
    parameter: str = "page"


def paginate(rows: Sequence[T], size: int, parameter: str = "page") -> Page[T]:
    """The page of `rows` that the request's `parameter` names. Aborts with 400 for what is no page number, with
    404 for a page past the last."""
    text = request.args.get(parameter, "1")
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and int(text) > 0):
        abort(400, t("list.bad-page"))
    pages = max(1, -(-len(rows) // size))
    if int(text) > pages:
        abort(404, t("list.no-page", page=int(text), pages=pages))
    start = (int(text) - 1) * size
    return Page(rows[start : start + size], int(text), pages, len(rows), parameter)


def _rows(publication: Publication, name: str, key: str, **bindings: Node) -> dict[str, Entry]:
    """The rows of a query, one entry for each value of the variable `key`, its labels gathered."""
    labels: dict[str, dict[str, str]] = {}
    facts: dict[str, dict[str, Node | None]] = {}
    for row in publication.reader.select(load(f"pages/{name}"), **bindings):
        subject = row.pop(key)
        assert isinstance(subject, NamedNode)
        label = row.pop("label")
        facts.setdefault(subject.value, row)
        known = labels.setdefault(subject.value, {})
        if isinstance(label, Literal):
            known.setdefault(label.language or "", label.value)
    return {iri: _entry(iri, labels[iri], facts[iri]) for iri in facts}


def _entry(iri: str, labels: Mapping[str, str], facts: Mapping[str, Node | None]) -> Entry:
    folded = {language: fold(label) for language, label in labels.items()}
    words = frozenset(_WORD.findall(" ".join(folded.values())))
    return Entry(iri, labels, folded, words, facts)


@lru_cache(maxsize=16)
def entries(publication: Publication, name: str, key: str) -> Mapping[str, Entry]:
    """Every entry of a kind by IRI: `entries(publication, "list-territories", "territory")`."""
    return _rows(publication, name, key)


@lru_cache(maxsize=16)
def themes(publication: Publication) -> Mapping[str, Entry]:
    """Every theme by IRI."""
    return _rows(publication, "themes", "theme", scheme=node(publication.iris.entity("theme", "scheme")))


@lru_cache(maxsize=4)
def partnerships(publication: Publication) -> Mapping[str, Entry]:
    """Every partnership by IRI, with its authorities, partners, countries and the sum of its funding."""
    found = _rows(publication, "list-partnerships", "partnership")
    links: dict[str, dict[str, list[str]]] = {iri: {} for iri in found}
    for name, property_ in (
        ("authorities", ATLAS.frenchAuthority),
        ("partners", ATLAS.foreignPartner),
        ("countries", ATLAS.partnerCountry),
    ):
        for row in publication.reader.select(load("pages/partnership-links"), property=node(property_)):
            subject, linked = row["partnership"], row["object"]
            if isinstance(subject, NamedNode) and isinstance(linked, NamedNode):
                links[subject.value].setdefault(name, []).append(linked.value)
    totals = {
        subject.value: to_decimal(row["total"])
        for row in publication.reader.select(load("pages/partnership-amounts"))
        if isinstance(subject := row["partnership"], NamedNode)
    }
    return {
        iri: replace(entry, links={name: tuple(sorted(to)) for name, to in links[iri].items()}, total=totals.get(iri))
        for iri, entry in found.items()
    }


Sort = tuple[Callable[[Entry], object], bool]
"""The key of an order, and whether it runs backwards. Rows without the value come last either way."""


def by_label(entry: Entry) -> str:
    return entry.sort_label


def by_first_year(entry: Entry) -> int | None:
    return entry.first_year


def by_total(entry: Entry) -> Decimal | None:
    return entry.total


def by_partnerships(entry: Entry) -> int:
    return entry.count("partnerships")


def by_amount(entry: Entry) -> Decimal | None:
    return entry.decimal("amount")


def by_year(entry: Entry) -> int | None:
    return entry.year("year")


def selected(rows: Iterable[Entry], words: str) -> list[Entry]:
    """The entries in one of whose labels every word begins a word: `eau pot` finds `Eau potable`, not `Réseau`."""
    wanted = _WORD.findall(fold(words))
    if not wanted:
        return [] if words else list(rows)
    return [row for row in rows if all(any(w.startswith(start) for w in row.words) for start in wanted)]


def ordered(rows: Iterable[Entry], sorts: Mapping[str, Sort], asked: str) -> list[Entry]:
    """Entries in the order `asked`, then by label. Aborts with 400 for an order that there is not."""
    if asked not in sorts:
        abort(400, t("list.bad-sort", sort=asked, sorts=", ".join(sorts)))
    key, backwards = sorts[asked]
    named = sorted(rows, key=lambda row: (row.sort_label, row.iri))
    if key is by_label and not backwards:
        return named
    present = [row for row in named if key(row) is not None]
    absent = [row for row in named if key(row) is None]
    return sorted(present, key=key, reverse=backwards) + absent  # type: ignore[arg-type]  # a key gives one type
