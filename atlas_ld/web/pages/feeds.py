"""Feeds in Atom (RFC 4287): of the releases, and of what changed in a country, another territory or a theme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Literal
from xml.etree import ElementTree as ET

from flask import Response, abort

from atlas_ld.errors import ReleaseError
from atlas_ld.iris import KEY
from atlas_ld.media import ATOM, HTML
from atlas_ld.release.layout import release_ids
from atlas_ld.release.manifest import Manifest
from atlas_ld.release.reading.facets import FacetIndex, FacetRow, positions_of
from atlas_ld.release.reading.history import Change, Kept, changes
from atlas_ld.release.writing.facet_file import FACETS
from atlas_ld.web.http.responses import answer
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.memento.views import until_now
from atlas_ld.web.pages.home import summary
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.display import entity
from atlas_ld.web.text.i18n import current_language, t

blueprint = Routes("feeds", __name__)

FOLLOWED = {"territory": ("country", "region", "departement", "territory"), "theme": ("theme",)}
"""The kinds that have a feed, and the facets by which partnerships belong to one."""

_ATOM = "http://www.w3.org/2005/Atom"
_MOST_ENTRIES = 50
_STEPS = 5
"""Releases whose changes are in the feeds, the newest ones."""


@blueprint.get(
    "/releases.atom",
    fr="Fil Atom des versions publiées",
    en="Atom feed of the releases",
    formats=(ATOM,),
    parameters=("lang",),
)
def releases() -> Response:
    """The newest releases that this instance keeps."""
    publication = current_publication()
    folder = publication.release.path.parent
    listed = release_ids(folder)[:_MOST_ENTRIES]
    return answer(
        partial(_of_releases, publication, [summary(folder / release) for release in listed]),
        ATOM,
        vary=("Accept-Language",),
        depends=" ".join(listed),
    )


def _of_releases(publication: Publication, manifests: list[Manifest]) -> bytes:
    base = publication.iris.base
    updated = _midnight(max((m.issued.isoformat() for m in manifests), default="1970-01-01"))
    feed = _feed(publication, f"{base}releases", f"{t('releases.title')} · {t('base.site')}", updated)
    _link(feed, f"{base}releases.atom", "self", ATOM.media_type)
    _link(feed, f"{base}releases", "alternate", HTML.media_type)
    for manifest, before in zip(manifests, [*manifests[1:], None], strict=True):
        entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        _text(entry, "id", f"{base}releases#{manifest.id}")
        _text(entry, "title", t("releases.entry", name=manifest.id))
        _text(entry, "updated", _midnight(manifest.issued.isoformat()))
        compared = f"{base}releases/compare?from={before.id}&to={manifest.id}" if before else f"{base}releases"
        _link(entry, compared, "alternate", HTML.media_type)
        counts = {"published": manifest.counts.published, "triples": manifest.counts.triples}
        _text(entry, "summary", t("releases.entry-summary", **counts))
    return _written(feed)


# What changed in one place or theme


@dataclass(frozen=True)
class _Step:
    """The partnerships that changed in a release, since the one before it."""

    before: Kept
    release: Kept
    changes: tuple[Change, ...]


def _is_followed(of: str, key: str) -> bool:
    publication = current_publication()
    return bool(KEY.fullmatch(key)) and publication.reader.exists(f"{publication.iris.base}id/{of}/{key}")


@blueprint.get(
    f"/feeds/<any({', '.join(FOLLOWED)}):of>/<key>.atom",
    fr="Fil Atom des partenariats nouveaux, changés ou retirés d’un territoire ou d’une thématique",
    en="Atom feed of the partnerships of a territory or theme that are new, changed or gone",
    formats=(ATOM,),
    parameters=("lang",),
    names_something=_is_followed,
)
def changed(of: Literal["territory", "theme"], key: str) -> Response:
    """The changes of the last releases, the newest first. Aborts with 404 for what this release does not describe."""
    publication = current_publication()
    if not _is_followed(of, key):
        abort(404, t("documents.unknown", name=f"{of}/{key}"))
    return answer(partial(_of_changes, publication, of, key), ATOM, vary=("Accept-Language",))


def _of_changes(publication: Publication, kind: Literal["territory", "theme"], key: str) -> bytes:
    base = publication.iris.base
    iri = publication.iris.entity(kind, key)
    kept = until_now(publication)
    title = t("feeds.changed", name=entity(iri).text)
    feed = _feed(publication, f"{iri}#changes", f"{title} · {t('base.site')}", _stamp(kept[-1].moment))
    _link(feed, f"{base}feeds/{kind}/{key}.atom", "self", ATOM.media_type)
    _link(feed, publication.iris.document(kind, key), "alternate", HTML.media_type)
    left = _MOST_ENTRIES
    for step in publication.keeping(_steps, 1)():
        for change, row in _belonging(step, FOLLOWED[kind], key)[:left]:
            left -= 1
            _changed(feed, base, step, change, row)
    return _written(feed)


def _changed(feed: ET.Element, base: str, step: _Step, change: Change, row: FacetRow) -> None:
    """An entry for a partnership. What is gone is still to be seen as it was."""
    path = row.iri.removeprefix(f"{base}id/")
    of = step.before if change.kind == "deleted" else step.release
    entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
    _text(entry, "id", f"{base}releases/{step.release.id}/id/{path}")
    _text(entry, "title", row.en if current_language() == "en" else row.fr)
    _text(entry, "updated", _stamp(step.release.moment))
    _link(entry, f"{base}releases/{of.id}/doc/{path}", "alternate", HTML.media_type)
    _text(entry, "summary", t(f"feeds.{change.kind}", release=step.release.id))


def _steps(publication: Publication) -> tuple[_Step, ...]:
    """The last releases with their changes, the newest first, as far back as they have notes."""
    partnerships = f"{publication.iris.base}id/partnership/"
    found: list[_Step] = []
    for before, release in reversed(list(pairwise(until_now(publication)[-_STEPS - 1 :]))):
        try:
            some = changes(release, before, partnerships, partnerships[:-1] + "0")  # `0` follows `/`
        except ReleaseError:
            break
        found.append(_Step(before, release, tuple(some)))
    return tuple(found)


def _belonging(step: _Step, facets: Sequence[str], key: str) -> list[tuple[Change, FacetRow]]:
    """The changes of partnerships that have a value of a facet, or had it where they are gone, by their titles."""
    found = []
    for release, deleted in ((step.release, False), (step.before, True)):
        concerned = {change.iri: change for change in step.changes if (change.kind == "deleted") is deleted}
        if not concerned:
            continue
        try:
            rows = _rows(release, facets, key, concerned)
        except ReleaseError:  # of an earlier version, whose lists cannot be read any more
            continue
        found += [(concerned[row.iri], row) for row in rows]
    return sorted(found, key=lambda pair: (pair[1].fr, pair[1].iri))


def _rows(release: Kept, facets: Sequence[str], key: str, iris: Iterable[str]) -> list[FacetRow]:
    """The partnerships among `iris` that have a value of one of these facets in a release. Raises ReleaseError."""
    index = FacetIndex(release.path / FACETS)
    having = 0
    for facet in facets:
        having |= index.having("partnerships", facet, key)
    return index.rows("partnerships", positions_of(having & index.with_iris("partnerships", iris)))


def _feed(publication: Publication, id_: str, title: str, updated: str) -> ET.Element:
    feed = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": current_language()})
    _text(feed, "id", id_)
    _text(feed, "title", title)
    _text(feed, "updated", updated)
    _text(ET.SubElement(feed, f"{{{_ATOM}}}author"), "name", publication.settings.publisher)
    _text(feed, "rights", publication.settings.license)
    return feed


def _written(feed: ET.Element) -> bytes:
    ET.register_namespace("", _ATOM)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = text


def _link(parent: ET.Element, href: str, rel: str, type_: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}link", {"href": href, "rel": rel, "type": type_})


def _midnight(day: str) -> str:
    return f"{day}T00:00:00Z"


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
