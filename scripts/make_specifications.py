"""Take the axioms of ORG, PROV and SKOS from the packages that carry them, for tests/ontology.

    npm install @vocabulary/org@1.0.6 @vocabulary/prov@1.0.6 @vocabulary/skos@1.0.6
    python scripts/make_specifications.py node_modules/@vocabulary tests/data/specifications

Only what a reasoner reads is kept: types, hierarchies, domains, ranges, restrictions, property chains. Texts are left
out, and so is what the files say of themselves. Two runs write the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from rdflib import OWL, RDF, RDFS, Dataset, Graph
from rdflib.compare import to_canonical_graph
from rdflib.graph import _TripleType

VOCABULARIES = ("org", "prov", "skos")
_TERMS = (str(OWL._NS), str(RDFS._NS), str(RDF._NS))
_NO_AXIOM = {
    *(RDFS.label, RDFS.comment, RDFS.isDefinedBy, RDFS.seeAlso, OWL.versionInfo, OWL.versionIRI, OWL.imports),
    *(OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget),
}
_BESIDE = ("prov-o-inverses#", "prov-links#")
"""Ontologies beside PROV-O that its package has too. They declare no types, which HermiT's reader needs."""


def axioms(file: Path) -> Iterator[_TripleType]:
    """The statements of a file of N-Quads that a reasoner reads."""
    dataset = Dataset()
    dataset.parse(file, format="nquads")
    defined = [(s, str(o).endswith(_BESIDE)) for s, _, o, _ in dataset.quads((None, RDFS.isDefinedBy, None))]
    beside = {s for s, aside in defined if aside} - {s for s, aside in defined if not aside}
    for subject, property_, value, _ in dataset.quads():
        if beside.intersection((subject, value)):
            continue
        if property_ in _NO_AXIOM or not str(property_).startswith(_TERMS):
            continue
        if property_ == RDF.type and (
            value in {OWL.Ontology, OWL.Axiom, OWL.AnnotationProperty} or not str(value).startswith(_TERMS)
        ):
            continue
        yield subject, property_, value


def main(packages: Path, folder: Path) -> None:
    for name in VOCABULARIES:
        graph = Graph()
        for triple in axioms(packages / name / f"{name}.nq"):
            graph.add(triple)
        lines = sorted(to_canonical_graph(graph).serialize(format="nt").splitlines())
        head = f"# The axioms of @vocabulary/{name} (npm) in N-Triples, by scripts/make_specifications.py.\n"
        (folder / f"{name}.ttl").write_text(head + "\n".join(filter(None, lines)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
