"""/id and /doc: things and the documents about them (https://www.w3.org/TR/cooluris/, 303 redirects).

A key that was merged into another leads to it by 308, one that was withdrawn is 410 (`moved`).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from io import StringIO
from typing import cast
from urllib.parse import unquote

from flask import Response, abort, request, url_for

from atlas_ld import jsonld
from atlas_ld.errors import ReleaseError
from atlas_ld.iris import KEY, KINDS, Kind
from atlas_ld.media import CSV, DOCUMENT_FORMATS, GEOJSON, HTML, JSONLD, PLACED_FORMATS, Format
from atlas_ld.rdf import Literal, write
from atlas_ld.release.moved import Moved
from atlas_ld.release.reading.description import Document, describe
from atlas_ld.release.tables import NUMBERS, harmless
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web.entities.signposting import document_links
from atlas_ld.web.entities.views import render
from atlas_ld.web.http.negotiation import Content, represent, split_extension
from atlas_ld.web.http.responses import Link, negotiate, redirection
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.lists import exports
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering import urls
from atlas_ld.web.text.i18n import current_language, t

blueprint = Routes("documents", __name__)

_FUNDING = re.compile(r"-(?:[0-9]{4}(?:-[0-9]{4})?|undated)-[0-9]+$")
"""How the key of a line of funding ends."""


def names_something(kind: str, name: str) -> bool:
    """Whether the last part of an address, with or without an extension, leads anywhere but to 404."""
    return is_known(kind, name) or is_known(kind, name.rpartition(".")[0])


def is_known(kind: str, key: str) -> bool:
    """Whether there is such a thing, or was one."""
    return _exists(kind, key) or _became(kind, key) is not None


@blueprint.get(
    "/id/<kind>/<key>",
    fr="IRI d’une ressource : mène à son document",
    en="IRI of a thing: leads to its document",
    formats=(),
    parameters=("page", "lang"),
    others=(303, 308),
    kept=True,
    memento=True,
    names_something=lambda kind, key: names_something(kind, key),
)
def thing(kind: str, key: str) -> Response:
    """303 to the document of a thing that exists; 404 before that for one that does not."""
    known = settled(kind, key, lambda successor: url_for("documents.thing", kind=kind, key=successor))
    negotiate(offered(known, key), partial(_address, known, key))
    target = url_for("documents.document", kind=known, name=key, page=request.args.get("page"))
    return redirection(target, 303, (Link(target, "describedby"),))


@blueprint.get(
    "/doc/<kind>/<name>",
    fr="Document d’une ressource, dans le format que son extension ou Accept demande",
    en="Document of a thing, in the format that its extension or Accept asks for",
    formats=PLACED_FORMATS,
    parameters=("page",),
    others=(308,),
    kept=True,
    memento=True,
    names_something=names_something,
)
def document(kind: str, name: str) -> Response:
    """The document of a thing: in the format that its extension names, or else in the one that is negotiated."""
    publication = current_publication()
    key, named = split_extension(name, PLACED_FORMATS, partial(is_known, kind))
    tail = f".{named.extension}" if named else ""
    known = settled(kind, key, lambda successor: url_for("documents.document", kind=kind, name=f"{successor}{tail}"))
    formats = offered(known, key)
    if named and named not in formats:
        abort(404, t("documents.no-place"))
    return represent(formats, named, partial(_address, known, key), partial(_content, publication, known, key, formats))


def offered(kind: Kind, key: str) -> tuple[Format, ...]:
    """The formats of a thing's document: GeoJSON where it has a place."""
    publication = current_publication()
    try:
        placed = exports.feature(publication, kind, publication.iris.entity(kind, key))
    except ReleaseError:  # of an earlier version, whose lists cannot be read any more: what it says of things can
        placed = None
    return PLACED_FORMATS if placed else DOCUMENT_FORMATS


def settled(kind: str, key: str, address: Callable[[str], str]) -> Kind:
    """The kind, where this release says something of the key.

    Else aborts: with 308 to the `address` of the key that it was merged into, with 410 where it was withdrawn, or
    with 404.
    """
    if not _exists(kind, key):
        found = _became(kind, key)
        if found and found.successor and _exists(kind, found.successor):
            abort(redirection(address(found.successor), 308))
        if found and found.successor is None:
            abort(410, found.reason[current_language()])
        abort(404, t("documents.unknown", name=f"{kind}/{key}"))
    return cast(Kind, kind)


