"""The page of an organisation: its territory, its roles in partnerships, the money that it gives and implements."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from atlas_ld.queries import load
from atlas_ld.rdf import NamedNode, node
from atlas_ld.release.facet_index import positions_of
from atlas_ld.vocabulary import ATLAS
from atlas_ld.web import charts, listing
from atlas_ld.web import selection as selecting
from atlas_ld.web.addresses import url_for
from atlas_ld.web.display import Graph, entity
from atlas_ld.web.publication import Publication
from atlas_ld.web.views.common import key_of, partnerships_of


def view(opened: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `documents/organisation.html`."""
    rows = opened.reader.select(load("pages/participations-of"), organisation=node(iri))
    pairs = {
        (row["partnership"].value, row["role"].value)
        for row in rows
        if isinstance(row["partnership"], NamedNode) and isinstance(row["role"], NamedNode)
    }
    roles = Counter(role for _, role in pairs)
    implemented = [partnership for partnership, role in pairs if role == opened.iris.code("role", "implementer")]
    territory, country = graph.iri(iri, ATLAS.administers), graph.iri(iri, ATLAS.country)
    key = key_of(opened, iri)
    given = selecting.select(opened, "funding", {"by": (key,)})
    return {
        "siren": graph.text(iri, ATLAS.sirenCode),
        "territory": graph.label(territory) if territory else None,
        "country": graph.label(country) if country else None,
        "is_authority": territory is not None,
        "roles": [(entity(role), count) for role, count in sorted(roles.items(), key=lambda item: (-item[1], item[0]))],
        "given": charts.funding_by_year(opened, given),
        "given_list": given.address(url_for("site.funding")) if given.bits else None,
        "given_lines": given.bits.bit_count(),
        "implemented": _amount(opened, implemented),
        "implemented_count": len(implemented),
        "partnerships": partnerships_of(opened, "organisation", key, _centre(opened, territory)),
    }


def _centre(opened: Publication, territory: str | None) -> str | None:
    """The key of the organisation's place, where it is in France and on the map."""
    parts = opened.iris.split(territory) if territory else None
    found = parts is not None and bool(listing.index(opened).having("partnerships", "here", parts[1]))
    return parts[1] if parts and found else None


def _amount(opened: Publication, partnerships: list[str]) -> Decimal | None:
    """The declared funding of these partnerships, in euros; None where no amount is known."""
    index = listing.index(opened)
    lines = index.lines_of(index.with_iris("partnerships", partnerships))
    known = [cents for position in positions_of(lines) if (cents := index.lines().cents[position]) is not None]
    return listing.euros_of(sum(known)) if known else None
