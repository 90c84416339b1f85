"""The search and the lists of a release: made whole, or taken over from the release before with what has changed.

What an entity gives is made in worker processes (`rows.py`) and written by one (`search_file.py`, `facet_file.py`).
Partnerships come first, since the rows of others say how many there are. docs/decisions/0018 has the reasons.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from atlas_ld.iris import Iris
from atlas_ld.processes import Workers
from atlas_ld.release.kinds import counted, has_rows
from atlas_ld.release.writing.entities import Entities
from atlas_ld.release.writing.facet_file import FACETS, FacetFile
from atlas_ld.release.writing.following import Changes, entities_to_index
from atlas_ld.release.writing.rows import Wanted, rows_of
from atlas_ld.release.writing.search_file import SEARCH, SearchFile

_PART = 1000
"""Entities that a process takes at once: what many of them link to is read once for all."""


def write_indexes(folder: Path, entities: Entities, changes: Changes, base_iri: str, workers: Workers) -> None:
    """Write `search.sqlite` and `facets.sqlite` of the release in `folder`, after `begin_indexes`.

    Their content depends on the entities alone; the numbers of rows depend on what was taken over as well.
    """
    iris = Iris(base_iri)
    concerned = entities_to_index(folder, entities, changes, iris)
    with SearchFile(folder / SEARCH) as search, FacetFile(folder / FACETS) as facets:
        others = {iri for iri in concerned if iris.kind(iri) != "partnership"}
        for iri in sorted(concerned - entities.digests.keys()):
            others |= search.remove(iri) | _counting(iris, facets.remove(iri))
        work = partial(rows_of, entities=entities, base_iri=base_iri)
        partnerships = [Wanted(iri) for iri in sorted(concerned - others) if iri in entities.digests]
        for rows in workers.spread(work, partnerships, part=_PART):
            others |= search.put(rows) | _counting(iris, facets.put(rows))
        wanted = [
            _wanted(search, facets, iris, iri)
            for iri in sorted(others)
            if iri in entities.digests and has_rows(iris.kind(iri))
        ]
        for rows in workers.spread(work, wanted, part=_PART):
            search.put(rows)
            facets.put(rows)


def _counting(iris: Iris, pairs: set[tuple[str, str]]) -> set[str]:
    """The entities that count partnerships by these pairs of facet and value."""
    return {f"{iris.prefixes[facet]}{key}" for facet, key in pairs if counted(facet)}


def _wanted(search: SearchFile, facets: FacetFile, iris: Iris, iri: str) -> Wanted:
    kind, key = iris.split(iri) or ("", "")
    count = facets.count(kind, key) if counted(kind) else 0
    return Wanted(iri, count, *search.mentions(iri)) if kind == "organisation" else Wanted(iri, count)
