"""/review: names that are doubtful or unmatched, with candidates, to read. A steward decides by a sheet (`atlas-ld
review`); the next release follows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from functools import partial
from typing import Any

from flask import Response, abort, render_template, request

from atlas_ld.media import CSV, HTML, JSON, Format, by_extension
from atlas_ld.review import sheet
from atlas_ld.review.queue import DOUBTS, Doubtful
from atlas_ld.review.uses import FUNDER
from atlas_ld.web.http.negotiation import Content, represent
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.lists.pages import pager_links
from atlas_ld.web.lists.rows import Page, paginate
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.display import entity
from atlas_ld.web.rendering.urls import url_for, with_parameters
from atlas_ld.web.text.i18n import t

blueprint = Routes("review", __name__)

_FORMATS = (HTML, CSV, JSON)


@blueprint.get(
    "/review",
    fr="Noms à vérifier : douteux ou sans correspondance, avec des candidats",
    en="Names to check: doubtful or unmatched, with candidates",
    formats=_FORMATS,
    parameters=("doubt", "page"),
    kept=True,
    memento=True,
)
def queue() -> Response:
    """The names that nobody knows for certain, those with most partnerships and euros first."""
    return _queue(None)


@blueprint.get(
    f"/review.<any({', '.join(f.extension for f in _FORMATS)}):extension>",
    fr="Noms à vérifier, dans un format ; le CSV est le tableau à remplir",
    en="Names to check, in one format; the CSV is the sheet to fill in",
    formats=_FORMATS,
    parameters=("doubt", "page"),
    memento=True,
)
def queue_file(extension: str) -> Response:
    """The same in the format of the extension: the whole selection."""
    return _queue(by_extension(extension, _FORMATS))


def _queue(named: Format | None) -> Response:
    publication = current_publication()
    doubt = request.args.get("doubt", "")
    if doubt and doubt not in DOUBTS:
        abort(400, t("review.bad-doubt", doubts=", ".join(DOUBTS)))
    cases = [case for case in publication.review if doubt in ("", case.doubt)]
    page = paginate(cases, publication.settings.page_size)
    writers: dict[Format, Callable[[], str]] = {
        HTML: partial(_page, publication, page, doubt),
        CSV: partial(sheet.as_csv, cases, publication.iris),
        JSON: partial(_json, publication, cases),
    }

    def content(format_: Format) -> Content:
        return Content(writers[format_], pager_links(page) if format_ is HTML else ())

    return represent(_FORMATS, named, partial(_address, doubt), content)


def _address(doubt: str, format_: Format) -> str:
    if format_ is HTML:
        address = url_for("review.queue")
    else:
        address = url_for("review.queue_file", extension=format_.extension, lang=None)
    return with_parameters(address, [("doubt", doubt or None)])


def _page(publication: Publication, page: Page[Doubtful], doubt: str) -> str:
    counts: Mapping[str, int] = Counter(case.doubt for case in publication.review)
    return render_template(
        "pages/review.html",
        page=page,
        doubt=doubt,
        doubts=[(one, counts[one], _address(one, HTML)) for one in DOUBTS],
        everything=_address("", HTML),
        rows=[_row(publication, case) for case in page.rows],
        decisions=publication.quality.get("decisions", ()),
        formats=[(format_, _address(doubt, format_)) for format_ in _FORMATS if format_ is not HTML],
    )


def _row(publication: Publication, case: Doubtful) -> dict[str, Any]:
    iris = publication.iris
    country = entity(iris.entity("territory", f"country-{case.country.lower()}")) if case.country else None
    return {
        "case": case,
        "country": country,
        "roles": [
            t("review.funder") if role == FUNDER else entity(iris.code("role", role)).text for role in case.roles
        ],
        "euros": Decimal(case.cents) / 100,
        "partnerships": [entity(iris.entity("partnership", key)) for key in case.partnerships],
        "candidates": [
            (one, None if one.is_place else entity(iris.entity("organisation", one.identifier)).href)
            for one in case.candidates
        ],
    }


def _json(publication: Publication, cases: Sequence[Doubtful]) -> str:
    """The cases as they are kept, partnerships as IRIs and money in euros."""
    rows = []
    for case in cases:
        row = asdict(case)
        row["partnerships"] = [publication.iris.entity("partnership", key) for key in case.partnerships]
        row["euros"] = row.pop("cents") / 100
        rows.append(row)
    return json.dumps({"total": len(rows), "names": rows}, ensure_ascii=False, indent=1) + "\n"
