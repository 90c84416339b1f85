"""/id and /doc: things and the documents about them (https://www.w3.org/TR/cooluris/, 303 redirects)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from io import StringIO
from typing import cast
from urllib.parse import unquote

from flask import Blueprint, Response, abort, redirect, request, url_for

from atlas_ld import jsonld
from atlas_ld.iris import KEY, KINDS, Kind
from atlas_ld.media import CSV, DOCUMENT_FORMATS, HTML, JSONLD, Format, by_extension
from atlas_ld.rdf import Literal, write
from atlas_ld.store.document import Document, describe
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web.i18n import t
from atlas_ld.web.publication import Publication, publication
from atlas_ld.web.responses import Link, answer, negotiate
from atlas_ld.web.views import render

blueprint = Blueprint("documents", __name__)


@blueprint.get("/id/<kind>/<key>")
def thing(kind: str, key: str) -> Response:
    """303 to the document of a thing that exists; 404 before that for one that does not."""
    known = _kind(kind, key)
    negotiate(DOCUMENT_FORMATS, partial(_address, known, key))
    target = url_for("documents.document", kind=known, name=key, page=request.args.get("page"))
    response = cast(Response, redirect(target, 303, Response))
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Link"] = str(Link(target, "describedby"))
    return response


@blueprint.get("/doc/<kind>/<name>")
def document(kind: str, name: str) -> Response:
    """The document of a thing: in the format that its extension names, or else in the one that is negotiated."""
    opened = publication()
    stem, _, extension = name.rpartition(".")
    named = by_extension(extension, DOCUMENT_FORMATS) if stem else None
    if named and _exists(kind, stem):
        return _respond(opened, _kind(kind, stem), stem, named, negotiated=False)
    known = _kind(kind, name)
    return _respond(opened, known, name, negotiate(DOCUMENT_FORMATS, partial(_address, known, name)), negotiated=True)


def _exists(kind: str, key: str) -> bool:
    opened = publication()
    if kind not in KINDS or not KEY.fullmatch(key):
        return False
    return opened.reader.exists(opened.iris.entity(kind, key))


def _kind(kind: str, key: str) -> Kind:
    if not _exists(kind, key):
        abort(404, t("documents.unknown", name=f"{kind}/{key}"))
    return cast(Kind, kind)


def _address(kind: Kind, key: str, format_: Format) -> str:
    language = {} if format_ is HTML else {"lang": None}  # data has no language
    return url_for("documents.document", kind=kind, name=f"{key}.{format_.extension}", **language)


def _respond(opened: Publication, kind: Kind, key: str, format_: Format, *, negotiated: bool) -> Response:
    iri = opened.iris.entity(kind, key)
    generic = opened.iris.document(kind, key)
    links = [
        Link(iri, "cite-as"),
        Link(generic, "canonical"),
        Link(opened.iris.base, "describedby"),
        *(Link(_address(kind, key, f), "alternate", f.media_type) for f in DOCUMENT_FORMATS if f is not format_),
    ]
    write_: Callable[[], str | bytes]
    if format_ is HTML:
        write_ = partial(_page, opened, kind, key)
    else:
        page = _document_page()
        document_ = _document(opened, kind, key, page)
        for number, rel in ((page - 1, "prev"), (page + 1, "next")):
            if (rel == "prev" and page > 1) or (rel == "next" and document_.more):
                links.append(Link(f"{_address(kind, key, format_)}?page={number}", rel, format_.media_type))
        write_ = partial(serialise, opened, document_, format_)
    return answer(
        write_,
        format_,
        links=links,
        content_location=_address(kind, key, format_) if negotiated else None,
        vary=("Accept", "Accept-Language") if negotiated else ("Accept-Language",) if format_ is HTML else (),
    )


def _page(opened: Publication, kind: Kind, key: str) -> str:
    return render(opened, kind, key, _document(opened, kind, key, page=1))


def _document_page() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:9]) < 10**8):
        abort(400, t("list.bad-page"))
    return int(text)


def _document(opened: Publication, kind: Kind, key: str, page: int) -> Document:
    found = describe(
        opened.reader,
        opened.iris.entity(kind, key),
        address=opened.iris.document(kind, key),
        dataset=opened.iris.base,
        license_=opened.settings.license,
        order=opened.model.order,
        page=page,
        size=opened.settings.page_size,
    )
    if found is None or (page > 1 and not _points_at(opened, found.iri, page)):
        abort(404, t("documents.unknown", name=unquote(f"{kind}/{key}")))
    return found


def _points_at(opened: Publication, iri: str, page: int) -> bool:
    """Whether a page of what points to an entity holds anything."""
    return bool(opened.reader.pointing_at(iri, limit=1, offset=(page - 1) * opened.settings.page_size))


@lru_cache(maxsize=4)
def context(opened: Publication) -> Mapping[str, object]:
    """The value of `@context` of our JSON-LD."""
    return opened.model.context(PREFIXES | opened.iris.prefixes)


def serialise(opened: Publication, document: Document, format_: Format) -> bytes:
    """A document in an RDF format, or as CSV: one row for each triple."""
    if format_ is JSONLD:
        address = f"{opened.iris.base}context.jsonld"
        return jsonld.document(document.triples, document.iri, context(opened), address)
    if format_ is CSV:
        return _csv(document)
    return write(document.triples, format_, PREFIXES | opened.iris.prefixes)


def _csv(document: Document) -> bytes:
    """Columns `subject, property, value, datatype, language` (RFC 4180); the datatype is empty for IRIs."""
    output = StringIO()
    rows = csv.writer(output)
    rows.writerow(("subject", "property", "value", "datatype", "language"))
    for triple in document.triples:
        value = triple.object
        if isinstance(value, Literal):
            tail = (value.value, value.datatype.value, value.language or "")
        else:
            tail = (str(value).strip("<>"), "", "")
        rows.writerow((str(triple.subject).strip("<>"), triple.predicate.value, *tail))
    return output.getvalue().encode()
