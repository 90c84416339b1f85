"""Help with queries: what the editor completes (/sparql/completions.json), and a builder for those who do not write
SPARQL (/explore), which is a plain form made from the shapes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from atlas_ld.iris import shorten
from atlas_ld.media import JSON
from atlas_ld.model import ClassModel, Model
from atlas_ld.queries import load
from atlas_ld.queries.building import TESTS, Condition, Path, UnfitValueError, build, check, paths, starts
from atlas_ld.rdf import Literal, NamedNode, node
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web.http.responses import answer, html_page
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.sparql.result_charts import chart, points
from atlas_ld.web.text.i18n import Language, current_language, t

blueprint = Routes("querying", __name__)
blueprint.app_template_filter("chart")(chart)
blueprint.app_template_filter("points")(points)


@blueprint.get(
    "/sparql/completions.json",
    fr="Ce que l’éditeur de requêtes complète : préfixes, classes, propriétés",
    en="What the query editor completes: prefixes, classes, properties",
    formats=(JSON,),
    parameters=("lang",),
)
def completions() -> Response:
    """`{"prefixes": {name: IRI}, "class": [term...], "property": [term...]}`, a term being its `iri`, its `short` form,
    its `label` in the reader's language and its `count` in this release, the most frequent first."""
    publication, language = current_publication(), current_language()
    return _json(lambda: _completions(publication, language))


def _json(make: Any) -> Response:
    # The address of either names its language, so one entity tag never stands for two texts.
    return answer(lambda: json.dumps(make(), ensure_ascii=False), JSON, vary=("Accept-Language",))


def _completions(publication: Publication, language: Language) -> dict[str, Any]:
    names = labels(publication.model, language)
    found: dict[str, Any] = {"prefixes": PREFIXES | publication.iris.prefixes}
    for kind, counts in zip(("class", "property"), publication.partitions, strict=True):
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        found[kind] = [
            {"iri": iri, "short": shorten(iri), "label": names.get(iri, ""), "count": count} for iri, count in ordered
        ]
    return found


def labels(model: Model, language: Language) -> dict[str, str]:
    """What the shapes call each class and property, by IRI."""
    names = {iri: fields[0].name[language] for iri, fields in model.fields_by_path.items()}
    return names | {class_.iri: class_.label[language] for class_ in model.classes}


_MOST_CONDITIONS = 12


@dataclass(frozen=True)
class Row:
    """One line of the form as it was sent, empty for a new one; `problem` says why it cannot be asked."""

    path: Path | None = None
    test: str = "contains"
    value: str = ""
    problem: str | None = None


@dataclass(frozen=True)
class Question:
    """What the form asks: a class, lines, and the field to count by."""

    start: ClassModel
    fields: Mapping[str, Path]
    rows: tuple[Row, ...]
    count: Path | None

    @property
    def conditions(self) -> list[Condition]:
        return [Condition(row.path, row.test, row.value) for row in self.rows if row.path]  # type: ignore[arg-type]


@blueprint.get(
    "/explore",
    fr="Composer une question sans SPARQL",
    en="Put a question together without SPARQL",
    parameters=("class", "field", "test", "value", "count"),
)
def explore() -> Response:
    """The form, what it asks in SPARQL, and a button to run it."""
    publication, question = current_publication(), _question()
    query = None if any(row.problem for row in question.rows) else _written(publication, question)
    return html_page(
        partial(
            render_template,
            "sparql/explore.html",
            question=question,
            rows=(*question.rows, Row())[:_MOST_CONDITIONS],
            starts=starts(publication.model),
            tests=TESTS,
            query=query,
            choices=publication.keeping(_choices, 8)(current_language()),
        )
    )


@blueprint.get(
    "/explore/run",
    fr="La question composée : mène à sa requête",
    en="The question put together: leads to its query",
    formats=(),
    parameters=("class", "field", "test", "value", "count", "lang"),
    others=(303,),
)
def run() -> BaseResponse:
    """To the query page with the query that the form asks; back to the form where it cannot be asked."""
    question = _question()
    if any(row.problem for row in question.rows):
        return redirect(url_for("querying.explore", **request.args.to_dict(flat=False)), 303)  # type: ignore[arg-type]
    query = _written(current_publication(), question)
    return redirect(url_for("sparql.endpoint", query=query, format="html"), 303)


def _question() -> Question:
    model = current_publication().model
    known = {class_.local_name: class_ for class_ in starts(model)}
    name = request.args.get("class") or next(iter(known))
    if name not in known:
        abort(400, t("querying.bad-class", name=name, names=", ".join(known)))
    fields = paths(model, known[name])
    sent = zip(request.args.getlist("field"), request.args.getlist("test"), request.args.getlist("value"), strict=False)
    rows = [_row(fields[key], test, value.strip()) for key, test, value in sent if key in fields]
    return Question(known[name], fields, tuple(rows[:_MOST_CONDITIONS]), fields.get(request.args.get("count", "")))


def _row(path: Path, test: str, value: str) -> Row:
    if test not in TESTS[path.kind]:
        return Row(path, test, value, t("querying.bad-test"))
    if not value and test not in ("show", "missing"):
        return Row(path, test, value, t("querying.no-value"))
    try:
        check(path, test, value)
    except UnfitValueError:
        return Row(path, test, value, t(f"querying.bad-{path.kind}"))
    return Row(path, test, value)


def _written(publication: Publication, question: Question) -> str | None:
    prefixes = PREFIXES | publication.iris.prefixes
    return build(question.start, question.conditions, prefixes, current_language(), question.count)


def _choices(publication: Publication, language: Language) -> Mapping[str, list[str]]:
    """What may be typed for a field, by the IRI of its concept scheme; for places, the countries."""
    schemes = {field.scheme for class_ in publication.model.classes for field in class_.fields if field.scheme}
    found = {
        scheme: publication.reader.select(load("pages/choices"), scheme=node(scheme)) for scheme in sorted(schemes)
    }
    found["country"] = publication.reader.select(
        load("pages/countries"), level=node(publication.iris.code("level", "country"))
    )
    chosen: dict[str, list[str]] = {}
    for name, rows in found.items():
        labels: dict[str, dict[str, str]] = {}
        for row in rows:
            thing, label = row["thing"], row["label"]
            if isinstance(thing, NamedNode) and isinstance(label, Literal):
                labels.setdefault(thing.value, {})[label.language or ""] = label.value
        chosen[name] = sorted({texts.get(language) or next(iter(texts.values())) for texts in labels.values()})
    return chosen
