"""Figures of a release, each the number of answers to a query that anybody can run: how many things of a class tell a
field, and how many bodies, places and sources are linked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from atlas_ld.model import Bilingual, ClassModel, Model
from atlas_ld.queries import Query, load
from atlas_ld.rdf import NamedNode, node
from atlas_ld.release.reading.store import Reader
from atlas_ld.vocabulary import ATLAS

COVERAGE, LINKS = "coverage", "links"
_RATES = {
    "identified": Bilingual("Organismes connus d’un registre", "Bodies known by a register"),
    "authorities-matched": Bilingual(
        "Participations françaises rattachées à un territoire", "French participations matched to a territory"
    ),
    "partners-matched": Bilingual(
        "Participations étrangères rattachées à un lieu", "Foreign participations matched to a place"
    ),
    "partners-country": Bilingual(
        "Participations étrangères dont le pays est connu", "Foreign participations of a known country"
    ),
    "funders-identified": Bilingual(
        "Lignes de financement dont le financeur est connu d’un registre", "Funding lines whose funder a register knows"
    ),
    "territories-linked": Bilingual(
        "Territoires liés à d’autres jeux de données", "Territories linked to other data sets"
    ),
    "sources-addressed": Bilingual("Sources qui ont une adresse web", "Sources with an address on the web"),
}
"""The rates of links: queries/quality lists the things of each, and counts them (`-count`) with all of which they are a
part, which takes a tenth of the time."""


@dataclass(frozen=True)
class Figure:
    """`count` of `total` things. `name` is short and stable (`coverage-Partnership-startYear`); `subject` is the class
    in words, of a coverage; `query` has the things as its answers, in SPARQL."""

    group: str
    name: str
    subject: Bilingual | None
    label: Bilingual
    definition: Bilingual
    count: int
    total: int
    query: str

    @property
    def share(self) -> Decimal:
        """0 to 1, with four digits; 0 of nothing is 0."""
        return (Decimal(self.count) / max(1, self.total)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def coverage(reader: Reader, model: Model) -> Iterator[Figure]:
    """For each class of ours that has things, in the order of the model, each field that a source may tell. Codes and
    themes are not looked at: no source fills them in."""
    query, listing = load("quality/coverage"), load("quality/declaring")
    for class_ in (one for one in model.classes if one.iri.startswith(str(ATLAS))):
        rows = reader.select(query, **{"class": node(class_.iri)})
        counts = {
            row["property"].value: int(row["things"].value)  # type: ignore[union-attr]  # an aggregate
            for row in rows
            if isinstance(row["property"], NamedNode)
        }
        total = max(counts.values(), default=0)  # each has its class
        yield from _of_class(class_, counts, total, listing) if total else ()


def _of_class(class_: ClassModel, counts: dict[str, int], total: int, listing: Query) -> Iterator[Figure]:
    for field in class_.fields:
        if field.derived:
            continue
        bound = {"class": node(class_.iri), "property": node(field.path)}
        yield Figure(
            COVERAGE,
            f"{COVERAGE}-{class_.local_name}-{field.local_name}",
            class_.label,
            field.name,
            field.description,
            counts.get(field.path, 0),
            total,
            listing.bound(bound),
        )


def links(reader: Reader) -> Iterator[Figure]:
    """How much is linked."""
    for name, label in _RATES.items():
        (row,) = reader.select(load(f"quality/{name}-count"))
        part, whole = (int(term.value) if (term := row[count]) else 0 for count in ("part", "whole"))
        yield Figure(LINKS, f"{LINKS}-{name}", None, label, label, part, whole, load(f"quality/{name}").text)
