"""The lists and the kinds of entities: a row for each, from which all else follows.

A list is a page of the site, a table to download, files, a query, facets, a line of the sitemap and the `collection` of
the entities of its kind. A row of `LISTS` makes one, and a row among its facets makes a facet: where a facet is no more
than a property, its values, its part of the query and its name follow from that property. What is computed (regions,
decades, whether the State pays) stands in `writing.facet_rows`, in `queries/lists` and in the messages besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from atlas_ld.iris import Kind
from atlas_ld.vocabulary import ATLAS, DCTERMS, SKOS


@dataclass(frozen=True)
class Facet:
    """What a list can be narrowed by.

    `values` says what a value is: the key of an entity of that kind, a code of the code list `scheme`, a decade, or a
    word, which the messages explain (`facets.state-yes`) if it is one of `words`. Where there is a `property`, values
    are what it links to. One that is not `shown` works in addresses; one that is `open` stands open at first. `own`
    ones are those of a row of a list that has an owner; the others are the owner's.
    """

    name: str
    values: Kind | Literal["decade", "word"]
    scheme: str = ""
    words: tuple[str, ...] = ()
    property: str = ""
    shown: bool = True
    open: bool = False
    own: bool = False

    def tells_unfiled(self) -> bool:
        """Whether a list can be narrowed to the rows that have no value; words say themselves what is not known."""
        return self.shown and self.values != "word"


@dataclass(frozen=True)
class List:
    """A list: its rows are the entities of `kind` that are of one of `classes`.

    `variable` holds them in the list's query, `sorts` are its orders, the usual one first. One that is not `tabled` has
    no table below /download/; one that is not `mapped` has no places. Each row belongs to one of the list `owner`.
    """

    name: str
    kind: Kind
    classes: tuple[str, ...]
    variable: str
    sorts: tuple[str, ...]
    facets: tuple[Facet, ...]
    tabled: bool = True
    mapped: bool = True
    owner: str = ""

    @property
    def counts(self) -> bool:
        """Whether each row says how many partnerships have it as a value of the facet of the name of its kind."""
        return "-partnerships" in self.sorts

    @property
    def path(self) -> str:
        return f"/{self.name}"

    def facet(self, name: str) -> Facet | None:
        return next((facet for facet in self.facets if facet.name == name), None)


_COUNTRY = Facet("country", "territory", property=str(ATLAS.country), open=True)
_PARTNER_COUNTRY = Facet("country", "territory", property=str(ATLAS.partnerCountry), open=True)
_REGION, _DEPARTEMENT = Facet("region", "territory"), Facet("departement", "territory")
_LEVEL = Facet("level", "code", "level", open=True)
_OWN_LEVEL = Facet("level", "code", "level", property=str(ATLAS.level), open=True)
_FORM = Facet("form", "code", "form", property=str(DCTERMS.type))
_STATUS = Facet("status", "code", "status", property=str(ATLAS.declaredStatus))
_THEME, _DECADE = Facet("theme", "theme", open=True), Facet("decade", "decade")
_FUNDER = Facet("funder", "code", "funder-kind", open=True)
_STATE = Facet("state", "word", words=("yes", "no", "unknown"))
_DATA = Facet("data", "word", words=("complete", "partial"))
_USED = Facet("used", "word", words=("yes", "no"))
_TERRITORY = Facet("territory", "territory", shown=False)
_ORGANISATION = Facet("organisation", "organisation", shown=False)
_PARTNERSHIP = Facet("partnership", "partnership", shown=False)

LISTS: Mapping[str, List] = {
    list_.name: list_
    for list_ in (
        List(
            "partnerships",
            "partnership",
            (str(ATLAS.Partnership),),
            "partnership",
            ("-year", "title", "year", "-amount"),
            (
                _PARTNER_COUNTRY, _REGION, _DEPARTEMENT, _LEVEL, _THEME, _FORM, _STATUS, _DECADE, _FUNDER, _STATE,
                _DATA, _TERRITORY, _ORGANISATION, _PARTNERSHIP,
            ),
        ),
        List(
            "territories",
            "territory",
            (str(ATLAS.Territory),),
            "place",
            ("-partnerships", "title"),
            (_OWN_LEVEL, _COUNTRY, _REGION, _DEPARTEMENT, _USED, Facet("within", "territory", shown=False)),
        ),
        List(
            "organisations",
            "organisation",
            (str(ATLAS.TerritorialAuthority), str(ATLAS.OtherOrganisation)),
            "body",
            ("-partnerships", "title"),
            (Facet("role", "code", "role", open=True), _LEVEL, _COUNTRY, _REGION, _DEPARTEMENT),
        ),
        List(
            "themes",
            "theme",
            (str(SKOS.Concept),),
            "concept",
            ("-partnerships", "title"),
            (_THEME, _USED),
            tabled=False,
            mapped=False,
        ),
        List(
            "funding",
            "funding",
            (str(ATLAS.FundingLine),),
            "line",
            ("-amount", "-year", "year", "title"),
            (
                Facet("funder", "code", "funder-kind", property=str(ATLAS.funderKind), open=True, own=True),
                Facet("decade", "decade", own=True),
                _PARTNER_COUNTRY, _REGION, _DEPARTEMENT, _LEVEL, _THEME, _FORM, _STATUS, _STATE,
                Facet("amount", "word", words=("known", "unknown"), own=True),
                Facet("oudin", "word", words=("yes",), own=True),
                _DATA, _TERRITORY, _ORGANISATION,
                Facet("by", "organisation", property=str(ATLAS.funder), shown=False, own=True), _PARTNERSHIP,
            ),
            owner="partnerships",
        ),
    )
}  # fmt: skip
"""The lists in the order of the navigation, their facets in that of the page."""

SEARCHED: tuple[Kind, ...] = ("territory", "partnership", "organisation", "theme", "post")
"""Kinds of entities that people look for, in the order of the page: most look for a place. Funding lines and sources
are found through their partnership."""


def list_of(kind: str | None) -> List | None:
    """The list of the entities of a kind."""
    return next((list_ for list_ in LISTS.values() if list_.kind == kind), None)


def counted(kind: str | None) -> bool:
    """Whether entities of a kind say how many partnerships have them."""
    found = list_of(kind)
    return found is not None and found.counts


def has_rows(kind: str | None) -> bool:
    """Whether entities of a kind give rows of their own to the indexes."""
    found = list_of(kind)
    return kind in SEARCHED or (found is not None and not found.owner)


def shown_in_rows(kind: str | None) -> bool:
    """Whether rows of lists or of the search show entities of a kind one by one: it matters when one changes."""
    return kind in SEARCHED or list_of(kind) is not None


def crawled(kind: str | None) -> bool:
    """Whether the sitemap has the documents of a kind."""
    return kind in SEARCHED and list_of(kind) is not None
