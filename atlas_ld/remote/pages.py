"""The triples of a release in pages, and what differs between a page and what an engine holds.

A page holds every triple of some subjects, so an engine that is asked about those subjects must give exactly that many
rows: an answer that was cut in silence is noticed. Engines keep values, not always spellings (`1.50` may come back as
`1.5`), so numbers (those of WKT too) are compared by their value, booleans by their truth, and language tags without
regard to case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import groupby
from pathlib import Path

from atlas_ld.rdf import Literal, NamedNode, Node, parse_lines, subject_of
from atlas_ld.remote.engine import Engine
from atlas_ld.vocabulary import XSD

_NUMBERS = frozenset(
    str(XSD[name])
    for name in (
        "integer", "decimal", "float", "double", "int", "long", "short", "byte", "nonNegativeInteger",
        "positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong",
        "unsignedShort", "unsignedByte",
    )
)  # fmt: skip
_PLAIN = str(XSD.string)
_GEOMETRIES = frozenset(
    ("http://www.opengis.net/ont/geosparql#wktLiteral", "http://www.openlinksw.com/schemas/virtrdf#Geometry")
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")

Comparable = tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Lines of N-Triples that hold every triple of some subjects, and where they end in the file, counted in lines."""

    lines: Sequence[bytes]
    end: int

    @property
    def body(self) -> bytes:
        return b"".join(self.lines)


def pages(path: Path, most: int) -> Iterator[Page]:
    """The pages of a file of N-Triples in which the triples of a subject stand together, each of about `most` lines."""
    held: list[bytes] = []
    end = 0
    with path.open("rb") as file:
        for _, lines in groupby(file, key=lambda line: line.partition(b" ")[0]):
            own = list(lines)
            if held and len(held) + len(own) > most:
                yield Page(held, end)
                held = []
            held += own
            end += len(own)
    if held:
        yield Page(held, end)


def differences(page: Page, engine: Engine, graph: str) -> list[str]:
    """What the engine's graph lacks or has too much of the page's subjects, in words; empty where they agree.

    Raises EngineError.
    """
    triples = parse_lines(page.body)
    subjects = " ".join(f"<{iri}>" for iri in dict.fromkeys(map(subject_of, triples)))
    rows = engine.select(f"SELECT ?s ?p ?o {{ GRAPH <{graph}> {{ VALUES ?s {{ {subjects} }} ?s ?p ?o }} }}")
    wanted = {_comparable(t.subject, t.predicate, t.object) for t in triples}
    found = {_comparable(row["s"], row["p"], row["o"]) for row in rows}
    lacking = [f"lacks {' '.join(one)}" for one in sorted(wanted - found)]
    return lacking + [f"has too much {' '.join(one)}" for one in sorted(found - wanted)]


def _comparable(*terms: object) -> Comparable:
    return tuple(comparable(term) for term in terms)  # type: ignore[arg-type]  # RDF-star is not published


def comparable(term: Node) -> str:
    """A text that two terms share exactly if they are the same but for the spelling of a value."""
    if isinstance(term, NamedNode) or not isinstance(term, Literal):
        return str(term)
    if term.language:
        return f"{term.value!r}@{term.language.lower()}"
    datatype = term.datatype.value
    if datatype in _NUMBERS:
        try:
            return f"{Decimal(term.value).normalize()}^^number"
        except InvalidOperation:
            pass
    if datatype in _GEOMETRIES:
        return f"{_NUMBER.sub(lambda found: f'{float(found[0]):g}', term.value)}^^geometry"
    if datatype == str(XSD.boolean):
        return f"{term.value in ('true', '1')}^^boolean"
    return repr(term.value) if datatype == _PLAIN else f"{term.value!r}^^{datatype}"
