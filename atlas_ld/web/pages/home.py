"""The pages around the entities: home, about, releases."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path

from flask import Response, render_template
from rdflib import Namespace

from atlas_ld import jsonld
from atlas_ld.catalogue import PERIOD
from atlas_ld.media import ATOM, HTML, JSONLD, RDF_FORMATS, Format
from atlas_ld.queries.named import named_queries
from atlas_ld.rdf import BlankNode, Triple, integer, node, parse_file, write
from atlas_ld.release.layout import CATALOGUE, release_ids
from atlas_ld.release.manifest import Manifest
from atlas_ld.vocabulary import PREFIXES, RDF
from atlas_ld.web.entities import schema_org
from atlas_ld.web.entities.signposting import catalog_links, dataset_links
from atlas_ld.web.http.negotiation import Content, negotiated, represent
from atlas_ld.web.http.responses import Link, html_page, redirection
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.lists import charts, maps
from atlas_ld.web.lists import rows as listing
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.display import DisplayValue, entity
from atlas_ld.web.rendering.urls import url_for
from atlas_ld.web.text.i18n import current_language

blueprint = Routes("site", __name__)

_HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")

_TOP_COUNTRIES = 8
_QUESTIONS = (
    "cooperating-with-a-country",
    "partnerships-by-country",
    "funding-by-year",
    "funding-of-a-partnership",
    "under-way-after-their-end",
)


@blueprint.get(
    "/",
    fr="Page d’accueil, ou description du jeu de données",
    en="Home page, or the description of the dataset",
    formats=(HTML, *RDF_FORMATS),
    kept=True,
    memento=True,
)
def home() -> Response:
    """The home page, or the dataset's description (DCAT, VoID) for clients that ask for RDF."""
    publication = current_publication()
    links = [Link(publication.iris.base, "canonical"), *dataset_links(publication)]

    def content(format_: Format) -> Content:
        write_ = partial(_home, publication) if format_ is HTML else partial(_dataset, publication, format_)
        return Content(write_, links)

    return represent((HTML, *RDF_FORMATS), None, _dataset_address, content)


@negotiated(
    blueprint,
    "/catalog",
    (*RDF_FORMATS, HTML),
    also=("/.well-known/void",),
    formats=RDF_FORMATS,
    fr="Catalogue DCAT et description VoID du jeu de données",
    en="DCAT catalogue and VoID description of the dataset",
    others=(303,),
    memento=True,
)
def catalog(format_: Format) -> Content | Response:
    """The catalogue of this instance, with the description of the dataset, in RDF; people go to the home page."""
    if format_ is HTML:
        return redirection(url_for("site.home"), 303)
    publication = current_publication()
    return Content(partial(_dataset, publication, format_), catalog_links(publication))


def _dataset_address(format_: Format) -> str:
    if format_ is HTML:
        return url_for("site.home")
    return url_for("site.catalog_file", extension=format_.extension)


def _dataset(publication: Publication, format_: Format) -> bytes:
    """The catalogue as harvesters want it: complete, with nothing that they would have to fetch. So JSON-LD has its
    context inside, and the period is a blank node: udata, the software of data.gouv.fr, fetches one that has an IRI."""
    base = publication.iris.base
    period, blank = node(f"{base}{PERIOD}"), BlankNode("period")
    triples = [
        Triple(blank if subject == period else subject, property_, blank if term == period else term)
        for subject, property_, term in parse_file(publication.release.path / CATALOGUE, base)
    ]
    triples += _paging(base)
    prefixes = PREFIXES | publication.iris.prefixes | {"hydra": str(_HYDRA)}
    if format_ is JSONLD:
        return jsonld.document(triples, base, publication.terms, publication.model.context(prefixes))
    return write(triples, format_, prefixes)


