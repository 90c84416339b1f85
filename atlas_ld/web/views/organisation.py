"""The page of an organisation: its territory, its roles in partnerships, the money that it gives."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from atlas_ld.queries import load
from atlas_ld.rdf import NamedNode, node
from atlas_ld.vocabulary import ATLAS
from atlas_ld.web.display import Graph, entity, to_decimal, to_year
from atlas_ld.web.publication import Publication
from atlas_ld.web.views.common import partnership_page


def view(opened: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `documents/organisation.html`."""
    rows = opened.reader.select(load("pages/participations-of"), organisation=node(iri))
    pairs = {
        (row["partnership"].value, row["role"].value)
        for row in rows
        if isinstance(row["partnership"], NamedNode) and isinstance(row["role"], NamedNode)
    }
    roles = Counter(role for _, role in pairs)
    territory, country = graph.iri(iri, ATLAS.administers), graph.iri(iri, ATLAS.country)
    return {
        "siren": graph.text(iri, ATLAS.sirenCode),
        "territory": graph.label(territory) if territory else None,
        "country": graph.label(country) if country else None,
        "is_authority": territory is not None,
        "roles": [(entity(role), count) for role, count in sorted(roles.items(), key=lambda item: (-item[1], item[0]))],
        "given": _given(opened, iri),
        "page": partnership_page(opened, sorted(partnership for partnership, _ in pairs)),
    }


def _given(opened: Publication, iri: str) -> dict[str, Any]:
    """What an organisation funds: the sum in euros, the number of lines, and the sum of each year."""
    rows = opened.reader.select(load("pages/funding-by"), organisation=node(iri))
    years: dict[int | None, Decimal] = {}
    for row in rows:
        amount, year = to_decimal(row["amount"]), to_year(row["year"])
        if amount is not None:
            years[year] = years.get(year, Decimal(0)) + amount
    return {
        "lines": len(rows),
        "total": sum(years.values(), Decimal(0)),
        "years": sorted(years.items(), key=lambda item: (item[0] is None, item[0] or 0)),
    }
