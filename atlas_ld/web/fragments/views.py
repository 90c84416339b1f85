"""/fragments: a page of the triples that match a pattern, with the controls that lead to others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

from flask import Response, abort, request
from rdflib import Namespace

from atlas_ld.errors import UnknownThing
from atlas_ld.media import NQUADS, NTRIPLES, TRIG, TURTLE, Format, by_extension
from atlas_ld.rdf import Literal as Text
from atlas_ld.rdf import NamedNode, Quad, Triple, integer, node, write
from atlas_ld.vocabulary import DCTERMS, PREFIXES, RDF, VOID
from atlas_ld.web.fragments.patterns import PLACES, Pattern, total
from atlas_ld.web.http.negotiation import Content, represent
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.urls import with_parameters
from atlas_ld.web.text.i18n import t

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SIZE = 100
MOST = 100_000
"""Triples of a pattern that can be read by pages: a page is found by counting those before it."""
_FORMATS = (TRIG, TURTLE, NQUADS, NTRIPLES)
_WITH_GRAPHS = (TRIG, NQUADS)
_COUNTS = 4096
"""Patterns of which the number of triples is kept: clients that join ask of the same ones all over."""

blueprint = Routes("fragments", __name__)


@blueprint.get(
    "/fragments",
    fr="Les triplets d’un motif, par pages (Triple Pattern Fragments)",
    en="The triples of a pattern, by pages (Triple Pattern Fragments)",
    formats=_FORMATS,
    parameters=(*PLACES, "page"),
)
def fragment() -> Response:
    """A page in the format that is negotiated."""
    return _page(None)


@blueprint.get(
    f"/fragments.<any({', '.join(f.extension for f in _FORMATS)}):extension>",
    fr="Les triplets d’un motif, par pages, dans un format",
    en="The triples of a pattern, by pages, in one format",
    formats=_FORMATS,
    parameters=(*PLACES, "page"),
)
def fragment_file(extension: str) -> Response:
    return _page(by_extension(extension, _FORMATS))


def _page(named: Format | None) -> Response:
    """Aborts with 400 for what is no pattern or page, with 404 for a page past the last, with 413 for one so far on
    that a download is the better way."""
    publication = current_publication()
    try:
        pattern = Pattern.read(request.args)
    except UnknownThing as error:
        abort(400, str(error))
    number = _number()
    count = publication.keeping(total, _COUNTS)(pattern)
    if (number - 1) * SIZE >= MOST:
        abort(413, t("fragments.too-far", most=MOST, address=f"{publication.iris.base}download/"))
    terms = pattern.subject, pattern.predicate, pattern.object
    found = publication.reader.matching(*terms, limit=SIZE + 1, offset=(number - 1) * SIZE)
    if number > 1 and not found:
        abort(404, t("fragments.no-page", page=number))

    controls = list(_controls(publication, count, number, more=len(found) > SIZE))

    def content(format_: Format) -> Content:
        return Content(partial(_write, publication, found[:SIZE], controls, format_))

    return represent(_FORMATS, named, partial(_twin, publication), content)


def _number() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and int(text) > 0):
        abort(400, t("list.bad-page"))
    return int(text)


def _twin(publication: Publication, format_: Format) -> str:
    query = request.query_string.decode("latin-1")
    return f"{request.script_root}/fragments.{format_.extension}" + (f"?{query}" if query else "")


def _write(publication: Publication, data: list[Triple], controls: list[Triple], format_: Format) -> bytes:
    """The data in the default graph; what is said of the page in one of its own where the format has graphs."""
    prefixes = PREFIXES | publication.iris.prefixes | {"hydra": str(HYDRA)}
    if format_ not in _WITH_GRAPHS:
        return write([*data, *controls], format_, prefixes)
    about = node(f"{_own_address(publication)}#metadata")
    quads = [Quad(triple.subject, triple.predicate, triple.object) for triple in data]
    return write([*quads, *(Quad(c.subject, c.predicate, c.object, about) for c in controls)], format_, prefixes)


def _own_address(publication: Publication) -> str:
    """The address as it was asked for: clients look for what is said of the one that they know."""
    query = quote(request.query_string.decode("latin-1"), safe="!$%&'()*+,/:;=?@-._~")
    return f"{publication.iris.base.rstrip('/')}{request.path}" + (f"?{query}" if query else "")


def _controls(publication: Publication, count: int, number: int, *, more: bool) -> Iterator[Triple]:
    """What a client does next: how the pattern is chosen, how many triples match, where the other pages are."""
    base, own = publication.iris.base, _own_address(publication)
    dataset, page, search = f"{base}fragments#dataset", node(own), f"{base}fragments#search"

    def say(subject: str | NamedNode, predicate: str, *objects: NamedNode | Text) -> Iterator[Triple]:
        about = node(subject) if isinstance(subject, str) else subject
        yield from (Triple(about, node(predicate), term) for term in objects)

    yield from say(dataset, RDF.type, node(VOID.Dataset), node(HYDRA.Collection))
    yield from say(dataset, DCTERMS.isPartOf, node(base))
    yield from say(dataset, VOID.subset, page)
    yield from say(dataset, HYDRA.search, node(search))
    yield from say(search, HYDRA.template, Text(f"{base}fragments{{?{','.join(PLACES)}}}"))
    yield from say(search, HYDRA.variableRepresentation, node(HYDRA.ExplicitRepresentation))
    for place in PLACES:
        mapping = f"{base}fragments#{place}"
        yield from say(search, HYDRA.mapping, node(mapping))
        yield from say(mapping, HYDRA.variable, Text(place))
        yield from say(mapping, HYDRA.property, node(RDF[place]))
    yield from say(page, RDF.type, node(HYDRA.PartialCollectionView))
    yield from say(page, HYDRA.totalItems, integer(count))
    yield from say(page, VOID.triples, integer(count))
    yield from say(page, HYDRA.itemsPerPage, integer(SIZE))
    yield from say(page, HYDRA.first, node(_other(own, 1)))
    if number > 1:
        yield from say(page, HYDRA.previous, node(_other(own, number - 1)))
    if more:
        yield from say(page, HYDRA.next, node(_other(own, number + 1)))


def _other(own: str, number: int) -> str:
    """The address of another page of the same fragment."""
    path, _, query = own.partition("?")
    kept = [part for part in query.split("&") if part and part.partition("=")[0] != "page"]
    address = f"{path}?{'&'.join(kept)}" if kept else path
    return with_parameters(address, [("page", number if number > 1 else None)])
