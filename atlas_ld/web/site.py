"""The pages around the entities: home, lists, about, quality, releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from atlas_ld import jsonld
from atlas_ld.media import HTML, JSONLD, RDF_FORMATS, Format
from atlas_ld.queries import load
from atlas_ld.rdf import NamedNode, parse_file, write
from atlas_ld.release.folder import list_releases
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web import listing
from atlas_ld.web.display import entity, to_decimal
from atlas_ld.web.documents import context
from atlas_ld.web.i18n import current_language
from atlas_ld.web.model import format_or_404
from atlas_ld.web.publication import Publication, publication
from atlas_ld.web.quality import report
from atlas_ld.web.responses import Link, address_with, answer, html_page, negotiate, redirection
from atlas_ld.web.signposting import catalog_links, dataset_links
from atlas_ld.web.views.common import SORTS, iris_of

blueprint = Blueprint("site", __name__)

_TOP_COUNTRIES = 8
_NARROWER = 6
_QUESTIONS = tuple(
    f"examples/{name}"
    for name in (
        "cooperating-with-a-country",
        "partnerships-by-country",
        "funding-by-year",
        "funding-of-a-partnership",
        "under-way-after-their-end",
    )
)
_LABEL: listing.Sort = (listing.by_label, False)
_PARTNERSHIPS: listing.Sort = (listing.by_partnerships, True)


@blueprint.get("/")
def home() -> Response:
    """The home page, or the dataset's description (DCAT, VoID) for clients that ask for RDF."""
    opened = publication()
    chosen = negotiate((HTML, *RDF_FORMATS), _dataset_address)
    links = [
        *(Link(_dataset_address(f), "alternate", f.media_type) for f in RDF_FORMATS if f is not chosen),
        Link(opened.iris.base, "canonical"),
        *dataset_links(opened),
    ]
    if chosen is HTML:
        return answer(partial(_home, opened), HTML, links=links)
    return answer(partial(_dataset, opened, chosen), chosen, links=links)


@blueprint.get("/catalog")
@blueprint.get("/.well-known/void")
def catalog() -> Response:
    """The catalogue of this instance, with the description of the dataset, in RDF; people go to the home page."""
    chosen = negotiate((*RDF_FORMATS, HTML), _dataset_address)
    if chosen is HTML:
        return redirection(url_for("site.home"), 303)
    return answer(partial(_dataset, publication(), chosen), chosen, links=catalog_links(publication(), chosen))


@blueprint.get("/catalog.<extension>")
def catalog_file(extension: str) -> Response:
    """The same in the format that the extension names."""
    chosen = format_or_404(extension, RDF_FORMATS)
    links = catalog_links(publication(), chosen)
    return answer(partial(_dataset, publication(), chosen), chosen, links=links, vary=())


def _dataset_address(format_: Format) -> str:
    if format_ is HTML:
        return url_for("site.home")
    return url_for("site.catalog_file", extension=format_.extension)


def _dataset(opened: Publication, format_: Format) -> bytes:
    triples = parse_file(opened.release.path / "catalogue.ttl", opened.iris.base)
    if format_ is JSONLD:
        return jsonld.document(triples, opened.iris.base, context(opened), f"{opened.iris.base}context.jsonld")
    return write(triples, format_, PREFIXES | opened.iris.prefixes)


def _home(opened: Publication) -> str:
    figures = opened.reader.select(load("pages/figures"))[0]
    countries = [
        (entity(country.value), int(to_decimal(row["partnerships"]) or 0))
        for row in opened.reader.select(load("pages/partner-countries"))
        if isinstance(country := row["country"], NamedNode)
    ]
    themes = listing.ordered(listing.themes(opened).values(), {"": _PARTNERSHIPS}, "")
    known = listing.partnerships(opened)
    told = [known[iri] for iri in _most_told(opened) if iri in known]
    return render_template(
        "site/home.html",
        figures={name: to_decimal(value) for name, value in figures.items()},
        countries=countries[:_TOP_COUNTRIES],
        theme_bars=[(entity(e.iri), e.count("partnerships")) for e in themes if e.iri_of("broader") is None],
        narrower=[e for e in themes if e.iri_of("broader") is not None and e.count("partnerships")][:_NARROWER],
        examples=told,
        example=told[0].iri if told else opened.iris.base,
        questions=_questions(opened),
    )


