"""What a check against the shapes found, and how it is written."""

from __future__ import annotations

import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import Iris, short_hash, shorten
from atlas_ld.media import TURTLE
from atlas_ld.rdf import RDF_TYPE, Literal, NamedNode, Node, Triple, boolean, node, text, write
from atlas_ld.vocabulary import PREFIXES, SH

_SEVERITIES = {str(SH.Violation): Severity.VIOLATION, str(SH.Warning): Severity.WARNING, str(SH.Info): Severity.INFO}
_ORDER = list(Severity)
_COMPOSED = frozenset({"SPARQL", "And", "Or", "Not"})
_VALUE_LENGTH = 80


def severity_of(iri: str) -> Severity:
    """The Severity of one of SHACL's three. Raises KeyError for any other IRI."""
    return _SEVERITIES[iri]


@dataclass(frozen=True)
class Result:
    """One result of a check (https://www.w3.org/TR/shacl/#results-validation-result).

    `focus`, `path`, `shape` and `constraint` (the constraint component) are IRIs; `term` is the value that broke the
    constraint. `fr` and `en` say how to mend it.
    """

    focus: str
    path: str | None
    term: Node | None
    shape: str
    constraint: str
    severity: Severity
    fr: str
    en: str

    @property
    def value(self) -> str | None:
        """The value that broke the constraint, without its datatype; None where it is the focus itself."""
        return None if self.term is None or self.term.value == self.focus else self.term.value

    @property
    def code(self) -> str:
        """Short and stable: the shape's name and the constraint's, such as `Partnership-startYear/max-count`.

        A constraint that is put together from others (SPARQL, and, or, not) is called by its shape alone.
        """
        shape = self.shape.rpartition("#")[2]
        component = self.constraint.rpartition("#")[2].removesuffix("ConstraintComponent")
        if component in _COMPOSED:
            return shape
        return f"{shape}/{'-'.join(re.findall('[A-Z][a-z]+', component)).lower()}"

    @property
    def sort_key(self) -> tuple[int | str, ...]:
        """Worst first, then by place; the same in every process."""
        return (
            _ORDER.index(self.severity), self.focus, self.shape, self.constraint, self.path or "", str(self.term or "")
        )  # fmt: skip

    def to_finding(self) -> Finding:
        """The same remark as a Finding, without its source and record (see `Finding.at`)."""
        value = self.value
        short = None if value is None else textwrap.shorten(value, _VALUE_LENGTH, placeholder=" …")
        return Finding(
            code=self.code,
            severity=self.severity,
            fr=self.fr if short is None else f"{self.fr} Valeur : « {short} ».",
            en=self.en if short is None else f"{self.en} Value: “{short}”.",
            field=shorten(self.path) if self.path else None,
        )


@dataclass(frozen=True)
class Report:
    """The results of one check, in order: see `Result.sort_key`."""

    results: tuple[Result, ...]

    @property
    def conforms(self) -> bool:
        """Whether no result is a violation. SHACL itself would have no result at all; warnings publish here."""
        return not any(result.severity is Severity.VIOLATION for result in self.results)

    @property
    def counts(self) -> dict[Severity, int]:
        counted = Counter(result.severity for result in self.results)
        return {severity: counted[severity] for severity in Severity}

    def to_turtle(self, iris: Iris) -> str:
        """The report as Turtle: see `report_turtle`."""
        return report_turtle((tell(result, iris) for result in self.results), iris)

    def to_json(self) -> str:
        """`{"conforms", "counts", "results"}`: a result has the fields of Result, its value as text."""
        results = [
            {
                "code": result.code,
                "severity": result.severity.value,
                "focus": result.focus,
                "path": result.path,
                "value": result.value,
                "shape": result.shape,
                "constraint": result.constraint,
                "fr": result.fr,
                "en": result.en,
            }
            for result in self.results
        ]
        counts = {severity.value: count for severity, count in self.counts.items()}
        whole = {"conforms": self.conforms, "counts": counts, "results": results}
        return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"

    def to_text(self) -> str:
        """One block per result, worst first, and a line of counts. How to mend is said in both languages."""
        counts = ", ".join(
            f"{count} {severity.value}{'s' if count != 1 else ''}" for severity, count in self.counts.items()
        )
        blocks = [_block(result) for result in self.results]
        return "\n".join([*blocks, f"{'Conforms' if self.conforms else 'Does not conform'}: {counts}.\n"])


class SerializedResult(NamedTuple):
    """A result as the report tells it: what it is sorted by, its IRI, and its description in Turtle, without the
    declaration of the prefixes. Equal results are told in the same way."""

    sort_key: str
    iri: str
    turtle: str


def tell(result: Result, iris: Iris) -> SerializedResult:
    """A result as the report tells it. It is named by its content, below the quality graph's IRI, so that there are
    no blank nodes and the same results give the same report."""
    sort_key = "\0".join(map(str, result.sort_key))
    iri = f"{iris.quality_graph}#result-{short_hash('|'.join(map(str, result.sort_key)), 16)}"
    written = write(_result_triples(node(iri), result), TURTLE, PREFIXES | iris.prefixes).decode()
    return SerializedResult(sort_key, iri, written.partition("\n\n")[2])


def report_turtle(results: Iterable[SerializedResult], iris: Iris) -> str:
    """A sh:ValidationReport named by the quality graph's IRI, in Turtle: the report, then each result once."""
    ordered = sorted(set(results))
    report = node(iris.quality_graph)
    conforms = Triple(report, node(SH.conforms), boolean(not ordered))
    links = (Triple(report, node(SH.result), node(told.iri)) for told in ordered)
    triples = [Triple(report, RDF_TYPE, node(SH.ValidationReport)), conforms, *links]
    prefixes = PREFIXES | iris.prefixes
    head = write(triples, TURTLE, prefixes).decode().partition("\n\n")[2]
    body = "\n".join([head, *(told.turtle for told in ordered)])
    declared = "".join(f"@prefix {name}: <{prefixes[name]}> .\n" for name in sorted(prefixes) if f"{name}:" in body)
    return f"{declared}\n{body}"


def _block(result: Result) -> str:
    lines = [f"{result.severity.value}: {result.code}", f"  at     {result.focus}"]
    if result.path:
        lines.append(f"  field  {shorten(result.path)}")
    if result.value is not None:
        lines.append(f"  value  {textwrap.shorten(str(result.term), _VALUE_LENGTH, placeholder=' …')}")
    lines.append(textwrap.fill(result.en, 100, initial_indent="  mend   ", subsequent_indent=" " * 9))
    lines.append(textwrap.fill(result.fr, 100, initial_indent=" " * 9, subsequent_indent=" " * 9))
    return "\n".join(lines) + "\n"


def _result_triples(subject: NamedNode, result: Result) -> list[Triple]:
    severity = next(iri for iri, known in _SEVERITIES.items() if known is result.severity)
    said: list[tuple[str, Node]] = [
        (SH.focusNode, node(result.focus)),
        (SH.sourceShape, node(result.shape)),
        (SH.sourceConstraintComponent, node(result.constraint)),
        (SH.resultSeverity, node(severity)),
        (SH.resultMessage, text(result.fr)),
        (SH.resultMessage, text(result.en, "en")),
    ]
    if result.path:
        said.append((SH.resultPath, node(result.path)))
    if isinstance(result.term, NamedNode | Literal):
        said.append((SH.value, result.term))
    return [
        Triple(subject, RDF_TYPE, node(SH.ValidationResult)),
        *(Triple(subject, node(property_), value) for property_, value in said),
    ]
