"""The feed of releases, in Atom (RFC 4287): who follows it learns that there is new data, and what has changed."""

from __future__ import annotations

from functools import partial
from xml.etree import ElementTree as ET

from flask import Response

from atlas_ld.media import ATOM, HTML
from atlas_ld.release.layout import release_ids
from atlas_ld.release.manifest import Manifest
from atlas_ld.web.http.responses import answer
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.pages.home import summary
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.text.i18n import current_language, t

blueprint = Routes("feeds", __name__)

_ATOM = "http://www.w3.org/2005/Atom"
_MOST_ENTRIES = 50


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
        partial(_feed, publication, [summary(folder / release) for release in listed]),
        ATOM,
        vary=("Accept-Language",),
        depends=" ".join(listed),
    )


def _feed(publication: Publication, manifests: list[Manifest]) -> bytes:
    base = publication.iris.base
    feed = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": current_language()})
    _text(feed, "id", f"{base}releases")
    _text(feed, "title", f"{t('releases.title')} · {t('base.site')}")
    _text(feed, "updated", _moment(max((m.issued.isoformat() for m in manifests), default="1970-01-01")))
    _link(feed, f"{base}releases.atom", "self", ATOM.media_type)
    _link(feed, f"{base}releases", "alternate", HTML.media_type)
    _text(ET.SubElement(feed, f"{{{_ATOM}}}author"), "name", publication.settings.publisher)
    _text(feed, "rights", publication.settings.license)
    for manifest, before in zip(manifests, [*manifests[1:], None], strict=True):
        entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        _text(entry, "id", f"{base}releases#{manifest.id}")
        _text(entry, "title", t("releases.entry", name=manifest.id))
        _text(entry, "updated", _moment(manifest.issued.isoformat()))
        compared = f"{base}releases/compare?from={before.id}&to={manifest.id}" if before else f"{base}releases"
        _link(entry, compared, "alternate", HTML.media_type)
        counts = {"published": manifest.counts.published, "triples": manifest.counts.triples}
        _text(entry, "summary", t("releases.entry-summary", **counts))
    ET.register_namespace("", _ATOM)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = text


def _link(parent: ET.Element, href: str, rel: str, type_: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}link", {"href": href, "rel": rel, "type": type_})


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"