def _paging(base: str) -> list[Triple]:
    """The catalogue is one page, which is also the last (Hydra, by which harvesters go on)."""
    catalog, page = node(f"{base}catalog"), node(f"{base}catalog#page")
    return [
        Triple(catalog, node(RDF.type), node(_HYDRA.Collection)),
        Triple(catalog, node(_HYDRA.totalItems), integer(1)),
        Triple(catalog, node(_HYDRA.member), node(base)),
        Triple(catalog, node(_HYDRA.view), page),
        Triple(page, node(RDF.type), node(_HYDRA.PartialCollectionView)),
        Triple(page, node(_HYDRA.first), catalog),
        Triple(page, node(_HYDRA.last), catalog),
    ]


def _home(publication: Publication) -> str:
    everything = selecting.select(publication, "partnerships", {})
    themes = listing.rows(
        publication, "themes", publication.facets.ordered("themes", _themes(publication), "-partnerships")
    )
    told = publication.facets.having("partnerships", "example", "yes")
    examples = listing.rows(publication, "partnerships", publication.facets.ordered("partnerships", told, "title"))
    return render_template(
        "pages/home.html",
        figures=_figures(publication),
        map=maps.countries(publication),
        countries=_ranked(publication, everything, "country")[:_TOP_COUNTRIES],
        theme_bars=[row for row in themes if row.one("broader") is None],
        examples=examples,
        example=examples[0].iri if examples else publication.iris.base,
        chart=charts.funding_by_year(publication, selecting.select(publication, "funding", {})),
        questions=_questions(),
        manifest=publication.release.manifest,
        report=publication.quality,
        structured=schema_org.script(schema_org.dataset(publication)),
    )


def _figures(publication: Publication) -> dict[str, int]:
    """The key figures; `cents` are those of all funding lines whose amount is known."""
    index = publication.facets
    roles = index.facet("organisations", "role")
    return {
        "partnerships": index.everything("partnerships").bit_count(),
        "authorities": roles.get("french-authority", 0).bit_count(),
        "partners": roles.get("foreign-partner", 0).bit_count(),
        "countries": len(index.facet("partnerships", "country")),
        "funded": charts.funded(publication, index.everything("funding")),
        "lines": index.everything("funding").bit_count(),
        "cents": sum(index.amounts_by_year(index.everything("funding")).values()),
    }


def _themes(publication: Publication) -> int:
    return selecting.select(publication, "themes", {"used": ("yes",)}).bits


def _ranked(publication: Publication, chosen: selecting.Selection, facet: str) -> list[tuple[DisplayValue, int]]:
    """The values of a facet that are places, as a page shows them, with most partnerships first."""
    counted = publication.facets.counts(chosen.list, facet, chosen.bits)
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [(entity(publication.iris.entity("territory", key)), count) for key, count in ranked]


def _questions() -> list[tuple[str, str]]:
    """Address and title of the ready-made questions that the home page shows."""
    found = [named_queries()[name] for name in _QUESTIONS]
    return [(url_for("queries.named", name=one.name), one.query.titles[current_language()]) for one in found]


@blueprint.get("/about", fr="À propos", en="About")
def about() -> Response:
    publication = current_publication()
    page = partial(render_template, "pages/about.html", counts=publication.release.manifest.counts)
    return html_page(page)


@blueprint.get("/releases", fr="Versions publiées", en="Releases")
def releases() -> Response:
    """Every release that this instance keeps, the newest first."""
    publication = current_publication()
    folder = publication.release.path.parent
    # The list changes when a release is made or removed, while the one that is served stays.
    listed = release_ids(folder)
    manifests = [summary(folder / release) for release in listed]
    feed = Link(url_for("feeds.releases"), "alternate", ATOM.media_type)
    page = partial(render_template, "pages/releases.html", releases=manifests)
    return html_page(page, links=[feed], depends=" ".join(listed))


@lru_cache(maxsize=1024)
def summary(release: Path) -> Manifest:
    """The manifest of a release without the files that it was made of and has, of which there are thousands."""
    return Manifest.load(release).model_copy(update={"inputs": {}, "files": {}})
