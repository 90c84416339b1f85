"""How good the data are, in public: /quality has the figures, /quality/remarks each remark with its record and source.

Every number leads to what it counts: to a page of remarks, or to the query that has the things as its answers.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import Response, abort, render_template, request

from atlas_ld import jsonld
from atlas_ld.comparison.wording import COLON
from atlas_ld.findings import Severity
from atlas_ld.iris import local_name
from atlas_ld.media import CSV, HTML, JSON, JSONLD, RDF_FORMATS, Format, by_extension
from atlas_ld.quality import dqv
from atlas_ld.quality.figures import COVERAGE, LINKS, Figure
from atlas_ld.quality.remarks import STATES, Kind, Remark
from atlas_ld.rdf import parse_file, write
from atlas_ld.release.layout import REPORT, release_ids
from atlas_ld.release.tables import harmless
from atlas_ld.vocabulary import SH
from atlas_ld.web.http.negotiation import Content, negotiated, represent
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.lists.pages import pager_links
from atlas_ld.web.lists.rows import paginate
from atlas_ld.web.pages.home import summary
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.urls import url_for, with_parameters
from atlas_ld.web.text.i18n import LANGUAGES, Language, current_language, messages, t

blueprint = Routes("quality", __name__)

_FILTERS = ("code", "severity", "source", "record", "state")
_FIGURES_FORMATS = (HTML, CSV, JSON, *RDF_FORMATS)
_REMARKS_FORMATS = (HTML, CSV, JSON)
_FIGURE_COLUMNS = ("figure", "label_fr", "label_en", "count", "total", "share", "address")
_REMARK_COLUMNS = ("record", "title", "state", "severity", "code", "fr", "en", "field", "sources", "address")
_MOST_RELEASES = 12


def remarks_on(publication: Publication, key: str, language: str) -> Mapping[str, int]:
    """What was found on one published partnership, worst first: each remark, and how many times it was made."""
    rank = {"violation": 0, "warning": 1, "info": 2}
    found: list[Mapping[str, Any]] = publication.quality.get("published", {}).get(key, [])
    return Counter(finding[language] for finding in sorted(found, key=lambda f: rank.get(f["severity"], 3)))


def results_on(publication: Publication, iri: str, language: str) -> Mapping[str, int]:
    """What the rules say of one thing that is no partnership, worst first: each message, and how many times."""
    order = [str(SH.Violation), str(SH.Warning), str(SH.Info)]
    found = publication.reader.messages_on(iri, publication.iris.quality_graph)
    ranked = sorted(
        (order.index(severity) if severity in order else len(order), message.value)
        for severity, messages in found
        for message in messages
        if message.language == language
    )
    return Counter(message for _, message in ranked)


@negotiated(
    blueprint,
    "/quality",
    _FIGURES_FORMATS,
    fr="Qualité des données : chiffres, remarques par règle et par source, évolution",
    en="Data quality: figures, remarks by rule and by source, trend",
    costly=True,
    memento=True,
)
def overview(format_: Format) -> Content:
    """How good the data are, in figures: DQV and the SHACL report as RDF, the figures as CSV and JSON."""
    publication = current_publication()
    kept = release_ids(publication.release.path.parent)[:_MOST_RELEASES]
    writers: dict[Format, Callable[[], str | bytes]] = {
        HTML: partial(_page, publication, kept),
        CSV: partial(_figures_csv, publication),
        JSON: partial(_figures_json, publication, kept),
    }
    # The trend follows the releases that are kept, which come and go while this one stays.
    return Content(writers.get(format_) or partial(_rdf, publication, format_), depends=" ".join(kept))


def _address(endpoint: str, parameters: Mapping[str, str], format_: Format) -> str:
    if format_ is HTML:
        address = url_for(endpoint)
    else:
        address = url_for(f"{endpoint}_file", extension=format_.extension, lang=None)
    return with_parameters(address, parameters.items())


def _page(publication: Publication, kept: Sequence[str]) -> str:
    figures, remarks = publication.figures, publication.remarks
    by_class: dict[str, list[Figure]] = {}
    for figure in figures:
        if figure.group == COVERAGE and figure.subject:
            by_class.setdefault(figure.name.split("-")[1], []).append(figure)
    return render_template(
        "pages/quality.html",
        counts=publication.release.manifest.counts,
        severities=publication.quality["counts"],
        kinds=[(kind, kind_label(publication, kind)) for kind in remarks.kinds],
        held_back=remarks.held_back,
        sources=remarks.by_source,
        links=[figure for figure in figures if figure.group == LINKS],
        coverage=by_class,
        releases=[summary(publication.release.path.parent / name) for name in kept],
        remarks_address=_remarks_address,
        formats=[(f, _address("quality.overview", {}, f)) for f in _FIGURES_FORMATS if f is not HTML],
        queue=len(publication.review),
    )


def _remarks_address(**parameters: str) -> str:
    return with_parameters(url_for("quality.remarks"), parameters.items())


def kind_label(publication: Publication, kind: Kind) -> str:
    """What a code is about: a few words of ours for what readers and matching say, the class and field of a rule on one
    field, the first sentence of any other rule."""
    if f"kinds.{kind.code}" in messages():
        return t(f"kinds.{kind.code}")
    language = current_language()
    shape = kind.code.partition("/")[0]
    for class_ in publication.model.classes:
        for field in class_.fields:
            if local_name(field.shape) == shape:
                return f"{class_.label[language]} · {field.name[language]}"
        for rule in class_.rules:
            if local_name(rule.shape) == shape:
                return rule.message[language].partition(". ")[0].rstrip(".")
    return kind.code


def _figures(publication: Publication) -> list[dict[str, Any]]:
    """Every figure with the address of what it counts."""
    base = publication.iris.base.rstrip("/")
    counts, quality = publication.release.manifest.counts, publication.quality["counts"]
    told: list[dict[str, Any]] = []

    def add(name: str, fr: str, en: str, count: int, total: int | None, address: str) -> None:
        share = None if total is None else round(count / max(1, total), 4)
        row = (name, fr, en, count, total, share, f"{base}{address}")
        told.append(dict(zip(_FIGURE_COLUMNS, row, strict=True)))

    add("published", "fiches publiées", "records published", counts.published, counts.records, "/partnerships")
    held = "/quality/remarks?state=held-back"
    add("held-back", "fiches écartées", "records held back", counts.quarantined, counts.records, held)
    for severity in Severity:
        address = f"/quality/remarks?severity={severity.value}"
        add(f"remarks-{severity.value}", severity.value, severity.value, quality[severity.value], None, address)
    for kind in publication.remarks.kinds:
        address = with_parameters("/quality/remarks", [("code", kind.code), ("severity", kind.severity)])
        add(f"remarks-{kind.code}", kind.example.fr, kind.example.en, kind.count, None, address)
    for source in publication.remarks.by_source:
        address = with_parameters("/quality/remarks", [("source", source.title)])
        add("source-remarks", source.title, source.title, source.remarks, None, address)
    for figure in publication.figures:
        address = with_parameters("/sparql", [("query", figure.query)])
        fr, en = (_named(figure, language) for language in LANGUAGES)
        add(figure.name, fr, en, figure.count, figure.total, address)
    return told


def _named(figure: Figure, language: Language) -> str:
    label = figure.label[language]
    return f"{figure.subject[language]}{COLON[language]}{label}" if figure.subject else label


def _figures_csv(publication: Publication) -> str:
    return _csv(_FIGURE_COLUMNS, _figures(publication))


def _figures_json(publication: Publication, kept: Sequence[str]) -> str:
    folder = publication.release.path.parent
    trend = [summary(folder / name).model_dump(mode="json", include={"id", "issued", "counts"}) for name in kept]
    return _json({"release": publication.release.id, "figures": _figures(publication), "releases": trend})


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        cells = ((row[name], isinstance(row[name], int | float)) for name in columns)
        writer.writerow([harmless("" if cell is None else str(cell), number) for cell, number in cells])
    return output.getvalue()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _rdf(publication: Publication, format_: Format) -> bytes:
    """The figures as DQV, then the SHACL report."""
    base, counts = publication.iris.base, publication.release.manifest.counts
    numbers = {"published": counts.published, "held-back": counts.quarantined}
    triples = dqv.describe(publication.figures, publication.remarks.kinds, numbers, base)
    triples += parse_file(publication.release.path / REPORT, base)
    prefixes = {**dqv.QUALITY_PREFIXES, **publication.iris.prefixes}
    if format_ is JSONLD:
        return jsonld.document(triples, base, publication.terms, publication.model.context(prefixes))
    return write(triples, format_, prefixes)


@blueprint.get(
    "/quality/remarks",
    fr="Remarques sur les données, par règle, gravité, source, fiche ou état",
    en="Remarks on the data, by rule, severity, source, record or state",
    formats=_REMARKS_FORMATS,
    parameters=(*_FILTERS, "page"),
    kept=True,
    memento=True,
)
def remarks() -> Response:
    """Each remark with its record and source, and how to mend it; records that are held back with the reasons."""
    return _remarks(None)


@blueprint.get(
    f"/quality/remarks.<any({', '.join(f.extension for f in _REMARKS_FORMATS)}):extension>",
    fr="Remarques sur les données, dans un format",
    en="Remarks on the data, in one format",
    formats=_REMARKS_FORMATS,
    parameters=(*_FILTERS, "page"),
    memento=True,
)
def remarks_file(extension: str) -> Response:
    """The same in the format of the extension: the whole selection."""
    return _remarks(by_extension(extension, _REMARKS_FORMATS))


def _remarks(named: Format | None) -> Response:
    publication = current_publication()
    chosen = {name: value for name in _FILTERS if (value := request.args.get(name, ""))}
    if chosen.get("state", STATES[0]) not in STATES:
        abort(400, t("quality.bad-state", states=", ".join(STATES)))
    if chosen.get("severity", "info") not in list(Severity):
        abort(400, t("quality.bad-severity", severities=", ".join(Severity)))
    found = publication.remarks.select(**chosen)
    page = paginate(found, publication.settings.page_size)
    writers: dict[Format, Callable[[], str | bytes]] = {
        HTML: partial(_remarks_page, publication, chosen, page),
        CSV: lambda: _csv(_REMARK_COLUMNS, (_row(publication, one) for one in found)),
        JSON: lambda: _json({"total": len(found), "remarks": [_row(publication, one) for one in found]}),
    }

    def content(format_: Format) -> Content:
        return Content(writers[format_], pager_links(page) if format_ is HTML else ())

    return represent(_REMARKS_FORMATS, named, partial(_address, "quality.remarks", chosen), content)


def _remarks_page(publication: Publication, chosen: Mapping[str, str], page: Any) -> str:
    kinds = {kind.code: kind_label(publication, kind) for kind in publication.remarks.kinds}
    return render_template(
        "pages/remarks.html",
        page=page,
        chosen=chosen,
        kinds=kinds,
        titles={one.record: _title(publication, one) for one in page.rows},
        formats=[(f, _address("quality.remarks", chosen, f)) for f in _REMARKS_FORMATS if f is not HTML],
        remarks_address=_remarks_address,
    )


def _title(publication: Publication, remark: Remark) -> str:
    if remark.title or not remark.record:
        return remark.title
    iri = publication.iris.entity("partnership", remark.record)
    labels = publication.reader.labels([iri])[iri]
    return labels[0].value if labels else remark.record


def _row(publication: Publication, remark: Remark) -> dict[str, str]:
    is_there = remark.state == "published" and remark.record
    return {
        "record": remark.record,
        "title": _title(publication, remark),
        "state": remark.state,
        "severity": remark.severity,
        "code": remark.code,
        "fr": remark.fr,
        "en": remark.en,
        "field": remark.field,
        "sources": " | ".join(remark.sources),
        "address": publication.iris.entity("partnership", remark.record) if is_there else "",
    }
