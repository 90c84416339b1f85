"""The figures in RDF: measurements of the dataset by the Data Quality Vocabulary (https://www.w3.org/TR/vocab-dqv/), in
dimensions of https://www.w3.org/2016/05/ldqd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from atlas_ld.quality.figures import COVERAGE, Figure
from atlas_ld.quality.remarks import Kind
from atlas_ld.rdf import Literal, NamedNode, Triple, decimal, integer, node, text
from atlas_ld.vocabulary import PREFIXES, RDF, RDFS, SKOS, XSD

DQV = "http://www.w3.org/ns/dqv#"
LDQD = "https://www.w3.org/2016/05/ldqd#"
QUALITY_PREFIXES: Mapping[str, str] = {**PREFIXES, "dqv": DQV, "ldqd": LDQD}


def describe(figures: Iterable[Figure], kinds: Iterable[Kind], counts: Mapping[str, int], base: str) -> list[Triple]:
    """Measurements of the dataset `base`: the share of each figure, the number of remarks of each kind, and `counts` by
    name (`published`, `quarantined`)."""
    told = list(_shares(figures, base))
    told += _numbers(((f"remarks-{kind.code}", kind.count, kind.example) for kind in kinds), base)
    for name, count in counts.items():
        told += _measurement(base, name, "correctness", integer(count), XSD.integer)
    return told


def _shares(figures: Iterable[Figure], base: str) -> Iterator[Triple]:
    for figure in figures:
        dimension = "completeness" if figure.group == COVERAGE else "interlinking"
        metric = node(_iri(base, "metric", figure.name))
        yield from _measurement(base, figure.name, dimension, decimal(figure.share), XSD.decimal)
        for language, label in (("fr", figure.label.fr), ("en", figure.label.en)):
            subject = f"{figure.subject[language]} : " if figure.subject else ""
            yield Triple(metric, node(SKOS.prefLabel), text(f"{subject}{label}", language))
        yield Triple(metric, node(SKOS.definition), text(figure.definition.fr))
        yield Triple(metric, node(SKOS.definition), text(figure.definition.en, "en"))
        measured = node(_iri(base, "measurement", figure.name))
        for language, of in (("fr", "sur"), ("en", "of")):
            yield Triple(measured, node(RDFS.comment), text(f"{figure.count} {of} {figure.total}", language))


def _numbers(kinds: Iterable[tuple[str, int, object]], base: str) -> Iterator[Triple]:
    for name, count, _ in kinds:
        yield from _measurement(base, name, "correctness", integer(count), XSD.integer)
        metric = node(_iri(base, "metric", name))
        yield Triple(metric, node(SKOS.prefLabel), Literal(name))


def _measurement(base: str, name: str, dimension: str, value: Literal, datatype: object) -> Iterator[Triple]:
    dataset, metric = node(base), node(_iri(base, "metric", name))
    measured = node(_iri(base, "measurement", name))
    yield Triple(dataset, _dqv("hasQualityMeasurement"), measured)
    yield Triple(measured, node(RDF.type), _dqv("QualityMeasurement"))
    yield Triple(measured, _dqv("isMeasurementOf"), metric)
    yield Triple(measured, _dqv("computedOn"), dataset)
    yield Triple(measured, _dqv("value"), value)
    yield Triple(metric, node(RDF.type), _dqv("Metric"))
    yield Triple(metric, _dqv("expectedDataType"), node(str(datatype)))
    yield Triple(metric, _dqv("inDimension"), node(f"{LDQD}{dimension}"))


def _iri(base: str, kind: str, name: str) -> str:
    return f"{base}quality#{kind}-{name.replace('/', '-')}"


def _dqv(name: str) -> NamedNode:
    return node(f"{DQV}{name}")
