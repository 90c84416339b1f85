"""A publication: everything that the site needs of one release, opened once and passed down."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import current_app

from atlas_ld.config import Settings
from atlas_ld.iris import Iris
from atlas_ld.model import Model, load_model
from atlas_ld.release.layout import Release, open_release
from atlas_ld.release.reading.dump import Dump
from atlas_ld.release.reading.store import Reader
from atlas_ld.sparql.pool import QueryPool
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web.reconciliation.names import Names


@dataclass(frozen=True, eq=False)
class Publication:
    """An open release and its readers. Compared by identity, so that it can be the key of a cache."""

    settings: Settings
    release: Release
    iris: Iris
    reader: Reader
    pool: QueryPool
    model: Model

    @cached_property
    def names(self) -> Names:
        """The names of every entity that can be matched."""
        return Names(self.reader, self.iris)


def open_publication(settings: Settings, release_id: str | None = None) -> Publication:
    """A release of `settings.releases`, the current one unless its id is given, opened. Raises ReleaseError."""
    release = open_release(settings.releases, release_id)
    iris = Iris(release.manifest.base_iri)  # what the release was built with, whatever the settings say now
    return Publication(
        settings=settings,
        release=release,
        iris=iris,
        reader=Reader(release.store, PREFIXES | iris.prefixes, _dump(release, iris)),
        pool=QueryPool(release.store, settings, PREFIXES | iris.prefixes),
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