@lru_cache(maxsize=4)
def _most_told(opened: Publication) -> list[str]:
    return iris_of(opened, "most-told", "partnership")


def _questions(opened: Publication) -> list[tuple[str, str]]:
    """Address and title of the examples that the home page shows."""
    prefixes = PREFIXES | opened.iris.prefixes
    return [
        (url_for("sparql.endpoint", query=query.example(prefixes)), query.titles[current_language()])
        for query in map(load, _QUESTIONS)
    ]


@blueprint.get("/partnerships")
def partnerships() -> Response:
    return _list("partnerships", SORTS, "title")


@blueprint.get("/territories")
def territories() -> Response:
    return _list("territories", {"-partnerships": _PARTNERSHIPS, "title": _LABEL}, "-partnerships")


@blueprint.get("/organisations")
def organisations() -> Response:
    return _list("organisations", {"-partnerships": _PARTNERSHIPS, "title": _LABEL}, "-partnerships")


@blueprint.get("/funding")
def funding() -> Response:
    sorts: Mapping[str, listing.Sort] = {
        "-amount": (listing.by_amount, True),
        "-year": (listing.by_year, True),
        "year": (listing.by_year, False),
        "title": _LABEL,
    }
    return _list("funding", sorts, "-amount")


def _entries(opened: Publication, name: str) -> Mapping[str, listing.Entry]:
    if name == "partnerships":
        return listing.partnerships(opened)
    key = {"territories": "territory", "organisations": "organisation", "funding": "line"}[name]
    return listing.entries(opened, f"list-{name}", key)


def _list(name: str, sorts: Mapping[str, listing.Sort], default: str) -> Response:
    opened = publication()
    words = request.args.get("q", "").strip()
    sort = request.args.get("sort") or default
    rows = listing.ordered(listing.selected(_entries(opened, name).values(), words), sorts, sort)
    page = listing.paginate(rows, opened.settings.page_size)
    values = {"words": words, "sort": sort, "sorts": list(sorts), "page": page}
    return html_page(partial(render_template, f"site/{name}.html", **values), links=pager_links(page))


def pager_links(page: listing.Page[Any]) -> list[Link]:
    """Link relations to the pages before and after."""
    links = []
    if page.number > 1:
        links.append(Link(address_with(page=page.number - 1), "prev", HTML.media_type))
    if page.number < page.pages:
        links.append(Link(address_with(page=page.number + 1), "next", HTML.media_type))
    return links


@blueprint.get("/themes")
def themes() -> Response:
    """The whole tree: it is short, and makes sense as a whole. With `q`, the themes that hold these words."""
    opened = publication()
    words = request.args.get("q", "").strip()
    found = listing.selected(listing.themes(opened).values(), words)
    rows = listing.ordered(found, {"": _PARTNERSHIPS}, "")
    page = listing.paginate(rows, max(1, len(rows)))
    values = {"words": words, "page": page, "tree": [] if words else theme_tree(rows)}
    return html_page(partial(render_template, "site/themes.html", **values))


ThemeNode = tuple[listing.Entry, "list[ThemeNode]"]


def theme_tree(rows: Sequence[listing.Entry], above: str | None = None) -> list[ThemeNode]:
    """Themes below `above` (None for the top level), each with its own, in the order of `rows`."""
    return [(row, theme_tree(rows, row.iri)) for row in rows if row.iri_of("broader") == above]


@blueprint.get("/about")
def about() -> Response:
    opened = publication()
    page = partial(render_template, "site/about.html", counts=opened.release.manifest.counts)
    return html_page(page)


@blueprint.get("/quality")
def quality() -> Response:
    """What was found in the data: records held back with the reasons, remarks counted by kind."""
    opened = publication()
    found = report(opened)
    page = listing.paginate(found["quarantined"], opened.settings.page_size)
    values = {"report": found, "page": page, "counts": opened.release.manifest.counts}
    return html_page(partial(render_template, "site/quality.html", **values), links=pager_links(page))


@blueprint.get("/releases")
def releases() -> Response:
    """Every release that this instance keeps, the newest first."""
    opened = publication()
    found = list_releases(opened.release.path.parent)
    # The list changes when a release is made or removed, while the one that is served stays.
    listed = " ".join(release.id for release in found)
    return html_page(partial(render_template, "site/releases.html", releases=found), depends=listed)
