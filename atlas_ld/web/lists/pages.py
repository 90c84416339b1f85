"""The pages of the lists, and the same selections as files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import Response, abort, render_template, request

from atlas_ld.iris import slug
from atlas_ld.media import GEOJSON, HTML, JSON, LIST_FORMATS, XLSX, Format, by_extension
from atlas_ld.release.kinds import LISTS
from atlas_ld.web.http.responses import Link, address_with, html_page, stream
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.lists import charts, exports
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.lists.rows import Page, Row, page_of, paginate, rows
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.display import list_title
from atlas_ld.web.rendering.urls import url_for
from atlas_ld.web.text.i18n import LANGUAGES, Language, current_language, messages, t, translate


def blueprint() -> Routes:
    """The page of each list, and its selections as files."""
    made = Routes("lists", __name__)
    for name, list_ in LISTS.items():
        fr, en = (translate(f"base.{name}", lang) if f"base.{name}" in messages() else name for lang in LANGUAGES)
        declare = made.get(
            list_.path,
            endpoint=name,
            fr=f"Liste : {fr}",
            en=f"List: {en}",
            parameters=("q", "sort", "page"),
            list=name,
            kept=True,
            memento=True,
        )
        declare(partial(list_page, name))
    made.get(
        f"/<any({', '.join(LISTS)}):name>.<any({', '.join(f.extension for f in LIST_FORMATS)}):extension>",
        fr="La sélection d’une liste, entière, dans un fichier ; ses filtres sont ceux de la liste",
        en="The selection of a list, all of it, as a file; its filters are those of the list",
        formats=LIST_FORMATS,
        parameters=("q", "sort", "dialect", "lang"),
        costly=True,
        memento=True,
    )(file)
    return made


def list_page(name: str) -> Response:
    """The page of a list that the address asks for. Aborts with 400 for an order that there is not.

    The themes come whole: their tree is short, and makes sense as a whole.
    """
    publication = current_publication()
    sort = selecting.sort_asked(name)
    strange = selecting.unknown(name)
    chosen = selecting.read(publication, name, request.args)
    order = _order(sort)
    if name == "themes":
        found = rows(publication, name, publication.facets.ordered(name, chosen.bits, order))
        page = Page(found, _only_page(), 1, len(found))
    else:
        page = page_of(publication, name, chosen.bits, order)
    asked = sort if request.args.get("sort") else None
    path = url_for(request.endpoint or "", lang=None)
    files = [
        (f, chosen.address(url_for("lists.file", name=name, extension=f.extension, lang=_written_in(f)), sort=asked))
        for f in _formats(name)
    ]
    values = {
        "name": name,
        "heading": t(f"list.count-{name}", count=page.total)
        if f"list.count-{name}" in messages()
        else list_title(name),
        "words": t(f"list.words-{name}" if f"list.words-{name}" in messages() else "facets.words"),
        "unknown": t("list.unknown", **strange) if strange else None,
        "selection": chosen,
        "sort": sort,
        "sorts": LISTS[name].sorts,
        "page": page,
        "path": path,
        "facets": selecting.facets(publication, chosen, path, asked),
        "chips": selecting.chips(publication, chosen, path, asked),
        "files": files,
        "excel": chosen.address(url_for("lists.file", name=name, extension="csv", lang=None), sort=asked, dialect="fr"),
        "query": selecting.query(publication, chosen),
        "chart": charts.funding_by_year(publication, chosen) if name == "funding" else None,
        "tree": theme_tree(found) if name == "themes" and not chosen.words and not chosen.chosen else [],
    }
    links = [*pager_links(page), *(Link(address, "alternate", f.media_type) for f, address in files)]
    return html_page(partial(render_template, [f"lists/{name}.html", "lists/list.html"], **values), links=links)


def _written_in(format_: Format) -> str | None:
    """The language of a file, where it depends on that of the page and is not French."""
    return "en" if format_ is XLSX and current_language() == "en" else None


def _only_page() -> int:
    """The number of the page of a list that has one; aborts for another as `listing.paginate` does."""
    return paginate((), 1).number


def _order(sort: str) -> str:
    return "title-en" if sort == "title" and current_language() == "en" else sort


def _formats(name: str) -> tuple[Format, ...]:
    return tuple(f for f in LIST_FORMATS if f is not GEOJSON or LISTS[name].mapped)


def file(name: str, extension: str) -> Response:
    """The whole selection of a list, every page of it, as a file to keep. `dialect=fr` makes CSV for French Excel, and
    `lang=en` an English workbook."""
    publication = current_publication()
    format_ = by_extension(extension, _formats(name)) or abort(404)
    if strange := selecting.unknown(name):
        abort(400, t("list.unknown-refused", **strange))
    dialect = request.args.get("dialect", "")
    if dialect not in ("", "fr"):
        abort(400, t("list.bad-dialect", dialect=dialect))
    sort = selecting.sort_asked(name)
    chosen = selecting.read(publication, name, request.args)

    query = selecting.query(publication, chosen)

    def chunks() -> Iterator[bytes]:
        if format_ is GEOJSON:
            return exports.as_geojson(publication, chosen, sort)
        table = exports.table(publication, chosen, sort)
        if format_ is JSON:
            return exports.as_json(publication, table, query)
        if format_ is XLSX:
            language: Language = "en" if request.args.get("lang") == "en" else "fr"
            about = _about(publication, chosen, query, language)
            return exports.as_xlsx(exports.tables(publication, chosen, sort), about, language)
        return exports.as_csv(table, "fr" if dialect else "")

    response = stream(chunks, format_, vary=())
    asked = slug(" ".join(value for values in chosen.chosen.values() for value in values) + f" {chosen.words}")[:40]
    named = "-".join((name, *([asked.strip("-")] if chosen.words or chosen.chosen else []), publication.release.id))
    response.headers["Content-Disposition"] = f'attachment; filename="{named}.{format_.extension}"'
    return response


def _about(
    publication: Publication, chosen: selecting.Selection, query: str | None, language: Language
) -> list[tuple[str, str]]:
    """What the read-me of a workbook says of a selection."""
    told = {
        "address": publication.iris.base.rstrip("/") + chosen.address(f"/{chosen.list}", sort=request.args.get("sort")),
        "release": publication.release.id,
        "publisher": publication.settings.publisher,
        "licence": publication.settings.license,
        "query": query or translate("list.no-query", language),
    }
    return [(translate(f"list.about-{name}", language), value) for name, value in told.items()]


def pager_links(page: Page[Any]) -> list[Link]:
    """Link relations to the pages before and after."""
    links = []
    if page.number > 1:
        links.append(Link(address_with(page=page.number - 1), "prev", HTML.media_type))
    if page.number < page.pages:
        links.append(Link(address_with(page=page.number + 1), "next", HTML.media_type))
    return links


ThemeNode = tuple[Row, "list[ThemeNode]"]


def theme_tree(found: list[Row], above: str | None = None) -> list[ThemeNode]:
    """Themes below `above` (None for the top level), each with its own, in the order of `found`."""
    return [(row, theme_tree(found, row.iri)) for row in found if row.one("broader") == above]
