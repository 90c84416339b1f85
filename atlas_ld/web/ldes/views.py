"""/ldes and its pages. A page names the two releases that it is the difference of, and never changes."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

from flask import Response, abort

from atlas_ld.media import JSONLD, NQUADS, NTRIPLES, RDFXML, TRIG, TURTLE, Format
from atlas_ld.rdf import Quad, Triple, write
from atlas_ld.release.layout import CANONICAL
from atlas_ld.release.reading.dump import Dump
from atlas_ld.release.reading.history import Kept, changes, page_starts
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web.http.negotiation import Content, negotiated
from atlas_ld.web.http.responses import FOREVER, Link
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.ldes import stream
from atlas_ld.web.memento.views import until_now
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.text.i18n import t

blueprint = Routes("ldes", __name__)

SIZE = 100
"""Members of a page."""
_START = "start"
"""Stands for the release before the oldest one."""
_OPEN = 8
"""Dumps that are kept open, and pairs of releases whose pages are known."""
_LAST = "\U0010ffff"


@negotiated(
    blueprint,
    "/ldes",
    (TURTLE, JSONLD, NTRIPLES, RDFXML, TRIG, NQUADS),
    fr="Flux de ce qui change d’une version à la suivante (LDES 1.0)",
    en="Stream of what changes from one release to the next (LDES 1.0)",
)
def events(format_: Format) -> Content:
    """The stream, with a way to the changes of each kept release."""
    publication = current_publication()
    steps = [(before, release) for before, release in pairwise([None, *until_now(publication)]) if release]
    pages = [(_address(publication, before, release, 1), release.moment) for before, release in steps]
    depends = " ".join(address for address, _ in pages)
    return Content(partial(_root, publication, pages, format_), depends=depends)


def _root(publication: Publication, pages: list[tuple[str, datetime]], format_: Format) -> bytes:
    triples = stream.root(publication.iris.base, publication.settings.license, pages)
    return write(triples, format_, PREFIXES | stream.PREFIXES)


@negotiated(
    blueprint,
    "/ldes/<before>/<release>/<int:number>",
    (TRIG, NQUADS, JSONLD),
    fr="Une page du flux : des ressources nouvelles, changées ou retirées, avec ce qui en est dit",
    en="A page of the stream: entities that are new, changed or gone, with what is said of them",
    others=(410,),
    names_something=lambda before, release, number: _step(before, release) is not None,
)
def page(format_: Format, before: str, release: str, number: int) -> Content | Response:
    """One page. Aborts with 404 for a page past the last, with 410 where a release is no longer kept."""
    publication = current_publication()
    step = _step(before, release)
    if step is None:
        abort(410, t("ldes.gone", address=f"{publication.iris.base}ldes"))
    known = publication.keeping(_starts, _OPEN)(*step)
    if not 0 < number <= len(known):
        abort(404, t("ldes.no-page", number=number, pages=len(known)))
    last = number == len(known)
    bounds = known[number - 1], _LAST if last else known[number]
    write_ = partial(_page, publication, step, number, bounds, last, format_)
    own = Link(_address(publication, *step, number), "canonical")
    return Content(write_, [own], cache_control=FOREVER)


def _step(before: str, release: str) -> tuple[Kept | None, Kept] | None:
    """The two releases of a page, where the one follows the other; None where they do not, or no longer."""
    found = {kept.id: kept for kept in until_now(current_publication())}
    for earlier, later in pairwise([None, *found.values()]):
        if later and later.id == release and (earlier.id if earlier else _START) == before:
            return earlier, later
    return None


def _starts(_: Publication, before: Kept | None, release: Kept) -> tuple[str, ...]:
    return page_starts(release, before, SIZE)


def _page(
    publication: Publication,
    step: tuple[Kept | None, Kept],
    number: int,
    bounds: tuple[str, str],
    last: bool,
    format_: Format,
) -> bytes:
    before, release = step
    said = publication.keeping(_dump, _OPEN)(release.path)
    following = None if last else _address(publication, before, release, number + 1)
    own = _address(publication, before, release, number)
    found = changes(release, before, *bounds)
    base, license_ = publication.iris.base, publication.settings.license
    quads = [_as_quad(one) for one in stream.page(base, license_, own, following, release, said, found)]
    return write(quads, format_, PREFIXES | stream.PREFIXES | publication.iris.prefixes)


def _as_quad(one: Triple | Quad) -> Quad:
    return one if isinstance(one, Quad) else Quad(one.subject, one.predicate, one.object)


def _dump(_: Publication, release: Path) -> Dump:
    return Dump(release / CANONICAL)


def _address(publication: Publication, before: Kept | None, release: Kept, number: int) -> str:
    return f"{publication.iris.base}ldes/{before.id if before else _START}/{release.id}/{number}"
