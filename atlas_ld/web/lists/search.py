"""/search: what people type, in every kind of thing; /search/suggest: the same while they type."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import Response, abort, render_template, request, url_for
from markupsafe import Markup, escape

from atlas_ld.media import JSON
from atlas_ld.release.kinds import SEARCHED, list_of
from atlas_ld.release.reading.facets import positions_of
from atlas_ld.release.reading.search import Hit
from atlas_ld.release.stemming import marked
from atlas_ld.web.http.responses import html_page
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.lists import rows
from atlas_ld.web.publication import current_publication
from atlas_ld.web.rendering.display import entity
from atlas_ld.web.text.formatting import typeset
from atlas_ld.web.text.i18n import t

blueprint = Routes("search", __name__)

_FIRST = 5
"""Hits of each kind on the page of all kinds."""

_LONGEST = 200


@dataclass(frozen=True)
class Result:
    """A hit for the page: where it leads, its label and the text around what was found, both marked up, and its row in
    the list of its kind, which tells what it is."""

    href: str
    language: str | None
    label: Markup
    snippet: Markup
    row: rows.Row | None


@dataclass(frozen=True)
class Section:
    """The hits of one kind: the first of them, and how many there are."""

    kind: str
    total: int
    results: Sequence[Result]


@blueprint.get(
    "/search",
    fr="Recherche dans toutes les sortes de ressources",
    en="Search in every kind of thing",
    parameters=("q", "kind", "page"),
    kept=True,
)
def page() -> Response:
    """Hits by kind or, with `kind=`, every hit of one kind."""
    words = request.args.get("q", "").strip()[:_LONGEST]
    kind = request.args.get("kind") or None
    if kind is not None and kind not in SEARCHED:
        abort(400, t("search.bad-kind", kind=kind, kinds=", ".join(SEARCHED)))
    index = current_publication().search
    reading = index.read(words)
    found = index.overview(reading, _FIRST)
    counts = {name: found[name][0] for name in SEARCHED if name in found}
    values = {"words": words, "kind": kind, "counts": counts, "reading": reading}
    if kind is None:
        sections = [Section(name, counts[name], _results(found[name][1], reading.text)) for name in counts]
        return html_page(partial(render_template, "lists/search_results.html", sections=sections, **values))
    size = current_publication().settings.page_size
    numbers = rows.paginate(range(counts.get(kind, 0)), size)
    hits = index.search(reading, kind, size, (numbers.number - 1) * size)
    results = _results(hits, reading.text)
    shown = rows.Page(results, numbers.number, numbers.pages, numbers.total)
    return html_page(partial(render_template, "lists/search_results.html", page=shown, **values))


@blueprint.get(
    "/search/suggest",
    fr="Suggestions pendant la saisie",
    en="Suggestions while one types",
    formats=(JSON,),
    parameters=("q", "lang"),
)
def suggest() -> Response:
    """`{"query", "status", "suggestions": [{"label", "kind", "href"}]}`: at most 8, best first, in words for people."""
    words = request.args.get("q", "").strip()[:_LONGEST]
    suggestions = []
    for hit in current_publication().search.suggest(words):
        shown = entity(hit.iri)
        label = typeset(shown.text, shown.language)
        suggestions.append({"label": label, "kind": t(f"search.one-{hit.kind}"), "href": shown.href})
    body = {"query": words, "status": t("search.suggestions", count=len(suggestions)), "suggestions": suggestions}
    response = Response(json.dumps(body, ensure_ascii=False), content_type=JSON.content_type)
    response.headers["Vary"] = "Accept-Language"
    return response


def _results(hits: Sequence[Hit], words: str) -> list[Result]:
    """Hits of one kind."""
    publication = current_publication()
    list_ = list_of(hits[0].kind) if hits else None
    known: dict[str, rows.Row] = {}
    if list_ is not None:
        bits = publication.facets.with_iris(list_.name, [hit.iri for hit in hits])
        known = {row.iri: row for row in rows.rows(publication, list_.name, positions_of(bits))}
    return [_result(hit, words, known.get(hit.iri)) for hit in hits]


def _result(hit: Hit, words: str, row: rows.Row | None) -> Result:
    shown = entity(hit.iri)
    label = marked(typeset(shown.text, shown.language), words)
    return Result(shown.href or url_for("site.home"), shown.language, _markup(label), _markup(hit.snippet), row)


def _markup(text: str) -> Markup:
    """Text as HTML, with the marks of `release.reading.search` as <mark>."""
    return Markup(str(escape(text)).replace("\x02", "<mark>").replace("\x03", "</mark>"))  # noqa: S704  # escaped
