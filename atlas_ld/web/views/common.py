"""What several views share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from atlas_ld.queries import load
from atlas_ld.rdf import NamedNode, Node, node
from atlas_ld.web import listing
from atlas_ld.web.publication import Publication

SORTS: Mapping[str, listing.Sort] = {
    "title": (listing.by_label, False),
    "-year": (listing.by_first_year, True),
    "year": (listing.by_first_year, False),
    "-amount": (listing.by_total, True),
}
"""Orders of a list of partnerships."""


def iris_of(opened: Publication, query: str, variable: str, **bindings: str) -> list[str]:
    """The IRIs that a query of ours binds to `variable`, in its order; `bindings` are IRIs."""
    terms: dict[str, Node] = {name: node(iri) for name, iri in bindings.items()}
    rows = opened.reader.select(load(f"pages/{query}"), **terms)
    return [term.value for row in rows if isinstance(term := row[variable], NamedNode)]


def partnership_page(opened: Publication, iris: Iterable[str]) -> listing.Page[listing.Entry]:
    """The page of these partnerships that the request asks for, newest first."""
    known = listing.partnerships(opened)
    rows = [known[iri] for iri in dict.fromkeys(iris) if iri in known]
    return listing.paginate(listing.ordered(rows, SORTS, "-year"), opened.settings.page_size)
