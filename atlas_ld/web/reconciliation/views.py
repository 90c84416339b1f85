"""/reconcile: manifest, queries, data extension, suggestions, preview. OpenRefine sends no Accept header, and posts
`queries=` and `extend=` to the one address."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any

from flask import Response, abort, render_template, request

from atlas_ld import __version__
from atlas_ld.media import HTML, JSON
from atlas_ld.model import ClassModel
from atlas_ld.model.classes import Field
from atlas_ld.rdf import Literal, NamedNode, Node, object_of
from atlas_ld.vocabulary import XSD
from atlas_ld.web.http.problems import problem
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.reconciliation.candidates import Wanted, find
from atlas_ld.web.reconciliation.names import TYPES, Named
from atlas_ld.web.reconciliation.queries import BatchTooLargeError, NameQuery, read_batch, read_extension
from atlas_ld.web.text.i18n import current_language, t

blueprint = Routes("reconciliation", __name__)

_CLASSES = {
    "territory": "Territory",
    "country": "Territory",
    "organisation": "TerritorialAuthority",
    "theme": "Concept",
    "post": "DiplomaticPost",
}
"""The class whose fields an entity of a type may have."""
_COUNTRY = "country"
"""The one property by which candidates are told apart."""
_CALLBACK = re.compile(r"[A-Za-z_$][\w$.]{0,100}")
_SUGGESTED = 10
_MOST_BODY = 2**18
"""Bytes of a form: a hundred names of five hundred characters, escaped."""
_MOST_SECONDS = 1.5
"""Of processor time for one batch of names: how long a name takes depends on its length and on the release."""
_FRAMED = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors *; sandbox"
"""The preview is shown within pages of others, and may do nothing there."""


@blueprint.get(
    "/reconcile",
    fr="Rapprocher des noms (API de réconciliation 0.2, OpenRefine)",
    en="Match names (Reconciliation API 0.2, OpenRefine)",
    formats=(JSON,),
    parameters=("queries", "extend", "callback", "lang"),
    longest=65_536,
)
def service() -> Response:
    """The manifest, or what `queries` or `extend` ask for."""
    return _service(request.args.get("queries"), request.args.get("extend"))


@blueprint.post(
    "/reconcile", endpoint="posted", fr="Rapprocher des noms, par lots", en="Match names in batches", formats=(JSON,)
)
def posted() -> Response:
    """The same, by a form."""
    request.max_content_length = _MOST_BODY
    return _service(request.form.get("queries"), request.form.get("extend"))


def _service(queries: str | None, extend: str | None) -> Response:
    publication = current_publication()
    try:
        if queries is not None:
            return _answer(_matched(publication, read_batch(queries)))
        if extend is not None:
            return _answer(_extended(publication, extend))
    except BatchTooLargeError as error:
        abort(problem(413, t("reconciliation.large-title"), t("reconciliation.large-detail", reason=str(error))))
    except ValueError as error:
        abort(
            problem(400, t("reconciliation.malformed-title"), t("reconciliation.malformed-detail", reason=str(error)))
        )
    return _answer(_manifest(publication))


def _matched(publication: Publication, batch: Mapping[str, NameQuery]) -> dict[str, Any]:
    """The candidates of each name. Raises BatchTooLargeError where they take more work than one request may make."""
    until, found = time.thread_time() + _MOST_SECONDS, dict[str, Any]()
    for name, asked in batch.items():
        if time.thread_time() > until:
            raise BatchTooLargeError(f"{len(batch)} queries took more than {_MOST_SECONDS:g} s; {len(found)} did not")
        found[name] = {"result": _candidates(publication, asked)}
    return found


def _manifest(publication: Publication) -> dict[str, Any]:
    base = publication.iris.base
    here = f"{base}reconcile"
    suggest = {
        kind: {"service_url": here, "service_path": f"/suggest/{kind}"} for kind in ("entity", "type", "property")
    }
    suggest["entity"]["flyout_service_url"] = here
    suggest["entity"]["flyout_service_path"] = "/flyout?id=${id}"
    return {
        "versions": ["0.1", "0.2"],
        "name": publication.settings.publisher,
        "identifierSpace": f"{base}id/",
        "schemaSpace": f"{base}ontology",
        "documentation": f"{base}about",
        "serviceVersion": __version__,
        "defaultTypes": [_type(name) for name in TYPES],
        "view": {"url": f"{base}id/{{{{id}}}}"},
        "preview": {"url": f"{here}/preview?id={{{{id}}}}", "width": 420, "height": 180},
        "suggest": suggest,
        "extend": {
            "propose_properties": {"service_url": here, "service_path": "/properties"},
            "property_settings": [],
        },
    }


def _candidates(publication: Publication, asked: NameQuery) -> list[dict[str, Any]]:
    types = tuple(type_ for type_ in TYPES if type_ in asked.type)
    if asked.type and not types:
        return []
    countries = tuple(v for constraint in asked.properties if constraint.pid == _COUNTRY for v in constraint.values)
    found = find(publication.names, Wanted(asked.query, types, countries, asked.most))
    return [
        _entity(publication, one.named)
        | {"score": one.score, "match": one.match, "type": [_type(n) for n in one.named.types]}
        for one in found
    ]


def _extended(publication: Publication, extend: str) -> dict[str, Any]:
    asked = read_extension(extend)
    fields = _fields(publication)
    wanted = {one.id: fields[one.id] for one in asked.properties if one.id in fields}
    empty: dict[str, list[dict[str, Any]]] = {one.id: [] for one in asked.properties}
    rows = {id_: empty | _values(publication, id_, wanted) for id_ in asked.ids}
    meta = [{"id": one.id, "name": _name(wanted[one.id]) if one.id in wanted else one.id} for one in asked.properties]
    return {"meta": meta, "rows": rows}


def _values(publication: Publication, id_: str, wanted: Mapping[str, Field]) -> dict[str, list[dict[str, Any]]]:
    named = publication.names.by_id.get(id_)
    if named is None:
        return {}
    said = publication.reader.about(f"{publication.iris.base}id/{id_}")
    found: dict[str, list[dict[str, Any]]] = {}
    for name, field in wanted.items():
        terms = [object_of(triple) for triple in said if triple.predicate.value == field.path]
        found[name] = [_value(publication, term) for term in sorted(terms, key=str)]
    return found


def _value(publication: Publication, term: Node) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        id_ = term.value.removeprefix(f"{publication.iris.base}id/")
        known = publication.names.by_id.get(id_)
        if known:
            return {"id": id_, "name": known.label(current_language())}
        labels = publication.reader.labels([term.value])[term.value]
        own = next((label.value for label in labels if label.language == current_language()), None)
        return {"str": own or (labels[0].value if labels else term.value)}
    assert isinstance(term, Literal)
    if term.datatype.value in (str(XSD.integer), str(XSD.gYear)):
        return {"int": int(term.value)}
    if term.datatype.value == str(XSD.decimal):
        return {"float": float(term.value)}
    if term.datatype.value == str(XSD.date):
        return {"date": f"{term.value}T00:00:00Z"}
    return {"str": term.value}


@blueprint.get(
    "/reconcile/suggest/entity",
    fr="Suggérer une ressource",
    en="Suggest an entity",
    formats=(JSON,),
    parameters=("prefix", "lang"),
)
def suggest_entity() -> Response:
    """Entities whose names begin with `prefix`, or are like it."""
    publication = current_publication()
    found = find(publication.names, Wanted(_prefix(), (), limit=_SUGGESTED))
    kinds = [_entity(publication, one.named) | {"notable": [_type(name) for name in one.named.types]} for one in found]
    return _answer({"result": kinds})


@blueprint.get(
    "/reconcile/suggest/type",
    fr="Suggérer un type",
    en="Suggest a type",
    formats=(JSON,),
    parameters=("prefix", "lang"),
)
def suggest_type() -> Response:
    """Types whose names begin with `prefix`."""
    return _answer({"result": [one for one in map(_type, TYPES) if _begins(one["name"], one["id"])]})


@blueprint.get(
    "/reconcile/suggest/property",
    fr="Suggérer une propriété",
    en="Suggest a property",
    formats=(JSON,),
    parameters=("prefix", "lang"),
)
def suggest_property() -> Response:
    """Properties whose names begin with `prefix`."""
    fields = _fields(current_publication())
    return _answer(
        {"result": [_property(name, field) for name, field in fields.items() if _begins(_name(field), name)]}
    )


@blueprint.get(
    "/reconcile/properties",
    fr="Propriétés d’un type",
    en="Properties of a type",
    formats=(JSON,),
    parameters=("type", "lang"),
)
def propose_properties() -> Response:
    """The properties that entities of a type may have (data extension)."""
    publication = current_publication()
    type_ = request.args.get("type", "territory")
    if type_ not in TYPES:
        abort(problem(404, detail=t("reconciliation.type", known=", ".join(TYPES))))
    fields = {publication.model.terms[field.path]: field for field in _class(publication, type_).fields}
    proposed = [{"id": name, "name": _name(field)} for name, field in fields.items()]
    return _answer({"type": type_, "properties": proposed})


@blueprint.get(
    "/reconcile/flyout",
    fr="Une ressource en bref",
    en="An entity in brief",
    formats=(JSON,),
    parameters=("id", "callback", "lang"),
)
def flyout() -> Response:
    """The preview within JSON."""
    named = _asked()
    return _answer({"id": named.id, "html": _preview(named)})


@blueprint.get(
    "/reconcile/preview",
    fr="Une ressource en bref, pour un cadre",
    en="An entity in brief, for a frame",
    parameters=("id",),
)
def preview() -> Response:
    """A page of a few lines, which others may frame."""
    response = Response(_preview(_asked()), content_type=HTML.content_type)
    response.headers["Content-Security-Policy"] = _FRAMED
    response.headers["Vary"] = "Accept-Language"
    return response


def _preview(named: Named) -> str:
    publication = current_publication()
    return render_template(
        "reconciliation/preview.html",
        named=named,
        description=_description(publication, named),
        language=current_language(),
        address=f"{publication.iris.base}id/{named.id}",
    )


def _asked() -> Named:
    named = current_publication().names.by_id.get(request.args.get("id", ""))
    if named is None:
        abort(404)
    return named


def _entity(publication: Publication, named: Named) -> dict[str, Any]:
    description = _description(publication, named)
    return {"id": named.id, "name": named.label(current_language())} | (
        {"description": description} if description else {}
    )


def _description(publication: Publication, named: Named) -> str:
    """Its most telling type, and its country where that is another thing."""
    country = publication.names.by_id.get(named.country or "")
    place = [country.label(current_language())] if country and country is not named else []
    return ", ".join([_type(named.types[0])["name"], *place])


def _type(name: str) -> dict[str, str]:
    return {"id": name, "name": TYPES[name][("fr", "en").index(current_language())]}


def _property(name: str, field: Field) -> dict[str, str]:
    return {"id": name, "name": _name(field), "description": getattr(field.description, current_language())}


def _name(field: Field) -> str:
    return str(getattr(field.name, current_language()))


def _fields(publication: Publication) -> dict[str, Field]:
    """Every property that can be added, by its term."""
    classes = [_class(publication, type_) for type_ in TYPES]
    return {publication.model.terms[field.path]: field for class_ in classes for field in class_.fields}


def _class(publication: Publication, type_: str) -> ClassModel:
    return next(class_ for class_ in publication.model.classes if class_.local_name == _CLASSES[type_])


def _prefix() -> str:
    return request.args.get("prefix", "").strip()[:200]


def _begins(*names: str) -> bool:
    prefix = _prefix().lower()
    return any(word.startswith(prefix) for name in names for word in (name.lower(), *name.lower().split()))


def _answer(content: dict[str, Any]) -> Response:
    """JSON, or JSONP for clients that ask by `callback`."""
    body = json.dumps(content, ensure_ascii=False)
    callback = request.args.get("callback")
    if callback is None:
        response = Response(body, content_type=JSON.content_type)
    elif _CALLBACK.fullmatch(callback):
        # U+2028 and the comment keep the body from being anything but a call (RFC 8259; old JavaScript).
        escaped = body.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("<", "\\u003c")
        response = Response(f"/**/{callback}({escaped});", content_type="text/javascript; charset=utf-8")
    else:
        abort(problem(400, t("reconciliation.malformed-title"), t("reconciliation.callback")))
    response.headers["Vary"] = "Accept-Language"
    return response
