"""The changes for programs: CSV, a row for each value that went or came, and RDF.

In RDF the triples that went and those that came are two named graphs (TriG, N-Quads), so that any RDF tool reads them
and an update can be made of them; the default graph says with PROV-O from which releases they come.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from atlas_ld.comparison.records import Comparison, RecordChange
from atlas_ld.media import NQUADS, Format
from atlas_ld.rdf import Quad, Triple, node, parse_lines, text, write
from atlas_ld.release.tables import harmless
from atlas_ld.vocabulary import PREFIXES, PROV, RDFS

COLUMNS = ("change", "kind", "label", "iri", "successors", "part", "field", "property", "before", "after")


def as_csv(comparison: Comparison) -> str:
    """A row for each field of each record that changed; values of one cell are joined by ` | `. A record that was added
    or removed has the fields that it has or had. No cell begins a formula."""
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(COLUMNS)
    for record in comparison.records:
        writer.writerows([harmless(cell, number=False) for cell in row] for row in _rows(record))
    return output.getvalue()


def _rows(record: RecordChange) -> Iterator[tuple[str, ...]]:
    head = (record.how, record.kind, record.label, record.iri, " | ".join(record.successors))
    for field in record.fields:
        yield (*head, field.part, field.field, field.property, " | ".join(field.before), " | ".join(field.after))
    if not record.fields:
        yield (*head, *[""] * (len(COLUMNS) - len(head)))


def as_rdf(comparison: Comparison, format_: Format = NQUADS) -> bytes:
    """The triples that went and came, each in a graph of its own, in TriG or N-Quads."""
    base = comparison.after.manifest.base_iri
    before, after = (node(f"{base}releases#{release.id}") for release in (comparison.before, comparison.after))
    difference = f"{base}releases/compare?from={comparison.before.id}&to={comparison.after.id}"
    removed, added = node(f"{difference}#removed"), node(f"{difference}#added")
    about = [
        Triple(after, node(PROV.wasRevisionOf), before),
        Triple(removed, node(PROV.wasDerivedFrom), before),
        Triple(removed, node(RDFS.label), text("Triplets retirés")),
        Triple(removed, node(RDFS.label), text("Triples removed", "en")),
        Triple(added, node(PROV.wasDerivedFrom), after),
        Triple(added, node(RDFS.label), text("Triplets ajoutés")),
        Triple(added, node(RDFS.label), text("Triples added", "en")),
    ]
    changes = comparison.difference.changes
    went = parse_lines(b"".join(line for change in changes for line in change.removed))
    came = parse_lines(b"".join(line for change in changes for line in change.added))
    quads = [
        *(Quad(t.subject, t.predicate, t.object) for t in about),
        *(Quad(t.subject, t.predicate, t.object, removed) for t in went),
        *(Quad(t.subject, t.predicate, t.object, added) for t in came),
    ]
    return write(quads, format_, PREFIXES)
