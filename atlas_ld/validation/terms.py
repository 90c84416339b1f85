"""Terms of pyoxigraph as rdflib's and back: pyshacl works on rdflib graphs, everything else of ours does not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from rdflib import BNode, URIRef
from rdflib import Literal as RdflibLiteral

from atlas_ld.rdf import Literal, NamedNode, Node, Triple

RdflibNode = URIRef | BNode | RdflibLiteral
RdflibTriple = tuple[RdflibNode, RdflibNode, RdflibNode]


@contextmanager
def quiet() -> Iterator[None]:
    """rdflib logs a traceback for each literal that is not of its datatype; here that is a result of the check."""
    logger = logging.getLogger("rdflib.term")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def to_rdflib(triple: Triple, scope: str = "") -> RdflibTriple:
    """`scope` keeps the blank nodes of several files apart."""
    return (_term(triple.subject, scope), _iri(triple.predicate.value), _term(triple.object, scope))


def _term(term: Any, scope: str) -> RdflibNode:
    if isinstance(term, NamedNode):
        return _iri(term.value)
    if isinstance(term, Literal):
        return to_rdflib_literal(term.value, term.language, term.datatype.value)
    return BNode(f"{scope}{term.value}")


@lru_cache(maxsize=65536)
def _iri(value: str) -> URIRef:
    return URIRef(value)


@lru_cache(maxsize=4096)
def to_rdflib_literal(value: str, language: str | None, datatype: str) -> RdflibLiteral:
    """Kept as written: rdflib would otherwise rewrite some values, and the report would not show the fault."""
    if language is not None:
        return RdflibLiteral(value, lang=language, normalize=False)
    return RdflibLiteral(value, datatype=URIRef(datatype), normalize=False)


def from_rdflib(term: Any) -> Node | None:
    """A node of a report; None for a blank node, which says nothing outside its report."""
    if isinstance(term, URIRef):
        return NamedNode(str(term))
    if isinstance(term, RdflibLiteral):
        if term.language:
            return Literal(str(term), language=term.language)
        return Literal(str(term), datatype=NamedNode(str(term.datatype))) if term.datatype else Literal(str(term))
    return None