def _became(kind: str, key: str) -> Moved | None:
    """What became of a key; of a line of funding, whose key begins with its partnership's, what became of that."""
    publication = current_publication()
    found = publication.moved.get((kind, key))
    if found or kind != "funding" or not _FUNDING.search(key):
        return found
    stems = (key[: place.start()] for place in re.finditer("-", key))
    stem = next((one for one in reversed([*stems]) if ("partnership", one) in publication.moved), None)
    if stem is None:
        return None
    owner = publication.moved["partnership", stem]
    heir = owner.successor and owner.successor + key.removeprefix(stem)
    return Moved(heir, owner.reason) if heir and _exists(kind, heir) else Moved(None, owner.reason)


def _exists(kind: str, key: str) -> bool:
    publication = current_publication()
    if kind not in KINDS or not KEY.fullmatch(key):
        return False
    return publication.reader.exists(publication.iris.entity(kind, key))


def _address(kind: Kind, key: str, format_: Format) -> str:
    return urls.document(kind, key, format_.extension, data=format_ is not HTML)


def _content(publication: Publication, kind: Kind, key: str, formats: Sequence[Format], format_: Format) -> Content:
    links = document_links(publication, kind, key, format_, partial(_address, kind, key))
    if format_ is HTML:
        return Content(partial(_page, publication, kind, key, formats), links)
    if format_ is GEOJSON:
        return Content(partial(_geojson, publication, kind, key), links)
    page = _document_page()
    document_ = _document(publication, kind, key, page)
    for number, rel in ((page - 1, "prev"), (page + 1, "next")):
        if (rel == "prev" and page > 1) or (rel == "next" and document_.more):
            links.append(Link(f"{_address(kind, key, format_)}?page={number}", rel, format_.media_type))
    return Content(partial(serialise, publication, document_, format_), links)


def _page(publication: Publication, kind: Kind, key: str, formats: Sequence[Format]) -> str:
    return render(publication, kind, key, _document(publication, kind, key, page=1), formats)


def _geojson(publication: Publication, kind: Kind, key: str) -> str:
    feature = exports.feature(publication, kind, publication.iris.entity(kind, key))
    return json.dumps(feature, ensure_ascii=False) + "\n"


def _document_page() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:9]) < 10**8):
        abort(400, t("list.bad-page"))
    return int(text)


def _document(publication: Publication, kind: Kind, key: str, page: int) -> Document:
    found = describe(
        publication.reader,
        publication.iris.entity(kind, key),
        address=publication.iris.document(kind, key),
        dataset=publication.iris.base,
        license_=publication.settings.license,
        order=publication.model.order,
        page=page,
        size=publication.settings.page_size,
    )
    if found is None or (page > 1 and not _points_at(publication, found.iri, page)):
        abort(404, t("documents.unknown", name=unquote(f"{kind}/{key}")))
    return found


def _points_at(publication: Publication, iri: str, page: int) -> bool:
    """Whether a page of what points to an entity holds anything."""
    return bool(publication.reader.pointing_at(iri, limit=1, offset=(page - 1) * publication.settings.page_size))


def serialise(publication: Publication, document: Document, format_: Format) -> bytes:
    """A document in an RDF format, or as CSV: one row for each triple."""
    if format_ is JSONLD:
        address = f"{publication.iris.base}context.jsonld"
        return jsonld.document(document.triples, document.iri, publication.terms, address)
    if format_ is CSV:
        return _csv(document)
    # Without a prefix of their own, the parts of a partnership would be written with an escape: `:2833\#funding-1`.
    return write(document.triples, format_, PREFIXES | publication.iris.prefixes | {"part": f"{document.iri}#"})


def _csv(document: Document) -> bytes:
    """Columns `subject, property, value, datatype, language` (RFC 4180); the datatype is empty for IRIs. A text that a
    spreadsheet would run as a formula gets an apostrophe, as in the tables."""
    output = StringIO()
    rows = csv.writer(output)
    rows.writerow(("subject", "property", "value", "datatype", "language"))
    for triple in document.triples:
        value = triple.object
        if isinstance(value, Literal):
            tail = (harmless(value.value, value.datatype.value in NUMBERS), value.datatype.value, value.language or "")
        else:
            tail = (str(value).strip("<>"), "", "")
        rows.writerow((str(triple.subject).strip("<>"), triple.predicate.value, *tail))
    return output.getvalue().encode()
