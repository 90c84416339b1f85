"""/api/v1: the lists, a list by pages, and what is in them, as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response, abort, request

from atlas_ld.iris import KEY
from atlas_ld.media import JSON, JSONLD
from atlas_ld.release.kinds import LISTS
from atlas_ld.web.http.responses import Link, answer
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.urls import with_parameters
from atlas_ld.web.rest import schemas
from atlas_ld.web.rest.cursors import Cursor
from atlas_ld.web.rest.resources import context, fields_of, page_of, resource
from atlas_ld.web.text.i18n import t

MOST = 100
"""Items of a page."""
_USUAL = 50
_CONTEXT = "http://www.w3.org/ns/json-ld#context"
"""Relation of a JSON answer to its JSON-LD context (https://www.w3.org/TR/json-ld11/#interpreting-json-as-json-ld)."""


def blueprint() -> Routes:
    """The API; each list and its items have an address of their own, with its filters."""
    made = Routes("rest", __name__)
    made.get(
        "/api/v1/",
        endpoint="lists",
        fr="Les listes, leurs filtres et leurs champs, en JSON",
        en="The lists, their filters and their fields, as JSON",
        formats=(JSON,),
        schema="Lists",
    )(lists)
    made.get(
        "/api/v1/context.jsonld",
        endpoint="context",
        fr="Contexte JSON-LD des réponses de l’API",
        en="JSON-LD context of the answers of the API",
        formats=(JSONLD,),
    )(shown_context)
    for name in LISTS:
        made.get(
            f"/api/v1/{name}",
            endpoint=name,
            fr=f"Liste en JSON, par pages : {name}",
            en=f"List as JSON, by pages: {name}",
            formats=(JSON,),
            parameters=("q", "sort", "limit", "cursor", "fields"),
            list=name,
            schema=schemas.list_name(name),
            others=(410,),
        )(partial(page, name))
        made.get(
            f"/api/v1/{name}/<key>",
            endpoint=f"{name}-item",
            fr=f"Une ressource en JSON : {name}",
            en=f"A resource as JSON: {name}",
            formats=(JSON,),
            parameters=("fields",),
            schema=schemas.item_name(name),
            names_something=partial(_is_known, name),
        )(partial(item, name))
    return made


def lists() -> Response:
    publication = current_publication()
    return _answer(partial(_lists, publication))


def _lists(publication: Publication) -> dict[str, Any]:
    base = publication.iris.base
    return {
        "release": publication.release.id,
        "dataLicense": publication.settings.license,
        "lists": [
            {
                "name": name,
                "href": f"{base}api/v1/{name}",
                "total": publication.facets.everything(name).bit_count(),
                "filters": ["q", *(facet.name for facet in list_.facets)],
                "sorts": list(list_.sorts),
                "fields": fields_of(publication, name),
            }
            for name, list_ in LISTS.items()
        ],
    }


def shown_context() -> Response:
    found = context(current_publication())
    return answer(lambda: json.dumps(found, indent=1) + "\n", JSONLD, vary=())


def page(name: str) -> Response:
    """A page of a selection of a list. Aborts with 400 for a parameter that has no such value, with 410 for the cursor
    of another release."""
    publication = current_publication()
    if strange := selecting.unknown(name):
        abort(400, t("list.unknown-refused", **strange))
    sort, limit, fields = selecting.sort_asked(name), _limit(), _fields(publication, name)
    chosen = selecting.read(publication, name, request.args)
    asked = [(key, value) for key, value in sorted(request.args.items(multi=True)) if key not in ("cursor", "limit")]
    first = Cursor.of(publication.release.id, repr(asked), 0)
    start = _start(first)
    total = chosen.bits.bit_count()
    if start and start >= total:
        abort(400, t("rest.bad-cursor"))
    following = str(replace(first, offset=start + limit)) if start + limit < total else None
    # In the order of the request, so that it can be recognised.
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != "cursor"]
    address = f"{publication.iris.base}api/v1/{name}"
    after = with_parameters(address, [*kept, ("cursor", following)]) if following else None

    def written() -> dict[str, Any]:
        return page_of(publication, chosen, sort, start, limit, fields) | {"next": after}

    return _answer(written, *([Link(after, "next", JSON.media_type)] if after else []))


def example(publication: Publication, name: str) -> dict[str, Any]:
    """The first row of a list as the API gives it, for its description."""
    return page_of(publication, selecting.select(publication, name, {}), LISTS[name].sorts[0], 0, 1, ())


def item(name: str, key: str) -> Response:
    """One entity of a list. Aborts with 404 for a key that it has not."""
    publication = current_publication()
    if strange := sorted(request.args.keys() - {"fields"}):
        abort(400, t("list.unknown-refused", names=", ".join(strange), known="fields"))
    if not _is_known(name, key):
        abort(404, t("documents.unknown", name=f"{LISTS[name].kind}/{key}"))
    kind = LISTS[name].kind
    fields = _fields(publication, name)
    document = Link(publication.iris.document(kind, key), "canonical")
    return _answer(partial(resource, publication, publication.iris.entity(kind, key), fields), document)


def _is_known(name: str, key: str) -> bool:
    publication = current_publication()
    if not KEY.fullmatch(key):
        return False
    return bool(publication.facets.with_iris(name, [publication.iris.entity(LISTS[name].kind, key)]))


def _answer(write: Any, *links: Link) -> Response:
    base = current_publication().iris.base
    known = Link(f"{base}api/v1/context.jsonld", _CONTEXT, JSONLD.media_type)
    return answer(lambda: json.dumps(write(), ensure_ascii=False) + "\n", JSON, links=[known, *links], vary=())


def _limit() -> int:
    text = request.args.get("limit", str(_USUAL))
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 0 < int(text) <= MOST):
        abort(400, t("rest.bad-limit", limit=text[:20], most=MOST))
    return int(text)


def _fields(publication: Publication, name: str) -> frozenset[str]:
    """The fields that are asked for, separated by commas or one a parameter; none for all. Aborts with 400."""
    asked = {field for value in request.args.getlist("fields") for field in value.split(",") if field}
    known = fields_of(publication, name)
    if strange := sorted(asked - {*known, "id", "type"}):
        abort(400, t("rest.bad-fields", names=", ".join(strange)[:200], known=", ".join(known)))
    return frozenset(asked)


def _start(first: Cursor) -> int:
    """The offset that the request's cursor names, which must be of the same selection as `first`. Aborts with 400 for
    another, with 410 for one of another release."""
    text = request.args.get("cursor")
    if not text:
        return 0
    cursor = Cursor.read(text)
    if cursor and cursor.release != first.release:
        abort(410, t("rest.stale-cursor", release=first.release))
    if cursor is None or cursor.asked != first.asked:
        abort(400, t("rest.bad-cursor"))
    return cursor.offset
