"""/search: what people type, in every kind of thing; /search/suggest: the same while they type."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import Response, abort, render_template, request, url_for
from markupsafe import Markup, escape

from atlas_ld.media import JSON
from atlas_ld.release.kinds import SEARCHED
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
    """A hit for the page: where it leads, its label and the text around what was found, both marked up."""

    href: str
    language: str | None
    label: Markup
    snippet: Markup


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
    found = current_publication().search.overview(words, _FIRST)
    counts = {name: found[name][0] for name in SEARCHED if name in found}
    values = {"words": words, "kind": kind, "counts": counts}
    if kind is None:
        sections = [Section(n, counts[n], [_result(hit, words) for hit in found[n][1]]) for n in counts]
        return html_page(partial(render_template, "lists/search_results.html", sections=sections, **values))
    size = current_publication().settings.page_size
    numbers = rows.paginate(range(counts.get(kind, 0)), size)
    hits = current_publication().search.search(words, kind, size, (numbers.number - 1) * size)
    results = [_result(hit, words) for hit in hits]
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


def _result(hit: Hit, words: str) -> Result:
    shown = entity(hit.iri)
    label = marked(typeset(shown.text, shown.language), words)
    return Result(shown.href or url_for("site.home"), shown.language, _markup(label), _markup(hit.snippet))


def _markup(text: str) -> Markup:
    """Text as HTML, with the marks of `release.reading.search` as <mark>."""
    return Markup(str(escape(text)).replace("\x02", "<mark>").replace("\x03", "</mark>"))  # noqa: S704  # escaped
