"""Pages about the site: its model class by class, the libraries that it ships, accessibility, privacy, and what changed
between two releases. The page /about itself is in `site`."""

from __future__ import annotations

from functools import lru_cache, partial

from flask import Response, abort, render_template, request

from atlas_ld.catalogue import REFERENCES
from atlas_ld.config import Settings
from atlas_ld.errors import ReleaseError
from atlas_ld.model import ClassModel
from atlas_ld.queries import load
from atlas_ld.rdf import NamedNode, node
from atlas_ld.release.diff import Difference, compare
from atlas_ld.release.layout import open_release, release_ids
from atlas_ld.web.http.responses import html_page
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.pages.model_diagram import diagram
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.assets import libraries
from atlas_ld.web.rendering.display import Graph
from atlas_ld.web.text.i18n import t

blueprint = Routes("about", __name__)

_MOST_LISTED = 200


@blueprint.get("/about/accessibility", fr="Accessibilité du site", en="Accessibility of the site")
def accessibility() -> Response:
    """How the site was made and checked for everybody, and whom to tell of a barrier."""
    return html_page(partial(render_template, "pages/accessibility.html"))


@blueprint.get(
    "/about/privacy", fr="Données personnelles et demandes de retrait", en="Personal data and removal requests"
)
def privacy() -> Response:
    """What is known of persons (in the data: nothing; of visitors: the log of requests), and how to ask for removal."""
    return html_page(partial(render_template, "pages/privacy.html"))


@blueprint.get(
    "/about/licences",
    fr="Licences des données, du logiciel et des bibliothèques",
    en="Licences of the data, the software and the libraries",
)
def licences() -> Response:
    """The licence of the data, of the software, and of each library that the pages use."""
    return html_page(partial(render_template, "pages/licences.html", libraries=libraries(), references=REFERENCES))


@blueprint.get("/model", fr="Modèle des données", en="Model of the data")
def model() -> Response:
    """Every class of the data, with a diagram."""
    publication = current_publication()
    values = {"model": publication.model, "counts": publication.partitions[0]}
    return html_page(partial(render_template, "pages/model.html", diagram=_diagram(publication, 0), **values))


def _is_class(name: str) -> bool:
    return any(class_.local_name == name for class_ in current_publication().model.classes)


@blueprint.get(
    "/model/<name>",
    fr="Une classe du modèle : champs, liens, règles, exemple",
    en="A class of the model: fields, links, rules, example",
    names_something=_is_class,
)
def model_class(name: str) -> Response:
    """One class: its fields with their cardinality, links to and from others, its rules, an example of this release."""
    publication = current_publication()
    classes = {class_.local_name: number for number, class_ in enumerate(publication.model.classes)}
    if name not in classes:
        abort(404)
    number = classes[name]
    class_ = publication.model.classes[number]
    example = publication.keeping(_example, 64)(class_)
    values = {
        "class_": class_,
        "count": publication.partitions[0].get(class_.iri, 0),
        "target": publication.model.of,
        "example": example,
        "graph": Graph(publication.reader.about(example)) if example else None,
    }
    return html_page(partial(render_template, "pages/class.html", diagram=_diagram(publication, number), **values))


def _diagram(publication: Publication, number: int) -> object:
    return diagram(publication.model, publication.model.classes[number])


def _example(publication: Publication, class_: ClassModel) -> str | None:
    """The thing of this class that has the most said about it, among the first of them."""
    rows = publication.reader.select(load("pages/examples-of-class"), class_=node(class_.iri))
    found = [row["thing"].value for row in rows if isinstance(row["thing"], NamedNode)]
    return max(found, key=lambda iri: len(publication.reader.about(iri)), default=None)


@blueprint.get(
    "/releases/compare",
    fr="Ce qui change entre deux versions",
    en="What changes between two releases",
    parameters=("from", "to"),
)
def compared() -> Response:
    """What changed from one release to another: `from` and `to` are their ids, the last two by default."""
    publication = current_publication()
    known = release_ids(publication.settings.releases)
    after = request.args.get("to") or publication.release.id
    earlier = [release for release in known if release < after]
    before = request.args.get("from") or (earlier[0] if earlier else after)
    if before not in known or after not in known:
        abort(404, t("about.no-release"))
    try:
        difference = _difference(publication.settings, before, after)
    except ReleaseError:  # it was removed since the list was read
        abort(404, t("about.no-release"))
    page = render_template("pages/compared.html", known=known, difference=difference, most=_MOST_LISTED)
    # Not `html_page`: the list of releases to choose from changes while this release stays.
    return Response(page, content_type="text/html; charset=utf-8", headers={"Vary": "Accept-Language"})


@lru_cache(maxsize=16)
def _difference(settings: Settings, before: str, after: str) -> Difference:
    return compare(open_release(settings.releases, before), open_release(settings.releases, after))
