"""Rows and pages of the lists, and the index that knows which rows a selection has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from flask import abort, request

from atlas_ld.release.reading.facets import FacetRow
from atlas_ld.web.publication import Publication
from atlas_ld.web.text.i18n import current_language, t

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One row of a list: its IRI, its label in the reader's language, and what its list shows of it.

    `amount` is in euros, `year` the first that is known, `last_year` that of funding for several; `facts` holds years
    by name (`start`) and lists of IRIs (`authorities`).
    """

    iri: str
    label: str
    year: int | None
    last_year: int | None
    amount: Decimal | None
    partnerships: int
    facts: Mapping[str, Any]

    def all(self, name: str) -> Sequence[str]:
        found: Sequence[str] = self.facts.get(name) or ()
        return found

    def one(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    def when(self, name: str) -> int | None:
        found: int | None = self.facts.get(name)
        return found


def rows(publication: Publication, name: str, positions: Sequence[int]) -> list[Row]:
    """The rows of a list at these positions, in their order."""
    return [_row(found) for found in publication.facets.rows(name, positions)]


def _row(found: FacetRow) -> Row:
    label = found.en if current_language() == "en" else found.fr
    return Row(
        found.iri, label, found.year, found.last_year, euros_of(found.cents), found.partnerships or 0, found.facts
    )


def euros_of(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) / 100


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


def page_of(publication: Publication, name: str, selection: int, order: str, size: int | None = None) -> Page[Row]:
    """The page that the request asks for of a selection of a list. Aborts as `paginate` does."""
    page = paginate(range(selection.bit_count()), size or publication.settings.page_size)
    positions = publication.facets.part(name, selection, order, page.rows[0], page.rows[-1] + 1) if page.rows else []
    return Page(rows(publication, name, positions), page.number, page.pages, page.total, page.parameter)
