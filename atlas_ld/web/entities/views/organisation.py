"""The page of an organisation: its territory, its roles in partnerships, the money that it gives and implements."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from atlas_ld.vocabulary import ATLAS
from atlas_ld.web.entities.views.common import key_of, lifetime_of, partnerships_of
from atlas_ld.web.lists import charts, rows
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.publication import Publication
from atlas_ld.web.rendering.display import Graph, entity
from atlas_ld.web.rendering.urls import url_for


def view(publication: Publication, iri: str, graph: Graph) -> dict[str, Any]:
    """Variables of `entities/organisation.html`."""
    key, index = key_of(publication, iri), publication.facets
    roles = {role: index.having("partnerships", f"role-{role}", key) for role in index.facet("organisations", "role")}
    counts = {publication.iris.code("role", role): bits.bit_count() for role, bits in roles.items() if bits}
    implemented = roles.get("implementer", 0)
    territory, country = graph.iri(iri, ATLAS.administers), graph.iri(iri, ATLAS.country)
    given = selecting.select(publication, "funding", {"by": (key,)})
    return {
        "lifetime": lifetime_of(publication, iri, graph),
        "siren": graph.text(iri, ATLAS.sirenCode),
        "territory": graph.label(territory) if territory else None,
        "country": graph.label(country) if country else None,
        "is_authority": territory is not None,
        "roles": [
            (entity(role), count) for role, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ],
        "given": charts.funding_by_year(publication, given),
        "given_list": given.address(url_for("lists.funding")) if given.bits else None,
        "given_lines": given.bits.bit_count(),
        "implemented": _amount(publication, implemented),
        "implemented_count": implemented.bit_count(),
        "partnerships": partnerships_of(publication, "organisation", key, _centre(publication, territory)),
    }


def _centre(publication: Publication, territory: str | None) -> str | None:
    """The key of the organisation's place, where it is in France and on the map."""
    parts = publication.iris.split(territory) if territory else None
    found = parts is not None and bool(publication.facets.having("partnerships", "here", parts[1]))
    return parts[1] if parts and found else None


def _amount(publication: Publication, partnerships: int) -> Decimal | None:
    """The declared funding of a selection of partnerships, in euros; None where no amount is known."""
    index = publication.facets
    known = index.amounts_by_year(index.lines_of(partnerships))
    return rows.euros_of(sum(known.values())) if known else None
