"""The site of a kept release: the same code over its files, mounted below /releases/{id}."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from cachetools import LRUCache
from flask import Flask

from atlas_ld.release.reading.history import Kept
from atlas_ld.web.publication import Publication, open_publication

_MOST_OPEN = 4
"""Kept releases that are open at once: their readers hold some ten MB each, once they have been asked much."""


class Sites:
    """The sites of kept releases beside that of `publication`. For use by many threads."""

    def __init__(self, publication: Publication, create: Callable[[Publication], Flask]) -> None:
        self._publication, self._create = publication, create
        self._lock = Lock()
        self._open: LRUCache[str, Flask] = LRUCache(_MOST_OPEN)

    def site(self, release: Kept) -> Flask:
        """The site of a release. It runs no queries: those are admitted, with all others, by the query service of the
        publication. Raises ReleaseError."""
        with self._lock:  # which also keeps two threads from opening the same one
            found = self._open.get(release.id)
            if found is None:
                opened = open_publication(self._publication.settings, release.id)
                found = self._create(replace(opened, service=self._publication.service))
                self._open[release.id] = found
        return found
