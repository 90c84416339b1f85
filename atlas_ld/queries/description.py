"""The named queries as RDF, in the manner of the SIB's examples: SHACL executables with labels and keywords.

https://github.com/sib-swiss/sparql-examples. Theirs share a blank node for the prefixes; here each node has an IRI, a
fragment of the list of queries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from atlas_ld.iris import Iris
from atlas_ld.queries.named import Form, NamedQuery, named_queries
from atlas_ld.rdf import RDF_TYPE, Literal, NamedNode, Triple, node, text
from atlas_ld.vocabulary import FOAF, OWL, PREFIXES, RDFS, SCHEMA, SH, XSD

_KINDS: Mapping[Form, tuple[str, str]] = {
    "SELECT": (f"{SH._NS}SPARQLSelectExecutable", f"{SH._NS}select"),
    "ASK": (f"{SH._NS}SPARQLAskExecutable", f"{SH._NS}ask"),
    "CONSTRUCT": (f"{SH._NS}SPARQLConstructExecutable", f"{SH._NS}construct"),
}
"""Class and property of each form of query (SHACL, 5.1 and the Advanced Features, 8)."""


def describe_queries(iris: Iris) -> list[Triple]:
    """The triples about every named query, with example values for its parameters, and about the prefixes."""
    triples = list(_prefixes(iris))
    for query in named_queries().values():
        triples += _query(query, iris)
    return triples


def query_iri(name: str, iris: Iris) -> str:
    """The IRI of a named query, which the list of queries describes."""
    return f"{iris.base}queries/#{name}"


def _query(named: NamedQuery, iris: Iris) -> Iterator[Triple]:
    subject = node(query_iri(named.name, iris))
    kind, property_ = _KINDS[named.form]
    yield Triple(subject, RDF_TYPE, node(f"{SH._NS}SPARQLExecutable"))
    yield Triple(subject, RDF_TYPE, node(kind))
    for language in ("fr", "en"):
        yield Triple(subject, node(RDFS.label), text(named.query.titles[language], language))
        yield Triple(subject, node(RDFS.comment), text(named.query.descriptions[language], language))
        for tag in named.query.tags[language]:
            yield Triple(subject, node(SCHEMA.keywords), text(tag, language))
    yield Triple(subject, node(property_), Literal(named.query.with_examples()))
    yield Triple(subject, node(SH.prefixes), _prefixes_node(iris))
    yield Triple(subject, node(SCHEMA.target), node(f"{iris.base}sparql"))
    yield Triple(subject, node(FOAF.page), node(f"{iris.base}queries/{named.name}"))


def _prefixes_node(iris: Iris) -> NamedNode:
    return node(f"{iris.base}queries/#prefixes")


def _prefixes(iris: Iris) -> Iterator[Triple]:
    """The prefixes that queries need not declare (SHACL, 5.2.1)."""
    subject = _prefixes_node(iris)
    yield Triple(subject, RDF_TYPE, node(OWL.Ontology))
    for prefix, namespace in sorted((PREFIXES | iris.prefixes).items()):
        declaration = node(f"{iris.base}queries/#prefix-{prefix}")
        yield Triple(subject, node(SH.declare), declaration)
        yield Triple(declaration, RDF_TYPE, node(SH.PrefixDeclaration))
        yield Triple(declaration, node(SH.prefix), Literal(prefix))
        yield Triple(declaration, node(SH.namespace), Literal(namespace, datatype=node(XSD.anyURI)))
