"""A publication: everything that the site needs of one release, opened once and passed down."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from flask import current_app

from atlas_ld import jsonld
from atlas_ld.config import Settings
from atlas_ld.errors import ReleaseError
from atlas_ld.iris import Iris, Kind
from atlas_ld.model import Model, load_model
from atlas_ld.quality.figures import Figure, coverage, links
from atlas_ld.quality.remarks import Remarks, titles_of
from atlas_ld.queries import load
from atlas_ld.rdf import Graph, Literal, parse_file
from atlas_ld.release.layout import CATALOGUE, CURRENT, Release, open_release
from atlas_ld.release.moved import Moved
from atlas_ld.release.reading.dump import Dump
from atlas_ld.release.reading.facets import FacetIndex
from atlas_ld.release.reading.search import SearchIndex
from atlas_ld.release.reading.store import Reader
from atlas_ld.release.tables import TableFile
from atlas_ld.release.writing.downloads import DOWNLOADS
from atlas_ld.release.writing.facet_file import FACETS
from atlas_ld.release.writing.search_file import SEARCH
from atlas_ld.release.writing.writer import QUALITY
from atlas_ld.review.queue import Doubtful, read_queue
from atlas_ld.sources import KEYS
from atlas_ld.sparql.client import QueryService
from atlas_ld.vocabulary import PREFIXES, VOID
from atlas_ld.web.entities.moved import moved
from atlas_ld.web.reconciliation.names import Names

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Publication:
    """An open release and its readers.

    What is made once for a release is a property of it, made when it is first asked for, and goes with it.
    docs/decisions/0022 lists every cache.
    """

    settings: Settings
    release: Release
    iris: Iris
    reader: Reader
    service: QueryService
    model: Model

    @cached_property
    def names(self) -> Names:
        """The names of every entity that can be matched."""
        return Names(self.reader, self.iris)

    @cached_property
    def facets(self) -> FacetIndex:
        """The lists and what narrows them. Raises ReleaseError where the release has none."""
        return FacetIndex(self.release.path / FACETS)

    @cached_property
    def search(self) -> SearchIndex:
        return SearchIndex(self.release.path / SEARCH)

    @cached_property
    def quality(self) -> Mapping[str, Any]:
        """quality.json, as `pipeline` writes it: counts, by_code, quarantined, published, unreadable, decisions. Raises
        ReleaseError."""
        path = self.release.path / QUALITY
        try:
            found: Mapping[str, Any] = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ReleaseError(f"{path} is missing or damaged; build the release again.") from error
        return found

    @cached_property
    def remarks(self) -> Remarks:
        """What was found in the data. Raises ReleaseError."""
        rows = self.reader.select(load("quality/sources"))
        told = ((row["partnership"], row["title"]) for row in rows)
        split = (
            (self.iris.split(iri.value), title.value) for iri, title in told if iri is not None and title is not None
        )
        return Remarks(self.quality, titles_of((parts[1], title) for parts, title in split if parts))

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """How many things tell each field, and how much is linked: some seconds of queries at 12,700 partnerships."""
        return (*coverage(self.reader, self.model), *links(self.reader))

    @cached_property
    def review(self) -> Sequence[Doubtful]:
        """The doubtful names. Raises ReleaseError."""
        return read_queue(self.release.path)

    @cached_property
    def terms(self) -> jsonld.Terms:
        """The terms of our JSON-LD."""
        return jsonld.Terms(self.model.context(PREFIXES | self.iris.prefixes))

    @cached_property
    def moved(self) -> Mapping[tuple[str, str], Moved]:
        """What became of each (kind, key) that is no more. Raises BrokenResource."""
        return moved(self.release.path, self.reader, self.iris)

    def keeps(self, kind: Kind) -> bool:
        """Whether addresses of a kind outlast corrections: those of partnerships, and of their funding, by the register
        of keys; not those of sources, which are made of what these said."""
        if kind in ("partnership", "funding"):
            return any(name.rpartition("/")[2] == KEYS for name in self.release.manifest.inputs)
        return kind not in ("source", "agreement")

    @cached_property
    def partitions(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Entities of each class and triples of each property, as the release's description counts them (VoID)."""
        described = Graph(parse_file(self.release.path / CATALOGUE, self.iris.base))
        return (
            _counted(described, str(VOID["class"]), str(VOID.entities)),
            _counted(described, str(VOID.property), str(VOID.triples)),
        )

    @cached_property
    def statements(self) -> int:
        """Triples of the graph that queries are asked of: the data, the ontology, the description. A second's work at
        12,700 partnerships."""
        (row,) = self.reader.select(load("pages/statements"))
        count = row["triples"]
        assert isinstance(count, Literal)
        return int(count.value)

    @cached_property
    def published(self) -> datetime:
        """When the release became the current one, in UTC: when its files changed, for who knows them by address.

        Going back to an older release is a change too, so that the release's own date would not do.
        """
        link = self.release.path.parent / CURRENT
        path = link if link.is_symlink() else self.release.path
        return datetime.fromtimestamp(int(path.lstat().st_mtime), UTC)

    def keeping(self, function: Callable[Concatenate[Publication, P], T], most: int) -> Callable[P, T]:
        """`function` of this publication, of which the `most` latest answers are kept. They go with the release."""
        if function not in self._kept:
            self._kept[function] = lru_cache(maxsize=most)(partial(function, self))
        return self._kept[function]

    @cached_property
    def _kept(self) -> dict[Callable[..., Any], Callable[..., Any]]:
        return {}

    def table(self, name: str) -> TableFile:
        """The table of a list, where it has one below /download/."""
        if name not in self._tables:
            self._tables[name] = TableFile(self.release.path / DOWNLOADS / f"{name}.csv")
        return self._tables[name]

    @cached_property
    def _tables(self) -> dict[str, TableFile]:
        return {}


def _counted(described: Graph, of: str, count: str) -> dict[str, int]:
    return {part[of][0].value: int(part[count][0].value) for part in described.values() if of in part and count in part}


def open_publication(
    settings: Settings, release_id: str | None = None, service: Path | None = None, *, columns: bool = False
) -> Publication:
    """A release of `settings.releases`, the current one unless its id is given, opened.

    `service` is the socket of a query service over it; without one, it is started with the first query, with `columns`
    or without. Raises ReleaseError.
    """
    release = open_release(settings.releases, release_id)
    iris = Iris(release.manifest.base_iri)  # what the release was built with, whatever the settings say now
    return Publication(
        settings=settings,
        release=release,
        iris=iris,
        reader=Reader(release.store, PREFIXES | iris.prefixes, _dump(release, iris)),
        service=QueryService(release.store, iris.base, settings, service, columns=columns),
        model=load_model(iris.base),
    )


def _dump(release: Release, iris: Iris) -> Dump:
    """What is said of the entities: all of it is in the dump."""
    return Dump(release.dump, f"{iris.base}id/")


def current_publication() -> Publication:
    """The publication that the current application serves."""
    publication = current_app.extensions["atlas"]
    assert isinstance(publication, Publication)
    return publication
